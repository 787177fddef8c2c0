// Who may talk now: the port's `accept:`, the policies `connections:` and `handlers:`, and the queue of those that wait.
// Pure bookkeeping by connection number: no sockets, no clock of its own. Used by whoever takes connections from the
// listener; the counts feed statistics. Refusing before accept (a closed port) is port-actor.ts.

import { plainAddress } from '../scenario/networks';
import type { Policies, PortConfig } from '../scenario/scenario';
import { NumberMap } from '../wire/number-map';

export interface AdmissionLimits {
  /** Sessions served at once; further connections are told nothing until one is free. Null: no limit. */
  readonly handlers: number | null;
  readonly connections: Policies['connections'];
  readonly accept: PortConfig['accept'];
}

/** The two refusals are said with a 421; `reset` is said with nothing. */
export type Admitted = 'serve' | 'wait' | 'too-many-connections' | 'rate-limited' | 'reset';

export interface AdmissionCounts {
  /** Being served. */
  readonly busy: number;
  readonly waiting: number;
  /** The most that were served at once. */
  readonly peak: number;
  /** Arrivals, refused ones too. */
  readonly total: number;
  readonly refused: number;
}

export interface Admission {
  /**
   * @param connection its number; one that is told to wait is named by `leave` or `change` when its turn comes
   * @param peer address
   * @param now ms
   */
  arrive(connection: number, peer: string, now: number): Admitted;
  /** A connection is gone, served or not. @returns those that are to be served from now on, first come first */
  leave(connection: number): readonly number[];
  /** New limits, e.g. from the console; nobody who is served is sent away. @returns as `leave` */
  change(limits: AdmissionLimits): readonly number[];
  readonly counts: AdmissionCounts;
}

/** Peers whose connections are remembered for a rate; beyond that the one longest known is forgotten. */
const MOST_PEERS = 100_000;

/**
 * Connections that are there = served or waiting. A limit that refuses counts those that are there; a limit that queues
 * counts those that are served. `accept:` speaks first: it is the operating system's side (Exim serving one at a time);
 * then the rate, then `connections:`, then the handlers.
 */
export function createAdmission(initial: AdmissionLimits): Admission {
  let limits = initial;
  const served = new NumberMap<string>();
  const waiting = new Map<number, string>();
  const there = peerCount();
  const servedOf = peerCount();
  const recent = new Map<string, readonly number[]>();
  let peak = 0;
  let total = 0;
  let refused = 0;

  const serve = (connection: number, peer: string): void => {
    served.set(connection, peer);
    servedOf.add(peer);
    peak = Math.max(peak, served.size);
  };

  const refusalFor = (peer: string, now: number): Exclude<Admitted, 'serve' | 'wait'> | null => {
    const { accept, connections } = limits;
    const present = served.size + waiting.size;
    if (accept.total !== null && total > accept.total) return 'reset';
    if (accept.excess !== 'queue' && isFull(present, accept.atOnce)) return saidAs(accept.excess);
    if (!withinRate(recent, connections.rate, peer, now)) return 'rate-limited';
    const crowded = isFull(present, connections.max) || isFull(there.of(peer), connections.perPeer);
    return connections.excess !== 'queue' && crowded ? saidAs(connections.excess) : null;
  };

  const mayServe = (peer: string): boolean => {
    const { connections } = limits;
    return (
      !allTaken(limits, served.size) &&
      !(connections.excess === 'queue' && isFull(servedOf.of(peer), connections.perPeer))
    );
  };

  const serveWaiting = (): readonly number[] => {
    const next: number[] = [];
    for (const [connection, peer] of waiting) {
      if (allTaken(limits, served.size)) break;
      if (!mayServe(peer)) continue;
      waiting.delete(connection);
      serve(connection, peer);
      next.push(connection);
    }
    return next;
  };

  return {
    arrive(connection, address, now) {
      const peer = plainAddress(address);
      total++;
      const refusal = refusalFor(peer, now);
      if (refusal !== null) {
        refused++;
        return refusal;
      }
      remember(recent, limits.connections.rate, peer, now);
      there.add(peer);
      if (mayServe(peer)) {
        serve(connection, peer);
        return 'serve';
      }
      waiting.set(connection, peer);
      return 'wait';
    },
    leave(connection) {
      const peer = served.get(connection) ?? waiting.get(connection);
      if (peer === undefined) return [];
      there.remove(peer);
      if (waiting.delete(connection)) return [];
      served.delete(connection);
      servedOf.remove(peer);
      return serveWaiting();
    },
    change(changed) {
      limits = changed;
      return serveWaiting();
    },
    get counts() {
      return { busy: served.size, waiting: waiting.size, peak, total, refused };
    },
  };
}

function isFull(count: number, limit: number | null): boolean {
  return limit !== null && count >= limit;
}

/** Whether nobody else can be served, whoever it is. */
function allTaken({ handlers, connections, accept }: AdmissionLimits, busy: number): boolean {
  return (
    isFull(busy, handlers) ||
    (accept.excess === 'queue' && isFull(busy, accept.atOnce)) ||
    (connections.excess === 'queue' && isFull(busy, connections.max))
  );
}

/** After accept a connection cannot be refused any more; a reset is what comes nearest. */
function saidAs(excess: '421' | 'refuse' | 'reset'): 'too-many-connections' | 'reset' {
  return excess === '421' ? 'too-many-connections' : 'reset';
}

// --- rate --------------------------------------------------------------------------------------------------------

type Rate = Policies['connections']['rate'];

function withinRate(recent: ReadonlyMap<string, readonly number[]>, rate: Rate, peer: string, now: number): boolean {
  if (rate === null || rate.events !== 'connections') return true;
  return (recent.get(peer) ?? []).filter((at) => at > now - rate.ms).length < rate.count;
}

/** Only what was let in counts, so that a client that keeps knocking gets in again when its time has come. */
function remember(recent: Map<string, readonly number[]>, rate: Rate, peer: string, now: number): void {
  if (rate === null || rate.events !== 'connections') return;
  const kept = (recent.get(peer) ?? []).filter((at) => at > now - rate.ms);
  recent.delete(peer);
  recent.set(peer, [...kept, now]);
  const oldest = recent.keys().next();
  if (recent.size > MOST_PEERS && oldest.done !== true) recent.delete(oldest.value);
}

// --- counting by peer --------------------------------------------------------------------------------------------

interface PeerCount {
  of(peer: string): number;
  add(peer: string): void;
  remove(peer: string): void;
}

function peerCount(): PeerCount {
  const counts = new Map<string, number>();
  const of = (peer: string): number => counts.get(peer) ?? 0;
  return {
    of,
    add: (peer) => void counts.set(peer, of(peer) + 1),
    remove(peer) {
      if (of(peer) > 1) counts.set(peer, of(peer) - 1);
      else counts.delete(peer);
    },
  };
}
