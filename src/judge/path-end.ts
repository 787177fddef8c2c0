// Whether a reply of ours ever came out of the path: a box that closes or resets the connection keeps it for itself, and
// the client's end looks as if it had left by itself. Used by the checks of leaving and of lost replies.

import type { TraceRecord } from '../wire/trace-event';
import type { Dialogue, Reply } from './dialogue';

interface LastSent {
  /** Events there were when it was looked for: the record of an open connection grows. */
  readonly events: number;
  /** Null without a path. */
  readonly seq: number | null;
}

const KNOWN = new WeakMap<TraceRecord, LastSent>();

/**
 * Whether a path swallowed a reply: nothing was sent on the wire behind it, until the end of the record. Not only until
 * the client's FIN: that may be half a close, by a client that goes on reading.
 */
export function isLostOnPath({ record }: Pick<Dialogue, 'record'>, reply: Reply): boolean {
  const { seq } = lastSentOnWire(record);
  return seq !== null && seq < reply.seq;
}

/** Looked for once: it is asked for each message of a long connection. */
function lastSentOnWire(record: TraceRecord): LastSent {
  const { events } = record;
  const before = KNOWN.get(record);
  if (before?.events === events.length) return before;
  const last = events.findLast((event) => event.type === 'sent' && event.layer === 'wire');
  const found = { events: events.length, seq: last?.seq ?? null };
  KNOWN.set(record, found);
  return found;
}
