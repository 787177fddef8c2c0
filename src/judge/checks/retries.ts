// When a deferred message is tried again: not at once, not before half an hour is over, at growing intervals, and for days
// (RFC 5321 4.5.4.1). A pace that the client was told to keep is no pace of its own (retry-series.ts).
// The next server, HELO after EHLO, clear text after failed TLS and split recipients are no repeats (trap 6).

import { nextTry, reportOf, bounceOf, windowText } from '../next-try';
import type { Attempt } from '../attempt';
import type { Story } from '../campaign';
import { broken, inconclusive, pass, perTrial, referTo, type Check, type Shown, type TrialView } from '../check';
import { mailDataOf } from '../mail-octets';
import { quote } from '../quote';
import { isOwnPace, returnsOf, setPaceMs, span, wasMisled, type Return } from '../retry-series';
import type { Finding } from '../verdict';

const MINUTE_MS = 60_000;
const HALF_HOUR_MS = 30 * MINUTE_MS;
const FOUR_DAYS_MS = 4 * 24 * 60 * MINUTE_MS;
const FEWEST_GAPS = 3;

/** What a return is judged by; the offending MAIL first. */
function shownOf({ attempt, had }: Return): readonly Shown[] {
  return [attempt.transaction.mail, ...(had.reply === null ? [] : [had.reply])];
}

function notItsOwn(view: TrialView, gapMs: number): string {
  const pace = span(setPaceMs(view.windowMs));
  return `it came back after ${span(gapMs)}, but for a window of ${span(view.windowMs)} it is told to do so after ${pace}`;
}

const retryNotImmediate = perTrial('retry-not-immediate', (view) =>
  view.campaign.stories.flatMap((story) => returnsOf(story).map((found) => judgeDelay(view, found))),
);

function judgeDelay(view: TrialView, found: Return): Finding {
  const { previous, had, gapMs } = found;
  const shown = shownOf(found);
  const after = `it came back to the same address after ${span(gapMs)}`;
  if (gapMs >= MINUTE_MS * view.record.timeScale) return pass(after, ...shown);
  if (!isOwnPace(view, gapMs)) return inconclusive(notItsOwn(view, gapMs), ...shown);
  if (had.result === 'unknown') {
    return inconclusive(`${after}, but no reply of ours had decided the attempt before`, ...shown);
  }
  if (wasMisled(view, previous, had)) {
    return inconclusive(`${after}, but a fault of ours had spoilt the attempt before`, ...shown);
  }
  return broken(`${after}, without a delay after ${had.reply?.code ?? 'the failure'}`, ...shown);
}

const retryInterval30min = perTrial('retry-interval-30min', (view) =>
  view.campaign.stories.flatMap((story) =>
    returnsOf(story)
      .filter(({ had }) => had.result === 'deferred')
      .map((found) => judgeInterval(view, found)),
  ),
);

function judgeInterval(view: TrialView, found: Return): Finding {
  const { previous, had, gapMs } = found;
  const { timeScale } = view.record;
  const shown = shownOf(found);
  if (gapMs >= HALF_HOUR_MS * timeScale) return pass(`it left ${span(gapMs)} between two attempts`, ...shown);
  if (!isOwnPace(view, gapMs)) return inconclusive(notItsOwn(view, gapMs), ...shown);
  const short = `it left ${span(gapMs)} between two attempts, which is less than ${span(HALF_HOUR_MS * timeScale)}`;
  if (wasMisled(view, previous, had)) {
    return inconclusive(`${short}, but a fault of ours had spoilt the first`, ...shown);
  }
  // Coming back at once has an obligation of its own.
  return gapMs < MINUTE_MS * timeScale
    ? referTo('retry-not-immediate', broken(short, ...shown))
    : broken(short, ...shown);
}

const retryBackoff = perTrial('retry-backoff', (view) =>
  view.campaign.stories.flatMap((story) => {
    const returns = returnsOf(story).filter(({ had }) => had.result === 'deferred');
    return returns.length === 0 ? [] : [judgeGrowth(view, returns)];
  }),
);

function judgeGrowth(view: TrialView, returns: readonly Return[]): Finding {
  const last = returns.at(-1);
  const shown = last === undefined ? [] : [last.attempt.transaction.mail];
  if (returns.length < FEWEST_GAPS) {
    const gaps = returns.length === 1 ? 'one gap' : `${returns.length} gaps`;
    return inconclusive(`${gaps} came within the window of ${span(view.windowMs)}, too few to see them grow`, ...shown);
  }
  const third = Math.floor(returns.length / 3);
  const first = median(returns.slice(0, third));
  const final = median(returns.slice(-third));
  const medians = `from ${span(first)} to ${span(final)} in ${returns.length} gaps`;
  if (final > first) return pass(`the median gap grew ${medians}`, ...shown);
  if (!isOwnPace(view, final)) return inconclusive(notItsOwn(view, final), ...shown);
  const found = broken(`the median gap went ${medians}`, ...shown);
  const atOnce = returns.every(({ gapMs }) => gapMs < MINUTE_MS * view.record.timeScale);
  return atOnce ? referTo('retry-not-immediate', found) : found;
}

