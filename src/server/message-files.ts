// Accepted messages on disk: `<id>-<connection>-<digest>.eml` with the octets and a `.json` of the same name with the envelope,
// durable before the final dot is answered (RFC 5321 6.1). Used by whoever runs the sessions. A message is complete when its
// `.json` is there. Deletes and reads nothing.

import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ReceivedMessage } from './received-message';

export interface MessageFiles {
  /**
   * Any number may run at once.
   * @returns null when it is done, else the reason; never rejects, and leaves no part of the message behind
   */
  save(message: ReceivedMessage): Promise<string | null>;
}

export interface MessageFilesOptions {
  /** Whether octets and names are on the disk itself when `save` resolves. False: the kernel has them. */
  readonly fsync: boolean;
}

/** Messages of an earlier run, or of another server, may have the same name: so many more are tried. */
const MOST_NAMESAKES = 10_000;

/** @param folder made when it is not there, readable by its owner only; also when it disappears between two messages */
export function messageFiles(folder: string, options: MessageFilesOptions): MessageFiles {
  return {
    async save(message) {
      if (message.content === null) return `message ${message.id} was too large to be kept (${message.size} octets)`;
      try {
        await makeFolder(folder, options);
        await saveBoth(folder, message, message.content, options);
        return null;
      } catch (error) {
        return `message ${message.id} cannot be saved in ${folder}: ${reasonOf(error)}`;
      }
    },
  };
}

async function makeFolder(folder: string, { fsync }: MessageFilesOptions): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined && fsync) await syncFolder(dirname(made));
}

async function saveBoth(
  folder: string,
  message: ReceivedMessage,
  content: Buffer,
  options: MessageFilesOptions,
): Promise<void> {
  const temporary = join(folder, `.${randomBytes(8).toString('hex')}`);
  const octets = `${temporary}.eml`;
  const envelope = `${temporary}.json`;
  let placed: string | null = null;
  try {
    await writeWhole(octets, content, options);
    await writeWhole(envelope, Buffer.from(`${JSON.stringify(envelopeOf(message), null, 2)}\n`), options);
    placed = await placeUnderFreeName(octets, folder, nameOf(message));
    await rename(envelope, `${placed}.json`);
    if (options.fsync) await syncFolder(folder);
  } catch (error) {
    const left = [octets, envelope, ...(placed === null ? [] : [`${placed}.eml`, `${placed}.json`])];
    for (const file of left) await rm(file, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Numbers and hexadecimal digits only: nothing that a client sends gets into a file name. */
function nameOf({ id, connection, digest }: ReceivedMessage): string {
  const digits = /^[0-9a-f]{8}/.exec(digest)?.[0] ?? '00000000';
  return `${Math.trunc(id)}-${Math.trunc(connection)}-${digits}`;
}

/** Without `accepted`: the files are there before the 250 is said, and only where it is about to be. */
function envelopeOf(message: ReceivedMessage): Omit<ReceivedMessage, 'content' | 'accepted'> {
  const { content: _content, accepted: _accepted, ...envelope } = message;
  return envelope;
}

async function writeWhole(path: string, octets: Buffer, { fsync }: MessageFilesOptions): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(octets);
    if (fsync) await file.sync();
  } finally {
    await file.close();
  }
}

/** @returns the path without its ending */
async function placeUnderFreeName(temporary: string, folder: string, name: string): Promise<string> {
  for (let namesake = 1; namesake <= MOST_NAMESAKES; namesake++) {
    const path = join(folder, namesake === 1 ? name : `${name}-${namesake}`);
    if (await placed(temporary, `${path}.eml`)) return path;
  }
  throw new Error(`${MOST_NAMESAKES} messages named ${name} are there already`);
}

/** A link, unlike a rename, never takes the place of a file that is there: it is the one atomic way to find out. */
async function placed(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    await rm(temporary, { force: true });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code === undefined || !WITHOUT_LINKS.includes(code)) throw error;
    await rename(temporary, path);
    return true;
  }
}

/** What file systems without hard links say. */
const WITHOUT_LINKS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** Makes names durable. Some systems cannot sync a folder and need not. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EPERM' && code !== 'EISDIR' && code !== 'EINVAL' && code !== 'EACCES') throw error;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'not permitted',
  EPERM: 'not permitted',
  ENOTDIR: 'a file is in the way',
  EEXIST: 'a file is in the way',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EIO: 'the disk reports an error',
};

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : REASONS[code];
  return reason === undefined ? message : `${reason} (${code})`;
}
