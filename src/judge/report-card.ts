// The report card: what became of every trial of a run, client by client, with its judgement. Reports print it, the exit
// code and known findings are read off it, and it is joined from several machines (merge-cards.ts). docs/report-card.md has
// its JSON form. Pure data: traces are not in it, but in the trial records that it names.

import { OBLIGATIONS, type BaseRfc } from '../obligations/catalogue';
import type { Level } from '../obligations/obligation';
import type { ClientRole, TrialEnd, TrialRecord } from '../wire/trial-record';
import { CHECKS } from './checks/index';
import { expectationsOf } from './expectation';
import type { Judgement } from './judge';
import { isPrimary, type Verdict, type VerdictWord } from './verdict';

/** Raised when a field changes its meaning or goes away; added fields do not raise it. */
export const CARD_SCHEMA_VERSION = 1;

export interface ReportCard {
  readonly schemaVersion: typeof CARD_SCHEMA_VERSION;
  /** The version of smtp-gauntlet that judged. */
  readonly writtenBy: string;
  /** ISO 8601, wall clock, for people. */
  readonly startedAt: string;
  readonly rfc: BaseRfc;
  /** Warnings were judged as failures. */
  readonly strict: boolean;
  /** null: runs with different seeds were joined; each trial record has its own. */
  readonly seed: number | null;
  /** 1 = real time. Anything else marks every verdict "scaled". */
  readonly timeScale: number;
  /** No two have the same name. */
  readonly clients: readonly ClientCard[];
}

export interface ClientCard {
  readonly name: string;
  readonly version: string | null;
  readonly role: ClientRole;
  /** Why it could not be run at all, e.g. `not installed: Debian package swaks`; left out when it could. */
  readonly unavailable?: string;
  /** At most one per scenario. */
  readonly trials: readonly TrialCard[];
}

export interface RanTrial {
  /** The scenario's name. */
  readonly scenario: string;
  readonly title: string;
  readonly ran: true;
  readonly end: TrialEnd;
  readonly durationMs: number;
  /** Obligations that the scenario is made to judge. */
  readonly aims: readonly string[];
  readonly judgement: Judgement;
  /** Where the trial record is kept; null when it was not. */
  readonly recordFolder: string | null;
  /** What the client said, where it crashed, never connected or had to be stopped: the way to a mistake in its call. */
  readonly said?: string;
}

/** Enough for an error message; a client may print anything. */
const MOST_SAID = 300;

export interface UnrunTrial {
  readonly scenario: string;
  readonly title: string;
  readonly ran: false;
  /** e.g. `can't use STARTTLS`, `takes hours`. Never a pass. */
  readonly reason: string;
  /** The trial broke down by a fault of ours or of the machine. */
  readonly crashed?: true;
}

export type TrialCard = RanTrial | UnrunTrial;

/** What a trial that ran leaves on the card. */
export function trialCard(record: TrialRecord, judgement: Judgement, recordFolder: string | null): RanTrial {
  const said = saidOf(record);
  return {
    scenario: record.scenario.name,
    title: record.scenario.title,
    ran: true,
    end: record.end,
    durationMs: record.endedAt,
    aims: expectationsOf(record).obligations,
    judgement,
    recordFolder,
    ...(said === '' ? {} : { said }),
  };
}

function saidOf({ end, outcomes }: TrialRecord): string {
  if (end === 'client-finished' || end === 'interrupted') return '';
  // Whose window is over has a queue as a rule, and says of each message what became of it; of a program that was stopped
  // nobody knows.
  const telling = end === 'window-over' ? outcomes.filter(({ outcome }) => outcome === 'unknown') : outcomes;
  const texts = new Set(telling.map(({ text }) => text.trim()));
  const said = [...texts].filter((text) => text !== '').join('; ');
  return said.length > MOST_SAID ? `${said.slice(0, MOST_SAID - 1)}…` : said;
}

// --- one verdict per obligation ------------------------------------------------------------------------------------

/** One trial's verdict on an obligation. */
export interface TrialVerdict {
  readonly scenario: string;
  readonly verdict: Verdict;
}

