// The MTU lab: a real path-MTU black hole between real kernels, in three network namespaces of its own. First proves that mail
// flows where the MSS is lowered, then shows that it stalls where it is not, and on demand that it flows again.
// Leaves nothing behind: neither at its end, nor when it is interrupted, nor when it fails. Used by `lab mtu`.

import { randomBytes } from 'node:crypto';
import { release } from 'node:os';
import { findProgram, isRoot } from '../../clients/program';
import { buildSubmission } from '../../scenario/submission';
import { PACKAGE_VERSION } from '../../wire/package-version';
import { driverOf, type LabClient } from './lab-client';
import { isBuilt } from './lab-process';
import { LAB_SCHEMA_VERSION, type MtuLabReport, type MtuStep, type MtuStepName } from './lab-report';
import { closeState, labFolder, openState } from './lab-state';
import { runMtuStep } from './mtu-step';
import { mtuVerdict } from './mtu-verdict';
import { forgetPathMtu, ipProgram, makeNetwork, NetworkError, removeNetwork, setBlackhole } from './network';
import { NEAR_MTU, type MtuProbing } from './network-plan';
import type { LabTls } from './tls-way';

export interface MtuLabOptions {
  readonly client: LabClient;
  /** What the server is: a scenario's name or path. */
  readonly scenario: string;
  readonly messageOctets: number;
  readonly tls: LabTls;
  readonly farMtu: number;
  readonly mtuProbing: MtuProbing;
  /** How long the client is watched behind the 354 while it stalls. */
  readonly patienceMs: number;
  /** When the ICMP is let through, behind the 354; null: never. */
  readonly healAfterMs: number | null;
  readonly signal: AbortSignal;
  /** Called before each step. */
  readonly onStep?: (name: MtuStepName) => void;
}

export type MtuLabResult =
  /** `left`: in words, what could not be removed; normally nothing. `lab clean` tries again. */
  | { readonly ran: true; readonly report: MtuLabReport; readonly left: readonly string[] }
  | { readonly ran: false; readonly reason: string; readonly left: readonly string[] };

/** How long a mail that is expected to flow may take behind the 354. */
const FLOW_LIMIT_MS = 20_000;

/** Why a lab cannot be made on this machine, or null. Tries nothing: whether namespaces are allowed shows when they are made. */
export function whyNoLab(): string | null {
  if (process.platform !== 'linux') return `network namespaces are a thing of Linux, and this is ${process.platform}`;
  if (!isRoot()) return 'making network namespaces needs root';
  if (ipProgram() === null) return 'the program ip is missing: Debian package iproute2';
  if (findProgram('ss') === null) return 'the program ss is missing: Debian package iproute2';
  return isBuilt() ? null : 'what runs inside the namespaces has not been built: run "npm run build"';
}

/** Makes the lab, runs its steps and removes it. What the client does, and what the machine refuses, is in the result. */
export async function runMtuLab(options: MtuLabOptions): Promise<MtuLabResult> {
  const driver = driverOf(options.client);
  const reason = whyNoLab();
  if (reason !== null) return { ran: false, reason, left: [] };
  const there = await driver.detect();
  if (!there.available) return { ran: false, reason: `${driver.name}: ${there.reason}`, left: [] };
  const prefix = randomBytes(4).toString('hex');
  openState(prefix);
  const onExit = (): void => void tidy(prefix); // the last resort: a fault of our own
  process.once('exit', onExit);
  let steps: readonly MtuStep[] = [];
  let trouble: string | null = null;
  let left: readonly string[] = [];
  try {
    const { farMtu, mtuProbing } = options;
    makeNetwork({ prefix, farMtu, mtuProbing });
    steps = await runSteps(prefix, options);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    trouble = error.message;
  } finally {
    left = tidy(prefix);
    process.removeListener('exit', onExit);
  }
  if (trouble !== null) return { ran: false, reason: trouble, left };
  const client = { name: driver.name, version: there.version ?? 'unknown', role: driver.role };
  return { ran: true, report: reportOf(client, steps, options), left };
}

/** The control decides whether there is a second step, and the short mail whether there is a third. */
async function runSteps(prefix: string, options: MtuLabOptions): Promise<readonly MtuStep[]> {
  const steps: MtuStep[] = [];
  const run = async (name: MtuStepName): Promise<boolean> => {
    if (options.signal.aborted) return false;
    options.onStep?.(name);
    const step = await runMtuStep(planOf(name, prefix, options));
    steps.push(step);
    return step.delivered;
  };
  setBlackhole(prefix, true);
  if (!(await run('control')) || !(await run('short'))) return steps;
  await run('stall');
  if (options.healAfterMs === null) return steps;
  if (steps.at(-1)?.heal != null) {
    // Or the new connection would flow because of what the old one was told.
    setBlackhole(prefix, true);
    forgetPathMtu(prefix);
  }
  await run('cure');
  return steps;
}

function planOf(name: MtuStepName, prefix: string, options: MtuLabOptions): Parameters<typeof runMtuStep>[0] {
  const { scenario, client, signal, farMtu, messageOctets, tls, patienceMs, healAfterMs } = options;
  const [from, to] = ['sender@example.net', ['recipient@example.com']];
  const content = name === 'short' ? { content: 'plain', size: null } : { content: 'sized', size: messageOctets };
  const submission = { id: 1, from, to, ...content, file: null, tls, auth: null } as const;
  const stalls = name === 'stall';
  return {
    name,
    prefix,
    scenario,
    client,
    from,
    to,
    tls,
    signal,
    ...buildSubmission(submission, 1),
    folder: labFolder(prefix),
    // The cure of the article: a lower MTU on the server's host. Where it is not applied the server knows of no narrow link.
    serverMtu: name === 'control' || name === 'cure' ? farMtu : NEAR_MTU,
    patienceMs: stalls ? patienceMs : FLOW_LIMIT_MS,
    healAfterMs: stalls ? healAfterMs : null,
  };
}

/** @returns in words, what could not be removed: then the word of it stays, for `lab clean` */
function tidy(prefix: string): readonly string[] {
  const { left } = removeNetwork(prefix);
  if (left.length === 0) closeState(prefix);
  return left;
}

function reportOf(
  client: MtuLabReport['client'],
  steps: readonly MtuStep[],
  { scenario, tls, farMtu, mtuProbing, patienceMs, healAfterMs }: MtuLabOptions,
): MtuLabReport {
  return {
    schemaVersion: LAB_SCHEMA_VERSION,
    lab: 'mtu',
    writtenBy: PACKAGE_VERSION,
    kernel: `${process.platform} ${release()}`,
    client,
    scenario,
    tls,
    nearMtu: NEAR_MTU,
    farMtu,
    mtuProbing,
    patienceMs,
    healAfterMs,
    steps,
    verdict: mtuVerdict(steps, mtuProbing),
  };
}
