// Many recipients: one transaction for them all (RFC 5321 4.5.4.1), and a further one for those that were too many
// (4.5.3.1.8, 4.5.3.1.10). A limit below a hundred is a fault of ours: what a client does about it is no breach.

import { digestWithoutTraceHeaders } from '../../wire/content-facts';
import type { Attempt } from '../attempt';
import type { Story } from '../campaign';
import {
  broken,
  inconclusive,
  notApplicable,
  pass,
  perTransaction,
  perTrial,
  referTo,
  type Check,
  type Shown,
  type TrialView,
} from '../check';
import type { Dialogue } from '../dialogue';
import { mailDataOf } from '../mail-octets';
import { attemptOf, bounceOf, nextTry, reportNaming, storyOf, windowIsLong, windowText } from '../next-try';
import { leaving, seconds } from '../sequel';
import type { Recipient, Transaction } from '../transactions';
import type { Finding } from '../verdict';

/** RFC 5321 4.5.3.1.8: every server takes so many. */
const FEWEST_TAKEN = 100;

// --- rcpt-one-transaction ----------------------------------------------------------------------------------------

const rcptOneTransaction = perTrial('rcpt-one-transaction', (view) => view.campaign.stories.flatMap(judgeCopies));

/** Recipients of one domain have one server; those of several may well go separately. */
function judgeCopies(story: Story): readonly Finding[] {
  const byDomain = new Map<string, string[]>();
  for (const recipient of story.submission.to) {
    const domain = recipient.slice(recipient.lastIndexOf('@') + 1).toLowerCase();
    byDomain.set(domain, [...(byDomain.get(domain) ?? []), recipient.toLowerCase()]);
  }
  return [...byDomain].flatMap(([domain, recipients]) => {
    return recipients.length < 2 ? [] : (judgeDomain(story, domain, new Set(recipients)) ?? []);
  });
}

function judgeDomain({ attempts }: Story, domain: string, recipients: ReadonlySet<string>): Finding | null {
  const firsts = firstOffers(attempts, recipients);
  const [one, other] = firsts;
  if (one === undefined) return null;
  const named = new Set(firsts.flatMap(namesOf).filter((name) => recipients.has(name))).size;
  if (firsts.length <= Math.ceil(named / FEWEST_TAKEN) || other === undefined) {
    return pass(`${named} recipients at ${domain} came in one transaction`, one.transaction.mail);
  }
  const shown: readonly Shown[] = [other.transaction.mail, one.transaction.mail];
  const many = `${named} recipients at ${domain} came in ${firsts.length} transactions`;
  const bodies = firsts.map(bodyOf);
  const known = new Set(bodies.filter((body) => body !== null));
  // Personal copies, and a sender for each recipient, cannot share one (trap 15).
  const senders = new Set(firsts.map(({ transaction }) => transaction.sender.toLowerCase()));
  if (senders.size > 1 || known.size > 1) return inconclusive(`${many}, each copy being a personal one`, ...shown);
  if (bodies.includes(null)) return inconclusive(`${many}, but not all of the mail data came to be compared`, ...shown);
  return broken(`${many} with the same mail data`, ...shown);
}

/** Attempts for recipients that none had been made for, unless a refusal had made the client stop short. */
function firstOffers(attempts: readonly Attempt[], recipients: ReadonlySet<string>): readonly Attempt[] {
  const seen = new Set<string>();
  const firsts: Attempt[] = [];
  let stopped = false;
  for (const attempt of attempts) {
    const names = attempt.transaction.recipients.length === 0 ? [] : namesOf(attempt);
    const fresh = names.some((name) => recipients.has(name) && !seen.has(name));
    const again = names.some((name) => recipients.has(name) && seen.has(name));
    if (fresh && !again && !stopped) firsts.push(attempt);
    for (const name of names) seen.add(name);
    stopped ||= attempt.transaction.recipients.some(({ reply }) => reply?.digit === 4 || isTooMany(reply?.code));
  }
  return firsts;
}

function namesOf({ transaction }: Attempt): readonly string[] {
  return transaction.recipients.map(({ address }) => address.toLowerCase());
}

function bodyOf({ dialogue, transaction }: Attempt): string | null {
  if (transaction.message?.complete !== true) return null;
  const data = mailDataOf(dialogue, transaction);
  return data === null ? transaction.message.digest : digestWithoutTraceHeaders(data.content);
}

// --- rcpt-452-split ----------------------------------------------------------------------------------------------

const rcpt452Split = perTransaction(
  'rcpt-452-split',
  (transaction, dialogue, view) => {
    const over = overLimit(transaction, 452);
    const attempt = attemptOf(view, transaction);
    if (over.length === 0 || attempt === null) return null;
    const taken = transaction.recipients.filter(({ reply }) => reply?.digit === 2);
    const split = `of ${transaction.recipients.length} recipients ${taken.length} were taken and ${over.length} got 452`;
    return judgeUnsent(view, dialogue, attempt, split) ?? judgeRest(view, attempt, taken, over, split);
  },
  { excusedBy: ['low-recipient-limit'] },
);

/** The refusals for too many, behind at least one recipient that was taken; those about space or size are another thing. */
function overLimit({ recipients }: Transaction, code: number): readonly Recipient[] {
  const first = recipients.findIndex(({ reply }) => reply?.digit === 2);
  if (first === -1) return [];
  return recipients.slice(first).filter(({ reply }) => reply?.code === code && isAboutCount(reply.lines.join(' ')));
}

