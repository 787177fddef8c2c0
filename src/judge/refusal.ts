// Whether a refusal was taken for what it is: a permanent one is let be, a temporary one is tried again later. Findings for
// the checks of single codes, read off later attempts, bounces, reports and the window. A repeat after 5yz, and a bounce
// after the first 4yz, are judged in the first place by the checks of retries.

import type { Attempt } from './attempt';
import { broken, inconclusive, pass, referTo, type Shown, type TrialView } from './check';
import { bounceOf, nextTry, reportOf, storyOf, usualIntervalMs, windowIsLong, windowText } from './next-try';
import { seconds } from './sequel';
import type { Finding } from './verdict';

export interface Refusal {
  readonly attempt: Attempt;
  /** Null: the message as a whole was refused. */
  readonly recipient: string | null;
  /** What was done about it so far, for the reason: "after 552 it went on with RSET". */
  readonly kept: string;
  readonly shown: readonly Shown[];
}

export interface PermanentRefusal extends Refusal {
  /** The obligation that judges a repeat in the first place; null: the one that asks. */
  readonly primary: string | null;
  /** The window has to be twice the usual interval of the client. */
  readonly needsLongWindow?: boolean;
}

/** Whether what was refused for good was left alone. Offering it again breaks it. */
export function judgeGivenUp(view: TrialView, refusal: PermanentRefusal): Finding {
  const { attempt, recipient, kept, shown, primary, needsLongWindow = false } = refusal;
  const again = nextTry(view, attempt, recipient);
  if (again !== null) {
    const found = broken(`${kept}, and offered it again after ${seconds(again.gapMs)}`, again.shown, ...shown);
    return primary === null ? found : referTo(primary, found);
  }
  if (storyOf(view, attempt) === null) {
    return inconclusive(`${kept}, but which message it was cannot be told`, ...shown);
  }
  const bounce = bounceOf(view, attempt, recipient);
  if (bounce !== null) return pass(`${kept} and returned the mail to its sender`, bounce.transaction.mail, ...shown);
  if (view.client.role === 'submission') {
    return pass(`${kept} and did not offer it again; it has no queue to do so from`, ...shown);
  }
  const report = reportOf(view, attempt, recipient);
  if (report === 'refused' || report === 'bounced') return pass(`${kept} and reported the mail as ${report}`, ...shown);
  const within = windowText(view);
  if (within === null) return inconclusive(`${kept}, but the trial had no window in which to come again`, ...shown);
  if (needsLongWindow && !windowIsLong(view)) {
    const usual = seconds(2 * usualIntervalMs(view));
    return inconclusive(`${kept} and did not offer it again ${within}, which is less than ${usual}`, ...shown);
  }
  return pass(`${kept} and did not offer it again ${within}`, ...shown);
}

/** Whether what was refused for now is tried again. Giving it up breaks it; not coming back in time proves nothing. */
export function judgeTriedLater(view: TrialView, { attempt, recipient, kept, shown }: Refusal): Finding {
  const again = nextTry(view, attempt, recipient);
  if (again !== null) return pass(`${kept} and tried again after ${seconds(again.gapMs)}`, again.shown, ...shown);
  if (storyOf(view, attempt) === null) {
    return inconclusive(`${kept}, but which message it was cannot be told`, ...shown);
  }
  if (view.client.role === 'submission') return pass(`${kept}, and without a queue it owes no retry`, ...shown);
  const bounce = bounceOf(view, attempt, recipient);
  if (bounce !== null) {
    const found = broken(`${kept}, but returned the mail to its sender`, bounce.transaction.mail, ...shown);
    return referTo('retry-after-4yz', found);
  }
  const report = reportOf(view, attempt, recipient);
  if (report === 'refused' || report === 'bounced') {
    return referTo('retry-after-4yz', broken(`${kept}, but reported the mail as ${report}`, ...shown));
  }
  const within = windowText(view) ?? 'in a trial without a window';
  return inconclusive(`${kept}, but did not come again ${within}`, ...shown);
}
