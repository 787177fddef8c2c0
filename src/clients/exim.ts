// Exim as a client of ours: a private configuration and spool per trial, one foreground delivery per message, then queue runs
// until the queue is empty or the window over. What became of a message is read off its main log. Needs root, as Exim does.
// Its bounces come to the same server, as new transactions with the null sender.

import { randomUUID } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import type { Availability, ClientDriver, ClientReport, SubmissionToSend } from './driver';
import { writeEximFiles } from './exim-configuration';
import type { EximFiles } from './exim-configuration';
import { readEximLog } from './exim-log';
import { endMarkedProcesses } from './marked-processes';
import { crashReport, openWindow, outcomesOfLane, submitInLanes, waitUntil } from './mta-lane';
import type { HandedIn, Lane } from './mta-lane';
import {
  availabilityByVersion,
  clientEnvironment,
  findProgram,
  isRoot,
  notInstalled,
  systemUser,
  unavailable,
} from './program';
import { runProcess } from './run-process';
import type { ProcessResult } from './run-process';
import { endOfLog } from './submission-client';

/** Compiled into Debian's binary. */
const USER = 'Debian-exim';

/** How often the queue is run: the retry rule, not this, says when a message is due. */
const QUEUE_RUN_EVERY_MS = 500;

/** Exim. It is not asked for internationalised addresses: on its command line there is no way to. */
export function eximDriver(): ClientDriver {
  return {
    name: 'exim',
    title: 'Exim',
    role: 'mta',
    capabilities: [
      'several-recipients',
      'several-messages',
      'several-servers',
      'starttls',
      'require-tls',
      'implicit-tls',
      'auth',
      'null-sender',
      'eight-bit',
      'bare-newlines',
      'large-messages',
      'retries',
      'bounces',
    ],
    maxParallel: 4,
    async detect(): Promise<Availability> {
      const program = findProgram('exim4');
      if (program === null) return notInstalled('exim4-daemon-light');
      if (!isRoot()) return unavailable('needs root');
      if (systemUser(USER) === null) return unavailable(`user ${USER} does not exist`);
      return availabilityByVersion(program, ['-bV'], /^Exim version (\S+)/m);
    },
    async submit(assignment) {
      const program = findProgram('exim4');
      if (program === null) return crashReport(assignment.submissions, notInstalled('exim4-daemon-light').reason);
      return submitInLanes(assignment, USER, (lane) => runLane(lane, program));
    },
  };
}

/** A private configuration and spool, and the way to run Exim with them. */
interface Instance {
  readonly files: EximFiles;
  /** Stopped when the window is over: a delivery lasts as long as the server keeps it waiting. */
  call(args: readonly string[], over: AbortSignal, stdin?: Buffer): Promise<ProcessResult>;
}

async function runLane(lane: Lane, program: string): Promise<ClientReport> {
  const owner = systemUser(USER);
  if (owner === null) return crashReport(lane.submissions, `user ${USER} does not exist`);
  const files = await writeEximFiles(lane, program, owner);
  const sharedMark = randomUUID();
  const instance: Instance = {
    files,
    call: (args, over, stdin = Buffer.alloc(0)) =>
      runProcess({
        program,
        args: ['-C', files.configurationFile, ...args],
        stdin,
        cwd: lane.folder,
        env: clientEnvironment(lane.folder),
        signal: over,
        sharedMark,
      }),
  };
  let report: ClientReport;
  let survivors: readonly number[] = [];
  try {
    report = await submitAndWatch(lane, instance);
  } finally {
    survivors = await endMarkedProcesses(sharedMark);
  }
  if (survivors.length === 0) return report;
  return { ...report, end: 'crashed', log: `${report.log}could not be stopped: process ${survivors.join(', ')}\n` };
}

async function submitAndWatch(lane: Lane, instance: Instance): Promise<ClientReport> {
  const window = openWindow(lane.assignment);
  try {
    const handedIn = new Map<number, HandedIn>();
    for (const submission of lane.submissions) {
      if (window.over.aborted) break;
      handedIn.set(submission.id, await handIn(submission, instance, window.over));
    }
    let broken: ProcessResult | null = null;
    const ended = await waitUntil(
      async () => {
        if (await isQueueEmpty(instance)) return true;
        // `-q`: only what is due by the retry rule.
        const run = await instance.call(['-q'], window.over);
        if (run.stopped === 'no' && run.exitCode !== 0) broken = run;
        return broken !== null;
      },
      window.over,
      QUEUE_RUN_EVERY_MS,
    );
    const done = ended && handedIn.size === lane.submissions.length;
    return await reportOf(lane, instance, handedIn, broken === null ? (done ? 'finished' : 'deferred') : 'crashed');
  } finally {
    window.close();
  }
}

/** Gives one message to Exim, which delivers it at once; its message id is the next one in the log. */
async function handIn(submission: SubmissionToSend, instance: Instance, over: AbortSignal): Promise<HandedIn> {
  const before = (await logOf(instance)).submitted.length;
  // `-odf`: deliver before returning. `-oi`: a line with a dot alone does not end the message.
  const from = submission.from === '' ? '<>' : submission.from;
  const result = await instance.call(['-odf', '-oi', '-f', from, '--', ...submission.to], over, submission.content);
  const queueId = (await logOf(instance)).submitted[before];
  if (queueId !== undefined) return { queueId };
  return { refusal: result.startError ?? (result.stderr.trim() || `exit code ${result.exitCode}`) };
}

async function reportOf(
  lane: Lane,
  instance: Instance,
  handedIn: ReadonlyMap<number, HandedIn>,
  end: ClientReport['end'],
): Promise<ClientReport> {
  const { said } = await logOf(instance);
  const { mainLog, panicLog } = instance.files;
  return {
    outcomes: lane.submissions.flatMap((submission) => outcomesOfLane(submission, handedIn.get(submission.id), said)),
    end,
    log: endOfLog(`${await textOf(mainLog)}${await textOf(panicLog)}`),
    exitCode: null,
  };
}

async function isQueueEmpty({ files }: Instance): Promise<boolean> {
  const entries = await readdir(files.inputFolder).catch(() => []);
  return !entries.some((entry) => entry.endsWith('-H'));
}

async function logOf({ files }: Instance): Promise<ReturnType<typeof readEximLog>> {
  return readEximLog(await textOf(files.mainLog));
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
