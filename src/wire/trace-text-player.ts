// Plays the lines of a hand-written trace through the readers of the real session, so that every event on the record is
// complete: arrivals, units, modes, offers, message facts. One instance is one connection of the text.
// It decides nothing: replies, steps and ends are what the text says, and state moves by the code that was sent.

import { parseBdat, parseCommand, parseMail, parseRcpt, type Command } from '../smtp/command';
import type { EventName, Mode } from '../smtp/vocabulary';
import type { VirtualClock } from './clock';
import { LineReader, type Line, type LineRule } from './line-reader';
import { MailDataReader } from './mail-data';
import { OctetQueue } from './octet-queue';
import { Trace, type Sequence } from './trace';
import type {
  ClosedEvent,
  CommandEvent,
  ConnectedEvent,
  HoldEndedEvent,
  Source,
  StepEvent,
  TlsEvent,
  TraceRecord,
} from './trace-event';
import { commandEvent, PlayedChunks, type MailDataOnRecord } from './trace-text-units';
import { TraceTextError, type ConnectionHeader, type TextItem } from './trace-text-line';

/** Longer than any line of a hand-written trace, or of a printed one. */
const LONGEST_LINE_OCTETS = 2 ** 24;

const WITHOUT_BOUNDS = { octets: Infinity, events: Infinity };

/** The unit that waits for its reply. */
interface Owed {
  readonly seq: number;
  readonly unit: EventName | 'chunk' | 'message';
  /** For a command; else null. */
  readonly command: Command | null;
  /** For the last BDAT chunk. */
  readonly last: boolean;
}

interface Hold {
  readonly at: number;
  readonly ms: number | null;
  octets: number;
}

/** A reply as the text gave it: all of it, and the piece that leaves now. */
export interface PlayedReply {
  readonly line: number;
  readonly whole: string;
  readonly piece: string;
  readonly final: boolean;
}

export class TraceTextPlayer {
  readonly number: number;
  private readonly clock: VirtualClock;
  private readonly trace: Trace;
  private readonly queue = new OctetQueue();
  private readonly lines = new LineReader(this.queue, LONGEST_LINE_OCTETS);
  private lineRule: LineRule = 'lf';
  private mode: Mode = 'command';
  private owed: Owed | null = null;
  private replying: { readonly seq: number; readonly code: number | null } | null = null;
  private hold: Hold | null = null;
  private busyUntil = 0;
  private source: Source = { kind: 'default' };
  private sentOctets = 0;
  private sender = '';
  private recipients: string[] = [];
  private content: MailDataReader | null = null;
  private chunks: PlayedChunks | null = null;
  private clientEnd: 'fin' | 'reset' | null = null;
  private serverEnd = false;
  private firstToEnd: ClosedEvent['by'] | null = null;
  private closed = false;

  constructor(number: number, header: ConnectionHeader, clock: VirtualClock, sequence: Sequence) {
    const server = header.server ?? 0;
    this.number = number;
    this.clock = clock;
    this.trace = new Trace(number, server, clock, sequence, WITHOUT_BOUNDS);
    const connected: Omit<ConnectedEvent, 'seq' | 'at'> = {
      type: 'connected',
      connection: number,
      server,
      peer: header.peer ?? { address: '127.0.0.1', port: 40_000 + number },
      local: header.local ?? { address: '127.0.0.1', port: 2525 + server },
      ...(header.implicitTls ? { implicitTls: true } : {}),
      ...(header.proxiedBy === null ? {} : { proxiedBy: header.proxiedBy }),
    };
    this.owed = { seq: this.trace.record(connected), unit: 'connect', command: null, last: false };
    if (header.implicitTls) this.startTls();
  }

  get isClosed(): boolean {
    return this.closed;
  }

  toRecord(): TraceRecord {
    return this.trace.toRecord();
  }

  /** @throws TraceTextError during a handshake, whose octets are below the plain layer */
  receive(octets: Buffer, line: number): void {
    if (this.mode === 'tls') {
      throw new TraceTextError(line, 'in a handshake only TLS lines can stand; write TLS failed and the reason');
    }
    this.arrive(octets, true);
  }

  /** Octets that the trace did not keep: they stand as `~` for the readers. */
  receiveLost(length: number): void {
    this.arrive(Buffer.alloc(length, '~'), false);
  }

  private arrive(octets: Buffer, kept: boolean): void {
    const { length } = octets;
    const offset = this.queue.total;
    const seq = this.trace.record({ type: 'received', layer: 'plain', offset, length, ...(kept ? { octets } : {}) });
    if (this.hold !== null) this.hold.octets += length;
    this.queue.push(octets, seq, this.clock.now());
    this.take();
  }

