// What must not come again: a message that was refused for good, here or at another server (RFC 5321 4.2.1), and one that
// was accepted (4.2.5, 6.1). A refusal of the final dot is dot-5yz-no-retry's, a fault of a single code the code's own.
// Absence is proved by a bounce, by the client's word, or by a window that has passed (trap 12).

import type { Attempt, RecipientOutcome } from '../attempt';
import type { Story } from '../campaign';
import { broken, inconclusive, pass, perTrial, referTo, type Check, type TrialView } from '../check';
import { bounceOf, nextTry, reportOf, windowText, type NextTry } from '../next-try';
import { quote } from '../quote';
import { isOtherTry, span, wasMisled } from '../retry-series';
import { knowsSeveralServers } from '../several-servers';
import type { Finding } from '../verdict';

/** Refusals that ask for something else first: the right order, TLS, AUTH (RFC 5321 4.2.3, RFC 3207 4, RFC 4954 6). */
const ASKING: ReadonlySet<number> = new Set([503, 530, 534, 538]);

interface Refused {
  readonly attempt: Attempt;
  readonly outcome: RecipientOutcome;
}

/** The first refusal of each recipient at these stages. */
function refusedIn(story: Story, stages: readonly RecipientOutcome['stage'][]): readonly Refused[] {
  const seen = new Set<string>();
  return story.attempts.flatMap((attempt) =>
    attempt.recipients.flatMap((outcome) => {
      const key = outcome.recipient.toLowerCase();
      if (outcome.result !== 'refused' || !stages.includes(outcome.stage) || seen.has(key)) return [];
      seen.add(key);
      return [{ attempt, outcome }];
    }),
  );
}

const noRetryAfter5yz = perTrial('no-retry-after-5yz', (view) =>
  view.campaign.stories.flatMap((story) =>
    refusedIn(story, ['mail', 'rcpt', 'data'])
      .filter(({ outcome }) => !ASKING.has(outcome.reply?.code ?? 0))
      .flatMap((refused) => judgeRepeat(view, refused) ?? []),
  ),
);

function judgeRepeat(view: TrialView, { attempt, outcome }: Refused): Finding | null {
  const { recipient, reply, stage } = outcome;
  const refused = `<${quote(recipient)}> was refused with ${reply?.code ?? 'a 5yz'}`;
  const shown = reply === null ? [] : [reply];
  const again = nextTry(view, attempt, recipient);
  if (again === null) return judgeSilence(view, attempt, outcome);
  if (isOtherTry(again.attempt, attempt, outcome)) return null;
  const elsewhere = again.attempt.server !== attempt.server;
  const where = elsewhere ? ' at another server' : '';
  const reason = `${refused} and was offered again${where} after ${span(again.gapMs)}`;
  if (wasMisled(view, attempt, outcome)) {
    return inconclusive(`${reason}, but a fault of ours had spoilt the first attempt`, again.shown, ...shown);
  }
  const found = broken(reason, again.shown, ...shown);
  const carried = elsewhere && stage !== 'mail' && again.outcome?.result === 'accepted';
  return carried ? referTo('mx-5yz-no-shopping', found) : found;
}

function judgeSilence(view: TrialView, attempt: Attempt, { recipient, reply }: RecipientOutcome): Finding {
  const refused = `<${quote(recipient)}> was refused with ${reply?.code ?? 'a 5yz'}`;
  const shown = reply === null ? [] : [reply];
  const bounce = bounceOf(view, attempt, recipient);
  if (bounce !== null) return pass(`${refused} and returned to its sender`, bounce.transaction.mail, ...shown);
  const report = reportOf(view, attempt, recipient);
  if (report === 'refused' || report === 'bounced') return pass(`${refused} and reported as ${report}`, ...shown);
  if (report === 'deferred') {
    return inconclusive(`${refused}, but the client reported it as deferred: it may come again`, ...shown);
  }
  const within = windowText(view);
  if (within === null) return inconclusive(`${refused}, and the trial had no window for it to come again`, ...shown);
  return pass(`${refused} and did not come again ${within}`, ...shown);
}