/** What all trials of one client say of one obligation. */
export interface ObligationCell {
  readonly obligation: string;
  readonly verdict: VerdictWord;
  readonly level: Level;
  /** The breach is counted under that obligation, in every trial behind it. */
  readonly refersTo?: string;
  readonly scaled?: true;
  /** The trials that decide, in the card's order. */
  readonly deciding: readonly TrialVerdict[];
  /** All trials that had an occasion, the deciding ones among them. */
  readonly trials: readonly TrialVerdict[];
}

/**
 * Where one trial holds a reply back and proves the obligation kept, others that held none leave nothing open: the same
 * rule as within a trial.
 */
const PROVED_ONCE: ReadonlySet<string> = new Set(
  CHECKS.filter(({ oneProofSuffices }) => oneProofSuffices === true).map(({ id }) => id),
);

const CATALOGUE_ORDER: ReadonlyMap<string, number> = new Map(OBLIGATIONS.map(({ id }, index) => [id, index]));

/**
 * One row of the matrix: a verdict for each obligation over all trials of a client. The worst wins: fail, warn,
 * inconclusive, pass, observed, not-applicable.
 * @returns in the catalogue's order; obligations that no trial has a verdict on are not in it
 * @throws Error when the card has no client of that name
 */
export function obligationRow(card: Pick<ReportCard, 'clients'>, clientName: string): readonly ObligationCell[] {
  const client = card.clients.find(({ name }) => name === clientName);
  if (client === undefined) throw new Error(`the report card has no client "${clientName}"`);
  const byObligation = new Map<string, TrialVerdict[]>();
  for (const trial of client.trials) {
    if (!trial.ran) continue;
    for (const verdict of trial.judgement.verdicts) {
      const found = byObligation.get(verdict.obligation) ?? [];
      found.push({ scenario: trial.scenario, verdict });
      byObligation.set(verdict.obligation, found);
    }
  }
  const place = (id: string): number => CATALOGUE_ORDER.get(id) ?? CATALOGUE_ORDER.size;
  return [...byObligation]
    .map(([obligation, verdicts]) => cellOf(obligation, verdicts))
    .sort((one, other) => place(one.obligation) - place(other.obligation));
}

function cellOf(obligation: string, all: readonly TrialVerdict[]): ObligationCell {
  const proved = PROVED_ONCE.has(obligation) && all.some(({ verdict }) => verdict.verdict === 'pass');
  const weighed = proved ? all.filter(({ verdict }) => verdict.verdict !== 'inconclusive') : all;
  const worst = weighed.reduce((one, other) => (rank(other.verdict) > rank(one.verdict) ? other : one));
  const { verdict, level } = worst.verdict;
  const refersTo = rank(worst.verdict) === RANK_OF_REFERENCE ? worst.verdict.refersTo : undefined;
  const occasions = all.filter((trial) => trial.verdict.verdict !== 'not-applicable');
  return {
    obligation,
    verdict,
    level,
    ...(refersTo === undefined ? {} : { refersTo }),
    ...(all.some((trial) => trial.verdict.scaled === true) ? { scaled: true } : {}),
    deciding: weighed.filter((trial) => rank(trial.verdict) === rank(worst.verdict)),
    trials: occasions,
  };
}

/** The worse, the higher; a breach that is counted elsewhere stands below every one that is not. */
const RANK: Readonly<Record<VerdictWord, number>> = {
  'not-applicable': 0,
  observed: 1,
  pass: 2,
  inconclusive: 3,
  warn: 5,
  fail: 6,
};
const RANK_OF_REFERENCE = 4;

function rank(verdict: Verdict): number {
  const breach = verdict.verdict === 'fail' || verdict.verdict === 'warn';
  return breach && !isPrimary(verdict) ? RANK_OF_REFERENCE : RANK[verdict.verdict];
}

// --- counts ----------------------------------------------------------------------------------------------------------

/** How many obligations came out how. `referring` ones broke too, and are counted under another obligation. */
export type Counts = Readonly<Record<VerdictWord | 'referring', number>>;

/** Counts the cells of a row. */
export function counts(row: readonly ObligationCell[]): Counts {
  const sums: Record<keyof Counts, number> = {
    fail: 0,
    warn: 0,
    referring: 0,
    inconclusive: 0,
    pass: 0,
    observed: 0,
    'not-applicable': 0,
  };
  for (const cell of row) sums[cell.refersTo === undefined ? cell.verdict : 'referring'] += 1;
  return sums;
}
