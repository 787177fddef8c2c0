// The terminal as commands see it: where text goes, whether it may be coloured, how wide it is, and how a mistake of the
// user is told. The one place that decides on NO_COLOR and on TTYs.

import { RecordError } from '../wire/guard';
import { ScenarioError } from '../scenario/scenario-error';
import { CertificateError } from '../server/given-certificate';
import { ListenError } from '../server/listener';

/** Exit codes, the same for every command. */
export const EXIT = {
  /** Nothing was broken. */
  ok: 0,
  /** A MUST was broken, or an `expect` was not met. */
  broken: 1,
  /** Wrong usage, or a scenario that cannot be used. */
  usage: 2,
  /** A client that was asked for by name could not be run. */
  notRun: 3,
  interrupted: 130,
} as const;

/** A mistake of the user in how a command was called. The message is all that is shown. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Terminal {
  readonly color: boolean;
  readonly width: number;
  readonly interactive: boolean;
}

/** What the stream is: colours only on a terminal, and never with NO_COLOR (no-color.org). */
export function terminalOf(stream: NodeJS.WriteStream = process.stdout): Terminal {
  const interactive = stream.isTTY;
  const forbidden = (process.env['NO_COLOR'] ?? '') !== '' || process.env['TERM'] === 'dumb';
  return { color: interactive && !forbidden, width: Math.max(60, stream.columns ?? 80), interactive };
}

export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

export function printError(text: string): void {
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** The end of a message about a word that is not known. @param near undefined when no other is near */
export function didYouMean(near: string | undefined): string {
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

/**
 * Tells what went wrong: one clear message for a mistake of the user, a stack only for a fault of ours.
 * @returns the exit code
 */
export function tell(error: unknown): number {
  if (isUsersMistake(error)) {
    printError(`smtp-gauntlet: ${fileTrouble(error) ?? error.message}`);
    return EXIT.usage;
  }
  const shown = error instanceof Error ? (error.stack ?? error.message) : String(error);
  printError(`smtp-gauntlet: a fault of smtp-gauntlet itself, please report it:\n${shown}`);
  return 70;
}

function isUsersMistake(error: unknown): error is Error {
  if (error instanceof UsageError || error instanceof ScenarioError) return true;
  if (error instanceof RecordError || error instanceof ListenError || error instanceof CertificateError) return true;
  return error instanceof Error && fileTrouble(error) !== null;
}

/** Files and folders that are not there or not ours to use, in words. Null for any other error. */
function fileTrouble(error: Error & { readonly code?: unknown; readonly path?: unknown }): string | null {
  const words = typeof error.code === 'string' ? FILE_TROUBLES.get(error.code) : undefined;
  if (words === undefined) return null;
  return typeof error.path === 'string' ? `${error.path}: ${words}` : `${words} (${error.message})`;
}

const FILE_TROUBLES: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file or folder'],
  ['EACCES', 'no permission for this file or folder'],
  ['EPERM', 'no permission for this file or folder'],
  ['EISDIR', 'is a folder; expected a file'],
  ['ENOTDIR', 'a file stands where a folder is expected'],
  ['EROFS', 'is on a file system that cannot be written'],
  ['ENOSPC', 'no space is left on the disk'],
]);
