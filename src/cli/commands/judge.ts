// `judge RECORD…`: saved trial records judged again, with verdicts as they would be today; and `report merge`.

import { readFileSync, statSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { exitVerdict } from '../../judge/card-findings';
import { judgeTrial } from '../../judge/judge';
import { mergeCards } from '../../judge/merge-cards';
import { readCard } from '../../report/json';
import { readTrialRecord } from '../../wire/trial-record-file';
import { JudgedTrials } from '../judged-trials';
import { checkReports, writeReports, REPORT_FORMATS } from '../report-files';
import { EXIT, printError, tell, UsageError } from '../terminal';

interface ReportingOptions {
  readonly format: readonly string[];
  readonly out?: string;
  readonly strict?: boolean;
  readonly fail: boolean;
  readonly rfc: '2821' | '5321';
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, ...value.split(',')];

const reporting = (command: Command): Command =>
  command
    .addOption(
      new Option('--format <formats>', `report as ${REPORT_FORMATS.join(', ')}; several need --out`)
        .argParser(collect)
        .default([], 'text'),
    )
    .option('--out <folder>', 'write the reports there')
    .option('--strict', 'a broken SHOULD fails too')
    .option('--no-fail', 'only report: exit 0 whatever was found');

export function judgeCommand(): Command {
  return reporting(new Command('judge'))
    .description('Judge saved trial records again')
    .argument('<record...>', 'trial folders, or folders that hold some')
    .addOption(new Option('--rfc <number>', 'which base text decides').choices(['5321', '2821']).default('5321'))
    .action((paths: string[], options: ReportingOptions) => {
      process.exitCode = judge(paths, options);
    });
}

export function reportCommand(): Command {
  const report = new Command('report').description('Work with saved reports');
  report.addCommand(
    reporting(new Command('merge'))
      .description('Join the JSON reports of several machines')
      .argument('<report.json...>', 'written by run --format json')
      .exitOverride() // the root's is not handed down two levels
      .action((paths: string[], options: ReportingOptions) => {
        checkReports(options.format, options.out ?? null);
        const cards = paths.map((path) => ({ from: path, card: readCard(textOf(path), path) }));
        const card = mergeCards(cards);
        writeReports(card, { formats: options.format, folder: options.out ?? null, records: new Map(), known: null });
        process.exitCode = exitVerdict(card, {
          strict: options.strict === true,
          noFail: !options.fail,
          known: null,
        }).code;
      }),
  );
  return report;
}

/** A report, from standard input for "-". */
function textOf(path: string): string {
  if (path !== '-' && statSync(path).isDirectory())
    throw new UsageError(`${path}: is a folder; expected a report's JSON`);
  return readFileSync(path === '-' ? 0 : path, 'utf8');
}

/** One record that cannot be used is told, and the others are judged all the same. */
function judge(paths: readonly string[], options: ReportingOptions): number {
  checkReports(options.format, options.out ?? null);
  const rfc = options.rfc === '2821' ? 2821 : 5321;
  const strict = options.strict === true;
  const folders = paths.flatMap(trialFolders);
  if (folders.length === 0) throw new UsageError(`no trial record under ${paths.join(', ')}`);
  const trials = new JudgedTrials();
  let unused = 0;
  for (const folder of folders) {
    try {
      const record = readTrialRecord(folder, printError);
      trials.add({ folder, record, judgement: judgeTrial(record, { rfc, strict }), rfc, strict });
    } catch (error) {
      unused++;
      if (folders.length === 1) throw error;
      tell(error);
    }
  }
  const card = trials.card();
  if (card === null) return EXIT.usage;
  writeReports(card, {
    formats: options.format,
    folder: options.out ?? null,
    records: trials.records(card),
    known: null,
  });
  if (unused > 0) printError(`${unused} of ${folders.length} records could not be used`);
  const { code } = exitVerdict(card, { strict, noFail: !options.fail, known: null });
  return unused > 0 ? EXIT.usage : code;
}

/** A folder is a trial when `trial.json` lies in it; else those below it are looked at. Links may go in circles: not they. */
function trialFolders(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  const entries = readdirSync(path, { withFileTypes: true });
  if (entries.some(({ name }) => name === 'trial.json')) return [path];
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(path, name))
    .toSorted()
    .flatMap(trialFolders);
}
