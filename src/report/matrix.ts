// A report card seen as tables: obligations by clients, and scenarios by clients. Used by the text and the HTML report, which
// only lay them out.

import { trialFindings } from '../judge/card-findings';
import {
  obligationRow,
  type ObligationCell,
  type RanTrial,
  type ReportCard,
  type TrialCard,
} from '../judge/report-card';
import type { VerdictWord } from '../judge/verdict';
import { OBLIGATIONS } from '../obligations/catalogue';
import type { TrialWord } from './wording';

export interface ObligationRow {
  /** The obligation's id. */
  readonly id: string;
  /** In the order of the clients; null where no check of that client's card judged it. */
  readonly cells: readonly (ObligationCell | null)[];
}

export interface ScenarioRow {
  readonly scenario: string;
  readonly title: string;
  /** In the order of the clients; null where the card says nothing of this scenario. */
  readonly trials: readonly (TrialCard | null)[];
}

/** @returns a row for each obligation that any client has a verdict on, in the catalogue's order */
export function obligationMatrix(card: ReportCard): readonly ObligationRow[] {
  const columns = card.clients.map(
    ({ name }) => new Map(obligationRow(card, name).map((cell) => [cell.obligation, cell])),
  );
  const ids = new Set([...OBLIGATIONS.map(({ id }) => id), ...columns.flatMap((column) => [...column.keys()])]);
  return [...ids]
    .map((id) => ({ id, cells: columns.map((column) => column.get(id) ?? null) }))
    .filter(({ cells }) => cells.some((cell) => cell !== null));
}

/** @returns a row for each scenario, in the order in which the card names them */
export function scenarioMatrix({ clients }: Pick<ReportCard, 'clients'>): readonly ScenarioRow[] {
  const titles = new Map(
    clients.flatMap(({ trials }) => trials.map(({ scenario, title }) => [scenario, title] as const)),
  );
  const columns = clients.map(({ trials }) => new Map(trials.map((trial) => [trial.scenario, trial])));
  return [...titles].map(([scenario, title]) => ({
    scenario,
    title,
    trials: columns.map((column) => column.get(scenario) ?? null),
  }));
}

/** Whether any client had an occasion. */
export function hasOccasion({ cells }: ObligationRow): boolean {
  return cells.some((cell) => cell !== null && cell.verdict !== 'not-applicable');
}

/**
 * A trial in one word: its worst finding; without one, what became of the obligations that the scenario is made for, or
 * whether anything was proved at all.
 */
export function trialWord(trial: TrialCard): TrialWord {
  if (!trial.ran) return trial.crashed === true ? 'crashed' : 'not-run';
  const found = trialFindings('', trial);
  if (found.some(({ verdict }) => verdict === 'fail')) return 'fail';
  if (trial.end === 'client-crashed') return 'crashed';
  if (found.length > 0) return 'warn';
  if (trial.end === 'never-connected' || trial.end === 'interrupted') return trial.end;
  return quietWord(trial);
}

function quietWord({ judgement, aims }: RanTrial): VerdictWord {
  const words = judgement.verdicts.map(({ verdict }) => verdict);
  const aimedAt = judgement.verdicts
    .filter(({ obligation }) => aims.includes(obligation))
    .map(({ verdict }) => verdict);
  if (aimedAt.includes('inconclusive')) return 'inconclusive';
  const order: readonly VerdictWord[] = ['pass', 'inconclusive', 'observed'];
  return order.find((word) => words.includes(word)) ?? 'not-applicable';
}