  /**
   * @param closes whether the text leaves the closing after QUIT and 421 to us
   * @param handshake whether a 220 to STARTTLS begins one
   * @throws TraceTextError when nothing waits for a reply
   */
  reply(reply: PlayedReply, closes: boolean, handshake: boolean): void {
    if (this.replying === null) {
      const code = codeOf(reply.whole);
      const dribbled = reply.final ? {} : { dribbled: true as const };
      this.replying = { seq: this.answer(reply.line, { code, octets: reply.whole, ...dribbled }), code };
    }
    const { seq, code } = this.replying;
    this.send(reply.piece, reply.piece !== reply.whole);
    if (!reply.final) return;
    if (reply.piece !== reply.whole) this.trace.record({ type: 'reply-ended', reply: seq });
    this.replying = null;
    this.settle(code, closes, handshake);
  }

  /**
   * Octets that are no proper reply; `as` says which code they stand for. Without, they answer nothing, but the unit has
   * had all it will get.
   */
  raw(item: TextItem & { kind: 'raw' }, closes: boolean): void {
    const { octets, as } = item;
    if (as !== null) this.answer(item.line, { code: null, octets, raw: true, as });
    else {
      this.demandOwed(item.line);
      this.due();
      this.record({ code: null, octets, answers: null, unsolicited: true, raw: true });
    }
    this.sentOctets += octets.length;
    this.settle(as, closes, true);
  }

  unsolicited(octets: string, raw: boolean, closes: boolean): void {
    this.due();
    const code = raw ? null : codeOf(octets);
    this.record({ code, octets, answers: null, unsolicited: true, ...(raw ? { raw: true } : {}) });
    this.sentOctets += octets.length;
    if (code === 421 && closes) this.closing('close', { kind: 'default' });
  }

  private answer(line: number, form: ReplyForm): number {
    const answers = this.demandOwed(line);
    this.due();
    return this.record({ ...form, answers });
  }

  private demandOwed(line: number): number {
    if (this.owed !== null) return this.owed.seq;
    const partly = this.mode === 'bdat' ? '; the announced octets are not complete' : '';
    throw new TraceTextError(line, `nobody waits for this reply${partly}; write S? for one that nobody asked for`);
  }

  private record(form: ReplyForm & { readonly answers: number | null }): number {
    const inputWaiting = this.queue.length;
    const place = { offset: this.sentOctets, length: form.octets.length };
    return this.trace.record({ type: 'reply', ...form, source: this.source, inputWaiting, ...place });
  }

  /** Only the pieces of a dribbled reply have an event of their own. */
  private send(octets: string, piece: boolean): void {
    const buffer = Buffer.from(octets, 'latin1');
    const { length } = buffer;
    if (piece) this.trace.record({ type: 'sent', layer: 'plain', offset: this.sentOctets, length, octets: buffer });
    this.sentOctets += length;
  }

  /** Lets a `wait` and an undisturbed `hold` run to their end before what comes next. */
  private due(): void {
    const { hold } = this;
    if (hold?.ms != null && hold.octets === 0) this.busyUntil = Math.max(this.busyUntil, hold.at + hold.ms);
    if (this.busyUntil > this.clock.now()) this.clock.advance(this.busyUntil - this.clock.now());
    if (hold === null) return;
    const heldMs = this.clock.now() - hold.at;
    this.endHold(hold.octets > 0 && heldMs < (hold.ms ?? Infinity) ? 'input' : 'time');
  }

  private endHold(by: HoldEndedEvent['by']): void {
    if (this.hold === null) return;
    const { at, octets } = this.hold;
    this.hold = null;
    this.trace.record({ type: 'hold-ended', by, heldMs: this.clock.now() - at, octets });
  }

  /** Moves the state by the code that was sent, whoever sent it (semantics A4). */
  private settle(code: number | null, closes: boolean, handshake: boolean): void {
    const owed = this.owed;
    this.owed = null;
    if (owed !== null && code !== null) this.move(owed, Math.floor(code / 100), code, handshake);
    if (closes && (code === 421 || (owed?.unit === 'QUIT' && code !== null))) {
      this.closing('close', { kind: 'default' });
    }
    this.take();
  }

  private move(owed: Owed, digit: number, code: number, handshake: boolean): void {
    switch (owed.unit) {
      case 'EHLO':
      case 'HELO':
      case 'RSET':
        if (digit === 2) this.resetTransaction();
        if (owed.unit === 'EHLO' && digit === 2) this.offer();
        return;
      case 'MAIL':
        if (digit !== 2) return;
        this.resetTransaction();
        this.sender = parseMail(owed.command?.argument ?? '').path.address;
        return;
      case 'RCPT':
        if (digit === 2) this.recipients.push(parseRcpt(owed.command?.argument ?? '').path.address);
        return;
      case 'DATA':
        if (digit === 3) this.setMode('content');
        return;
      case 'message':
        this.resetTransaction();
        return;
      case 'chunk':
        if (owed.last) this.resetTransaction();
        return;
      case 'AUTH':
      case 'auth-response':
        this.setMode(digit === 3 ? 'sasl' : 'command');
        return;
      case 'STARTTLS':
        if (code === 220 && handshake) this.startTls();
        return;
      default:
    }
  }

