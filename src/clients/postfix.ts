// Postfix as a client of ours: a private instance per trial, with its own configuration, queue and log in the trial's folder;
// messages go in by its sendmail command, and what became of them is read off its log. Needs root, as Postfix does.
// Its bounces come to the same server, as new transactions with the null sender.

import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ClientCapability } from '../wire/trial-record';
import type { Availability, ClientDriver, ClientReport, SubmissionToSend } from './driver';
import { endMarkedProcesses, markedPrograms } from './marked-processes';
import { crashReport, openWindow, outcomesOfLane, submitInLanes, waitUntil } from './mta-lane';
import type { HandedIn, Lane } from './mta-lane';
import { writePostfixFiles } from './postfix-configuration';
import type { PostfixFiles, PostfixHome } from './postfix-configuration';
import { readPostfixLog } from './postfix-log';
import type { PostfixLog } from './postfix-log';
import {
  clientEnvironment,
  findProgram,
  hasSystemGroup,
  isRoot,
  notInstalled,
  systemUser,
  unavailable,
  unpackedRoot,
} from './program';
import type { Unavailable } from './program';
import { runProcess } from './run-process';
import type { ProcessResult } from './run-process';
import { endOfLog } from './submission-client';

/** How long its own commands may take: start, stop, handing in a message. */
const COMMAND_PATIENCE_MS = 20_000;
/** Postfix keeps a session open this long for more mail (smtp_connection_cache_time_limit), and some to close it. */
const CACHED_SESSION_MS = 2500;

/** Postfix. `auth` is claimed only where the SASL library has a mechanism that sends a password. */
export function postfixDriver(): ClientDriver {
  return {
    name: 'postfix',
    title: 'Postfix',
    role: 'mta',
    get capabilities(): readonly ClientCapability[] {
      return [
        'several-recipients',
        'several-messages',
        'several-servers',
        'starttls',
        'require-tls',
        'implicit-tls',
        ...(hasSaslMechanisms() ? ['auth' as const] : []),
        'null-sender',
        'eight-bit',
        'utf8-addresses',
        'bare-newlines',
        'large-messages',
        'retries',
        'bounces',
      ];
    },
    maxParallel: 4,
    async detect(): Promise<Availability> {
      const home = await findPostfix();
      return 'available' in home ? home : { available: true, version: home.version };
    },
    async submit(assignment) {
      const home = await findPostfix();
      if ('available' in home) return crashReport(assignment.submissions, home.reason);
      return submitInLanes(assignment, home.mailOwner, (lane) => runLane(lane, home));
    },
  };
}

/** Where a Postfix is that can run here. Its own `postconf` tells: the layout differs between distributions. */
async function findPostfix(): Promise<PostfixHome | Unavailable> {
  const postconf = findProgram('postconf');
  if (postconf === null) return notInstalled('postfix');
  const asked = await runProcess({
    program: postconf,
    args: ['-d'],
    cwd: '/',
    env: postfixEnvironment('/'),
    timeoutMs: COMMAND_PATIENCE_MS,
    signal: new AbortController().signal,
  });
  const defaults = new Map(asked.stdout.split('\n').map((line) => [line.split(' = ')[0], line.split(' = ')[1]]));
  const version = defaults.get('mail_version');
  if (version === undefined)
    return unavailable(`${postconf} does not work: ${asked.startError ?? asked.stderr.trim()}`);
  if (!isRoot()) return unavailable('needs root');
  const home = homeOf(postconf, version, (name) => defaults.get(name) ?? '');
  if (systemUser(home.mailOwner) === null) return unavailable(`user ${home.mailOwner} does not exist`);
  if (!hasSystemGroup(home.setgidGroup)) return unavailable(`group ${home.setgidGroup} does not exist`);
  return home;
}

function homeOf(postconf: string, version: string, default_: (name: string) => string): PostfixHome {
  const root = unpackedRoot();
  const place = (name: string): string =>
    root !== null && postconf.startsWith(`${root}/`) ? join(root, default_(name)) : default_(name);
  return {
    version,
    postfix: join(place('command_directory'), 'postfix'),
    sendmail: place('sendmail_path'),
    commandFolder: place('command_directory'),
    daemonFolder: place('daemon_directory'),
    libraryFolder: place('shlib_directory'),
    metaFolder: place('meta_directory'),
    mailOwner: default_('mail_owner'),
    setgidGroup: default_('setgid_group'),
  };
}

/** An unpacked Postfix does not find its own libraries. */
function postfixEnvironment(home: string): NodeJS.ProcessEnv {
  const root = unpackedRoot();
  const environment = clientEnvironment(home);
  return root === null ? environment : { ...environment, LD_LIBRARY_PATH: join(root, 'usr/lib/postfix') };
}

/** The SASL library loads its mechanisms from a folder named after the architecture. */
function hasSaslMechanisms(): boolean {
  try {
    return readdirSync('/usr/lib').some((folder) => existsSync(join('/usr/lib', folder, 'sasl2', 'libplain.so')));
  } catch {
    return false;
  }
}

