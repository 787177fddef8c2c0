// What is asked of a client at RCPT: syntax, one transaction for many, mixed answers, special codes, DSN parameters.
// Joined in catalogue.ts; judged by the rcpt checks. Grouped RCPT commands are in pipelining.ts.

import { cite } from './citation';
import type { Obligation } from './obligation';

export const rcpt: readonly Obligation[] = [
  {
    id: 'rcpt-syntax',
    phase: 'rcpt',
    title: 'Write RCPT TO with one bracketed path and no blank around the colon.',
    level: 'MUST',
    sections: cite([5321, '3.3', '4.1.1.3']),
    sections2821: cite([2821, '3.3', '4.1.1.3']),
    provocation: 'None needed; a strict server answers 501 to what the grammar forbids.',
    verdict:
      'Kept and broken as in mail-syntax; several addresses in one RCPT break it too, a source route is only a warning.',
  },
  {
    id: 'rcpt-one-transaction',
    phase: 'rcpt',
    title: 'Send one copy with many recipients, not many copies with one.',
    level: 'SHOULD',
    sections: cite([5321, '4.5.4.1']),
    sections2821: cite([2821, '4.5.4.1']),
    provocation: 'Submit a message for three recipients of one server.',
    verdict:
      'Kept by a single transaction; several with the same mail data are a warning. Undecided when the copies differ, as personal ones or those with a sender per recipient do.',
  },
  {
    id: 'rcpt-all-rejected-no-data',
    phase: 'rcpt',
    title: 'Send no mail data when every recipient was refused.',
    level: 'MUST',
    sections: cite([5321, '3.3'], [2920, '3.1']),
    sections2821: cite([2821, '3.3']),
    provocation: 'Offer no PIPELINING, hold replies for 2 s, and refuse all recipients with 550 or with 550 and 450.',
    verdict:
      'Kept when RSET or QUIT follows, with or without a new MAIL after it; a DATA that we refuse is a warning, mail data breaks it.',
  },
  {
    id: 'rcpt-partial-accept',
    phase: 'rcpt',
    title: 'Send once to the accepted recipients and deal with each refusal by its own code.',
    level: 'MUST',
    sections: cite([5321, '3.3', '4.2.5']),
    sections2821: cite([2821, '3.3', '4.2.5']),
    provocation: 'Without PIPELINING accept one recipient, defer one and refuse one.',
    verdict:
      'Kept when the accepted get the message once, the deferred is tried later and the refused is not; broken when the whole message is dropped, or a refused or already served recipient comes again. Undecided as far as only a later session would tell.',
  },
  {
    id: 'rcpt-452-split',
    phase: 'rcpt',
    title: 'Send to recipients over the limit in a further transaction.',
    level: 'SHOULD',
    sections: cite([5321, '4.5.3.1.8', '4.5.3.1.10']),
    sections2821: cite([2821, '4.5.3.1']),
    provocation: 'Accept a hundred recipients, answer the rest with 452, and take the message; fewer is our own fault.',
    verdict:
      'Kept when the message goes to the accepted and the rest follow in a new MAIL, at once or later; broken, as a warning, when the accepted get it twice, the rest are bounced, or nothing is sent.',
  },
  {
    id: 'rcpt-552-as-452',
    phase: 'rcpt',
    title: 'Read 552 for too many recipients as temporary.',
    level: 'SHOULD',
    sections: cite([5321, '4.5.3.1.10']),
    sections2821: cite([2821, '4.5.3.1']),
    provocation: 'Accept a hundred recipients and answer the rest with 552, saying that they are too many.',
    verdict:
      'Kept when the rest are tried again; bouncing them is a warning. Does not apply to a 552 about size or quota, nor below a hundred accepted.',
    role: 'mta',
  },
  {
    id: 'rcpt-251-success',
    phase: 'rcpt',
    title: 'Count 251 as acceptance.',
    level: 'MUST',
    sections: cite([5321, '3.4', '7.4']),
    sections2821: cite([2821, '3.4', '4.2']),
    provocation: 'Answer RCPT with 251 and a forwarding path.',
    verdict:
      'Kept when DATA follows with this recipient among the accepted, the address updated or not; broken when it is taken as a refusal.',
  },
  {
    id: 'rcpt-551-no-blind-redirect',
    phase: 'rcpt',
    title: 'Count 551 as failure, and do not follow its path unasked.',
    level: 'MUST',
    sections: cite([5321, '3.4', '7.4']),
    sections2821: cite([2821, '3.4']),
    provocation: 'Answer RCPT with 551 and a path in a foreign domain.',
    verdict:
      'Kept when the recipient fails; going to the new path by itself is a warning, offering the old one again breaks it.',
  },
  {
    id: 'rcpt-252-259',
    phase: 'rcpt',
    title: 'Count 252 and its unlisted neighbours as acceptance of the recipient.',
    level: 'MUST',
    sections: cite([5321, '4.3.2']),
    sections2821: cite([2821, '4.3.2']),
    provocation: 'Answer RCPT with 252.',
    verdict: 'Kept when the transaction goes on with this recipient; broken when it is taken as a refusal.',
  },
  {
    id: 'rcpt-556',
    phase: 'rcpt',
    title: 'Treat 556 as any permanent refusal.',
    level: 'practice',
    sections: cite([7504, '4']),
    sections2821: cite(),
    provocation: 'Answer RCPT with 556.',
    verdict: 'Kept when the recipient fails for good; a retry is a warning.',
  },
  {
    id: 'rcpt-postmaster',
    phase: 'rcpt',
    title: 'Leave the domain out for no recipient but Postmaster.',
    level: 'MUST',
    sections: cite([5321, '2.3.5', '4.5.1', '4.1.1.3']),
    sections2821: cite([2821, '4.5.1', '4.1.1.3', '3.6']),
    provocation: 'None: watch for recipients without a domain.',
    verdict: 'A bare Postmaster, in any letter case, is legal; any other local-part without its domain breaks it.',
  },
  {
    id: 'dsn-params',
    phase: 'rcpt',
    title: 'Use the DSN parameters as their RFC has them.',
    level: 'MUST',
    sections: cite([3461, '4.1', '4.2', '4.3', '4.4', '4.5']),
    sections2821: cite(),
    provocation: 'Offer DSN and submit with delivery notifications asked for.',
    verdict:
      'Kept when NEVER stands alone in NOTIFY, RET is FULL or HDRS in any letter case, ENVID is xtext of up to 100 and ORCPT typed xtext of up to 500 characters, each once; broken by any deviation, or by using them unoffered.',
  },
  {
    id: 'rcpt-duplicate',
    phase: 'rcpt',
    title: 'Name each recipient once in a transaction.',
    level: 'practice',
    sections: cite(),
    sections2821: cite(),
    provocation: 'None: compare the forward-paths of each transaction.',
    verdict: 'Kept when all differ; the same path twice is a warning.',
  },
];