  private offer(): void {
    const reply = this.trace.events.findLast((event) => event.type === 'reply');
    if (reply?.type !== 'reply') return;
    const lines = reply.octets.split('\r\n').slice(1, -1);
    this.trace.record({ type: 'offered', keywords: lines.map((line) => line.slice(4)) });
  }

  private resetTransaction(): void {
    this.sender = '';
    this.recipients = [];
    this.chunks = null;
  }

  private setMode(mode: Mode): void {
    if (this.mode === mode) return;
    this.mode = mode;
    this.content = mode === 'content' || mode === 'swallow' ? new MailDataReader(0) : null;
    this.trace.record({ type: 'mode', mode });
  }

  // --- units ---------------------------------------------------------------------------------------------------

  private get free(): boolean {
    return this.owed === null && this.replying === null && !this.serverEnd && !this.closed;
  }

  private take(): void {
    while (this.free && this.takeUnit());
  }

  private takeUnit(): boolean {
    switch (this.mode) {
      case 'command':
      case 'sasl':
        return this.takeLine(this.mode === 'sasl');
      case 'content':
      case 'swallow':
        return this.takeContent(this.mode === 'content');
      case 'bdat':
        return this.takeChunk();
      case 'tls':
      case 'mute':
        return false;
    }
  }

  private takeLine(sasl: boolean): boolean {
    const line = this.lines.take(this.lineRule, true);
    if (line.kind !== 'line') return false;
    const command = parseCommand(line.text);
    const event = this.recordCommand(line, command, sasl);
    if (event.event === 'BDAT' && this.beginChunk(event, command)) return true;
    this.owed = { seq: event.seq, unit: event.event, command, last: false };
    return true;
  }

  private recordCommand(line: Line, command: Command, sasl: boolean): CommandEvent {
    const { event, secretOctets } = commandEvent(line, command, sasl);
    if (secretOctets > 0) this.trace.redact(line.offset + line.text.length - secretOctets, secretOctets);
    this.trace.record(event);
    return this.trace.events.at(-1) as CommandEvent;
  }

  private takeContent(answered: boolean): boolean {
    if (this.content?.take(this.queue) !== true) return false;
    const seq = this.recordContent(this.content, true);
    this.setMode('command');
    if (answered) this.owed = { seq, unit: 'message', command: null, last: false };
    else this.resetTransaction();
    return true;
  }

  /** Mail data that will never end is on the record too. */
  private cutContent(): void {
    if (this.content === null || this.content.taken === 0) return;
    this.recordContent(this.content, false);
    this.resetTransaction();
  }

  private recordContent(reader: MailDataReader, complete: boolean): number {
    const { summary, ...end } = reader.finish(complete);
    const { content: _, ...measured } = summary;
    this.content = null;
    return this.recordMessage({ via: 'DATA', ...measured, ...end });
  }

  private recordMessage(end: MailDataOnRecord): number {
    const { sender, recipients } = this;
    return this.trace.record({ type: 'message', ...end, sender, recipients, stored: null });
  }

  /** @returns false when the argument is no chunk size: then the line is answered like any other */
  private beginChunk(event: CommandEvent, command: Command): boolean {
    const chunk = parseBdat(command.argument);
    if (chunk === null) return false;
    this.chunks ??= new PlayedChunks(event);
    this.chunks.begin(event, chunk);
    this.setMode('bdat');
    return true;
  }

  private takeChunk(): boolean {
    const event = this.chunks?.take(this.queue) ?? null;
    if (this.chunks === null || event === null) return false;
    this.trace.record(event);
    this.setMode('command');
    if (event.last) this.recordMessage(this.chunks.finish(this.queue.offset));
    this.owed = { seq: event.command, unit: 'chunk', command: null, last: event.last };
    return true;
  }

  // --- steps, TLS and the end ----------------------------------------------------------------------------------

  by(source: Source): void {
    this.source = source;
  }

  note(item: TextItem & { kind: 'note' }): void {
    const rule = /^line-endings (crlf|lf|cr-or-lf)$/.exec(item.detail)?.[1];
    if (item.fact === 'config-changed' && rule !== undefined) this.lineRule = rule as LineRule;
    this.trace.record({ type: 'note', fact: item.fact, detail: item.detail });
  }

