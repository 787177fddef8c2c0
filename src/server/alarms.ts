// The alarms of one connection, by name: setting one again moves it, and all go with the connection.

import type { Alarm, Clock } from '../wire/clock';

export class Alarms {
  private readonly clock: Clock;
  private readonly set = new Map<string, Alarm>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  has(name: string): boolean {
    return this.set.has(name);
  }

  /** @param at ms on the clock; `run` is never called earlier */
  at(name: string, at: number, run: () => void): void {
    this.set.get(name)?.cancel();
    this.set.set(
      name,
      this.clock.alarm(at, () => {
        this.set.delete(name);
        run();
      }),
    );
  }

  cancel(name: string): void {
    this.set.get(name)?.cancel();
    this.set.delete(name);
  }

  cancelAll(): void {
    for (const alarm of this.set.values()) alarm.cancel();
    this.set.clear();
  }
}
