// The size of a message where SIZE is offered: declared as it is (RFC 1870 6), and kept back when it is over the limit.
// What 552 and 452 to MAIL ask for is in mail.ts.

import { findKeyword } from '../../smtp/extension';
import { declaredSize } from '../../smtp/parameter';
import { broken, inconclusive, pass, perDialogue, perTransaction, referTo, type Check, type TrialView } from '../check';
import { wayOut } from '../data-behind';
import type { Dialogue, Exchange } from '../dialogue';
import { attemptOf, storyOf } from '../next-try';
import { isOffered } from '../offer';
import { sequelOf } from '../sequel';
import type { Transaction } from '../transactions';
import type { Finding } from '../verdict';

// --- mail-size-declared ------------------------------------------------------------------------------------------

/** A tenth below is near enough: the figure is an estimate (RFC 1870 6.3). */
const LEAST_SHARE = 0.9;

/** Every server takes so much, so that only beyond it a message is large (RFC 5321 4.5.3.1.7). */
const ALWAYS_TAKEN_OCTETS = 65_536;

const mailSizeDeclared = perTransaction('mail-size-declared', (transaction, _dialogue, view) => {
  const { mail, argument } = transaction;
  if (!isOffered(mail, 'SIZE')) return null;
  const given = argument.parameters.filter(({ keyword }) => keyword === 'SIZE');
  const [first] = given;
  if (first === undefined) return judgeUndeclared(view, transaction);
  if (given.length > 1) return broken(`MAIL declares ${given.length} sizes`, mail);
  const declared = declaredSize(argument.parameters);
  if (declared === null) return broken(`${first.raw} is no number of up to 20 digits`, mail);
  return judgeDeclared(view, transaction, declared);
});

/** Only who sends large messages is asked to declare them: beyond what any server takes, or this one. */
function judgeUndeclared(view: TrialView, transaction: Transaction): Finding | null {
  const { mail, message } = transaction;
  const size = Math.max(submittedSize(view, transaction) ?? 0, message?.size ?? 0);
  const limit = limitAt(mail) ?? 0;
  const isOverLimit = limit > 0 && size > limit;
  if (size <= ALWAYS_TAKEN_OCTETS && !isOverLimit) return null;
  const found = broken(`MAIL declares no size for a message of ${size} octets although SIZE is offered`, mail);
  return isOverLimit && (message?.size ?? 0) > 0 ? referTo('size-limit-respected', found) : found;
}

function judgeDeclared(view: TrialView, transaction: Transaction, declared: number): Finding {
  const { mail, message } = transaction;
  const came = message?.size ?? 0;
  if (declared < came * LEAST_SHARE) return broken(`SIZE=${declared} was declared and ${came} octets came`, mail);
  if (message?.complete === true) return pass(`SIZE=${declared} was declared and ${came} octets came`, mail);
  const submitted = submittedSize(view, transaction);
  // A relay adds headers, so that less than what was submitted is too little in any case.
  if (submitted !== null && declared >= submitted) {
    return pass(`SIZE=${declared} was declared for a message of ${submitted} octets`, mail);
  }
  return inconclusive(`SIZE=${declared} was declared, but the message did not come to be measured`, mail);
}

function submittedSize(view: TrialView, transaction: Transaction): number | null {
  const attempt = attemptOf(view, transaction);
  // A bounce refers to a submission, and has a size of its own.
  if (attempt?.kind !== 'submission') return null;
  return storyOf(view, attempt)?.submission.size ?? null;
}

// --- size-limit-respected ----------------------------------------------------------------------------------------

const sizeLimitRespected = perDialogue('size-limit-respected', (dialogue, view) => {
  const inTransactions = dialogue.transactions.flatMap(
    (transaction) => judgeOverLimit(dialogue, view, transaction) ?? [],
  );
  const kept = dialogue.transactions.length > 0 ? null : judgeUntried(dialogue, view);
  return kept === null ? inTransactions : [...inTransactions, kept];
});

