// Clients without a queue: each submission is one run of a program, one after the other, in the order of the scenario.
// Used by swaks, curl, smtplib and command. Not here: command lines and what their output means.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReportedOutcome } from '../wire/trial-record';
import type { Assignment, ClientReport, SubmissionToSend, Target } from './driver';
import { OUTPUT_LIMIT_OCTETS } from './run-process';
import type { ProcessResult } from './run-process';

/** One submission, ready to be sent by one run of a program. */
export interface Run {
  readonly submission: SubmissionToSend;
  /** Such a client knows one server. */
  readonly target: Target;
  /** The content, in a file of its own. */
  readonly messageFile: string;
  readonly assignment: Assignment;
}

export interface RunReading {
  readonly outcomes: readonly ReportedOutcome[];
  /** What goes on the client's log. */
  readonly log: string;
  /** The program ended by itself, but not as it should. */
  readonly crashed?: boolean;
}

/**
 * Sends all submissions, each with a run of its own. No time-out is set: how long a client waits for a server is its own
 * affair (RFC 5321 4.5.3.2), and the assignment's signal ends it when the trial is over.
 * @param run starts the program
 * @param read says what its end and output mean; not asked about a run that did not end by itself
 * @param contentFor what goes into the message file; default: the content as given
 */
export async function submitOneByOne(
  assignment: Assignment,
  run: (run: Run) => Promise<ProcessResult>,
  read: (submission: SubmissionToSend, result: ProcessResult) => RunReading,
  contentFor: (submission: SubmissionToSend) => Buffer = (submission) => submission.content,
): Promise<ClientReport> {
  const reports: ClientReport[] = [];
  for (const submission of assignment.submissions) {
    const messageFile = join(assignment.folder, `message-${submission.id}.eml`);
    await writeFile(messageFile, contentFor(submission));
    const result = await run({ submission, target: firstTarget(assignment), messageFile, assignment });
    reports.push(reportOfRun(submission, result, read));
  }
  return joinReports(reports);
}

function reportOfRun(
  submission: SubmissionToSend,
  result: ProcessResult,
  read: (submission: SubmissionToSend, result: ProcessResult) => RunReading,
): ClientReport {
  const output = [result.stdout, result.stderr].filter((text) => text !== '').join('\n');
  const unknown = (end: ClientReport['end'], text: string): ClientReport => ({
    outcomes: [{ submission: submission.id, recipient: null, outcome: 'unknown', text }],
    end,
    log: `${output}\n${text}\n`,
    exitCode: result.exitCode,
  });
  if (result.survivors.length > 0)
    return unknown('crashed', `could not be stopped: process ${result.survivors.join(', ')}`);
  if (result.stopped !== 'no') return unknown('timed-out', 'stopped before it had finished');
  if (result.startError !== null) return unknown('crashed', `could not be started: ${result.startError}`);
  if (result.killedBy !== null) return unknown('crashed', `ended by ${result.killedBy}`);
  const { outcomes, log, crashed } = read(submission, result);
  return { outcomes, log, end: crashed === true ? 'crashed' : 'finished', exitCode: result.exitCode };
}

/** From best to worst: the worst of several ends is the end of them all. */
const ENDS: readonly ClientReport['end'][] = ['finished', 'deferred', 'timed-out', 'crashed'];

/** One report out of several. The exit code is that of the first run that failed, else of the last one. */
export function joinReports(reports: readonly ClientReport[]): ClientReport {
  const worst = Math.max(0, ...reports.map((report) => ENDS.indexOf(report.end)));
  const failed = reports.find((report) => report.exitCode !== 0);
  return {
    outcomes: reports.flatMap((report) => report.outcomes),
    end: ENDS[worst] ?? 'crashed',
    log: endOfLog(reports.map((report) => report.log).join('\n')),
    exitCode: (failed ?? reports.at(-1))?.exitCode ?? null,
  };
}

/** The end of a log, as much of it as a report may carry. */
export function endOfLog(log: string): string {
  if (Buffer.byteLength(log) <= OUTPUT_LIMIT_OCTETS) return log;
  // Cutting may split a character; the replacement for it must not make the text longer than the limit again.
  return Buffer.from(log)
    .subarray(-OUTPUT_LIMIT_OCTETS + 3)
    .toString('utf8');
}

/** The server of an assignment for a client that knows only one. */
export function firstTarget(assignment: Pick<Assignment, 'targets'>): Target {
  const target = assignment.targets[0];
  if (target === undefined) throw new Error('an assignment needs a target');
  return target;
}
