// `play [scenario…]`: scripted senders against the server, with the annotated transcript of each dialogue: the field cases
// of the articles, live. Ends by itself.

import { Command } from 'commander';
import { scriptedDriver } from '../../clients/scripted';
import { runTrial } from '../../gauntlet/trial';
import { transcript } from '../../report/transcript';
import { explainScenario } from '../../scenario/explain';
import { listScenarios, loadScenario, personaOf } from '../../scenario/load';
import type { Scenario } from '../../scenario/scenario';
import { loadSender } from '../../scenario/sender';
import { takeInterrupts } from '../interrupts';
import { EXIT, print, terminalOf, type Terminal } from '../terminal';

interface PlayOptions {
  readonly sender?: string;
  readonly tag: string;
  readonly layers?: boolean;
  readonly record?: string;
}

const DEFAULT_SENDER = 'well-behaved';

export function playCommand(): Command {
  return new Command('play')
    .description('Play scenarios with scripted senders and print the annotated dialogues')
    .argument('[scenario...]', 'names or files; default: those of the two articles it all grew from')
    .option('--sender <name>', 'use this scripted sender instead of the one the scenario names')
    .option('--tag <tag>', 'play the scenarios with this tag', 'seed')
    .option('--layers', 'show what each middlebox of the path made of the octets')
    .option('--record <folder>', 'keep the trial records there')
    .action(async (names: string[], options: PlayOptions) => {
      process.exitCode = await play(names, options);
    });
}

async function play(names: readonly string[], options: PlayOptions): Promise<number> {
  const chosen =
    names.length > 0
      ? names
      : listScenarios()
          .filter(({ tags }) => tags.includes(options.tag))
          .map(({ name }) => name);
  const terminal = terminalOf();
  const scenarios = chosen.map((name) => loadScenario(name));
  for (const scenario of scenarios) personaOf(scenario);
  const interrupts = takeInterrupts();
  for (const [index, scenario] of scenarios.entries()) {
    if (index > 0) print('');
    await playOne(scenario, options, { terminal, signal: interrupts.signal });
    if (interrupts.signal.aborted) return EXIT.interrupted;
  }
  interrupts.release();
  print(`\n${scenarios.length} scenarios played.`);
  return EXIT.ok;
}

interface Stage {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

async function playOne(scenario: Scenario, options: PlayOptions, { terminal, signal }: Stage): Promise<void> {
  const { color, width } = terminal;
  const sender = loadSender(options.sender ?? scenario.sender ?? DEFAULT_SENDER);
  print('='.repeat(Math.min(width, 80)));
  print(explainScenario(scenario).join('\n'));
  print(`Played by the scripted sender ${sender.name}: ${sender.title}\n`);
  const folder = options.record === undefined ? null : `${options.record}/${scenario.name}`;
  const result = await runTrial(scenario, scriptedDriver(sender), {
    seed: 1,
    folder,
    clientVersion: null,
    timeScale: 1,
    signal,
  });
  if (!result.ran) return print(`not run: ${result.reason}`);
  for (const trace of result.record.traces) {
    print(transcript(trace, { scenario, color, width, layers: options.layers === true }));
  }
}
