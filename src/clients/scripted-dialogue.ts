// The interpreter of scripted senders, without a socket: a state machine that takes events (octets, a moment, a closed
// connection) and returns actions (write, close, wake me). Time comes in with every event. Used by scripted.ts.
// The script runs as a coroutine: it goes on until it has to wait, and every event asks whether it still has to.

import type { Sender } from '../scenario/sender';
import { PATIENCE_MS, QUIT_PATIENCE_MS } from '../scenario/sender-step';
import type { Branches, ContentForm, SenderCondition, SenderStep } from '../scenario/sender-step';
import { fillSenderText } from '../scenario/sender-text';
import type { SenderTextName } from '../scenario/sender-text';
import { findKeyword } from '../smtp/extension';
import { replyClass } from '../smtp/reply';
import type { Reply } from '../smtp/reply';
import type { ReportedOutcome } from '../wire/trial-record';
import { latin1, visible } from '../wire/octets';
import type { ClientReport, SubmissionToSend, Target } from './driver';
import { CANCEL, saslExchange } from './scripted-auth';
import type { Mechanism } from './scripted-auth';
import { ScriptedChannel } from './scripted-channel';
import { conditionHolds } from './scripted-condition';
import type { DialogueAction, DialogueEvent } from './scripted-event';
import { ScriptedLedger, owedFor } from './scripted-ledger';
import type { OwedKind } from './scripted-ledger';
import { chunkedContent, contentOctets, scriptedMessage } from './scripted-message';
import type { ScriptedMessage } from './scripted-message';

/** What a sender without an account says when its script has it log in. */
const NOBODY = { user: 'tester', password: 'secret' };

/** For the 221 of a server that has been silent for long already. */
const SHORT_PATIENCE_MS = 5_000;

/** RFC 5321 4.5.3.2: how long a client waits, by what it waits for. */
const PATIENCE_BY_KIND: Readonly<Partial<Record<OwedKind, number>>> = {
  DATA: 120_000,
  dot: 600_000,
  'last-chunk': 600_000,
};
const USUAL_PATIENCE_MS = 300_000;
/** RFC 5321 4.5.3.2.5: for each block of mail data, however many there are. */
const BLOCK_PATIENCE_MS = 180_000;

/** Which blocks a step ends: the turn of one message, the session, or everything. */
type Leave = 'message' | 'session' | 'script';
type Play = Generator<void, Leave | null, void>;

export interface DialogueSetting {
  readonly targets: readonly Target[];
  /** At least one. */
  readonly submissions: readonly SubmissionToSend[];
  readonly clientName: string;
  /** Whether there is an authority to hold certificates against. */
  readonly canVerify: boolean;
  /** How many recipients of a message the script can name: all, or the first. */
  readonly mostRecipients: number;
}

export class ScriptedDialogue {
  private readonly sender: Sender;
  private readonly setting: DialogueSetting;
  private readonly messages: readonly ScriptedMessage[];
  private readonly ledger: ScriptedLedger;
  private readonly channel: ScriptedChannel;
  private readonly play: Play;
  private now = 0;
  private isOver = false;
  private end: ClientReport['end'] = 'finished';
  private windowIsOver = false;

  // Where the script is.
  private server = 0;
  private message = 0;
  private recipient = 0;
  private round = 1;
  private chunk: { readonly octets: Buffer; readonly isLast: boolean } | null = null;
  private isAside = false;
  private lastReply: Reply | null = null;

  constructor(sender: Sender, setting: DialogueSetting) {
    const { submissions, mostRecipients } = setting;
    this.sender = sender;
    this.setting = setting;
    this.messages = submissions.map((submission) => scriptedMessage(submission, mostRecipients));
    this.ledger = new ScriptedLedger(submissions.map(({ id, to }) => ({ id, to: to.slice(0, mostRecipients) })));
    this.channel = new ScriptedChannel(sender.reads, this.ledger);
    for (const [index, { isUnsafe }] of this.messages.entries()) {
      if (isUnsafe) this.ledger.refuse(index, 'an address with a control character is not sent');
    }
    this.play = this.runScript();
  }

