// Time, as it is passed in to everything that needs it: milliseconds from one origin, never the date.
// The system clock is monotonic and re-arms timers that Node fires early; tests use the virtual clock beside it.
// Not here: wall-clock dates in replies (those come from `Clock.date`).

import { performance } from 'node:perf_hooks';

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
  return {
    origin: origin.toString(),
    now,
    date: () => new Date(),
    alarm: (at, run) => new SystemAlarm(now, at, run),
  };
}

/** One object beside Node's timer: ten thousand connections that wait have one or two of them each. */
class SystemAlarm implements Alarm {
  private readonly now: () => number;
  private readonly at: number;
  private readonly run: () => void;
  private timer: NodeJS.Timeout;

  constructor(now: () => number, at: number, run: () => void) {
    this.now = now;
    this.at = at;
    this.run = run;
    this.timer = this.arm();
  }

  cancel(): void {
    clearTimeout(this.timer);
  }

  private arm(): NodeJS.Timeout {
    return setTimeout(ring, Math.max(0, Math.ceil(this.at - this.now())), this);
  }

  /** For `ring`: Node's timers may come early. */
  ring(): void {
    if (this.now() >= this.at) this.run();
    else this.timer = this.arm();
  }
}

function ring(alarm: SystemAlarm): void {
  alarm.ring();
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
