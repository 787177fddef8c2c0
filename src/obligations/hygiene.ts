// Good manners and signs of abuse that belong to no phase: verbs, line ends, foreign protocols, a steady name.
// Joined in catalogue.ts; judged by the hygiene checks. Line ends inside mail data are in content.ts.

import { cite } from './citation';
import type { Obligation } from './obligation';

export const hygiene: readonly Obligation[] = [
  {
    id: 'vrfy-expn-not-probed',
    phase: 'hygiene',
    title: 'Do not probe addresses with VRFY or EXPN before sending mail.',
    level: 'practice',
    sections: cite([5321, '3.5', '7.3']),
    sections2821: cite([2821, '3.5', '7.3']),
    provocation: 'Offer VRFY and watch.',
    verdict: 'Nothing forbids it, so a probe is recorded and a warning; EHLO should at least precede it.',
  },
  {
    id: 'no-invented-verbs',
    phase: 'hygiene',
    title: 'Send only verbs that are registered or agreed upon.',
    level: 'MUST',
    sections: cite([5321, '4.1.5', '2.2.2']),
    sections2821: cite([2821, '4.1.5', '2.2.2']),
    provocation: 'None: the verbs are read as they come.',
    verdict: 'Kept when each is known or offered; broken by any other, unless it is a line of mail data gone astray.',
  },
  {
    id: 'no-http-or-proxy',
    phase: 'hygiene',
    title: 'Speak SMTP, not HTTP or a proxy protocol.',
    level: 'practice',
    sections: cite(),
    sections2821: cite(),
    provocation: 'None: watch for GET, POST, CONNECT and PROXY.',
    verdict: 'Only recorded, as a peer that is no mail client.',
  },
  {
    id: 'trailing-junk-after-quit',
    phase: 'hygiene',
    title: 'Send nothing after QUIT.',
    level: 'practice',
    sections: cite([5321, '4.1.1.10']),
    sections2821: cite([2821, '4.1.1.10']),
    provocation: 'Go on reading after the 221.',
    verdict: 'Kept when only the close follows; further octets are a warning.',
  },
  {
    id: 'xclient-xforward-gate',
    phase: 'hygiene',
    title: 'Use XCLIENT and XFORWARD only where they are offered.',
    level: 'practice',
    sections: cite(),
    sections2821: cite(),
    provocation: 'Leave both out of the EHLO reply.',
    verdict: 'Kept when neither comes; one of them unoffered is a warning.',
  },
  {
    id: 'command-crlf',
    phase: 'hygiene',
    title: 'End commands with CRLF and begin them with the verb.',
    level: 'MUST',
    sections: cite([5321, '2.3.8', '4.1.1']),
    sections2821: cite([2821, '2.3.7', '4.1.1']),
    provocation: 'None: the raw octets of each command line are looked at.',
    verdict:
      'Kept when CRLF ends the line and one blank follows the verb, in any letter case; broken by a bare LF or a leading blank. A trailing blank is a warning.',
  },
  {
    id: 'ehlo-consistency',
    phase: 'hygiene',
    title: 'Go by the same name in all sessions, and after STARTTLS.',
    level: 'practice',
    sections: cite([5321, '4.1.4']),
    sections2821: cite([2821, '4.1.4']),
    provocation: 'Compare the hello names of several sessions.',
    verdict: 'Kept when it stays the same; a change is a warning.',
  },
];