/** RFC 3463 3.6: X.5.3 is too many recipients; any other enhanced code says something else. */
function isAboutCount(text: string): boolean {
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(text)?.[1];
  if (enhanced !== undefined) return /^\d\.5\.3$/.test(enhanced);
  return !/quota|size|storage|space|too (?:big|large)|mailbox full/i.test(text);
}

function isTooMany(code: number | null | undefined): boolean {
  return code === 452 || code === 552;
}

/** @returns null when the mail data were sent */
function judgeUnsent(view: TrialView, dialogue: Dialogue, attempt: Attempt, split: string): Finding | null {
  const { data, chunks, endedBy } = attempt.transaction;
  if (data !== null || chunks.length > 0) return null;
  if (endedBy === null && (dialogue.ending.left === null || dialogue.ending.first === 'server')) {
    return inconclusive(`${split}, and then the session ended`, attempt.transaction.mail);
  }
  if (nextTry(view, attempt, null) !== null) return inconclusive(`${split}; it began anew`, attempt.transaction.mail);
  return broken(`${split}, and it sent nothing at all`, endedBy ?? leaving(dialogue), attempt.transaction.mail);
}

function judgeRest(
  view: TrialView,
  attempt: Attempt,
  taken: readonly Recipient[],
  over: readonly Recipient[],
  split: string,
): Finding {
  const { final } = attempt.transaction;
  if (final?.digit !== 2)
    return inconclusive(`${split}, but the message was not accepted after all`, attempt.transaction.mail);
  const twice = taken.find(({ address }) => nextTry(view, attempt, address) !== null);
  const again = twice === undefined ? null : nextTry(view, attempt, twice.address);
  if (twice !== undefined && again !== null) {
    const reason = `${split}, and <${twice.address}>, which was taken, came again`;
    if (!attempt.acknowledged) return inconclusive(`${reason}, but it may not have read our reply`, again.shown);
    return referTo('single-copy-no-dup', broken(reason, again.shown, final));
  }
  const open = over.filter(({ address }) => nextTry(view, attempt, address) === null);
  const [left] = open;
  const [first] = over;
  const next = first === undefined ? null : nextTry(view, attempt, first.address);
  if (left === undefined && next !== null) {
    return pass(`${split}, and these followed after ${seconds(next.gapMs)}`, next.shown, final);
  }
  return judgeLeft(view, attempt, open, split);
}

/** Recipients that did not come again. */
function judgeLeft(view: TrialView, attempt: Attempt, open: readonly Recipient[], split: string): Finding {
  const [left] = open;
  const address = left?.address ?? '';
  const shown: readonly Shown[] = left === undefined ? [] : [left.exchange];
  const bounce = bounceOf(view, attempt, address);
  if (bounce !== null) return broken(`${split}, which it returned to the sender`, bounce.transaction.mail, ...shown);
  const report = reportNaming(view, attempt, address);
  if (report === 'bounced' || (report === 'refused' && view.client.role === 'mta')) {
    return broken(`${split}, which it reported as ${report}`, ...shown);
  }
  return stayedAway(view, `${split}; ${open.length} of these did not come again`, ...shown);
}

/** A queueing client that could have come again within the window has given them up; of any other it is not known. */
function stayedAway(view: TrialView, reason: string, ...shown: readonly Shown[]): Finding {
  const told = `${reason} ${windowText(view) ?? 'in a trial without a window'}`;
  return view.client.role === 'mta' && windowIsLong(view) ? broken(told, ...shown) : inconclusive(told, ...shown);
}

// --- rcpt-552-as-452 ---------------------------------------------------------------------------------------------

const rcpt552As452 = perTransaction('rcpt-552-as-452', (transaction, _dialogue, view) => {
  const over = overLimit(transaction, 552);
  const [first] = over;
  const attempt = attemptOf(view, transaction);
  if (first === undefined || attempt === null || storyOf(view, attempt) === null) return null;
  const taken = transaction.recipients.filter(({ reply, exchange }) => {
    return reply?.digit === 2 && exchange.index < first.exchange.index;
  }).length;
  // Below the number that every server takes, 552 is as likely about size (trap 8).
  if (taken < FEWEST_TAKEN)
    return notApplicable(`552 came after ${taken} recipients, which are not too many`, first.exchange);
  const split = `552 came for ${over.length} recipients after ${taken} had been taken`;
  const next = nextTry(view, attempt, first.address);
  if (next !== null)
    return pass(`${split}, and these were tried again after ${seconds(next.gapMs)}`, next.shown, first.exchange);
  const bounce = bounceOf(view, attempt, first.address);
  if (bounce !== null)
    return broken(`${split}, and it returned the mail for these`, bounce.transaction.mail, first.exchange);
  const report = reportNaming(view, attempt, first.address);
  if (report === 'bounced' || report === 'refused')
    return broken(`${split}, and it reported these as ${report}`, first.exchange);
  return stayedAway(view, `${split}, and these did not come again`, first.exchange);
});

export const rcptManyChecks: readonly Check[] = [rcptOneTransaction, rcpt452Split, rcpt552As452];
