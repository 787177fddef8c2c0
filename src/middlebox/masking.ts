// Overwriting in place, as inspecting firewalls do it: a line keeps its length, so that TCP sequence numbers hold.
//
//   "EHLO mail.example.com"    ───►  "XXXX mail.example.com"      verb
//   "220 mail ESMTP 2004"      ───►  "220 **** ***** 200*"        banner
//   "250-STARTTLS"             ───►  "250-XXXXXXXA"               EHLO keyword
//
// Used by pix-fixup, asa-inspect and starttls-strip. Not here: what is to be masked.

import { verbSpan } from './dialogue-watch';

const CR = 13;
const LF = 10;
const BLANK = 32;
const STAR = 42;
const LETTER_A = 65;
const LETTER_X = 88;

/** @returns the index behind the last octet of the line's text: before its CR or LF */
export function textEnd(line: Buffer): number {
  let end = line.length;
  while (end > 0 && (line[end - 1] === LF || line[end - 1] === CR)) end -= 1;
  return end;
}

/**
 * Stars a line of the greeting behind its code and separator; a line without a code is starred whole.
 * @param kept characters that survive
 */
export function maskBanner(line: Buffer, kept: string): Buffer {
  const masked = Buffer.from(line);
  const from = /^\d{3}[ -]/.test(line.toString('latin1', 0, 4)) ? 4 : 0;
  for (let index = from; index < textEnd(line); index += 1) {
    if (!kept.includes(String.fromCharCode(masked[index] ?? 0))) masked[index] = STAR;
  }
  return masked;
}

/**
 * Overwrites the verb of a command line.
 * @param with_ `x`: an X for every octet. `noop`: NOOP and blanks; a verb shorter than that gets X's, for want of room
 */
export function maskVerb(line: Buffer, with_: 'x' | 'noop'): Buffer {
  const masked = Buffer.from(line);
  const [start, end] = verbSpan(line);
  if (with_ === 'noop' && end - start >= 4) masked.fill(BLANK, start, end).write('NOOP', start, 'latin1');
  else masked.fill(LETTER_X, start, end);
  return masked;
}

/** Overwrites everything behind the verb with blanks. */
export function blankArgument(line: Buffer): Buffer {
  const [, end] = verbSpan(line);
  return Buffer.from(line).fill(BLANK, end, textEnd(line));
}

/**
 * Overwrites the text of an EHLO line with X's and a last letter that counts.
 * @param nth how many lines of this reply were masked before: 0 gives A, 1 gives B
 */
export function maskKeyword(line: Buffer, nth: number): Buffer {
  const end = textEnd(line);
  if (end <= 4) return line;
  const masked = Buffer.from(line).fill(LETTER_X, 4, end);
  masked[end - 1] = LETTER_A + (nth % 26);
  return masked;
}

/** @returns the keyword of an EHLO line in capitals, `STARTTLS` of `250-STARTTLS` */
export function keywordOf(line: Buffer): string {
  return (/^[^ \t]*/.exec(line.toString('latin1', 4, Math.max(4, textEnd(line))))?.[0] ?? '').toUpperCase();
}
