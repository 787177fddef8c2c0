// One connection at a time as a scripted sender sees it: what is offered, which replies have come and whom they answer,
// and the actions that sending, closing and TLS amount to. Used by scripted-dialogue.ts, which decides what to do when.
// Pure: events in, actions collected.

import { offers, parseEhloReply } from '../smtp/extension';
import type { Keyword } from '../smtp/extension';
import { feed, freshReplyReader, replyClass, replyCode } from '../smtp/reply';
import type { Reply } from '../smtp/reply';
import { visible } from '../wire/octets';
import type { Sender } from '../scenario/sender';
import type { Target } from './driver';
import type { DialogueAction, DialogueEvent } from './scripted-event';
import type { Owed, OwedKind, ScriptedLedger } from './scripted-ledger';

/** RFC 5321 4.5.3.1.5: what a reply line may have, and what a careless reader keeps room for. */
const LINE_BUFFER_OCTETS = 512;

export interface Incoming {
  readonly reply: Reply;
  /** No command asked for it. */
  readonly isStray: boolean;
}

/** Whom the commands sent now are about. */
export interface About {
  readonly message: number;
  readonly recipient: number;
}

export class ScriptedChannel {
  private readonly reads: Sender['reads'];
  private readonly ledger: ScriptedLedger;
  private actions: DialogueAction[] = [];
  private link: 'none' | 'connecting' | 'open' = 'none';
  private tls: 'no' | 'waiting' | 'yes' | 'failed' = 'no';
  private allSent = true;
  /** Our FIN is out: nothing more can be sent. */
  private isHalfClosed = false;
  private reader = freshReplyReader;
  /** Readers of lines only: what came behind the last line end. */
  private tail = '';
  private incoming: Incoming[] = [];
  /** Unpaired readers only: replies that came before the command that they will be taken to answer. */
  private early: Reply[] = [];
  private list: readonly Keyword[] = [];
  private readonly everOffered = new Set<string>();
  private blocks = 0;
  private burst: Buffer[] | null = null;
  private words = '';

  constructor(reads: Sender['reads'], ledger: ScriptedLedger) {
    this.reads = reads;
    this.ledger = ledger;
  }

  // --- how things stand ------------------------------------------------------------------------------------------

  get isOpen(): boolean {
    return this.link === 'open';
  }

  get isConnecting(): boolean {
    return this.link === 'connecting';
  }

  get hasTls(): boolean {
    return this.tls === 'yes';
  }

  get isSecuring(): boolean {
    return this.tls === 'waiting';
  }

  /** What is written now is kept for one write with more. */
  get isBursting(): boolean {
    return this.burst !== null;
  }

  /** Blocks that have left the process with more behind them: it counts up as long as the server takes what is sent. */
  get moves(): number {
    return this.blocks;
  }

  /** Nothing written is still on its way out of the process. */
  get isDrained(): boolean {
    return this.allSent;
  }

  /** The list of the last EHLO on this connection, on this side of TLS. */
  get offered(): readonly Keyword[] {
    return this.list;
  }

  wasEverOffered(keyword: string): boolean {
    return this.everOffered.has(keyword);
  }

  isOffered(keyword: string): boolean {
    return offers(this.list, keyword);
  }

  /** The last refusal or failure, for the report. */
  get lastWords(): string {
    return this.words;
  }

  get hasReply(): boolean {
    return this.incoming.length > 0;
  }

  peekReply(): Incoming | undefined {
    return this.incoming[0];
  }

  takeReply(): Incoming | undefined {
    return this.incoming.shift();
  }

  /** What has come is forgotten; with `owed`, also what is still to come for the commands sent so far. */
  forgetReplies(owed: boolean): void {
    this.incoming = [];
    if (owed) this.ledger.dropOwed();
  }

  /** The actions since the last call. */
  takeActions(): readonly DialogueAction[] {
    const { actions } = this;
    this.actions = [];
    return actions;
  }

