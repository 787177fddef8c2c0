// Runs every quick scenario against the clients of the field, and writes docs/field-report.md and docs/field-report.html.
// Run by `npm run field-report`, which takes some minutes and needs the clients (.ci/install-field-clients). With `-- --again
// --records FOLDER` the kept records of an earlier run are judged again instead: after a change to the judge or the review.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CLIENT_DRIVERS } from '../clients/index';
import { runGauntlet } from '../gauntlet/gauntlet';
import { tooLong } from '../gauntlet/plan';
import { judgeTrial } from '../judge/judge';
import { trialCard, type ClientCard, type ReportCard } from '../judge/report-card';
import { fieldHtml } from '../report/field-html';
import { fieldPage, type Durations } from '../report/field-page';
import { cardJson, readCard } from '../report/json';
import { FAULT_TAGS, fateRows } from '../report/message-fates';
import { readReviewed, type Reviewed } from '../report/reviewed';
import { loadScenario, scenarioNames } from '../scenario/load';
import { PACKAGE_ROOT } from '../wire/package-version';
import type { TrialRecord } from '../wire/trial-record';
import { readTrialRecord } from '../wire/trial-record-file';
import { takeInterrupts } from './interrupts';
import { progressLines } from './progress';
import { printError, tell, terminalOf, UsageError } from './terminal';

const CLIENTS = ['postfix', 'exim', 'swaks', 'curl', 'smtplib', 'nodemailer'];
/** Runs first and alone, so that its time is its own. */
const ALONE = 'nodemailer';
const SEED = 1;
const PARALLEL = 8;
/** The page is kept beside the code, so it must not grow without bound. */
const MOST_TRANSCRIPT_CHARACTERS = 1_000_000;

const DOCS = join(PACKAGE_ROOT, 'docs');
const REVIEWED = join(DOCS, 'field-report-reviewed.json');

interface FieldRun {
  readonly card: ReportCard;
  readonly durations: Durations;
  readonly recordOf: (client: string, scenario: string) => TrialRecord | null;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      records: { type: 'string' },
      again: { type: 'boolean', default: false },
      parallel: { type: 'string', default: String(PARALLEL) },
    },
  });
  // Before the run: a mistake in it should not cost a quarter of an hour.
  const reviewed = existsSync(REVIEWED)
    ? readReviewed(readFileSync(REVIEWED, 'utf8'), 'docs/field-report-reviewed.json')
    : { schemaVersion: 1 as const, entries: [] };
  const folder = values.records ?? null;
  const run = values.again ? judgedAgain(folder ?? '.') : await runAll(folder, Number(values.parallel));
  writePages(run, reviewed);
}

async function runAll(folder: string | null, parallel: number): Promise<FieldRun> {
  const scenarios = scenarioNames()
    .map((name) => loadScenario(name))
    .filter((scenario) => tooLong(scenario, 'quick') === null);
  const drivers = CLIENTS.flatMap((name) => CLIENT_DRIVERS.filter((driver) => driver.name === name));
  const records = new Map<string, TrialRecord>();
  const interrupts = takeInterrupts();
  const progress = progressLines(scenarios.length * drivers.length, terminalOf(process.stderr), false);
  const timed = async (chosen: typeof drivers): Promise<{ card: ReportCard; tookMs: number }> => {
    const startedAt = process.hrtime.bigint();
    const card = await runGauntlet({
      scenarios,
      clients: chosen,
      rfc: 5321,
      strict: false,
      seed: SEED,
      timeScale: 1,
      patience: 'quick',
      parallel,
      folder,
      signal: interrupts.signal,
      onProgress: progress.show,
      onRecord: (record) => records.set(`${record.client.name}/${record.scenario.name}`, record),
    });
    return { card, tookMs: Number(process.hrtime.bigint() - startedAt) / 1e6 };
  };
  const alone = await timed(drivers.filter(({ name }) => name === ALONE));
  const others = await timed(drivers.filter(({ name }) => name !== ALONE));
  progress.end();
  if (interrupts.signal.aborted) throw new UsageError('interrupted: nothing was written');
  const clients = [...others.card.clients, ...alone.card.clients];
  const durations: Durations = {
    wholeMs: alone.tookMs + others.tookMs,
    nodemailerMs: alone.tookMs,
    parallel,
    processors: availableParallelism(),
  };
  const card = { ...alone.card, clients };
  if (folder !== null) keep(folder, card, durations);
  return { card, durations, recordOf: (client, scenario) => records.get(`${client}/${scenario}`) ?? null };
}

// --- kept runs -------------------------------------------------------------------------------------------------------

function keep(folder: string, card: ReportCard, durations: Durations): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'card.json'), cardJson(card));
  writeFileSync(join(folder, 'durations.json'), `${JSON.stringify(durations)}\n`);
}

/** What did not run is taken from the card of that time, the verdicts are made anew. */
function judgedAgain(folder: string): FieldRun {
  const card = readCard(readFileSync(join(folder, 'card.json'), 'utf8'), join(folder, 'card.json'));
  const durations = JSON.parse(readFileSync(join(folder, 'durations.json'), 'utf8')) as Durations;
  const records = new Map<string, TrialRecord>();
  const read = (client: string, scenario: string): TrialRecord => {
    const place = join(folder, client, scenario);
    const record = records.get(place) ?? readTrialRecord(place, printError);
    records.set(place, record);
    return record;
  };
  const judge = (client: ClientCard): ClientCard => ({
    ...client,
    trials: client.trials.map((trial) => {
      if (!trial.ran) return trial;
      const record = read(client.name, trial.scenario);
      return trialCard(record, judgeTrial(record, { rfc: card.rfc, strict: card.strict }), null);
    }),
  });
  return { card: { ...card, clients: card.clients.map(judge) }, durations, recordOf: read };
}

// --- pages -----------------------------------------------------------------------------------------------------------

function writePages({ card, durations, recordOf }: FieldRun, reviewed: Reviewed): void {
  const html = fieldHtml(card, reviewed, { recordOf, mostTranscriptCharacters: MOST_TRANSCRIPT_CHARACTERS });
  writeFileSync(
    join(DOCS, 'field-report.md'),
    fieldPage(card, reviewed, fateRows(card, recordOf, FAULT_TAGS), durations),
  );
  writeFileSync(join(DOCS, 'field-report.html'), html);
  process.stdout.write('docs/field-report.md\ndocs/field-report.html\n');
}

main().catch((error: unknown) => {
  process.exitCode = tell(error);
});
