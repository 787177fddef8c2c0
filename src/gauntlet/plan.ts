// Which trials a run consists of: the scenarios chosen, what patience allows, and the clients they are for. Pure.

import type { Scenario } from '../scenario/scenario';
import { compilePattern } from '../scenario/pattern';

export const PATIENCES = ['quick', 'minutes', 'hours'] as const;
export type Patience = (typeof PATIENCES)[number];

export interface Choice {
  /** Names or globs; empty = all. */
  readonly scenarios: readonly string[];
  readonly tags: readonly string[];
  /** Only scenarios made to judge one of these. */
  readonly obligations: readonly string[];
}

/** Holds where every criterion that was given does. */
export function isChosen(scenario: Scenario, { scenarios, tags, obligations }: Choice): boolean {
  const byName = scenarios.length === 0 || scenarios.some((name) => compilePattern(name).test(scenario.name));
  const byTag = tags.length === 0 || tags.some((tag) => scenario.tags.includes(tag));
  const byObligation = obligations.length === 0 || obligations.some((id) => scenario.expect.obligations.includes(id));
  return byName && byTag && byObligation;
}

/** @returns why a scenario is not run with this patience, or null */
export function tooLong(scenario: Scenario, patience: Patience): string | null {
  const takesMore = PATIENCES.indexOf(scenario.patience) > PATIENCES.indexOf(patience);
  return takesMore ? `needs --patience ${scenario.patience}` : null;
}
