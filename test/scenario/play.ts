// A virtual shell: plays the pure engine with literal octets on a virtual clock, without sockets. It does what
// src/server/session.ts does, in its order (effects, then inputs, then units), with the same readers and the same trace.
// A test reads like a transcript: play('rules: …').client('EHLO a\r\n').server('250 …').

import { SaslExchange } from '../../src/server/auth';
import { commandEvent, messageEvent, replyEvent } from '../../src/server/session-events';
import { UnitReader, type TakenMessage } from '../../src/server/unit-reader';
import { compileServer, drawSpan, type CompiledServer } from '../../src/scenario/compile';
import type { Effect, Input, LookUp, ReplyEffect } from '../../src/scenario/effects';
import { step, wants } from '../../src/scenario/engine';
import { loadScenarioText } from '../../src/scenario/load';
import { loadPersona } from '../../src/scenario/persona-load';
import { draws } from '../../src/scenario/random';
import { newSession, type Session } from '../../src/scenario/session';
import { applyChanges, createWorld, type LivingWorld } from '../../src/scenario/world';
import { virtualClock, type Alarm, type VirtualClock } from '../../src/wire/clock';
import type { Line } from '../../src/wire/line-reader';
import { Trace, type Sequence } from '../../src/wire/trace';
import type { TraceEvent, TraceEventType } from '../../src/wire/trace-event';

const BARE_LF_PATIENCE_MS = 10_000;
const BARE_CR_PATIENCE_MS = 200;
const MAX_LINE_OCTETS = 65_536;

export interface PlayOptions {
  readonly seed?: number;
  /** Address of the client. */
  readonly peer?: string;
  /** Accepted messages are saved before the reply; the test answers with `saved()`. */
  readonly saves?: boolean;
  readonly maxLineOctets?: number;
}

export interface ConnectOptions {
  readonly peer?: string;
  /** False: accepted, and not begun before `begin()`. */
  readonly begins?: boolean;
  readonly refusal?: 'too-many-connections' | 'rate-limited';
}

export interface Delivered {
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly accepted: boolean;
  readonly size: number;
}

/** A server that several connections share: clock, world, configuration. */
export class PlayedServer {
  readonly clock: VirtualClock = virtualClock();
  readonly world: LivingWorld = createWorld();
  readonly sequence: Sequence = { last: 0 };
  readonly messages: Delivered[] = [];
  readonly options: PlayOptions;
  compiled: CompiledServer;
  private accepted = 0;

  constructor(scenario: string, options: PlayOptions) {
    this.options = options;
    this.compiled = compileText(scenario, options);
  }

  connect(options: ConnectOptions = {}): Played {
    return new Played(this, ++this.accepted, options);
  }

  /** A change of configuration, as the console makes them. */
  reconfigure(scenario: string): void {
    this.compiled = compileText(scenario, this.options);
  }
}

function compileText(text: string, options: PlayOptions): CompiledServer {
  const scenario = loadScenarioText(`name: played\n${undented(text)}`, 'played.yaml');
  return compileServer(scenario, 0, loadPersona(scenario.persona), { saves: options.saves ?? false });
}

/** A template literal stands as deep as the code around it. */
function undented(text: string): string {
  const indents = text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.search(/\S/)]));
  return text.replaceAll(`\n${' '.repeat(Math.min(...indents.slice(text.startsWith('\n') ? 0 : 1), 99))}`, '\n');
}

/** @param scenario YAML without `name:`; every key may be left out */
export function serve(scenario: string, options: PlayOptions = {}): PlayedServer {
  return new PlayedServer(scenario, options);
}

/** One connection to a server of its own. */
export function play(scenario: string, options: PlayOptions = {}): Played {
  return serve(scenario, options).connect();
}

type EventOf<Type extends TraceEventType> = Extract<TraceEvent, { type: Type }>;

export class Played {
  readonly home: PlayedServer;
  readonly trace: Trace;
  private readonly units: UnitReader;
  private state: Session;
  private readonly inputs: Input[] = [];
  private readonly effects: Effect[] = [];
  private readonly alarms = new Map<string, Alarm>();
  private dribbling = false;
  private readonly asked = new Map<string, LookUp>();

  private line: Line | null = null;
  private message: TakenMessage | null = null;
  private received: Delivered | null = null;
  private sasl: SaslExchange | null = null;
  private currentSeq = 0;
  private lastReplySeq = 0;
  private lastActivityAt: number;
  private receivedOffset = 0;
  private sentOffset = 0;
  private peerGone = false;
  private drained = false;
  private readingStopped = false;
  private readonly unread: Buffer[] = [];

