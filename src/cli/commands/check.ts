// `check FILE…`: whether scenario and persona files are right, with file, line, column and the fix; nothing is started.

import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { compileServer } from '../../scenario/compile';
import { checkScenario, loadScenario, loadScenarioText, personaOf } from '../../scenario/load';
import { ScenarioError } from '../../scenario/scenario-error';
import type { Scenario } from '../../scenario/scenario';
import { EXIT, print, printError } from '../terminal';

interface CheckOptions {
  readonly strict?: boolean;
  readonly quiet?: boolean;
}

export function checkCommand(): Command {
  return new Command('check')
    .description('Check scenario files without starting anything')
    .argument('<file...>', 'scenario files or names; - reads standard input')
    .option('--strict', 'warnings are mistakes too')
    .option('-q, --quiet', 'print mistakes only')
    .action((files: string[], options: CheckOptions) => {
      process.exitCode = check(files, options);
    });
}

function check(files: readonly string[], { strict, quiet }: CheckOptions): number {
  let wrong = 0;
  for (const file of files) {
    try {
      const scenario = file === '-' ? loadScenarioText(readFileSync(0, 'utf8'), 'standard input') : loadScenario(file);
      compileAll(scenario);
      const warnings = checkScenario(scenario);
      for (const { rule, message } of warnings) printError(`${file}: ${rule}: ${message}`);
      if (strict === true && warnings.length > 0) wrong++;
      else if (quiet !== true) print(`${file}: ok${warnings.length === 0 ? '' : `, ${warnings.length} to look at`}`);
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      wrong++;
      printError(error.message);
    }
  }
  return wrong === 0 ? EXIT.ok : EXIT.usage;
}

/** What only shows when it is made to run: an unknown persona, a pattern of a persona's own. */
function compileAll(scenario: Scenario): void {
  const persona = personaOf(scenario);
  for (const index of scenario.servers.keys()) compileServer(scenario, index, persona);
}
