// The Domino log that recorded connections amount to: every trace's lines, in the order in which things happened. Used where
// there is no living server: by `explain-log` on trial records and by the score of docs/explain-log.md.

import type { TraceRecord } from '../wire/trace-event';
import { logLines, NEW_LOG, type LogState } from './log';
import type { LogOptions } from './log-line';

export interface TimedLine {
  /** On the clock of the record, ms. */
  readonly at: number;
  readonly line: string;
}

/** @param traces of one server: their events share a sequence */
export function logOfTraces(traces: readonly TraceRecord[], options: LogOptions): readonly TimedLine[] {
  const states = new Map<number, LogState>();
  return traces
    .flatMap(({ connection, events }) => events.map((event) => ({ connection, event })))
    .sort((one, other) => one.event.seq - other.event.seq)
    .flatMap(({ connection, event }) => {
      const { state, lines } = logLines(states.get(connection) ?? NEW_LOG, event, options);
      states.set(connection, state);
      return lines.map((line) => ({ at: event.at, line }));
    });
}
