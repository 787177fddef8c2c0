// `explain-log FILE…`: why sessions of a Domino server end with "0 message[s] received". Reads console logs, text exports
// of log.nsf and our own trial records; prints text, JSON or a page. What could be read is always reported.

import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Command, Option } from 'commander';
import { explainHtml } from '../../domino/explain-html';
import { finishExplaining, startExplaining, type Explaining, type ExplainOptions } from '../../domino/explain-log';
import { explainJson, explainText } from '../../domino/explain-report';
import type { DateOrder } from '../../domino/log-date';
import { LINE_MEANINGS, type LinePattern } from '../../domino/log-patterns';
import type { LogReport } from '../../domino/log-report';
import { loadLogPatterns } from '../../scenario/log-patterns-file';
import { explainFile, inOrderOfTime, octetsOf, type FileTrouble, type ShowProgress } from '../explain-files';
import { explainRecord, isTrialRecord, recordReport } from '../explain-record';
import { wholeNumber } from '../option-values';
import { EXIT, print, printError, terminalOf, UsageError } from '../terminal';

const FORMATS = ['text', 'json', 'html'] as const;
type Format = (typeof FORMATS)[number];

interface ExplainLogOptions {
  readonly format: Format;
  readonly out?: string;
  readonly patterns?: string;
  readonly handlers?: number;
  readonly dates?: DateOrder;
  readonly asGiven?: boolean;
  readonly showLog?: boolean;
}

export function explainLogCommand(): Command {
  return new Command('explain-log')
    .description('Say why sessions in a Domino log ended with "0 message[s] received"')
    .argument(
      '<file...>',
      'console logs or text exports of log.nsf, gzipped or not; - is standard input; a trial folder',
    )
    .addOption(new Option('--format <format>', 'how the report is printed').choices(FORMATS).default('text'))
    .option('--out <file>', 'write the report there instead of to standard output')
    .option('--patterns <file>', 'wordings of your own server (YAML or JSON: patterns: [{ text, means }])')
    .addOption(new Option('--handlers <n>', 'how many session handlers the server has').argParser(wholeNumber))
    .addOption(new Option('--dates <order>', 'which number of a date is the day').choices(['dmy', 'mdy', 'ymd']))
    .option('--as-given', 'read several files in the order given, not in that of their first dates')
    .option('--show-log', 'of a trial record: print the Domino log that it amounts to, and nothing else')
    .action(async (files: string[], options: ExplainLogOptions) => {
      process.exitCode = await explain(files, options);
    });
}

async function explain(files: readonly string[], options: ExplainLogOptions): Promise<number> {
  const [first] = files;
  if (first !== undefined && files.length === 1 && first !== '-' && isTrialRecord(first)) {
    const explained = explainRecord(first, explainOptions(options));
    write(options.showLog === true ? explained.log.join('\n') : recordReport(explained, options.format), options);
    return EXIT.ok;
  }
  if (options.showLog === true) throw new UsageError('--show-log is for a trial record');
  const explaining = startExplaining(explainOptions(options));
  const troubles = await readAll(explaining, files, options);
  const report = finishExplaining(explaining);
  const isRead = report.input.verdict === 'read';
  // As text there would be nothing in the report but the sentence that is told below.
  if (isRead || options.format !== 'text') write(render(report, options.format, files), options);
  for (const { file, sentence } of troubles) printError(`${file === '-' ? 'standard input' : file}: ${sentence}`);
  return isRead && !troubles.some(({ grave }) => grave) ? EXIT.ok : EXIT.usage;
}

function explainOptions({ patterns, handlers, dates }: ExplainLogOptions): Partial<ExplainOptions> {
  return {
    ...(patterns === undefined ? {} : { patterns: ownPatterns(patterns) }),
    ...(handlers === undefined ? {} : { handlers }),
    ...(dates === undefined ? {} : { dateOrder: dates }),
  };
}

function ownPatterns(file: string): readonly LinePattern[] {
  return loadLogPatterns(file, LINE_MEANINGS).map(({ text, means }) => ({
    text,
    means,
    source: file,
    confidence: 'seen',
  }));
}

async function readAll(
  explaining: Explaining,
  files: readonly string[],
  { asGiven, dates }: ExplainLogOptions,
): Promise<readonly FileTrouble[]> {
  const ordered = asGiven === true ? files : await inOrderOfTime(files, dates ?? null);
  if (ordered.some((file, index) => file !== files[index])) {
    printError(`read in the order of their first dates: ${ordered.map((file) => basename(file)).join(', ')}`);
  }
  const { show, end } = progressOf(ordered);
  const troubles: FileTrouble[] = [];
  for (const file of ordered) {
    const trouble = await explainFile(explaining, file, show);
    if (trouble !== null) troubles.push(trouble);
  }
  end();
  return troubles;
}

/** On a terminal one line that is written again and again; nothing elsewhere. */
function progressOf(files: readonly string[]): { readonly show: ShowProgress; readonly end: () => void } {
  if (!terminalOf(process.stderr).interactive) return { show: null, end: () => undefined };
  const total = octetsOf(files);
  const earlier = new Map<string, number>();
  const megabytes = (octets: number): string => (octets / 1e6).toFixed(0);
  const show = (file: string, octets: number): void => {
    earlier.set(file, octets);
    const read = [...earlier.values()].reduce((sum, each) => sum + each, 0);
    const of = total === 0 ? '' : ` of ${megabytes(total)}`;
    process.stderr.write(`\r\x1b[Kreading ${basename(file)}: ${megabytes(read)}${of} MB`);
  };
  return { show, end: () => void process.stderr.write('\r\x1b[K') };
}

function render(report: LogReport, format: Format, files: readonly string[]): string {
  switch (format) {
    case 'text':
      return explainText(report);
    case 'json':
      return explainJson(report);
    case 'html':
      return explainHtml(report, files.map((file) => (file === '-' ? 'standard input' : basename(file))).join(', '));
  }
}

function write(text: string, { out }: ExplainLogOptions): void {
  if (out === undefined) return print(text);
  writeFileSync(out, text.endsWith('\n') ? text : `${text}\n`);
  printError(`wrote ${out}`);
}
