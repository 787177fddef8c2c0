// One connection as it runs: pulls units from the octet queue in the mode the engine wants, feeds them in, performs what
// comes out, and puts it all on the trace. The thin shell round the pure dialogue (scenario/engine.ts); decides nothing.
// It offers send() and close() because smtp-server's closing calls them on members of its set of connections.

import type { Line } from '../wire/line-reader';
import type { Trace } from '../wire/trace';
import type { Endpoint, Layer, Source } from '../wire/trace-event';
import { currentOrLast } from '../smtp/transaction';
import type { EventName } from '../smtp/vocabulary';
import type { Effect, Input, LineIn, ReplyEffect } from '../scenario/effects';
import { step, wants } from '../scenario/engine';
import { draws } from '../scenario/random';
import type { Dribble } from '../scenario/scenario';
import { newSession, type Session } from '../scenario/session';
import { applyChanges } from '../scenario/world';
import { Alarms } from './alarms';
import { sayInPieces } from './dribbled';
import { receivedMessage, type StoredMessage } from './received-message';
import { ReadAhead } from './read-ahead';
import type { SessionHost, SessionStart } from './session-host';
import { SessionSecrets } from './session-secrets';
import { SessionServices } from './session-services';
import {
  chunkEvent,
  closedEvent,
  commandEvent,
  connectedEvent,
  messageEvent,
  replyEvent,
  storedMessage,
} from './session-events';
import { Transport, type Afterwards, type TransportEvents } from './transport';
import { UnitReader, type TakenMessage } from './unit-reader';

/** How long an LF-only client waits for a strict reader's 500 (judging trap 11). */
const BARE_LF_PATIENCE_MS = 10_000;
/** How long a CR at the very end may still get its LF. */
const BARE_CR_PATIENCE_MS = 200;
/** After our FIN: read on and record, so that no RST destroys the reply (semantics A5). */
const DRAIN_MS = 2000;

export class ServerSession implements TransportEvents {
  readonly connection: number;
  readonly trace: Trace;
  readonly peer: Endpoint;
  private readonly host: SessionHost;
  private readonly start: SessionStart;
  private readonly transport: Transport;
  private readonly units: UnitReader;
  private readonly readAhead: ReadAhead;
  private readonly services: SessionServices;
  private state: Session;

  private readonly inputs: Input[] = [];
  /** Of the latest step, and how many of them are done. */
  private effects: readonly Effect[] = NO_EFFECTS;
  private performed = 0;
  private readonly alarms: Alarms;
  /** What to add to the record's clock to get the date; taken once, so that a unit costs no Date. */
  private readonly epochMs: number;
  private busy = false;
  /** A dribbled reply is on its way: nothing else happens meanwhile. */
  private dribbling = false;
  private begun = false;

  private line: Line | null = null;
  private message: TakenMessage | null = null;
  private received: StoredMessage | null = null;
  private currentSeq = 0;
  private lastReplySeq = 0;
  private lastActivityAt: number;
  /** The moment of the step that is on. */
  private now: number;
  /** When what is being taken was read, which is the moment of the first step that takes it. */
  private readAt: number | null = null;
  private endedBy: 'client' | 'server' | null = null;
  private endedHow: 'fin' | 'reset' | 'destroyed' = 'fin';
  private peerGone = false;
  private drained = false;
  /** Octets that came while nothing was taken any more. */
  private unread = 0;
  /** Null: they stay on the record. */
  private readonly secrets: SessionSecrets | null;

