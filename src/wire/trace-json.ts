// A trace as JSON Lines: a header, one event per line, a trailer with what the bound let go (docs/trial-record.md).
// Used by trial-record-file.ts, and by whoever reads a single trace. Opens no files, and does not ask whether the story
// makes sense: that is the judge's matter.

import { RecordError, isObject, objectOf, ownField, parseJson, refuseOtherVersion, refuseUnless, count } from './guard';
import { latin1 } from './octets';
import type { TraceEvent, TraceRecord } from './trace-event';
import { EVENT_GUARDS, isEventType } from './trace-guard';
import type { WrittenEvent } from './trace-guard';

/** Raised when a field or word changes its meaning or goes away; new fields and new event types do not raise it. */
export const TRACE_SCHEMA_VERSION = 1;

// --- writing -----------------------------------------------------------------------------------------------------

/** The first line of a trace file. Like all lines here, without its line end. */
export function writeTraceHeader(connection: number, server: number): string {
  return JSON.stringify({ trace: TRACE_SCHEMA_VERSION, connection, server });
}

/** One event as one line of JSON; octets as latin1 text. */
export function writeTraceLine(event: TraceEvent): string {
  if ((event.type === 'received' || event.type === 'sent') && event.octets !== undefined) {
    return JSON.stringify({ ...event, octets: event.octets.toString('latin1') });
  }
  return JSON.stringify(event);
}

/** The last line: what the bound on the trace let go. A file without it belongs to a server that did not get that far. */
export function writeTraceTrailer(dropped: TraceRecord['dropped']): string {
  return JSON.stringify({ dropped });
}

/** The lines of a whole trace file, in order. */
export function* writeTrace(record: TraceRecord): Generator<string, void, undefined> {
  yield writeTraceHeader(record.connection, record.server);
  for (const event of record.events) yield writeTraceLine(event);
  yield writeTraceTrailer(record.dropped);
}

// --- reading -----------------------------------------------------------------------------------------------------

export interface TraceReading {
  readonly record: TraceRecord;
  /** The file ends in the middle of a line, as one does that was being written: that line is left out. */
  readonly torn: boolean;
  /** What a reader should know and can live with, each beginning with file:line. */
  readonly problems: readonly string[];
}

/**
 * Reads a trace file.
 * @param content of the whole file; a Buffer is taken as UTF-8
 * @param name for messages
 * @throws RecordError for a file that is no trace, one of another version, and a line that is not as it should be.
 *   A torn last line and an event type of a newer writer are no errors: the reading says so.
 */
export function readTrace(content: string | Buffer, name: string): TraceReading {
  const { lines, torn } = linesOf(typeof content === 'string' ? content : content.toString('utf8'));
  const [first, ...rest] = lines;
  if (first === undefined) {
    throw new RecordError(name, null, torn ? 'not even its first line is whole' : 'is empty, so it is no trace');
  }
  const header = readHeader(first, name);
  const events: TraceEvent[] = [];
  const problems: string[] = [];
  let dropped: TraceRecord['dropped'] = { octets: 0, events: 0 };

  for (const [index, line] of rest.entries()) {
    const number = index + 2;
    const value = parseJson(line);
    if (!isObject(value)) throw new RecordError(name, number, 'is not a JSON object: the line is damaged');
    if (Object.hasOwn(value, 'dropped') && !Object.hasOwn(value, 'type')) {
      if (index < rest.length - 1 || torn)
        throw new RecordError(name, number, 'lines follow the trailer {"dropped":…}');
      dropped = readTrailer(value, name, number);
      continue;
    }
    const event = readEvent(value, name, number);
    if (event === null) {
      problems.push(`${name}:${number}: left out an event of unknown type ${JSON.stringify(value['type'])}`);
      continue;
    }
    const before = events.at(-1);
    if (before !== undefined && event.seq <= before.seq) {
      problems.push(`${name}:${number}: seq ${event.seq} comes behind seq ${before.seq}`);
    }
    events.push(event);
  }
  if (torn) problems.push(`${name}:${lines.length + 1}: the last line is torn and was left out`);
  return { record: { ...header, events, dropped }, torn, problems };
}

const HEADER = objectOf<Pick<TraceRecord, 'connection' | 'server'>>({ connection: count, server: count });
const TRAILER = objectOf<Pick<TraceRecord, 'dropped'>>({
  dropped: objectOf<TraceRecord['dropped']>({ octets: count, events: count }),
});

/** Lines that were ended, and a last one that was not but is whole JSON; anything less of a line is torn. */
function linesOf(content: string): { lines: string[]; torn: boolean } {
  const lines = content.replace(/^\ufeff/, '').split('\n');
  const tail = lines.pop() ?? '';
  if (tail === '') return { lines, torn: false };
  const whole = isObject(parseJson(tail));
  if (whole) lines.push(tail);
  return { lines, torn: !whole };
}

function readHeader(line: string, name: string): Pick<TraceRecord, 'connection' | 'server'> {
  const value = parseJson(line);
  if (!isObject(value) || !Object.hasOwn(value, 'trace')) {
    throw new RecordError(name, 1, 'is no trace of smtp-gauntlet: its first line should be {"trace":1,…}');
  }
  refuseOtherVersion(value['trace'], TRACE_SCHEMA_VERSION, 'trace format', name, 1);
  const header: unknown = value;
  refuseUnless(HEADER, header, name, 1);
  return { connection: header.connection, server: header.server };
}

function readTrailer(value: unknown, name: string, line: number): TraceRecord['dropped'] {
  refuseUnless(TRAILER, value, name, line);
  return value.dropped;
}

/** @returns null for an event type that this version does not know */
function readEvent(value: Readonly<Record<string, unknown>>, name: string, line: number): TraceEvent | null {
  const type = ownField(value, 'type');
  if (typeof type !== 'string') throw new RecordError(name, line, 'type should be a string');
  if (!isEventType(type)) return null;
  const event: unknown = value;
  refuseUnless<WrittenEvent>(EVENT_GUARDS[type], event, name, line);
  if (event.type !== 'received' && event.type !== 'sent') return event;
  const { octets, ...rest } = event;
  return octets === undefined ? rest : { ...rest, octets: latin1(octets) };
}
