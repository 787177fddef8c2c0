// What is asked of a client at EHLO and HELO: opening, falling back, reading the list of keywords, naming itself.
// Joined in catalogue.ts; judged by the hello checks. EHLO after STARTTLS is in tls.ts.

import { cite } from './citation';
import type { Obligation } from './obligation';

export const hello: readonly Obligation[] = [
  {
    id: 'ehlo-first',
    phase: 'hello',
    title: 'Open the session with EHLO.',
    level: 'SHOULD',
    sections: cite([5321, '2.2.1', '3.2', '4.1.1.1']),
    sections2821: cite([2821, '2.2.1', '3.2', '4.1.1.1']),
    provocation: 'Greet plainly with 220 and watch the first verb.',
    verdict:
      'Kept when the first verb is EHLO; HELO first is a warning. MAIL without any hello breaks the MUST of command-order and is judged there.',
  },
  {
    id: 'ehlo-fallback-same-connection',
    phase: 'hello',
    title: 'Fall back to HELO when EHLO is not recognised, preferably on the same connection.',
    level: 'MUST',
    sections: cite([5321, '3.2', '2.2.1']),
    sections2821: cite([2821, '3.2', '2.2.1']),
    provocation:
      'Refuse EHLO with 500, 502 or 504, or mask the verb on its way as a fixup does, and accept HELO with one line.',
    verdict:
      'Kept when HELO is next on the same connection. A new connection that opens with HELO meets the MUST to support HELO and misses only the SHOULD of falling back in place: a warning. Giving up, or repeating EHLO on every connection, breaks the MUST; no second connection in the window leaves it open, and a policy that requires TLS excuses it.',
  },
  {
    id: 'ehlo-fallback-disconnect',
    phase: 'hello',
    title: 'Treat a connection that closes on EHLO as a temporary failure.',
    level: 'practice',
    sections: cite([5321, '3.8', '3.2']),
    sections2821: cite([2821, '3.9', '3.2']),
    provocation: 'Answer EHLO by closing; in a second variant by a reset.',
    verdict:
      'Kept when a later attempt comes, with EHLO or HELO; broken, as a warning, by a loop of immediate connections or by a bounce.',
  },
  {
    id: 'ehlo-4xx-not-helo',
    phase: 'hello',
    title: 'Defer after a 4yz reply to EHLO instead of downgrading to HELO.',
    level: 'practice',
    sections: cite([5321, '4.2.1', '4.3.2']),
    sections2821: cite([2821, '4.2.1']),
    provocation: 'Answer EHLO with 421 and close; in a second variant with 451 and stay.',
    verdict:
      'Kept when nothing but QUIT follows and the mail is tried later; HELO after 451 or 421, or MAIL after 421, is a warning, for a downgrade also loses STARTTLS.',
  },
  {
    id: 'ehlo-550-policy',
    phase: 'hello',
    title: 'Understand 550 and 554 to EHLO as a refusal by policy.',
    level: 'practice',
    sections: cite([5321, '4.1.4']),
    sections2821: cite([2821, '4.1.4', '4.3.2']),
    provocation: 'Answer EHLO with 550, and HELO too.',
    verdict:
      'Kept when at most one HELO is tried before QUIT. MAIL although both were refused breaks command-order and is judged there.',
  },
  {
    id: 'helo-no-extensions',
    phase: 'hello',
    title: 'Use no service extension in a session opened with HELO.',
    level: 'MUST',
    sections: cite([5321, '4.1.1.3', '3.3']),
    sections2821: cite([2821, '4.1.1.3', '3.3', '2.2']),
    provocation:
      'Drive the client to HELO, and answer that once with one line and once with a forbidden list of keywords.',
    verdict:
      'Kept when MAIL and RCPT carry no parameters and no extension verb appears; broken by any of these, also when the reply to HELO listed it.',
  },
  {
    id: 'ehlo-multiline-parse',
    phase: 'hello',
    title: 'Read the EHLO reply to its last line, and keywords only from the second line on.',
    level: 'MUST',
    sections: cite([5321, '4.1.1.1', '4.2.1']),
    sections2821: cite([2821, '4.1.1.1', '4.2.1']),
    provocation:
      'Put keywords into the first line; answer in one line, in sixty lines, octet by octet, with digits in the text, or with a bare last 250.',
    verdict:
      'Kept when the client uses just what was truly listed; broken when a word of the first line is taken for a keyword, when a command comes before the last line, or when the client hangs.',
  },
  {
    id: 'ehlo-keywords-case-insensitive',
    phase: 'hello',
    title: 'Recognise EHLO keywords in any letter case.',
    level: 'MUST',
    sections: cite([5321, '4.1.1.1']),
    sections2821: cite([2821, '4.1.1.1']),
    provocation: 'Play the same session twice, with keywords in capitals and in small or mixed letters.',
    verdict:
      'Kept when both runs use the same extensions; broken when one is used only in capitals. Does not apply when it is used in neither.',
  },
  {
    id: 'ehlo-unknown-keywords-ignored',
    phase: 'hello',
    title: 'Pass over EHLO keywords and parameters that are unknown or odd.',
    level: 'MUST',
    sections: cite([5321, '2.2.2', '4.1.1.1'], [6531, '3.1(3)']),
    sections2821: cite([2821, '2.2.2', '4.1.1.1']),
    provocation:
      'List invented keywords, SIZE without or with a senseless value, AUTH with an equals sign, a line of 500 octets, and an empty one.',
    verdict: 'Kept when the mail flows; broken when the session is given up or an unknown keyword is put to use.',
  },
  {
    id: 'ehlo-arg-fqdn',
    phase: 'hello',
    title: 'Name yourself by a fully qualified domain name, or else by an address literal.',
    level: 'MUST',
    sections: cite([5321, '2.3.5', '4.1.4']),
    sections2821: cite([2821, '4.1.4', '2.3.5', '3.6']),
    provocation: 'None needed: the argument of EHLO or HELO is read in every session.',
    verdict:
      'Kept by a dotted name of letters, digits and hyphens or by a valid literal; broken by an empty argument, localhost, a single label, an illegal octet, an address without brackets, or our own name. Whether it resolves stays undecided without DNS, and a mismatch with the peer address is no fault.',
  },
  {
    id: 'ehlo-literal-syntax',
    phase: 'hello',
    title: 'Write an address literal as the grammar has it.',
    level: 'MUST',
    sections: cite([5321, '4.1.3']),
    sections2821: cite([2821, '4.1.3']),
    provocation: 'Run the client on a host without a usable name.',
    verdict:
      'Kept by [192.0.2.1] or [IPv6:2001:db8::1]; broken by an IPv6 address without its tag or by a number above 255. Words behind the literal break only a SHOULD NOT of RFC 5321 4.1.1.1, a warning; RFC 2821 4.1.1.1 invited them.',
  },
  {
    id: 'rehello-resets',
    phase: 'hello',
    title: 'Reckon with an EHLO in mid-session having cleared the transaction.',
    level: 'MAY',
    sections: cite([5321, '4.1.4']),
    sections2821: cite([2821, '4.1.4']),
    provocation: 'None: watch a client that says EHLO again of its own accord.',
    verdict:
      'Kept when a new MAIL follows. RCPT or DATA without one is out of order and judged by command-order, whose MUST it breaks.',
  },
];
