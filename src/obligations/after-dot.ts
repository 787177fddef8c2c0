// What is asked of a client between the final dot and the booking of the message as delivered, deferred or failed.
// Joined in catalogue.ts; judged by the after-dot checks. How often it may come back is in retries.ts.

import { cite } from './citation';
import type { Obligation } from './obligation';

export const afterDot: readonly Obligation[] = [
  {
    id: 'dot-reply-timeout',
    phase: 'after-dot',
    title: 'Wait ten minutes for the reply to the final dot.',
    level: 'SHOULD',
    sections: cite([5321, '4.5.3.2.6', '6.1']),
    sections2821: cite([2821, '4.5.3.2', '6.1']),
    provocation: 'Hold the reply for nine and a half minutes; in a second variant for ever.',
    verdict:
      'Kept when the late 250 is taken, or the client leaves after 600 s or more of silence; leaving earlier is a warning, and a retry after it is named as the duplicate it risks.',
  },
  {
    id: 'dot-4yz-retry',
    phase: 'after-dot',
    title: 'Keep the message and try again after a 4yz reply to the dot.',
    level: 'SHOULD',
    // RFC 2821 4.2.1 merely encourages the retry, and its 4.2.5 misprints 5yz for 4yz.
    level2821: 'practice',
    sections: cite([5321, '4.2.5', '4.2.1']),
    sections2821: cite([2821, '4.2.5']),
    provocation: 'Answer the final dot with 451.',
    verdict:
      'Kept when the same message comes back later; no return in the window is undecided as long as nobody looks at the side of the sender.',
    role: 'mta',
  },
  {
    id: 'dot-5yz-no-retry',
    phase: 'after-dot',
    title: 'Do not offer a message again after a 5yz reply to the dot.',
    level: 'SHOULD',
    // RFC 2821 4.2.1 only discourages the repetition.
    level2821: 'practice',
    sections: cite([5321, '4.2.5', '4.2.1']),
    sections2821: cite([2821, '4.2.5', '4.2.1']),
    provocation: 'Answer the final dot with 554.',
    verdict:
      'Kept when the window, at least twice the usual interval of the client, passes without it; broken, as a warning, when the same message for the same envelope comes again. A shorter window decides nothing.',
  },
  {
    id: 'lost-after-dot',
    phase: 'after-dot',
    title: 'Send the same message again when the reply to the dot was lost.',
    level: 'SHOULD',
    sections: cite([5321, '3.8', '6.1']),
    sections2821: cite([2821, '3.9', '6.1']),
    provocation: 'Close or reset at the dot, 5 s or 60 s later, right after a 250, or after a 250 without its CRLF.',
    verdict:
      'Kept when it returns with the same Message-ID and body: such a duplicate is no fault. No retry, or one under a new Message-ID, is a warning. Undecided when a whole 250 had been written before the reset.',
    role: 'mta',
  },
  {
    id: 'early-dot-reply',
    phase: 'after-dot',
    title: 'Do not count a 250 that came before the dot.',
    level: 'practice',
    sections: cite([5321, '4.3.1']),
    sections2821: cite([2821, '4.3.1']),
    provocation: 'Send 250 right behind the 354, and refuse the message with 554 after its dot.',
    verdict:
      'Kept when the message ends up as failed; booked as delivered it is a warning. Needs to know what the client reports.',
  },
  {
    id: 'dot-split',
    phase: 'after-dot',
    title: 'Split the final dot over segments and TLS records as often as you like.',
    level: 'fixture',
    sections: cite([5321, '4.1.1.4']),
    sections2821: cite(),
    provocation: 'None by a server: a scripted sender splits the sequence at every place.',
    verdict: 'No verdict on a client: it proves that our own reader finds the end however it is cut.',
  },
];
