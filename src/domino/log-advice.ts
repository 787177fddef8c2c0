// Why a session can end with "0 message[s] received", and what to do about it: the catalogue behind the report.
// Data only. The advice is ours, after the two articles named; the attribution is in log-causes.ts.

export const CAUSE_IDS = [
  'refused-blacklist',
  'refused-recipient',
  'refused-relay',
  'refused-sender',
  'refused-host',
  'refused-other',
  'authentication-failed',
  'tls-failed',
  'fixup-or-fallback',
  'delivered-elsewhere',
  'mtu-or-stall',
  'early-talker-spew',
  'handlers-exhausted',
  'probe',
  'unknown',
] as const;
export type CauseId = (typeof CAUSE_IDS)[number];

export interface CauseAdvice {
  readonly title: string;
  /** True: the server refused the session itself, so the missing message is as it should be. */
  readonly active: boolean;
  /** What in a log counts as this. */
  readonly evidence: string;
  readonly advice: string;
  /** The article that the advice follows; null where it is ours alone. */
  readonly article: string | null;
}

const ZERO = 'SMTP Server: mail.example.com (192.168.0.1) disconnected. 0 message[s] received';
const STATS = 'Domino Server: SMTP Stats - part 1';

const EXPECTED = 'Nothing to repair: a refused client has to leave without having delivered.';

const refused = (what: string, evidence: string): CauseAdvice => ({
  title: `refused: ${what}`,
  active: true,
  evidence,
  advice: EXPECTED,
  article: ZERO,
});

export const CAUSE_ADVICE: Readonly<Record<CauseId, CauseAdvice>> = {
  'refused-blacklist': refused('blacklist', 'a blacklist line for the host within the session'),
  'refused-recipient': refused('recipient', 'a line that refuses a recipient within the session'),
  'refused-relay': refused('relaying', 'a line that refuses to relay within the session'),
  'refused-sender': refused('sender', 'a line that refuses the sender within the session'),
  'refused-host': refused('connecting host', 'a line that refuses the connection for the host itself'),
  'refused-other': refused('policy', 'a line that refuses, for a reason of its own'),
  'authentication-failed': {
    title: 'refused: authentication',
    active: true,
    evidence: 'a line saying that authentication failed for the host within the session',
    advice:
      'Many of these from few hosts are password guessing: do not offer AUTH where no user needs it, or keep those hosts out before they reach the server.',
    article: null,
  },
  'tls-failed': {
    title: 'TLS handshake failed',
    active: false,
    evidence: 'a line saying that the handshake failed within the session',
    advice:
      'Client and server share no protocol version or cipher, or the client rejects the certificate; many senders do not come back in clear text. Renew what the server offers.',
    article: null,
  },
  'fixup-or-fallback': {
    title: 'gone and back: firewall fixup, or fallback to HELO',
    active: false,
    evidence:
      'gone quickly without a word of refusal, connected again soon after, and then something happened; certain only where debug lines show an overwritten command',
    advice:
      'A firewall that overwrites EHLO makes clients hang up and try again with HELO. Turn its SMTP inspection off; having ESMTP, keep the extensions few, SIZE and STARTTLS for instance.',
    article: ZERO,
  },
  'delivered-elsewhere': {
    title: 'came in through another server',
    active: false,
    evidence: 'the session had named its sender, and a message of that sender soon came from another host',
    advice:
      'The sender went to your next mail exchanger, which then passed the message on. Look for what makes the first attempt fail: the same firewall and MTU questions apply.',
    article: ZERO,
  },
  'mtu-or-stall': {
    title: 'long silence, then gone: MTU or stall',
    active: false,
    evidence: 'open for minutes without a refusal and without a message; likelier where the envelope had been accepted',
    advice:
      'Small packets pass and full ones vanish when path MTU discovery is blocked: set a lower MTU on the server, or let the ICMP messages through that say "too big".',
    article: ZERO,
  },
  'early-talker-spew': {
    title: 'talked without listening',
    active: false,
    evidence:
      'the error limit tripped, or debug lines show message text being taken for commands; both come of clients that send a whole message without waiting for answers',
    advice:
      'Do not offer pipelining inbound, and set SMTPErrorLimit, so that a client that pours out its message is cut off soon and the handler is free again.',
    article: STATS,
  },
  'handlers-exhausted': {
    title: 'no handler was free',
    active: false,
    evidence: 'a line saying so, or as many sessions open as the number of handlers given',
    advice:
      'Clients that hang on hold all session handlers. Turn inbound pipelining off, set an error limit, and keep the session time-out short before adding handlers.',
    article: STATS,
  },
  probe: {
    title: 'monitoring probe',
    active: false,
    evidence: 'one host, again and again at even intervals, never with a message',
    advice: 'A monitor that opens the port and leaves. Leave it out when comparing sessions with refusals.',
    article: null,
  },
  unknown: {
    title: 'unknown',
    active: false,
    evidence: 'the log holds nothing that explains it',
    advice:
      'An occasional one is normal. If they are many, log more (SMTPDebugIO, or the detailed logging level) for some hours and read that log.',
    article: ZERO,
  },
};
