// What came after an attempt, recipient by recipient: the next try, a bounce, and what the client said became of it; and
// how much the absence of all this proves. Used by refusal.ts and by checks that follow single recipients.
// Indexed once per campaign. Not here: retries of a message as a whole and their pace (campaign.ts).

import type { ReportedOutcome } from '../wire/trial-record';
import type { Attempt, RecipientOutcome } from './attempt';
import type { Campaign, Story } from './campaign';
import type { Shown, TrialView } from './check';
import { givesBack } from './notification';
import { seconds } from './sequel';
import type { Transaction } from './transactions';

export interface NextTry {
  readonly attempt: Attempt;
  /** From the end of the attempt before. */
  readonly gapMs: number;
  /** What became of the recipient; null when asked for the message as a whole. */
  readonly outcome: RecipientOutcome | null;
  /** The command that offers it again: RCPT where it came so far, else MAIL. */
  readonly shown: Shown;
}

type Reported = Exclude<ReportedOutcome['outcome'], 'unknown'>;

/** What was reported of a submission: of the message, and by recipient in small letters. */
interface Reports {
  readonly all: ReadonlySet<ReportedOutcome['outcome']>;
  readonly ofMessage: ReadonlySet<ReportedOutcome['outcome']>;
  readonly of: ReadonlyMap<string, ReadonlySet<ReportedOutcome['outcome']>>;
}

type Offer = Omit<NextTry, 'gapMs'>;

interface Index {
  readonly attempts: ReadonlyMap<Transaction, Attempt>;
  readonly stories: ReadonlyMap<number, Story>;
  /** Per attempt, by recipient in small letters: where it is offered next. */
  readonly next: ReadonlyMap<Attempt, ReadonlyMap<string, Offer>>;
  /** Per attempt: the next one at the same submission, whoever it is for. */
  readonly following: ReadonlyMap<Attempt, Attempt>;
  readonly reports: ReadonlyMap<Story, Reports>;
  readonly longestGapMs: number | null;
}

const INDICES = new WeakMap<Campaign, Index>();

/** The attempt that a transaction is; null for a transaction of another campaign. */
export function attemptOf(view: TrialView, transaction: Transaction): Attempt | null {
  return indexOf(view.campaign).attempts.get(transaction) ?? null;
}

/** The submission that an attempt carries, with all that happened to it; null when it cannot be told. */
export function storyOf(view: TrialView, attempt: Attempt): Story | null {
  return attempt.submission === null ? null : (indexOf(view.campaign).stories.get(attempt.submission) ?? null);
}

/**
 * The next attempt for a recipient of an attempt.
 * @param recipient null: for the message, whichever recipients it names
 */
export function nextTry(view: TrialView, attempt: Attempt, recipient: string | null): NextTry | null {
  const { next, following } = indexOf(view.campaign);
  const offer =
    recipient === null ? wholeOffer(following.get(attempt)) : next.get(attempt)?.get(recipient.toLowerCase());
  return offer == null ? null : { ...offer, gapMs: Math.max(0, offer.attempt.startedAt - attempt.endedAt) };
}

function wholeOffer(attempt: Attempt | undefined): Offer | null {
  return attempt === undefined ? null : { attempt, outcome: null, shown: attempt.transaction.mail };
}

/**
 * The bounce that followed; of several recipients, one that gives this one back.
 * @param recipient null: the message, for those that the attempt was still about
 */
export function bounceOf(view: TrialView, attempt: Attempt, recipient: string | null): Attempt | null {
  const story = storyOf(view, attempt);
  if (story === null) return null;
  const own = recipient === null ? stillIn(attempt) : [recipient];
  const isAll = own.length === 0 || own.length >= story.submission.to.length;
  const bounce = story.bounces.find((later) => {
    if (later.transaction.mail.firstSeq < attempt.transaction.mail.seq) return false;
    return isAll || own.some((address) => givesBack(later, address));
  });
  return bounce ?? null;
}

/** The recipients that were not refused on the way; all that it named, when every one was. */
export function stillIn({ recipients }: Attempt): readonly string[] {
  const left = recipients.filter(({ stage }) => stage !== 'rcpt');
  return (left.length === 0 ? recipients : left).map(({ recipient }) => recipient);
}

/** What the client said became of it; null when it said nothing, does not know, or said various things of a message. */
export function reportOf(view: TrialView, attempt: Attempt, recipient: string | null): Reported | null {
  const story = storyOf(view, attempt);
  const reports = story === null ? undefined : indexOf(view.campaign).reports.get(story);
  if (story === null || reports === undefined) return null;
  // Of a message for one recipient, whatever is said is said of it.
  const every = recipient === null || story.submission.to.length === 1;
  const own = every ? reports.all : reports.of.get(recipient.toLowerCase());
  return only(own ?? reports.ofMessage);
}

