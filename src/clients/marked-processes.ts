// Finding and ending what a client left behind, also when it left its process group and its parent (a daemon does both).
// Every client is started with a variable of its own in the environment, which its descendants inherit; on Linux /proc
// shows it. Elsewhere nothing is found, and the process group alone must do. Used by run-process and the queueing MTAs.

import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** The environment variable that marks a client's processes. An MTA that cleans its environment must be told to keep it. */
export const MARK_VARIABLE = 'SMTP_GAUNTLET_RUN';

const ENDING_PATIENCE_MS = 5000;
const RECHECK_MS = 20;

/**
 * The living processes that were started under a mark.
 * @param mark the value of MARK_VARIABLE they inherited
 * @returns process ids; a zombie has no environment any more and is not among them
 */
export function markedProcesses(mark: string): number[] {
  const wanted = `${MARK_VARIABLE}=${mark}`;
  return processIds().filter((pid) => pid !== process.pid && environmentOf(pid).includes(wanted));
}

/** The names of the programs that run under a mark, as the kernel shows them: the first 15 characters. */
export function markedPrograms(mark: string): string[] {
  return markedProcesses(mark).flatMap((pid) => {
    try {
      return [readFileSync(`/proc/${pid}/comm`, 'latin1').trimEnd()];
    } catch {
      return [];
    }
  });
}

/**
 * Kills every process under a mark, and what those start meanwhile.
 * @returns the ids of those that are still there after five seconds: normally none
 */
export async function endMarkedProcesses(mark: string): Promise<number[]> {
  let left = markedProcesses(mark);
  for (let waitedMs = 0; left.length > 0 && waitedMs < ENDING_PATIENCE_MS; waitedMs += RECHECK_MS) {
    for (const pid of left) endProcess(pid);
    await pause(RECHECK_MS);
    left = markedProcesses(mark);
  }
  return left;
}

/** Kills a process, or with a negative id a process group. That it has gone already is no error. */
export function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone, or (a program that changed its user) not ours to end: markedProcesses tells in the end.
  }
}

function processIds(): number[] {
  try {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map(Number);
  } catch {
    return [];
  }
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  } catch {
    return [];
  }
}
