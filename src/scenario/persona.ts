// Whose voice the server speaks with: reply texts by situation, the EHLO list and habits, each with its provenance.
// Data only; personas live in personas/*.yaml (persona-load.ts reads them), so a new product needs no code.
// What a persona does not say comes from `plain`, and the transcript then says "default".

import type { ServerConfig } from './scenario';

/** seen = verbatim in a source; second-hand = somebody describes it; inferred = chosen by us, and switchable. */
export type Confidence = 'seen' | 'second-hand' | 'inferred';

/**
 * Every moment in which the server has something to say of its own. The order is the order of a session.
 * The comment behind a name gives the code that `plain` uses.
 */
export const SITUATIONS = [
  'greeting', // 220
  'early-talker', // 554 before the greeting
  'too-many-connections', // 421
  'rate-limited', // 421
  'ehlo', // 250, first line only: the engine adds the extension list
  'helo', // 250
  'hello-no-argument', // 501
  'mail-ok', // 250
  'rcpt-ok', // 250
  'data-ok', // 354
  'end-of-data-ok', // 250
  'bdat-ok', // 250 for a chunk
  'bdat-last-ok', // 250 for the last chunk
  'rset-ok', // 250
  'noop-ok', // 250
  'quit', // 221
  'help', // 214
  'help-off', // 502
  'vrfy', // 252
  'vrfy-off', // 252 or 502
  'expn', // 252
  'expn-off', // 252 or 502
  'etrn-ok', // 250
  'etrn-off', // 502
  'starttls-ok', // 220
  'starttls-unavailable', // 454
  'starttls-again', // 503
  'starttls-off', // 502
  'auth-challenge', // 334, text is the base64 challenge: the engine adds it
  'auth-ok', // 235
  'auth-failed', // 535
  'auth-aborted', // 501
  'auth-malformed', // 501
  'auth-mechanism-unknown', // 504
  'auth-again', // 503
  'auth-off', // 502
  'auth-needs-tls', // 538 or 530
  'auth-in-transaction', // 503
  'unknown-command', // 500
  'line-too-long', // 500
  'bare-lf-line', // 500, the strict reader's answer to a client that ends lines with LF
  'missing-argument', // 501
  'bad-path', // 501
  'bad-parameter', // 555
  'bad-bdat', // 501
  'need-hello', // 503
  'need-mail', // 503
  'need-rcpt', // 503
  'nested-mail', // 503
  'data-after-bdat', // 503
  'unexpected-argument', // 501
  'tls-required', // 530
  'auth-required', // 530
  'host-denied', // 554 at MAIL
  'host-unnamed', // 554 at MAIL
  'blacklisted', // 554 at MAIL
  'private-blacklisted', // 554 at MAIL
  'sender-denied', // 554
  'sender-domain-unknown', // 554
  'size-declared', // 552
  'size-exceeded', // 552
  'too-many-recipients', // 452
  'relay-denied', // 554
  'recipient-denied', // 554
  'recipient-unknown', // 550
  'recipient-ambiguous', // 554
  'recipient-group', // 554
  'unadvertised-pipelining', // 503
  'storage-failed', // 452
  'error-limit', // 421
  'idle-timeout', // 421
  'shutting-down', // 421
] as const;

export type Situation = (typeof SITUATIONS)[number];

/** One text: lines without CRLF, each beginning with its code and ' ' or '-' as in Scenario's ReplyForm. Templates allowed. */
export interface PersonaText {
  readonly lines: readonly string[];
  readonly source: string;
  readonly confidence: Confidence;
  /** Why it was chosen, or how to get the other reading. */
  readonly note: string | null;
}

export interface PersonaFact<Value> {
  readonly value: Value;
  readonly source: string;
  readonly confidence: Confidence;
  readonly note: string | null;
}

/** Whose voice a server speaks with: its texts with their sources, its EHLO list, its habits (docs/personas.md). */
export interface Persona {
  readonly name: string;
  readonly title: string;
  /** What is imitated, e.g. "Lotus Domino"; the release string as it stands in the banner. */
  readonly product: string;
  readonly release: string;
  /** Names of the personas it was made from, nearest first. */
  readonly lineage: readonly string[];
  /** Complete: every situation has a text, its own or one inherited. */
  readonly texts: Readonly<Record<Situation, PersonaText>>;
  /** Situations that came from `plain` because nobody in the lineage says anything. */
  readonly defaulted: readonly Situation[];
  /** Text for a rule's bare `reply: 550`; a code without one gets plain's, then an RFC wording. */
  readonly codes: Readonly<Record<string, PersonaText>>;
  /** EHLO keywords in order, before and inside TLS. `SIZE`, `AUTH` and `STARTTLS` are completed by the engine. */
  readonly extensions: PersonaFact<{ readonly plain: readonly string[]; readonly tls: readonly string[] }>;
  /** The habits below, as far as the product differs from `plain`. */
  readonly habits: {
    readonly lineEndings: PersonaFact<ServerConfig['lineEndings']>;
    /** VRFY, EXPN, HELP, ETRN switched on. */
    readonly commands: PersonaFact<ServerConfig['policies']['commands']>;
    readonly errorLimit: PersonaFact<number | null>;
    readonly idleTimeoutMs: PersonaFact<number | null>;
    /** `SIZE` in EHLO when no limit is set: bare keyword or left as the list says. */
    readonly sizeAnnounce: PersonaFact<'limit' | 'bare'>;
    /** AUTH list style in EHLO: `AUTH LOGIN` or the pre-RFC-2554 `AUTH=LOGIN`. */
    readonly authStyle: PersonaFact<'AUTH LOGIN' | 'AUTH=LOGIN'>;
    /** Addresses without angle brackets, and blanks round the colon, are taken. */
    readonly lenientPaths: PersonaFact<boolean>;
    /** Domino: RCPT before a greeting, MAIL without HELO … answered 503 (true) or taken (false). */
    readonly needsHello: PersonaFact<boolean>;
  };
  /** Facts about the product that no text shows: default policies, known bugs; printed by `show persona`. */
  readonly remarks: readonly { readonly text: string; readonly source: string; readonly confidence: Confidence }[];
}
