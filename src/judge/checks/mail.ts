// What a client does about a refused MAIL: the transaction is over (RFC 5321 3.3, 4.1.4), and the code says whether the
// message is for now or for good; the size codes have rules of their own (RFC 1870 6.2). Syntax and parameters of MAIL are
// in paths.ts and parameters.ts.

import {
  broken,
  inconclusive,
  pass,
  perTransaction,
  perTrial,
  referTo,
  type Check,
  type Shown,
  type TrialView,
} from '../check';
import { wayOut } from '../data-behind';
import type { Dialogue, Exchange, Reply } from '../dialogue';
import { attemptOf, bounceOf, nextTry, reportOf } from '../next-try';
import { judgeGivenUp, judgeTriedLater, type Refusal } from '../refusal';
import { seconds } from '../sequel';
import type { Transaction } from '../transactions';
import type { Finding } from '../verdict';
import { crossedLegally } from '../waiting';

// --- mail-rejected-stops -----------------------------------------------------------------------------------------

const mailRejectedStops = perTransaction('mail-rejected-stops', (transaction, dialogue) => {
  const { mail, endedBy } = transaction;
  const { reply } = mail;
  if (reply?.digit !== 4 && reply?.digit !== 5) return null;
  const wentOn = wentOnAfter(transaction, reply);
  if (wentOn !== null) return wentOn;
  if (transaction.exchanges.some(isForMessage)) {
    return pass('what followed the refused MAIL had been pipelined with it', mail, reply);
  }
  if (endedBy !== null) return pass(`after the refused MAIL it went on with ${endedBy.verb}`, endedBy, reply);
  if (dialogue.ending.left !== null) return pass('after the refused MAIL it left', mail, reply);
  return inconclusive('nothing came after the refused MAIL before the end of the record', mail, reply);
});

/** The commands that went on with a transaction which the refusal had ended; null when none did, or only by pipelining. */
function wentOnAfter({ exchanges }: Transaction, refusal: Reply): Finding | null {
  const unexcused = exchanges.filter((exchange) => isForMessage(exchange) && !crossedLegally(exchange));
  const [first] = unexcused;
  if (first === undefined) return null;
  const more = unexcused.length > MOST_VERBS ? ' and more' : '';
  const verbs = unexcused.slice(0, MOST_VERBS).map(({ verb }) => verb);
  const found = broken(`after ${refusal.code} to MAIL it went on with ${verbs.join(', ')}${more}`, first, refusal);
  // Sent before the refusal could be known: the act is talking early, and this follows from it.
  const early = unexcused.every(({ firstSeq }) => firstSeq < refusal.endedSeq);
  return early ? referTo('no-pipelining-unless-advertised', found) : found;
}

const MOST_VERBS = 5;

function isForMessage({ verb }: Exchange): boolean {
  return verb === 'RCPT' || verb === 'DATA' || verb === 'BDAT';
}

// --- size-552-handling, size-452-handling ------------------------------------------------------------------------

const size552Handling = perTransaction('size-552-handling', (transaction, dialogue, view) => {
  const stopped = afterSizeRefusal(transaction, dialogue, view, 552);
  if (stopped === null || 'found' in stopped) return stopped;
  return judgeGivenUp(view, { ...stopped, primary: 'no-retry-after-5yz' });
});

const size452Handling = perTransaction('size-452-handling', (transaction, dialogue, view) => {
  const stopped = afterSizeRefusal(transaction, dialogue, view, 452);
  return stopped === null || 'found' in stopped ? stopped : judgeTriedLater(view, stopped);
});

/** The half of it that this session shows; what is left is a question to later ones. */
function afterSizeRefusal(
  transaction: Transaction,
  dialogue: Dialogue,
  view: TrialView,
  code: number,
): Refusal | Finding | null {
  const { mail } = transaction;
  const { reply } = mail;
  const attempt = attemptOf(view, transaction);
  if (reply?.code !== code || attempt === null) return null;
  const wentOn = wentOnAfter(transaction, reply);
  if (wentOn !== null) return referTo('mail-rejected-stops', wentOn);
  const way = wayOut(dialogue, transaction);
  if (way === null) return inconclusive(`nothing came after ${code} to MAIL before the end of the record`, mail, reply);
  return { attempt, recipient: null, kept: `after ${code} to MAIL it ${way.how}`, shown: [...way.shown, reply] };
}

