// Waiting for what a client does, with a bound, and saying what did come when it is over. For tests: no polling, no sleeps;
// every change of the records wakes those who wait.

import type { Clock } from '../wire/clock';

/** Something did not happen in time, or did although it should not. The message says what came instead. */
export class WaitError extends Error {
  override readonly name = 'WaitError';
}

export interface Bound {
  /** Default 4000. Below jest's own 5 s, so that the failure says what came. */
  readonly timeoutMs?: number;
  /** Aborted: nobody waits any longer, and the promise is rejected. */
  readonly signal?: AbortSignal;
}

export const DEFAULT_TIMEOUT_MS = 4000;

interface Waiter {
  check(): void;
}

/** Those who wait for the next change. */
export class WaitingRoom {
  private readonly clock: Clock;
  private readonly waiters = new Set<Waiter>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Something changed: everyone looks again. */
  changed(): void {
    for (const waiter of this.waiters) waiter.check();
  }

  /**
   * @param look gives the value once it is there, else undefined; called at once and after each change
   * @param describe what was waited for and what came, for the error
   * @throws WaitError when the time is over
   */
  until<Value>(
    look: () => Value | undefined,
    describe: () => string,
    { timeoutMs = DEFAULT_TIMEOUT_MS, signal }: Bound,
  ): Promise<Value> {
    const there = look();
    if (there !== undefined) return Promise.resolve(there);
    return new Promise((resolve, reject) => {
      const giveUp = (why: string): void => {
        leave();
        reject(new WaitError(`${describe()} (${why})`));
      };
      const alarm = this.clock.alarm(this.clock.now() + timeoutMs, () => giveUp(`waited ${timeoutMs} ms`));
      const onAbort = (): void => giveUp('waiting was given up');
      const leave = (): void => {
        this.waiters.delete(waiter);
        alarm.cancel();
        signal?.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter = {
        check: () => {
          const value = look();
          if (value === undefined) return;
          leave();
          resolve(value);
        },
      };
      this.waiters.add(waiter);
      if (signal?.aborted === true) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /**
   * Proves absence for a while.
   * @param look gives a description of what should not be there once it is
   * @throws WaitError as soon as it is
   */
  never(look: () => string | undefined, ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const alarm = this.clock.alarm(this.clock.now() + ms, () => {
        this.waiters.delete(waiter);
        resolve();
      });
      const waiter: Waiter = {
        check: () => {
          const found = look();
          if (found === undefined) return;
          this.waiters.delete(waiter);
          alarm.cancel();
          reject(new WaitError(found));
        },
      };
      this.waiters.add(waiter);
      waiter.check();
    });
  }
}
