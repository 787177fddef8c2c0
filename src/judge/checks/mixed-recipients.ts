// Recipients that were answered differently in one transaction: the message goes once to the accepted ones, and each
// refusal is heeded by its own code. One judgement for two obligations: with PIPELINING the replies must be counted off
// against the commands (RFC 2920 3.1), without it each is simply the last word (RFC 5321 3.3, 4.2.5).

import type { Attempt, RecipientOutcome } from '../attempt';
import {
  broken,
  inconclusive,
  pass,
  perTransaction,
  referTo,
  warned,
  type Check,
  type Shown,
  type TrialView,
} from '../check';
import { isLoneDot } from '../data-behind';
import type { Dialogue } from '../dialogue';
import { attemptOf, bounceOf, nextTry, reportNaming, reportOf, windowText } from '../next-try';
import { isOtherTry } from '../retry-series';
import { leaving, seconds } from '../sequel';
import type { Recipient, Transaction } from '../transactions';
import type { Finding } from '../verdict';

const pipelineCheckAllReplies = perTransaction('pipeline-check-all-replies', (transaction, dialogue, view) =>
  isMixed(transaction) && isGrouped(transaction) ? judgeMixed(view, dialogue, transaction, true) : null,
);

const rcptPartialAccept = perTransaction('rcpt-partial-accept', (transaction, dialogue, view) =>
  isMixed(transaction) && !isGrouped(transaction) ? judgeMixed(view, dialogue, transaction, false) : null,
);

function isMixed({ accepted, recipients }: Transaction): boolean {
  return accepted && recipients.some(wasAccepted) && recipients.some(wasRefused);
}

function wasAccepted({ reply }: Recipient): boolean {
  return reply?.digit === 2;
}

function wasRefused({ reply }: Recipient): boolean {
  return reply?.digit === 4 || reply?.digit === 5;
}

/** At least one RCPT was sent before the reply in front of it was there. */
function isGrouped({ recipients }: Transaction): boolean {
  return recipients.some(({ exchange }) => exchange.outstanding.state === 'early' && exchange.outstanding.allowed);
}

/** @param byCounting only what the client did about each recipient proves that it counted */
function judgeMixed(
  view: TrialView,
  dialogue: Dialogue,
  transaction: Transaction,
  byCounting: boolean,
): Finding | null {
  const { dot, data, chunks, final } = transaction;
  const attempt = attemptOf(view, transaction);
  if (attempt === null) return null;
  if (data === null && chunks.length === 0) return judgeUnsent(view, dialogue, attempt);
  if (dot === null || final === null || isLoneDot(dot)) return null;
  if (final.digit !== 2) return inconclusive(`the message got ${final.code} after all, whoever it was for`, dot, final);
  const wrong = attempt.recipients.map((outcome) => wrongAbout(view, attempt, outcome)).find((found) => found !== null);
  return wrong ?? judgeHeeded(view, attempt, byCounting);
}

// --- nothing was sent --------------------------------------------------------------------------------------------

function judgeUnsent(view: TrialView, dialogue: Dialogue, attempt: Attempt): Finding | null {
  const { transaction, recipients } = attempt;
  const taken = transaction.recipients.filter(wasAccepted);
  const of = `${taken.length} of ${transaction.recipients.length} recipients had been accepted`;
  const { ending } = dialogue;
  const { endedBy } = transaction;
  const told = transaction.recipients.some(({ reply }) => reply?.code === 421) || dialogue.unsolicited.some(is421);
  if (told || (endedBy === null && ending.first === 'server')) return null;
  if (endedBy === null && ending.left === null) return inconclusive('the record ends before any mail data could come');
  const later = recipients.find(({ recipient }) => nextTry(view, attempt, recipient) !== null);
  if (later !== undefined) {
    return inconclusive(`it sent nothing although ${of}, but began anew`, transaction.mail);
  }
  const act: Shown = endedBy ?? leaving(dialogue);
  const shown = [act, ...taken.slice(0, 3).map(({ exchange }) => exchange)];
  if (view.client.role !== 'submission') return broken(`it dropped the message although ${of}`, ...shown);
  // Without a queue, all or nothing is allowed as long as the user is told so: no mail is lost by it.
  const reports = taken.map(({ address }) => reportOf(view, attempt, address));
  if (reports.every((report) => report === 'refused' || report === 'bounced' || report === 'deferred')) {
    return warned(`it sent the message to nobody, and said so, although ${of}`, ...shown);
  }
  if (reports.includes('accepted'))
    return broken(`it sent the message to nobody and reported it as accepted`, ...shown);
  return inconclusive(`it sent the message to nobody although ${of}, and nothing shows whether it said so`, ...shown);
}