  private writes: string[] = [];
  /** How often a message was to be saved. */
  saves = 0;
  /** How it ended, from our side. */
  ending: 'close' | 'half-close' | 'reset' | null = null;

  constructor(home: PlayedServer, connection: number, options: ConnectOptions) {
    const { clock, sequence } = home;
    this.home = home;
    this.units = new UnitReader(home.options.maxLineOctets ?? MAX_LINE_OCTETS, 0);
    this.trace = new Trace(connection, 0, clock, sequence);
    const peer = { address: options.peer ?? home.options.peer ?? '192.0.2.7', port: 40_000 + connection };
    const local = { address: '127.0.0.1', port: 25 };
    this.state = newSession(connection, home.options.seed ?? 1, peer, local);
    this.lastActivityAt = clock.now();
    this.currentSeq = this.trace.record({ type: 'connected', connection, server: 0, peer, local });
    if (options.begins !== false) this.begin(options.refusal ?? null);
  }

  // --- what a test says ------------------------------------------------------------------------------------------

  begin(refusal: ConnectOptions['refusal'] | null = null): this {
    if (this.home.compiled.server.tls.implicit && !this.state.tls && refusal === null) return this;
    return this.input({ kind: 'opened', refusal: refusal ?? null });
  }

  /** Octets of the client; each argument is one read. */
  client(...chunks: readonly string[]): this {
    for (const chunk of chunks) this.onOctets(Buffer.from(chunk, 'latin1'));
    return this;
  }

  /** The octets written since the last look must be these lines. None: nothing must have been written. */
  server(...lines: readonly string[]): this {
    expect(this.said()).toEqual(lines.length === 0 ? '' : `${lines.join('\r\n')}\r\n`);
    return this;
  }

  /** The same for octets that are no lines. */
  octets(expected: string): this {
    expect(this.said()).toEqual(expected);
    return this;
  }

  /** The writes since the last look, each as the shell would hand it to the kernel. */
  writesSince(): readonly string[] {
    const { writes } = this;
    this.writes = [];
    return writes;
  }

  /** The octets written since the last look. */
  said(): string {
    return this.writesSince().join('');
  }

  /** The codes of the reply lines since the last look. */
  codes(): readonly number[] {
    return this.said()
      .split('\r\n')
      .filter((line) => /^\d{3}(?: |$)/.test(line))
      .map((line) => Number(line.slice(0, 3)));
  }

  /** Time goes by, for all connections of this server. */
  after(ms: number): this {
    this.home.clock.advance(ms);
    return this;
  }

  fin(): this {
    this.peerGone = true;
    return this.state.phase === 'closing' ? this : this.input({ kind: 'peer-closed' });
  }

  stop(): this {
    return this.input({ kind: 'stop' });
  }

  secured(): this {
    return this.input({ kind: 'secured' });
  }

  tlsFailed(reason: string): this {
    return this.input({ kind: 'tls-failed', reason });
  }

  saved(ok = true): this {
    return this.input({ kind: 'saved', ok, reason: '' });
  }

  /** The look-ups that wait for an answer. */
  get questions(): ReadonlyMap<string, LookUp> {
    return this.asked;
  }

  answer(look: string, found: boolean): this {
    expect([...this.asked.keys()]).toContain(look);
    this.asked.delete(look);
    return this.input({ kind: 'looked-up', look, found });
  }

  /** The connection must have ended so; null: it must be open. */
  ended(how: Played['ending']): this {
    expect(this.ending).toBe(how);
    return this;
  }

  get session(): Session {
    return this.state;
  }

  /** Octets received and not taken. */
  get waiting(): number {
    return this.units.waiting;
  }

  events<Type extends TraceEventType>(type: Type): readonly EventOf<Type>[] {
    return this.trace.events.filter((event): event is EventOf<Type> => event.type === type);
  }

  /** The replies on the trace, as "code answered-event-or-dash source". */
  replies(): readonly string[] {
    const bySeq = new Map(this.trace.events.map((event) => [event.seq, event]));
    return this.events('reply').map(({ code, as, answers, source }) => {
      const asked = answers === null ? undefined : bySeq.get(answers);
      const what = asked === undefined ? '-' : asked.type === 'command' ? asked.event : asked.type;
      const by = source.kind === 'rule' ? source.rule : source.kind === 'policy' ? source.policy : source.kind;
      return `${as ?? code ?? 'raw'} ${what} ${by}`;
    });
  }

