// Attributes every session that ended with "0 message[s] received" to a cause. What the log says of a session decides at
// once; one without a word has to wait, since only what its host does next can explain it. Used by explain-log.ts.
// Nothing is evidence but what the log holds: what remains is "unknown". Memory is bounded everywhere.

import type { Confidence } from '../scenario/persona';
import type { CauseId } from './log-advice';
import type { LineMeaning } from './log-patterns';
import type { Session } from './log-sessions';
import { certaintyOf, causeOf, verdictOf } from './log-verdict';
import type { CauseOptions, Certainty } from './log-verdict';
import { TopCounts } from './top-counts';

/** A silent session whose cause is still open. */
export interface Pending {
  readonly host: string;
  readonly peer: string;
  readonly sender: string | null;
  readonly endedAt: number | null;
  settled: boolean;
}

/** When a host's silent sessions ended, as far as needed to see whether the intervals are even. */
interface Series {
  last: number | null;
  intervals: number;
  sum: number;
  squares: number;
}

export interface CauseCount {
  readonly certainty: Record<Certainty, number>;
  readonly hosts: TopCounts<null>;
}

export interface Causes {
  readonly options: CauseOptions;
  readonly counts: Map<CauseId, CauseCount>;
  /** In the order of their ends; settled ones are skipped, and those before `expired` are done with. */
  pending: Pending[];
  expired: number;
  readonly pendingOf: Map<string, Pending[]>;
  readonly pendingFrom: Map<string, Pending[]>;
  readonly silent: TopCounts<Series>;
  readonly delivering: Set<string>;
}

const MOST_PENDING = 20_000;
const MOST_HOSTS = 2048;
const MOST_DELIVERING = 50_000;
/** How far intervals may scatter round their mean (standard deviation over mean) to be called even. */
const EVEN = 0.25;
const VERY_EVEN = 0.1;

/** No session seen yet. */
export function newCauses(options: CauseOptions): Causes {
  return {
    options,
    counts: new Map(),
    pending: [],
    expired: 0,
    pendingOf: new Map(),
    pendingFrom: new Map(),
    silent: new TopCounts<Series>(MOST_HOSTS, () => ({ last: null, intervals: 0, sum: 0, squares: 0 })),
    delivering: new Set(),
  };
}

/** The counts of one cause. */
export function countOf(causes: Causes, cause: CauseId): CauseCount {
  const known = causes.counts.get(cause);
  if (known !== undefined) return known;
  const count: CauseCount = {
    certainty: { certain: 0, likely: 0, possible: 0 },
    hosts: new TopCounts(256, () => null),
  };
  causes.counts.set(cause, count);
  return count;
}

function settle(causes: Causes, cause: CauseId, certainty: Certainty, peer: string): void {
  const count = countOf(causes, cause);
  count.certainty[certainty] += 1;
  count.hosts.add(peer);
}

function enlist(map: Map<string, Pending[]>, key: string, pending: Pending): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [pending]);
  else list.push(pending);
}

function unlist(map: Map<string, Pending[]>, key: string, pending: Pending): void {
  const list = map.get(key);
  if (list === undefined) return;
  if (list.length <= 1) map.delete(key);
  else list.splice(list.indexOf(pending), 1);
}

function take(causes: Causes, pending: Pending): void {
  pending.settled = true;
  unlist(causes.pendingOf, pending.host, pending);
  if (pending.sender !== null) unlist(causes.pendingFrom, pending.sender, pending);
}

/** Settles what has waited long enough, or too much of it: nothing more can be learned. */
function expire(causes: Causes, now: number | null): void {
  for (; causes.expired < causes.pending.length; causes.expired += 1) {
    const pending = causes.pending[causes.expired];
    if (pending === undefined || pending.settled) continue;
    const waiting = causes.pending.length - causes.expired;
    const young = now === null || pending.endedAt === null || now - pending.endedAt <= causes.options.elsewhereSeconds;
    if (young && waiting <= MOST_PENDING) break;
    take(causes, pending);
    countSilent(causes, pending);
  }
  // Cut off only now and then, so that expiry stays cheap per session.
  if (causes.expired < 4096) return;
  causes.pending = causes.pending.slice(causes.expired);
  causes.expired = 0;
}

function countSilent(causes: Causes, pending: Pending): void {
  const { value } = causes.silent.add(pending.peer);
  if (value.last !== null && pending.endedAt !== null) {
    const interval = Math.abs(pending.endedAt - value.last);
    value.intervals += 1;
    value.sum += interval;
    value.squares += interval * interval;
  }
  value.last = pending.endedAt;
}

/** To be called at every connect: earlier silent sessions of the host now wait for what becomes of this one. */
export function sessionOpened(causes: Causes, session: Session): void {
  const waiting = causes.pendingOf.get(session.host);
  if (waiting === undefined || session.openedAt === null) return;
  const at = session.openedAt;
  const back = waiting.filter(({ endedAt }) => endedAt !== null && at - endedAt <= causes.options.returnSeconds);
  for (const pending of back) take(causes, pending);
  session.returning = back;
}

