// The rows that show what a path of middleboxes did: the words that went in, the box, the words that came out. Used by
// transcript-telling.ts. Which words belong together is transcript-path.ts's to say.

import type { Leftover, Unit } from './transcript-path';
import { counted, spanText, type Mark, type Row, type Tone } from './transcript-style';
import { anomaly, quoted, spokenLines } from './transcript-words';

export interface PathView {
  /** Also what passed unchanged. */
  readonly layers: boolean;
  /** Long lines in full. */
  readonly whole: boolean;
  /** Hides what must not be shown. */
  readonly mask: (text: string) => string;
}

const MARKS = { client: ['C:', "C':"], server: ['S:', "S':"] } as const satisfies Record<string, readonly Mark[]>;

/** Delays below this are the clock's, not a box's. */
const NOTABLE_MS = 1;
/** Changed lines of one message that are shown. */
const SHOWN_LINES = 3;

/** What the speaker said: the unit before all boxes. */
export function originOf(unit: Unit): Unit {
  let origin = unit;
  while (origin.from !== null) origin = origin.from;
  return origin;
}

/** Whether a box changed it, put it in, or kept something back before it. */
export function isChanged(unit: Unit): boolean {
  for (let step: Unit | null = unit; step !== null; step = step.from) {
    if (step.lost.length > 0 || (step.box !== null && step.from?.text !== step.text)) return true;
  }
  return false;
}

/** What was kept back before a unit came through. */
export function lostRows(unit: Unit, side: 'client' | 'server', view: PathView): readonly Row[] {
  const rows: Row[] = [];
  for (let step: Unit | null = unit; step !== null; step = step.from) {
    for (const lost of step.lost) {
      rows.push(
        ...spoken(originOf(lost).text, MARKS[side][0], side, view),
        path(`${step.box ?? 'the path'} kept this back`),
      );
    }
  }
  return rows;
}

/** The boxes a unit went through, each with what it made of it; the speaker's own words are not among them. */
export function stageRows(unit: Unit, side: 'client' | 'server', view: PathView): readonly Row[] {
  const stages: { readonly before: Unit | null; readonly after: Unit }[] = [];
  for (let step: Unit | null = unit; step !== null && step.box !== null; step = step.from) {
    stages.unshift({ before: step.from, after: step });
  }
  return stages.flatMap(({ before, after }) => {
    const box = after.box ?? 'the path';
    const words = spoken(after.text, MARKS[side][1], side, view);
    if (before === null) return [path(`${box} put this in`), ...words];
    const lateMs = after.at - before.at;
    const late = lateMs < NOTABLE_MS ? '' : `, ${spanText(lateMs)} later`;
    if (before.text !== after.text) return [path(box + late), ...words];
    return view.layers ? [path(`${box}: unchanged${late}`)] : [];
  });
}

/** Mail data: the first changed lines, and how many more. */
export function contentPathRows(units: readonly Unit[], view: PathView): readonly Row[] {
  const changed = units.filter(isChanged);
  const rows = changed
    .slice(0, SHOWN_LINES)
    .flatMap((unit) => [
      ...lostRows(unit, 'client', view),
      ...(unit.from === null ? [] : spoken(originOf(unit).text, 'C:', 'client', view)),
      ...stageRows(unit, 'client', { ...view, layers: false }),
    ]);
  const more = changed.length - SHOWN_LINES;
  return more > 0 ? [...rows, path(`… and ${counted(more, 'more line')} changed on the path`)] : rows;
}

/** What went into the path and never came out of it. */
export function leftoverRows(leftovers: readonly Leftover[], behindAuth: boolean): readonly Row[] {
  return leftovers.map(({ side, box, octets }) =>
    anomaly(
      `${counted(octets.length, 'octet')} of the ${side} never got through ${box}: ${quoted(octets, behindAuth)}`,
    ),
  );
}

function path(text: string): Row {
  return { mark: '~', text, tone: 'path' };
}

function spoken(octets: string, mark: Mark, side: 'client' | 'server', view: PathView): readonly Row[] {
  return spokenLines(view.mask(octets), view.whole).map((text) => ({
    mark,
    text,
    tone: side === 'client' ? 'client' : toneOfReply(octets),
  }));
}

/** Puts the asterisks of a redacted line over the same octets of another layer; nothing is shown where they can't fit. */
export function maskedLike(text: string, line: string): string {
  const [, words = '', end = ''] = /^(.*?)(\r?\n)?$/s.exec(text) ?? [];
  if (words.length !== line.length) return `…${end}`;
  return [...words].map((octet, index) => (line[index] === '*' ? '*' : octet)).join('') + end;
}

/** The same for boxes that write over octets in place: all of the line from one of them on. */
export function hiddenFrom(text: string, from: number): string {
  return text.replace(/[^\r\n]+/g, (words) => words.slice(0, from) + '*'.repeat(Math.max(0, words.length - from)));
}

/** By the first digit of the code (RFC 5321 4.2.1). */
export function toneOfReply(octets: string | number | null): Tone {
  const digit = String(octets ?? '')[0];
  if (digit === '4') return 'deferred';
  return digit === '5' ? 'refused' : 'server';
}
