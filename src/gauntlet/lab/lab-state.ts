// What a lab leaves word of before it makes anything: a file in the system's temporary folder with its prefix and its owner.
// With it `lab clean` finds what a crash left behind, and nothing else. Names are derived from the prefix, never read: a file
// that somebody else has put there cannot make us remove what is not ours.

import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PREFIX_PATTERN } from './network-plan';

export interface LabState {
  readonly prefix: string;
  readonly pid: number;
  /** When that process began, as /proc counts it: a process id is used again. Null where /proc does not tell. */
  readonly startedAt: string | null;
}

const FILE_PATTERN = /^smtp-gauntlet-lab-([0-9a-f]{8})\.json$/;

/** A lab's own folder: whatever its processes write is below it. */
export function labFolder(prefix: string, where = tmpdir()): string {
  return join(where, `smtp-gauntlet-lab-${prefix}`);
}

export function stateFile(prefix: string, where = tmpdir()): string {
  return `${labFolder(prefix, where)}.json`;
}

/**
 * Leaves word of a lab of this process, and makes its folder.
 * @throws Error when there is such a file or folder already
 */
export function openState(prefix: string, where = tmpdir()): LabState {
  const state: LabState = { prefix, pid: process.pid, startedAt: startOf(process.pid) };
  writeFileSync(stateFile(prefix, where), `${JSON.stringify(state)}\n`, { flag: 'wx', mode: 0o600 });
  mkdirSync(labFolder(prefix, where));
  // Passed through, not looked into: an MTA works under an account of its own.
  chmodSync(labFolder(prefix, where), 0o711);
  return state;
}

/** Removes a lab's folder and, last of all, the word of it. */
export function closeState(prefix: string, where = tmpdir()): void {
  const folder = labFolder(prefix, where);
  if (isOurs(folder, 'folder')) rmSync(folder, { recursive: true, force: true });
  if (isOurs(stateFile(prefix, where), 'file')) rmSync(stateFile(prefix, where), { force: true });
}

/** Every lab that left word, by prefix. Files of other users, and files that say something else, are passed over. */
export function readStates(where = tmpdir()): readonly LabState[] {
  return readdirSync(where)
    .sort()
    .flatMap((name) => {
      const prefix = FILE_PATTERN.exec(name)?.[1];
      if (prefix === undefined || !isOurs(stateFile(prefix, where), 'file')) return [];
      return stateOf(readFileSync(stateFile(prefix, where), 'utf8'), prefix);
    });
}

/** Whether the process that made a lab is still there. */
export function isOwnerAlive({ pid, startedAt }: LabState): boolean {
  const start = startOf(pid);
  return start !== null && (startedAt === null || start === startedAt);
}

function stateOf(text: string, prefix: string): readonly LabState[] {
  // One that was cut off by a crash says nothing of its owner: then it has none.
  const unowned: LabState = { prefix, pid: 0, startedAt: null };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [unowned];
  }
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('startedAt' in value)) return [unowned];
  const { pid, startedAt } = value;
  if (typeof pid !== 'number' || !Number.isInteger(pid) || !PREFIX_PATTERN.test(prefix)) return [unowned];
  return [{ prefix, pid, startedAt: typeof startedAt === 'string' ? startedAt : null }];
}

/** In a folder that everybody may write to, only what we own and what is no link is ours. */
function isOurs(path: string, kind: 'file' | 'folder'): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.uid !== process.getuid?.()) return false;
  return kind === 'file' ? found.isFile() : found.isDirectory();
}

/** The 22nd field; the second one is a name in brackets that may hold anything, also blanks and brackets. */
function startOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
