// A clock that runs faster than the machine's: time-outs of minutes come in seconds, while real clients, which know nothing
// of it, take their own time. Used by field-traffic.ts.

import { systemClock, type Clock } from '../wire/clock';

/** @param factor how many times as fast */
export function fastClock(factor: number): Clock {
  const real = systemClock();
  const begin = Date.now();
  const now = (): number => real.now() * factor;
  return {
    origin: real.origin,
    now,
    date: () => new Date(begin + now()),
    alarm: (at, run) => real.alarm(at / factor, run),
  };
}