  /**
   * Takes what happened.
   * @param now on a clock that never goes back, ms
   * @returns what to do, in order; nothing after `finish`
   */
  take(event: DialogueEvent, now: number): readonly DialogueAction[] {
    if (this.isOver) return [];
    this.now = now;
    if (event.event === 'window-over') this.windowIsOver = true;
    this.channel.absorb(event, { message: this.message, recipient: this.recipient });
    if (this.play.next().done !== true) return this.channel.takeActions();
    this.isOver = true;
    this.channel.close('close');
    return [...this.channel.takeActions(), { action: 'finish', end: this.end }];
  }

  /** What the sender says became of its mail, at any moment. */
  outcomes(): readonly ReportedOutcome[] {
    return this.ledger.outcomes(this.sender.role, this.sender.claims, this.channel.lastWords);
  }

  /** Whether it still has mail that it would try again. */
  get isQueueing(): boolean {
    return this.sender.role === 'mta' && this.ledger.someLeft;
  }

  // --- the script ------------------------------------------------------------------------------------------------

  private *runScript(): Play {
    const leave = yield* this.run(this.sender.steps);
    // A turn that ends outside any loop over messages has nothing else to do.
    if (leave === 'message') yield* this.giveUp(QUIT_PATIENCE_MS);
    return null;
  }

  private *run(steps: readonly SenderStep[]): Play {
    for (const step of steps) {
      const leave = yield* this.perform(step);
      if (leave !== null) return leave;
    }
    return null;
  }

  /** One step: the table of verbs. */
  private *perform(step: SenderStep): Play {
    switch (step.step) {
      case 'connect':
        return yield* this.connect(step.on, step.inClear);
      case 'send':
        this.send(step);
        return null;
      case 'raw':
        this.write(latin1(step.octets), `C: ${visible(step.octets)}`, Array<OwedKind>(step.replies).fill('other'));
        return null;
      case 'burst':
        return yield* this.inOneWrite(step.steps);
      case 'expect':
        return yield* this.expect(step.on, step.withinMs);
      case 'settle':
        yield* this.pause(() => this.ledger.owesNothing, step.ms);
        this.channel.forgetReplies(false);
        return null;
      case 'wait':
        return yield* this.wait(step.ms);
      case 'linger':
        yield* this.pause(() => !this.channel.isOpen, step.ms);
        return null;
      case 'content':
        return yield* this.content(step.form);
      case 'bdat':
        this.bdat();
        return null;
      case 'auth':
        return yield* this.auth(step.mechanisms, step.unasked);
      case 'handshake':
        return yield* this.handshake(step);
      case 'ignore-replies':
        this.channel.forgetReplies(true);
        return null;
      case 'half-close':
        this.channel.halfClose();
        return null;
      case 'close':
      case 'reset':
        this.channel.close(step.step);
        return null;
      case 'give-up':
        return yield* this.giveUp(QUIT_PATIENCE_MS);
      case 'stop':
        return 'script';
      case 'next-message':
        if (step.reason !== null) this.ledger.refuse(this.message, step.reason);
        return 'message';
      case 'session':
        return yield* this.session(step.steps);
      case 'aside':
        return yield* this.aside(step.steps);
      case 'unread':
        return yield* this.unread(step.steps);
      case 'do':
        return yield* this.run(step.steps);
      case 'if':
        return yield* this.run(this.holds(step.condition) ? step.then : step.else);
      case 'for-each-server':
        return yield* this.inTurn([...this.setting.targets.keys()], step.steps, (index) => (this.server = index));
      case 'for-each-message':
        return yield* this.forEachMessage(step.of, step.steps);
      case 'for-each-recipient':
        return yield* this.inTurn(
          this.ledger.recipients(this.message, step.of),
          step.steps,
          (index) => (this.recipient = index),
        );
      case 'for-each-chunk':
        return yield* this.forEachChunk(step.octets, step.steps);
      case 'repeat':
        return yield* this.repeat(step.times, step.while, step.steps);
    }
  }

  // --- waiting ---------------------------------------------------------------------------------------------------

  /** Waits until `ready`, or for so long. @returns whether it was ready */
  private *pause(ready: () => boolean, ms: number | null): Generator<void, boolean, void> {
    const until = ms === null ? null : this.now + ms;
    if (until !== null && !ready()) this.channel.wakeAt(until);
    while (!ready()) {
      if (until !== null && this.now >= until) return false;
      yield;
    }
    return true;
  }

