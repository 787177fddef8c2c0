// The policies at RCPT, DATA, BDAT and behind the mail data, in their order: AUTH, sequence, syntax, recipient count,
// relay, known recipients; then the size as it was counted (semantics A11). Used by answers.ts.

import { parseBdat, parseRcpt, type PathCommand } from '../smtp/command';
import { authFirst, badParameter, badPath, needHello } from './answers-mail';
import { anyMatches } from './compile-policies';
import { plainly, refusal, type Decision, type Question } from './decision';
import { unquoted } from './matching';
import { inForce, sizeLimitOf } from './offered';

export function rcpt(question: Question): Decision {
  const { compiled, session, subject } = question;
  const path = subject.path ?? parseRcpt(subject.argument);
  return (
    authFirst(question) ??
    needHello(question) ??
    (session.transaction.sender === null ? plainly('need-mail') : null) ??
    (path.path.isNull ? plainly('bad-path') : null) ??
    badPath(question, path) ??
    badParameter(compiled, session, 'RCPT', path) ??
    tooManyRecipients(question) ??
    recipientRefused(question, path) ??
    plainly('rcpt-ok')
  );
}

function tooManyRecipients({ compiled, session }: Question): Decision | null {
  const { max } = compiled.server.policies.recipients;
  const count = session.transaction.recipients.length;
  if (max === null || count < max) return null;
  return refusal('too-many-recipients', 'recipients.max', { limit: String(max), count: String(count + 1) });
}

function recipientRefused({ compiled, session }: Question, { path }: PathCommand): Decision | null {
  const { policies, server } = compiled;
  // RFC 5321 4.5.1: mail for postmaster is always taken.
  if (path.domain === '' && /^postmaster$/i.test(path.localPart)) return null;
  // A name without a domain can only be one of ours.
  const local =
    policies.recipientsLocal === null || path.domain === '' || anyMatches(policies.recipientsLocal, path.domain);
  if (!local) {
    const mayRelay = server.policies.recipients.relay === 'accept' || session.user !== null;
    return mayRelay ? null : refusal('relay-denied', 'recipients.relay');
  }
  const address = unquoted(path.address);
  if (anyMatches(policies.recipientsDeny, address)) return refusal('recipient-denied', 'recipients.deny');
  if (policies.recipientsAllow !== null && !anyMatches(policies.recipientsAllow, address)) {
    return refusal('recipient-denied', 'recipients.allow');
  }
  if (anyMatches(policies.recipientsAmbiguous, address)) {
    return refusal('recipient-ambiguous', 'recipients.ambiguous');
  }
  if (anyMatches(policies.recipientsGroups, address)) return refusal('recipient-group', 'recipients.groups');
  const known = policies.recipientsKnown === null || anyMatches(policies.recipientsKnown, address);
  return known ? null : refusal('recipient-unknown', 'recipients.known');
}

// --- mail data ---------------------------------------------------------------------------------------------------

function transactionSequence(question: Question): Decision | null {
  const { transaction } = question.session;
  if (transaction.sender === null) return needHello(question) ?? plainly('need-mail');
  return transaction.recipients.length === 0 ? plainly('need-rcpt') : null;
}

export function data(question: Question): Decision {
  const { transaction } = question.session;
  // RFC 3030 2 and 3: not behind a chunk, and not for a binary body.
  const chunksOnly = transaction.viaBdat || transaction.bodyParameter === 'BINARYMIME';
  return (
    authFirst(question) ??
    (question.subject.argument.trim() === '' ? null : plainly('unexpected-argument')) ??
    transactionSequence(question) ??
    (chunksOnly ? plainly('data-after-bdat') : null) ??
    plainly('data-ok')
  );
}

/** Asked when the chunk's octets are in. A size limit is held against all chunks so far, or against the whole at LAST. */
export function bdat(question: Question): Decision {
  const { compiled, session, subject } = question;
  if (!inForce(session, 'CHUNKING')) return plainly('unknown-command');
  const chunk = parseBdat(subject.argument);
  if (chunk === null) return plainly('bad-bdat');
  // RFC 3030 2: once a chunk was refused, the message can no longer succeed.
  if (session.transaction.failed) return plainly('need-mail');
  const sequence = authFirst(question) ?? transactionSequence(question);
  if (sequence !== null) return sequence;
  const due = chunk.last || compiled.server.policies.size.when === 'during';
  if (due && tooBig(question)) return sizeRefusal(question, 'size-exceeded');
  return chunk.last ? { ...plainly('bdat-last-ok'), values: { count: String(subject.size ?? 0) } } : plainly('bdat-ok');
}

export function endOfData(question: Question): Decision {
  return tooBig(question) ? sizeRefusal(question, 'size-exceeded') : plainly('end-of-data-ok');
}

export function sizeRefusal({ compiled, session }: Question, situation: 'size-exceeded' | 'size-declared'): Decision {
  return refusal(situation, 'size', { limit: String(sizeLimitOf(compiled, session) ?? '') });
}

/** As counted; or as declared, when a rule took a MAIL that the policy would have refused (semantics A11). */
function tooBig({ compiled, session, subject }: Question): boolean {
  const limit = sizeLimitOf(compiled, session);
  if (limit === null) return false;
  const declared = compiled.server.policies.size.checkDeclared ? (session.transaction.declaredSize ?? 0) : 0;
  return (subject.size ?? 0) > limit || declared > limit;
}
