// One scenario run against one client: the server is started, the client is asked to submit, the end is awaited, and all of
// it becomes a trial record. Judging is not done here: a record can be judged now, later or elsewhere.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientDriver, ClientReport, SubmissionToSend } from '../clients/driver';
import { startMockServer, type MockServer } from '../mock/mock-server';
import type { Scenario } from '../scenario/scenario';
import { buildSubmission, onRecord } from '../scenario/submission';
import type { Clock } from '../wire/clock';
import type { Trace } from '../wire/trace';
import type { TraceEvent, TraceRecord } from '../wire/trace-event';
import { writeTrialRecord } from '../wire/trial-record-file';
import { TRIAL_SCHEMA_VERSION, type SubmissionOnRecord, type TrialEnd, type TrialRecord } from '../wire/trial-record';
import { PACKAGE_VERSION } from '../wire/package-version';
import { missingCapability } from './needs';
import { withoutPasswords, withoutQuotedPasswords } from './passwords';

/** How one trial is run. */
export interface TrialOptions {
  readonly seed: number;
  /** Folder for the record; null keeps it in memory only. */
  readonly folder: string | null;
  /** The client's version, when the caller has detected it already. */
  readonly clientVersion: string | null;
  readonly timeScale: number;
  /** Aborted: the trial ends now and its record says `interrupted`. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (trace: Trace, event: TraceEvent) => void;
  /** Folder where certificates are cached. */
  readonly certificates?: string;
  /** For tests: the server's, and of what is waited for. Give the driver the same one. */
  readonly clock?: Clock;
}

/** The record of a trial and what the client said, or why there was none. */
export type TrialResult =
  | { readonly ran: true; readonly record: TrialRecord; readonly report: ClientReport }
  | { readonly ran: false; readonly reason: string };

/** What clients call themselves, where that can be set: a good fully qualified name that is not ours. */
const CLIENT_NAME = 'sender.example.net';
/** Beyond the scenario's window, for a client that starts slowly or hangs: then it is stopped. */
const OVERTIME_MS = 60_000;
/** A trace of a trial is kept whole up to here. */
const TRIAL_BOUNDS = { octets: 64 * 2 ** 20, events: 1_000_000 };
/** How long connections may stay open after the client said it was done. */
const QUIET_MS = 10_000;

/**
 * Runs one trial to its end. Never throws for what the client does.
 * @throws a fault of our own that ended the dialogue
 */
export async function runTrial(scenario: Scenario, driver: ClientDriver, options: TrialOptions): Promise<TrialResult> {
  const missing = missingCapability(scenario, driver.capabilities);
  if (missing !== null) return { ran: false, reason: missing };
  const { seed, timeScale } = options;
  const startedAt = new Date().toISOString();
  const submissions = scenario.submit.map((submission) => {
    const built = buildSubmission(submission, seed);
    const { id, from, to, tls, auth } = submission;
    const toSend: SubmissionToSend = { id, from, to, tls, auth, ...built };
    return { toSend, onRecord: onRecord(submission, built) };
  });
  const traces: TraceRecord[] = [];
  const broken = new AbortController();
  const server = await startMockServer(scenario, {
    onTrouble: (error) => broken.abort(error),
    seed,
    traceBounds: TRIAL_BOUNDS,
    keepContent: false,
    onConnection: (trace) => traces.push(trace),
    ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
    ...(options.certificates === undefined ? {} : { certificates: options.certificates }),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  const { report, interrupted, timedOut } = await submitAll(
    server,
    driver,
    scenario,
    submissions.map((one) => one.toSend),
    options,
    broken.signal,
  );
  // A client may have done its part and leave a connection open: an interrupt does not wait for that either.
  const bound = {
    timeoutMs: interrupted ? 0 : QUIET_MS,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
  const isQuiet = await server.quiet(bound).then(
    () => true,
    () => false,
  );
  const cutShort = interrupted || (!isQuiet && options.signal?.aborted === true);
  await server.stop();
  broken.signal.throwIfAborted();
  const endedAt = server.clock.now();
  const record: TrialRecord = {
    schemaVersion: TRIAL_SCHEMA_VERSION,
    writtenBy: PACKAGE_VERSION,
    startedAt,
    clockOrigin: server.clock.origin,
    scenario: { ...withoutPasswords(scenario) },
    seed,
    windowMs: scenario.windowMs,
    timeScale,
    client: {
      name: driver.name,
      version: options.clientVersion,
      role: driver.role,
      capabilities: driver.capabilities,
    },
    submissions: submissions.map((one): SubmissionOnRecord => one.onRecord),
    outcomes: withoutQuotedPasswords(report.outcomes, scenario.submit),
    end: endOf(report, traces.length, cutShort, timedOut),
    endedAt,
    traces: traces.toSorted((one, other) => one.connection - other.connection),
  };
  if (options.folder !== null) writeTrialRecord(options.folder, record);
  return { ran: true, record, report };
}

interface Submitted {
  readonly report: ClientReport;
  readonly interrupted: boolean;
  readonly timedOut: boolean;
}

async function submitAll(
  server: MockServer,
  driver: ClientDriver,
  scenario: Scenario,
  submissions: readonly SubmissionToSend[],
  options: TrialOptions,
  broken: AbortSignal,
): Promise<Submitted> {
  const folder = await mkdtemp(join(tmpdir(), 'smtp-gauntlet-'));
  const stop = new AbortController();
  let timedOut = false;
  const overtime = server.clock.alarm(server.clock.now() + scenario.windowMs + OVERTIME_MS, () => {
    timedOut = true;
    stop.abort();
  });
  const onAbort = (): void => stop.abort();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  broken.addEventListener('abort', onAbort, { once: true });
  if (options.signal?.aborted === true) stop.abort();
  try {
    const report = await driver.submit({
      targets: server.addresses,
      submissions,
      folder,
      clientName: CLIENT_NAME,
      caFile: await server.caFile(),
      windowMs: scenario.windowMs,
      signal: stop.signal,
    });
    return { report, interrupted: options.signal?.aborted === true, timedOut };
  } finally {
    overtime.cancel();
    options.signal?.removeEventListener('abort', onAbort);
    await rm(folder, { recursive: true, force: true });
  }
}

function endOf(report: ClientReport, connections: number, interrupted: boolean, timedOut: boolean): TrialEnd {
  if (interrupted) return 'interrupted';
  if (report.end === 'crashed') return 'client-crashed';
  if (connections === 0) return 'never-connected';
  return timedOut || report.end === 'deferred' || report.end === 'timed-out' ? 'window-over' : 'client-finished';
}
