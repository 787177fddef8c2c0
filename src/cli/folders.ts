// Folders and files that results go to: made and tried before anything is run, so that a mistake in a path costs no run.

import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder with those above it, where they are missing.
 * @throws the error of the file system, with its path, for one that cannot be made or written to
 */
export function writableFolder(path: string): void {
  makeFolder(resolve(path));
  accessSync(path, constants.W_OK);
}

/** Level by level: Node's own `recursive` never comes back from a file system that makes no folders, such as /proc. */
function makeFolder(path: string): void {
  if (!existsSync(dirname(path))) makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    mkdirSync(path, { recursive: true }); // nothing for a folder, an error in words for a file
  }
}

/** @throws the error of the file system, with its path, for a file that cannot be written or made */
export function writableFile(path: string): void {
  accessSync(existsSync(path) ? path : dirname(resolve(path)), constants.W_OK);
}