  /** Between two attempts of a queueing client the end of the window ends it all: what it has left stays queued. */
  private *wait(ms: number): Play {
    const isQueued = (): boolean => this.sender.role === 'mta' && !this.channel.isOpen;
    if (!(yield* this.pause(() => this.windowIsOver && isQueued(), ms))) return null;
    this.end = 'deferred';
    return 'script';
  }

  private *expect(on: Branches, withinMs: number | null | undefined): Play {
    const { oldest } = this.ledger;
    const usual = (oldest === null ? undefined : PATIENCE_BY_KIND[oldest]) ?? USUAL_PATIENCE_MS;
    yield* this.pause(() => this.channel.hasReply || !this.channel.isOpen, withinMs === undefined ? usual : withinMs);
    const next = this.channel.takeReply();
    if (next === undefined && !this.channel.isOpen)
      return on.closed === undefined ? 'session' : yield* this.run(on.closed);
    if (next === undefined)
      return on.silence === undefined ? yield* this.giveUp(SHORT_PATIENCE_MS) : yield* this.run(on.silence);
    this.lastReply = next.reply;
    const { code } = next.reply;
    // RFC 5321 3.8: a 421 may come at any time, and ends the session whoever it was for.
    if (next.isStray && code !== 421) {
      return on.stray === undefined ? yield* this.giveUp(SHORT_PATIENCE_MS) : yield* this.run(on.stray);
    }
    const branch = on[String(code)] ?? on[String(replyClass(code))] ?? on.other;
    return branch === undefined ? yield* this.giveUp(QUIT_PATIENCE_MS) : yield* this.run(branch);
  }

  /** RFC 5321 4.1.1.10: QUIT, its reply, and only then the closing. */
  private *giveUp(ms: number): Play {
    if (!this.channel.isOpen) return 'session';
    this.writeLine('QUIT', 'other');
    yield* this.pause(() => this.ledger.owesNothing || !this.channel.isOpen, ms);
    this.channel.close('close');
    return 'session';
  }

  // --- blocks ----------------------------------------------------------------------------------------------------

  private *session(steps: readonly SenderStep[]): Play {
    const leave = yield* this.run(steps);
    this.channel.close('close');
    return leave === 'session' ? null : leave;
  }

  private *aside(steps: readonly SenderStep[]): Play {
    const before = this.isAside;
    this.isAside = true;
    const leave = yield* this.run(steps);
    this.isAside = before;
    return leave;
  }

  /** As one that blocks on writing: it looks at no reply before all is written. */
  private *unread(steps: readonly SenderStep[]): Play {
    this.channel.setReading(false);
    const leave = yield* this.run(steps);
    yield* this.pause(() => this.channel.isDrained || !this.channel.isOpen, null);
    this.channel.setReading(true);
    return leave;
  }

  private *inOneWrite(steps: readonly SenderStep[]): Play {
    const isOutermost = this.channel.beginBurst();
    const leave = yield* this.run(steps);
    if (isOutermost) this.channel.endBurst();
    return leave;
  }

  private *inTurn(indexes: readonly number[], steps: readonly SenderStep[], select: (index: number) => void): Play {
    const before = this.round;
    for (const [turn, index] of indexes.entries()) {
      select(index);
      this.round = turn + 1;
      const leave = yield* this.run(steps);
      if (leave !== null) return leave;
    }
    this.round = before;
    return null;
  }

  private *forEachMessage(
    of: Extract<SenderStep, { step: 'for-each-message' }>['of'],
    steps: readonly SenderStep[],
  ): Play {
    for (const [turn, index] of this.ledger.messages(of).entries()) {
      this.message = index;
      this.recipient = 0;
      this.round = turn + 1;
      const leave = yield* this.run(steps);
      if (leave !== null && leave !== 'message') return leave;
    }
    return null;
  }

