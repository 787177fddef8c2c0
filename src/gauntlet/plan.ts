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

/** `--time-scale 0.1` makes every window, wait and time-out of the scenario a tenth; verdicts are marked "scaled". */
export function scaled(scenario: Scenario, factor: number): Scenario {
  if (factor === 1) return scenario;
  return {
    ...scenario,
    windowMs: scenario.windowMs * factor,
    rules: scenario.rules.map((rule) => scaleRule(rule, factor)),
  };
}

function scaleRule(rule: Scenario['rules'][number], factor: number): Scenario['rules'][number] {
  const clockRule = rule.on.includes('idle') || rule.on.includes('timer');
  return {
    ...rule,
    after: rule.after === null || !clockRule ? rule.after : rule.after * factor,
    every: rule.every === null ? null : rule.every * factor,
    steps: rule.steps.map((step) => {
      switch (step.step) {
        case 'wait':
          return { ...step, ms: { min: step.ms.min * factor, max: step.ms.max * factor } };
        case 'hold':
          return { ...step, atMost: { min: step.atMost.min * factor, max: step.atMost.max * factor } };
        case 'mute':
        case 'deaf':
          return { ...step, ms: step.ms === null ? null : step.ms * factor };
        case 'reply':
        case 'raw':
        case 'set':
        case 'ignore':
        case 'next':
          return step;
      }
    }),
  };
}