  constructor(host: SessionHost, start: SessionStart) {
    this.host = host;
    this.start = start;
    this.connection = start.connection;
    this.trace = start.trace;
    this.peer = start.peer;
    this.secrets = host.keepSecrets ? null : new SessionSecrets(start.trace);
    this.units = new UnitReader(host.maxLineOctets, host.keepContent ? host.store.largest : 0, host.measuresLate);
    this.readAhead = new ReadAhead(start.trace);
    this.alarms = new Alarms(host.clock);
    this.services = new SessionServices(host, start.trace, (input) => this.input(input));
    this.state = newSession(start.connection, host.seed, start.peer, start.local);
    this.now = host.clock.now();
    this.lastActivityAt = this.now;
    this.epochMs = host.clock.date().getTime() - this.now;
    this.currentSeq = this.trace.record(connectedEvent(start, host.compiled().server.tls.implicit));
    this.transport = new Transport(start, host.clock, draws(host.seed, start.connection, -1), this);
  }

  /** Whether the client has said everything it will, or the connection is gone. */
  get isOver(): boolean {
    return this.transport.isOver;
  }

  /** Begins the dialogue; with implicit TLS the handshake comes first. */
  begin(refusal: 'too-many-connections' | 'rate-limited' | null = null): void {
    this.begun = true;
    const { implicit } = this.host.compiled().server.tls;
    if (implicit && !this.state.tls && refusal === null) this.transport.startTls(null);
    else this.input({ kind: 'opened', refusal });
  }

  /** Stops in good order: finishes the step that runs, says 421, closes. */
  stop(): void {
    if (this.begun) this.input({ kind: 'stop' });
    else this.destroy();
  }

  /** Turned away with a RST and not a word. */
  refuse(): void {
    this.end('reset', { kind: 'policy', policy: 'accept' });
  }

  /** Ends at once. */
  destroy(): void {
    if (this.transport.isOver) return;
    if (!this.transport.isLeft) this.trace.record({ type: 'closing', how: 'destroy', source: { kind: 'default' } });
    this.noteEnd('server', 'destroyed');
    this.transport.destroy();
  }

  /** For smtp-server's closing: a reply out of turn. */
  send(code: number, text: string): void {
    this.transport.write(Buffer.from(`${code} ${text}\r\n`, 'latin1'));
  }

  /** For smtp-server's closing. */
  close(): void {
    this.destroy();
  }

  // --- what comes in ---------------------------------------------------------------------------------------------

  onOctets(octets: Buffer, seq: number, at: number): Afterwards {
    const { passing } = this.units;
    this.lastActivityAt = at;
    if (this.state.phase === 'closing') {
      this.secrets?.leftOver(this.units.received, Infinity);
      return 'held';
    }
    this.units.push(octets, seq, at);
    // Nobody will ever take these: they are on the record, and that is all.
    if (this.state.phase === 'muted' || this.state.phase === 'awaiting-fin') this.unread += this.discardWaiting();
    this.readAhead.look(this.units.waiting, this.transport);
    this.readAt = at;
    if (this.state.waiting?.for === 'hold') this.input({ kind: 'arrived' });
    else this.pump();
    this.readAt = null;
    const keepsOne = this.message !== null || this.received !== null || this.services.isSaving;
    if (!keepsOne && !this.units.holdsOctets) return 'nothing-held';
    return passing !== null && passing === this.units.passing && this.units.waiting === 0 ? 'passed' : 'held';
  }

  shownOctets(layer: Layer, octets: Buffer): Buffer {
    return this.secrets?.shownOctets(layer, octets) ?? octets;
  }

  onHandshake(failed: string | null): void {
    this.input(failed === null ? { kind: 'secured' } : { kind: 'tls-failed', reason: failed });
  }

  onPeerGone(how: 'fin' | 'reset'): void {
    if (this.peerGone) return;
    this.peerGone = true;
    this.noteEnd('client', how);
    if (this.state.phase === 'closing') return;
    if (!this.begun || how === 'reset') {
      this.cutMessageShort();
      this.alarms.cancelAll();
      this.transport.release();
      return;
    }
    this.input({ kind: 'peer-closed' });
  }

  private input(input: Input): void {
    this.inputs.push(input);
    this.pump();
  }

