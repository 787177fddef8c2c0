// What is asked of a client in using and leaving a connection: RSET, QUIT, idling, reuse, half-closing.
// Joined in catalogue.ts; judged by the session checks. Closing without QUIT is judged here and nowhere else.

import { cite } from './citation';
import type { Obligation } from './obligation';

export const session: readonly Obligation[] = [
  {
    id: 'rset-after-failure',
    phase: 'session',
    title: 'Clear a failed transaction by RSET or EHLO before the next.',
    level: 'practice',
    sections: cite([5321, '4.1.1.5', '4.1.4']),
    sections2821: cite([2821, '4.1.1.5', '4.1.4']),
    provocation: 'Refuse all recipients while more mail is queued.',
    verdict:
      'Kept when RSET or EHLO precedes the next MAIL. MAIL in the open transaction breaks command-order and is judged there.',
  },
  {
    id: 'rset-non-250',
    phase: 'session',
    title: 'Leave when RSET is refused.',
    level: 'practice',
    sections: cite([5321, '4.3.2']),
    sections2821: cite([2821, '4.3.2']),
    provocation: 'Answer RSET with 500 or 421.',
    verdict: 'Kept by QUIT or a close; going on with MAIL as if all were clean is a warning.',
  },
  {
    id: 'quit-before-close',
    phase: 'session',
    title: 'Send QUIT before closing, also after an error.',
    level: 'MUST',
    sections: cite([5321, '4.1.1.10', '4.1.4']),
    sections2821: cite([2821, '4.1.1.10', '4.1.4']),
    provocation: 'Let sessions end in peace, after a refused MAIL or DATA, and after a greeting of 554.',
    verdict:
      'Kept when QUIT comes before the end; broken by a close or reset without it. Exempt are endings after our own 421 or close, after a timeout that we provoked, and after a failure of TLS.',
  },
  {
    id: 'quit-waits-for-221',
    phase: 'session',
    title: 'Wait for the reply to QUIT before closing.',
    level: 'SHOULD',
    sections: cite([5321, '4.1.1.10']),
    sections2821: cite([2821, '4.1.1.10']),
    provocation: 'Hold the 221 for 3 s.',
    verdict:
      'Kept when the close comes after the 221 was written; before it is a warning. When the close comes along with a QUIT grouped behind the dot, nothing is decided here: the reply not awaited is that to the dot.',
  },
  {
    id: 'quit-non-221',
    phase: 'session',
    title: 'Close in bounded time, whatever the reply to QUIT.',
    level: 'practice',
    sections: cite([5321, '4.3.2']),
    sections2821: cite([2821, '4.3.2']),
    provocation: 'Answer QUIT with 500, with nothing, or with 221 and an open socket.',
    verdict:
      'Kept when the client closes within five minutes; repeating QUIT, staying longer, or sending delivered mail again is a warning.',
  },
  {
    id: 'idle-hang',
    phase: 'session',
    title: 'Do not sit idle on a connection after a refusal.',
    level: 'practice',
    sections: cite([5321, '4.5.3.2.7']),
    sections2821: cite([2821, '4.5.3.2']),
    provocation: 'Refuse, and measure the time from our reply to the next command.',
    verdict:
      'Kept up to 60 s, or when the connection is used again; longer is a warning, stated as such beyond five minutes.',
  },
  {
    id: 'connection-reuse',
    phase: 'session',
    title: 'Lose and double no message when a shared connection is cut short.',
    level: 'MAY',
    sections: cite([5321, '4.1.4', '4.5.4.1']),
    sections2821: cite([2821, '4.1.4', '4.5.4.1']),
    provocation: 'Let three messages queue, and after the second answer MAIL with 421 or 452.',
    verdict: 'Kept when the rest come over a new connection, each once; a message lost or doubled is reported.',
  },
  {
    id: 'half-close',
    phase: 'session',
    title: 'Close your half of the connection only after QUIT.',
    level: 'practice',
    sections: cite(),
    sections2821: cite(),
    provocation: 'Watch for a FIN while a reply to DATA or to the dot is outstanding.',
    verdict:
      'Kept when the half-close comes with or after QUIT; before the 354 or the reply to the dot it is a warning.',
  },
];
