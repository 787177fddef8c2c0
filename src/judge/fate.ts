// What became of the mail after an attempt: tried again, returned to its sender, given up, delivered. Read off later
// attempts, bounces and what the client reported, whichever came first. Used by the checks that ask whether a reply was
// taken for final. Not here: absence; that nothing came within the window proves nothing.

import { sameAddress } from './attempt';
import type { Shown, TrialView } from './check';
import { attemptOf, bounceOf, nextTry, stillIn, storyOf, type NextTry } from './next-try';
import { seconds } from './sequel';
import type { Transaction } from './transactions';

export interface Fate {
  readonly became: 'delivered' | 'retried' | 'bounced' | 'refused' | 'deferred' | 'unknown';
  /** For a reason: "tried it again after 60 s". The subject is the client. */
  readonly how: string;
  readonly shown: readonly Shown[];
}

/**
 * The fate of one recipient of a transaction. What befell another one says nothing about it.
 * @param recipient null: of the message, for all that were not refused on the way
 */
export function fateOf(view: TrialView, transaction: Transaction, recipient: string | null): Fate {
  const attempt = attemptOf(view, transaction);
  const story = attempt === null ? null : storyOf(view, attempt);
  if (attempt === null || story === null) return { became: 'unknown', how: 'cannot be followed', shown: [] };

  const own = recipient === null ? stillIn(attempt) : [recipient];
  const again = firstOf(
    own.length === 0 ? [nextTry(view, attempt, null)] : own.map((one) => nextTry(view, attempt, one)),
  );
  const bounce = bounceOf(view, attempt, recipient)?.transaction.mail ?? null;
  // A bounce behind another attempt is about that one.
  if (bounce !== null && (again === null || bounce.seq < again.attempt.transaction.mail.seq)) {
    return { became: 'bounced', how: 'returned it to the sender', shown: [bounce] };
  }
  if (again !== null) {
    return {
      became: 'retried',
      how: `tried it again after ${seconds(again.gapMs)}`,
      shown: [again.attempt.transaction.mail],
    };
  }
  const isOwn = (address: string): boolean => own.length === 0 || own.some((one) => sameAddress(one, address));
  const said = story.reported.filter((outcome) => outcome.recipient === null || isOwn(outcome.recipient));
  const [first] = said;
  if (first === undefined || first.outcome === 'unknown' || said.some(({ outcome }) => outcome !== first.outcome)) {
    return { became: 'unknown', how: 'did not say what became of it', shown: [] };
  }
  const became = first.outcome === 'accepted' ? 'delivered' : first.outcome;
  return { became, how: `reported it as ${first.outcome}`, shown: [] };
}

function firstOf(tries: readonly (NextTry | null)[]): NextTry | null {
  return tries.reduce<NextTry | null>((one, other) => {
    if (one === null || other === null) return one ?? other;
    return other.attempt.transaction.mail.seq < one.attempt.transaction.mail.seq ? other : one;
  }, null);
}