  /** Works off effects, inputs and units, in this order, until nothing can be done. */
  pump(): void {
    if (this.busy) return;
    this.busy = true;
    try {
      for (;;) {
        if (this.dribbling) return;
        const effect = this.effects[this.performed];
        if (effect !== undefined) {
          this.performed++;
          this.perform(effect);
        } else {
          const input = this.inputs.shift() ?? this.nextUnit();
          if (input === null) {
            // Done with, and a client that goes on waiting should not keep them.
            this.effects = NO_EFFECTS;
            this.performed = 0;
            return;
          }
          this.feed(input);
        }
      }
    } catch (error) {
      // A fault of ours in one dialogue must not take the others down; it is told, and this connection ends.
      this.host.failed(error instanceof Error ? error : new Error(String(error)));
      this.destroy();
    } finally {
      this.busy = false;
      this.transport.flushSoon();
    }
  }

  private feed(input: Input): void {
    const { host } = this;
    const now = this.readAt ?? host.clock.now();
    this.now = now;
    this.readAt = null;
    const stepped = step(host.compiled(), host.world, this.state, input, {
      now,
      wallClock: this.epochMs + now,
      waiting: this.units.waiting,
      pendingLines: this.pendingLines(),
      lastReplySeq: this.lastReplySeq,
      lastActivityAt: this.lastActivityAt,
      received: this.units.received,
    });
    this.state = stepped.session;
    if (stepped.changes.length > 0) applyChanges(host.world, stepped.changes);
    this.effects = stepped.effects;
    this.performed = 0;
  }

  /** Only a hold looks at them: one that is on, or one that a step about to be taken may begin. */
  private pendingLines(): readonly string[] {
    return this.host.compiled().holdsForLines ? this.units.pendingLines() : NO_LINES;
  }

  // --- units -----------------------------------------------------------------------------------------------------

  private nextUnit(): Input | null {
    if (this.transport.isOver || this.transport.isLeft) return null;
    if (this.transport.blocked) return null;
    this.readAhead.look(this.units.waiting, this.transport);
    switch (wants(this.state)) {
      case 'line':
        return this.nextLine() ?? this.nothingLeft();
      case 'content':
        return this.nextContent() ?? this.nothingLeft();
      case 'bdat':
        return this.nextChunk() ?? this.nothingLeft();
      case 'nothing':
        return null;
    }
  }

  /** The client has closed and all that it sent has been answered. */
  private nothingLeft(): Input | null {
    if (!this.peerGone || this.drained) return null;
    this.drained = true;
    this.cutMessageShort();
    return { kind: 'drained' };
  }

  private nextLine(): Input | null {
    // A rule may have left content mode in the middle of a message: what is left of it are commands.
    this.cutMessageShort();
    if (!this.state.tls && this.units.seesClientHello()) {
      this.trace.record({ type: 'tls', phase: 'client-hello', reason: 'a ClientHello where a command was expected' });
      this.discard('TLS records', { kind: 'default' });
      return null;
    }
    const rule = this.host.compiled().server.lineEndings;
    const line = this.units.line(rule);
    if (line.kind === 'line') return { kind: 'line', line: this.lineIn(line) };
    if (rule === 'crlf' && line.pending === 'bare-lf') this.patience('bare-lf', BARE_LF_PATIENCE_MS);
    else if (line.pending === 'bare-cr') this.patience('bare-cr', BARE_CR_PATIENCE_MS);
    return null;
  }

  private lineIn(line: Line): LineIn {
    this.line = line;
    return line;
  }

  private patience(kind: 'bare-lf' | 'bare-cr', ms: number): void {
    if (this.alarms.has(kind)) return;
    this.alarms.at(kind, this.host.clock.now() + ms, () => {
      if (wants(this.state) !== 'line') return;
      const line = kind === 'bare-lf' ? this.units.line('lf') : this.units.line('cr-or-lf', true);
      if (line.kind !== 'line') return;
      const bareLf = kind === 'bare-lf' && line.terminator === 'LF';
      this.input({ kind: bareLf ? 'bare-lf' : 'line', line: this.lineIn(line) });
    });
  }

