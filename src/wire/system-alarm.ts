// Alarms by Node's timers. One that is minutes off stands in a list that is looked through now and then, and gets a timer when
// it comes near: idle time-outs, of which each connection has one, hardly ever ring, and making a timer and taking it back
// costs more than a command. Used by clock.ts.

import type { Alarm } from './clock';

/** Ms from now: what is further off has no timer of its own. */
const FAR_MS = 60_000;
/** Between two looks; what is far at one of them is not due before the next, though that come late. */
const LOOK_MS = 20_000;

/** The alarms of one clock. */
export class SystemAlarms {
  private readonly now: () => number;
  private readonly far: SystemAlarm[] = [];
  private looking: NodeJS.Timeout | null = null;

  /** @param now ms on the clock */
  constructor(now: () => number) {
    this.now = now;
  }

  /** Calls `run` once `now() >= at`, never earlier. */
  add(at: number, run: () => void): Alarm {
    const alarm = new SystemAlarm(this, at, run);
    const left = at - this.now();
    if (left <= FAR_MS) alarm.arm(left);
    else this.putFar(alarm);
    return alarm;
  }

  ring(alarm: SystemAlarm): void {
    const left = alarm.at - this.now();
    // Node's timers may come early.
    if (left > 0) alarm.arm(left);
    else alarm.run();
  }

  takeFar(alarm: SystemAlarm): void {
    const { far } = this;
    const last = far.pop();
    if (last === undefined || last === alarm) {
      // A list of none keeps no process alive.
      if (far.length === 0) this.looking?.unref();
      return;
    }
    last.place = alarm.place;
    far[alarm.place] = last;
  }

  private putFar(alarm: SystemAlarm): void {
    alarm.place = this.far.push(alarm) - 1;
    if (this.looking === null) this.looking = setTimeout(look, LOOK_MS, this);
    else if (this.far.length === 1) this.looking.ref();
  }

  look(): void {
    this.looking = null;
    const soon = this.now() + FAR_MS;
    // From behind: whoever is taken out is replaced by the last one, which has been looked at.
    for (let place = this.far.length - 1; place >= 0; place--) {
      const alarm = this.far[place];
      if (alarm === undefined || alarm.at > soon) continue;
      this.takeFar(alarm);
      alarm.place = -1;
      alarm.arm(alarm.at - this.now());
    }
    if (this.far.length > 0) this.looking = setTimeout(look, LOOK_MS, this);
  }
}

class SystemAlarm implements Alarm {
  readonly at: number;
  readonly run: () => void;
  /** In the list of those that are far off; -1 outside it. */
  place = -1;
  private readonly alarms: SystemAlarms;
  private timer: NodeJS.Timeout | null = null;

  constructor(alarms: SystemAlarms, at: number, run: () => void) {
    this.alarms = alarms;
    this.at = at;
    this.run = run;
  }

  arm(ms: number): void {
    this.timer = setTimeout(ring, Math.max(0, Math.ceil(ms)), this);
  }

  cancel(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    if (this.place >= 0) this.alarms.takeFar(this);
    this.place = -1;
  }

  ring(): void {
    this.alarms.ring(this);
  }
}

function look(alarms: SystemAlarms): void {
  alarms.look();
}

function ring(alarm: SystemAlarm): void {
  alarm.ring();
}
