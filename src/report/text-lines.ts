// Lines of a text report: wrapping, columns and colour. Used by text.ts and text-matrix.ts. Whatever goes through here is fit
// for a terminal afterwards. Not here: whether to use colours; the command line knows about NO_COLOR and terminals.

import { safeLine } from './safe-text';
import type { TrialWord } from './wording';

export interface TextLook {
  readonly color: boolean;
  /** Columns; fewer than 40 count as 40. */
  readonly width: number;
}

export type Paint = TrialWord | 'head' | 'dim';

/** Select Graphic Rendition parameters (ECMA-48 8.3.117). */
const SGR: Readonly<Record<Paint, string>> = {
  fail: '1;31',
  warn: '1;33',
  inconclusive: '35',
  pass: '32',
  observed: '36',
  'not-applicable': '2',
  'not-run': '2',
  crashed: '1;31',
  'never-connected': '1;31',
  interrupted: '35',
  head: '1',
  dim: '2',
};

export function paint(what: Paint, words: string, { color }: TextLook): string {
  return color && words !== '' ? `\u001b[${SGR[what]}m${words}\u001b[0m` : words;
}

export function widthOf({ width }: TextLook): number {
  return Math.max(40, width);
}

/**
 * Breaks a text behind blanks, or anywhere where a word is too long.
 * @param indent columns before each line; `hanging` more before all but the first
 */
export function wrap(text: string, look: TextLook, indent: number, hanging = 0): readonly string[] {
  const lines: string[] = [];
  let rest = safeLine(text);
  let before = indent;
  for (;;) {
    const room = widthOf(look) - before;
    if (rest.length <= room) return [...lines, ' '.repeat(before) + rest];
    const blank = rest.lastIndexOf(' ', room);
    const at = blank > 0 ? blank : room;
    lines.push(' '.repeat(before) + rest.slice(0, at));
    rest = rest.slice(at).trimStart();
    // Half of a narrow terminal stays for the text.
    before = Math.min(indent + hanging, Math.floor(widthOf(look) / 2));
  }
}

/** One line, cut with an ellipsis. */
export function clip(text: string, look: TextLook, indent: number): string {
  const room = widthOf(look) - indent;
  const safe = safeLine(text);
  return ' '.repeat(indent) + (safe.length > room ? `${safe.slice(0, room - 1)}…` : safe);
}

/** A list of names after its heading: `Passed (3): a, b, c`. */
export function nameList(heading: string, names: readonly string[], look: TextLook): readonly string[] {
  return names.length === 0 ? [] : wrap(`${heading} (${names.length}): ${names.join(', ')}`, look, 0, 2);
}

/** Groups names by what is said of them, in order of appearance. */
export function groupNames<T>(
  items: readonly T[],
  saying: (item: T) => string,
  name: (item: T) => string,
): readonly (readonly [saying: string, names: readonly string[]])[] {
  const groups = new Map<string, string[]>();
  for (const item of items) groups.set(saying(item), [...(groups.get(saying(item)) ?? []), name(item)]);
  return [...groups];
}