  private nextContent(): Input | null {
    const taken = this.units.content(this.state.contentThreshold);
    if (taken === null) return null;
    if ('reached' in taken) return { kind: 'content-reached', octets: taken.reached };
    this.message = taken.message;
    return { kind: 'message', summary: taken.message.summary };
  }

  private nextChunk(): Input | null {
    const { bdat, contentThreshold } = this.state;
    if (bdat === null || this.line === null) return null;
    const taken = this.units.chunk(this.line, bdat.octets, bdat.last, contentThreshold);
    if (taken === null) return null;
    if ('reached' in taken) return { kind: 'content-reached', octets: taken.reached };
    this.message = taken.message;
    return { kind: 'chunk', octets: taken.octets, summary: taken.message?.summary ?? null };
  }

  /** Mail data that the client never ended is on the record too. */
  private cutMessageShort(): void {
    this.message = this.units.cutShort();
    if (this.message === null) return;
    // An early refusal may have ended its transaction already.
    const envelope = currentOrLast(this.state.transaction);
    this.now = this.host.clock.now();
    this.takeMessage(envelope?.sender ?? '', envelope?.recipients ?? [], 'DATA');
    this.message = null;
    this.received = null;
  }

  // --- what is to be done ----------------------------------------------------------------------------------------

  private perform(effect: Effect): void {
    switch (effect.effect) {
      case 'take-line':
        return this.takeLine(effect.event, effect.redactFrom);
      case 'take-message':
        return this.takeMessage(effect.sender, effect.recipients, effect.via);
      case 'take-chunk':
        this.trace.record(chunkEvent(effect, this.currentSeq));
        return;
      case 'reply':
        return this.reply(effect);
      case 'record':
        this.trace.record(
          this.secrets?.shownNote(effect.event, this.host.compiled().server.auth.users) ?? effect.event,
        );
        return;
      case 'alarm':
        return this.alarms.at(effect.alarm, effect.at, () => this.input({ kind: 'alarm', alarm: effect.alarm }));
      case 'cancel':
        return this.alarms.cancel(effect.alarm);
      case 'dispose':
        return this.dispose(effect.accepted);
      case 'save':
        return this.save();
      case 'discard-input':
        return this.discard(effect.why, effect.source);
      case 'pause-reading':
        return this.transport.pause('session');
      case 'resume-reading':
        return this.transport.resume('session');
      case 'start-tls':
        return this.startTls(effect.behind);
      case 'sasl-start':
        this.inputs.unshift(this.services.startSasl(effect.mechanism, effect.initial));
        return;
      case 'sasl-line':
        this.inputs.unshift(this.services.saslLine(effect.line));
        return;
      case 'look-up':
        return this.services.lookUp(effect.look, effect.question);
      case 'close':
      case 'half-close':
      case 'reset':
        return this.end(effect.effect, effect.source);
    }
  }

  private takeLine(event: EventName, redactFrom: number | null): void {
    const { line } = this;
    if (line === null) return;
    const secretFrom = this.secrets?.hide(line, redactFrom) ?? null;
    this.currentSeq = this.trace.append(commandEvent(line, event, secretFrom, this.trace.stamp(this.now)));
    if (event !== 'BDAT' && event !== 'NOOP') this.units.forgetChunks();
  }

  private takeMessage(sender: string, recipients: readonly string[], via: 'DATA' | 'BDAT'): void {
    const { message, host, state, connection } = this;
    if (message === null) return;
    const id = host.store.nextId();
    const envelope = { sender, recipients };
    const seq = this.trace.append(messageEvent(message, envelope, via, id, this.trace.stamp(this.now)));
    // The last chunk's reply answers BDAT; only the final dot is answered as a message.
    if (via === 'DATA') this.currentSeq = seq;
    this.received = storedMessage(message, envelope, {
      id,
      connection,
      server: this.start.server,
      at: this.now,
      tls: state.tls,
      user: state.user,
    });
  }