  // --- what the shell does ---------------------------------------------------------------------------------------

  private onOctets(octets: Buffer): void {
    if (this.readingStopped) {
      this.unread.push(octets);
      return;
    }
    const { length } = octets;
    const seq = this.trace.record({ type: 'received', layer: 'plain', offset: this.receivedOffset, length, octets });
    this.receivedOffset += length;
    this.lastActivityAt = this.home.clock.now();
    if (this.state.phase === 'closing') return;
    this.units.push(octets, seq, this.lastActivityAt);
    if (this.state.waiting?.for === 'hold') this.input({ kind: 'arrived' });
    else this.pump();
  }

  private input(input: Input): this {
    this.inputs.push(input);
    this.pump();
    return this;
  }

  private pump(): void {
    while (!this.dribbling) {
      const effect = this.effects.shift();
      if (effect !== undefined) this.perform(effect);
      else {
        const input = this.inputs.shift() ?? this.nextUnit();
        if (input === null) break;
        this.feed(input);
      }
    }
    // Alarms for now or for a moment that has passed come at once, as on a running clock.
    const next = this.home.clock.nextAlarmAt();
    if (!this.dribbling && next !== null && next <= this.home.clock.now()) this.home.clock.advance(0);
  }

  private feed(input: Input): void {
    const { compiled, world, clock } = this.home;
    const stepped = step(compiled, world, this.state, input, {
      now: clock.now(),
      wallClock: clock.date().getTime(),
      waiting: this.units.waiting,
      pendingLines: this.state.phase === 'open' && compiled.holdsForLines ? this.units.pendingLines() : [],
      lastReplySeq: this.lastReplySeq,
      lastActivityAt: this.lastActivityAt,
      received: this.units.received,
    });
    this.state = stepped.session;
    applyChanges(world, stepped.changes);
    this.effects.push(...stepped.effects);
  }

