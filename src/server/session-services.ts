// What a session asks of others while it runs: SASL exchanges, DNS, saving. Each answer is an input for the engine; those
// that take time come back through `answer`. One per connection; used by session.ts.

import type { Input, LookUp } from '../scenario/effects';
import type { Trace } from '../wire/trace';
import { SaslExchange } from './auth';
import type { ReceivedMessage } from './received-message';
import type { SessionHost } from './session-host';

export class SessionServices {
  private readonly host: SessionHost;
  private readonly trace: Trace;
  private readonly answer: (input: Input) => void;
  private sasl: SaslExchange | null = null;
  private saves = 0;

  constructor(host: SessionHost, trace: Trace, answer: (input: Input) => void) {
    this.host = host;
    this.trace = trace;
    this.answer = answer;
  }

  startSasl(mechanism: string, initial: string | null): Input {
    const { hostname, auth } = this.host.compiled().server;
    this.sasl = new SaslExchange({ hostname, users: auth.users });
    return { kind: 'sasl', outcome: this.sasl.start(mechanism, initial) };
  }

  saslLine(line: string): Input {
    return { kind: 'sasl', outcome: this.sasl?.line(line) ?? { say: 'failed', user: '' } };
  }

  lookUp(look: string, question: LookUp): void {
    this.trace.record({ type: 'step', step: 'look-up', source: { kind: 'default' }, detail: look });
    void this.host.lookUp(question).then((found) => this.answer({ kind: 'looked-up', look, found }));
  }

  /** Whether the content of a message is being written. */
  get isSaving(): boolean {
    return this.saves > 0;
  }

  /**
   * Written, and on the disk, before the message is acknowledged.
   * @param isAwaited whether somebody still waits for it when it is done: the next message must not take it for its own
   */
  save(message: ReceivedMessage, isAwaited: () => boolean): void {
    this.saves++;
    void this.host.save(message).then((reason) => {
      this.saves--;
      const fact = reason === null ? 'saved' : 'save-failed';
      this.trace.record({ type: 'note', fact, detail: reason ?? `message ${message.id}` });
      if (isAwaited()) this.answer({ kind: 'saved', ok: reason === null, reason: reason ?? '' });
    });
  }
}