  private save(): void {
    const { received } = this;
    if (received === null) this.inputs.unshift({ kind: 'saved', ok: true, reason: '' });
    else this.services.save(receivedMessage(received), () => this.received === received);
  }

  private dispose(accepted: boolean): void {
    const { received } = this;
    this.received = null;
    this.message = null;
    if (received === null) return;
    this.host.messageTaken({ ...received, accepted });
  }

  private reply(effect: ReplyEffect): void {
    const { now } = this;
    this.lastActivityAt = now;
    const answers = effect.answers ? this.currentSeq : null;
    const stamp = this.trace.stamp(now);
    const shown = this.secrets?.shown(effect) ?? effect;
    const seq = this.trace.append(replyEvent(shown, answers, this.units.waiting, this.transport.sent, stamp));
    // "Early" is held against replies that a client has to wait for; those nobody asked for are none.
    if (effect.answers) this.lastReplySeq = seq;
    if (effect.dribble === null) this.transport.say(effect.octets);
    else this.dribble(effect, shown.octets, effect.dribble, seq);
  }

  /** @param shown what stands on the record */
  private dribble(effect: ReplyEffect, shown: string, dribble: Dribble, reply: number): void {
    this.dribbling = true;
    const octets = Buffer.from(effect.octets, 'latin1');
    sayInPieces(octets.length, dribble, draws(this.host.seed, this.connection, reply), {
      write: (from, to) => this.transport.write(octets.subarray(from, to), shown.slice(from, to)),
      later: (afterMs, goOn) => this.alarms.at('dribble', this.host.clock.now() + afterMs, goOn),
      isOver: () => this.transport.isOver,
      done: () => {
        this.now = this.host.clock.now();
        const seq = this.trace.record({ type: 'reply-ended', reply });
        if (effect.answers) this.lastReplySeq = seq;
        this.dribbling = false;
        this.pump();
      },
    });
  }

  private discard(why: string, source: Source): void {
    const octets = this.discardWaiting();
    this.trace.record({ type: 'step', step: 'discard', source, octets, detail: why });
  }

  private discardWaiting(): number {
    const octets = this.units.discard();
    this.secrets?.leftOver(this.units.received - octets, this.units.received);
    return octets;
  }

  private startTls(behind: 'discard' | 'process'): void {
    const waiting = this.units.peekAll();
    if (waiting.length > 0 && behind === 'discard') this.discard('plaintext behind STARTTLS', { kind: 'default' });
    else this.discardWaiting();
    this.transport.startTls(behind === 'process' && waiting.length > 0 ? waiting : null);
  }

  // --- the end ---------------------------------------------------------------------------------------------------

  private end(how: 'close' | 'half-close' | 'reset', source: Source): void {
    this.trace.record({ type: 'closing', how, source });
    this.noteEnd('server', how === 'reset' ? 'reset' : 'fin');
    if (how === 'reset') {
      this.transport.reset();
      return;
    }
    this.transport.end();
    if (how === 'close') {
      this.transport.resume('session');
      this.alarms.at('drain', this.host.clock.now() + DRAIN_MS, () => this.transport.release());
    }
  }

  private noteEnd(by: 'client' | 'server', how: 'fin' | 'reset' | 'destroyed'): void {
    if (this.endedBy === null) {
      this.endedBy = by;
      this.endedHow = how;
    }
  }

  onClosed(): void {
    this.alarms.cancelAll();
    this.cutMessageShort();
    this.unread += this.discardWaiting();
    this.secrets?.sweep(this.start.path.length > 0, this.state.behindAuth);
    const { wireTotals } = this.transport;
    this.trace.record(closedEvent(this.endedBy ?? 'client', this.endedHow, wireTotals, this.unread));
    this.start.closed();
  }
}

const NO_LINES: readonly string[] = [];
const NO_EFFECTS: readonly Effect[] = [];
