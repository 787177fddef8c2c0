// `run [scenario…] --client NAME` and `run … -- command {host} {port} …`: clients through the gauntlet, a report card, and an
// exit code that fails a build when a new MUST is broken.

import { Command, Option } from 'commander';
import { CLIENT_DRIVERS } from '../../clients';
import type { ClientDriver } from '../../clients/driver';
import { runGauntlet } from '../../gauntlet/gauntlet';
import { PATIENCES, tooLong, type Patience } from '../../gauntlet/plan';
import { missingCapability } from '../../gauntlet/needs';
import { exitVerdict } from '../../judge/card-findings';
import type { ReportCard } from '../../judge/report-card';
import { safeLine } from '../../report/safe-text';
import type { Scenario } from '../../scenario/scenario';
import type { TrialRecord } from '../../wire/trial-record';
import { writableFolder } from '../folders';
import { takeInterrupts } from '../interrupts';
import { knownFile } from '../known-file';
import { positiveNumber, wholeNumber } from '../option-values';
import { progressLines } from '../progress';
import { checkReports, writeReports, REPORT_FORMATS } from '../report-files';
import { clientsOf, knownObligations, scenariosOf, splitCommand } from '../run-choice';
import { EXIT, print, printError, terminalOf } from '../terminal';

interface RunOptions {
  readonly client: readonly string[];
  readonly scenario: readonly string[];
  readonly tag: readonly string[];
  readonly obligation: readonly string[];
  readonly patience: Patience;
  readonly parallel: number;
  readonly seed?: number;
  readonly timeScale: number;
  readonly rfc: '2821' | '5321';
  readonly strict?: boolean;
  readonly fail: boolean;
  readonly known?: string;
  readonly updateKnown?: boolean;
  readonly dryRun?: boolean;
  readonly record?: string;
  readonly format: readonly string[];
  readonly out?: string;
  readonly quiet?: boolean;
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, ...value.split(',')];

export function runCommand(): Command {
  return new Command('run')
    .description('Run clients through scenarios and print their report card')
    .argument('[scenario...]', 'names, globs or files; default: all. Behind --: a command line with {host} {port} …')
    .addOption(
      new Option(
        '-c, --client <names>',
        `which clients, or all: ${CLIENT_DRIVERS.map(({ name }) => name).join(', ')}, sender:NAME`,
      )
        .argParser(collect)
        .default([], 'nodemailer'),
    )
    .addOption(new Option('--scenario <names>', 'the same as the arguments').argParser(collect).default([], 'all'))
    .addOption(
      new Option('--tag <tags>', 'only scenarios with one of these tags').argParser(collect).default([], 'all'),
    )
    .addOption(
      new Option('--obligation <ids>', 'only scenarios that judge one of these').argParser(collect).default([], 'all'),
    )
    .addOption(new Option('--patience <how-long>', 'also run what takes longer').choices(PATIENCES).default('quick'))
    .addOption(new Option('--parallel <n>', 'trials at once').argParser(wholeNumber).default(16))
    .addOption(new Option('--seed <n>', 'repeat a run').argParser(wholeNumber))
    .addOption(
      new Option('--time-scale <x>', 'shorten waits and windows; marks every verdict "scaled"')
        .argParser(positiveNumber)
        .default(1),
    )
    .addOption(new Option('--rfc <number>', 'which base text decides').choices(['5321', '2821']).default('5321'))
    .option('--strict', 'a broken SHOULD fails too')
    .option('--no-fail', 'only report: exit 0 whatever was found')
    .option('--known <file>', 'fail on findings that are not in this file only')
    .option('--update-known', 'write what was found into the --known file')
    .option('--dry-run', 'say what would be run')
    .option('--record <folder>', 'keep the trial records there: FOLDER/CLIENT/SCENARIO', undefined)
    .addOption(
      new Option('--format <formats>', `report as ${REPORT_FORMATS.join(', ')}; several need --out`)
        .argParser(collect)
        .default([], 'text'),
    )
    .option('--out <folder>', 'write the reports there')
    .option('-q, --quiet', 'no progress')
    .addHelpText('after', COMMAND_HELP)
    .action(async (words: string[], options: RunOptions) => {
      process.exitCode = await run(words, options);
    });
}

const COMMAND_HELP = `
Any program can be the client:
  smtp-gauntlet run -- swaks --server {host} --port {port} --from {from} --to={tos} --data @{message}
The message is in the file {message} and on standard input. No shell is involved: write arguments as they are to be.
{to} is the first recipient; only a line with {tos} is asked to send to several.`;

async function run(words: readonly string[], options: RunOptions): Promise<number> {
  const { names, command } = splitCommand(words);
  const clients = clientsOf(options.client, command);
  const scenarios = scenariosOf({
    scenarios: [...names, ...options.scenario],
    tags: options.tag,
    obligations: knownObligations(options.obligation),
  });
  if (options.dryRun === true) return await dryRun(clients, scenarios, options.patience);
  checkReports(options.format, options.out ?? null);
  if (options.record !== undefined) writableFolder(options.record);
  const known = knownFile(options.known, options.updateKnown === true);
  const interrupts = takeInterrupts();
  const terminal = terminalOf(process.stderr);
  const progress = progressLines(clients.length * scenarios.length, terminal, options.quiet === true);
  const records = new Map<string, TrialRecord>();
  const seed = options.seed ?? 1;
  const card = await runGauntlet({
    scenarios,
    clients,
    rfc: options.rfc === '2821' ? 2821 : 5321,
    strict: options.strict === true,
    seed,
    timeScale: options.timeScale,
    patience: options.patience,
    parallel: options.parallel,
    folder: options.record ?? null,
    signal: interrupts.signal,
    onProgress: progress.show,
    onRecord: (record) => records.set(`${record.client.name}/${record.scenario.name}`, record),
  });
  progress.end();
  writeReports(card, { formats: options.format, folder: options.out ?? null, records, known: known.findings });
  const accepted = known.update(card);
  interrupts.release();
  return interrupts.signal.aborted ? EXIT.interrupted : exitCodeOf(card, options, accepted);
}

function exitCodeOf(card: ReportCard, options: RunOptions, known: Parameters<typeof exitVerdict>[1]['known']): number {
  // "all" asks for whoever is there; a name, for that one.
  const askedFor = new Set(card.clients.map(({ name }) => name).filter((name) => !isOneOfAll(name, options.client)));
  const strict = options.strict === true;
  const { code, reasons } = exitVerdict(card, { strict, noFail: !options.fail, known, askedFor });
  if (code !== 0 && options.quiet !== true) for (const reason of reasons.slice(0, 20)) printError(safeLine(reason));
  return code;
}

function isOneOfAll(name: string, asked: readonly string[]): boolean {
  return asked.includes('all') && !asked.includes(name) && CLIENT_DRIVERS.some((driver) => driver.name === name);
}

async function dryRun(
  clients: readonly ClientDriver[],
  scenarios: readonly Scenario[],
  patience: Patience,
): Promise<number> {
  for (const client of clients) {
    const there = await client.detect();
    print(there.available ? `${client.name}:` : `${client.name}: could not be run, ${there.reason}`);
    if (!there.available) continue;
    for (const scenario of scenarios) {
      const why = tooLong(scenario, patience) ?? missingCapability(scenario, client.capabilities);
      print(`  ${scenario.name.padEnd(36)} ${why === null ? 'would be run' : `not run: ${why}`}`);
    }
  }
  return EXIT.ok;
}