/** The same, but only what names the recipient: a word on the message as a whole mixes them all. */
export function reportNaming(view: TrialView, attempt: Attempt, recipient: string): Reported | null {
  const story = storyOf(view, attempt);
  const reports = story === null ? undefined : indexOf(view.campaign).reports.get(story);
  return only(reports?.of.get(recipient.toLowerCase()) ?? new Set());
}

function only(outcomes: ReadonlySet<ReportedOutcome['outcome']>): Reported | null {
  const [outcome = 'unknown'] = outcomes;
  return outcomes.size !== 1 || outcome === 'unknown' ? null : outcome;
}

// --- absence -----------------------------------------------------------------------------------------------------

/**
 * Says that nothing came, with the window (trap 12).
 * @returns null when the trial was cut short, or had no window: then absence proves nothing
 */
export function windowText(view: TrialView): string | null {
  const { end } = view.record;
  if (end === 'interrupted' || end === 'client-crashed' || view.windowMs <= 0) return null;
  return `within the window of ${seconds(view.windowMs)}`;
}

/** RFC 5321 4.5.4.1: what a client does when nothing is known about it. */
const ORDINARY_INTERVAL_MS = 30 * 60_000;

/** The longest pause between two attempts that the client has shown in this trial, ms; the RFC's when it showed none. */
export function usualIntervalMs(view: TrialView): number {
  return indexOf(view.campaign).longestGapMs ?? ORDINARY_INTERVAL_MS * view.record.timeScale;
}

/** Whether the window is so long that a client which retries at all would have done so. */
export function windowIsLong(view: TrialView): boolean {
  if (windowText(view) === null) return false;
  // A client that can be asked to retry was told to do so within the window.
  return view.client.capabilities.includes('retries') || view.windowMs >= 2 * usualIntervalMs(view);
}

// --- the index ---------------------------------------------------------------------------------------------------

function indexOf(campaign: Campaign): Index {
  const known = INDICES.get(campaign);
  if (known !== undefined) return known;
  const next = new Map<Attempt, ReadonlyMap<string, Offer>>();
  const following = new Map<Attempt, Attempt>();
  for (const { attempts } of campaign.stories) linkAttempts(attempts, next, following);
  const gaps = campaign.stories.flatMap(({ retries }) =>
    retries.filter(({ sameConnection }) => !sameConnection).map(({ gapMs }) => gapMs),
  );
  const index: Index = {
    attempts: new Map(campaign.attempts.map((attempt) => [attempt.transaction, attempt])),
    stories: new Map(campaign.stories.map((story) => [story.submission.id, story])),
    next,
    following,
    reports: new Map(campaign.stories.map((story) => [story, reportsOf(story)])),
    longestGapMs: gaps.length === 0 ? null : gaps.reduce((one, other) => Math.max(one, other)),
  };
  INDICES.set(campaign, index);
  return index;
}

/** Backwards, so that each recipient's next offer is the one seen last. */
function linkAttempts(
  attempts: readonly Attempt[],
  next: Map<Attempt, ReadonlyMap<string, Offer>>,
  following: Map<Attempt, Attempt>,
): void {
  const seen = new Map<string, Offer>();
  let later: Attempt | null = null;
  for (const attempt of attempts.toReversed()) {
    const { transaction, recipients } = attempt;
    const offers = recipients.map((outcome, position): [string, Offer] => [
      outcome.recipient.toLowerCase(),
      { attempt, outcome, shown: transaction.recipients[position]?.exchange ?? transaction.mail },
    ]);
    const links = offers.flatMap(([key]) => {
      const offer = seen.get(key);
      return offer === undefined ? [] : [[key, offer] as const];
    });
    next.set(attempt, new Map(links));
    for (const [key, offer] of offers) seen.set(key, offer);
    if (later !== null) following.set(attempt, later);
    later = attempt;
  }
}

function reportsOf({ reported }: Story): Reports {
  const all = new Set<ReportedOutcome['outcome']>();
  const ofMessage = new Set<ReportedOutcome['outcome']>();
  const of = new Map<string, Set<ReportedOutcome['outcome']>>();
  for (const { recipient, outcome } of reported) {
    all.add(outcome);
    if (recipient === null) ofMessage.add(outcome);
    else of.set(recipient.toLowerCase(), (of.get(recipient.toLowerCase()) ?? new Set()).add(outcome));
  }
  return { all, ofMessage, of };
}
