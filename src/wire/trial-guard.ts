// What `trial.json` holds, and the guard it is read through; used by trial-record-file.ts alone. The resolved scenario is
// kept as it is: judging needs its name and title, and a newer scenario language is no reason to refuse an old verdict.

import { amount, count, exactly, listOf, objectOf, oneOf, orNull, text, textLike, truth } from './guard';
import { CLIENT_CAPABILITIES, TRIAL_SCHEMA_VERSION } from './trial-record';
import type {
  ClientOnRecord,
  ClientRole,
  ReportedOutcome,
  SubmissionOnRecord,
  TrialEnd,
  TrialRecord,
} from './trial-record';

/** The record without its traces, and where they are. */
export type TrialFile = Omit<TrialRecord, 'traces'> & { readonly traceFiles: readonly string[] };

/**
 * The name of a trace file within its folder.
 * @param number from 1
 */
export function traceFileName(number: number): string {
  return `trace-${String(number).padStart(4, '0')}.jsonl`;
}

/** Names that `traceFileName` makes, and no paths: a record must not send its reader to other folders. */
const TRACE_FILE_NAME = textLike(`a name such as ${traceFileName(1)}`, /^trace-\d{4,9}\.jsonl$/);

export const TRIAL_GUARD = objectOf<TrialFile>({
  schemaVersion: exactly(TRIAL_SCHEMA_VERSION),
  writtenBy: text,
  startedAt: text,
  clockOrigin: text,
  scenario: objectOf<TrialFile['scenario']>({ name: text, title: text }),
  seed: amount,
  windowMs: amount,
  timeScale: amount,
  client: objectOf<ClientOnRecord>({
    name: text,
    version: orNull(text),
    role: oneOf<ClientRole>({ mta: true, submission: true, unknown: true }),
    capabilities: listOf(oneOf(CLIENT_CAPABILITIES)),
  }),
  submissions: listOf(
    objectOf<SubmissionOnRecord>({
      id: count,
      from: text,
      to: listOf(text),
      messageId: text,
      digest: text,
      size: count,
      content: text,
      tls: oneOf<SubmissionOnRecord['tls']>({ none: true, 'if-offered': true, required: true, implicit: true }),
      auth: truth,
    }),
  ),
  outcomes: listOf(
    objectOf<ReportedOutcome>({
      submission: count,
      recipient: orNull(text),
      outcome: oneOf<ReportedOutcome['outcome']>({
        accepted: true,
        deferred: true,
        bounced: true,
        refused: true,
        unknown: true,
      }),
      text,
    }),
  ),
  end: oneOf<TrialEnd>({
    'client-finished': true,
    'window-over': true,
    interrupted: true,
    'client-crashed': true,
    'never-connected': true,
  }),
  endedAt: amount,
  traceFiles: listOf(TRACE_FILE_NAME),
});