/** A host may be back before it is seen to have gone: who closes and connects at once is logged in either order. */
const OVERLAP_SECONDS = 5;
/** Sessions that one can be the return of in this way; the others wait like all that are silent. */
const MOST_OVERLAPPING = 16;

/** Whether one session began as the other, of the same host, ended. */
function followsAtOnce(later: Session, { openedAt, endedAt }: Session): boolean {
  if (later.openedAt === null || openedAt === null || endedAt === null) return false;
  return later.openedAt >= openedAt && endedAt - later.openedAt <= OVERLAP_SECONDS;
}

/**
 * To be called at every disconnect line.
 * @param newest the session of this host that is open and began last
 */
export function sessionEnded(causes: Causes, session: Session, newest: Session | null): void {
  const verdict = session.messages === 0 ? verdictOf(session, causes.options) : null;
  settleReturning(causes, session, session.messages > 0 ? 'delivered' : verdict === null ? 'silent' : 'explained');
  if (session.messages > 0) {
    if (causes.delivering.size < MOST_DELIVERING) causes.delivering.add(session.peer);
    return;
  }
  if (verdict !== null) settle(causes, verdict.cause, verdict.certainty, session.peer);
  else {
    const { host, peer, endedAt } = session;
    // The null sender is everybody's, and tells nothing.
    const sender = session.sender === '<>' ? null : session.sender;
    const pending: Pending = { host, peer, sender, endedAt, settled: false };
    if (newest !== null && newest.returning.length < MOST_OVERLAPPING && followsAtOnce(newest, session)) {
      newest.returning = [...newest.returning, pending];
      return;
    }
    causes.pending.push(pending);
    enlist(causes.pendingOf, host, pending);
    if (sender !== null) enlist(causes.pendingFrom, sender, pending);
  }
  expire(causes, session.endedAt);
}

/** To be called for a session that the log does not end. */
export function sessionLost(causes: Causes, session: Session): void {
  settleReturning(causes, session, 'silent');
}

function settleReturning(causes: Causes, session: Session, end: 'delivered' | 'explained' | 'silent'): void {
  for (const pending of session.returning) {
    if (end === 'silent') {
      countSilent(causes, pending);
      continue;
    }
    const away = (session.openedAt ?? 0) - (pending.endedAt ?? 0);
    const likely = end === 'delivered' && away >= 0 && away <= causes.options.returnSeconds / 4;
    settle(causes, 'fixup-or-fallback', likely ? 'likely' : 'possible', pending.peer);
  }
}

/** To be called at every Message line whose sender is known: the sender may have gone round by another host. */
export function messageFrom(causes: Causes, sender: string, host: string): void {
  const waiting = causes.pendingFrom.get(sender);
  if (waiting === undefined) return;
  for (const pending of waiting.filter((each) => each.host !== host)) {
    take(causes, pending);
    settle(causes, 'delivered-elsewhere', 'likely', pending.peer);
  }
}

/**
 * For evidence that comes just after its session's disconnect line, as happens when threads write the log.
 * @returns whether a session was found that it explains
 */
export function lateEvidence(
  causes: Causes,
  host: string,
  meaning: LineMeaning,
  confidence: Confidence,
  at: number | null,
): boolean {
  const cause = causeOf(meaning);
  const pending = causes.pendingOf.get(host)?.at(-1);
  if (cause === null || pending === undefined || at === null || pending.endedAt === null) return false;
  if (at - pending.endedAt > 5) return false;
  take(causes, pending);
  settle(causes, cause, certaintyOf(confidence), pending.peer);
  return true;
}

/** Settles all that still waits, and tells probes from what stays unknown. Called once, at the end of the log. */
export function finishCauses(causes: Causes): void {
  for (const pending of causes.pending) {
    if (pending.settled) continue;
    take(causes, pending);
    countSilent(causes, pending);
  }
  causes.pending = [];
  for (const { key, count, error, value } of causes.silent.top(Infinity)) {
    const own = count - error;
    const scatter = scatterOf(value);
    const probe = own >= causes.options.probeLeast && scatter < EVEN && !causes.delivering.has(key);
    const target = countOf(causes, probe ? 'probe' : 'unknown');
    target.certainty[probe && scatter < VERY_EVEN ? 'likely' : 'possible'] += own;
    if (own > 0) target.hosts.add(key, own);
  }
  // Hosts that fell out of the bounded table: explained by nothing, and no longer known by name.
  countOf(causes, 'unknown').certainty.possible += causes.silent.evicted;
}

function scatterOf({ intervals, sum, squares }: Series): number {
  const mean = sum / intervals;
  if (intervals < 2 || mean <= 0) return Infinity;
  return Math.sqrt(Math.max(0, squares / intervals - mean * mean)) / mean;
}
