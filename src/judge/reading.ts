// The events of one trace, sorted: units become exchanges, replies find the unit they answer, the rest is kept by kind.
// First pass of the dialogue; what needs to look around (offers, spews, transactions) comes after it.

import { parseCommand } from '../smtp/command';
import { replyClass } from '../smtp/reply';
import type { EventName } from '../smtp/vocabulary';
import type {
  ClosedEvent,
  ClosingEvent,
  CommandEvent,
  ConnectedEvent,
  HoldEndedEvent,
  MessageEvent,
  NoteEvent,
  PeerEvent,
  ReplyEvent,
  StepEvent,
  TlsEvent,
  TraceEvent,
  TraceRecord,
} from '../wire/trace-event';
import type { Draft, Exchange, Reply, TlsSection } from './dialogue';
import type { Outstanding } from './outstanding';
import { readsFrom } from './plain-reads';

export interface Reading {
  readonly record: TraceRecord;
  readonly exchanges: Draft<Exchange>[];
  readonly bySeq: Map<number, Draft<Exchange>>;
  readonly replies: Draft<Reply>[];
  readonly unsolicited: Reply[];
  readonly tls: Draft<TlsSection>[];
  readonly steps: StepEvent[];
  readonly holds: HoldEndedEvent[];
  readonly notes: NoteEvent[];
  readonly peers: PeerEvent[];
  connected: ConnectedEvent | null;
  closing: ClosingEvent | null;
  closed: ClosedEvent | null;
  secured: boolean;
  /** Position in `replies` of the first one whose last octet has not been sent yet. */
  sending: number;
}

const NO_COMMAND = parseCommand('');
const NONE: Outstanding = { state: 'none', first: null, allowed: true };

/** Sorts the events of a trace, in one pass. */
export function readEvents(record: TraceRecord): Reading {
  const reading: Reading = {
    record,
    exchanges: [],
    bySeq: new Map(),
    replies: [],
    unsolicited: [],
    tls: [],
    steps: [],
    holds: [],
    notes: [],
    peers: [],
    connected: null,
    closing: null,
    closed: null,
    secured: false,
    sending: 0,
  };
  for (const event of record.events) take(reading, event);
  return reading;
}

function take(reading: Reading, event: TraceEvent): void {
  switch (event.type) {
    case 'connected': {
      const arrival = { firstSeq: event.seq, firstAt: event.at, lastSeq: event.seq, lastAt: event.at };
      reading.connected = event;
      addExchange(reading, event, 'connect', arrival);
      return;
    }
    case 'command':
      addExchange(reading, event, event.event, event, event);
      return;
    case 'chunk': {
      const exchange = reading.bySeq.get(event.command);
      if (exchange === undefined) return;
      exchange.chunk = event;
      reading.bySeq.set(event.seq, exchange);
      return;
    }
    case 'message':
      takeMessage(reading, event);
      return;
    case 'reply':
      takeReply(reading, event);
      return;
    case 'sent':
      if (event.layer === 'plain') takeSent(reading, event.offset + event.length, event.seq, event.at);
      return;
    case 'tls':
      takeTls(reading, event);
      return;
    case 'step':
      reading.steps.push(event);
      return;
    case 'hold-ended':
      reading.holds.push(event);
      return;
    case 'note':
      reading.notes.push(event);
      return;
    case 'peer':
      reading.peers.push(event);
      return;
    case 'closing':
      reading.closing ??= event;
      return;
    case 'closed':
      reading.closed = event;
      return;
    // Not for "early": it is written when the socket says so, and a fast client may have answered by then.
    case 'reply-ended':
    case 'received':
    case 'mode':
    case 'offered':
      return;
  }
}

type Arrival = Pick<CommandEvent, 'firstSeq' | 'firstAt' | 'lastSeq' | 'lastAt'>;

