// A trial on the record: one scenario run against one client, as `trial.json` plus one trace file per connection.
// Everything that a verdict needs is in here, so that it can be judged again later, elsewhere, by a newer judge.

import type { TraceRecord } from './trace-event';

/** Raised when a field changes its meaning or goes away; added fields do not raise it. */
export const TRIAL_SCHEMA_VERSION = 1;

/** How the client relates to mail: an MTA queues and retries, a submission client does neither (RFC 5321 2.3.3, 3.6.3). */
export type ClientRole = 'mta' | 'submission' | 'unknown';

/** What a client can be asked to do. A missing one makes a trial "not run: can't …". */
export const CLIENT_CAPABILITIES = [
  'several-recipients',
  'several-messages',
  'several-servers',
  'starttls',
  'require-tls',
  'implicit-tls',
  'auth',
  'null-sender',
  'eight-bit',
  'utf8-addresses',
  'bare-newlines',
  'large-messages',
  'dsn',
  'retries',
  'bounces',
] as const;
export type ClientCapability = (typeof CLIENT_CAPABILITIES)[number];

export interface ClientOnRecord {
  readonly name: string;
  readonly version: string | null;
  readonly role: ClientRole;
  readonly capabilities: readonly ClientCapability[];
}

/** One message the client was asked to send. */
export interface SubmissionOnRecord {
  /** 1, 2, …: the order in the scenario. */
  readonly id: number;
  readonly from: string;
  readonly to: readonly string[];
  readonly messageId: string;
  /** sha256 of the content as submitted, with CRLF line ends. */
  readonly digest: string;
  readonly size: number;
  /** What kind of content the scenario asked for, e.g. `plain`, `dots`, `8bit`, `12 MB`. */
  readonly content: string;
  readonly tls: 'none' | 'if-offered' | 'required' | 'implicit';
  readonly auth: boolean;
}

/** What the client said became of a submission, by its exit code, exception, log or queue. */
export interface ReportedOutcome {
  readonly submission: number;
  /** null: said of all its recipients together. */
  readonly recipient: string | null;
  readonly outcome: 'accepted' | 'deferred' | 'bounced' | 'refused' | 'unknown';
  readonly text: string;
}

/** Why the trial ended. */
export type TrialEnd = 'client-finished' | 'window-over' | 'interrupted' | 'client-crashed' | 'never-connected';

/** Everything a verdict is read from: what was asked, of whom, and what was seen (docs/trial-record.md). */
export interface TrialRecord {
  readonly schemaVersion: typeof TRIAL_SCHEMA_VERSION;
  /** The version of smtp-gauntlet that wrote it. */
  readonly writtenBy: string;
  /** ISO 8601, wall clock, for people. */
  readonly startedAt: string;
  /** CLOCK_MONOTONIC nanoseconds at time 0 of all traces. */
  readonly clockOrigin: string;
  /** The scenario with everything resolved: `extends` merged, defaults filled in, units as numbers. */
  readonly scenario: { readonly name: string; readonly title: string; readonly [key: string]: unknown };
  readonly seed: number;
  /** How long absence was waited for, in milliseconds. */
  readonly windowMs: number;
  /** 1 = real time. Anything else marks every verdict "scaled". */
  readonly timeScale: number;
  readonly client: ClientOnRecord;
  readonly submissions: readonly SubmissionOnRecord[];
  readonly outcomes: readonly ReportedOutcome[];
  readonly end: TrialEnd;
  /** Milliseconds on the record's clock when the trial was over. */
  readonly endedAt: number;
  readonly traces: readonly TraceRecord[];
}
