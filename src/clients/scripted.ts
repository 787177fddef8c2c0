// Scripted senders as clients: any file of senders/ becomes a driver like those of real MTAs and libraries.
// The shell around scripted-dialogue.ts: it owns the sockets and the alarms, and nothing that could be decided without.

import { readFile } from 'node:fs/promises';
import type { Sender } from '../scenario/sender';
import { everyStep } from '../scenario/sender-step';
import type { SenderStep } from '../scenario/sender-step';
import { systemClock } from '../wire/clock';
import type { Alarm, Clock } from '../wire/clock';
import type { ClientCapability } from '../wire/trial-record';
import type { Assignment, ClientDriver, ClientReport } from './driver';
import { ScriptedDialogue } from './scripted-dialogue';
import type { DialogueAction, DialogueEvent } from './scripted-event';
import { ScriptedLink } from './scripted-link';
import { endOfLog } from './submission-client';

/** How long a closed connection is kept for the server to close its half. */
const LAST_WORDS_MS = 2_000;

/** Log lines are kept up to here; a sender that says the same for ever must not fill the memory. */
const MOST_LOG_LINES = 20_000;

/**
 * The driver of a scripted sender. Its role comes from the file, its capabilities from the steps it has.
 * @param clock for tests; each submit() then runs on it
 */
export function scriptedDriver(sender: Sender, clock: Clock = systemClock()): ClientDriver {
  return {
    name: sender.name,
    title: sender.title,
    role: sender.role,
    capabilities: capabilitiesOf(sender),
    maxParallel: 8,
    detect: async () => ({ available: true, version: 'built in' }),
    async submit(assignment) {
      const ca = assignment.caFile === null ? null : await readFile(assignment.caFile);
      return new Performance(sender, assignment, ca, clock).report();
    },
  };
}

/** What a script can be asked to do, as far as its steps show it. */
export function capabilitiesOf(sender: Sender): readonly ClientCapability[] {
  const steps = [...everyStep(sender.steps)];
  const has = (test: (step: SenderStep) => boolean): boolean => steps.some(test);
  const uses = (name: SenderStep['step']): boolean => has((step) => step.step === name);
  const says = (text: string): boolean =>
    has(
      (step) =>
        step.step === 'send' &&
        [...step.lines, ...step.parameters.map((given) => given.text)].some((line) => line.includes(text)),
    );
  const asks = (part: 'tlsWish'): boolean =>
    has((step) => step.step === 'if' && step.condition[part]?.includes('required') === true);
  const sends = uses('content') || uses('bdat');
  const found: Readonly<Record<ClientCapability, boolean>> = {
    'several-recipients': uses('for-each-recipient'),
    'several-messages': uses('for-each-message'),
    'several-servers': uses('for-each-server'),
    starttls: uses('handshake') || says('STARTTLS'),
    'require-tls': uses('handshake') && asks('tlsWish'),
    'implicit-tls': true,
    auth: uses('auth') || says('AUTH '),
    'null-sender': says('{sender'),
    'eight-bit': sends,
    'utf8-addresses': says('RCPT'),
    'bare-newlines': sends,
    'large-messages': sends,
    dsn: says('NOTIFY='),
    // A script comes back when it says so: nobody can tell it to do so within the window.
    retries: false,
    bounces: sender.role === 'mta' && uses('aside'),
  };
  return (Object.keys(found) as ClientCapability[]).filter((capability) => found[capability]);
}

/** One assignment on its way. */
class Performance {
  private readonly sender: Sender;
  private readonly assignment: Assignment;
  private readonly ca: Buffer | null;
  private readonly clock: Clock;
  private readonly dialogue: ScriptedDialogue;
  private readonly links: ScriptedLink[] = [];
  private readonly log: string[] = [];
  private readonly alarms: Alarm[] = [];
  private wake: Alarm | null = null;
  private end: ClientReport['end'] | null = null;
  private readonly finished: Promise<void>;
  private finish: () => void = () => undefined;

  constructor(sender: Sender, assignment: Assignment, ca: Buffer | null, clock: Clock) {
    const mostRecipients = capabilitiesOf(sender).includes('several-recipients') ? Infinity : 1;
    const { targets, submissions, clientName } = assignment;
    this.sender = sender;
    this.assignment = assignment;
    this.ca = ca;
    this.clock = clock;
    this.dialogue = new ScriptedDialogue(sender, {
      targets,
      submissions,
      clientName,
      canVerify: ca !== null,
      mostRecipients,
    });
    this.finished = new Promise((resolve) => (this.finish = resolve));
  }

  async report(): Promise<ClientReport> {
    const { signal, windowMs } = this.assignment;
    const abort = (): void => this.stop();
    signal.addEventListener('abort', abort, { once: true });
    const now = this.clock.now();
    this.alarms.push(
      this.clock.alarm(now + windowMs, () => this.take({ event: 'window-over' })),
      this.clock.alarm(now + this.sender.atMostMs, abort),
    );
    if (signal.aborted) this.stop();
    else this.take({ event: 'start' });
    await this.finished;
    signal.removeEventListener('abort', abort);
    for (const alarm of [...this.alarms, ...(this.wake === null ? [] : [this.wake])]) alarm.cancel();
    return {
      outcomes: this.dialogue.outcomes(),
      end: this.end ?? 'crashed',
      log: endOfLog(this.log.join('\n')),
      exitCode: null,
    };
  }

  private take(event: DialogueEvent): void {
    if (this.end !== null) return;
    for (const action of this.dialogue.take(event, this.clock.now())) this.act(action);
  }

  private act(action: DialogueAction): void {
    const link = this.links.at(-1);
    switch (action.action) {
      case 'connect':
        this.connect(action);
        return;
      case 'write':
        link?.write(action.octets);
        return;
      case 'handshake':
        link?.handshake({ ca: this.ca, verify: action.verify });
        return;
      case 'half-close':
        link?.halfClose();
        return;
      case 'close':
        this.close(link);
        return;
      case 'reset':
        link?.reset();
        return;
      case 'stop-reading':
        link?.stopReading();
        return;
      case 'start-reading':
        link?.startReading();
        return;
      case 'wake':
        this.wake?.cancel();
        this.wake = this.clock.alarm(action.at, () => this.take({ event: 'wake' }));
        return;
      case 'note':
        if (this.log.length < MOST_LOG_LINES) this.log.push(action.text);
        return;
      case 'finish':
        this.end = action.end;
        void Promise.all(this.links.map(({ gone }) => gone)).then(this.finish);
        return;
    }
  }

  private connect({ target, tls, verify }: Extract<DialogueAction, { action: 'connect' }>): void {
    // Events of a connection that was left are none of the dialogue's business.
    const tell = (event: DialogueEvent): void => {
      if (this.links.at(-1) === link) this.take(event);
    };
    const link: ScriptedLink = new ScriptedLink(target, tls ? { ca: this.ca, verify } : null, tell);
    this.links.push(link);
  }

  private close(link: ScriptedLink | undefined): void {
    if (link === undefined) return;
    link.close();
    const patience = this.clock.alarm(this.clock.now() + LAST_WORDS_MS, () => link.destroy());
    void link.gone.then(() => patience.cancel());
  }

  /** The trial is over, or the sender has had its time. */
  private stop(): void {
    if (this.end !== null) return;
    this.end = this.dialogue.isQueueing ? 'deferred' : 'timed-out';
    this.log.push('-- stopped');
    for (const link of this.links) link.destroy();
    void Promise.all(this.links.map(({ gone }) => gone)).then(this.finish);
  }
}
