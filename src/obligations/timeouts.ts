// How long a client is asked to wait for the reply to each command, and how to leave when it does not come.
// Joined in catalogue.ts; judged by the timeout checks on unscaled time. The greeting is in greeting.ts, the dot in
// after-dot.ts. For a grouped command the clock starts when it becomes the oldest unanswered one.

import { cite } from './citation';
import type { Obligation } from './obligation';

export const timeouts: readonly Obligation[] = [
  {
    id: 'timeout-ehlo',
    phase: 'timeouts',
    title: 'Limit the wait for the reply to EHLO or HELO.',
    level: 'MUST',
    sections: cite([5321, '4.5.3.2']),
    sections2821: cite([2821, '4.5.3.2']),
    provocation: 'Never answer EHLO.',
    verdict:
      'Kept when the client leaves before the cap; broken when it is still there. No figure is given for this command: leaving within 60 s is a warning.',
  },
  {
    id: 'timeout-mail',
    phase: 'timeouts',
    title: 'Wait five minutes for the reply to MAIL.',
    level: 'SHOULD',
    sections: cite([5321, '4.5.3.2.2']),
    sections2821: cite([2821, '4.5.3.2']),
    provocation: 'Never answer MAIL; in a second variant answer after 290 s.',
    verdict: 'Kept when the late reply is taken; leaving before 295 s, or staying beyond the cap, is a warning.',
  },
  {
    id: 'timeout-rcpt',
    phase: 'timeouts',
    title: 'Wait five minutes for the reply to RCPT.',
    level: 'SHOULD',
    sections: cite([5321, '4.5.3.2.3']),
    sections2821: cite([2821, '4.5.3.2']),
    provocation: 'Never answer RCPT; in a second variant answer after 290 s.',
    verdict: 'Kept when the late reply is taken; leaving before 295 s, or staying beyond the cap, is a warning.',
  },
  {
    id: 'timeout-data-init',
    phase: 'timeouts',
    title: 'Wait two minutes for the reply to DATA.',
    level: 'SHOULD',
    sections: cite([5321, '4.5.3.2.4']),
    sections2821: cite([2821, '4.5.3.2']),
    provocation: 'Never answer DATA; in a second variant answer after 115 s.',
    verdict: 'Kept when the late reply is taken; leaving before 118 s, or staying beyond the cap, is a warning.',
  },
  {
    id: 'timeout-then-quit',
    phase: 'timeouts',
    title: 'Say QUIT also when leaving for want of a reply.',
    level: 'practice',
    sections: cite([5321, '4.1.1.10']),
    sections2821: cite([2821, '4.1.1.10']),
    provocation: 'Never answer a command, whichever.',
    verdict:
      'Kept when QUIT precedes the close; a plain close is tolerated with a warning, since quit-before-close exempts a timeout of our making.',
  },
  {
    id: 'timeout-starttls',
    phase: 'timeouts',
    title: 'Limit the wait for the TLS handshake.',
    level: 'MUST',
    sections: cite([5321, '4.5.3.2'], [3207, '4']),
    sections2821: cite([2821, '4.5.3.2']),
    provocation: 'Answer STARTTLS with 220 and the ClientHello with silence.',
    verdict:
      'Kept when the client gives up before the cap, to try later or in clear as its policy says; broken when it is still there.',
  },
];