  // --- events ----------------------------------------------------------------------------------------------------

  absorb(event: DialogueEvent, about: About): void {
    switch (event.event) {
      case 'connected':
        this.link = 'open';
        this.ledger.owe('greeting', about.message, about.recipient);
        return;
      case 'connect-failed':
      case 'closed':
        this.note(`-- ${event.reason}`);
        this.words ||= event.reason;
        this.over();
        return;
      case 'octets':
        for (const reply of this.read(event.octets)) this.receive(reply);
        return;
      case 'drained':
        this.allSent = true;
        return;
      case 'moved':
        this.blocks += 1;
        return;
      case 'secured':
        this.tls = 'yes';
        return;
      case 'handshake-failed':
        this.note(`-- TLS handshake failed: ${event.reason}`);
        this.words = event.reason;
        this.tls = 'failed';
        return;
      case 'window-over':
      case 'start':
      case 'wake':
        return;
    }
  }

  private over(): void {
    this.link = 'none';
    this.tls = 'no';
    this.allSent = true;
    this.isHalfClosed = false;
    this.ledger.connectionOver();
  }

  private read(octets: string): readonly Reply[] {
    if (this.reads === 'lines') return this.readLines(octets);
    const { state, replies } = feed(this.reader, this.reads === 'cut' ? this.cut(octets) : this.withoutBareLf(octets));
    this.reader = state;
    for (const { raw } of replies) for (const line of raw.split(/\r?\n/).slice(0, -1)) this.note(`S: ${visible(line)}`);
    return this.reads === 'paired' ? replies.map(byLastLine) : replies;
  }

  /**
   * RFC 5321 2.3.8: LF alone ends no line. Servers that use nothing else are understood all the same, but where a read
   * has CRLF as well, a LF without it is text: what stands behind it is no reply.
   */
  private withoutBareLf(octets: string): string {
    if (this.reads !== 'paired' || !octets.includes('\r\n')) return octets;
    const before = this.reader.tail.slice(-1);
    return (before + octets).replace(/(?<!\r)\n/g, ' ').slice(before.length);
  }

  /** A line end that is not there, behind each 512th octet of a line. */
  private cut(octets: string): string {
    let column = this.reader.tail.length;
    return octets.replace(/[^]/g, (octet) => {
      column = octet === '\n' ? 0 : column + 1;
      if (column <= LINE_BUFFER_OCTETS) return octet;
      column = 1;
      return `\r\n${octet}`;
    });
  }

  private readLines(octets: string): readonly Reply[] {
    const lines = (this.tail + octets).split(/(?<=\n)/);
    this.tail = lines.at(-1)?.endsWith('\n') === false ? (lines.pop() ?? '') : '';
    return lines.map((raw): Reply => {
      const line = raw.replace(/\r?\n$/, '');
      this.note(`S: ${visible(line)}`);
      return { code: replyCode(line), lines: [line.replace(/^\d{3}[- ]?/, '')], raw };
    });
  }

  private receive(reply: Reply): void {
    const owed = this.ledger.answered(reply);
    if (owed !== null) this.answer(owed, reply);
    else if (this.reads === 'paired') this.incoming.push({ reply, isStray: true });
    else this.early.push(reply);
  }

  private answer(owed: Owed, reply: Reply): void {
    const kind = replyClass(reply.code);
    if (owed.kind === 'EHLO' || owed.kind === 'HELO') {
      // RFC 5321 4.1.4: each hello replaces what the one before it was told. A reply to HELO lists nothing.
      this.list = owed.kind === 'EHLO' && kind === 2 ? parseEhloReply(reply).keywords : [];
      for (const { keyword } of this.list) this.everOffered.add(keyword);
    }
    if (kind !== 2 && kind !== 3) this.words = wordsOf(reply);
    if (!owed.dropped) this.incoming.push({ reply, isStray: false });
  }

