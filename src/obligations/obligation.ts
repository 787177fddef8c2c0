// The shape of one obligation: something an RFC (or good practice) asks of the SMTP client.
// The catalogue itself is one file per phase beside this one; checks that judge them live in judge/.

/** How strongly it is asked. Caps the verdict: only a broken MUST can be a `fail`. */
export type Level = 'MUST' | 'SHOULD' | 'MAY' | 'practice' | 'fixture';

/** Where it is written, as printed: e.g. { rfc: 5321, section: '4.2.1' }. */
export interface Citation {
  readonly rfc: number;
  readonly section: string;
}

export type Phase =
  | 'greeting'
  | 'hello'
  | 'replies'
  | 'pipelining'
  | 'mail'
  | 'rcpt'
  | 'content'
  | 'after-dot'
  | 'session'
  | 'timeouts'
  | 'retries'
  | 'tls'
  | 'auth'
  | 'hygiene';

/** One thing that the RFCs, or good practice, ask of a client. */
export interface Obligation {
  /** What one types: e.g. `no-content-after-data-refused`. */
  readonly id: string;
  readonly phase: Phase;
  /** One sentence, imperative, about the client. */
  readonly title: string;
  readonly level: Level;
  /** The level under `--rfc 2821` where it differs. */
  readonly level2821?: Level;
  /** Sections under RFC 5321 and the extensions' RFCs. Empty for good practice without a text. */
  readonly sections: readonly Citation[];
  /** Sections under `--rfc 2821`. Empty when RFC 2821 is silent. */
  readonly sections2821: readonly Citation[];
  /** How a server brings it out, in a sentence. */
  readonly provocation: string;
  /** What counts as kept and as broken, in a sentence or two. */
  readonly verdict: string;
  /** Only queueing clients are bound. */
  readonly role?: 'mta';
}