const mx5yzNoShopping = perTrial('mx-5yz-no-shopping', (view) => {
  if (!knowsSeveralServers(view)) return null;
  return view.campaign.stories.flatMap((story) =>
    refusedIn(story, ['rcpt', 'data', 'end-of-data'])
      .filter(({ outcome }) => !ASKING.has(outcome.reply?.code ?? 0))
      .map((refused) => judgeShopping(view, refused)),
  );
});

function judgeShopping(view: TrialView, { attempt, outcome }: Refused): Finding {
  const { recipient, reply, stage } = outcome;
  const refused = `<${quote(recipient)}> was refused with ${reply?.code ?? 'a 5yz'}`;
  const shown = reply === null ? [] : [reply];
  const again = firstElsewhere(view, attempt, recipient);
  if (again === null) {
    const within = windowText(view);
    if (within === null) return inconclusive(`${refused}, and the trial had no window to carry it elsewhere`, ...shown);
    return pass(`${refused} and was carried to no other server ${within}`, ...shown);
  }
  if (wasMisled(view, attempt, outcome)) {
    const reason = `${refused}, in a session that a fault of ours had spoilt, and then carried to another server`;
    return inconclusive(reason, again.shown, ...shown);
  }
  if (again.outcome?.result === 'accepted') {
    return broken(`${refused} and delivered at another server after ${span(again.gapMs)}`, again.shown, ...shown);
  }
  const found = broken(`${refused} and offered to another server, which did not take it`, again.shown, ...shown);
  return referTo(stage === 'end-of-data' ? 'dot-5yz-no-retry' : 'no-retry-after-5yz', found);
}

function firstElsewhere(view: TrialView, refused: Attempt, recipient: string): NextTry | null {
  let next = nextTry(view, refused, recipient);
  while (next !== null && next.attempt.server === refused.server) next = nextTry(view, next.attempt, recipient);
  return next;
}

const singleCopyNoDup = perTrial('single-copy-no-dup', (view) =>
  view.campaign.stories.flatMap((story) => {
    const [accepted] = story.attempts.filter(({ result }) => result === 'accepted');
    if (accepted === undefined) return [];
    if (story.repeats.length > 0) return story.repeats.map((repeat) => judgeCopy(view, repeat));
    const { dot } = accepted.transaction;
    const shown = dot === null ? [] : [dot];
    const within = windowText(view);
    if (within === null)
      return [inconclusive('it was accepted, but the trial had no window for a second copy', ...shown)];
    return [pass(`what was accepted did not come again ${within}`, ...shown)];
  }),
);

function judgeCopy(view: TrialView, { recipient, first, again, duplicate }: Story['repeats'][number]): Finding {
  const { final } = first.transaction;
  const rcpt = again.transaction.recipients.find(({ address }) => address === recipient)?.exchange;
  const shown = [rcpt ?? again.transaction.mail, ...(final === null ? [] : [final])];
  const what = duplicate ? 'got the message a second time' : 'was offered the message again';
  const reason = `<${quote(recipient)}> ${what} ${span(Math.max(0, again.startedAt - first.endedAt))} after our ${final?.code ?? 250}`;
  const outcome = first.recipients.find((known) => known.recipient === recipient) ?? first.recipients[0];
  if (outcome !== undefined && wasMisled(view, first, outcome)) {
    return inconclusive(`${reason}, but a fault of ours had spoilt the first attempt`, ...shown);
  }
  // "We wrote 250" is not "it read 250" (trap 4).
  if (!first.acknowledged)
    return inconclusive(`${reason}, but nothing shows that this had reached the client`, ...shown);
  return broken(reason, ...shown);
}

export const repeatChecks: readonly Check[] = [noRetryAfter5yz, mx5yzNoShopping, singleCopyNoDup];
