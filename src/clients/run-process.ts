// Runs one program to its end and leaves nothing of it behind: arguments as an array, never a shell; a process group of its
// own, killed as a whole when the trial is over. Used by every client that is a program.
// Not here: what exit codes and output mean. That is each client's own.

import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { MARK_VARIABLE, endMarkedProcesses, endProcess } from './marked-processes';

export interface ProcessRequest {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Written to its standard input, which is then closed. */
  readonly stdin?: Buffer;
  /** Default: none but the signal. */
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
  /**
   * Given when several programs share one mark, whose owner ends them all later: what a program that has ended left
   * running then goes on. Default: a new mark, and whoever bears it is ended together with the program.
   */
  readonly sharedMark?: string;
}

export interface ProcessResult {
  /** null: killed by a signal, or never started. */
  readonly exitCode: number | null;
  readonly killedBy: NodeJS.Signals | null;
  /** Whether it ended by itself. */
  readonly stopped: 'no' | 'aborted' | 'timed-out';
  /** Why it could not be started, e.g. `spawn nosuch ENOENT`, or null. */
  readonly startError: string | null;
  /** UTF-8; the last 256 KiB of each. */
  readonly stdout: string;
  readonly stderr: string;
  /** Processes that could not be ended: normally none. */
  readonly survivors: readonly number[];
}

/** How much of an output is kept: the limit of `ClientReport.log`. */
export const OUTPUT_LIMIT_OCTETS = 256 * 1024;

/** How long the pipes of an ended program may stay open: somebody out of reach may hold the other end. */
const DRAIN_MS = 500;

/**
 * Runs a program and waits until it is gone, and without a shared mark all its descendants too.
 * @returns what became of it. Never rejects for what the program does, not even for one that does not exist.
 */
export async function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  if (request.signal.aborted) return notStarted('aborted', null);
  const mark = request.sharedMark ?? randomUUID();
  let child: ChildProcessWithoutNullStreams;
  try {
    child = spawn(request.program, request.args, {
      cwd: request.cwd,
      env: { ...request.env, [MARK_VARIABLE]: mark },
      detached: true,
    });
  } catch (error) {
    return notStarted('no', String(error)); // e.g. a NUL in an argument
  }
  const stdout = keepTail(child.stdout);
  const stderr = keepTail(child.stderr);
  child.stdin.on('error', () => undefined); // it need not read what it is given
  child.stdin.end(request.stdin ?? '');

  const ended = await endOf(child, request);
  const survivors = request.sharedMark === undefined ? await endDescendants(child, mark) : [];
  await Promise.race([Promise.all([stdout.closed, stderr.closed]), pause(DRAIN_MS)]);
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  return { ...ended, stdout: stdout.text(), stderr: stderr.text(), survivors };
}

/** The leader is gone; its group may live on, and so may those that left the group. */
function endDescendants(child: ChildProcessWithoutNullStreams, mark: string): Promise<number[]> {
  if (child.pid !== undefined) endProcess(-child.pid);
  return endMarkedProcesses(mark);
}

type Ended = Pick<ProcessResult, 'exitCode' | 'killedBy' | 'stopped' | 'startError'>;

function endOf(child: ChildProcessWithoutNullStreams, request: ProcessRequest): Promise<Ended> {
  return new Promise((resolve) => {
    let stopped: ProcessResult['stopped'] = 'no';
    const stop = (why: 'aborted' | 'timed-out'): void => {
      stopped = why;
      if (child.pid !== undefined) endProcess(-child.pid);
    };
    const onAbort = (): void => stop('aborted');
    request.signal.addEventListener('abort', onAbort, { once: true });
    const timer = request.timeoutMs === undefined ? undefined : setTimeout(() => stop('timed-out'), request.timeoutMs);
    const settle = (ended: Omit<Ended, 'stopped'>): void => {
      clearTimeout(timer);
      request.signal.removeEventListener('abort', onAbort);
      resolve({ ...ended, stopped });
    };
    child.once('error', (error) => settle({ exitCode: null, killedBy: null, startError: error.message }));
    child.once('exit', (exitCode, killedBy) => settle({ exitCode, killedBy, startError: null }));
  });
}

interface Tail {
  readonly closed: Promise<unknown>;
  text(): string;
}

function keepTail(stream: NodeJS.ReadableStream): Tail {
  const chunks: Buffer[] = [];
  let sizeOctets = 0;
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    sizeOctets += chunk.length;
    while (sizeOctets - (chunks[0]?.length ?? 0) >= OUTPUT_LIMIT_OCTETS) sizeOctets -= chunks.shift()?.length ?? 0;
  });
  stream.on('error', () => undefined);
  return {
    closed: once(stream, 'close').catch(() => undefined),
    text: () => Buffer.concat(chunks).subarray(-OUTPUT_LIMIT_OCTETS).toString('utf8'),
  };
}

function notStarted(stopped: ProcessResult['stopped'], startError: string | null): ProcessResult {
  return { exitCode: null, killedBy: null, stopped, startError, stdout: '', stderr: '', survivors: [] };
}
