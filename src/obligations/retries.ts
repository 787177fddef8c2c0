// What is asked of an MTA that could not deliver: queueing, intervals, giving up, other exchangers, no second copies.
// Joined in catalogue.ts; judged over several sessions. Binds queueing clients only, and needs a declared window.

import { cite } from './citation';
import type { Obligation } from './obligation';

export const retries: readonly Obligation[] = [
  {
    id: 'retry-after-4yz',
    phase: 'retries',
    title: 'Queue a deferred message and try it again.',
    // That a 4yz is tried again is a SHOULD of RFC 5321 4.2.1 and encouraged by RFC 2821; that an MTA queues what it
    // could not deliver is a MUST of 4.5.4.1 in both, so the level is the same under either.
    level: 'MUST',
    sections: cite([5321, '4.2.1', '4.5.4.1']),
    sections2821: cite([2821, '4.2.1', '4.5.4.1']),
    provocation:
      'Greylist: defer the first attempt of each client, sender and recipient, and accept after five minutes.',
    verdict:
      'Kept when the same three come back; broken when the message is returned on the first 4yz, for an MTA must queue it. No return within the window is undecided, since another address may have been used or the interval is longer.',
    role: 'mta',
  },
  {
    id: 'retry-not-immediate',
    phase: 'retries',
    title: 'Let some time pass before the same destination is tried again.',
    level: 'MUST',
    sections: cite([5321, '4.5.4.1']),
    sections2821: cite([2821, '4.5.4.1']),
    provocation: 'Answer 451 to everything.',
    verdict:
      'Broken when the same message is offered to the same address within 60 s; kept otherwise. The next exchanger, falling back to HELO, clear text after failed TLS and split recipients are no such repeat.',
    role: 'mta',
  },
  {
    id: 'retry-interval-30min',
    phase: 'retries',
    title: 'Leave half an hour between two attempts.',
    level: 'SHOULD',
    sections: cite([5321, '4.5.4.1']),
    sections2821: cite([2821, '4.5.4.1']),
    provocation: 'Answer 451 for a day and note the gaps.',
    verdict: 'Kept when no gap is below 30 minutes; shorter ones are a warning, because other strategies are allowed.',
    role: 'mta',
  },
  {
    id: 'retry-backoff',
    phase: 'retries',
    title: 'Let the gaps between attempts grow.',
    level: 'practice',
    sections: cite([5321, '4.5.4.1']),
    sections2821: cite([2821, '4.5.4.1']),
    provocation: 'Answer 451 over many attempts and note the gaps.',
    verdict: 'Kept when the median of the last third of the gaps exceeds that of the first; otherwise a warning.',
    role: 'mta',
  },
  {
    id: 'retry-gives-up-4-5d',
    phase: 'retries',
    title: 'Keep trying for four to five days before giving up.',
    level: 'SHOULD',
    sections: cite([5321, '4.5.4.1']),
    sections2821: cite([2821, '4.5.4.1']),
    provocation: 'Answer 451 for days, or read the logs or scale the time of a client that can.',
    verdict:
      'Undecided in any ordinary run; giving up earlier is a warning where the window is long enough to show it.',
    role: 'mta',
  },
  {
    id: 'no-retry-after-5yz',
    phase: 'retries',
    title: 'Do not repeat what was refused with 5yz.',
    level: 'SHOULD',
    // RFC 2821 4.2.1 only discourages the repetition.
    level2821: 'practice',
    sections: cite([5321, '4.2.1']),
    sections2821: cite([2821, '4.2.1']),
    provocation: 'Refuse MAIL, RCPT or DATA with 550.',
    verdict:
      'Kept when the window passes without it; broken, as a warning, when sender, recipient and Message-ID come again here or at another exchanger of the set. A 5yz to the greeting, to EHLO or by policy at connection is exempt, and a new Message-ID is a new message.',
    role: 'mta',
  },
  {
    id: 'dead-host-cache',
    phase: 'retries',
    title: 'Remember unreachable hosts instead of probing them for every message.',
    level: 'SHOULD',
    sections: cite([5321, '4.5.4.1']),
    sections2821: cite([2821, '4.5.4.1']),
    provocation: 'Refuse connections while twenty messages are queued.',
    verdict: 'Kept when a few connections serve for all; twenty or more in a burst are a warning.',
    role: 'mta',
  },
  {
    id: 'mx-fallback',
    phase: 'retries',
    title: 'Try the next address or exchanger, in the order of preference.',
    level: 'MUST',
    sections: cite([5321, '5.1']),
    sections2821: cite([2821, '5']),
    provocation: 'Serve a zone whose first exchanger refuses, is silent or greets with 421, and whose second is well.',
    verdict:
      'Kept when the second is used, at once or later, and the order is obeyed; broken when it is tried first although the first is up, or address records are used although exchangers exist. Trying at least two addresses is the SHOULD, being able to is the MUST; a fixed relay is exempt.',
    role: 'mta',
  },
  {
    id: 'mx-5yz-no-shopping',
    phase: 'retries',
    title: 'Do not carry a refused message to another exchanger.',
    level: 'SHOULD',
    // The rule is the one on repeating after 5yz, which RFC 2821 4.2.1 only discourages.
    level2821: 'practice',
    sections: cite([5321, '4.2.1']),
    sections2821: cite([2821, '4.2.1']),
    provocation: 'Refuse RCPT or DATA with 550 at the first exchanger and accept everything at the second.',
    verdict: 'Kept when the second never sees the message; delivered there, it is a warning.',
    role: 'mta',
  },
  {
    id: 'single-copy-no-dup',
    phase: 'retries',
    title: 'Never send again what was accepted at the dot.',
    level: 'MUST',
    sections: cite([5321, '4.2.5', '6.1']),
    sections2821: cite([2821, '4.2.5', '6.1']),
    provocation: 'Any session with mixed answers, followed by a window.',
    verdict:
      'Kept when no accepted recipient gets the message again; broken when one does after a 250 that provably reached the client. Undecided without that proof.',
    role: 'mta',
  },
];
