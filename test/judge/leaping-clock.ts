// Time that leaps over what is only waited for. Clients and servers of a trial talk over real sockets; when nothing is on its
// way between them any more, the clock goes to the next alarm at once. A queue that comes back for six days is played in a
// second, and every figure on the record is what it would have been. Used by rehearsal.ts.

import { performance } from 'node:perf_hooks';
import { virtualClock, type Clock, type VirtualClock } from '../../src/wire/clock';

/** Looked for so often without a word from the kernel: what is written to loopback is there in microseconds. */
const STILL_TURNS = 4;
/** From look to look. The event loop sleeps meanwhile, unless there is something to do. */
const TURN_MS = 1;
/** Work on other threads, whose end is no word on a socket. */
const ELSEWHERE = /^(?:FSReq|GetAddrInfo|TCPConnectWrap|.*Request$|.*Job$)/;

/** All trials that are played now: the event loop is one, so that they are still together. */
const clocks = new Set<VirtualClock>();
let watching = false;

/**
 * Plays something on a clock of its own that leaps.
 * @param play must wait for nothing but its sockets, its files and its clock
 */
export async function leaping<Value>(play: (clock: Clock) => Promise<Value>): Promise<Value> {
  const clock = virtualClock();
  clocks.add(clock);
  if (!watching) watch();
  try {
    return await play(clock);
  } finally {
    clocks.delete(clock);
  }
}

function watch(): void {
  let seen = -1;
  let still = 0;
  const turn = (): void => {
    watching = clocks.size > 0;
    if (!watching) return;
    const { events } = performance.nodeTiming.uvMetricsInfo;
    still = events === seen ? still + 1 : 0;
    seen = events;
    if (still >= STILL_TURNS && nothingElsewhere()) {
      still = 0;
      for (const clock of clocks) leap(clock);
    }
    setTimeout(turn, TURN_MS);
  };
  watching = true;
  turn();
}

function nothingElsewhere(): boolean {
  return !process.getActiveResourcesInfo().some((name) => ELSEWHERE.test(name));
}

function leap(clock: VirtualClock): void {
  const at = clock.nextAlarmAt();
  if (at !== null) clock.advance(Math.max(0, at - clock.now()));
}
