// Where a client's program is and which version, and whether the system accounts that it needs are there.
// Besides PATH it looks into the administrator's folders, which a user's PATH often lacks, and into the folder named by
// SMTP_GAUNTLET_CLIENTS, below which packages may have been unpacked instead of installed.

import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { Availability } from './driver';
import { runProcess } from './run-process';

const ADMINISTRATOR_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];
const UNPACKED_FOLDERS = ['usr/sbin', 'usr/bin', 'sbin', 'bin'];
const VERSION_PATIENCE_MS = 10_000;

/** The folder below which packages were unpacked, or null. */
export function unpackedRoot(): string | null {
  const root = process.env['SMTP_GAUNTLET_CLIENTS'];
  return root === undefined || root === '' ? null : resolve(root);
}

/**
 * Looks for an executable file.
 * @param name a bare name, or a path, which is taken as it is
 * @param preferred paths that go before all others
 * @returns its path, or null
 */
export function findProgram(name: string, preferred: readonly string[] = []): string | null {
  if (name.includes('/')) return isExecutable(name) ? resolve(name) : null;
  const root = unpackedRoot();
  const folders = [
    ...(root === null ? [] : UNPACKED_FOLDERS.map((folder) => join(root, folder))),
    ...(process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute),
    ...ADMINISTRATOR_FOLDERS,
  ];
  return [...preferred, ...folders.map((folder) => join(folder, name))].find(isExecutable) ?? null;
}

/**
 * Runs a program that is to print its version.
 * @param version a pattern whose first group is the version
 * @returns available, with the version; else not, with what it did instead
 */
export async function availabilityByVersion(
  program: string,
  args: readonly string[],
  version: RegExp,
  env: NodeJS.ProcessEnv = clientEnvironment('/'),
): Promise<Availability> {
  const result = await runProcess({
    program,
    args,
    cwd: '/',
    env,
    timeoutMs: VERSION_PATIENCE_MS,
    signal: new AbortController().signal,
  });
  const found = version.exec(`${result.stdout}\n${result.stderr}`)?.[1];
  if (found !== undefined) return { available: true, version: found };
  const instead = result.startError ?? lastLine(result.stderr) ?? `exit code ${result.exitCode}`;
  return unavailable(`${program} does not tell its version: ${instead}`);
}

/** Why a client cannot run here. */
export type Unavailable = Extract<Availability, { available: false }>;

export function unavailable(reason: string): Unavailable {
  return { available: false, reason };
}

/** What is reported when a program is not there. */
export function notInstalled(debianPackage: string): Unavailable {
  return unavailable(`not installed: Debian package ${debianPackage}`);
}

/**
 * The environment of a client: none of the user's, lest a start-up file or a proxy variable changes what it does.
 * @param home where it finds no start-up files
 */
export function clientEnvironment(home: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: home, LC_ALL: 'C.UTF-8' };
}

export interface SystemAccount {
  readonly userId: number;
  readonly groupId: number;
}

/** A user of this machine's own list, or null. The accounts of mail systems are always local. */
export function systemUser(name: string): SystemAccount | null {
  const fields = lineOf('/etc/passwd', name);
  return fields === null ? null : { userId: Number(fields[2]), groupId: Number(fields[3]) };
}

/** Whether this machine's own list has that group. */
export function hasSystemGroup(name: string): boolean {
  return lineOf('/etc/group', name) !== null;
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The last line that is not empty, or undefined. */
export function lastLine(text: string): string | undefined {
  return text.trimEnd().split('\n').at(-1)?.trim() || undefined;
}

function lineOf(file: string, name: string): string[] | null {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.map((line) => line.split(':')).find((fields) => fields[0] === name) ?? null;
  } catch {
    return null;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
