// What is asked of a client at MAIL: syntax, parameters, declared size, refusals, the null reverse-path, addresses.
// Joined in catalogue.ts; judged by the mail checks. Retries of refused senders are in retries.ts.

import { cite } from './citation';
import type { Obligation } from './obligation';

export const mail: readonly Obligation[] = [
  {
    id: 'mail-syntax',
    phase: 'mail',
    title: 'Write MAIL FROM with a bracketed path and no blank around the colon.',
    level: 'MUST',
    sections: cite([5321, '3.3', '4.1.1.2']),
    sections2821: cite([2821, '3.3', '4.1.1.2']),
    provocation: 'None needed; a strict server answers 501 to what the grammar forbids.',
    verdict:
      'Kept when the line parses by the grammar; broken by a blank at the colon, missing brackets, a display name, control octets, or octets above 127 without SMTPUTF8. A source route is only a warning.',
  },
  {
    id: 'mail-params-only-if-advertised',
    phase: 'mail',
    title: 'Use only parameters whose keyword the server offered.',
    level: 'MUST',
    sections: cite([5321, '4.1.1.3', '3.3', '4.1.1.11']),
    sections2821: cite([2821, '4.1.1.3', '3.3']),
    provocation: 'Offer SIZE alone, then nothing at all.',
    verdict:
      'Kept when each parameter of MAIL and RCPT has its keyword in the current EHLO list, in any letter case; broken by one that has not.',
  },
  {
    id: 'mail-size-declared',
    phase: 'mail',
    title: 'Declare the size of a large message where SIZE is offered.',
    level: 'SHOULD',
    sections: cite([5321, '4.5.3.1.7'], [1870, '6']),
    sections2821: cite([2821, '4.5.3.1']),
    provocation: 'Offer SIZE with a generous limit, and have a message of more than 64 KiB sent.',
    verdict:
      'Kept when one SIZE is declared and it is not below the octets that came, stuffing excluded, by more than a tenth. Less than that, two of them, or a value that is no number of up to 20 digits is a warning, and so is none for a message beyond the 64 KiB that every server takes, or beyond the offered limit; a HELO session is exempt.',
  },
  {
    id: 'size-limit-respected',
    phase: 'mail',
    title: 'Keep a message back that exceeds the offered size limit.',
    level: 'practice',
    sections: cite([1870, '4', '6.2', '7']),
    sections2821: cite([2821, '4.5.3.1']),
    provocation: 'Offer a limit of 1000 octets to a message of 50 kB; as a control offer 0, no value, and a huge one.',
    verdict:
      'Kept when no mail data comes, whether by QUIT or by a declared size that we refuse; mail data over the limit, or a limit of 0 taken literally, is a warning. Offering it again after 552 belongs to no-retry-after-5yz.',
  },
  {
    id: 'size-552-handling',
    phase: 'mail',
    title: 'Abandon the transaction and return the message when MAIL gets 552.',
    level: 'SHOULD',
    sections: cite([1870, '6.2(2)']),
    sections2821: cite(),
    provocation: 'Answer MAIL with 552.',
    verdict:
      'Kept when RSET or QUIT is next and the message is not offered again; broken, as a warning, by RCPT or DATA that were not already in the group, or by a retry.',
  },
  {
    id: 'size-452-handling',
    phase: 'mail',
    title: 'Abandon the transaction and try later when MAIL gets 452.',
    level: 'SHOULD',
    sections: cite([1870, '6.2(1)']),
    sections2821: cite(),
    provocation: 'Answer MAIL with 452 4.3.1.',
    verdict:
      'Kept when RSET or QUIT is next and the message returns after a delay; broken, as a warning, by RCPT or mail data, or by a bounce at once.',
  },
  {
    id: 'mail-rejected-stops',
    phase: 'mail',
    title: 'Stop the transaction when MAIL is refused.',
    level: 'MUST',
    sections: cite([5321, '3.3', '4.1.4']),
    sections2821: cite([2821, '3.3', '4.1.4']),
    provocation: 'Offer no PIPELINING, hold the reply for 2 s, then refuse MAIL with 550 or 554.',
    verdict:
      'Kept when RSET, QUIT or another MAIL follows; broken by RCPT or DATA without a new MAIL, worst of all by mail data. With PIPELINING, what had arrived before the refusal left is exempt.',
  },
  {
    id: 'mail-5xx-not-cached',
    phase: 'mail',
    title: 'Never hold the refusal of one MAIL against other messages.',
    level: 'MUST',
    sections: cite([5321, '4.5.4.1']),
    sections2821: cite([2821, '4.5.4.1']),
    provocation: 'Refuse the sender of the first message and accept the same sender for the second.',
    verdict:
      'Kept when the second message is offered; broken when it was submitted and failed without being offered. Undecided when no second one was submitted.',
    role: 'mta',
  },
  {
    id: 'mail-555-455',
    phase: 'mail',
    title: 'Drop the parameters or give up after 555, and try later after 455.',
    level: 'practice',
    sections: cite([5321, '4.1.1.11', '4.2.2']),
    sections2821: cite(),
    provocation: 'Offer an extension and answer MAIL that uses it with 555 or 455.',
    verdict:
      'Kept by another MAIL without parameters, or by a bounce or a delay as the class of the code says; a loop with the same parameters after 555 is a warning.',
  },
  {
    id: 'null-sender-for-bounces',
    phase: 'mail',
    title: 'Send notifications from the null reverse-path, and never bounce a bounce.',
    level: 'MUST',
    sections: cite([5321, '3.6.3', '4.5.5', '6.1']),
    sections2821: cite([2821, '3.7', '4.5.5', '6.1']),
    provocation: 'Refuse a message so that the MTA bounces it to an address of ours, then refuse the bounce too.',
    verdict:
      'Kept when the bounce comes from <> and nothing follows its refusal; broken by a bounce with a sender, or by a bounce of the bounce. Undecided when the message does not show that it is a notification.',
    role: 'mta',
  },
  {
    id: 'envelope-case-preserved',
    phase: 'mail',
    title: 'Keep the letter case of local-parts.',
    level: 'MUST',
    sections: cite([5321, '2.4']),
    sections2821: cite([2821, '2.4']),
    provocation: 'Submit addresses whose local-part mixes capitals and small letters.',
    verdict:
      'Kept when they arrive as submitted; broken when the case was changed. Does not apply when the submitted envelope is unknown.',
  },
  {
    id: 'address-no-crlf-injection',
    phase: 'mail',
    title: 'Let no line break from an input become a command.',
    level: 'MUST',
    sections: cite([5321, '4.1.2', '2.3.8']),
    sections2821: cite([2821, '4.1.2']),
    provocation:
      'Submit a sender, recipient, host name or parameter that contains CR, LF or NUL and a tell-tale command.',
    verdict:
      'Kept when the client refuses the input or makes it harmless; broken when the tell-tale verb or address arrives as a command of its own.',
  },
  {
    id: 'path-and-command-length',
    phase: 'mail',
    title: 'Stay within the length limits of paths and command lines.',
    level: 'SHOULD',
    sections: cite([5321, '4.5.3.1.1', '4.5.3.1.2', '4.5.3.1.3', '4.5.3.1.4']),
    sections2821: cite([2821, '4.5.3.1']),
    provocation: 'None needed; long addresses may be submitted.',
    verdict:
      'Kept up to 64 octets of local-part, 255 of domain, 256 of path and 512 of line, plus what each extension in use adds; more is a warning, as is repeating for ever what got 500 or 501.',
  },
];
