// The lab's side of a process that it started inside one of its namespaces: hands it its job, hears its words, ends it.
// Not here: what the words mean (mtu-step.ts), and ending what a process started (the namespace is emptied as a whole).

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { lastLine } from '../../clients/program';
import { PACKAGE_ROOT } from '../../wire/package-version';
import { ipProgram, NetworkError } from './network';

export type LabProgram = 'server-process' | 'client-process';

export interface LabProcess {
  /** The process has ended and said all it had to say. */
  readonly over: Promise<void>;
  /** Why it ended, in its own last words; for the case that it ended without a word. */
  lastWords(): string;
  /**
   * Tells it to stop and waits until it has; kills it when it takes too long.
   * @param graceMs how long it may take
   */
  stop(graceMs: number): Promise<void>;
}

/** Whether the programs that run inside have been built. */
export function isBuilt(): boolean {
  return existsSync(pathOf('server-process'));
}

/**
 * Starts a program inside a namespace.
 * @param job its first line of input
 * @param hear gets each word it says, parsed
 */
export function startInside(
  namespace: string,
  program: LabProgram,
  job: object,
  hear: (word: unknown) => void,
): LabProcess {
  const ip = ipProgram();
  if (ip === null) throw new NetworkError('the program ip is not there');
  // A group of its own: Ctrl-C is the lab's to hear, and it ends them in order.
  const child = spawn(ip, ['netns', 'exec', namespace, process.execPath, pathOf(program)], { detached: true });
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => (complaint = `${complaint}${text.toString()}`.slice(-4096)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{')) hear(JSON.parse(line));
    else complaint = `${complaint}${line}\n`.slice(-4096); // not one of its words: Node or a library has something to say
  });
  const over = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      complaint += error.message;
      resolve();
    });
    child.once('close', () => resolve());
  });
  child.stdin.on('error', () => undefined); // it has ended already, which `over` tells
  child.stdin.write(`${JSON.stringify(job)}\n`);
  return {
    over,
    // Of a crash the error; Node's own last line is its version.
    lastWords: () => /^\w*Error.*$/m.exec(complaint)?.[0] ?? lastLine(complaint) ?? `exit code ${child.exitCode}`,
    async stop(graceMs) {
      child.stdin.end();
      const enough = new AbortController();
      await Promise.race([over, pause(graceMs, undefined, { signal: enough.signal }).catch(() => undefined)]);
      enough.abort();
      child.kill('SIGKILL');
      // Descendants may hold its pipes; they end with the namespace.
      await Promise.race([over, pause(500)]);
    },
  };
}

/** The build, whoever asks: what runs inside is started by path. */
function pathOf(program: LabProgram): string {
  return join(PACKAGE_ROOT, 'dist', 'gauntlet', 'lab', `${program}.js`);
}
