// What is asked of a client when it reads replies, in whatever phase: codes, lines, segments, strays and damage.
// Joined in catalogue.ts; judged by the reply checks. Matching replies to a group of commands is in pipelining.ts.

import { cite } from './citation';
import type { Obligation } from './obligation';

export const replies: readonly Obligation[] = [
  {
    id: 'reply-code-only',
    phase: 'replies',
    title: 'Act on the code of a reply, not on its text.',
    level: 'MUST',
    sections: cite([5321, '4.2']),
    sections2821: cite([2821, '4.2']),
    provocation: 'Answer with a text that contradicts the code: a 250 that speaks of rejection, a 550 that says OK.',
    verdict: 'Kept when the client goes by the code; broken when it does what the words say.',
  },
  {
    id: 'reply-no-text',
    phase: 'replies',
    title: 'Accept a reply that consists of its code alone.',
    level: 'MUST',
    sections: cite([5321, '4.2', '4.2.1']),
    sections2821: cite([2821, '4.2', '4.2.1']),
    provocation: 'Answer MAIL, RCPT and the final dot with a bare code, with code and blank, and as a last line.',
    verdict: 'Kept when the next command comes; broken when the client gives up or waits until its timeout.',
  },
  {
    id: 'reply-unknown-code-first-digit',
    phase: 'replies',
    title: 'Read a code never seen before by its first digit.',
    level: 'MUST',
    sections: cite([5321, '4.2', '4.3.2']),
    sections2821: cite([2821, '4.2', '4.3.2']),
    provocation: 'Answer RCPT with 299, 259, 499 or 599, DATA with 399, and the final dot with 267.',
    verdict:
      'Kept when each code is taken by its class; broken when 299 counts as failure, 599 as success, or 499 leads to a bounce. After 399 the client may send or stop: only 354 gives leave to send.',
  },
  {
    id: 'reply-out-of-range',
    phase: 'replies',
    title: 'Never read a malformed or out-of-range reply as success.',
    level: 'SHOULD',
    level2821: 'practice',
    sections: cite([5321, '4.2']),
    sections2821: cite([2821, '4.3.2', '4.2.1']),
    provocation: 'Answer MAIL with a code from 1yz or above 5yz, with two or four digits, or with a word.',
    verdict:
      'Kept when the client resets, quits or closes; broken, as a warning, when it goes on to mail data. Forms such as a code glued to its text bind nobody and are only recorded; RFC 2821 still lists a 1yz class.',
  },
  {
    id: 'reply-multiline-any-command',
    phase: 'replies',
    title: 'Take several lines as one reply, whatever the command.',
    level: 'MUST',
    sections: cite([5321, '4.2', '4.2.1'], [2920, '3.1']),
    sections2821: cite([2821, '4.2', '4.2.1']),
    provocation: 'Answer MAIL, RCPT, DATA, the dot and QUIT in several lines with 3 s between them.',
    verdict:
      'Kept when the next unit comes after the final line; broken when it comes earlier, as with mail data after the first line of a 354, or when replies and commands lose step.',
  },
  {
    id: 'reply-multiline-mixed-codes',
    phase: 'replies',
    title: 'Never book a delivery from a reply whose lines disagree.',
    level: 'practice',
    sections: cite([5321, '4.2.1']),
    sections2821: cite([2821, '4.2.1']),
    provocation: 'Answer with 250 in the first line and 550 in the last, and the other way round.',
    verdict:
      'The mixture is our fault, so the reaction is only recorded; a warning when the client loses step or counts a final 550 as delivered.',
  },
  {
    id: 'reply-fragmented',
    phase: 'replies',
    title: 'Read replies as a stream, however the segments are cut.',
    level: 'MUST',
    sections: cite([5321, '2.3.8', '2.4']),
    sections2821: cite([2821, '2.3.7', '2.4']),
    provocation: 'Send replies one octet at a time, cut inside the code and inside CRLF, or several in one segment.',
    verdict:
      'Kept when the client waits for the end of the line; broken when it answers before our LF has left, or gives up within five minutes although octets flow. Undecided once a reply takes longer than its command may wait; 60 s is safe.',
  },
  {
    id: 'reply-coalesced-unsolicited',
    phase: 'replies',
    title: 'Never let a stray reply answer a command that came after it.',
    level: 'MUST',
    sections: cite([5321, '4.2', '4.3.1'], [2920, '3.1']),
    sections2821: cite([2821, '4.2', '4.3.1']),
    provocation: 'Answer MAIL twice in one segment and refuse RCPT, or say 250 right after 354 and refuse the dot.',
    verdict:
      'Kept when the client notices and gives up, or at least counts the mail as undelivered; broken when it counts it as delivered on the strength of the stray 250. Right behind the 354 that is early-dot-reply, and a warning. Needs to know what the client reports.',
  },
  {
    id: 'reply-async-421',
    phase: 'replies',
    title: 'Take 421 at any moment as the end of the session, for now.',
    level: 'MUST',
    sections: cite([5321, '3.8', '4.3.2']),
    sections2821: cite([2821, '3.9', '4.3.2']),
    provocation: 'Send 421 to each command in turn, and unasked while the client idles, with and without closing.',
    verdict:
      'Kept when the client quits or closes and tries later; broken by MAIL, RCPT, DATA or mail data long after the 421 could be read, or by a bounce. Commands already on their way are excused.',
  },
  {
    id: 'reply-long-line',
    phase: 'replies',
    title: 'Survive a reply line longer than 512 octets.',
    level: 'practice',
    sections: cite([5321, '4.5.3.1.5']),
    sections2821: cite([2821, '4.5.3.1']),
    provocation:
      'Answer with lines around 512 octets, of kilobytes and of a megabyte, with reply-like text at offset 512.',
    verdict:
      'Kept by going on or by a clean end of the session; broken, as a warning, when the hidden text is taken for a reply or the client hangs.',
  },
  {
    id: 'reply-bare-lf',
    phase: 'replies',
    title: 'End a reply line at CRLF only.',
    level: 'MUST',
    sections: cite([5321, '2.3.8']),
    sections2821: cite([2821, '2.3.7']),
    provocation: 'End a reply with a lone LF, put a lone CR between two lines, or a lone LF inside one.',
    verdict:
      'Broken when a LF inside one CRLF line makes the client lose step. That it goes on after a LF-only reply is harmless and merely recorded, unless a strict run asks for more.',
  },
  {
    id: 'reply-mangled-wrap',
    phase: 'replies',
    title: 'Fail safely on replies that a middlebox masked or wrapped.',
    level: 'practice',
    sections: cite([5321, '4.2']),
    sections2821: cite([2821, '4.2']),
    provocation: 'Wrap a keyword over two lines, drop the code of a continuation line, or insert NUL octets.',
    verdict:
      'A warning when an extension is used on the strength of a fragment or the mail counts as delivered; anything else is only recorded.',
  },
  {
    id: 'reply-enhanced-code-mismatch',
    phase: 'replies',
    title: 'Let the basic code win over a contradicting enhanced status code.',
    level: 'MUST',
    sections: cite([2034, '4']),
    sections2821: cite([2821, '4.2']),
    provocation: 'Pair 250 with 5.7.1, 550 with 2.0.0 and 450 with 5.1.1, or announce enhanced codes and send none.',
    verdict:
      'Kept when the three digits decide, so that 450 with 5.1.1 is tried again; broken when the enhanced code does. Undecided without a retry window where only a retry would show it.',
  },
];
