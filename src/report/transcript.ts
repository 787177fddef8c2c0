// The annotated transcript: one connection's trace as a dialogue with times, and why each reply was given. What a person
// reads; docs/transcript.md explains its rows. `transcript` prints a record, `liveTranscript` (transcript-live.ts) the
// same rows as they happen. Not here: the text form that can be read back (wire/trace-text.ts), verdicts.

import type { ConnectedEvent, TraceRecord } from '../wire/trace-event';
import { writeEndpoint } from '../wire/trace-text-line';
import { counted, layOut, type Look, type Row } from './transcript-style';
import { Telling, type TellingOptions } from './transcript-telling';
import { anomaly } from './transcript-words';

export { liveTranscript, type LiveTranscript } from './transcript-live';
export { sourceText } from './transcript-source';

export interface TranscriptOptions extends TellingOptions, Look {}

/**
 * @param options `color` and `width` are taken as they are; nothing here asks the terminal
 * @returns lines of `width` columns at most (no fewer than 40), each ending in LF
 */
export function transcript(record: TraceRecord, options: TranscriptOptions): string {
  const telling = new Telling(options);
  const told = record.events.flatMap((event) => telling.tell(event));
  const parts = [headRows(record, options), told, [...boundRows(record), ...telling.sum()]];
  const texts = parts
    .filter((rows) => rows.length > 0)
    .map((rows) => rows.flatMap((row) => layOut(row, options)).join('\n'));
  return `${texts.join('\n\n')}\n`;
}

function headRows(record: TraceRecord, { scenario }: TranscriptOptions): readonly Row[] {
  const connected = record.events.find((event): event is ConnectedEvent => event.type === 'connected');
  const ends =
    connected === undefined ? '' : ` from ${writeEndpoint(connected.peer)} to ${writeEndpoint(connected.local)}`;
  const several = record.server > 0 || (scenario !== undefined && scenario.servers.length > 1);
  const rows: Row[] = [
    {
      mark: '',
      text: `Connection ${record.connection}${ends}${several ? `, server ${record.server + 1}` : ''}`,
      tone: 'head',
    },
  ];
  if (scenario === undefined) return rows;
  rows.push({ mark: '', text: `Scenario ${scenario.name}: ${scenario.title}`, tone: 'head' });
  const boxes = scenario.servers[record.server]?.path.map((element) => element.box) ?? [];
  if (boxes.length > 0) rows.push({ mark: '', text: `On the path: ${boxes.join(', ')}`, tone: 'head' });
  return rows;
}

function boundRows({ dropped }: TraceRecord): readonly Row[] {
  if (dropped.events === 0 && dropped.octets === 0) return [];
  const text = `the trace is bounded: ${counted(dropped.events, 'event')} and ${counted(dropped.octets, 'octet')} are not in it`;
  return [anomaly(text)];
}
