// Times of a dialogue: how long the client waited for a reply and what ended the wait, how long it thought before it
// went on, and whether a held reply proves that it can wait. Used by checks. Milliseconds throughout.

import type { Dialogue, Exchange } from './dialogue';
import { isOffered } from './offer';

/** A reply held back this long leaves no doubt: whoever stays quiet until it comes does wait for replies. */
export const HELD_MS = 2000;

/** What was legally pipelined may cross a reply on the way: within this time after it, it still can have (traps 1 and 2). */
const IN_FLIGHT_MS = 50;

export interface Waiting {
  /** When it became the oldest unanswered exchange: for a pipelined one, when the reply before it had left (trap 7). */
  readonly sinceAt: number;
  readonly untilAt: number;
  readonly ms: number;
  /**
   * `reply`: it came. `talked-on`: the client sent something else first. `left`: it closed or reset first.
   * `server-ended`: we did. `record-end`: nothing happened until the record ended.
   */
  readonly by: 'reply' | 'talked-on' | 'left' | 'server-ended' | 'record-end';
}

interface WaitEnd {
  readonly seq: number;
  readonly at: number;
  readonly by: Waiting['by'];
}

/** How long the client waited for the reply to an exchange, and what ended that. */
export function waiting(dialogue: Dialogue, exchange: Exchange): Waiting {
  const { ending } = dialogue;
  const next = nextArrival(dialogue, exchange);
  const { reply } = exchange;
  const ends: readonly (WaitEnd | null)[] = [
    reply && { seq: reply.endedSeq, at: reply.endedAt, by: 'reply' },
    next && { seq: next.seq, at: next.at, by: 'talked-on' },
    ending.left && { seq: ending.left.seq, at: ending.left.at, by: 'left' },
    ending.closing && { seq: ending.closing.seq, at: ending.closing.at, by: 'server-ended' },
  ];
  const recordEnd: WaitEnd = { seq: Infinity, at: dialogue.endAt, by: 'record-end' };
  const first = ends.reduce<WaitEnd>((one, other) => (other !== null && other.seq < one.seq ? other : one), recordEnd);
  const sinceAt = sinceOf(exchange);
  const untilAt = Math.max(sinceAt, first.at);
  return { sinceAt, untilAt, ms: untilAt - sinceAt, by: first.by };
}

/** When it became the oldest unanswered one. */
function sinceOf({ lastAt, repliedBeforeAt }: Exchange): number {
  return Math.max(lastAt, repliedBeforeAt ?? 0);
}

/**
 * How long the client took to go on after the last reply it had to wait for.
 * @returns null when it did not wait, or when nothing had been answered before
 */
export function thinkMs(exchange: Exchange): number | null {
  const { repliedBeforeAt, outstanding, firstAt } = exchange;
  return outstanding.state === 'early' || repliedBeforeAt === null ? null : firstAt - repliedBeforeAt;
}

/**
 * Whether the client can have sent a command before it knew the reply before it, and was allowed to: the octets came
 * early, or so soon after the reply that they were under way, and PIPELINING covers them.
 */
export function crossedLegally(exchange: Exchange): boolean {
  const { outstanding } = exchange;
  if (outstanding.state === 'early') return outstanding.allowed;
  const think = thinkMs(exchange);
  return think !== null && think < IN_FLIGHT_MS && isOffered(exchange, 'PIPELINING');
}

/**
 * Whether an exchange proves that the client waits: its reply was held back `HELD_MS`, we were reading all the time, and
 * not one octet came. False proves nothing.
 */
export function stayedQuiet(dialogue: Dialogue, exchange: Exchange): boolean {
  const { reply } = exchange;
  // Most replies come at once, and then nothing else needs to be looked at.
  if (reply === null || reply.endedAt - sinceOf(exchange) < HELD_MS) return false;
  const { by, ms } = waiting(dialogue, exchange);
  if (by !== 'reply' || ms < HELD_MS) return false;
  const during = ({ seq }: { readonly seq: number }): boolean => seq > exchange.seq && seq < reply.endedSeq;
  const deaf = dialogue.steps.some((step) => step.step === 'deaf' && during(step));
  return !deaf && !dialogue.notes.some((note) => note.fact === 'reading-paused' && during(note));
}

/** The first octet behind the exchange's own. */
function nextArrival(dialogue: Dialogue, exchange: Exchange): { readonly seq: number; readonly at: number } | null {
  const next = dialogue.exchanges[exchange.index + 1];
  const untaken = dialogue.untaken.find(({ seq }) => seq >= exchange.lastSeq);
  if (next !== undefined && (untaken === undefined || next.firstSeq <= untaken.seq)) {
    return { seq: next.firstSeq, at: next.firstAt };
  }
  return untaken ?? null;
}
