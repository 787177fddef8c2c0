// Whether a reply of ours ever came out of the path: a box that closes or resets the connection keeps it for itself, and
// the client's end looks as if it had left by itself. Used by the checks of leaving and of lost replies.

import type { SentEvent } from '../wire/trace-event';
import type { Dialogue, Reply } from './dialogue';

/** Whether a path swallowed a reply: nothing was sent on the wire between the reply and the client's end. */
export function isLostOnPath({ record, ending }: Dialogue, reply: Reply): boolean {
  const sent = record.events.filter((event): event is SentEvent => event.type === 'sent' && event.layer === 'wire');
  const leftSeq = ending.left?.seq ?? Infinity;
  return sent.length > 0 && !sent.some(({ seq }) => seq > reply.seq && seq < leftSeq);
}
