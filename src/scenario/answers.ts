// What the server says when no rule does: the policies in their order (semantics A11), then the persona's plain reply.
// Pure: one function per event, each a list of questions that ends at the first refusal; MAIL, RCPT with the mail data, and
// the commands round a transaction have files of their own. Look-ups were asked at connect.

import { parseHello } from '../smtp/command';
import type { EventName } from '../smtp/vocabulary';
import { mail } from './answers-mail';
import { bdat, data, endOfData, rcpt, sizeRefusal } from './answers-rcpt';
import { auth, starttls, switched, withoutArgument } from './answers-session';
import { plainly, refusal, type Decision, type Question } from './decision';

/** @returns null when the server has nothing to say to this event of its own accord */
export function decide(question: Question): Decision | null {
  const { subject } = question;
  if (subject.fault === 'cut') return plainly('line-too-long');
  if (subject.fault === 'bare-lf') return plainly('bare-lf-line');
  return tlsFirst(question) ?? byEvent(question);
}

function byEvent(question: Question): Decision | null {
  const { subject, session } = question;
  switch (subject.event) {
    case 'connect':
      return subject.refusal === null ? plainly('greeting') : refusal(subject.refusal, 'connections');
    case 'EHLO':
    case 'HELO':
      if (parseHello(subject.argument).domain === '') return plainly('hello-no-argument');
      return plainly(subject.event === 'EHLO' ? 'ehlo' : 'helo');
    case 'MAIL':
      return mail(question);
    case 'RCPT':
      return rcpt(question);
    case 'DATA':
      return data(question);
    case 'BDAT':
      return bdat(question);
    case 'content':
      // Asked only where the size policy has put its threshold.
      return sizeRefusal(question, 'size-exceeded');
    case 'end-of-data':
      return endOfData(question);
    case 'RSET':
      return withoutArgument(subject, 'rset-ok');
    case 'NOOP':
      return plainly('noop-ok');
    case 'QUIT':
      return withoutArgument(subject, 'quit');
    case 'HELP':
    case 'VRFY':
    case 'EXPN':
    case 'ETRN':
      return switched(question, subject.event);
    case 'STARTTLS':
      return starttls(question);
    case 'AUTH':
      return auth(question);
    case 'auth-response':
      // A rule had opened the exchange and none took this response: whoever writes no ending gets a refusal.
      return plainly(subject.line === '*' ? 'auth-aborted' : 'auth-failed');
    case 'unknown':
      return plainly('unknown-command');
    case 'idle':
      return refusal('idle-timeout', 'idleTimeout');
    case 'error-limit':
      return refusal('error-limit', 'errorLimit', { ...subject.values, count: String(session.errors) });
    case 'timer':
    case 'tls-failed':
    case 'peer-close':
      return null;
  }
}

/**
 * RFC 3207 4: a server that insists answers 530 to every command but NOOP, EHLO, STARTTLS and QUIT. Words that are no
 * command keep their 500, and MAIL asks for itself: access lists and blacklists go before the question of TLS.
 */
const REFUSED_WITHOUT_TLS: ReadonlySet<EventName> = new Set<EventName>([
  'HELO',
  'RCPT',
  'DATA',
  'BDAT',
  'RSET',
  'VRFY',
  'EXPN',
  'HELP',
  'ETRN',
  'AUTH',
]);

function tlsFirst({ compiled, session, subject }: Question): Decision | null {
  if (compiled.server.policies.tls !== 'required' || session.tls) return null;
  return REFUSED_WITHOUT_TLS.has(subject.event) ? refusal('tls-required', 'tls') : null;
}
