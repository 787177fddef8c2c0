// How long a client put up with silence: the span, its end, and the verdict against a minimum and a cap (traps 7 and 18).
// Used by the checks of timeouts and of the greeting. Times are those of the record; thresholds are scaled with it.

import { broken, inconclusive, pass, warned, type TrialView } from './check';
import type { Dialogue, Exchange, Reply } from './dialogue';
import { farewellOf } from './farewell';
import { isOffered } from './offer';
import { indexAfter, leaving, seconds, untakenLines } from './sequel';
import type { Evidence, Finding } from './verdict';

/** "A timeout mechanism" that has not fired by now is none: no text gives the figure, so it is ours. */
export const CAP_MS = 900_000;

/** A group is sent in one go: what follows within this time was not sent for want of a reply. */
const GROUP_MS = 2000;

/** A client that is gone sooner than this never waited for a greeting: it only tried the port. */
export const PROBE_MS = 1000;

/** Ended by us sooner than this, a silence was no trial of patience. */
export const SHORTEST_TRIAL_MS = 10_000;

export interface Silence {
  readonly ms: number;
  /** `left`: it closed, reset or said QUIT. `talked-on`: it said something else. `ended`: we did, or the record. */
  readonly by: 'reply' | 'left' | 'talked-on' | 'ended';
  /** The QUIT, when it said one. */
  readonly quit: Exchange | Evidence | null;
  /** What ended it. */
  readonly shown: Exchange | Evidence;
}

interface Word {
  readonly quit: boolean;
  readonly seq: number;
  readonly at: number;
  readonly shown: Exchange | Evidence;
}

/** The silence after an exchange, from when it was the oldest unanswered one; what it was grouped with does not end it. */
export function silenceAfter(view: TrialView, dialogue: Dialogue, exchange: Exchange): Silence {
  const { reply } = exchange;
  const sinceAt = Math.max(exchange.lastAt, exchange.repliedBeforeAt ?? 0);
  const silence = (at: number, by: Silence['by'], shown: Silence['shown'], quit: Silence['quit'] = null): Silence => ({
    ms: Math.max(0, at - sinceAt),
    by,
    quit,
    shown,
  });
  const { left } = dialogue.ending;
  const word = nextWord(dialogue, exchange);
  const isGone = left !== null && hasLeft(view, dialogue) && !mayListenOn(dialogue, exchange);
  const leftSeq = isGone ? left.seq : Infinity;
  const endedSeq = replyEnd(reply);
  if (word !== null && word.seq < Math.min(endedSeq, leftSeq)) {
    return silence(word.at, word.quit ? 'left' : 'talked-on', word.shown, word.quit ? word.shown : null);
  }
  if (left !== null && leftSeq < endedSeq) return silence(left.at, 'left', leaving(dialogue));
  if (reply !== null && endedSeq < Infinity) return silence(reply.endedAt, 'reply', exchange);
  return silence(endOf(dialogue), 'ended', exchange);
}

/** Whether the client left of its own accord, before we did; one that was stopped with the trial did not (stopped.ts). */
export function hasLeft(_view: TrialView, { ending }: Dialogue): boolean {
  return ending.left !== null && ending.first === 'client';
}

/**
 * Whether a FIN may be half a close by a client that goes on reading: it had sent QUIT along with its group, and has
 * nothing more to say (RFC 2920 3.1). Only a reset, or a write of ours that failed, would show that it is gone.
 */
function mayListenOn(dialogue: Dialogue, exchange: Exchange): boolean {
  const { left, reset, writeFailed } = dialogue.ending;
  if (left?.what !== 'fin' || reset !== null || writeFailed !== null || !isOffered(exchange, 'PIPELINING'))
    return false;
  const quit = farewellOf(dialogue);
  return quit !== null && quit.seq < left.seq && quit.at <= exchange.lastAt + GROUP_MS;
}

/** When the connection came to its end, whoever ended it. */
export function endOf({ ending, endAt }: Dialogue): number {
  return Math.min(ending.left?.at ?? endAt, ending.closing?.at ?? endAt);
}

/** When the last octet of a reply had left; never, for a dribbled one whose last octet is not on the record. */
export function replyEnd(reply: Reply | null): number {
  if (reply === null) return Infinity;
  return reply.event.dribbled === true && reply.endedSeq === reply.seq ? Infinity : reply.endedSeq;
}

/** The first words of the client behind the group that an exchange belongs to. */
function nextWord(dialogue: Dialogue, exchange: Exchange): Word | null {
  const { exchanges, untaken } = dialogue;
  const grouped = isOffered(exchange, 'PIPELINING') ? exchange.lastAt + GROUP_MS : -1;
  const behindGroup = indexAfter(exchanges.length, (index) => exchanges[index]?.firstAt ?? Infinity, grouped);
  const next = exchanges[Math.max(exchange.index + 1, behindGroup)];
  const read = untaken[indexAfter(untaken.length, (index) => untaken[index]?.at ?? Infinity, grouped)];
  const [line] = untakenLines(dialogue, Math.max(exchange.lastSeq, (read?.seq ?? Infinity) - 1), 1);
  if (next !== undefined && (line === undefined || next.firstSeq <= line.seq)) {
    return { quit: next.verb === 'QUIT', seq: next.firstSeq, at: next.firstAt, shown: next };
  }
  return line === undefined ? null : { quit: line.verb === 'QUIT', seq: line.seq, at: line.at, shown: line.shown };
}

export interface Limits {
  /** Leaving before it is too early. */
  readonly leastMs: number;
  /** As the text has it, for the reason. */
  readonly asked: string;
  /** A reply that came this late, and was waited for, proves the patience. */
  readonly lateMs: number;
  /** Breaking the minimum breaks no MUST, whatever the level of the obligation. */
  readonly earlyIsWarned?: boolean;
}

/**
 * Holds a silence against its limits.
 * @returns null when it was no trial of patience, and for a dribbled reply: its octets may restart a client's clock
 */
export function judgeSilence(
  view: TrialView,
  dialogue: Dialogue,
  exchange: Exchange,
  what: string,
  limits: Limits,
): Finding | null {
  if (exchange.reply?.event.dribbled === true) return null;
  const scale = view.record.timeScale;
  const { ms, by, shown } = silenceAfter(view, dialogue, exchange);
  const waited = `it waited ${seconds(ms)} for ${what}`;
  const cap = CAP_MS * scale;
  switch (by) {
    case 'talked-on':
      return null;
    case 'reply':
      return ms < limits.lateMs * scale ? null : pass(`${waited}, which then came`, shown);
    case 'left': {
      if (ms > cap) return broken(`${waited}, beyond our cap of ${seconds(cap)}`, shown, exchange);
      if (ms >= limits.leastMs * scale) return pass(`${waited} and left`, shown, exchange);
      const early = `it left after ${seconds(ms)} without ${what}, and ${limits.asked}`;
      return limits.earlyIsWarned === true ? warned(early, shown, exchange) : broken(early, shown, exchange);
    }
    case 'ended':
      if (ms >= cap) return broken(`${waited} and was still there at our cap of ${seconds(cap)}`, shown);
      if (ms < SHORTEST_TRIAL_MS * scale) return null;
      return inconclusive(`${waited}, and then we stopped waiting`, shown);
  }
}
