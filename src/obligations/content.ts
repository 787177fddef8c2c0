// What is asked of a client from DATA or BDAT to the final dot: leave to send, exact octets, 8-bit gates, stalls.
// Joined in catalogue.ts; judged by the content checks. What happens after the dot is in after-dot.ts.

import { cite } from './citation';
import type { Obligation } from './obligation';

export const content: readonly Obligation[] = [
  {
    id: 'no-content-before-354',
    phase: 'content',
    title: 'Send no mail data before 354.',
    level: 'MUST',
    sections: cite([5321, '3.3']),
    sections2821: cite([2821, '3.3']),
    provocation: 'Hold the 354 for 3 s, with PIPELINING offered or not.',
    verdict: 'Kept when the line is quiet after DATA; broken by any octet read before the 354 was written.',
  },
  {
    id: 'no-content-after-data-refused',
    phase: 'content',
    title: 'Send no mail data when DATA was refused.',
    level: 'MUST',
    sections: cite([5321, '3.3']),
    sections2821: cite([2821, '3.3']),
    provocation: 'Refuse DATA with 503, 554, 451 or 421, and go on answering 500 to what is no command.',
    verdict:
      'Kept when RSET, QUIT or a new transaction follows; broken when lines shaped like headers or text come instead. Such a spew is one fault: its lines are not counted as verbs, nor its dot as a delivery.',
  },
  {
    id: 'data-2xx-is-not-354',
    phase: 'content',
    title: 'Never take a 250 to DATA as leave to send.',
    level: 'MUST',
    sections: cite([5321, '3.3']),
    sections2821: cite([2821, '3.3']),
    provocation: 'Answer DATA with 250.',
    verdict: 'Kept when the client resets, quits or closes; broken by mail data.',
  },
  {
    id: 'data-no-args',
    phase: 'content',
    title: 'Send DATA, RSET and QUIT without an argument.',
    level: 'MUST',
    sections: cite([5321, '4.1.1']),
    sections2821: cite([2821, '4.1.1']),
    provocation: 'None: the command lines are read as they come.',
    verdict: 'Kept when the verb stands alone; broken by a further word, while a trailing blank is a warning.',
  },
  {
    id: 'dot-stuffing',
    phase: 'content',
    title: 'Put a dot before every line that begins with one.',
    level: 'MUST',
    sections: cite([5321, '4.5.2']),
    sections2821: cite([2821, '4.5.2']),
    provocation: 'Submit lines that are or begin with dots, also first in the body and at the edge of a write.',
    verdict:
      'Kept when the message, dots taken off, equals what was submitted; broken when it ends early, so that its rest comes as commands, or a dot is lost or added. Where the submission is unknown, only the early end can show.',
  },
  {
    id: 'end-of-data-exact',
    phase: 'content',
    title: 'End the mail data by CRLF, dot, CRLF: once, and with no line added.',
    level: 'MUST',
    sections: cite([5321, '4.1.1.4']),
    sections2821: cite([2821, '4.1.1.4']),
    provocation: 'Submit a message that ends in CRLF and one that does not.',
    verdict:
      'Kept by exactly that sequence; broken when it never comes, comes with bare line feeds, or follows an empty line that the submission did not have.',
  },
  {
    id: 'no-bare-lf-cr',
    phase: 'content',
    title: 'Send CR and LF only as the pair CRLF.',
    level: 'MUST',
    sections: cite([5321, '2.3.8']),
    sections2821: cite([2821, '2.3.7']),
    provocation: 'Submit messages with lone CR and LF, and scan the raw octets of commands and mail data.',
    verdict: 'Kept when none stands alone; broken by the first that does. Binary chunks sent by BDAT are exempt.',
  },
  {
    id: 'no-smuggling-sequences',
    phase: 'content',
    title: 'Let no look-alike of the final dot reach the wire.',
    level: 'MUST',
    sections: cite([5321, '2.3.8', '4.1.1.4']),
    sections2821: cite([2821, '2.3.7', '4.1.1.4']),
    provocation:
      'Submit a dot between bare LF, bare CR, NUL and CRLF in their mixtures, followed by a tell-tale MAIL command.',
    verdict:
      'Kept when the submission is refused or arrives with proper line ends and stuffed dots; broken when one of the raw sequences is on the wire.',
  },
  {
    id: 'line-length-998',
    phase: 'content',
    title: 'Keep text lines within 998 octets and CRLF.',
    level: 'SHOULD',
    sections: cite([5321, '4.5.3.1.6'], [5322, '2.1.1']),
    sections2821: cite([2821, '4.5.3.1']),
    provocation: 'Submit a body with a line of 5000 octets.',
    verdict:
      'Kept when it is encoded or folded, a stuffing dot not counting; a longer line on the wire is a warning, and so is a fold that leaves a leading dot unstuffed, unless dot-stuffing judges it first.',
  },
  {
    id: 'no-8bit-without-8bitmime',
    phase: 'content',
    title: 'Send octets above 127 only where 8BITMIME is offered.',
    level: 'MUST',
    sections: cite([5321, '2.4'], [6152, '3']),
    sections2821: cite([2821, '2.4']),
    provocation: 'Leave 8BITMIME out and submit a body in UTF-8.',
    verdict:
      'Kept when the body is encoded in 7 bits, or the message fails before its mail data; broken by an octet of 0x80 or more in the mail data.',
  },
  {
    id: 'body-8bitmime-declared',
    phase: 'content',
    title: 'Declare 8-bit mail data with BODY=8BITMIME.',
    level: 'MUST',
    sections: cite([6152, '3']),
    sections2821: cite([2821, '2.4']),
    provocation: 'Offer 8BITMIME and submit a body in UTF-8.',
    verdict:
      'Kept when 8-bit mail data was declared, once, and carries MIME headers; broken when it was not or was declared 7BIT. Declaring it for plain 7-bit mail data is no breach.',
  },
  {
    id: 'bdat-only-if-chunking',
    phase: 'content',
    title: 'Use BDAT only where CHUNKING is offered, with exact counts and never mixed with DATA.',
    level: 'MUST',
    sections: cite([3030, '2']),
    sections2821: cite(),
    provocation: 'Play one session with CHUNKING offered and one without.',
    verdict:
      'Kept when BDAT is offered and its counts are true; broken by BDAT unoffered, by octets left over that come as a command, by DATA in the same transaction, by bare LF in text, or by BINARYMIME without BDAT.',
  },
  {
    id: 'bdat-failure-stops',
    phase: 'content',
    title: 'Send no further chunk after a refused one, and reset before going on.',
    level: 'MUST',
    sections: cite([3030, '2']),
    sections2821: cite(),
    provocation: 'Refuse the second chunk with 452 or 552.',
    verdict:
      'Kept when RSET or QUIT is next; broken by another chunk that was not already on its way in a group, or by MAIL without RSET.',
  },
  {
    id: 'smtputf8-gate',
    phase: 'content',
    title: 'Send non-ASCII addresses and headers only where SMTPUTF8 is offered, and declare them.',
    level: 'MUST',
    sections: cite([6531, '3.2']),
    sections2821: cite(),
    provocation: 'Submit an internationalised address, with SMTPUTF8 offered and without.',
    verdict:
      'Kept when the parameter goes with it or, unoffered, the mail fails or an A-label domain is used; broken by octets above 127 in MAIL, RCPT or headers of a session without it. Declaring it on every mail is at most a warning.',
  },
  {
    id: 'headers-control-chars',
    phase: 'content',
    title: 'Send no control character but blank, tab, CR and LF.',
    level: 'SHOULD',
    sections: cite([5321, '4.1.1.4']),
    sections2821: cite([2821, '4.1.1.4']),
    provocation: 'None: the mail data are scanned.',
    verdict: 'Kept when there is none; others are a warning, and a strict run may make more of NUL.',
  },
  {
    id: 'rfc822-minimum',
    phase: 'content',
    title: 'Send mail data that are a message: not empty, with Date and From.',
    level: 'practice',
    sections: cite([5321, '4.1.1.4', '6.4']),
    sections2821: cite([2821, '4.1.1.4', '6.3']),
    provocation: 'None: the mail data are looked at.',
    verdict:
      'Kept when there is content with both headers; an empty message after 354 is a warning, except for the lone dot of a group without recipients.',
  },
  {
    id: 'mid-data-reply',
    phase: 'content',
    title: 'Honour a refusal or a close that comes in the middle of the mail data.',
    level: 'SHOULD',
    sections: cite([5321, '3.8', '4.2.5']),
    sections2821: cite([2821, '3.9', '4.2.5']),
    provocation: 'After 64 kB send 552, then go on reading, stop reading, close, or reset; or close without a word.',
    verdict:
      'Kept when the client finishes or stops and counts the message as failed, for good after 552 and for now after a mere close; broken, as a warning, when it reports success or forgets the message. A reset may swallow our reply and then decides nothing.',
  },
  {
    id: 'data-block-timeout',
    phase: 'content',
    title: 'Bear a stalled transfer for three minutes, then give up.',
    level: 'SHOULD',
    sections: cite([5321, '4.5.3.2.5']),
    sections2821: cite([2821, '4.5.3.2']),
    provocation: 'Stop reading after 354, with small buffers and a message of at least 8 MB.',
    verdict:
      'Kept when the client leaves after 180 s or more; broken, as a warning, when it leaves before 175 s or is still there at the cap. Does not apply when the whole message fitted the buffers.',
  },
  {
    id: 'slow-reader-proportional',
    phase: 'content',
    title: 'Time each step, not the transfer as a whole.',
    level: 'MUST',
    sections: cite([5321, '4.5.3.2']),
    sections2821: cite([2821, '4.5.3.2']),
    provocation: 'Trickle for half an hour: take 1 kB, then pause 20 s.',
    verdict:
      'Kept when the transfer is carried on as long as it moves; broken when it is cut off although no block took 180 s.',
  },
];
