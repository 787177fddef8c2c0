// What is asked of a client that authenticates: offered mechanisms, protected secrets, well-formed exchanges, an end.
// Joined in catalogue.ts; judged by the auth checks. RFC 2821 is silent here. Secrets never enter a trace.

import { cite } from './citation';
import type { Obligation } from './obligation';

export const auth: readonly Obligation[] = [
  {
    id: 'auth-only-if-offered',
    phase: 'auth',
    title: 'Use AUTH only with a mechanism of the current EHLO list.',
    level: 'MUST',
    sections: cite([4954, '3', '4']),
    sections2821: cite(),
    provocation: 'Offer no AUTH, only CRAM-MD5, or another list inside TLS than before.',
    verdict: 'Kept when the mechanism is listed; broken when it is not.',
  },
  {
    id: 'auth-only-over-tls',
    phase: 'auth',
    title: 'Send no readable password in clear.',
    level: 'MUST',
    sections: cite([4954, '4', '9'], [8314, '5.1', '5.2']),
    sections2821: cite(),
    provocation: 'Offer AUTH PLAIN and LOGIN without STARTTLS.',
    verdict:
      'Kept when no credentials come; they break it for a submission client held to RFC 8314, and are a warning for any other, who must only be able to forbid it. Loopback is exempt.',
  },
  {
    id: 'auth-once',
    phase: 'auth',
    title: 'Authenticate once, and not inside a transaction.',
    level: 'MUST',
    sections: cite([4954, '4']),
    sections2821: cite(),
    provocation: 'Accept AUTH with 235 and watch what follows.',
    verdict: 'Kept when no AUTH follows; broken by one after success or after an accepted MAIL.',
  },
  {
    id: 'auth-initial-response',
    phase: 'auth',
    title: 'Keep to the form of the AUTH exchange, and cancel what cannot be decoded.',
    level: 'MUST',
    sections: cite([4954, '4']),
    sections2821: cite(),
    provocation: 'Send a challenge that is empty, that is not base64, or that is 12288 octets long.',
    verdict:
      'Kept when responses are base64, an empty initial one is an equals sign, none overruns the line limit, and a bad challenge is answered by an asterisk; broken by another form or by a blind answer.',
  },
  {
    id: 'auth-failure-bounded',
    phase: 'auth',
    title: 'Do not hammer a server that refuses to authenticate you.',
    level: 'practice',
    sections: cite([4954, '4', '6']),
    sections2821: cite(),
    provocation: 'Answer every AUTH with 535.',
    verdict:
      'Kept when the client tries another mechanism, stops, or even goes on without; more than five AUTH in a session or a tight loop of connections is a warning.',
  },
  {
    id: 'auth-layer-reehlo',
    phase: 'auth',
    title: 'Say EHLO again after a SASL security layer took effect.',
    level: 'MUST',
    sections: cite([4954, '4']),
    sections2821: cite(),
    provocation: 'Offer a mechanism with a security layer, which few clients have.',
    verdict:
      'Kept when the old list is discarded, the MUST, and EHLO is sent, the SHOULD, whose breach is a warning. Does not apply without such a layer.',
  },
];
