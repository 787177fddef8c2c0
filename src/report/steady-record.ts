// A trial record with the ports that the machine happened to give replaced by steady ones, so that a report that is kept
// does not change from run to run for nothing. Used by the field report. Times stay as they were: they are results.

import type { Endpoint, TraceEvent, TraceRecord } from '../wire/trace-event';
import type { TrialRecord } from '../wire/trial-record';

/** Our servers count up from here, as does `serve`. */
const FIRST_SERVER_PORT = 2525;
/** The dynamic ports begin here (RFC 6335 6). */
const FIRST_CLIENT_PORT = 49_152;

/** The record with steady ports. Nothing else is changed, and nothing in the one that is given. */
export function steadyPorts(record: TrialRecord): TrialRecord {
  return { ...record, traces: record.traces.map(steadyTrace) };
}

function steadyTrace(trace: TraceRecord): TraceRecord {
  return { ...trace, events: trace.events.map((event) => steadyEvent(event, trace.connection)) };
}

function steadyEvent(event: TraceEvent, connection: number): TraceEvent {
  if (event.type !== 'connected') return event;
  const at = (endpoint: Endpoint, port: number): Endpoint => ({ ...endpoint, port });
  return {
    ...event,
    peer: at(event.peer, FIRST_CLIENT_PORT + connection),
    local: at(event.local, FIRST_SERVER_PORT + event.server),
  };
}
