// What is asked of a client about the order of commands: one at a time, or in groups where PIPELINING allows it.
// Joined in catalogue.ts; judged by the pipelining checks. Only a held reply proves that a command came early.

import { cite } from './citation';
import type { Obligation } from './obligation';

export const pipelining: readonly Obligation[] = [
  {
    id: 'no-pipelining-unless-advertised',
    phase: 'pipelining',
    title: 'Keep to one outstanding command unless PIPELINING is offered.',
    level: 'MUST',
    sections: cite([5321, '4.3.1'], [2920, '1', '3.1']),
    sections2821: cite([2821, '4.3.1']),
    provocation: 'Leave PIPELINING out of the EHLO reply and hold every reply for 2 to 3 s.',
    verdict:
      'Broken when an octet of the next command is read before the end of our held reply was handed over, be it mail data before 354 or QUIT before the reply to the dot; kept when none is. Without a hold a small gap decides nothing.',
  },
  {
    id: 'pipelining-stripped-midway',
    phase: 'pipelining',
    title: 'Go by the latest EHLO list, with no memory of an earlier one.',
    level: 'MUST',
    sections: cite([5321, '4.1.4', '4.5.4.1'], [3207, '4.2']),
    sections2821: cite([2821, '4.1.4', '4.5.4.1']),
    provocation: 'Offer extensions in the first session or before STARTTLS, and none in the next or after it.',
    verdict: 'Kept when only listed extensions are used; broken when one from the earlier list is.',
  },
  {
    id: 'pipeline-last-in-group',
    phase: 'pipelining',
    title: 'Send EHLO, DATA, VRFY, EXPN, TURN, QUIT and NOOP only as the last of a group.',
    level: 'MUST',
    sections: cite([2920, '3.1']),
    sections2821: cite(),
    provocation: 'Offer PIPELINING and hold each reply for 2 to 3 s.',
    verdict:
      'Broken by octets behind such a verb while its reply is still held; kept otherwise. Mail data, dot and QUIT in one go are legal, so QUIT ahead of the reply to the dot is no fault here.',
  },
  {
    id: 'pipeline-starttls-last',
    phase: 'pipelining',
    title: 'Send nothing behind STARTTLS until its reply has come.',
    level: 'MUST',
    sections: cite([3207, '4'], [2920, '3.1']),
    sections2821: cite(),
    provocation: 'Offer PIPELINING and STARTTLS, and hold the 220 for 3 s.',
    verdict: 'Kept when the line stays quiet; broken by any octet between STARTTLS and our 220, a TLS record included.',
  },
  {
    id: 'pipeline-auth-last',
    phase: 'pipelining',
    title: 'Send nothing behind AUTH or a SASL response until the reply has come.',
    level: 'MUST',
    sections: cite([2920, '3.1'], [4954, '4']),
    sections2821: cite(),
    provocation: 'Offer PIPELINING and AUTH, and hold the replies.',
    verdict: 'Kept when the client waits; broken by octets behind the line before our 334, 235 or refusal.',
  },
  {
    id: 'pipeline-bdat',
    phase: 'pipelining',
    title: 'Collect the replies to MAIL and RCPT before the first BDAT.',
    level: 'practice',
    sections: cite([3030, '2', '4.2']),
    sections2821: cite(),
    provocation: 'Offer CHUNKING with PIPELINING and hold the replies to RCPT.',
    verdict:
      'Kept when chunks come after all those replies, several in a group being fine; chunk octets that arrive earlier are a warning, no more, for the RFC shows such a group in an example.',
  },
  {
    id: 'pipeline-check-all-replies',
    phase: 'pipelining',
    title: 'Match the replies of a group to its commands by counting, and heed each one.',
    level: 'MUST',
    sections: cite([2920, '3.1']),
    sections2821: cite(),
    provocation: 'Answer five grouped RCPT with 250, 550, 250, 450, 250, naming the wrong recipients in the text.',
    verdict:
      'Kept when the message is sent and only the fourth recipient is tried later; broken when the second is tried again or an accepted one gets a second copy. Undecided when no later session comes.',
  },
  {
    id: 'pipeline-354-no-valid-rcpt',
    phase: 'pipelining',
    title: 'Answer a 354 without any accepted recipient by the lone dot.',
    level: 'SHOULD',
    sections: cite([2920, '3.1']),
    sections2821: cite(),
    provocation: 'Offer PIPELINING, refuse every RCPT, give 354 to the DATA that has come along, and refuse the dot.',
    verdict:
      'Kept when dot and CRLF are all that comes; broken, as a warning, by a line of mail data or by waiting in silence. Applies only to a DATA that was sent in the group; DATA after having read all the refusals is odd in itself.',
  },
  {
    id: 'pipeline-data-refused',
    phase: 'pipelining',
    title: 'Send no mail data when DATA is refused within a group.',
    level: 'MUST',
    sections: cite([5321, '3.3'], [2920, '3.1']),
    sections2821: cite([2821, '3.3']),
    provocation: 'Offer PIPELINING and answer the grouped DATA with 503 or 554.',
    verdict:
      'Kept when RSET, QUIT or a fresh transaction follows; broken when what follows is mail data, told apart as in no-content-after-data-refused.',
  },
  {
    id: 'pipeline-window',
    phase: 'pipelining',
    title: 'Read replies in time, so that a large group cannot deadlock.',
    level: 'MUST',
    sections: cite([2920, '3.1']),
    sections2821: cite(),
    provocation: 'Take two thousand recipients, stop reading after 4 kB, and write long replies until we block.',
    verdict:
      'Kept when the group completes once we read and write in turns; broken when nothing moves for five minutes. Binds clients that block on writing.',
  },
  {
    id: 'command-order',
    phase: 'pipelining',
    title: 'Keep to the order hello, MAIL, RCPT, DATA, with one transaction at a time.',
    level: 'MUST',
    sections: cite([5321, '3.3', '4.1.4']),
    sections2821: cite([2821, '3.3', '4.1.4']),
    provocation:
      'None needed; telling are a second message on the connection, a refused dot, and all recipients refused.',
    verdict:
      'Broken by MAIL without a hello or while a transaction is open, and by RCPT or DATA outside of one; kept otherwise. RSET, EHLO and an accepted dot end a transaction, and MAIL straight after a refused dot is let pass, since the buffers are spent.',
  },
];
