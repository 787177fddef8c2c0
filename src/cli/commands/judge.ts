// `judge RECORD…`: saved trial records judged again, with verdicts as they would be today; and `report merge`.

import { readFileSync, statSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { exitVerdict } from '../../judge/card-findings';
import { judgeTrial } from '../../judge/judge';
import { mergeCards } from '../../judge/merge-cards';
import { CARD_SCHEMA_VERSION, trialCard, type ClientCard, type ReportCard } from '../../judge/report-card';
import { readCard } from '../../report/json';
import { PACKAGE_VERSION } from '../../wire/package-version';
import { readTrialRecord } from '../../wire/trial-record-file';
import type { TrialRecord } from '../../wire/trial-record';
import { writeReports, REPORT_FORMATS } from '../report-files';
import { printError, UsageError } from '../terminal';

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
    .action(async (paths: string[], options: ReportingOptions) => {
      process.exitCode = await judge(paths, options);
    });
}

export function reportCommand(): Command {
  const report = new Command('report').description('Work with saved reports');
  report.addCommand(
    reporting(new Command('merge'))
      .description('Join the JSON reports of several machines')
      .argument('<report.json...>', 'written by run --format json')
      .action((paths: string[], options: ReportingOptions) => {
        const cards = paths.map((path) => ({ from: path, card: readCard(readFileSync(path, 'utf8'), path) }));
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

async function judge(paths: readonly string[], options: ReportingOptions): Promise<number> {
  const found = paths.flatMap(trialFolders).map((folder) => ({ folder, record: readTrialRecord(folder, printError) }));
  if (found.length === 0) throw new UsageError(`no trial record under ${paths.join(', ')}`);
  const rfc = options.rfc === '2821' ? 2821 : 5321;
  const strict = options.strict === true;
  const clients = new Map<string, ClientCard>();
  for (const { folder, record } of found) {
    const { name, version, role } = record.client;
    const before = clients.get(name)?.trials ?? [];
    const trials = [...before, trialCard(record, judgeTrial(record, { rfc, strict }), folder)];
    clients.set(name, { name, version, role, trials });
  }
  const [first] = found;
  const card: ReportCard = {
    schemaVersion: CARD_SCHEMA_VERSION,
    writtenBy: PACKAGE_VERSION,
    startedAt: first?.record.startedAt ?? '',
    rfc,
    strict,
    seed: first?.record.seed ?? null,
    timeScale: first?.record.timeScale ?? 1,
    clients: [...clients.values()],
  };
  const records = new Map<string, TrialRecord>(
    found.map(({ record }) => [`${record.client.name}/${record.scenario.name}`, record]),
  );
  writeReports(card, { formats: options.format, folder: options.out ?? null, records, known: null });
  return exitVerdict(card, { strict, noFail: !options.fail, known: null }).code;
}

/** A folder is a trial when `trial.json` lies in it; else those below it are looked at. */
function trialFolders(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).toSorted();
  if (names.includes('trial.json')) return [path];
  return names
    .map((name) => join(path, name))
    .filter((below) => statSync(below).isDirectory())
    .flatMap(trialFolders);
}
