// Whether a reply of ours ever came out of the path: a box that closes or resets the connection keeps it for itself, and
// the client's end looks as if it had left by itself. Used by the checks of leaving and of lost replies.

import type { TraceRecord } from '../wire/trace-event';
import type { Dialogue, Reply } from './dialogue';

const LAST_SENT = new WeakMap<TraceRecord, number | null>();

/**
 * Whether a path swallowed a reply: nothing was sent on the wire behind it, until the end of the record. Not only until
 * the client's FIN: that may be half a close, by a client that goes on reading.
 */
export function isLostOnPath({ record }: Pick<Dialogue, 'record'>, reply: Reply): boolean {
  const known = LAST_SENT.get(record);
  const last = known === undefined ? lastSentOnWire(record) : known;
  LAST_SENT.set(record, last);
  return last !== null && last < reply.seq;
}

/** @returns its seq; null without a path */
function lastSentOnWire({ events }: TraceRecord): number | null {
  return events.findLast((event) => event.type === 'sent' && event.layer === 'wire')?.seq ?? null;
}
