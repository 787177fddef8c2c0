// Two units that the player of the text form puts on the record: a command line with its secret hidden, and the chunks of
// BDAT gathered to one message. Mail data after 354 needs nothing of the kind: mail-data.ts reads it.

import { parseAuth, type BdatCommand, type Command } from '../smtp/command';
import { ContentMeter } from './content-meter';
import type { Line } from './line-reader';
import type { OctetQueue } from './octet-queue';
import type { ChunkEvent, CommandEvent, MessageEvent, Unstamped } from './trace-event';

/** What a reader of mail data knows of a message; the envelope comes from the transaction. */
export type MailDataOnRecord = Omit<MessageEvent, 'type' | 'seq' | 'at' | 'sender' | 'recipients' | 'stored'>;

/**
 * The event of a command line or, in a SASL exchange, of a response.
 * @returns with it, how many octets at the end of the line are credentials (RFC 4954 4): they are `*` in the event
 */
export function commandEvent(
  line: Line,
  command: Command,
  sasl: boolean,
): { readonly event: Unstamped<CommandEvent>; readonly secretOctets: number } {
  const verb = sasl ? 'auth-response' : command.event;
  const secretOctets = sasl ? command.line.length : verb === 'AUTH' ? initialResponseOctets(command) : 0;
  const { terminator, offset, length, firstSeq, firstAt, lastSeq, lastAt } = line;
  const event: Unstamped<CommandEvent> = {
    type: 'command',
    event: verb,
    line: command.line.slice(0, command.line.length - secretOctets).padEnd(command.line.length, '*'),
    terminator,
    offset,
    length,
    firstSeq,
    firstAt,
    lastSeq,
    lastAt,
    ...(secretOctets === 0 ? {} : { redacted: true }),
  };
  return { event, secretOctets };
}

function initialResponseOctets(command: Command): number {
  const { initial } = parseAuth(command.argument);
  return initial === null ? 0 : command.line.length - command.line.lastIndexOf(initial);
}

/** BDAT chunks of one transaction (RFC 3030 2). */
export class PlayedChunks {
  private readonly meter = new ContentMeter(false, 0);
  private readonly first: CommandEvent;
  private command: CommandEvent;
  private chunk: BdatCommand = { octets: 0, last: false };
  private received = 0;
  private total = 0;
  private last: { readonly seq: number; readonly at: number };

  constructor(first: CommandEvent) {
    this.first = first;
    this.command = first;
    this.last = { seq: first.lastSeq, at: first.lastAt };
  }

  begin(command: CommandEvent, chunk: BdatCommand): void {
    this.command = command;
    this.chunk = chunk;
    this.received = 0;
    this.last = { seq: command.lastSeq, at: command.lastAt };
  }

  /** @returns null while octets that were announced are missing */
  take(queue: OctetQueue): Unstamped<ChunkEvent> | null {
    const { octets: announced, last } = this.chunk;
    for (let piece = queue.front(); piece !== null && this.received < announced; piece = queue.front()) {
      const octets = piece.octets.subarray(0, announced - this.received);
      this.meter.feed(octets);
      queue.skip(octets.length);
      this.received += octets.length;
      this.total += octets.length;
      this.last = { seq: piece.seq, at: piece.at };
    }
    if (this.received < announced) return null;
    return { type: 'chunk', command: this.command.seq, announced, received: announced, last };
  }

  /** The message that all chunks make. @param end offset behind the last octet, in the plain layer */
  finish(end: number): MailDataOnRecord {
    const { content: _, ...summary } = this.meter.finish();
    const { firstSeq, firstAt } = this.first;
    const arrival = { firstSeq, firstAt, lastSeq: this.last.seq, lastAt: this.last.at };
    return { via: 'BDAT', ...summary, offset: end - this.total, length: this.total, ...arrival, complete: true };
  }
}
