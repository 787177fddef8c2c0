// SASL exchanges by smtp-server's own mechanisms, behind an adapter: they run with a stand-in for its connection as `this`,
// and their English replies become outcomes that the persona words. One of the two files that import the package; the
// seam is pinned by test/server/auth.test.ts. Note: CRAM-MD5's challenge has the package's own randomness and clock.

import SASL from 'smtp-server/lib/sasl';
import type { SMTPServerAuthentication, SMTPServerAuthenticationResponse } from 'smtp-server';
import type { SaslOutcome } from '../scenario/effects';

/** Whether credentials are good. `users` null takes whatever is given. */
export interface SaslSettings {
  readonly hostname: string;
  readonly users: Readonly<Record<string, string>> | null;
}

type Handler = (line: string, done: () => void) => void;

/** What the package's mechanisms use of the connection they are called on. */
interface StandIn {
  _nextHandler: Handler | false;
  readonly _server: { onAuth: typeof onAuth; readonly logger: { info(): void } };
  readonly session: { user: unknown; transmissionType: unknown };
  readonly name: string;
  readonly id: string;
  send(code: number, text?: string): void;
  _transmissionType(): string;
}

type OnAuthDone = (error: Error | null, response?: SMTPServerAuthenticationResponse) => void;
type OnAuth = (auth: SMTPServerAuthentication, session: unknown, done: OnAuthDone) => void;
declare const onAuth: OnAuth;

/** One AUTH command and the lines that belong to it. */
export class SaslExchange {
  private readonly standIn: StandIn;
  private outcome: SaslOutcome = { say: 'failed', user: '' };
  private user = '';

  constructor(settings: SaslSettings) {
    this.standIn = {
      _nextHandler: false,
      _server: {
        onAuth: (auth, _session, done) => this.check(settings.users, auth, done),
        logger: { info: () => undefined },
      },
      session: { user: null, transmissionType: null },
      name: settings.hostname,
      id: 'sasl',
      send: (code, text = '') => this.hear(code, text),
      _transmissionType: () => 'ESMTPA',
    };
  }

  /** @param initial the initial response as written; `=` stands for an empty one (RFC 4954 4) */
  start(mechanism: string, initial: string | null): SaslOutcome {
    const play = mechanisms()[`SASL_${mechanism}`];
    if (play === undefined) return { say: 'failed', user: '' };
    return this.run((done) => play.call(this.standIn, initial === null ? [] : [initial === '=' ? '' : initial], done));
  }

  line(line: string): SaslOutcome {
    const { _nextHandler: next } = this.standIn;
    if (next === false) return { say: 'failed', user: this.user };
    this.standIn._nextHandler = false;
    return this.run((done) => next(line, done));
  }

  private run(play: (done: () => void) => void): SaslOutcome {
    this.outcome = { say: 'failed', user: this.user };
    play(() => undefined);
    return this.outcome;
  }

  private hear(code: number, text: string): void {
    if (code === 334) this.outcome = { say: 'challenge', challenge: text };
    else if (code === 235) this.outcome = { say: 'ok', user: this.user };
    else if (code === 501) this.outcome = { say: /abort/i.test(text) ? 'aborted' : 'malformed', user: this.user };
    else this.outcome = { say: 'failed', user: this.user };
  }

  private check(users: SaslSettings['users'], auth: SMTPServerAuthentication, done: OnAuthDone): void {
    this.user = auth.username ?? '';
    // Own names only: a client may well call itself "constructor".
    const known = users !== null && Object.hasOwn(users, this.user) ? users[this.user] : undefined;
    const good = users === null || (known !== undefined && this.proves(auth, known));
    // XOAUTH2 answers a bad token with one more challenge that carries the error (RFC 7628 3.2.3's way).
    done(null, good ? { user: this.user } : { data: { status: '401' } });
  }

  private proves(auth: SMTPServerAuthentication, secret: string): boolean {
    switch (auth.method) {
      case 'CRAM-MD5':
        return auth.validatePassword(secret);
      case 'XOAUTH2':
        return auth.accessToken === secret;
      default:
        return auth.password === secret;
    }
  }
}

type Mechanism = (this: StandIn, args: string[], done: () => void) => void;

/** The package types its mechanisms for its own connection; ours offers what they use of it. */
function mechanisms(): Readonly<Record<string, Mechanism | undefined>> {
  return SASL as unknown as Readonly<Record<string, Mechanism | undefined>>;
}

/** Mechanisms that can be played; any other is announced and scripted through `auth-response`. */
export const PLAYED_MECHANISMS = ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'] as const;
