// What a client sent in the plain layer, found by offset: looking through all events of a long connection for each of its
// messages would cost their product. Used by attempt.ts, reading.ts and mail-octets.ts. Keeps nothing beyond the record it was made from.

import type { ReceivedEvent, TraceEvent } from '../wire/trace-event';

interface Reads {
  /** Events there were when they were picked out: the record of an open connection grows. */
  readonly events: number;
  readonly list: readonly ReceivedEvent[];
}

const known = new WeakMap<readonly TraceEvent[], Reads>();

/** The plain reads, in order, from the first one that ends behind an offset. */
export function* readsFrom(events: readonly TraceEvent[], offset: number): Generator<ReceivedEvent> {
  const reads = plainReads(events);
  for (let i = firstEndingBehind(reads, offset); ; i++) {
    const read = reads[i];
    if (read === undefined) return;
    yield read;
  }
}

function plainReads(events: readonly TraceEvent[]): readonly ReceivedEvent[] {
  const before = known.get(events);
  if (before?.events === events.length) return before.list;
  const list = events.filter(
    (event): event is ReceivedEvent => event.type === 'received' && event.layer === 'plain' && event.length > 0,
  );
  known.set(events, { events: events.length, list });
  return list;
}

/** Index of the first one that ends behind the offset, by halving: offsets only grow. */
function firstEndingBehind(reads: readonly ReceivedEvent[], offset: number): number {
  let from = 0;
  let to = reads.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    const read = reads[middle];
    if (read !== undefined && read.offset + read.length <= offset) from = middle + 1;
    else to = middle;
  }
  return from;
}
