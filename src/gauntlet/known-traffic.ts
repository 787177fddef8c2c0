// A working day of a Domino server's traffic in which the cause of every session without a message is known, since it was
// made so: the yardstick of the log explainer (docs/explain-log.md). Pure data from a seed; played by traffic-player.ts.
// How often each cause occurs is chosen, not measured; hard cases are in it on purpose.

import type { CauseId } from '../domino/log-advice';
import { draws } from '../scenario/random';

/** What a client does at one moment; each is waited for before the next begins. */
export type Act =
  /** Connects and hears the greeting; `greeted: false` where no handler is free. */
  | { readonly act: 'connect'; readonly greeted: boolean }
  /** One write; so many replies answer it. */
  | { readonly act: 'say'; readonly lines: readonly string[]; readonly replies: number }
  /** Octets that nobody answers. */
  | { readonly act: 'write'; readonly octets: string }
  /** Octets in the place of a TLS handshake. */
  | { readonly act: 'spoil-handshake' }
  | { readonly act: 'leave' }
  | { readonly act: 'reset' }
  /** The server has ended it, or is about to. */
  | { readonly act: 'gone' };

export interface TimedAct {
  /** Virtual time, ms. */
  readonly at: number;
  readonly act: Act;
}

export interface KnownVisit {
  /** Why it ends without a message; null: it delivers one. */
  readonly cause: CauseId | null;
  readonly address: string;
  readonly acts: readonly TimedAct[];
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOURS = 8;

/** Session handlers of the server: as many as can be busy at once. */
export const HANDLERS = 8;
/** In this time all of them are, and nobody else comes than those who wait for one. */
const CROWDED_AT = 4 * 60 * MINUTE;
const CROWDED_MS = 10 * MINUTE;

type Pick = (most: number) => number;
type Beat = readonly [afterMs: number, act: Act];

const say = (...lines: readonly string[]): Act => ({ act: 'say', lines, replies: lines.length });
const CONNECT: Act = { act: 'connect', greeted: true };
const LEAVE: Act = { act: 'leave' };
const QUIT: readonly Beat[] = [
  [SECOND, say('QUIT')],
  [0, { act: 'gone' }],
];
const greet = (hello: string): readonly Beat[] => [
  [0, CONNECT],
  [SECOND, say(hello)],
];
const envelope = (sender: string, recipient: string): readonly Beat[] => [
  [SECOND, say(`MAIL FROM:<${sender}>`)],
  [SECOND, say(`RCPT TO:<${recipient}>`)],
];
const content = (id: string): readonly Beat[] => [
  [SECOND, say('DATA')],
  [2 * SECOND, { act: 'say', lines: [`Message-ID: <${id}@sender.example.net>`, '', 'hello', '.'], replies: 1 }],
];
/** The idle time-out of the server, and a moment more. */
const TIMED_OUT: readonly Beat[] = [[3 * MINUTE, { act: 'gone' }]];
const SPAM = ['DATA', 'Subject: Your Meds', '', 'Cheap and good, and all of it is a lie.', '.', 'QUIT'];

/** Puts a script on the clock. */
function visit(cause: CauseId | null, address: string, begin: number, beats: readonly Beat[]): KnownVisit {
  let at = begin;
  return { cause, address, acts: beats.map(([after, act]) => ({ at: (at += after), act })) };
}

const KNOWN = 'recipient@example.com';

const delivery = (sender: string, id: string, hello = 'EHLO sender.example.net'): readonly Beat[] => [
  ...greet(hello),
  ...envelope(sender, KNOWN),
  ...content(id),
  ...QUIT,
];

/** Refused at MAIL or RCPT: half of them polite, the others with the whole spam in one packet. */
function refusal(mail: string, rcpt: string, polite: boolean): readonly Beat[] {
  const hello = 'EHLO spam.example.net';
  const packet = [hello, mail, rcpt, ...SPAM].map((line) => `${line}\r\n`).join('');
  if (!polite)
    return [
      [0, CONNECT],
      [0, { act: 'write', octets: packet }],
      [0, { act: 'gone' }],
    ];
  return [...greet(hello), [SECOND, say(mail)], [SECOND, say(rcpt)], ...QUIT];
}

interface Family {
  readonly cause: CauseId | null;
  readonly times: number;
  /** Visits of one occurrence, given its number, its moment and chance. */
  readonly make: (index: number, begin: number, pick: Pick) => readonly KnownVisit[];
}

const polite = (index: number): boolean => index % 2 === 0;

/** One visit per occurrence. */
function family(
  cause: CauseId | null,
  times: number,
  address: (index: number, pick: Pick) => string,
  beats: (index: number, pick: Pick) => readonly Beat[],
): Family {
  return {
    cause,
    times,
    make: (index, begin, pick) => [visit(cause, address(index, pick), begin, beats(index, pick))],
  };
}

/** Hosts of a network of their own, each coming once in a while. */
const hostsOf =
  (network: string, most: number) =>
  (_: number, pick: Pick): string =>
    `${network}.${1 + pick(most)}`;

const FAMILIES: readonly Family[] = [
  family(null, 200, hostsOf('192.0.2', 80), (index) => delivery(`user${index}@example.net`, `d${index}`)),
  family('refused-blacklist', 60, hostsOf('198.18.0', 250), (index) =>
    refusal(`MAIL FROM:<spam${index}@example.net>`, `RCPT TO:<${KNOWN}>`, polite(index)),
  ),
  family('refused-recipient', 50, hostsOf('203.0.113', 100), (index) =>
    refusal(`MAIL FROM:<a${index}@example.net>`, `RCPT TO:<nobody${index}@example.com>`, polite(index)),
  ),
  family('refused-relay', 12, hostsOf('203.0.113', 100), (index) =>
    refusal(`MAIL FROM:<r${index}@example.net>`, `RCPT TO:<victim${index}@example.org>`, polite(index)),
  ),
  family('refused-sender', 12, hostsOf('203.0.113', 100), (index) =>
    refusal(`MAIL FROM:<x${index}@denied.example.net>`, `RCPT TO:<${KNOWN}>`, polite(index)),
  ),
  family('refused-host', 12, hostsOf('198.51.100', 60), (index) =>
    refusal(`MAIL FROM:<h${index}@example.net>`, `RCPT TO:<${KNOWN}>`, polite(index)),
  ),
  // Without a name in DNS: the one refusal of which the line is known word for word.
  family('refused-host', 24, hostsOf('10.9.0', 200), (index) =>
    refusal(`MAIL FROM:<n${index}@example.net>`, `RCPT TO:<${KNOWN}>`, polite(index)),
  ),
  family('refused-other', 6, hostsOf('192.0.2', 80), (index) =>
    refusal(`MAIL FROM:<big${index}@example.net> SIZE=99000000`, `RCPT TO:<${KNOWN}>`, true),
  ),
  family('authentication-failed', 40, hostsOf('203.0.113', 20), (index) => [
    ...greet('EHLO guess.example.net'),
    [SECOND, say(`AUTH PLAIN ${Buffer.from(`\0guest\0guess${index}`).toString('base64')}`)],
    ...QUIT,
  ]),
  family('tls-failed', 8, hostsOf('192.0.2', 80), () => [
    ...greet('EHLO sender.example.net'),
    [SECOND, say('STARTTLS')],
    [SECOND, { act: 'spoil-handshake' }],
    [SECOND, LEAVE],
  ]),
  family(
    'mtu-or-stall',
    24,
    (index) => `192.0.2.${100 + index}`,
    (index) => stall(`stall${index}@example.net`),
  ),
  family('early-talker-spew', 6, hostsOf('203.0.113', 100), () => [
    [0, CONNECT],
    [0, { act: 'say', lines: Array<string>(30).fill('Subject: no command at all'), replies: 21 }],
    [0, { act: 'gone' }],
  ]),
  family(
    'unknown',
    12,
    (index) => `192.0.2.${130 + index}`,
    (_, pick) => [...greet('EHLO gone.example.net'), [(1 + pick(40)) * SECOND, LEAVE]],
  ),
  // What looks like something else. A spammer that is refused and stays looks like a stall …
  family(
    'refused-recipient',
    3,
    (index) => `203.0.113.${210 + index}`,
    (index) => [
      ...greet('EHLO spam.example.net'),
      ...envelope(`hang${index}@example.net`, `nobody@example.com`),
      ...TIMED_OUT,
    ],
  ),
  // … and a connection that broke, like a fallback.
  { cause: 'unknown', times: 4, make: (index, begin) => brokenAndBack(`192.0.2.${150 + index}`, index, begin) },
  {
    cause: 'fixup-or-fallback',
    times: 36,
    make: (index, begin, pick) => fixup(`192.0.2.${160 + index}`, index, begin, pick),
  },
  {
    cause: 'delivered-elsewhere',
    times: 12,
    make: (index, begin, pick) => roundabout(`192.0.2.${200 + index}`, index, begin, pick),
  },
  { cause: 'probe', times: 3, make: (index, begin, pick) => monitor(`10.10.0.${1 + index}`, index, begin, pick) },
];

function stall(sender: string): readonly Beat[] {
  return [
    ...greet('EHLO far.example.net'),
    ...envelope(sender, KNOWN),
    [SECOND, say('DATA')],
    [SECOND, { act: 'write', octets: 'Subject: the last small packet\r\n' }],
    ...TIMED_OUT,
  ];
}

function brokenAndBack(address: string, index: number, begin: number): readonly KnownVisit[] {
  const sender = `broken${index}@example.net`;
  const broken: readonly Beat[] = [...greet('EHLO sender.example.net'), [SECOND, { act: 'reset' }]];
  return [
    visit('unknown', address, begin, broken),
    visit(null, address, begin + 30 * SECOND, delivery(sender, `b${index}`)),
  ];
}

/** Behind a fixup: EHLO arrives overwritten, the client hangs up and says HELO on a new connection; a few take their time. */
function fixup(address: string, index: number, begin: number, pick: Pick): readonly KnownVisit[] {
  const back = index % 6 === 5 ? (3 + pick(20)) * MINUTE : (1 + pick(10)) * SECOND;
  return [
    visit('fixup-or-fallback', address, begin, [...greet('XXXX sender.example.net'), ...QUIT]),
    visit(null, address, begin + 3 * SECOND + back, delivery(`fixup${index}@example.net`, `f${index}`, 'HELO sender')),
  ];
}

/** Loses its connection after the envelope; the message then comes in through the backup server. */
function roundabout(address: string, index: number, begin: number, pick: Pick): readonly KnownVisit[] {
  const sender = `round${index}@example.net`;
  const lost: readonly Beat[] = [...greet('EHLO sender.example.net'), ...envelope(sender, KNOWN), [20 * SECOND, LEAVE]];
  return [
    visit('delivered-elsewhere', address, begin, lost),
    visit(null, '192.0.2.250', begin + (2 + pick(8)) * MINUTE, delivery(sender, `e${index}`)),
  ];
}

/** A monitor that opens the port and leaves, every few minutes, one of them not quite on time. */
function monitor(address: string, index: number, _: number, pick: Pick): readonly KnownVisit[] {
  const every = [15, 20, 30][index] ?? 15;
  const visits = Math.floor((HOURS * 60) / every);
  return Array.from({ length: visits }, (_, turn) => {
    const late = index === 2 ? pick(180) * SECOND : pick(3) * SECOND;
    return visit('probe', address, turn * every * MINUTE + late, [[0, CONNECT], ...QUIT]);
  });
}

/** All handlers are taken by transfers that have stalled; others wait in vain. */
function crowd(): readonly KnownVisit[] {
  const holders = Array.from({ length: HANDLERS }, (_, index) =>
    visit('mtu-or-stall', `192.0.2.${230 + index}`, CROWDED_AT + index * SECOND, stall(`crowd${index}@example.net`)),
  );
  const waiting = Array.from({ length: 10 }, (_, index) =>
    visit('handlers-exhausted', `192.0.2.${240 + index}`, CROWDED_AT + 30 * SECOND + index * 5 * SECOND, [
      [0, { act: 'connect', greeted: false }],
      [(20 + index) * SECOND, LEAVE],
    ]),
  );
  return [...holders, ...waiting];
}

const isCrowded = ({ acts }: KnownVisit): boolean =>
  acts.some(({ at }) => at > CROWDED_AT - 5 * MINUTE && at < CROWDED_AT + CROWDED_MS);

/** The traffic of the day. @param seed decides on moments and hosts */
export function knownTraffic(seed: number): readonly KnownVisit[] {
  const random = draws(seed, 12);
  const pick: Pick = (most) => Math.floor(random() * most);
  const visits = FAMILIES.flatMap(({ times, make }) =>
    Array.from({ length: times }, (_, index) => make(index, pick(HOURS * 60 - 30) * MINUTE + pick(60) * SECOND, pick)),
  ).flatMap((together) => (together.length < 3 && together.some(isCrowded) ? [] : together));
  return [...visits.filter((each) => !isCrowded(each)), ...crowd()];
}