  private *forEachChunk(size: number, steps: readonly SenderStep[]): Play {
    const content = chunkedContent(this.current.content);
    for (let from = 0; from === 0 || from < content.length; from += size) {
      this.chunk = { octets: content.subarray(from, from + size), isLast: from + size >= content.length };
      const leave = yield* this.run(steps);
      if (leave !== null) return leave;
    }
    this.chunk = null;
    return null;
  }

  private *repeat(times: number, condition: SenderCondition | null, steps: readonly SenderStep[]): Play {
    const before = this.round;
    const goesOn = (): boolean => condition === null || this.holds(condition);
    for (let round = 1; round <= times && goesOn(); round++) {
      this.round = round;
      const leave = yield* this.run(steps);
      if (leave !== null) return leave;
    }
    this.round = before;
    return null;
  }

  // --- the connection --------------------------------------------------------------------------------------------

  private *connect(on: Branches, inClear: boolean): Play {
    const target = this.setting.targets[this.server];
    if (target === undefined) throw new Error('a scripted sender needs a target');
    this.channel.close('close');
    this.channel.connect(target, !inClear && this.current.tls === 'implicit', this.mustVerify);
    yield* this.pause(() => !this.channel.isConnecting, PATIENCE_MS);
    if (this.channel.isOpen) return null;
    this.channel.close('reset');
    return on.failed === undefined ? 'session' : yield* this.run(on.failed);
  }

  private *handshake(step: Extract<SenderStep, { step: 'handshake' }>): Play {
    const { on, keepPlaintext, verify, withinMs } = step;
    if (!this.channel.isOpen) return 'session';
    this.channel.handshake(verify ?? this.mustVerify);
    yield* this.pause(() => !this.channel.isSecuring, withinMs === undefined ? USUAL_PATIENCE_MS : withinMs);
    if (this.channel.hasTls) {
      this.channel.beginTls(keepPlaintext);
      return null;
    }
    // RFC 3207 4: nothing can be said on a connection whose handshake broke off.
    this.channel.close('close');
    return on.failed === undefined ? 'session' : yield* this.run(on.failed);
  }

  /** Opportunistic TLS takes any certificate (RFC 3207 4.1 leaves it to the client); what was required is verified. */
  private get mustVerify(): boolean {
    return this.setting.canVerify && (this.current.tls === 'required' || this.current.tls === 'implicit');
  }

  // --- sending ---------------------------------------------------------------------------------------------------

  private send(step: Extract<SenderStep, { step: 'send' }>): void {
    const parameters = step.parameters
      .filter(({ keyword }) => this.channel.isOffered(keyword))
      .map(({ text }) => this.fill(text))
      .filter((text) => text !== '');
    const lines = step.lines.map((line) => [this.fill(line), ...parameters].join(' '));
    const owed = Array.from({ length: step.replies ?? lines.length }, (_, index) => owedFor(lines[index] ?? ''));
    this.write(
      latin1(lines.map((line) => line + (step.ending ?? this.sender.ending)).join('')),
      lines.map((line) => `C: ${visible(line)}`).join('\n'),
      owed,
    );
  }

  private writeLine(line: string, kind: OwedKind, shown = line): void {
    this.write(latin1(line + this.sender.ending), `C: ${shown}`, [kind]);
  }

  private write(octets: Buffer, shown: string, owed: readonly OwedKind[]): void {
    const kept = (kind: OwedKind): OwedKind => (this.isAside && kind !== 'EHLO' && kind !== 'HELO' ? 'other' : kind);
    this.channel.write(octets, shown, owed.map(kept), { message: this.message, recipient: this.recipient });
  }

  private *content(form: ContentForm): Play {
    const octets = contentOctets(this.current.content, form);
    const until = form.withinMs === null ? null : this.now + form.withinMs;
    const size = form.slowly?.octets ?? Math.max(1, octets.length);
    const owed: readonly OwedKind[] = form.end === null || form.only !== null ? [] : ['dot'];
    for (let from = 0; from === 0 || from < octets.length; from += size) {
      if (from > 0) yield* this.pause(() => !this.channel.isOpen, form.slowly?.everyMs ?? 0);
      const shown = from === 0 ? `C: (${octets.length} octets of content)` : '';
      this.write(octets.subarray(from, from + size), shown, from + size >= octets.length ? owed : []);
      if (!this.channel.isOpen) return null;
    }
    if (until === null ? yield* this.taken() : yield* this.pause(this.isTaken, Math.max(0, until - this.now)))
      return null;
    // A QUIT here would be one more line of content.
    this.channel.close('reset');
    return 'session';
  }

