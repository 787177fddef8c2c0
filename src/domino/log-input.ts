// What kind of text was handed in: nothing, binary octets, some other log, or a Domino log. Looks at the beginning only.
// Used by explain-log.ts while reading and by finish-explaining.ts for the sentence that the user gets.

import { newDateReading, readHead } from './log-reader';
import type { InputVerdict } from './log-report';

export interface InputSample {
  characters: number;
  /** Characters that no log has: NUL, other control characters, octets that could not be decoded. */
  strange: number;
  lines: number;
  /** Lines that begin as Domino's do: a date, two or three blanks, text. */
  dominoLines: number;
  tail: string;
}

const MOST_CHARACTERS = 65_536;

export function newInputSample(): InputSample {
  return { characters: 0, strange: 0, lines: 0, dominoLines: 0, tail: '' };
}

function isStrange(code: number): boolean {
  return (code < 32 && code !== 9 && code !== 10 && code !== 12 && code !== 13 && code !== 27) || code === 0xfffd;
}

/** Takes note of the first characters of the input; costs nothing once it has enough. */
export function sampleInput(sample: InputSample, text: string): void {
  if (sample.characters >= MOST_CHARACTERS) return;
  const piece = text.slice(0, MOST_CHARACTERS - sample.characters);
  sample.characters += piece.length;
  for (let index = 0; index < piece.length; index += 1) if (isStrange(piece.charCodeAt(index))) sample.strange += 1;
  const lines = (sample.tail + piece).split('\n');
  sample.tail = lines.pop() ?? '';
  for (const line of lines) sampleLine(sample, line);
}

function sampleLine(sample: InputSample, line: string): void {
  sample.lines += 1;
  const head = readHead(line, newDateReading(null));
  if (head === null || head.at === null) return;
  if (/^ {2,4}\S/.test(line.slice(head.end))) sample.dominoLines += 1;
}

/** The verdict, and a sentence that says what to do about it. */
export function judgeInput(
  sample: InputSample,
  smtpLines: number,
): { readonly verdict: InputVerdict; readonly sentence: string } {
  if (sample.tail !== '') sampleLine(sample, sample.tail);
  sample.tail = '';
  if (smtpLines > 0) return { verdict: 'read', sentence: `${smtpLines} lines of the SMTP server task were read.` };
  if (sample.characters === 0) {
    return { verdict: 'empty', sentence: 'The input is empty: there was nothing to read.' };
  }
  if (sample.strange > sample.characters / 100) {
    return {
      verdict: 'binary',
      sentence:
        'The input is not text. A log.nsf is a database: export its Miscellaneous or Mail Routing Events as text, or take console.log.',
    };
  }
  if (sample.dominoLines > 0) {
    return {
      verdict: 'no-smtp-lines',
      sentence:
        'This is a Domino log, but no line of the SMTP server task is in it: the listener was not running, or its logging level is too low.',
    };
  }
  return {
    verdict: 'not-domino',
    sentence:
      'No line in this text is a Domino console line (date, three blanks, task, message): is it the right file and encoding?',
  };
}
