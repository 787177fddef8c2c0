// `run [scenario…] --client NAME` and `run … -- command {host} {port} …`: clients through the gauntlet, a report card, and an
// exit code that fails a build when a new MUST is broken.

import { Command, Option } from 'commander';
import { CLIENT_DRIVERS, clientDriver, commandDriver, scriptedDriver } from '../../clients';
import type { ClientDriver } from '../../clients/driver';
import { runGauntlet } from '../../gauntlet/gauntlet';
import { isChosen, PATIENCES, tooLong, type Choice, type Patience } from '../../gauntlet/plan';
import { missingCapability } from '../../gauntlet/needs';
import { exitVerdict } from '../../judge/card-findings';
import type { ReportCard } from '../../judge/report-card';
import { nearestObligation, obligation } from '../../obligations/catalogue';
import { loadScenario, personaOf, scenarioNames } from '../../scenario/load';
import { compilePattern } from '../../scenario/pattern';
import type { Scenario } from '../../scenario/scenario';
import { listSenders, loadSender } from '../../scenario/sender';
import { nearestWord } from '../../wire/nearest-word';
import type { TrialRecord } from '../../wire/trial-record';
import { knownFile } from '../known-file';
import { positiveNumber, wholeNumber } from '../option-values';
import { progressLines } from '../progress';
import { writeReports, REPORT_FORMATS } from '../report-files';
import { EXIT, print, printError, terminalOf, UsageError } from '../terminal';

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

const DEFAULT_CLIENT = 'nodemailer';
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
        .default([], DEFAULT_CLIENT),
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
The message is in the file {message} and on standard input. No shell is involved: write arguments as they are to be.`;

const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function run(words: readonly string[], options: RunOptions): Promise<number> {
  const { names, command } = splitCommand(words);
  const clients = clientsOf(options.client, command);
  const scenarios = scenariosOf({
    scenarios: [...names, ...options.scenario],
    tags: options.tag,
    obligations: knownObligations(options.obligation),
  });
  if (options.dryRun === true) return dryRun(clients, scenarios, options.patience);
  const known = knownFile(options.known, options.updateKnown === true);
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  // Clients and what they started are ended in order, whoever interrupts: a CI says SIGTERM.
  for (const name of INTERRUPTS) process.once(name, interrupt);
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
    signal: stop.signal,
    onProgress: progress.show,
    onRecord: (record) => records.set(`${record.client.name}/${record.scenario.name}`, record),
  });
  for (const name of INTERRUPTS) process.removeListener(name, interrupt);
  progress.end();
  writeReports(card, { formats: options.format, folder: options.out ?? null, records, known: known.findings });
  const accepted = known.update(card);
  return stop.signal.aborted ? EXIT.interrupted : exitCodeOf(card, options, accepted);
}

function exitCodeOf(card: ReportCard, options: RunOptions, known: Parameters<typeof exitVerdict>[1]['known']): number {
  const { code, reasons } = exitVerdict(card, { strict: options.strict === true, noFail: !options.fail, known });
  if (code !== 0 && options.quiet !== true) for (const reason of reasons.slice(0, 20)) printError(reason);
  return code;
}

/** Commander hands over what stands behind `--` with the other arguments: a command is told by its placeholders. */
function splitCommand(words: readonly string[]): { names: readonly string[]; command: readonly string[] | null } {
  const dashes = process.argv.indexOf('--');
  if (dashes < 0) return { names: words, command: null };
  const command = process.argv.slice(dashes + 1);
  if (command.length === 0)
    throw new UsageError('nothing stands behind "--"; expected a command line with {host} and {port}');
  return { names: words.slice(0, words.length - command.length), command };
}

function clientsOf(names: readonly string[], command: readonly string[] | null): readonly ClientDriver[] {
  const own = command === null ? [] : [commandDriver(command)];
  const wanted = names.length === 0 && command === null ? [DEFAULT_CLIENT] : names;
  return [...wanted.flatMap((name) => (name === 'all' ? CLIENT_DRIVERS : [driverOf(name)])), ...own];
}

function driverOf(name: string): ClientDriver {
  if (name.startsWith('sender:')) return scriptedDriver(loadSender(name.slice('sender:'.length)));
  const driver = clientDriver(name);
  if (driver !== undefined) return driver;
  const names = [...CLIENT_DRIVERS.map((one) => one.name), ...listSenders().map((one) => `sender:${one.name}`)];
  const near = nearestWord(name, names);
  throw new UsageError(
    `no client is called "${name}"; expected one of ${CLIENT_DRIVERS.map((one) => one.name).join(', ')}, all, or sender:NAME${near === undefined ? '' : `; did you mean "${near}"?`}`,
  );
}

function knownObligations(ids: readonly string[]): readonly string[] {
  for (const id of ids) {
    if (obligation(id) !== undefined) continue;
    const near = nearestObligation(id);
    throw new UsageError(`no obligation is called "${id}"${near === undefined ? '' : `; did you mean "${near}"?`}`);
  }
  return ids;
}

function scenariosOf(choice: Choice): readonly Scenario[] {
  const files = choice.scenarios.filter((name) => /[/\\]|\.ya?ml$/.test(name));
  const names = choice.scenarios.filter((name) => !files.includes(name));
  const listed = scenarioNames();
  for (const name of names) {
    if (/[*?]/.test(name) || listed.includes(name)) continue;
    const near = nearestWord(name, listed);
    throw new UsageError(`no scenario is called "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`);
  }
  // Reading all that are shipped takes a second: only those that may fit by their name are.
  const mayFit =
    names.length === 0 ? listed : listed.filter((name) => names.some((one) => compilePattern(one).test(name)));
  const shipped = files.length > 0 && names.length === 0 ? [] : mayFit.map((name) => loadScenario(name));
  const chosen = shipped.filter((scenario) => isChosen(scenario, { ...choice, scenarios: names }));
  const all = [...files.map((file) => loadScenario(file)), ...chosen];
  if (all.length === 0) throw new UsageError('no scenario fits; "smtp-gauntlet list" shows all with their tags');
  // A voice that nobody has is a mistake in a scenario, and told before anything is run.
  for (const scenario of all) personaOf(scenario);
  return all;
}

function dryRun(clients: readonly ClientDriver[], scenarios: readonly Scenario[], patience: Patience): number {
  for (const client of clients) {
    print(`${client.name}:`);
    for (const scenario of scenarios) {
      const why = tooLong(scenario, patience) ?? missingCapability(scenario, client.capabilities);
      print(`  ${scenario.name.padEnd(36)} ${why === null ? 'would be run' : `not run: ${why}`}`);
    }
  }
  return EXIT.ok;
}
