// Many trials: every chosen scenario against every client, in parallel on ports of their own, judged as they end. Bounded by
// the caller and by what a client bears. Says what happens by events; prints nothing.

import { join } from 'node:path';
import type { Availability, ClientDriver } from '../clients/driver';
import type { BaseRfc } from '../obligations/catalogue';
import { judgeTrial } from '../judge/judge';
import { CARD_SCHEMA_VERSION, trialCard, type ClientCard, type ReportCard, type TrialCard } from '../judge/report-card';
import type { Scenario } from '../scenario/scenario';
import { PACKAGE_VERSION } from '../wire/package-version';
import type { TrialRecord } from '../wire/trial-record';
import { missingCapability } from './needs';
import { tooLong, type Patience } from './plan';
import { scaled } from './scaled';
import { runTrial } from './trial';

export interface GauntletOptions {
  readonly scenarios: readonly Scenario[];
  readonly clients: readonly ClientDriver[];
  readonly rfc: BaseRfc;
  readonly strict: boolean;
  readonly seed: number;
  readonly timeScale: number;
  readonly patience: Patience;
  /** Trials at once, over all clients. */
  readonly parallel: number;
  /** Where trial records are kept: FOLDER/CLIENT/SCENARIO. */
  readonly folder: string | null;
  /** Aborted: trials that run are ended and reported, the others are not begun. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** Sees each record, e.g. to put its transcript into a report. */
  readonly onRecord: (record: TrialRecord) => void;
}

export type Progress =
  | { readonly kind: 'unavailable'; readonly client: string; readonly reason: string }
  | { readonly kind: 'started'; readonly client: string; readonly scenario: string }
  | { readonly kind: 'ended'; readonly client: string; readonly scenario: string; readonly card: TrialCard };

/** The reason of a trial that was not begun because the run was interrupted. */
export const INTERRUPTED = 'interrupted';

interface Job {
  readonly driver: ClientDriver;
  readonly version: string | null;
  readonly scenario: Scenario;
}

/** @returns the report card; never throws for what a client does */
export async function runGauntlet(options: GauntletOptions): Promise<ReportCard> {
  const startedAt = new Date().toISOString();
  const present = await Promise.all(options.clients.map(async (driver) => ({ driver, there: await driver.detect() })));
  const cards = new Map<string, TrialCard[]>();
  const jobs: Job[] = [];
  for (const { driver, there } of present) {
    cards.set(driver.name, []);
    if (!there.available) options.onProgress({ kind: 'unavailable', client: driver.name, reason: there.reason });
    else for (const scenario of options.scenarios) jobs.push({ driver, version: there.version, scenario });
  }
  await runAll(jobs, options, (job, card) => {
    cards.get(job.driver.name)?.push(card);
    options.onProgress({ kind: 'ended', client: job.driver.name, scenario: job.scenario.name, card });
  });
  return {
    schemaVersion: CARD_SCHEMA_VERSION,
    writtenBy: PACKAGE_VERSION,
    startedAt,
    rfc: options.rfc,
    strict: options.strict,
    seed: options.seed,
    timeScale: options.timeScale,
    clients: present.map(({ driver, there }) =>
      clientCard(driver, there, cards.get(driver.name) ?? [], options.scenarios),
    ),
  };
}

/** In the order of the scenarios, not of their ends. */
function clientCard(
  { name, role }: ClientDriver,
  there: Availability,
  trials: readonly TrialCard[],
  scenarios: readonly Scenario[],
): ClientCard {
  const order = new Map(scenarios.map((scenario, index) => [scenario.name, index]));
  const place = ({ scenario }: TrialCard): number => order.get(scenario) ?? order.size;
  return {
    name,
    version: there.available ? there.version : null,
    role,
    ...(there.available ? {} : { unavailable: there.reason }),
    trials: trials.toSorted((one, other) => place(one) - place(other)),
  };
}

/** Longest first would need to know how long; the order given is kept, a client that is busy lets others go ahead. */
function runAll(
  jobs: readonly Job[],
  options: GauntletOptions,
  ended: (job: Job, card: TrialCard) => void,
): Promise<void> {
  const waiting = [...jobs];
  const busy = new Map<string, number>();
  let running = 0;
  return new Promise((resolve) => {
    const next = (): void => {
      while (running < options.parallel) {
        const index = waiting.findIndex(({ driver }) => (busy.get(driver.name) ?? 0) < driver.maxParallel);
        const [job] = index < 0 ? [] : waiting.splice(index, 1);
        if (job === undefined) break;
        begin(job);
      }
      if (running === 0 && waiting.length === 0) resolve();
    };
    const begin = (job: Job): void => {
      const { name } = job.driver;
      running++;
      busy.set(name, (busy.get(name) ?? 0) + 1);
      void runJob(job, options).then((card) => {
        running--;
        busy.set(name, (busy.get(name) ?? 1) - 1);
        ended(job, card);
        next();
      });
    };
    next();
  });
}

async function runJob({ driver, version, scenario }: Job, options: GauntletOptions): Promise<TrialCard> {
  const { name, title } = scenario;
  const unrun = (reason: string): TrialCard => ({ scenario: name, title, ran: false, reason });
  if (options.signal.aborted) return unrun(INTERRUPTED);
  const reason = tooLong(scenario, options.patience) ?? missingCapability(scenario, driver.capabilities);
  if (reason !== null) return unrun(reason);
  options.onProgress({ kind: 'started', client: driver.name, scenario: name });
  const folder = options.folder === null ? null : join(options.folder, driver.name, name);
  try {
    const { seed, timeScale, signal } = options;
    const result = await runTrial(scaled(scenario, timeScale), driver, {
      seed,
      timeScale,
      signal,
      folder,
      clientVersion: version,
    });
    if (!result.ran) return unrun(result.reason);
    options.onRecord(result.record);
    const { rfc, strict } = options;
    return trialCard(result.record, judgeTrial(result.record, { rfc, strict }), folder);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { scenario: name, title, ran: false, reason: `the trial broke down: ${text}`, crashed: true };
  }
}
