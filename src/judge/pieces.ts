// A reply as it came out of a path: in how many pieces, and when the first and the last of them left. Used by the check of
// fragmented replies. Without a path, and inside TLS, where the wire has other octets, nothing is known of pieces.

import type { SentEvent } from '../wire/trace-event';
import type { Dialogue, Exchange, Reply } from './dialogue';
import { indexAfter } from './sequel';
import { wireOf } from './wire-sent';

export interface Pieces {
  readonly count: number;
  readonly first: { readonly seq: number; readonly at: number };
  readonly last: { readonly seq: number; readonly at: number };
}

/**
 * The pieces that a reply left the path in.
 * @returns null when it left in one, or was not through before the record ended, or cannot be followed
 */
export function piecesOf(dialogue: Dialogue, { secured }: Exchange, { event }: Reply): Pieces | null {
  if (secured) return null;
  const wire = wireOf(dialogue);
  const end = event.offset + event.length;
  const from = indexAfter(wire.length, (index) => endOf(wire[index]), event.offset);
  const to = indexAfter(wire.length, (index) => endOf(wire[index]), end - 1);
  const first = wire[from];
  const last = wire[to];
  return first === undefined || last === undefined || first === last ? null : { count: to - from + 1, first, last };
}

function endOf(event: SentEvent | undefined): number {
  return event === undefined ? Infinity : event.offset + event.length;
}