  private nextUnit(): Input | null {
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

  private nothingLeft(): Input | null {
    if (!this.peerGone || this.drained) return null;
    this.drained = true;
    return { kind: 'drained' };
  }

  private nextLine(): Input | null {
    // Mail data that was cut off by `then: commands` is over.
    this.units.cutShort();
    if (!this.state.tls && this.units.seesClientHello()) {
      this.trace.record({ type: 'tls', phase: 'client-hello' });
      this.discard('TLS records');
      return null;
    }
    const rule = this.home.compiled.server.lineEndings;
    const line = this.units.line(rule);
    if (line.kind === 'line') return { kind: 'line', line: this.lineIn(line) };
    if (rule === 'crlf' && line.pending === 'bare-lf') this.patience('bare-lf', BARE_LF_PATIENCE_MS);
    else if (line.pending === 'bare-cr') this.patience('bare-cr', BARE_CR_PATIENCE_MS);
    return null;
  }

  private lineIn(line: Line): Extract<Input, { kind: 'line' }>['line'] {
    this.line = line;
    return line;
  }

  private patience(kind: 'bare-lf' | 'bare-cr', ms: number): void {
    if (this.alarms.has(kind)) return;
    this.setAlarm(kind, this.home.clock.now() + ms, () => {
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

  private perform(effect: Effect): void {
    switch (effect.effect) {
      case 'take-line':
        return this.takeLine(effect);
      case 'take-message':
        return this.takeMessage(effect);
      case 'take-chunk': {
        const { announced, octets: received, last } = effect;
        this.trace.record({ type: 'chunk', command: this.currentSeq, announced, received, last });
        return;
      }
      case 'reply':
        return this.reply(effect);
      case 'record':
        this.trace.record({ ...effect.event });
        return;
      case 'alarm':
        return this.setAlarm(effect.alarm, effect.at, () => void this.input({ kind: 'alarm', alarm: effect.alarm }));
      case 'cancel':
        this.alarms.get(effect.alarm)?.cancel();
        this.alarms.delete(effect.alarm);
        return;
      case 'dispose':
        if (this.received !== null) this.home.messages.push({ ...this.received, accepted: effect.accepted });
        this.received = null;
        return;
      case 'save':
        // The test answers.
        this.saves++;
        return;
      case 'discard-input':
        return this.discard(effect.why);
      case 'pause-reading':
        this.readingStopped = true;
        return;
      case 'resume-reading':
        return this.resumeReading();
      case 'start-tls':
        if (effect.behind === 'discard' && this.units.waiting > 0) this.discard('plaintext behind STARTTLS');
        return;
      case 'sasl-start': {
        const { hostname, auth } = this.home.compiled.server;
        this.sasl = new SaslExchange({ hostname, users: auth.users });
        this.inputs.unshift({ kind: 'sasl', outcome: this.sasl.start(effect.mechanism, effect.initial) });
        return;
      }
      case 'sasl-line':
        if (this.sasl !== null) this.inputs.unshift({ kind: 'sasl', outcome: this.sasl.line(effect.line) });
        return;
      case 'look-up':
        this.asked.set(effect.look, effect.question);
        return;
      case 'close':
      case 'half-close':
      case 'reset':
        this.trace.record({ type: 'closing', how: effect.effect, source: effect.source });
        this.ending = effect.effect;
    }
  }

  private takeLine({ event, redactFrom }: Extract<Effect, { effect: 'take-line' }>): void {
    if (this.line === null) return;
    this.currentSeq = this.trace.append(commandEvent(this.line, event, redactFrom, this.trace.stamp()));
    if (event !== 'BDAT' && event !== 'NOOP') this.units.forgetChunks();
  }

  private takeMessage({ sender, recipients, via }: Extract<Effect, { effect: 'take-message' }>): void {
    if (this.message === null) return;
    const seq = this.trace.append(messageEvent(this.message, { sender, recipients }, via, 0, this.trace.stamp()));
    if (via === 'DATA') this.currentSeq = seq;
    this.received = { sender, recipients, accepted: false, size: this.message.summary.size };
  }

  private reply(effect: ReplyEffect): void {
    const answers = effect.answers ? this.currentSeq : null;
    this.lastActivityAt = this.home.clock.now();
    this.lastReplySeq = this.trace.append(
      replyEvent(effect, answers, this.units.waiting, this.sentOffset, this.trace.stamp()),
    );
    if (effect.dribble === null) this.write(effect.octets);
    else this.dribble(effect.octets, effect.dribble, this.lastReplySeq);
  }

  private write(octets: string): void {
    this.sentOffset += octets.length;
    this.writes.push(octets);
  }

  private dribble(octets: string, dribble: NonNullable<ReplyEffect['dribble']>, reply: number): void {
    this.dribbling = true;
    const random = draws(this.state.seed, this.state.connection, reply);
    const next = (from: number): void => {
      const to = from + dribble.octets;
      this.write(octets.slice(from, to));
      if (to < octets.length) {
        this.setAlarm('dribble', this.home.clock.now() + drawSpan(dribble.every, random), () => next(to));
        return;
      }
      this.lastReplySeq = this.trace.record({ type: 'reply-ended', reply });
      this.dribbling = false;
      this.pump();
    };
    next(0);
  }

  private discard(detail: string): void {
    const octets = this.units.discard();
    this.trace.record({ type: 'step', step: 'discard', source: { kind: 'default' }, octets, detail });
  }

  private resumeReading(): void {
    this.readingStopped = false;
    for (const octets of this.unread.splice(0)) this.onOctets(octets);
  }

  private setAlarm(name: string, at: number, run: () => void): void {
    this.alarms.get(name)?.cancel();
    const alarm = this.home.clock.alarm(at, () => {
      this.alarms.delete(name);
      run();
    });
    this.alarms.set(name, alarm);
  }
}

// --- rungs of the ladder: the beginning of most transcripts ------------------------------------------------------

/** The octets of whole lines. */
export const lines = (...texts: readonly string[]): string => texts.map((text) => `${text}\r\n`).join('');

/** Greeted with EHLO; what was said so far is looked at already. */
export function greeted(scenario: string, options: PlayOptions = {}): Played {
  return past(play(scenario, options).client('EHLO client.example\r\n'));
}

/** An accepted MAIL and RCPT. */
export function enveloped(scenario: string, options: PlayOptions = {}): Played {
  return past(greeted(scenario, options).client('MAIL FROM:<a@x.example>\r\n').client('RCPT TO:<b@y.example>\r\n'));
}

/** In content mode. */
export function inContent(scenario: string, options: PlayOptions = {}): Played {
  return past(enveloped(scenario, options).client('DATA\r\n'));
}

/** Everything said so far is taken as read. */
export function past(played: Played): Played {
  played.said();
  return played;
}
