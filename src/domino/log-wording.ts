// Every line the Domino SMTP listener can write, as data: the text with its fields, where it was seen, how sure that is.
// log.ts fills these in; log-patterns.ts turns the same texts round to read a real log.
// What is `inferred` was chosen by us in the style of the seen ones, and can be switched off.

import type { Confidence } from '../scenario/persona';

/**
 * Where the text stands on its line. `task` = `<date>   SMTP Server: …`; `thread` = `<date>   SMTP Server [pid:vt-nt] …`,
 * which falls back to `task` where no process prefix is set; `debug` = `[pid:vt-nt] …`; `debug-dated` = `<date> [pid:vt-nt] …`.
 */
export type WordingForm = 'task' | 'thread' | 'debug' | 'debug-dated';

export interface Wording {
  readonly text: string;
  readonly form: WordingForm;
  readonly source: string;
  readonly confidence: Confidence;
}

const ARTICLE = 'article "SMTP Server: … disconnected. 0 message[s] received"';
const QUOTED = 'console lines quoted by administrators';
const STYLE = 'chosen in the style of the seen lines; no verbatim sample was found';
const TECHNOTE = 'IBM technote on debugging STARTTLS';

const seen = (text: string, source: string, form: WordingForm = 'task'): Wording => ({
  text,
  form,
  source,
  confidence: 'seen',
});
const inferred = (text: string, source: string = STYLE, form: WordingForm = 'task'): Wording => ({
  text,
  form,
  source,
  confidence: 'inferred',
});

export const LOG_WORDINGS = {
  connected: seen('{peer} connected', ARTICLE),
  originator: seen('Originator: {sender}', ARTICLE),
  recipient: seen('Recipient: {recipient}', ARTICLE),
  message: seen('Message {note} (MessageID: {id}) received from {peer} size {size} bytes', ARTICLE),
  disconnected: seen('{peer} disconnected. {count} message[s] received', ARTICLE),

  // The blank before the semicolon is Domino's, in the failure only.
  'authentication-failed': seen('Authentication failed for user {user} ; connecting host {peer}', QUOTED),
  'authentication-succeeded': {
    text: 'Authentication succeeded for user {user}; connecting host {peer}',
    form: 'task',
    source: 'known only as the pattern of another log reader',
    confidence: 'second-hand',
  },
  'sender-mismatch': {
    text: 'Message rejected. Authenticated user {user} from host {peer} sending mail from {sender} failed to match directory address {address}',
    form: 'task',
    source: 'known only as the pattern of another log reader',
    confidence: 'second-hand',
  },

  'host-unnamed': seen(
    'Connection from [{address}] rejected for policy reasons. IP address of connecting host not found in reverse DNS lookup.',
    QUOTED,
    'thread',
  ),
  'host-denied': inferred(
    'Connection from [{address}] rejected for policy reasons. Connecting host is denied in your configuration.',
    'the line for a host without a name, with the other reason',
    'thread',
  ),
  blacklisted: inferred(
    'Connecting host {peer} was found in the DNS blacklist at {site}',
    'the help says that the line names host, address and site; its words were not found',
  ),
  'private-blacklisted': inferred('Connecting host {peer} was found in the private blacklist'),
  'sender-denied': inferred(
    'Mail from {sender} by {peer} rejected for policy reasons. Sender is denied in your configuration.',
    'the words of the 554 reply',
  ),
  'sender-domain-unknown': inferred(
    "Mail from {sender} by {peer} rejected for policy reasons. Sender's domain not found in DNS.",
    'the words of the 554 reply',
  ),
  'relay-denied': inferred(
    "Attempt to relay mail to {recipient} by {peer} rejected for policy reasons. Relays to recipient's domain denied in your configuration.",
    'the words of the 554 reply',
  ),
  'recipient-denied': inferred(
    'Recipient {recipient} from {peer} rejected for policy reasons.',
    'the words of the help',
  ),
  'recipient-unknown': inferred('Recipient {recipient} from {peer} rejected. User not listed in Domino Directory.'),
  'recipient-ambiguous': inferred('Recipient {recipient} from {peer} rejected for policy reasons. Name is not unique.'),
  'recipient-group': inferred('Recipient {recipient} from {peer} rejected for policy reasons. Name is a group.'),
  'too-many-recipients': inferred('Message from {peer} rejected. Too many recipients.'),
  'size-exceeded': inferred('Message from {peer} rejected. Message exceeds the maximum size.'),
  'error-limit': inferred('Connection to {peer} terminated. Error limit exceeded.'),
  'idle-timeout': inferred('Connection to {peer} terminated. Session timed out.'),
  'too-many-connections': inferred('Connection from {peer} refused. Maximum number of sessions reached.'),
  'tls-secured': inferred('TLS negotiated with {peer}: {protocol} {cipher}'),
  'tls-failed': inferred('TLS handshake with {peer} failed: {reason}'),

  starting: seen('Starting...', QUOTED),
  started: seen('Started', QUOTED),
  'already-running': { ...inferred('Already running', 'seen for the HTTP task, whose lines have the same form') },
  'shutting-down': inferred('Shutdown is in progress'),
  'shut-down': inferred('Shutdown complete'),
  'updating-configuration': inferred('Updating configuration', 'the help says that start and end are printed'),
  'updated-configuration': inferred('Configuration update complete', 'the help says that start and end are printed'),

  'debug-received': seen('R: {line}', TECHNOTE, 'debug'),
  'debug-sent': seen('S: {line}', TECHNOTE, 'debug'),
  'debug-sent-octets': seen('SMTP CITask StateMachine> Sent {octets} bytes to {peer}', TECHNOTE, 'debug-dated'),
  'debug-received-octets': inferred(
    'SMTP CITask StateMachine> Received {octets} bytes from {peer}',
    'the seen "Sent" line, turned round',
    'debug-dated',
  ),
} as const satisfies Record<string, Wording>;

export type WordingId = keyof typeof LOG_WORDINGS;
