// Rules on `content` and the size limit that is held during the transfer: thresholds over the raw octets of one message
// (semantics A6). The shell counts and stops exactly there; this says where.

import type { CompiledRule } from './compile';
import { sizeLimitOf } from './offered';
import { indexFor } from './selection';
import type { Turn } from './turn';

/** Not even the threshold 0 has been passed. */
export const NONE_YET = -1;
/** The line with the final dot, which is no part of the message (RFC 1870 3). */
const DOT_LINE_OCTETS = 3;

/** Rules whose threshold is exactly here, in order. */
export function contentRulesAt(turn: Turn, octets: number): readonly CompiledRule[] {
  return indexFor(turn).content.filter(({ rule }) => (rule.after ?? 0) === octets);
}

/** Whether the size policy speaks up at this count. */
export function sizeTripsAt(turn: Turn, octets: number): boolean {
  return sizeThreshold(turn) === octets;
}

/** Mail data begins, or goes on with one more chunk: the first threshold may be 0, right behind the 354. */
export function contentBegins(turn: Turn, passed = NONE_YET): void {
  turn.session.contentThreshold = nextThreshold(turn, passed);
}

/** The next count at which the shell has to ask, or null. */
export function nextThreshold(turn: Turn, passed: number): number | null {
  const size = sizeThreshold(turn);
  let next = size !== null && size > passed ? size : Infinity;
  for (const { rule } of indexFor(turn).content) {
    const after = rule.after ?? 0;
    if (after > passed && after < next) next = after;
  }
  return next === Infinity ? null : next;
}

/**
 * The first count that a message within the limit cannot reach. Stuffed dots count, since nobody has looked at them yet.
 * A chunk is answered when it is in, so its size is held against the limit there.
 */
function sizeThreshold({ compiled, session }: Turn): number | null {
  if (compiled.server.policies.size.when !== 'during' || session.mode === 'bdat') return null;
  const limit = sizeLimitOf(compiled, session);
  return limit === null ? null : limit + DOT_LINE_OCTETS;
}
