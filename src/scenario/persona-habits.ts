// What a persona decides where a scenario is silent, as the assembly of a scenario wants it. Used for YAML and for scenarios
// built in code.

import { PLAIN_HABITS } from './assemble';
import { loadPersona } from './persona-load';
import { ScenarioError } from './scenario-error';
import type { Habits } from './schema-policies';

/** @returns those of `plain` for a persona that cannot be loaded: whoever needs the persona itself says so */
export function personaHabits(name: string): Habits {
  try {
    const { lineEndings, commands, errorLimit, idleTimeoutMs } = loadPersona(name).habits;
    return {
      lineEndings: lineEndings.value,
      commands: commands.value,
      errorLimit: errorLimit.value,
      idleTimeoutMs: idleTimeoutMs.value,
    };
  } catch (error) {
    if (error instanceof ScenarioError) return PLAIN_HABITS;
    throw error;
  }
}
