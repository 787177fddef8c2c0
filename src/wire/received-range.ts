// What a client said in a stretch of one layer, out of the events that have it. Used by packed-units.ts and trace.ts.

import type { Layer, TraceEvent } from './trace-event';

/**
 * @param events oldest first; those near the end are looked at only as far back as the stretch reaches
 * @param from offset in the layer; @param to behind the last octet
 * @returns parts of the events' own octets, in order; what was not kept is missing
 */
export function receivedRange(events: readonly TraceEvent[], layer: Layer, from: number, to: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let index = events.length - 1; index >= 0; index--) {
    const event = events[index];
    if (event?.type !== 'received' || event.layer !== layer) continue;
    if (event.offset + event.length <= from) break;
    if (event.octets === undefined || event.offset >= to) continue;
    pieces.unshift(event.octets.subarray(Math.max(0, from - event.offset), Math.min(event.length, to - event.offset)));
  }
  return pieces;
}
