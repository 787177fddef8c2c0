// Feeds the files of one log to the explainer: rotated pieces in the order of their first dates, each with a word about
// what is wrong with it, while all that can be read is read. Used by the command `explain-log`.

import { statSync } from 'node:fs';
import { explainChunk } from '../domino/explain-log';
import type { Explaining } from '../domino/explain-log';
import type { DateOrder } from '../domino/log-date';
import { judgeInput, newInputSample, sampleInput } from '../domino/log-input';
import { newDateReading, readHead } from '../domino/log-reader';
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
  return dated.toSorted((one, other) => (one.at ?? 0) - (other.at ?? 0)).map(({ file }) => file);
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
  let endsLine = true;
  const note = (octets: number): void => {
    octetsRead += octets;
    progress?.(file, octetsRead);
  };
  try {
    for await (const text of logText(file, note)) {
      sampleInput(sample, text);
      if (judgeInput({ ...sample }, 0).verdict === 'binary') break;
      explainChunk(explaining, text);
      endsLine = text.endsWith('\n');
    }
  } catch (error) {
    return { file, sentence: sentenceOf(error), grave: true };
  }
  // The next file begins a line of its own.
  if (!endsLine) explainChunk(explaining, '\n');
  const { verdict, sentence } = judgeInput(sample, linesOf(explaining) - before);
  return verdict === 'read' ? null : { file, sentence, grave: verdict !== 'no-smtp-lines' };
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
