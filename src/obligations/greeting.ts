// What is asked of a client from the TCP connection to the end of the greeting.
// Joined in catalogue.ts; judged by the greeting checks. Timeouts of later commands are in timeouts.ts.

import { cite } from './citation';
import type { Obligation } from './obligation';

export const greeting: readonly Obligation[] = [
  {
    id: 'wait-for-greeting',
    phase: 'greeting',
    title: 'Stay silent until the last line of the greeting has come.',
    level: 'SHOULD',
    sections: cite([5321, '4.3.1']),
    sections2821: cite([2821, '4.3.1']),
    provocation: 'Hold the greeting for several seconds, or send its first line at once and its last one 6 s later.',
    verdict:
      'Kept when nothing is read until the last line of the greeting has been written; broken, as a warning, by any octet before it, also by one between two lines. A hold under 5 s proves nothing; implicit TLS and negotiated early talking do not count.',
  },
  {
    id: 'greeting-multiline',
    phase: 'greeting',
    title: 'Take a greeting of several lines as one reply.',
    level: 'MUST',
    level2821: 'practice',
    sections: cite([5321, '4.2']),
    sections2821: cite([2821, '4.2']),
    provocation:
      'Greet in three lines: in one segment, line by line, and cut between the digits of the code and its hyphen.',
    verdict:
      'Kept when exactly one EHLO or HELO follows the final line; broken by a hello before that line, by a second hello, or by leaving without a fault of ours. The grammar of RFC 2821 shows a single line, so there it is no more than a warning.',
  },
  {
    id: 'greeting-by-first-digit',
    phase: 'greeting',
    title: 'Accept any 2yz greeting, also one with an unlisted code.',
    level: 'MUST',
    sections: cite([5321, '4.2', '4.3.2']),
    sections2821: cite([2821, '4.2', '4.3.2']),
    provocation: 'Greet with 299, with 250, with a bare 220, and with 220 and one blank.',
    verdict:
      'Kept when EHLO or HELO follows; broken when the bare 220 or the 299 makes the client leave. A refused 250 is reported apart, as a warning: such strictness is defensible.',
  },
  {
    id: 'greeting-text-ignored',
    phase: 'greeting',
    title: 'Let the code of the greeting decide, not its wording.',
    level: 'MUST',
    sections: cite([5321, '4.2']),
    sections2821: cite([2821, '4.2']),
    provocation:
      'Greet with a banner of asterisks, without the word ESMTP, without a host name, and with octets above 127.',
    verdict:
      'Kept when the session goes on with EHLO; broken when it is given up. HELO for want of the word ESMTP is legal and only warned about, and so is a known workaround for masked banners. We never greet with a name that the client could take for its own.',
  },
  {
    id: 'greeting-554',
    phase: 'greeting',
    title: 'Send no mail to a server that greets with 5yz.',
    level: 'MUST',
    sections: cite([5321, '3.1', '4.1.1.10', '4.1.4'], [7504, '3']),
    sections2821: cite([2821, '3.1', '4.1.1.10', '4.1.4']),
    provocation: 'Greet with 554, with 521, and with a 554 of several lines; answer whatever follows in the negative.',
    verdict:
      'Kept when only QUIT is sent; a hello is a warning, MAIL, RCPT or DATA breaks it. Trying the next exchanger is local policy. Leaving without QUIT is judged by quit-before-close.',
  },
  {
    id: 'greeting-421',
    phase: 'greeting',
    title: 'Come back later when the greeting is 421.',
    level: 'SHOULD',
    level2821: 'practice',
    sections: cite([5321, '3.8', '4.2.1', '4.3.2']),
    sections2821: cite([2821, '3.9', '4.2.1']),
    provocation: 'Greet with 421 and close; in a second variant greet with 421 and wait for QUIT.',
    verdict:
      'Kept when this session carries no MAIL and a later one is tried here or at another server; a window shorter than the retry interval of the client leaves it open, and a client without a queue owes no retry. MAIL after the 421 breaks the MUST of reply-async-421 and is judged there.',
  },
  {
    id: 'silent-accept',
    phase: 'greeting',
    title: 'Wait five minutes for the greeting, but not for ever.',
    level: 'MUST',
    sections: cite([5321, '4.5.3.2.1']),
    sections2821: cite([2821, '4.5.3.2']),
    provocation: 'Accept the connection and never say a word.',
    verdict:
      'Kept when the client leaves between 300 s (295 with tolerance) and the cap. Leaving earlier breaks only the SHOULD of five minutes, a warning; being there at the cap breaks the MUST of having a timeout at all. Undecided when we stop waiting first.',
  },
  {
    id: 'connect-refused-or-reset',
    phase: 'greeting',
    title: 'Treat a connection that dies before the greeting like a 451.',
    level: 'SHOULD',
    sections: cite([5321, '3.8']),
    sections2821: cite([2821, '3.9']),
    provocation: 'Reset at once, close at once, or reset one second after accepting.',
    verdict:
      'Kept when the client retries with a delay or turns to the next server; broken, as a warning, when it bounces the mail on the first such event or connects more than three times a minute to the same address.',
    role: 'mta',
  },
];