  /** Nothing of it is on its way any more, or the server has had enough of it. */
  private readonly isTaken = (): boolean =>
    this.channel.isDrained || this.channel.hasReply || this.channel.isBursting || !this.channel.isOpen;

  /** Waits as long as the content moves. @returns false when it stopped */
  private *taken(): Generator<void, boolean, void> {
    for (let { moves } = this.channel; !this.isTaken(); { moves } = this.channel) {
      const hasMoved = (): boolean => this.isTaken() || this.channel.moves > moves;
      if (!(yield* this.pause(hasMoved, BLOCK_PATIENCE_MS))) return false;
    }
    return true;
  }

  private bdat(): void {
    const { octets, isLast } = this.chunk ?? { octets: chunkedContent(this.current.content), isLast: true };
    const command = `BDAT ${octets.length}${isLast ? ' LAST' : ''}`;
    const shown = `C: ${command}\nC: (${octets.length} octets of content)`;
    this.write(Buffer.concat([latin1(command + this.sender.ending), octets]), shown, [isLast ? 'last-chunk' : 'other']);
  }

  /** Goes through the exchange; the reply that ends it is left for the `expect` that follows. */
  private *auth(mechanisms: readonly string[], unasked: boolean): Play {
    const list = findKeyword(this.channel.offered, 'AUTH')?.parameters.map((word) => word.toUpperCase()) ?? [];
    const mechanism = mechanisms.find((name) => unasked || list.includes(name)) as Mechanism | undefined;
    if (mechanism === undefined) return yield* this.giveUp(QUIT_PATIENCE_MS);
    const { command, responses } = saslExchange(mechanism, this.current.auth ?? NOBODY);
    this.writeLine(command, 'other', `AUTH ${mechanism}${command.endsWith(mechanism) ? '' : ' ****'}`);
    const left = [...responses];
    for (let isCancelled = false; !isCancelled;) {
      yield* this.pause(() => this.channel.hasReply || !this.channel.isOpen, USUAL_PATIENCE_MS);
      const reply = this.channel.peekReply()?.reply;
      if (reply?.code !== 334) return null;
      this.channel.takeReply();
      const response = left.shift()?.(reply.lines.join('')) ?? CANCEL;
      isCancelled = response === CANCEL;
      this.writeLine(response, 'other', isCancelled ? CANCEL : '****');
    }
    return null;
  }

  // --- texts and conditions --------------------------------------------------------------------------------------

  private get current(): ScriptedMessage {
    const message = this.messages[this.message];
    if (message === undefined) throw new Error('a scripted sender needs a submission');
    return message;
  }

  private fill(text: string): string {
    return fillSenderText(text, (name) => this.valueOf(name));
  }

  private valueOf(name: SenderTextName): string {
    const { from, to, messageId, size, isEightBit, isUtf8 } = this.current;
    switch (name) {
      case 'helo':
        return this.helo;
      case 'sender':
        return from;
      case 'recipient':
        return to[this.recipient] ?? '';
      case 'message-id':
        return messageId;
      case 'n':
        return String(this.round);
      case 'size':
        return String(size);
      case 'body':
        return isEightBit ? '8BITMIME' : '7BIT';
      case 'smtputf8':
        return isUtf8 ? 'SMTPUTF8' : '';
      case 'reply-path':
        return /<([^<>]*)>/.exec(this.lastReply?.lines.join('\n') ?? '')?.[1] ?? '';
    }
  }

  /** The sender's own name may hold any value, and its given name by `{helo}`. */
  private get helo(): string {
    const given = this.setting.clientName;
    if (this.sender.helo === null) return given;
    return fillSenderText(this.sender.helo, (name) => (name === 'helo' ? given : this.valueOf(name)));
  }

  private holds(condition: SenderCondition): boolean {
    return conditionHolds(condition, {
      channel: this.channel,
      ledger: this.ledger,
      message: this.current,
      index: this.message,
      lastReply: this.lastReply,
    });
  }
}
