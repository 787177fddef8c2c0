// The life of a process that the lab started: takes its job, says its words, and goes when it is told to or when the lab is no
// longer there. Used by server-process.ts and client-process.ts, each of which is started by path.

import { once } from 'node:events';
import { createInterface } from 'node:readline';

/**
 * Runs one job and ends this process.
 * @param run gets the job, a signal that fires when it is to stop, and a way to say words; when it has resolved, or thrown,
 *   the process ends
 */
export function takeJob(run: (job: unknown, told: AbortSignal, say: (word: object) => void) => Promise<void>): void {
  const told = new AbortController();
  const say = (word: object): void => {
    process.stdout.write(`${JSON.stringify(word)}\n`);
  };
  // Nobody listens any more: standard input has ended too, and that is what is acted on.
  process.stdout.on('error', () => undefined);
  const input = createInterface({ input: process.stdin });
  input.once('close', () => told.abort());
  once(input, 'line')
    .then(([line]: string[]) => run(JSON.parse(line ?? ''), told.signal, say))
    .catch((error: unknown) => say({ failed: error instanceof Error ? error.message : String(error) }))
    // A pipe is written synchronously on Linux, so nothing said is lost.
    .finally(() => process.exit());
}
