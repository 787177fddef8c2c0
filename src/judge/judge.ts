// Judges a trial: runs every check over the record, lets our own faults excuse what they caused, and makes one verdict
// per obligation. Pure: the same record and options give the same judgement, today and from a file years later.

import { levelUnder, OBLIGATIONS, type BaseRfc } from '../obligations/catalogue';
import type { Obligation } from '../obligations/obligation';
import type { TrialRecord } from '../wire/trial-record';
import { readCampaign } from './campaign';
import type { Check, TrialView } from './check';
import { CHECKS, UNJUDGED } from './checks/index';
import type { Dialogue } from './dialogue';
import { expectationsOf, judgeExpectations, type ExpectationResult } from './expectation';
import { findingsOf } from './findings';
import { DERAILING, serverFaults, type ServerFault } from './server-faults';
import { verdictOf, type Finding, type Verdict } from './verdict';

export interface JudgeOptions {
  /** Which base text decides levels. */
  readonly rfc: BaseRfc;
  /** Warnings fail, and lenient readings are off. */
  readonly strict?: boolean;
}

export interface Unjudged {
  /** The obligation's id. */
  readonly id: string;
  readonly reason: string;
}

export interface Judgement {
  /** One per obligation that has a check, in the catalogue's order. */
  readonly verdicts: readonly Verdict[];
  /** What `expect:` asks besides obligations. */
  readonly expectations: readonly ExpectationResult[];
  /** Obligations that no check judges, and why. */
  readonly unjudged: readonly Unjudged[];
}

/**
 * Judges what a client did in a trial.
 * @param record complete; it is not changed
 * @param checks for tests: else all there are
 * @throws Error when a check fails by itself: our bug, named with its obligation
 */
export function judgeTrial(record: TrialRecord, options: JudgeOptions, checks: readonly Check[] = CHECKS): Judgement {
  const view = viewOf(record, options);
  const byId = new Map(checks.map((check) => [check.id, check]));
  const found = findingsOf(checks, view);
  const judged = OBLIGATIONS.flatMap((entry) => {
    const check = byId.get(entry.id);
    return check === undefined ? [] : [judgeObligation(entry, check, found.get(check) ?? [], view)];
  });
  return {
    verdicts: settleReferences(judged),
    // What an interrupt cut short might still have come: that nothing did is no finding.
    expectations: record.end === 'interrupted' ? [] : judgeExpectations(expectationsOf(record), view.campaign),
    unjudged: OBLIGATIONS.filter(({ id }) => !byId.has(id)).map(({ id }) => ({
      id,
      reason: UNJUDGED.get(id) ?? 'No check judges it yet.',
    })),
  };
}

function viewOf(record: TrialRecord, options: JudgeOptions): TrialView {
  const campaign = readCampaign(record);
  const faults = new Map<Dialogue, readonly ServerFault[]>();
  const byConnection = new Map(campaign.dialogues.map((dialogue) => [dialogue.connection, dialogue]));
  return {
    record,
    campaign,
    dialogues: campaign.dialogues,
    submissions: record.submissions,
    client: record.client,
    windowMs: record.windowMs,
    rfc: options.rfc,
    strict: options.strict ?? false,
    expected: new Set(expectationsOf(record).obligations),
    dialogueOf: (connection) => byConnection.get(connection),
    faults(dialogue) {
      const known = faults.get(dialogue) ?? serverFaults(dialogue);
      faults.set(dialogue, known);
      return known;
    },
  };
}

function judgeObligation(entry: Obligation, check: Check, found: readonly Finding[], view: TrialView): Verdict {
  const options = { strict: view.strict, scaled: view.record.timeScale !== 1 };
  const level = levelUnder(entry, view.rfc);
  // RFC 5321 3.6.3: a submission client has no queue, and nothing to retry from.
  if (entry.role === 'mta' && view.client.role === 'submission') {
    const reason = 'only clients with a queue are bound, and this one submits';
    return verdictOf(entry.id, level, [{ found: 'not-applicable', reason, evidence: [] }], options);
  }
  return verdictOf(entry.id, level, excused(found, check, view), options);
}

function excused(found: readonly Finding[], check: Check, view: TrialView): readonly Finding[] {
  const findings = found.map((finding) => excuse(finding, check, view));
  const proved = check.oneProofSuffices === true && findings.some((finding) => finding.found === 'pass');
  return proved ? findings.filter((finding) => finding.found !== 'inconclusive') : findings;
}

/** A breach after a fault of ours that can have led to it proves nothing about the client. */
function excuse(finding: Finding, check: Check, view: TrialView): Finding {
  const [act] = finding.evidence;
  if ((finding.found !== 'broken' && finding.found !== 'warned') || act === undefined) return finding;
  const dialogue = view.dialogueOf(act.connection);
  const fault = dialogue === undefined ? undefined : excusingFault(view.faults(dialogue), act.seq.from, check);
  if (fault === undefined) return finding;
  const reason = `${finding.reason}, but only after ${fault.text}`;
  return { found: 'inconclusive', reason, evidence: finding.evidence };
}

function excusingFault(faults: readonly ServerFault[], actSeq: number, check: Check): ServerFault | undefined {
  const { despite = [], excusedBy = [] } = check;
  // What the path changed was never the client's: that excuses even where nothing of ours would.
  const derailing = despite === 'all' ? [] : [...DERAILING, ...excusedBy];
  const excusing = new Set(
    [...derailing, 'path'].filter((kind) => despite === 'all' || !despite.some((one) => one === kind)),
  );
  return faults.find(({ kind, seq }) => seq < actSeq && excusing.has(kind));
}

/** Where the primary verdict is no finding after all, the act is judged where it was found. */
function settleReferences(verdicts: readonly Verdict[]): readonly Verdict[] {
  const counted = new Set(
    verdicts.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn').map(({ obligation }) => obligation),
  );
  return verdicts.map((verdict) => {
    const { refersTo, ...own } = verdict;
    return refersTo === undefined || counted.has(refersTo) ? verdict : own;
  });
}
