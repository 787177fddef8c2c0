// The alarms of one connection, by name: setting one again moves it, and all go with the connection. There are two or three
// at most, and ten thousand connections that only wait: a list is looked through as fast as a map, and costs a tenth of it.

import type { Alarm, Clock } from '../wire/clock';

interface Named {
  readonly name: string;
  readonly alarm: Alarm;
}

const NONE: readonly Named[] = [];

export class Alarms {
  private readonly clock: Clock;
  private set = NONE;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  has(name: string): boolean {
    return this.set.some((named) => named.name === name);
  }

  /** @param at ms on the clock; `run` is never called earlier */
  at(name: string, at: number, run: () => void): void {
    this.cancel(name);
    const alarm = this.clock.alarm(at, () => {
      this.forget(name);
      run();
    });
    this.set = [...this.set, { name, alarm }];
  }

  cancel(name: string): void {
    for (const named of this.set) if (named.name === name) named.alarm.cancel();
    this.forget(name);
  }

  cancelAll(): void {
    for (const { alarm } of this.set) alarm.cancel();
    this.set = NONE;
  }

  private forget(name: string): void {
    if (this.has(name)) this.set = this.set.filter((named) => named.name !== name);
  }
}
