// Where reports go: one format to standard output, several into a folder.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KnownFindings } from '../judge/known-findings';
import type { ReportCard } from '../judge/report-card';
import { reportHtml } from '../report/html';
import { cardJson } from '../report/json';
import { reportJunit } from '../report/junit';
import { reportText } from '../report/text';
import type { TrialRecord } from '../wire/trial-record';
import { print, printError, terminalOf, UsageError } from './terminal';

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

/** @throws UsageError for an unknown format, or several without a folder */
export function writeReports(card: ReportCard, options: ReportOptions): void {
  const formats = checked(options.formats);
  const { folder } = options;
  if (folder === null) {
    for (const format of formats) print(render(card, format, options, terminalOf()));
    return;
  }
  mkdirSync(folder, { recursive: true });
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
    if (format === undefined)
      throw new UsageError(`no report format is called "${word}"; expected ${REPORT_FORMATS.join(', ')}`);
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
      return reportText(card, { color: look.color, width: look.width });
    case 'json':
      return cardJson(card);
    case 'junit':
      return reportJunit(card, { known });
    case 'html':
      return reportHtml(card, { recordOf: (client, trial) => records.get(`${client}/${trial.scenario}`) ?? null });
  }
}
