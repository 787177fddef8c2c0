// Feeds the files of one log to the explainer: rotated pieces in the order of their first dates, each with a word about
// what is wrong with it, while all that can be read is read. Used by the command `explain-log`.

import { statSync } from 'node:fs';
import { explainChunk } from '../domino/explain-log';
import type { Explaining } from '../domino/explain-log';
import type { DateOrder } from '../domino/log-date';
import { judgeInput, newInputSample, sampleInput } from '../domino/log-input';
import { newDateReading, readHead, TASK } from '../domino/log-reader';
import { logText } from './log-file';

export interface FileTrouble {
  readonly file: string;
  readonly sentence: string;
  /** False for a Domino log without a line of the listener: a quiet night is no mistake. */
  readonly grave: boolean;
}

/** Shows how far it is; null where nobody is looking. */
export type ShowProgress = ((file: string, octetsRead: number) => void) | null;

/** Characters in which the first date of a piece must stand. */
const HEAD_CHARACTERS = 65_536;

/**
 * Rotated pieces belong in the order of time, and a shell lists console.log before console.log.1.
 * @returns the files as given where standard input is one of them, or one has no date at its beginning
 */
export async function inOrderOfTime(files: readonly string[], order: DateOrder | null): Promise<readonly string[]> {
  if (files.length < 2 || files.includes('-')) return files;
  const reading = newDateReading(order);
  const dated: { readonly file: string; readonly at: number | null }[] = [];
  for (const file of files) {
    const lines = (await beginning(file)).split('\n');
    const at = lines.map((line) => readHead(line, reading)?.at ?? null).find((moment) => moment !== null) ?? null;
    dated.push({ file, at });
  }
  if (dated.some(({ at }) => at === null)) return files;
  return dated
    .toSorted((one, other) => (one.at ?? 0) - (other.at ?? 0) || rotationOf(other.file) - rotationOf(one.file))
    .map(({ file }) => file);
}

/** `console.log.2` is older than `console.log.1`, and that than `console.log`: decides where pieces begin in one second. */
function rotationOf(file: string): number {
  return Number(/\.(\d+)(?:\.gz)?$/.exec(file)?.[1] ?? 0);
}

/** "" for what cannot be read: it will be told when its turn comes. */
async function beginning(file: string): Promise<string> {
  let text = '';
  try {
    for await (const piece of logText(file)) {
      text += piece.slice(0, HEAD_CHARACTERS);
      if (text.length >= HEAD_CHARACTERS) break;
    }
  } catch {
    return text;
  }
  return text;
}

/**
 * Reads one file into the explainer.
 * @returns what is wrong with it, or null; what came before a fault has been read
 */
export async function explainFile(
  explaining: Explaining,
  file: string,
  progress: ShowProgress,
): Promise<FileTrouble | null> {
  const sample = newInputSample();
  const before = linesOf(explaining);
  let octetsRead = 0;
  let last = '';
  let hasNul = false;
  const note = (octets: number): void => {
    octetsRead += octets;
    progress?.(file, octetsRead);
  };
  try {
    for await (const text of logText(file, note)) {
      sampleInput(sample, text);
      if (judgeInput({ ...sample }, 0).verdict === 'binary') break;
      explainChunk(explaining, text);
      last = text;
      hasNul ||= text.includes('\0');
    }
  } catch (error) {
    return { file, sentence: sentenceOf(error), grave: true };
  }
  const isCut = last !== '' && !last.endsWith('\n') && endLine(explaining);
  const strange = hasNul || sample.strange > sample.characters / 100;
  const { verdict, sentence } = judgeInput(sample, linesOf(explaining) - before);
  if (verdict !== 'read') return { file, sentence, grave: verdict !== 'no-smtp-lines' };
  if (strange) return { file, sentence: PARTLY_TEXT, grave: true };
  return isCut ? { file, sentence: CUT_LINE, grave: true } : null;
}

const PARTLY_TEXT =
  'Parts of it are not text: it is damaged, or in more than one encoding; what could be read is in the report.';
const CUT_LINE = 'Its last line is cut off, and was not understood; what comes before it is in the report.';

/**
 * Ends the last line, since the next file begins a line of its own.
 * @returns whether it was one that breaks off: a line of the SMTP task that means nothing, or not even a whole date
 */
function endLine(explaining: Explaining): boolean {
  const line = explaining.tail;
  const before = explaining.counted.recognised;
  explainChunk(explaining, '\n');
  if (line.trim() === '' || explaining.counted.recognised > before) return false;
  return line.includes(TASK) || readHead(line, newDateReading(null)) === null;
}

function linesOf({ counted, unknownLines, held }: Explaining): number {
  return counted.recognised + unknownLines.total + (held === null ? 0 : 1);
}

/** The few things that go wrong with files, in words. @throws what is none of them */
function sentenceOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code === 'Z_BUF_ERROR') return 'The packed file is cut short; what was in it so far is in the report.';
  if (code.startsWith('Z_')) return 'The packed file is damaged; what could be unpacked is in the report.';
  switch (code) {
    case 'ENOENT':
      return 'There is no such file.';
    case 'EISDIR':
      return 'This is a folder, and no trial record: it has no trial.json.';
    case 'EACCES':
    case 'EPERM':
      return 'No permission to read it.';
    default:
      throw error;
  }
}

/** Octets of all files; 0 where that cannot be known. */
export function octetsOf(files: readonly string[]): number {
  return files.reduce(
    (sum, file) => sum + (file === '-' ? 0 : (statSync(file, { throwIfNoEntry: false })?.size ?? 0)),
    0,
  );
}
