// What tests of checks need: a trace in text form becomes a trial record, and the verdict of one obligation comes back.
// docs/judge.md shows a test of a check; docs/trace-text.md has the language of the traces.

import type { BaseRfc } from '../../src/obligations/catalogue';
import { judgeTrial, type Judgement } from '../../src/judge/judge';
import type { Verdict } from '../../src/judge/verdict';
import { readTraceText } from '../../src/wire/trace-text';
import {
  TRIAL_SCHEMA_VERSION,
  type ClientRole,
  type ReportedOutcome,
  type SubmissionOnRecord,
  type TrialRecord,
} from '../../src/wire/trial-record';

export interface TrialOptions {
  /** Merged over `SUBMISSION`, one per message. Default: that one. */
  readonly submissions?: readonly Partial<SubmissionOnRecord>[];
  readonly outcomes?: readonly ReportedOutcome[];
  /** Resolved scenario fields, e.g. `{ expect: { messages: 1 } }`. */
  readonly scenario?: Readonly<Record<string, unknown>>;
  /** Default `mta`. */
  readonly role?: ClientRole;
  readonly capabilities?: TrialRecord['client']['capabilities'];
  /** Milliseconds; default 30 s. */
  readonly window?: number;
  readonly timeScale?: number;
  readonly rfc?: BaseRfc;
  readonly strict?: boolean;
}

/** The message that the traces of tests are about. */
export const SUBMISSION: SubmissionOnRecord = {
  id: 1,
  from: 'sender@client.example',
  to: ['user@example.com'],
  messageId: '<1@client.example>',
  digest: '0'.repeat(64),
  size: 120,
  content: 'plain',
  tls: 'none',
  auth: false,
};

/** A record of a trial whose traces are written down as text. */
export function trial(traceText: string, options: TrialOptions = {}): TrialRecord {
  const traces = readTraceText(traceText);
  const endedAt = traces.reduce((at, { events }) => Math.max(at, events.at(-1)?.at ?? 0), 0);
  return {
    schemaVersion: TRIAL_SCHEMA_VERSION,
    writtenBy: 'test',
    startedAt: '2004-02-18T09:52:07.000Z',
    clockOrigin: '0',
    scenario: { name: 'test', title: 'A hand-written trace', ...options.scenario },
    seed: 1,
    windowMs: options.window ?? 30_000,
    timeScale: options.timeScale ?? 1,
    client: { name: 'client', version: null, role: options.role ?? 'mta', capabilities: options.capabilities ?? [] },
    submissions: (options.submissions ?? [{}]).map((given, index) => ({ ...SUBMISSION, id: index + 1, ...given })),
    outcomes: options.outcomes ?? [],
    end: 'client-finished',
    endedAt,
    traces,
  };
}

/** The whole judgement on a hand-written trace. */
export function judgement(traceText: string, options: TrialOptions = {}): Judgement {
  return judgeTrial(trial(traceText, options), { rfc: options.rfc ?? 5321, strict: options.strict ?? false });
}

/**
 * The verdict of one obligation on a hand-written trace.
 * @param obligation its id; it must have a check
 */
export function judged(obligation: string, traceText: string, options: TrialOptions = {}): Verdict {
  const verdict = judgement(traceText, options).verdicts.find((candidate) => candidate.obligation === obligation);
  if (verdict === undefined) throw new Error(`no check judges "${obligation}"`);
  return verdict;
}

/** The first rungs of a session: greeting, EHLO and its list. Put it in front of what the test is about. */
export function greeted(...keywords: readonly string[]): string {
  const list = ['mx.example.com', ...keywords];
  const lines = list.map((keyword, index) => `S: 250${index === list.length - 1 ? ' ' : '-'}${keyword}`);
  return ['S: 220 mx.example.com ESMTP', 'C: EHLO client.example', ...lines, ''].join('\n');
}

/** Two rungs more: an open transaction with one recipient. */
export function withRecipient(...keywords: readonly string[]): string {
  return `${greeted(...keywords)}
    C: MAIL FROM:<sender@client.example>
    S: 250 OK
    C: RCPT TO:<user@example.com>
    S: 250 OK
  `;
}
