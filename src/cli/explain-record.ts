// A trial record looked at as its server's administrator would have seen it: its traces as a Domino log, the explainer's
// attribution of that log, and beside it the cause that the record knows. Used by the command `explain-log`.

import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { explainChunk, finishExplaining, startExplaining } from '../domino/explain-log';
import type { ExplainOptions } from '../domino/explain-log';
import { explainHtml } from '../domino/explain-html';
import { explainJson, explainText } from '../domino/explain-report';
import { CAUSE_ADVICE } from '../domino/log-advice';
import { utcDate } from '../domino/log-date';
import { logOptions } from '../domino/log-line';
import { logOfTraces } from '../domino/log-of-traces';
import type { LogReport } from '../domino/log-report';
import { trueCauses, type SessionTruth } from '../domino/true-cause';
import { escapeMarkup } from '../report/safe-text';
import type { TrialRecord } from '../wire/trial-record';
import { readTrialRecord } from '../wire/trial-record-file';
import { printError } from './terminal';

export interface ExplainedRecord {
  readonly name: string;
  readonly log: readonly string[];
  readonly report: LogReport;
  readonly truth: readonly SessionTruth[];
}

/** Whether a path is a trial record's folder, or its trial.json. */
export function isTrialRecord(path: string): boolean {
  if (basename(path) === 'trial.json') return true;
  return existsSync(join(path, 'trial.json'));
}

/** @throws RecordError */
export function explainRecord(path: string, options: Partial<ExplainOptions>): ExplainedRecord {
  const record = readTrialRecord(path, printError);
  const log = logOf(record);
  const explaining = startExplaining(options);
  explainChunk(explaining, log.map((line) => `${line}\n`).join(''));
  const name = basename(resolve(path)) === 'trial.json' ? basename(resolve(path, '..')) : basename(resolve(path));
  return { name, log, report: finishExplaining(explaining), truth: trueCauses(record.traces) };
}

function logOf({ traces, startedAt }: TrialRecord): readonly string[] {
  const begin = Date.parse(startedAt);
  const options = logOptions({ dateOf: (at) => utcDate(new Date(begin + at)) });
  return logOfTraces(traces, options).map(({ line }) => line);
}

/** The report in one of its formats, with what the record knows behind it. */
export function recordReport(explained: ExplainedRecord, format: 'text' | 'json' | 'html'): string {
  const { report, name, truth } = explained;
  switch (format) {
    case 'text':
      return `${explainText(report)}\n${truthLines(explained).join('\n')}\n`;
    case 'json':
      return `${JSON.stringify({ ...(JSON.parse(explainJson(report)) as object), truth }, null, 2)}\n`;
    case 'html': {
      const rows = truthLines(explained).map((line) => escapeMarkup(line));
      return explainHtml(report, name).replace(
        '</body>',
        `<h2>What the record knows</h2><pre>${rows.join('\n')}</pre></body>`,
      );
    }
  }
}

function truthLines({ truth, report }: ExplainedRecord): string[] {
  const lines = ['What the record knows of each connection:', ''];
  for (const { connection, peer, messages, cause, because } of truth) {
    const what =
      cause === null ? `${messages} message${messages === 1 ? '' : 's'} accepted` : CAUSE_ADVICE[cause].title;
    lines.push(`  #${connection}  ${peer}  ${what}${cause === null ? '' : `: ${because}`}`);
  }
  const explained = truth.filter(({ cause }) => cause !== null);
  if (explained.length === 0) return lines;
  lines.push(
    '',
    `From the log alone ${agreeing(truth, report)} of ${explained.length} without a message would have been put down to this.`,
  );
  return lines;
}

/** Sessions whose cause log and record agree on; sessions of one cause are not told apart. */
function agreeing(truth: readonly SessionTruth[], report: LogReport): number {
  return report.causes
    .filter(({ cause }) => cause !== 'unknown')
    .reduce(
      (sum, { cause, sessions }) => sum + Math.min(sessions, truth.filter((one) => one.cause === cause).length),
      0,
    );
}
