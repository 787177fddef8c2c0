// The words in which checks are written: what a check is, what it sees, and one function per kind of finding.
// docs/judge.md shows how to write one. Not here: levels (verdict.ts) and our own faults (judge.ts applies both).

import type { BaseRfc } from '../obligations/catalogue';
import type { EventName } from '../smtp/vocabulary';
import type { ClientOnRecord, SubmissionOnRecord, TrialRecord } from '../wire/trial-record';
import type { Campaign } from './campaign';
import type { Dialogue, Exchange, Reply } from './dialogue';
import type { FaultKind, ServerFault } from './server-faults';
import type { Transaction } from './transactions';
import type { Evidence, Finding } from './verdict';

/** Everything a check may go by. */
export interface TrialView {
  readonly record: TrialRecord;
  readonly campaign: Campaign;
  /** In order of their accept. */
  readonly dialogues: readonly Dialogue[];
  readonly submissions: readonly SubmissionOnRecord[];
  readonly client: ClientOnRecord;
  /** How long absence was waited for, ms (trap 12). */
  readonly windowMs: number;
  readonly rfc: BaseRfc;
  readonly strict: boolean;
  /** Obligations that the scenario is made to judge. */
  readonly expected: ReadonlySet<string>;
  dialogueOf(connection: number): Dialogue | undefined;
  /** What we did wrong on that connection, in order. */
  faults(dialogue: Dialogue): readonly ServerFault[];
}

/** What a check says of one occasion; nothing when it was none. */
export type Findings = Finding | readonly Finding[] | null;

export interface CheckOptions {
  /**
   * Faults of ours that do not excuse this breach: the ones that provoke it, or `all` where nothing we do can bring it
   * about (a bare LF). Else what is broken after a derailing fault is inconclusive.
   */
  readonly despite?: readonly FaultKind[] | 'all';
  /** Further faults that excuse it, besides the derailing ones. */
  readonly excusedBy?: readonly FaultKind[];
  /** An occasion that proves nothing is not mentioned where another one proves it kept. */
  readonly oneProofSuffices?: boolean;
}

/** What a check looks at by itself. A long record is gone through once, all checks at each thing (findings.ts). */
export type Scope =
  | { readonly of: 'trial'; readonly judge: (view: TrialView) => Findings }
  | { readonly of: 'dialogue'; readonly judge: (dialogue: Dialogue, view: TrialView) => Findings }
  | {
      readonly of: 'transaction';
      readonly judge: (transaction: Transaction, dialogue: Dialogue, view: TrialView) => Findings;
    }
  | {
      readonly of: 'exchange';
      readonly verbs: readonly EventName[];
      readonly judge: (exchange: Exchange, dialogue: Dialogue, view: TrialView) => Findings;
    };

export interface Check extends CheckOptions {
  /** The obligation's id. */
  readonly id: string;
  /** One finding per occasion; none at all makes the verdict `not-applicable`. */
  readonly scope: Scope;
}

// --- checks by what they look at ---------------------------------------------------------------------------------

/** A check over the whole trial: retries, duplicates, names in several sessions. */
export function perTrial(id: string, judge: (view: TrialView) => Findings, options: CheckOptions = {}): Check {
  return { id, scope: { of: 'trial', judge }, ...options };
}

/** A check of each connection by itself. */
export function perDialogue(
  id: string,
  judge: (dialogue: Dialogue, view: TrialView) => Findings,
  options: CheckOptions = {},
): Check {
  return { id, scope: { of: 'dialogue', judge }, ...options };
}

/** A check of each transaction, refused MAIL included. */
export function perTransaction(
  id: string,
  judge: (transaction: Transaction, dialogue: Dialogue, view: TrialView) => Findings,
  options: CheckOptions = {},
): Check {
  return { id, scope: { of: 'transaction', judge }, ...options };
}

/**
 * A check of each exchange of these verbs; lines of a spew are left out, because they are no commands.
 * @param verbs `connect`, `end-of-data`, `auth-response` and `unknown` as well
 */