/** A running private instance. */
interface Instance {
  readonly files: PostfixFiles;
  /** Its processes are found by it. */
  readonly mark: string;
  call(program: string, args: readonly string[], stdin?: Buffer): Promise<ProcessResult>;
}

async function runLane(lane: Lane, home: PostfixHome): Promise<ClientReport> {
  const owner = systemUser(home.mailOwner);
  if (owner === null) return crashReport(lane.submissions, `user ${home.mailOwner} does not exist`);
  const files = await writePostfixFiles(lane, home, owner);
  const sharedMark = randomUUID();
  const instance: Instance = {
    files,
    mark: sharedMark,
    call: (program, args, stdin = Buffer.alloc(0)) =>
      runProcess({
        program,
        args,
        stdin,
        cwd: lane.folder,
        env: postfixEnvironment(lane.folder),
        timeoutMs: COMMAND_PATIENCE_MS,
        // Not the trial's signal: it must be stopped in order when that has fired.
        signal: new AbortController().signal,
        sharedMark,
      }),
  };
  let report: ClientReport;
  let survivors: readonly number[] = [];
  try {
    report = await submitAndWatch(lane, home, instance);
  } finally {
    if (existsSync(files.masterPidFile)) {
      await instance.call(home.postfix, ['-c', files.configurationFolder, 'stop']);
    }
    survivors = await endMarkedProcesses(sharedMark);
  }
  if (survivors.length === 0) return report;
  return { ...report, end: 'crashed', log: `${report.log}could not be stopped: process ${survivors.join(', ')}\n` };
}

async function submitAndWatch(lane: Lane, home: PostfixHome, instance: Instance): Promise<ClientReport> {
  const { configurationFolder } = instance.files;
  const started = await instance.call(home.postfix, ['-c', configurationFolder, 'start']);
  if (started.exitCode !== 0) {
    const words = `${started.startError ?? ''}${started.stderr}${await logText(instance)}`;
    return crashReport(lane.submissions, `Postfix did not start: ${words.trim()}`);
  }
  const window = openWindow(lane.assignment);
  try {
    const handedIn = new Map<number, HandedIn>();
    for (const submission of lane.submissions) {
      if (lane.assignment.signal.aborted) break;
      handedIn.set(submission.id, await handIn(submission, home, instance));
    }
    const isEmpty = async (): Promise<boolean> => (await readLog(instance)).queued.size === 0;
    const emptied = await waitUntil(async () => (await isEmpty()) || !(await isRunning(instance)), window.over);
    // Stopped now, it would end kept sessions at once, and how it leaves a server would be our doing.
    if (emptied && keepsSessions(instance))
      await pause(CACHED_SESSION_MS, undefined, { signal: window.over }).catch(() => undefined);
    return await reportOf(lane, instance, handedIn, emptied);
  } finally {
    window.close();
  }
}

/** Gives one message to sendmail, and waits until it is in the queue: its queue id is the next one in the log. */
async function handIn(submission: SubmissionToSend, home: PostfixHome, instance: Instance): Promise<HandedIn> {
  const before = (await readLog(instance)).submitted.length;
  // `-i`: a line with a dot alone does not end the message.
  const args = ['-C', instance.files.configurationFolder, '-i', '-f', submission.from, '--', ...submission.to];
  const result = await instance.call(home.sendmail, args, submission.content);
  if (result.exitCode !== 0)
    return { refusal: result.startError ?? (result.stderr.trim() || `exit code ${result.exitCode}`) };
  let queueId: string | undefined;
  const patience = AbortSignal.timeout(COMMAND_PATIENCE_MS);
  await waitUntil(async () => {
    queueId = (await readLog(instance)).submitted[before];
    return queueId !== undefined;
  }, patience);
  return queueId === undefined ? { refusal: 'taken by sendmail, but it did not come into the queue' } : { queueId };
}

async function reportOf(
  lane: Lane,
  instance: Instance,
  handedIn: ReadonlyMap<number, HandedIn>,
  emptied: boolean,
): Promise<ClientReport> {
  const done = emptied && handedIn.size === lane.submissions.length;
  const { said } = await readLog(instance);
  return {
    outcomes: lane.submissions.flatMap((submission) => outcomesOfLane(submission, handedIn.get(submission.id), said)),
    end: (await isRunning(instance)) ? (done ? 'finished' : 'deferred') : 'crashed',
    log: endOfLog(await logText(instance)),
    exitCode: null,
  };
}

async function isRunning({ files }: Instance): Promise<boolean> {
  try {
    // Signal 0 only asks whether the process is there.
    return process.kill(Number(await readFile(files.masterPidFile, 'latin1')), 0);
  } catch {
    return false;
  }
}

/** Whether the keeper of open sessions has been started: Postfix does that when it first has one to keep. */
function keepsSessions({ mark }: Instance): boolean {
  return markedPrograms(mark).includes('scache');
}

async function readLog(instance: Instance): Promise<PostfixLog> {
  return readPostfixLog(await logText(instance));
}

async function logText({ files }: Instance): Promise<string> {
  return readFile(files.logFile, 'utf8').catch(() => '');
}
