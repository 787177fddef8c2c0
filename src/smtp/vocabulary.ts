// The nouns that every floor shares: the one list of events that a rule can match, and the modes a dialogue can be in.
// Used by rules, personas, the trace and the judge. Holds no behaviour.

/** Verbs of RFC 5321 4.1 and of the extensions we play, as events of their own. Any other verb is `unknown`. */
export const VERB_EVENTS = [
  'EHLO',
  'HELO',
  'MAIL',
  'RCPT',
  'DATA',
  'BDAT',
  'RSET',
  'NOOP',
  'QUIT',
  'VRFY',
  'EXPN',
  'HELP',
  'ETRN',
  'STARTTLS',
  'AUTH',
] as const;

/** What a rule can match (`on:`). One list, in the order a session meets them. */
export const EVENT_NAMES = [
  'connect',
  ...VERB_EVENTS,
  'auth-response',
  'content',
  'end-of-data',
  'unknown',
  'idle',
  'timer',
  'tls-failed',
  'error-limit',
  'peer-close',
] as const;

export type VerbEvent = (typeof VERB_EVENTS)[number];
export type EventName = (typeof EVENT_NAMES)[number];

/** How the next octets of the client are to be read (DESIGN §4: pulled one unit at a time in this mode). */
export type Mode = 'command' | 'content' | 'bdat' | 'sasl' | 'tls' | 'mute' | 'swallow';

/** Who ends a line: `CRLF` as RFC 5321 2.3.8 wants, a bare octet, or nobody (the peer went away). */
export type Terminator = 'CRLF' | 'LF' | 'CR' | 'none';