  step(item: TextItem & { kind: 'step' }): void {
    const { step, ms, detail } = item;
    const octets = step === 'discard' ? (item.octets ?? this.queue.length) : null;
    this.trace.record({
      type: 'step',
      step,
      source: this.source.kind === 'default' ? { kind: 'rule', rule: 'text' } : this.source,
      ...(ms === null ? {} : { ms }),
      ...(octets === null ? {} : { octets }),
      ...(detail === '' ? {} : { detail }),
    });
    this.perform(step, ms, detail);
  }

  private perform(step: StepEvent['step'], ms: number | null, detail: string): void {
    const now = this.clock.now();
    if (step === 'hold') this.hold = { at: now, ms, octets: 0 };
    else if (step === 'wait') this.busyUntil = now + (ms ?? 0);
    else if (step === 'discard') this.queue.clear();
    else if (step === 'ignore') this.owed = null;
    else if (step === 'swallow') this.setMode('swallow');
    else if (step === 'mute' && ms === null) this.mode = 'mute';
    else if (step === 'next') {
      const mode = NEXT_MODES[detail];
      if (mode !== undefined) this.setMode(mode);
    }
    this.take();
  }

  private startTls(): void {
    this.setMode('tls');
    const octets = this.queue.clear();
    // What stood behind the STARTTLS line must not be read inside TLS (RFC 3207 4.2).
    const detail = 'plaintext behind STARTTLS';
    if (octets > 0) this.trace.record({ type: 'step', step: 'discard', source: { kind: 'default' }, octets, detail });
    this.trace.record({ type: 'tls', phase: 'started' });
  }

  tls(item: TextItem & { kind: 'tls' }): void {
    if (item.phase === 'started') {
      this.startTls();
      return;
    }
    if (item.phase === 'secured') {
      if (this.mode !== 'tls')
        throw new TraceTextError(item.line, 'no STARTTLS was answered by 220, nor is TLS implicit');
      // What stood behind the STARTTLS line must not be read inside TLS (RFC 3207 4.2).
      const octets = this.queue.clear();
      if (octets > 0) this.trace.record({ type: 'step', step: 'discard', source: { kind: 'default' }, octets });
    }
    const event: Omit<TlsEvent, 'seq' | 'at'> = { type: 'tls', phase: item.phase, ...item.words };
    this.trace.record(event);
    if (item.phase !== 'secured') return;
    this.resetTransaction();
    this.setMode('command');
    this.take();
  }

  peer(item: TextItem & { kind: 'peer' }): void {
    const reason = item.reason === '' ? {} : { reason: item.reason };
    this.endHold('peer-closed');
    this.trace.record({ type: 'peer', what: item.what, ...reason });
    if (item.what === 'write-failed') return;
    this.clientEnd = item.what;
    this.firstToEnd ??= 'client';
    if (this.free) this.cutContent();
    if (item.what === 'reset' || this.firstToEnd === 'server') this.close(item.what);
  }

  closing(how: 'close' | 'half-close' | 'reset' | 'destroy', source: Source = this.source): void {
    this.endHold('stopped');
    this.trace.record({ type: 'closing', how, source });
    this.firstToEnd ??= 'server';
    // A half-close ends our direction only: the session goes on reading.
    this.serverEnd = how !== 'half-close';
    if (this.serverEnd) this.cutContent();
    if (how === 'reset') this.close('reset');
    else if (how === 'destroy') this.close('destroyed');
    else if (this.clientEnd !== null) this.close('fin');
  }

  /** The text has no more to say: whoever is still there leaves now. */
  finish(): void {
    if (this.closed) return;
    if (this.clientEnd === null && this.firstToEnd === 'server') {
      this.trace.record({ type: 'peer', what: 'fin' });
      this.clientEnd = 'fin';
      this.close('fin');
    } else this.closing(this.clientEnd === null ? 'destroy' : 'close', { kind: 'default' });
  }

  private close(how: ClosedEvent['how']): void {
    this.closed = true;
    this.trace.record({
      type: 'closed',
      by: this.firstToEnd ?? 'server',
      how,
      receivedOctets: this.queue.total,
      sentOctets: this.sentOctets,
      unread: this.queue.length,
    });
  }
}

interface ReplyForm {
  readonly code: number | null;
  readonly octets: string;
  readonly raw?: true;
  readonly as?: number;
  readonly unsolicited?: true;
  readonly dribbled?: true;
}

/** What `S! next …` does to the reading; the ends among them are the act of an `S-` line. */
const NEXT_MODES: Readonly<Partial<Record<string, Mode>>> = {
  content: 'content',
  commands: 'command',
  plain: 'command',
  swallow: 'swallow',
  mute: 'mute',
};

function codeOf(octets: string): number | null {
  const digits = /^\d{3}/.exec(octets)?.[0];
  return digits === undefined ? null : Number(digits);
}