function is421({ code }: { readonly code: number | null }): boolean {
  return code === 421;
}

// --- it was sent -------------------------------------------------------------------------------------------------

/** What the client did about a recipient that its reply does not allow; null when nothing of the kind shows. */
function wrongAbout(view: TrialView, attempt: Attempt, outcome: RecipientOutcome): Finding | null {
  const { recipient, result, reply } = outcome;
  const again = nextTry(view, attempt, recipient);
  if (again !== null && result === 'accepted') {
    const reason = `<${recipient}> was offered again after ${seconds(again.gapMs)} although the message had been accepted for it`;
    if (!attempt.acknowledged) return inconclusive(`${reason}, but it may not have read our reply`, again.shown);
    return referTo('single-copy-no-dup', broken(reason, again.shown, ...rcptOf(attempt, recipient)));
  }
  // RFC 5321 4.5.3.1.10: who was one too many gets a transaction of their own.
  if (again !== null && isOtherTry(again.attempt, attempt, outcome)) return null;
  if (again !== null && result === 'refused') {
    const reason = `<${recipient}> was offered again after ${seconds(again.gapMs)} although it had got ${reply?.code}`;
    const carried = again.attempt.server !== attempt.server && again.outcome?.result === 'accepted';
    const primary = carried ? 'mx-5yz-no-shopping' : 'no-retry-after-5yz';
    return referTo(primary, broken(reason, again.shown, ...rcptOf(attempt, recipient)));
  }
  if (again !== null) return null;
  const report = reportNaming(view, attempt, recipient);
  if (report === 'accepted' && (result === 'refused' || result === 'deferred')) {
    const reason = `it reported <${recipient}> as accepted, which had got ${reply?.code}`;
    return broken(reason, ...sentFor(attempt), ...rcptOf(attempt, recipient));
  }
  if ((report === 'refused' || report === 'bounced') && result === 'accepted') {
    const reason = `it reported <${recipient}> as ${report}, which had been accepted`;
    return broken(reason, ...sentFor(attempt), ...rcptOf(attempt, recipient));
  }
  return null;
}

/** The last of what the report is about: what had gone wrong before excuses it. */
function sentFor({ transaction: { dot } }: Attempt): readonly Shown[] {
  return dot === null ? [] : [dot];
}

function rcptOf({ transaction }: Attempt, recipient: string): readonly Shown[] {
  const named = transaction.recipients.find(({ address }) => address.toLowerCase() === recipient.toLowerCase());
  return named === undefined ? [] : [named.exchange];
}

/** Nothing was wrong; whether everything was right may only show in a later session. */
function judgeHeeded(view: TrialView, attempt: Attempt, byCounting: boolean): Finding {
  const { recipients, transaction } = attempt;
  const of = (result: string): readonly RecipientOutcome[] => recipients.filter((one) => one.result === result);
  const sent = `it sent the message once to the ${of('accepted').length} accepted of ${recipients.length} recipients`;
  const shown = transaction.dot === null ? [] : [transaction.dot];
  if (attempt.submission === null) return inconclusive(`${sent}; which message it was cannot be told`, ...shown);
  const isHeeded = ({ recipient, result }: RecipientOutcome): boolean => {
    if (result === 'accepted') return true;
    if (nextTry(view, attempt, recipient) !== null || reportNaming(view, attempt, recipient) !== null) return true;
    return result === 'refused' && bounceOf(view, attempt, recipient) !== null;
  };
  const open = recipients.filter((outcome) => !isHeeded(outcome));
  const [first] = open;
  if (first === undefined) return pass(`${sent} and dealt with each of the others by its code`, ...shown);
  const cameBack = of('deferred').some(({ recipient }) => nextTry(view, attempt, recipient) !== null);
  const within = windowText(view);
  const settled = open.every(({ result }) => result === 'refused') && (cameBack || (!byCounting && within !== null));
  if (settled) return pass(`${sent}, and the refused did not come again ${within ?? 'with the others'}`, ...shown);
  if (!byCounting && view.client.role === 'submission')
    return pass(`${sent}; it has no queue for the others`, ...shown);
  const waited = within === null ? '' : ` ${within}`;
  return inconclusive(`${sent}, but no later session shows what it made of <${first.recipient}>${waited}`, ...shown);
}

export const mixedRecipientChecks: readonly Check[] = [pipelineCheckAllReplies, rcptPartialAccept];
