// Runs scripted senders against shipped scenarios on real sockets, several at once, and judges the records. Used by the tests
// that hold scenarios, senders and checks against each other.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capabilitiesOf, scriptedDriver } from '../../src/clients/scripted';
import { missingCapability } from '../../src/gauntlet/needs';
import { runTrial } from '../../src/gauntlet/trial';
import { judgeTrial } from '../../src/judge/judge';
import type { Verdict } from '../../src/judge/verdict';
import { loadScenario } from '../../src/scenario/load';
import type { Scenario } from '../../src/scenario/scenario';
import { loadSender, type Sender } from '../../src/scenario/sender';
import { certificates } from '../../src/server/certificate';
import { leaping } from './leaping-clock';

export interface Pairing {
  readonly scenario: string;
  readonly sender: string;
  /** Instead of the scenario's: a queue that comes back after half an hour shows nothing within 30 seconds. */
  readonly windowMs?: number;
}

export interface Rehearsed extends Pairing {
  /** By obligation. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

/** Most of a trial is waiting: for held replies, slow paths, silence. */
const AT_ONCE = 96;

const scenarios = new Map<string, Scenario>();
const senders = new Map<string, Sender>();

/** A shipped scenario, read once. */
export function scenarioOf(name: string): Scenario {
  const scenario = scenarios.get(name) ?? loadScenario(name);
  scenarios.set(name, scenario);
  return scenario;
}

/** A shipped sender, read once. */
export function senderOf(name: string): Sender {
  const sender = senders.get(name) ?? loadSender(name);
  senders.set(name, sender);
  return sender;
}

/** Whether a sender can do what a scenario asks for. */
export function canPlay({ scenario, sender }: Pairing): boolean {
  return missingCapability(scenarioOf(scenario), capabilitiesOf(senderOf(sender))) === null;
}

/**
 * Plays every pairing once.
 * @throws when one cannot be played, or a trial breaks down
 */
export async function rehearse(pairings: readonly Pairing[]): Promise<readonly Rehearsed[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-'));
  const waiting = [...pairings.entries()];
  const played: Rehearsed[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, pairing] = next;
      played[index] = await play(pairing, folder);
    }
  };
  try {
    await makeCertificates(folder);
    // All of them are waited for, so that nothing is still played when one has failed.
    const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return played;
}

/** Once, before many servers ask for them at the same time. */
async function makeCertificates(folder: string): Promise<void> {
  const source = certificates(folder);
  await source.caFile();
  await source.close();
}

async function play(pairing: Pairing, folder: string): Promise<Rehearsed> {
  const scenario = scenarioOf(pairing.scenario);
  const { windowMs = scenario.windowMs } = pairing;
  const result = await leaping((clock) =>
    runTrial({ ...scenario, windowMs }, scriptedDriver(senderOf(pairing.sender), clock), {
      seed: 1,
      folder: null,
      clientVersion: null,
      timeScale: 1,
      certificates: folder,
      clock,
    }),
  );
  if (!result.ran) throw new Error(`${pairing.scenario} was not played by ${pairing.sender}: ${result.reason}`);
  const { verdicts } = judgeTrial(result.record, { rfc: 5321 });
  return { ...pairing, verdicts: new Map(verdicts.map((verdict) => [verdict.obligation, verdict])) };
}

/** Whether a verdict blames the client. */
export function blames(verdict: Verdict | undefined): boolean {
  return verdict?.verdict === 'fail' || verdict?.verdict === 'warn';
}
