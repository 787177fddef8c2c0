// Octets that were read and never became a command, a SASL response or mail data: what came behind QUIT, into a mute
// session, or was discarded. Used by the dialogue. Not here: what they mean.

import type { TraceEvent } from '../wire/trace-event';

/** A run of such octets within one read. */
export interface Untaken {
  /** The `received` event that brought them. */
  readonly seq: number;
  readonly at: number;
  /** In the plain layer. */
  readonly offset: number;
  /** Empty when the trace did not keep them. */
  readonly octets: Buffer;
  readonly length: number;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Subtracts every unit from every read of the plain layer.
 * @param events of one connection, in order: reads and units both come in order of their offsets
 */
export function collectUntaken(events: readonly TraceEvent[]): readonly Untaken[] {
  const units = unitSpans(events);
  const untaken: Untaken[] = [];
  let next = 0;
  for (const event of events) {
    if (event.type !== 'received' || event.layer !== 'plain') continue;
    const end = event.offset + event.length;
    let from = event.offset;
    while (from < end) {
      while (next < units.length && (units[next]?.to ?? 0) <= from) next += 1;
      const unit = units[next];
      const to = Math.min(end, Math.max(from, unit?.from ?? end));
      if (to > from) {
        const octets = event.octets?.subarray(from - event.offset, to - event.offset) ?? Buffer.alloc(0);
        untaken.push({ seq: event.seq, at: event.at, offset: from, octets, length: to - from });
      }
      from = Math.max(to, Math.min(end, unit?.to ?? end));
    }
  }
  return untaken;
}

function unitSpans(events: readonly TraceEvent[]): readonly Span[] {
  const spans: Span[] = [];
  let commandEnd = 0;
  for (const event of events) {
    if (event.type === 'command') {
      commandEnd = event.offset + event.length;
      spans.push({ from: event.offset, to: commandEnd });
    } else if (event.type === 'chunk') spans.push({ from: commandEnd, to: commandEnd + event.received });
    else if (event.type === 'message' && event.via === 'DATA') {
      spans.push({ from: event.offset, to: event.offset + event.length });
    }
  }
  return spans;
}
