// What the server says to the commands round a transaction: the optional ones, which can be switched off, STARTTLS and
// AUTH. Used by answers.ts.

import { parseAuth } from '../smtp/command';
import { needHello } from './answers-mail';
import { plainly, type Decision, type Question } from './decision';
import { isPossible } from './offered';
import type { Situation } from './persona';
import type { Subject } from './session';

/** RFC 5321 4.1.1: an argument where none belongs is a syntax error. */
export function withoutArgument(subject: Subject, situation: Situation): Decision {
  return plainly(subject.argument.trim() === '' ? situation : 'unexpected-argument');
}

export function switched({ compiled, subject }: Question, verb: 'HELP' | 'VRFY' | 'EXPN' | 'ETRN'): Decision {
  const on = compiled.server.policies.commands[verb];
  const argument = subject.argument.trim();
  switch (verb) {
    case 'HELP':
      return plainly(on ? 'help' : 'help-off');
    case 'ETRN':
      if (!on) return plainly('etrn-off');
      return plainly(argument === '' ? 'missing-argument' : 'etrn-ok');
    case 'VRFY':
      if (!on) return plainly('vrfy-off');
      return plainly(argument === '' ? 'missing-argument' : 'vrfy');
    case 'EXPN':
      if (!on) return plainly('expn-off');
      return plainly(argument === '' ? 'missing-argument' : 'expn');
  }
}

export function starttls({ compiled, session, subject }: Question): Decision {
  if (session.tls) return plainly('starttls-again');
  const possible = compiled.server.policies.tls !== 'off' || isPossible(compiled, session, 'STARTTLS');
  return possible ? withoutArgument(subject, 'starttls-ok') : plainly('starttls-off');
}

/** `auth-challenge` stands for "the exchange may begin": what is said first is the mechanism's. */
export function auth(question: Question): Decision {
  const { compiled, session, subject } = question;
  const listed = isPossible(compiled, session, 'AUTH');
  if (compiled.server.policies.auth === 'off' && !listed) return plainly('auth-off');
  const sequence = needHello(question);
  if (sequence !== null) return sequence;
  // RFC 4954 4: once only, and not during a mail transaction.
  if (session.user !== null) return plainly('auth-again');
  if (session.transaction.sender !== null) return plainly('auth-in-transaction');
  if (!session.tls && !listed && !compiled.server.auth.beforeTls) return plainly('auth-needs-tls');
  if (subject.argument.trim() === '') return plainly('missing-argument');
  const { mechanism } = parseAuth(subject.argument);
  const known = compiled.server.auth.mechanisms.some((own) => own.toUpperCase() === mechanism);
  return plainly(known ? 'auth-challenge' : 'auth-mechanism-unknown');
}
