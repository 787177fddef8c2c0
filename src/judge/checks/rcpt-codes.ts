// Single codes at RCPT: 251 and 252 are acceptance, 551 is refusal whatever path it names, and 556 is a 5yz like any other
// (RFC 5321 3.4, 4.3.2, 7.4, RFC 7504 4). Codes of no meaning at all are in reply-class.ts.

import { parseRcpt } from '../../smtp/command';
import type { Campaign } from '../campaign';
import { broken, inconclusive, pass, perExchange, referTo, warned, type Check, type TrialView } from '../check';
import type { Dialogue, Exchange, Reply } from '../dialogue';
import { attemptOf, nextTry, reportNaming, reportOf } from '../next-try';
import { reactionTo } from '../reaction';
import { judgeGivenUp } from '../refusal';
import { seconds } from '../sequel';
import type { Finding } from '../verdict';
import { crossedLegally } from '../waiting';

// --- acceptance --------------------------------------------------------------------------------------------------

const rcpt251Success = perExchange('rcpt-251-success', ['RCPT'], (rcpt, dialogue, view) =>
  rcpt.reply?.code === 251 ? judgeAccepted(view, dialogue, rcpt, rcpt.reply) : null,
);

const rcpt252 = perExchange('rcpt-252-259', ['RCPT'], (rcpt, dialogue, view) => {
  const { reply } = rcpt;
  if (reply?.code == null || reply.digit !== 2 || reply.code < 252) return null;
  const finding = judgeAccepted(view, dialogue, rcpt, reply);
  // Of those that nobody defined, only 259 is made to be judged here in the first place.
  const isUnknown = reply.code !== 252 && reply.code !== 259;
  return isUnknown ? referTo('reply-unknown-code-first-digit', finding) : finding;
});

/** Whether the recipient was counted as accepted: by the session where it decides, else by what became of it. */
function judgeAccepted(view: TrialView, dialogue: Dialogue, rcpt: Exchange, reply: Reply): Finding {
  const { took, how, shown } = reactionTo(dialogue, rcpt);
  const after = `after ${reply.code} to RCPT it`;
  if (took === 'success') return pass(`${after} ${how}`, ...shown, reply);
  if (took === 'failure') return broken(`${after} ${how}`, ...shown, reply);
  const attempt = rcpt.transaction === null ? null : attemptOf(view, rcpt.transaction);
  const recipient = recipientOf(rcpt);
  if (attempt?.transaction.final?.digit !== 2) return inconclusive(`${after} ${how}`, rcpt, reply);
  const again = nextTry(view, attempt, recipient);
  if (again !== null) {
    const reason = `${after} sent the mail, but offered <${recipient}> again after ${seconds(again.gapMs)}`;
    if (!attempt.acknowledged) return inconclusive(reason, again.shown, reply);
    return referTo('single-copy-no-dup', broken(reason, again.shown, reply));
  }
  const report = reportNaming(view, attempt, recipient);
  if (report !== null) {
    const told = `${after} reported <${recipient}> as ${report}`;
    return report === 'accepted' ? pass(told, reply) : broken(told, rcpt, reply);
  }
  return inconclusive(`${after} ${how}`, rcpt, reply);
}

function recipientOf(rcpt: Exchange): string {
  return parseRcpt(rcpt.parsed.argument).path.address;
}

// --- refusal -----------------------------------------------------------------------------------------------------

const rcpt551NoBlindRedirect = perExchange('rcpt-551-no-blind-redirect', ['RCPT'], (rcpt, dialogue, view) => {
  const { reply } = rcpt;
  if (reply?.code !== 551) return null;
  const followed = redirectOf(view, rcpt, reply);
  if (followed !== null) {
    return warned('it went to the path that 551 had named, unasked', followed, reply);
  }
  const { took, how, shown } = reactionTo(dialogue, rcpt);
  const sending = rcpt.transaction?.data ?? rcpt.transaction?.chunks[0];
  // What had come along in the group is no answer to the 551.
  if (took === 'success' && sending !== undefined && !crossedLegally(sending)) {
    return referTo('rcpt-all-rejected-no-data', broken(`after 551 to the only recipient it ${how}`, ...shown, reply));
  }
  return judgeRefused(view, rcpt, reply);
});

const rcpt556 = perExchange('rcpt-556', ['RCPT'], (rcpt, _dialogue, view) => {
  const { reply } = rcpt;
  if (reply?.code !== 556) return null;
  const attempt = rcpt.transaction === null ? null : attemptOf(view, rcpt.transaction);
  const recipient = recipientOf(rcpt);
  const isDeferred = attempt !== null && reportOf(view, attempt, recipient) === 'deferred';
  if (isDeferred && nextTry(view, attempt, recipient) === null) {
    return broken(`after 556 it reported <${recipient}> as deferred`, rcpt, reply);
  }
  return judgeRefused(view, rcpt, reply);
});

function judgeRefused(view: TrialView, rcpt: Exchange, reply: Reply): Finding {
  const attempt = rcpt.transaction === null ? null : attemptOf(view, rcpt.transaction);
  const recipient = recipientOf(rcpt);
  const kept = `it got ${reply.code} for <${recipient}>`;
  if (attempt === null) return inconclusive(`${kept}, outside of a transaction`, rcpt);
  return judgeGivenUp(view, { attempt, recipient, kept, shown: [reply], primary: 'no-retry-after-5yz' });
}

/** A later RCPT with the path of the reply, which nobody had submitted. */
function redirectOf(view: TrialView, rcpt: Exchange, reply: Reply): Exchange | null {
  const path = /<([^<>\s]+@[^<>\s]+)>/.exec(reply.lines.join(' '))?.[1]?.toLowerCase();
  if (path === undefined || path === recipientOf(rcpt).toLowerCase()) return null;
  const followed = namedIn(view.campaign)
    .get(path)
    ?.find(({ firstSeq }) => firstSeq > reply.endedSeq);
  const wasMeant = view.submissions.some(({ to }) => to.some((address) => address.toLowerCase() === path));
  return followed === undefined || wasMeant ? null : followed;
}

const NAMED = new WeakMap<Campaign, ReadonlyMap<string, readonly Exchange[]>>();

/** Every RCPT of a trial by its address in small letters. */
function namedIn(campaign: Campaign): ReadonlyMap<string, readonly Exchange[]> {
  const known = NAMED.get(campaign);
  if (known !== undefined) return known;
  const named = new Map<string, Exchange[]>();
  for (const { address, exchange } of campaign.attempts.flatMap(({ transaction }) => transaction.recipients)) {
    const key = address.toLowerCase();
    const others = named.get(key);
    if (others === undefined) named.set(key, [exchange]);
    else others.push(exchange);
  }
  NAMED.set(campaign, named);
  return named;
}

export const rcptCodeChecks: readonly Check[] = [rcpt251Success, rcpt252, rcpt551NoBlindRedirect, rcpt556];
