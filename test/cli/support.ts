// Runs the built command line as its users do, in a child process.

import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

export const BIN = join(__dirname, '../../bin/smtp-gauntlet.js');

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export function start(...words: string[]): ChildProcess {
  return spawn(process.execPath, [BIN, ...words], { env: { ...process.env, NO_COLOR: '1' } });
}

export function finished(child: ChildProcess, input = ''): Promise<Finished> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr?.on('data', (text: Buffer) => (err += text.toString()));
  child.stdin?.end(input);
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

export const cli = (...words: string[]): Promise<Finished> => finished(start(...words));
export const cliWith = (input: string, ...words: string[]): Promise<Finished> => finished(start(...words), input);

/** Resolves once the child's standard error holds a text. */
export function says(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  let err = '';
  return new Promise((resolve, reject) => {
    child.stderr?.on('data', (text: Buffer) => {
      err += text.toString();
      const found = pattern.exec(err);
      if (found !== null) resolve(found);
    });
    child.once('close', (code) => reject(new Error(`ended with ${code}: ${err}`)));
  });
}
