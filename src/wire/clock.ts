// Time, as it is passed in to everything that needs it: milliseconds from one origin, never the date.
// The system clock is monotonic, and its alarms are system-alarm.ts; tests use the virtual clock beside it.
// Not here: wall-clock dates in replies (those come from `Clock.date`).

import { performance } from 'node:perf_hooks';
import { SystemAlarms } from './system-alarm';

/** A scheduled call that can be taken back. */
export interface Alarm {
  cancel(): void;
}

/** Time as everything here sees it: handed in, so that tests can make it pass. */
export interface Clock {
  /** Where zero is: CLOCK_MONOTONIC in nanoseconds as a decimal string, comparable between processes of one machine. */
  readonly origin: string;
  /** Milliseconds since the origin, with microseconds behind the point. Never goes back. */
  now(): number;
  /** The wall-clock date, for texts only. */
  date(): Date;
  /** Calls `run` once `now() >= at`. Never earlier: Node timers may fire up to 1 ms early, so this re-arms until due. */
  alarm(at: number, run: () => void): Alarm;
}

/**
 * The clock of the running machine.
 * @returns a clock whose origin is the moment of the call
 */
export function systemClock(): Clock {
  const origin = process.hrtime.bigint();
  const base = performance.now();
  const now = (): number => Math.round((performance.now() - base) * 1000) / 1000;
  const alarms = new SystemAlarms(now);
  return {
    origin: origin.toString(),
    now,
    date: () => new Date(),
    alarm: (at, run) => alarms.add(at, run),
  };
}

/** A clock that stands still until it is told to go on. */
export interface VirtualClock extends Clock {
  /** Lets `ms` go by, running every alarm that comes due on the way, in order of time. */
  advance(ms: number): void;
  /** The moment of the earliest alarm, or null. */
  nextAlarmAt(): number | null;
}

/**
 * A clock for tests and simulations.
 * @param date the wall-clock date at the origin
 */
export function virtualClock(date: Date = new Date('2004-02-18T09:52:07Z')): VirtualClock {
  let time = 0;
  let order = 0;
  const alarms = new Map<number, { at: number; run: () => void }>();

  const earliest = (): number | null => {
    let found: number | null = null;
    for (const [id, alarm] of alarms) {
      if (found === null || alarm.at < (alarms.get(found)?.at ?? Infinity)) found = id;
    }
    return found;
  };

  return {
    origin: '0',
    now: () => time,
    date: () => new Date(date.getTime() + time),
    alarm(at, run) {
      const id = order++;
      alarms.set(id, { at, run });
      return { cancel: () => void alarms.delete(id) };
    },
    nextAlarmAt() {
      const id = earliest();
      return id === null ? null : (alarms.get(id)?.at ?? null);
    },
    advance(ms) {
      const until = time + ms;
      for (;;) {
        const id = earliest();
        const alarm = id === null ? undefined : alarms.get(id);
        if (id === null || alarm === undefined || alarm.at > until) break;
        alarms.delete(id);
        time = Math.max(time, alarm.at);
        alarm.run();
      }
      time = until;
    },
  };
}