  // --- actions ---------------------------------------------------------------------------------------------------

  connect(target: Target, tls: boolean, verify: boolean): void {
    this.link = 'connecting';
    this.tls = tls ? 'yes' : 'no';
    this.forgetPlaintext();
    this.list = [];
    this.note(`-- connecting to ${target.host}:${target.port}`);
    this.actions.push({ action: 'connect', target, tls, verify });
  }

  /** Ends the connection, if there is one. */
  close(how: 'close' | 'reset'): void {
    if (this.link === 'none') return;
    this.note(how === 'close' ? '-- closed' : '-- reset');
    this.actions.push({ action: how });
    this.over();
  }

  halfClose(): void {
    if (this.link !== 'open' || this.isHalfClosed) return;
    this.isHalfClosed = true;
    this.note('-- half-closed');
    this.actions.push({ action: 'half-close' });
  }

  /** Whether the socket is read at all; what comes meanwhile fills the buffers on the way. */
  setReading(isReading: boolean): void {
    if (this.link === 'open') this.actions.push({ action: isReading ? 'start-reading' : 'stop-reading' });
  }

  handshake(verify: boolean): void {
    this.tls = 'waiting';
    this.actions.push({ action: 'handshake', verify });
  }

  /**
   * TLS has begun. RFC 3207 4.2: the list from before it is forgotten.
   * @param keepPlaintext whether replies that came behind the 220 are taken to answer what is said inside TLS: never right
   */
  beginTls(keepPlaintext: boolean): void {
    this.note('-- TLS');
    this.list = [];
    const kept = [...this.incoming.map(({ reply }) => reply), ...this.early];
    this.forgetPlaintext();
    if (keepPlaintext) this.early = kept;
  }

  private forgetPlaintext(): void {
    this.reader = freshReplyReader;
    this.tail = '';
    this.incoming = [];
    this.early = [];
  }

  /**
   * Writes, if there is a connection.
   * @param shown for the log, one or more lines
   * @param owed what the replies to it will answer
   */
  write(octets: Buffer, shown: string, owed: readonly OwedKind[], about: About): void {
    if (this.link !== 'open' || this.isHalfClosed) {
      this.note(`-- no way to send: ${shown.replace(/\n.*/s, ' …')}`);
      return;
    }
    for (const line of shown === '' ? [] : shown.split('\n')) this.note(line);
    for (const kind of owed) this.owe(kind, about);
    if (octets.length === 0) return;
    if (this.burst === null) this.put(octets);
    else this.burst.push(octets);
  }

  private put(octets: Buffer): void {
    this.allSent = false;
    this.actions.push({ action: 'write', octets });
  }

  private owe(kind: OwedKind, about: About): void {
    this.ledger.owe(kind, about.message, about.recipient);
    const early = this.early.shift();
    if (early !== undefined) this.receive(early);
  }

  /** From here to endBurst all writes are one. @returns false when a burst has begun already */
  beginBurst(): boolean {
    if (this.burst !== null) return false;
    this.burst = [];
    return true;
  }

  endBurst(): void {
    const octets = Buffer.concat(this.burst ?? []);
    this.burst = null;
    if (octets.length > 0) this.put(octets);
  }

  wakeAt(at: number): void {
    this.actions.push({ action: 'wake', at });
  }

  note(text: string): void {
    this.actions.push({ action: 'note', text });
  }
}

/** RFC 5321 4.2.1: the line without a hyphen is the reply; where those before it say something else, it counts. */
function byLastLine(reply: Reply): Reply {
  const code = replyCode(reply.raw.trimEnd().split('\n').at(-1) ?? '');
  return code === null || code === reply.code ? reply : { ...reply, code };
}

/** A reply as one text, code first, its lines joined by LF. */
export function wordsOf(reply: Reply | null): string {
  return reply === null ? '' : `${reply.code ?? ''} ${reply.lines.join('\n')}`.trim();
}
