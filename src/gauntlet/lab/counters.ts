// What the kernels of client and router have counted since a moment. Used by each step, which asks before and behind it.

import type { Counted } from './lab-report';
import { countersOf } from './network';
import { countedBetween, SENT_AGAIN, TOO_BIG, UNREACHABLE_RECEIVED, type SnmpCounters } from './snmp';

export interface Counters {
  readonly client: SnmpCounters;
  readonly router: SnmpCounters;
}

/** @throws NetworkError */
export function readCounters(prefix: string): Counters {
  return { client: countersOf(prefix, 'client'), router: countersOf(prefix, 'router') };
}

/** What was counted between two readings of one lab. */
export function counted(before: Counters, after: Counters): Counted {
  return {
    tooBig: countedBetween(before.router, after.router, TOO_BIG),
    icmp: countedBetween(before.client, after.client, UNREACHABLE_RECEIVED),
    sentAgain: countedBetween(before.client, after.client, SENT_AGAIN),
  };
}
