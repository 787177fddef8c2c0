// The annotated transcript made short, for a page that holds hundreds of them: one line per row, what it is due to behind it,
// nothing twice, and connections that went alike told once. Used by the field report. The words are those of the whole
// transcript (transcript-telling.ts). Not here: markup; what is left out can be had by `transcript`.

import { visible } from '../wire/octets';
import type { TraceEvent, TraceRecord } from '../wire/trace-event';
import type { Row } from './transcript-style';
import { Telling } from './transcript-telling';

export interface BriefLine {
  /** Milliseconds since the connection began; null for a line that stands for others. */
  readonly at: number | null;
  readonly by: 'client' | 'server' | 'aside' | 'anomaly';
  readonly text: string;
}

export interface BriefConnection {
  /** The connections that went this way, by number; the lines are the first one's. */
  readonly connections: readonly number[];
  readonly lines: readonly BriefLine[];
}

const LONGEST_LINE = 160;
const MOST_LINES = 40;
/** A spew, or a hundred recipients: the beginning and the end tell it. */
const KEPT_AT_THE_END = 12;

/** What a reply is due to when nothing special is: the persona in its ordinary words, and what PIPELINING allows. */
const ORDINARY = /^(?:persona: |default$|pipelined, as PIPELINING allows$)/;

/** What every session ends with, in the signs of evidence. */
const ENDS: Readonly<Record<string, string>> = {
  'the client closes (FIN)': 'C- FIN',
  'the server closes (FIN)': 'S- FIN',
  'the server resets the connection (RST)': 'S- RST',
};

/** Numbers, and ids that hold one: what differs between two connections that went alike. */
const PASSING = /[\w+/=.-]*\d[\w+/=.-]*/g;

/** The connections of a trial, in order. */
export function briefTranscripts(traces: readonly TraceRecord[]): readonly BriefConnection[] {
  const alike = new Map<string, { readonly connections: number[]; readonly lines: readonly BriefLine[] }>();
  for (const trace of traces) {
    const lines = briefLines(trace);
    const key = lines.map(({ text }) => text.replace(PASSING, '0')).join('\n');
    const known = alike.get(key);
    if (known === undefined) alike.set(key, { connections: [trace.connection], lines });
    else known.connections.push(trace.connection);
  }
  return [...alike.values()];
}

/** How a session opens: the greeting, the first command, and the reply to it; nothing when it was not EHLO or HELO. */
export function openingOf(lines: readonly BriefLine[]): readonly BriefLine[] {
  const first = lines.findIndex(({ by }) => by === 'client');
  const second = lines.findIndex(({ by }, index) => by === 'client' && index > first);
  const isHello = /^C: (?:EHLO|HELO)\b/i.test(lines[first]?.text ?? '');
  return isHello && second > first ? lines.slice(0, second) : [];
}

/** How a session ends: QUIT and all that follows; nothing when there was none. */
export function closingOf(lines: readonly BriefLine[]): readonly BriefLine[] {
  const quit = lines.findLastIndex(({ by, text }) => by === 'client' && /^C: QUIT$/i.test(text));
  return quit === -1 ? [] : lines.slice(quit);
}

function briefLines(trace: TraceRecord): readonly BriefLine[] {
  const telling = new Telling({});
  const lines: BriefLine[] = [];
  for (const row of trace.events.flatMap((event) => rowsOf(telling, event))) {
    const last = lines.at(-1);
    if (row.tone === 'why') {
      const isTold = !ORDINARY.test(row.text);
      if (isTold && last !== undefined)
        lines[lines.length - 1] = { ...last, text: clip(`${last.text} (${plain(row.text)})`) };
    } else if (row.mark !== '|') lines.push({ at: row.at ?? last?.at ?? null, by: speaker(row), text: textOf(row) });
  }
  return shortened(lines);
}

/** The first row and the last are the same for everybody: only what stands behind the last tells something. */
function rowsOf(telling: Telling, event: TraceEvent): readonly Row[] {
  const rows = telling.tell(event);
  if (event.type === 'connected') return [];
  return event.type === 'closed'
    ? rows.filter(({ tone }) => tone === 'anomaly' || tone === 'path' || tone === 'gap')
    : rows;
}

function speaker({ mark, tone, text }: Row): BriefLine['by'] {
  if (mark.startsWith('C')) return 'client';
  if (Object.hasOwn(ENDS, text)) return 'server';
  if (mark.startsWith('S')) return 'server';
  return tone === 'anomaly' ? 'anomaly' : 'aside';
}

function textOf({ mark, text }: Row): string {
  const said = plain(text).replace(/, sha256 [0-9a-f]+…/, '');
  return clip(mark === '' ? (ENDS[said] ?? said) : `${mark} ${said}`);
}

/** Control characters, and those that turn the direction of writing. */
function plain(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (character) =>
    visible(character),
  );
}

function clip(text: string): string {
  return text.length <= LONGEST_LINE ? text : `${text.slice(0, LONGEST_LINE - 1)}…`;
}

function shortened(lines: readonly BriefLine[]): readonly BriefLine[] {
  if (lines.length <= MOST_LINES) return lines;
  const left = lines.length - MOST_LINES;
  return [
    ...lines.slice(0, MOST_LINES - KEPT_AT_THE_END),
    { at: null, by: 'aside', text: `… ${left} lines left out …` },
    ...lines.slice(-KEPT_AT_THE_END),
  ];
}
