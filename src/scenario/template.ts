// The `{name}` texts of replies: compiled once when a scenario or persona is loaded, filled for every reply (semantics
// A15). Used by the engine and the personas. Inserts each value once: what a client sent is never expanded again.
// Not a general formatter: no conditions, no arithmetic, only the names that the caller knows.

import { nearestWord } from '../wire/nearest-word';
import { Mistake } from './mistake';

/** Names that any text of a scenario may use; named groups of its patterns come on top. */
export const TEMPLATE_NAMES: ReadonlySet<string> = new Set([
  'hostname',
  'line',
  'verb',
  'argument',
  'helo',
  'peer',
  'sender',
  'recipient',
  'date',
  'release',
  'limit',
  'site',
  'count',
]);

/** Personas also have `{optional}`: the commands that are switched on, in a HELP text. */
export const PERSONA_TEMPLATE_NAMES: ReadonlySet<string> = new Set([...TEMPLATE_NAMES, 'optional']);

/** Values of our own, never cut; all others were sent by the client and may be of any length. */
const OWN_NAMES: ReadonlySet<string> = new Set([
  'hostname',
  'peer',
  'date',
  'release',
  'limit',
  'site',
  'count',
  'optional',
]);

/** Echoes of the octets received, which may be asked for as they are (`:raw`) or at full length (`:full`). */
const ECHO_NAMES: ReadonlySet<string> = new Set(['line', 'argument']);

/** RFC 5321 4.5.3.1.5: a reply line has at most 512 octets, the code and CRLF included. */
export const REPLY_LINE_OCTETS = 512;
const CRLF_OCTETS = 2;

export interface Template {
  /**
   * @param values the value of each name, latin1; the same however often it is asked
   * @returns the text with its values, without CRLF, latin1
   */
  fill(values: (name: string) => string): string;
  /** True when there is nothing to fill in: `fill` then returns the same string every time. */
  readonly constant: boolean;
}

interface Slot {
  readonly name: string;
  readonly raw: boolean;
  readonly cuttable: boolean;
}

type Part = string | Slot;

const PLACEHOLDER = /^\{([A-Za-z_$][\w$]*)(?::([^{}]*))?\}/;

function readSlot(text: string, known: ReadonlySet<string>): { slot: Slot; length: number } {
  const found = PLACEHOLDER.exec(text);
  const [whole = '', name = '', modifier] = found ?? [];
  if (found === null) {
    throw new Mistake(
      `"${text.slice(0, 20)}" opens a brace that names nothing; expected a name such as {line}`,
      'write {{ for a brace',
    );
  }
  if (!known.has(name)) {
    const near = nearestWord(name, [...known]);
    throw new Mistake(
      `unknown name ${whole} in a text; expected one of ${[...known].map((word) => `{${word}}`).join(' ')}`,
      near === undefined ? 'write {{ for a brace' : `did you mean "{${near}}"?`,
    );
  }
  if (modifier !== undefined && (!ECHO_NAMES.has(name) || (modifier !== 'raw' && modifier !== 'full'))) {
    throw new Mistake(
      `${whole} is not a way to show a value; expected {line}, {line:raw}, {line:full} or the same of {argument}`,
    );
  }
  const cuttable = !OWN_NAMES.has(name) && modifier !== 'full';
  return { slot: { name, raw: modifier === 'raw', cuttable }, length: whole.length };
}

function split(text: string, known: ReadonlySet<string>): readonly Part[] {
  const parts: Part[] = [];
  let literal = '';
  let at = 0;
  while (at < text.length) {
    const brace = text.indexOf('{', at);
    if (brace < 0) break;
    literal += text.slice(at, brace);
    if (text.charAt(brace + 1) === '{') {
      literal += '{';
      at = brace + 2;
      continue;
    }
    const { slot, length } = readSlot(text.slice(brace), known);
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push(slot);
    at = brace + length;
  }
  literal += text.slice(at);
  if (literal !== '') parts.push(literal);
  return parts;
}

/** Takes the overflow from the longest of the client's values, again and again, until the line fits. */
function cutToFit(pieces: string[], cuttable: readonly number[], overflow: number): void {
  let left = overflow;
  while (left > 0) {
    const longest = cuttable.reduce<number | null>(
      (best, index) =>
        (pieces[index]?.length ?? 0) > (best === null ? 0 : (pieces[best]?.length ?? 0)) ? index : best,
      null,
    );
    if (longest === null) return;
    const piece = pieces[longest] ?? '';
    const kept = Math.max(0, piece.length - left);
    left -= piece.length - kept;
    pieces[longest] = piece.slice(0, kept);
  }
}

/** Joins, and takes away the blank that an empty value would leave doubled: `Hello {helo} ok` is `Hello ok`. */
function joinWithoutDoubleBlank(parts: readonly Part[], pieces: readonly string[]): string {
  let text = '';
  let emptyBefore = false;
  for (const [index, piece] of pieces.entries()) {
    const isValue = typeof parts[index] !== 'string';
    if (isValue && piece === '') {
      emptyBefore = true;
      continue;
    }
    text += emptyBefore && !isValue && piece.startsWith(' ') && text.endsWith(' ') ? piece.slice(1) : piece;
    emptyBefore = false;
  }
  return text;
}

function fillParts(parts: readonly Part[], values: (name: string) => string): string {
  let text = '';
  for (const part of parts) {
    const piece = pieceOf(part, values);
    if (piece === '') return fillWithCare(parts, values);
    text += piece;
  }
  return text.length + CRLF_OCTETS > REPLY_LINE_OCTETS ? fillWithCare(parts, values) : text;
}

function pieceOf(part: Part, values: (name: string) => string): string {
  if (typeof part === 'string') return part;
  const value = values(part.name);
  // RFC 5321 2.3.8: CR and LF inside a line would make two replies of one.
  return part.raw || !LINE_ENDS.test(value) ? value : value.replaceAll(EACH_LINE_END, '?');
}

const LINE_ENDS = /[\r\n\0]/;
const EACH_LINE_END = /[\r\n\0]/g;

/** A value is empty, or the line is too long. */
function fillWithCare(parts: readonly Part[], values: (name: string) => string): string {
  const pieces = parts.map((part) => pieceOf(part, values));
  const cuttable = parts.flatMap((part, index) => (typeof part !== 'string' && part.cuttable ? [index] : []));
  const octets = pieces.reduce((sum, { length }) => sum + length, CRLF_OCTETS);
  if (octets > REPLY_LINE_OCTETS) cutToFit(pieces, cuttable, octets - REPLY_LINE_OCTETS);
  return joinWithoutDoubleBlank(parts, pieces);
}

/**
 * @param text one line without CRLF; `{{` is a brace
 * @param known the names that may stand in braces
 * @throws Mistake for an unknown name, naming the nearest, and for a brace that is not closed
 */
export function compileTemplate(text: string, known: ReadonlySet<string>): Template {
  const parts = split(text, known);
  if (parts.every((part) => typeof part === 'string')) {
    const constant = parts.join('');
    return { fill: () => constant, constant: true };
  }
  return { fill: (values) => fillParts(parts, values), constant: false };
}
