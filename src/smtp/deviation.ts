// What can be odd about a command line: the one list of departures from the grammar that the readers of command.ts,
// path.ts and parameter.ts note. The engine (which forms a persona takes) and the judge (which the RFC forbids) match
// on the word. A deviation is an observation, not a fault: some are allowed, as said beside them.

/** One departure of a command line from the grammar. `what` is the word to match on, `detail` is for people. */
export interface Deviation {
  readonly what: DeviationWord;
  readonly detail: string;
}

export type DeviationWord =
  // The line
  | 'leading-blank'
  /** Servers SHOULD tolerate it (RFC 5321 4.1.1). */
  | 'trailing-blank'
  | 'tab'
  | 'extra-blank'
  | 'missing-blank'
  /** Allowed (RFC 5321 2.4); noted because not every server of the field takes it. */
  | 'lower-case'
  /** Allowed in paths once SMTPUTF8 is in force (RFC 6531 3.3); this floor does not know whether it is. */
  | 'eight-bit'
  | 'control-character'
  | 'empty-argument'
  | 'unexpected-argument'
  // The path and what leads to it
  | 'missing-from'
  | 'missing-to'
  | 'missing-colon'
  | 'space-around-colon'
  | 'missing-path'
  | 'missing-brackets'
  | 'quoted-brackets'
  | 'doubled-brackets'
  | 'display-name'
  | 'several-addresses'
  /** Clients SHOULD NOT write one, servers MUST take it (RFC 5321 3.3, 4.1.2). */
  | 'source-route'
  | 'null-recipient'
  | 'malformed-local-part'
  | 'missing-domain'
  | 'malformed-domain'
  // The parameters
  | 'duplicate-parameter'
  | 'malformed-parameter';
