// What was still unanswered when each command's first octet came: the proof of talking early, and whether PIPELINING
// allowed it. Evidence is one-sided: early is proved by the order of events, waiting only where a reply was held back.
// Used by the dialogue; checks ask `exchange.outstanding`.

import type { EventName } from '../smtp/vocabulary';
import type { Draft, Exchange } from './dialogue';
import { isOffered } from './offer';

export interface Outstanding {
  /**
   * `none`: every reply due had left. `early`: octets came before the end of `first`'s reply.
   * `unanswered`: all replies had left, but the exchange right before never got one.
   */
  readonly state: 'none' | 'early' | 'unanswered';
  /** The oldest exchange that was not answered yet. */
  readonly first: Exchange | null;
  /** RFC 2920 allowed it: PIPELINING in force, and nothing outstanding that must end a group. True for `none`. */
  readonly allowed: boolean;
}

/**
 * Verbs that others may follow in one group (RFC 2920 3.1); mail data may begin the next group, so its final dot is one.
 * BDAT: RFC 3030 4.2. Everything else, extensions' verbs by default, ends a group.
 */
const WITHIN_GROUP: ReadonlySet<EventName> = new Set<EventName>(['MAIL', 'RCPT', 'RSET', 'end-of-data', 'BDAT']);

/** Sets `outstanding` and `repliedBeforeAt` of every exchange. Linear, because arrivals and replies are both in order. */
export function lineUpOutstanding(exchanges: readonly Draft<Exchange>[]): void {
  let first = 0;
  let lastGroupEnd = -1;
  let repliedAt: number | null = null;
  for (const exchange of exchanges) {
    const { index } = exchange;
    exchange.repliedBeforeAt = repliedAt;
    repliedAt = exchange.reply?.endedAt ?? repliedAt;
    while (first < index && answeredBefore(exchanges[first], exchange.firstSeq)) first += 1;
    const before = exchanges[index - 1];
    if (before !== undefined && !WITHIN_GROUP.has(before.verb)) lastGroupEnd = index - 1;
    const oldest = exchanges[first];
    if (first < index && oldest !== undefined) {
      const allowed = lastGroupEnd < first && isOffered(oldest, 'PIPELINING');
      exchange.outstanding = { state: 'early', first: oldest, allowed };
    } else if (before !== undefined && before.reply === null) {
      exchange.outstanding = { state: 'unanswered', first: before, allowed: false };
    }
  }
}

/** Also true for what never got an answer: it cannot be waited for by what comes after the next reply. */
function answeredBefore(exchange: Exchange | undefined, seq: number): boolean {
  return exchange === undefined || exchange.reply === null || exchange.reply.endedSeq <= seq;
}