function addExchange(
  reading: Reading,
  event: ConnectedEvent | CommandEvent | MessageEvent,
  verb: EventName,
  arrival: Arrival,
  command: CommandEvent | null = null,
): Draft<Exchange> {
  const { firstSeq, firstAt, lastSeq, lastAt } = arrival;
  const exchange: Draft<Exchange> = {
    connection: reading.record.connection,
    index: reading.exchanges.length,
    verb,
    line: command?.line ?? '',
    parsed: command === null ? NO_COMMAND : parseCommand(command.line),
    seq: event.seq,
    at: event.at,
    firstSeq,
    firstAt,
    lastSeq,
    lastAt,
    repliedBeforeAt: null,
    reply: null,
    offer: null,
    secured: reading.secured,
    transaction: null,
    spew: null,
    outstanding: NONE,
    command,
    message: event.type === 'message' ? event : null,
    chunk: null,
  };
  reading.exchanges.push(exchange);
  reading.bySeq.set(event.seq, exchange);
  return exchange;
}

function takeMessage(reading: Reading, event: MessageEvent): void {
  const last = reading.exchanges.at(-1);
  if (event.via === 'BDAT' && last?.verb === 'BDAT') {
    last.message = event;
    reading.bySeq.set(event.seq, last);
  } else if (isQuitForData(reading, event)) {
    const quit = addExchange(reading, event, 'QUIT', event);
    quit.line = 'QUIT';
    quit.parsed = parseCommand(quit.line);
    quit.message = null;
  } else addExchange(reading, event, 'end-of-data', event);
}

/** QUIT and the end of the session, where the mail data belong: the client had taken the 354 for no leave to send. */
function isQuitForData({ record }: Reading, { complete, offset, length }: MessageEvent): boolean {
  if (complete || length !== 'QUIT\r\n'.length) return false;
  const octets: Buffer[] = [];
  for (const read of readsFrom(record.events, offset)) {
    if (read.offset >= offset + length) break;
    if (read.octets === undefined) return false;
    octets.push(read.octets.subarray(Math.max(0, offset - read.offset), offset + length - read.offset));
  }
  return /^QUIT\r\n$/i.test(Buffer.concat(octets).toString('latin1'));
}

function takeReply(reading: Reading, event: ReplyEvent): void {
  const code = event.code ?? event.as ?? null;
  const reply: Draft<Reply> = {
    connection: reading.record.connection,
    event,
    seq: event.seq,
    at: event.at,
    code,
    digit: replyClass(code),
    lines: linesOf(event.octets),
    endedSeq: event.seq,
    endedAt: event.at,
  };
  reading.replies.push(reply);
  const exchange = event.answers === null ? undefined : reading.bySeq.get(event.answers);
  // A second reply to one unit is never to be taken for the answer to the next (RFC 5321 4.2).
  if (exchange === undefined || exchange.reply !== null || event.unsolicited === true) reading.unsolicited.push(reply);
  else exchange.reply = reply;
}

/** Without their ends; nearly every reply is one line. */
function linesOf(octets: string): readonly string[] {
  const end = octets.indexOf('\n');
  if (end > 0 && end === octets.length - 1) return [octets.slice(0, octets.charAt(end - 1) === '\r' ? end - 1 : end)];
  return octets.split(/\r?\n/).filter((line, index, all) => line !== '' || index < all.length - 1);
}

/** The last octet of a reply that dribbled: stamped before it was handed on, so no answer to it can be older. */
function takeSent(reading: Reading, end: number, seq: number, at: number): void {
  for (let reply = reading.replies[reading.sending]; reply !== undefined; reply = reading.replies[reading.sending]) {
    if (reply.event.offset + reply.event.length > end) return;
    reading.sending += 1;
    if (reply.event.dribbled !== true) continue;
    reply.endedSeq = seq;
    reply.endedAt = at;
  }
}

function takeTls(reading: Reading, event: TlsEvent): void {
  const section = reading.tls.at(-1);
  if (event.phase === 'started') {
    const last = reading.exchanges.findLast((exchange) => exchange.verb === 'STARTTLS');
    const implicit = reading.connected?.implicitTls === true && reading.tls.length === 0;
    reading.tls.push({ starttls: implicit ? null : (last ?? null), started: event, outcome: null });
  } else if (event.phase === 'secured' || event.phase === 'failed') {
    if (section === undefined) reading.tls.push({ starttls: null, started: event, outcome: event });
    else section.outcome ??= event;
    if (event.phase === 'secured') reading.secured = true;
  } else if (event.phase === 'closed') reading.secured = false;
}