function median(returns: readonly Return[]): number {
  const gaps = returns.map(({ gapMs }) => gapMs).sort((one, other) => one - other);
  return gaps[Math.floor((gaps.length - 1) / 2)] ?? 0;
}

// --- giving up ---------------------------------------------------------------------------------------------------

const retryGivesUp = perTrial('retry-gives-up-4-5d', (view) =>
  view.campaign.stories.flatMap((story) => {
    const first = story.attempts[0];
    const last = story.attempts.findLast(({ result }) => result === 'deferred');
    // Whoever took it, or refused it, in the end has ended the trying.
    if (first === undefined || last === undefined || last !== story.attempts.at(-1)) return [];
    return [judgeGivingUp(view, story, first, last)];
  }),
);

function judgeGivingUp(view: TrialView, story: Story, first: Attempt, last: Attempt): Finding {
  const least = FOUR_DAYS_MS * view.record.timeScale;
  const tried = last.startedAt - first.startedAt;
  const { mail } = last.transaction;
  if (tried >= least) return pass(`it was still trying after ${span(tried)}`, mail);
  const given = givenUp(view, last);
  if (given !== null) {
    const reason = `it gave up ${span(given.at - first.startedAt)} after the first attempt`;
    const found = broken(reason, ...given.shown, mail);
    return story.attempts.length === 1 ? referTo('retry-after-4yz', found) : found;
  }
  const window = windowText(view) ?? 'in a trial that was cut short';
  return inconclusive(
    `it had not given up after ${span(tried)} of trying ${window}, nor shown that it never would`,
    mail,
  );
}

/** A bounce that is no delay notice, or the client's own word. */
function givenUp(view: TrialView, last: Attempt): { readonly at: number; readonly shown: readonly Shown[] } | null {
  const bounce = finalBounce(view, last, null);
  if (bounce !== null) return { at: bounce.startedAt, shown: [bounce.transaction.mail] };
  const report = view.client.role === 'mta' ? reportOf(view, last, null) : null;
  return report === 'bounced' || report === 'refused' ? { at: view.record.endedAt, shown: [] } : null;
}

/**
 * The bounce that ended an attempt; a notice of mere delay (RFC 3464 2.3.3) ends nothing, and one whose text is not on
 * record may be one.
 */
function finalBounce(view: TrialView, attempt: Attempt, recipient: string | null): Attempt | null {
  const bounce = bounceOf(view, attempt, recipient);
  if (bounce === null) return null;
  const text = mailDataOf(bounce.dialogue, bounce.transaction)?.content.toString('latin1');
  return text === undefined || /^Action:[ \t]*delayed\b/im.test(text) ? null : bounce;
}

// --- coming back at all ------------------------------------------------------------------------------------------

const retryAfter4yz = perTrial('retry-after-4yz', (view) =>
  view.campaign.stories.flatMap((story) => {
    const seen = new Set<string>();
    return story.attempts.flatMap((attempt) =>
      attempt.recipients.flatMap((outcome) => {
        const key = outcome.recipient.toLowerCase();
        if (outcome.result !== 'deferred' || seen.has(key) || wasMisled(view, attempt, outcome)) return [];
        seen.add(key);
        return [judgeQueueing(view, attempt, outcome)];
      }),
    );
  }),
);

function judgeQueueing(view: TrialView, attempt: Attempt, outcome: Attempt['recipients'][number]): Finding {
  const { recipient, reply } = outcome;
  const deferred = `<${quote(recipient)}> was deferred with ${reply?.code ?? 'a 4yz'}`;
  const shown = reply === null ? [] : [reply];
  const again = nextTry(view, attempt, recipient);
  if (again !== null) return pass(`${deferred} and came again after ${span(again.gapMs)}`, again.shown, ...shown);
  const bounce = finalBounce(view, attempt, recipient);
  if (bounce !== null) {
    return broken(`${deferred} and returned to its sender at once`, bounce.transaction.mail, ...shown);
  }
  // What exits with an error may be no queueing client at all, unless it says that it is one.
  const report = view.client.role === 'mta' ? reportOf(view, attempt, recipient) : null;
  if (report === 'bounced' || report === 'refused') {
    return broken(`${deferred}, and the client reported it as ${report} without another attempt`, ...shown);
  }
  const within = windowText(view) ?? 'in a trial that was cut short';
  return inconclusive(`${deferred} and did not come again ${within}`, ...shown);
}

export const retryChecks: readonly Check[] = [
  retryAfter4yz,
  retryNotImmediate,
  retryInterval30min,
  retryBackoff,
  retryGivesUp,
];
