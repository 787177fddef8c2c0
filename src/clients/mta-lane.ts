// A lane is one running MTA with a configuration and a queue of its own, for the submissions that have the same wishes about
// TLS and AUTH: an MTA is configured for a server, not for a message. Usually a trial has one lane.
// Used by postfix and exim. Not here: their configurations and logs.

import { chmod, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ReportedOutcome } from '../wire/trial-record';
import type { Assignment, ClientReport, SubmissionToSend } from './driver';
import { joinReports } from './submission-client';

export interface Lane {
  readonly assignment: Assignment;
  readonly submissions: readonly SubmissionToSend[];
  readonly tls: SubmissionToSend['tls'];
  readonly auth: SubmissionToSend['auth'];
  /** Empty, and the MTA's own user can get into it. */
  readonly folder: string;
  /** The client's name for the MTA's own configuration: with an unqualified one it may sleep a minute looking for more. */
  readonly hostName: string;
  /** How long to wait between attempts, in seconds, so that a window sees several. */
  readonly retryAfterS: number;
}

/** What an MTA's log says last of a recipient. */
export interface LastWord {
  readonly outcome: ReportedOutcome['outcome'];
  readonly text: string;
}

const ATTEMPTS_IN_WINDOW = 6;
const LONGEST_RETRY_S = 300;
const POLL_MS = 100;

/**
 * Distributes an assignment over lanes, runs them side by side and joins what they report.
 * @param user the MTA's own account, for the message when it cannot get into the folder
 * @param run runs one lane to its end, and leaves no process
 */
export async function submitInLanes(
  assignment: Assignment,
  user: string,
  run: (lane: Lane) => Promise<ClientReport>,
): Promise<ClientReport> {
  const closed = await closedParent(assignment.folder);
  if (closed !== null) return crashReport(assignment.submissions, `the user ${user} cannot get into ${closed}`);
  await chmod(assignment.folder, 0o711);
  const lanes: Lane[] = [];
  for (const submissions of byWishes(assignment.submissions)) {
    lanes.push(await openLane(assignment, submissions, join(assignment.folder, `lane-${lanes.length + 1}`)));
  }
  return joinReports(await Promise.all(lanes.map(run)));
}

async function openLane(
  assignment: Assignment,
  submissions: readonly SubmissionToSend[],
  folder: string,
): Promise<Lane> {
  await mkdir(folder);
  await chmod(folder, 0o711);
  const { clientName, windowMs } = assignment;
  return {
    assignment,
    submissions,
    tls: submissions[0]?.tls ?? 'none',
    auth: submissions[0]?.auth ?? null,
    folder,
    hostName: clientName.includes('.') ? clientName : `${clientName}.localdomain`,
    retryAfterS: Math.min(LONGEST_RETRY_S, Math.max(1, Math.floor(windowMs / 1000 / ATTEMPTS_IN_WINDOW))),
  };
}

function byWishes(submissions: readonly SubmissionToSend[]): SubmissionToSend[][] {
  const groups = new Map<string, SubmissionToSend[]>();
  for (const submission of submissions) {
    const wishes = JSON.stringify([submission.tls, submission.auth]);
    const group = groups.get(wishes);
    if (group === undefined) groups.set(wishes, [submission]);
    else group.push(submission);
  }
  return [...groups.values()];
}

/** The nearest folder above that others may not pass through, or null. */
async function closedParent(folder: string): Promise<string | null> {
  const parent = dirname(folder);
  if (((await stat(parent)).mode & 0o001) === 0) return parent;
  return parent === dirname(parent) ? null : closedParent(parent);
}

/** The window of a queueing client: a signal that fires when it is over, or when the trial is. */
export interface Window {
  readonly over: AbortSignal;
  close(): void;
}

/** Opens the window of an assignment, at the moment of the first attempt. */
export function openWindow({ windowMs, signal }: Assignment): Window {
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), windowMs);
  const onAbort = (): void => end.abort();
  if (signal.aborted) end.abort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return {
    over: end.signal,
    close() {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}

/**
 * Asks again and again until something is so.
 * @returns true once it is, false when the signal fires before
 */
export async function waitUntil(isSo: () => Promise<boolean>, until: AbortSignal, everyMs = POLL_MS): Promise<boolean> {
  for (;;) {
    if (await isSo()) return true;
    if (until.aborted) return false;
    await pause(everyMs, undefined, { signal: until }).catch(() => undefined);
  }
}

/** What came of handing a message to the MTA: its queue id, or the words with which it was not taken. */
export type HandedIn = { readonly queueId: string } | { readonly refusal: string };

/** By queue id, then by recipient as the MTA writes it: the last word on each. */
export type LastWords = ReadonlyMap<string, ReadonlyMap<string, LastWord>>;

/**
 * The outcomes of a submission, by what the log says of each recipient.
 * @param handedIn undefined when there was no time for it
 */
export function outcomesOfLane(
  submission: SubmissionToSend,
  handedIn: HandedIn | undefined,
  said: LastWords,
): ReportedOutcome[] {
  const whole = { submission: submission.id, recipient: null };
  if (handedIn === undefined)
    return [{ ...whole, outcome: 'unknown', text: 'not handed in before the trial was over' }];
  if ('refusal' in handedIn) return [{ ...whole, outcome: 'refused', text: handedIn.refusal }];
  const words = new Map<string, LastWord>();
  for (const [address, word] of said.get(handedIn.queueId) ?? []) words.set(address.toLowerCase(), word);
  return submission.to.map((recipient): ReportedOutcome => {
    const word = words.get(recipient.toLowerCase()) ?? { outcome: 'unknown', text: 'no attempt in the log' };
    return { submission: submission.id, recipient, ...word };
  });
}

/** The report of an MTA that could not do its work. */
export function crashReport(submissions: readonly SubmissionToSend[], text: string): ClientReport {
  return {
    outcomes: submissions.map(({ id }) => ({ submission: id, recipient: null, outcome: 'unknown', text })),
    end: 'crashed',
    log: `${text}\n`,
    exitCode: null,
  };
}
