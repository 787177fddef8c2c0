// Runs iproute2: makes the lab's network, changes it while a mail is on its way, and takes it down again. Synchronous on
// purpose: a call takes milliseconds, and what has to be removed must be removable while the process is already ending.
// Not here: what the commands are (network-plan.ts), and which network is whose (lab-state.ts).

import { spawnSync } from 'node:child_process';
import { findProgram, lastLine } from '../../clients/program';
import {
  blackholeCommand,
  forgetCommand,
  LAB_ROLES,
  linkCommands,
  namespaceCommands,
  namespaceOf,
} from './network-plan';
import { serverMtuCommand, type IpCommand, type LabRole, type NetworkPlan } from './network-plan';
import { parseSnmp, type SnmpCounters } from './snmp';

/** A command of iproute2 that failed: `message` holds its own words. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
}

/** Longer than any of these calls takes; a kernel that hangs must not hang us. */
const CALL_LIMIT_MS = 10_000;
/** A killed process leaves its namespace within a moment. */
const KILL_ROUNDS = 100;
const KILL_ROUND_MS = 20;

export function ipProgram(): string | null {
  return findProgram('ip');
}

/**
 * Makes the namespaces and their links.
 * @throws NetworkError at the first command that fails; what was made until then is left to removeNetwork()
 */
export function makeNetwork(plan: NetworkPlan): void {
  for (const command of [...namespaceCommands(plan.prefix), ...linkCommands(plan)]) ip(command);
}

/** @throws NetworkError */
export function setServerMtu(prefix: string, mtu: number): void {
  ip(serverMtuCommand(prefix, mtu));
}

/** @throws NetworkError */
export function setBlackhole(prefix: string, closed: boolean): void {
  ip(blackholeCommand(prefix, closed));
}

/** @throws NetworkError */
export function forgetPathMtu(prefix: string): void {
  ip(forgetCommand(prefix));
}

/** What a namespace's kernel counted since it was made. @throws NetworkError */
export function countersOf(prefix: string, role: LabRole): SnmpCounters {
  return parseSnmp(ip({ args: ['netns', 'exec', namespaceOf(prefix, role), 'cat', '/proc/net/snmp'] }));
}

export interface Removal {
  readonly removed: readonly string[];
  /** In words: what is still there, and why. */
  readonly left: readonly string[];
}

/** Ends whatever runs in the namespaces of one prefix and removes them. What is not there is no error. */
export function removeNetwork(prefix: string): Removal {
  const removed: string[] = [];
  const left: string[] = [];
  for (const name of LAB_ROLES.map((role) => namespaceOf(prefix, role))) {
    try {
      if (!isThere(name)) continue;
      endProcessesIn(name);
      ip({ args: ['netns', 'delete', name] });
      removed.push(name);
    } catch (error) {
      left.push(error instanceof NetworkError ? `${name}: ${error.message}` : `${name}: ${String(error)}`);
    }
  }
  return { removed, left };
}

function isThere(namespace: string): boolean {
  // "name" or "name (id: 3)", one per line.
  return ip({ args: ['netns', 'list'] })
    .split('\n')
    .some((line) => line.split(' ')[0] === namespace);
}

function endProcessesIn(namespace: string): void {
  for (let round = 0; round < KILL_ROUNDS; round += 1) {
    const pids = ip({ args: ['netns', 'pids', namespace] })
      .split('\n')
      .filter((line) => line !== '')
      .map(Number);
    if (pids.length === 0) return;
    for (const pid of pids) kill(pid);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, KILL_ROUND_MS);
  }
  throw new NetworkError('a process in it could not be ended');
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function ip({ args, input }: IpCommand): string {
  const result = spawnSync(ipProgram() ?? 'ip', args, {
    input: input ?? '',
    encoding: 'utf8',
    timeout: CALL_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  if (result.error === undefined && result.status === 0) return result.stdout;
  const why = result.error?.message ?? lastLine(result.stderr) ?? `exit code ${result.status}`;
  throw new NetworkError(`"ip ${args.join(' ')}" failed: ${why}`);
}
