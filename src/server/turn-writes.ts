// Replies of one turn of the event loop leave together, when all that was read in it has been answered: a client with many
// connections is then woken once for all of them, not once for each, which in a virtual machine is the dearest part of a
// write (docs/performance.md). Nothing waits longer than that turn. Used by transport.ts.

// Not the global one: a test that pretends the time, of which jest makes setImmediate a part, still wants its replies.
import { setImmediate } from 'node:timers';

/** Who has something to write. */
export interface Writer {
  flush(): void;
}

/** With so many the first would wait too long for the last. */
const MOST_WAITING = 64;

let waiting: Writer[] = [];

/** To be called once a turn by each of them. */
export function flushAtTurnsEnd(writer: Writer): void {
  const count = waiting.push(writer);
  if (count === 1) setImmediate(flushAll);
  else if (count === MOST_WAITING) flushAll();
}

function flushAll(): void {
  const writers = waiting;
  waiting = [];
  for (const writer of writers) writer.flush();
}
