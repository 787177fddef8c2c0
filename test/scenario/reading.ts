// Rungs for tests of the scenario room: a text read without personas on disk, and the problems of one that is refused.

import { PLAIN_HABITS } from '../../src/scenario/assemble';
import { loadScenarioText } from '../../src/scenario/load';
import type { Rule, Scenario, Step } from '../../src/scenario/scenario';
import { ScenarioError } from '../../src/scenario/scenario-error';

export const FILE = 'case.yaml';

export function read(text: string): Scenario {
  return loadScenarioText(text, FILE, { folders: [], habitsOf: () => PLAIN_HABITS });
}

/** The first rule of a scenario that has nothing but this one, given as the lines below `- on: …`. */
export function readRule(...lines: readonly string[]): Rule {
  const [rule] = read(`rules:\n  - ${lines.join('\n    ')}\n`).rules;
  if (rule === undefined) throw new Error('no rule was read');
  return rule;
}

export function readSteps(...lines: readonly string[]): readonly Step[] {
  return readRule('on: RCPT', ...lines).steps;
}

/** Every problem as it is printed; fails when there is none. */
export function problemsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ScenarioError) return error.message.split('\n');
    throw error;
  }
  throw new Error('nothing was refused');
}

export function refused(text: string): readonly string[] {
  return problemsOf(() => read(text));
}