export function perExchange(
  id: string,
  verbs: readonly EventName[],
  judge: (exchange: Exchange, dialogue: Dialogue, view: TrialView) => Findings,
  options: CheckOptions = {},
): Check {
  return { id, scope: { of: 'exchange', verbs, judge }, ...options };
}

// --- findings ----------------------------------------------------------------------------------------------------

/** What can be shown as evidence. The first one shown is the act itself: our faults count only when they came before it. */
export type Shown = Exchange | Reply | Evidence;

/** Kept. */
export function pass(reason: string, ...shown: readonly Shown[]): Finding {
  return finding('pass', reason, shown);
}

/** Broken: a fail for a MUST, a warning for anything less. Show the offending act first. */
export function broken(reason: string, ...shown: readonly Shown[]): Finding {
  return finding('broken', reason, shown);
}

/** Bad form that breaks no MUST, whatever the level of the obligation. */
export function warned(reason: string, ...shown: readonly Shown[]): Finding {
  return finding('warned', reason, shown);
}

/** The record does not prove it either way; say what is missing. */
export function inconclusive(reason: string, ...shown: readonly Shown[]): Finding {
  return finding('inconclusive', reason, shown);
}

/** The precondition is absent. Only where a reason is worth reading: no finding at all says the same. */
export function notApplicable(reason: string, ...shown: readonly Shown[]): Finding {
  return finding('not-applicable', reason, shown);
}

/** Worth telling, and no rule asks for it. */
export function observed(reason: string, ...shown: readonly Shown[]): Finding {
  return finding('observed', reason, shown);
}

/** The same act is judged under that id in the first place: one act, one primary verdict. */
export function referTo(id: string, finding_: Finding): Finding {
  const { found, reason, evidence } = finding_;
  return { found, reason, evidence, refersTo: id };
}

/** The same, told in other words. */
export function inOtherWords(reason: string, { found, evidence, refersTo }: Finding): Finding {
  return { found, reason, evidence, ...(refersTo === undefined ? {} : { refersTo }) };
}

function finding(found: Finding['found'], reason: string, shown: readonly Shown[]): Finding {
  return new ShownFinding(found, reason, shown);
}

/** Of a long record most findings are only counted: what is shown for one is written when somebody reads it. */
class ShownFinding implements Finding {
  readonly found: Finding['found'];
  readonly reason: string;
  private readonly shown: readonly Shown[];

  constructor(found: Finding['found'], reason: string, shown: readonly Shown[]) {
    this.found = found;
    this.reason = reason;
    this.shown = shown;
  }

  get evidence(): readonly Evidence[] {
    return this.shown.map(show);
  }
}

// --- evidence ----------------------------------------------------------------------------------------------------

const LONGEST_TEXT = 160;

/** Evidence from an exchange (what the client said) or a reply (what we said). */
export function show(shown: Shown): Evidence {
  if ('text' in shown) return shown;
  const { connection } = shown;
  if ('lines' in shown) {
    const { seq, endedSeq, lines } = shown;
    return { connection, seq: { from: seq, to: endedSeq }, text: cut(`S: ${lines.join(' / ')}`) };
  }
  return { connection, seq: { from: shown.firstSeq, to: shown.seq }, text: cut(`C: ${said(shown)}`) };
}

/** Evidence from anything else on a connection's record. */
export function place(dialogue: Dialogue, event: { readonly seq: number }, text: string): Evidence {
  return { connection: dialogue.connection, seq: { from: event.seq, to: event.seq }, text: cut(text) };
}

function said(exchange: Exchange): string {
  if (exchange.verb === 'connect') return '(connects)';
  if (exchange.verb !== 'end-of-data') return exchange.line;
  return `(mail data, ${exchange.message?.length ?? 0} octets)`;
}

function cut(text: string): string {
  const visible = text.replace(/[^\x20-\x7e]/g, '?');
  return visible.length > LONGEST_TEXT ? `${visible.slice(0, LONGEST_TEXT)}…` : visible;
}
