// One certificate with its key on disk: a folder with `cert.pem` and `key.pem`, put in place as a whole, so that nobody ever
// sees half a pair and two processes that make one at the same time end up with the same. Used by certificate.ts only.

import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyPair } from './tls';

/** For clients that are to trust it. */
export const CERTIFICATE_FILE = 'cert.pem';
const KEY_FILE = 'key.pem';

/**
 * The pair that is kept, or a new one: what is no good is put away, and whoever is first to put a new one there wins.
 * @param parent made when it is not there
 * @param isGood whether what is there can be used; false also for what is about to expire
 * @throws what the file system says when nothing can be written
 */
export async function keptPair(
  parent: string,
  name: string,
  isGood: (pair: KeyPair) => boolean,
  make: () => Promise<KeyPair>,
): Promise<KeyPair> {
  const folder = join(parent, name);
  const kept = await readPair(folder);
  if (kept !== null && isGood(kept)) return kept;
  await mkdir(parent, { recursive: true });
  await putAway(parent, folder, isGood);
  const made = await make();
  await putPair(parent, folder, made);
  const winner = await readPair(folder);
  return winner !== null && isGood(winner) ? winner : made;
}

async function readPair(folder: string): Promise<KeyPair | null> {
  try {
    const [cert, key] = await Promise.all(
      [CERTIFICATE_FILE, KEY_FILE].map((file) => readFile(join(folder, file), 'utf8')),
    );
    return cert === undefined || key === undefined ? null : { cert, key };
  } catch {
    return null;
  }
}

/** Moves out of the way what cannot be used. Another process may have replaced it a moment ago: then it goes back. */
async function putAway(parent: string, folder: string, isGood: (pair: KeyPair) => boolean): Promise<void> {
  const aside = await mkdtemp(join(parent, '.old-'));
  const moved = join(aside, 'pair');
  try {
    await rename(folder, moved);
    const pair = await readPair(moved);
    if (pair !== null && isGood(pair)) await rename(moved, folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && !isTaken(code)) throw error;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function putPair(parent: string, folder: string, { cert, key }: KeyPair): Promise<void> {
  const fresh = await mkdtemp(join(parent, '.new-'));
  try {
    await writeFile(join(fresh, CERTIFICATE_FILE), cert, { mode: 0o644 });
    await writeFile(join(fresh, KEY_FILE), key, { mode: 0o600 });
    // An MTA under test runs as a user of its own and has to read the certificate.
    await chmod(fresh, 0o755);
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!isTaken((error as NodeJS.ErrnoException).code)) throw error;
  }
}

/** A folder is never renamed over one that has something in it. */
function isTaken(code: string | undefined): boolean {
  return code === 'ENOTEMPTY' || code === 'EEXIST';
}
