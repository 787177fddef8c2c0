// Runs the built command line as its users do, in a child process.

import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

export const BIN = join(__dirname, '../../bin/smtp-gauntlet.js');

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Those that a test has started and that have not ended: a test that fails halfway must not leave a server behind. */
const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

export function start(...words: string[]): ChildProcess {
  const child = spawn(process.execPath, [BIN, ...words], { env: { ...process.env, NO_COLOR: '1' } });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
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
