// Where reports go: one format to standard output, several into a folder.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KnownFindings } from '../judge/known-findings';
import type { ReportCard } from '../judge/report-card';
import { reportHtml } from '../report/html';
import { cardJson } from '../report/json';
import { reportJunit } from '../report/junit';
import { reportText } from '../report/text';
import { nearestWord } from '../wire/nearest-word';
import type { TrialRecord } from '../wire/trial-record';
import { writableFolder } from './folders';
import { didYouMean, print, printError, terminalOf, UsageError } from './terminal';

export const REPORT_FORMATS = ['text', 'json', 'junit', 'html'] as const;
type ReportFormat = (typeof REPORT_FORMATS)[number];

const FILES: Readonly<Record<ReportFormat, string>> = {
  text: 'report.txt',
  json: 'report.json',
  junit: 'junit.xml',
  html: 'report.html',
};

export interface ReportOptions {
  /** Empty: text. */
  readonly formats: readonly string[];
  readonly folder: string | null;
  /** By CLIENT/SCENARIO, for transcripts. */
  readonly records: ReadonlyMap<string, TrialRecord>;
  readonly known: KnownFindings | null;
}

/**
 * What would stop a report from being written, told before there is anything to report.
 * @throws UsageError for an unknown format, or several without a folder; an error in words for a folder not to be had
 */
export function checkReports(formats: readonly string[], folder: string | null): void {
  const several = new Set(checked(formats)).size > 1;
  if (several && folder === null)
    throw new UsageError('several report formats need --out FOLDER: they cannot all go to standard output');
  if (folder !== null) writableFolder(folder);
}

/** @throws as `checkReports` does */
export function writeReports(card: ReportCard, options: ReportOptions): void {
  checkReports(options.formats, options.folder);
  const formats = checked(options.formats);
  const { folder } = options;
  if (folder === null) {
    for (const format of new Set(formats)) print(render(card, format, options, terminalOf()));
    return;
  }
  for (const format of formats) {
    const path = join(folder, FILES[format]);
    writeFileSync(path, render(card, format, options, { color: false, width: 80 }));
    printError(`wrote ${path}`);
  }
  if (!formats.includes('text')) return;
  print(render(card, 'text', options, terminalOf()));
}

function checked(formats: readonly string[]): readonly ReportFormat[] {
  const wanted = formats.length === 0 ? ['text'] : formats;
  return wanted.map((word) => {
    const format = REPORT_FORMATS.find((one) => one === word);
    if (format === undefined) {
      const near = nearestWord(word, REPORT_FORMATS);
      throw new UsageError(
        `no report format is called "${word}"; expected ${REPORT_FORMATS.join(', ')}${didYouMean(near)}`,
      );
    }
    return format;
  });
}

function render(
  card: ReportCard,
  format: ReportFormat,
  { records, known }: ReportOptions,
  look: { readonly color: boolean; readonly width: number },
): string {
  switch (format) {
    case 'text':
      return reportText(card, { color: look.color, width: look.width, known });
    case 'json':
      return cardJson(card);
    case 'junit':
      return reportJunit(card, { known });
    case 'html':
      return reportHtml(card, { recordOf: (client, trial) => records.get(`${client}/${trial.scenario}`) ?? null });
  }
}
