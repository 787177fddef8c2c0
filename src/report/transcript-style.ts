// How a transcript looks: rows in three columns (time, mark, text), wrapped to a width and coloured when asked. Used by
// transcript.ts and transcript-live.ts. Nothing that came from outside reaches the terminal as a control character.
// Not here: whether to use colours; the command line knows about NO_COLOR and terminals.

import { visible } from '../wire/octets';

export type Tone =
  | 'head'
  | 'client'
  | 'server'
  | 'deferred'
  | 'refused'
  | 'content'
  | 'path'
  | 'why'
  | 'aside'
  | 'anomaly'
  | 'gap'
  | 'end';

/** Who speaks in a row; `C'` and `S'` are the same words behind the path. */
export type Mark = 'C:' | "C':" | 'S:' | "S':" | '~' | '|' | '!' | '';

export interface Row {
  /** Milliseconds since the connection began; left out for rows that belong to the one above. */
  readonly at?: number;
  readonly mark: Mark;
  readonly text: string;
  readonly tone: Tone;
  /** Cut to one line instead of wrapped. */
  readonly clipped?: true;
}

export interface Look {
  readonly color: boolean;
  /** Columns. */
  readonly width: number;
}

const NARROWEST = 40;
const TIME_COLUMNS = 7;
/** Where marks of two characters begin; longer ones begin further left, so that the colons stand in one column. */
const MARK_COLUMN = 9;
const TEXT_COLUMN = 12;
const WHY_COLUMN = 40;

/** Select Graphic Rendition parameters (ECMA-48 8.3.117). */
const SGR: Readonly<Record<Tone | 'time' | 'client-mark' | 'server-mark', string>> = {
  head: '1',
  client: '',
  server: '',
  deferred: '33',
  refused: '31',
  content: '2',
  path: '35',
  why: '2',
  aside: '36',
  anomaly: '1;33',
  gap: '2;33',
  end: '1',
  time: '2',
  'client-mark': '1;32',
  'server-mark': '1;34',
};

/** Control characters, and those that turn the direction of writing: a terminal would obey both. */
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Lays out one row.
 * @param margin stands before every line of it, e.g. the number of the connection
 * @returns lines without line ends, each of `look.width` columns at most
 */
export function layOut(row: Row, look: Look, margin = ''): readonly string[] {
  const width = Math.max(NARROWEST, look.width) - margin.length;
  const text = row.text.replace(OBEYED, (character) => visible(character));
  const paint = (what: keyof typeof SGR, words: string): string => painted(what, words, look.color);
  if (row.tone === 'head' || row.tone === 'end') {
    return wrapped(text, width, width - 2).map(
      (line, index) => `${margin}${paint(row.tone, index === 0 ? line : `  ${line}`)}`,
    );
  }
  if (row.tone === 'why') return whyLines(text, width).map(([indent, line]) => margin + indent + paint('why', line));

  const time = row.at === undefined ? ' '.repeat(TIME_COLUMNS) : paint('time', timeText(row.at));
  const column = row.mark === '' ? MARK_COLUMN : TEXT_COLUMN;
  const mark = row.mark.length === 1 ? `${row.mark} ` : row.mark;
  const blanks = ' '.repeat(row.mark === '' ? 2 : TEXT_COLUMN - 1 - mark.length - TIME_COLUMNS);
  const before = row.mark === '' ? blanks : `${blanks}${paint(markTone(row), mark)} `;
  const lines = row.clipped === true ? [clip(text, width - column)] : wrapped(text, width - column, width - column - 2);
  return lines.map((line, index) => {
    const start = index === 0 ? time + before : ' '.repeat(column + 2);
    return (margin + start + paint(row.tone, line)).trimEnd();
  });
}

function painted(what: keyof typeof SGR, words: string, color: boolean): string {
  const parameters = SGR[what];
  return color && parameters !== '' && words !== '' ? `\u001b[${parameters}m${words}\u001b[0m` : words;
}

function markTone(row: Row): keyof typeof SGR {
  if (row.mark.startsWith('C')) return 'client-mark';
  return row.mark.startsWith('S') ? 'server-mark' : row.tone;
}

/** Seconds to the millisecond; from a thousand seconds on to the tenth, so that the column holds for a day. */
function timeText(ms: number): string {
  return (ms / 1000).toFixed(ms < 1_000_000 ? 3 : 1).padStart(TIME_COLUMNS);
}

/** Set off to the right where there is room. */
function whyLines(text: string, width: number): readonly (readonly [indent: string, line: string])[] {
  const indent = Math.max(TEXT_COLUMN, Math.min(WHY_COLUMN, width - text.length));
  return wrapped(text, width - indent, width - indent - 2).map((line, index) => [
    ' '.repeat(index === 0 ? indent : indent + 2),
    line,
  ]);
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** Breaks behind a blank where it can, else anywhere; no character is lost but the blanks at a break. */
function wrapped(text: string, first: number, others: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  for (let room = first; rest.length > room; room = others) {
    const blank = rest.lastIndexOf(' ', room);
    const at = blank > room / 2 ? blank : room;
    lines.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  return [...lines, rest];
}

/** `2,320` */
export function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 line`, `2,320 octets` */
export function counted(count: number, noun: string): string {
  return `${thousands(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A measured span for people: `34 ms`, `0.1 s`, `2 s`, `5 min 10 s`. */
export function spanText(ms: number): string {
  const whole = Math.round(ms);
  if (whole < 100) return `${whole} ms`;
  const tenths = Math.round(ms / 100) / 10;
  if (tenths < 120) return `${tenths} s`;
  const seconds = Math.round(ms / 1000);
  const rest = seconds % 60;
  return rest === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}
