// What a command that runs clients does when it is interrupted: it ends them in order, whoever asks, and however often. One
// Ctrl-C may arrive twice (npm passes on what its child has had already), and dying at the second would leave MTAs behind.

import { setMaxListeners } from 'node:events';
import { printError, terminalOf } from './terminal';

/** A terminal says SIGINT, a CI SIGTERM, a closed window SIGHUP. */
const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** An interrupt that follows the first one sooner than this is the same one, passed on. */
const SAME_MS = 1000;

export interface Interrupts {
  /** Aborted by the first. */
  readonly signal: AbortSignal;
  /** From here on an interrupt ends the process as usual. */
  readonly release: () => void;
}

/** From here on interrupts abort the signal; a later one is only answered. */
export function takeInterrupts(): Interrupts {
  const stop = new AbortController();
  // Each trial that runs listens, and so does its client: their number is no leak.
  setMaxListeners(Infinity, stop.signal);
  let firstAt = 0;
  const interrupt = (): void => {
    if (!stop.signal.aborted) {
      firstAt = performance.now();
      stop.abort();
    } else if (performance.now() - firstAt > SAME_MS) {
      // On a terminal the living line of the progress stands there, and "^C" behind it.
      const head = terminalOf(process.stderr).interactive ? '\r\x1b[K' : '';
      printError(`${head}stopping already: clients are being ended, and what is finished is reported`);
    }
  };
  for (const name of INTERRUPTS) process.on(name, interrupt);
  return {
    signal: stop.signal,
    release: () => {
      for (const name of INTERRUPTS) process.removeListener(name, interrupt);
    },
  };
}