// --- mail-5xx-not-cached -----------------------------------------------------------------------------------------

const mail5xxNotCached = perTrial('mail-5xx-not-cached', (view) => {
  const submitted = new Map<string, number[]>();
  for (const { id, from } of view.submissions) {
    submitted.set(from.toLowerCase(), [...(submitted.get(from.toLowerCase()) ?? []), id]);
  }
  const refused = new Map<string, Transaction>();
  const offered = new Map<string, Transaction>();
  for (const { kind, submission, transaction } of view.campaign.attempts) {
    const sender = transaction.sender.toLowerCase();
    if (kind !== 'submission' || offered.has(sender)) continue;
    const first = refused.get(sender);
    if (first === undefined) {
      if (transaction.mail.reply?.digit === 5) refused.set(sender, transaction);
    } else if (submission === null || submission !== submissionOf(view, first)) offered.set(sender, transaction);
  }
  return [...refused].map(([sender, first]) => {
    const others = (submitted.get(sender) ?? []).length - 1;
    return judgeMemory(view, first, others, offered.get(sender) ?? null);
  });
});

function submissionOf(view: TrialView, transaction: Transaction): number | null {
  return attemptOf(view, transaction)?.submission ?? null;
}

/** @param others how many further messages had the same sender */
function judgeMemory(view: TrialView, refused: Transaction, others: number, next: Transaction | null): Finding {
  const { mail, sender } = refused;
  if (next !== null) return pass(`it offered another message from <${sender}> after the refusal`, next.mail, mail);
  if (others < 1) return inconclusive(`no second message from <${sender}> was submitted`, mail);
  const untried = view.campaign.stories.filter(({ submission, attempts }) => {
    return submission.from.toLowerCase() === sender.toLowerCase() && attempts.length === 0;
  });
  const failed = untried.filter(({ reported, bounces }) => {
    return bounces.length > 0 || reported.some(({ outcome }) => outcome === 'refused' || outcome === 'bounced');
  });
  // Which of several messages the one MAIL was for may be unknown; one of the failed ones it was.
  const neverOffered = failed.length - (submissionOf(view, refused) === null ? 1 : 0);
  if (neverOffered < 1) return inconclusive(`no further message from <${sender}> was offered or given up`, mail);
  const many = neverOffered === 1 ? 'another message' : `${neverOffered} other messages`;
  return broken(`it gave up ${many} from <${sender}> without offering it`, mail);
}

// --- mail-555-455 ------------------------------------------------------------------------------------------------

const mail555455 = perTransaction('mail-555-455', (transaction, _dialogue, view) => {
  const { mail, argument } = transaction;
  const code = mail.reply?.code;
  const attempt = attemptOf(view, transaction);
  if ((code !== 555 && code !== 455) || argument.parameters.length === 0 || attempt === null) return null;
  const shown: readonly Shown[] = mail.reply === null ? [mail] : [mail.reply];
  const again = nextTry(view, attempt, null);
  if (again !== null) {
    const same = parametersOf(again.attempt.transaction) === parametersOf(transaction);
    if (!same) return pass(`after ${code} it tried again with other parameters`, again.shown, ...shown);
    const reason = `after ${code} it sent the same parameters again, ${seconds(again.gapMs)} later`;
    return code === 555 ? broken(reason, again.shown, ...shown) : pass(reason, again.shown, ...shown);
  }
  if (code === 455) {
    if (reportOf(view, attempt, null) === 'deferred')
      return pass('after 455 it reported the mail as deferred', ...shown);
    return judgeTriedLater(view, { attempt, recipient: null, kept: 'after 455 it gave the transaction up', shown });
  }
  const report = reportOf(view, attempt, null);
  if (bounceOf(view, attempt, null) !== null || report === 'refused' || report === 'bounced') {
    return pass('after 555 the mail failed for good', ...shown);
  }
  return inconclusive('after 555 nothing shows whether it gave the mail up', ...shown);
});

/** In whatever order they stand. */
function parametersOf({ argument }: Transaction): string {
  return argument.parameters
    .map(({ raw }) => raw.toUpperCase())
    .sort()
    .join(' ');
}

export const mailChecks: readonly Check[] = [
  mailRejectedStops,
  size552Handling,
  size452Handling,
  mail5xxNotCached,
  mail555455,
];