function judgeOverLimit(dialogue: Dialogue, view: TrialView, transaction: Transaction): Finding | null {
  const { mail, message, argument } = transaction;
  const limit = limitAt(mail);
  const submitted = submittedSize(view, transaction) ?? 0;
  const came = message?.size ?? 0;
  const size = Math.max(submitted, came);
  const raw = mail.offer === null ? null : findKeyword(mail.offer.keywords, 'SIZE')?.raw;
  if (raw != null && came > 0 && isNoLimit(limit)) return pass(`it took "${raw}" for no limit`, mail);
  if (limit === null || limit === 0 || size <= limit) return null;
  const over = `a message of ${size} octets, over the limit of ${limit}`;
  if (message === null || came === 0) {
    if (wayOut(dialogue, transaction) === null && mail.reply?.digit === 2) {
      return inconclusive(`the record ends before it did anything about ${over}`, mail);
    }
    return pass(`no mail data came of ${over}`, mail);
  }
  // RFC 1870 6.1: by 250 to a declared size we said that we would have it all the same.
  const declared = declaredSize(argument.parameters);
  if (declared !== null && declared > limit && mail.reply?.digit === 2) {
    return inconclusive(`mail data came of ${over}, but we had accepted SIZE=${declared}`, transaction.dot ?? mail);
  }
  return broken(`${came} octets of mail data came of ${over}`, transaction.dot ?? mail, mail);
}

/** A session without any MAIL: right when nothing fitted, and wrong when 0 was read as a limit (RFC 1870 3). */
function judgeUntried(dialogue: Dialogue, view: TrialView): Finding | null {
  const hello = dialogue.commands.findLast(({ verb, reply }) => verb === 'EHLO' && reply?.digit === 2);
  if (hello?.reply == null) return null;
  const next = sequelOf(dialogue, hello.reply);
  if (next.kind === 'ended' || (next.kind === 'said' && next.verb !== 'QUIT')) return null;
  const limit = next.kind === 'said' && next.exchange !== null ? limitAt(next.exchange) : limitIn(hello);
  if (limit === null) return null;
  if (limit > 0) {
    const tooBig = view.submissions.length > 0 && view.submissions.every(({ size }) => size > limit);
    return tooBig ? pass(`it left without MAIL, as nothing it had was within the limit of ${limit}`, hello) : null;
  }
  const isPlain = view.submissions.length > 0 && view.submissions.every(isOrdinary);
  return isPlain ? broken('it left without MAIL although SIZE 0 sets no limit', next.shown, hello) : null;
}

/** Nothing but the size could keep such a message back. */
function isOrdinary({ tls, auth, content, from, to }: TrialView['submissions'][number]): boolean {
  const hasWish = auth || tls === 'required' || tls === 'implicit';
  return !hasWish && /^(?:plain$|\d)/.test(content) && /^[\x20-\x7e]*$/.test([from, ...to].join(''));
}

/** The limit in force; 0 for none, null where no list says anything. */
function limitAt(exchange: Exchange): number | null {
  return exchange.offer === null ? null : limitOf(findKeyword(exchange.offer.keywords, 'SIZE')?.parameters[0]);
}

/** RFC 1870 3: 0 is none, no figure says nothing, and what no file can exceed limits nothing. */
function isNoLimit(limit: number | null): boolean {
  return limit === null || limit === 0 || limit > Number.MAX_SAFE_INTEGER;
}

function limitIn({ reply }: Exchange): number | null {
  const line = reply?.lines.find((text) => /^250[- ]SIZE\b/i.test(text));
  return line === undefined ? null : limitOf(line.slice(4).split(/\s+/)[1]);
}

function limitOf(given: string | undefined): number | null {
  return given !== undefined && /^\d+$/.test(given) ? Number(given) : null;
}

export const sizeChecks: readonly Check[] = [mailSizeDeclared, sizeLimitRespected];
