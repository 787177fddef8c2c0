// `show NAME`: a scenario in English sentences, a persona with its provenance, an obligation with its sections, a sender, a
// client. Finds by itself what a name is.

import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { CLIENT_DRIVERS, clientDriver } from '../../clients';
import { BOXES, isBoxName } from '../../middlebox/catalogue';
import { citationsUnder, formatCitation, obligation, OBLIGATIONS } from '../../obligations/catalogue';
import type { Obligation } from '../../obligations/obligation';
import { explainScenario } from '../../scenario/explain';
import { loadScenario, scenarioNames } from '../../scenario/load';
import { diffPersonas, explainPersona } from '../../scenario/persona-explain';
import { listPersonas, loadPersona } from '../../scenario/persona-load';
import { listSenders } from '../../scenario/sender';
import { nearestWord } from '../../wire/nearest-word';
import { didYouMean, print, UsageError } from '../terminal';

interface ShowOptions {
  readonly diff?: string;
  readonly json?: boolean;
}

const KINDS = ['scenario', 'persona', 'obligation', 'client', 'sender', 'middlebox'] as const;

export function showCommand(): Command {
  return new Command('show')
    .description('Explain a scenario, persona, obligation, sender, client or middlebox')
    .argument('<name...>', 'e.g. dnsbl-554, persona domino-6.5, obligation quit-before-close, or a scenario file')
    .option('--diff <persona>', 'for a persona: what differs from another one')
    .option('--json', 'for a scenario: the resolved value')
    .action((words: string[], options: ShowOptions) => show(words, options));
}

async function show(words: readonly string[], options: ShowOptions): Promise<void> {
  const [first = '', second] = words;
  const kind = KINDS.find((word) => word === first);
  const name = kind !== undefined && second !== undefined ? second : first;
  const wanted = kind !== undefined && second !== undefined ? kind : kindOf(name, options);
  switch (wanted) {
    case 'scenario': {
      const scenario = loadScenario(name);
      return print(options.json === true ? JSON.stringify(scenario, null, 2) : explainScenario(scenario).join('\n'));
    }
    case 'persona':
      if (options.diff !== undefined) return print(diffPersonas(loadPersona(name), loadPersona(options.diff)));
      return print(explainPersona(loadPersona(name)));
    case 'obligation':
      return print(
        explainObligation(
          found(
            obligation(name),
            'obligation',
            name,
            OBLIGATIONS.map(({ id }) => id),
          ),
        ),
      );
    case 'client':
      return showClient(name);
    case 'sender':
      return showSender(name);
    case 'middlebox':
      if (!isBoxName(name)) throw unknown('middlebox', name, Object.keys(BOXES));
      return print(`${name}: ${BOXES[name].title}\ndefaults: ${JSON.stringify(BOXES[name].defaults)}`);
  }
}

/** A name says by itself what it is; scenarios win, since they are what one types most. */
function kindOf(name: string, { diff }: ShowOptions): (typeof KINDS)[number] {
  // Only personas are compared.
  if (diff !== undefined) return 'persona';
  if (/[/\\]|\.ya?ml$/.test(name)) return 'scenario';
  if (scenarioNames().includes(name)) return 'scenario';
  if (listPersonas().some((one) => one.name === name)) return 'persona';
  if (obligation(name) !== undefined) return 'obligation';
  if (clientDriver(name) !== undefined) return 'client';
  if (listSenders().some((one) => one.name === name)) return 'sender';
  if (isBoxName(name)) return 'middlebox';
  throw unknown('scenario, persona, obligation, client, sender or middlebox', name, [
    ...scenarioNames(),
    ...listPersonas().map((one) => one.name),
    ...OBLIGATIONS.map(({ id }) => id),
    ...CLIENT_DRIVERS.map((one) => one.name),
    ...listSenders().map((one) => one.name),
    ...Object.keys(BOXES),
  ]);
}

function explainObligation(entry: Obligation): string {
  const cite = (rfc: 2821 | 5321): string => citationsUnder(entry, rfc).map(formatCitation).join(', ') || 'none';
  return [
    `${entry.id}: ${entry.title}`,
    '',
    `  level     ${entry.level}${entry.level2821 === undefined ? '' : ` (RFC 2821: ${entry.level2821})`}`,
    `  sections  ${cite(5321)}`,
    `  under 2821: ${cite(2821)}`,
    `  provoked  ${entry.provocation}`,
    `  judged    ${entry.verdict}`,
    ...(entry.role === undefined ? [] : ['  binds     clients that queue (MTAs) only']),
  ].join('\n');
}

async function showClient(name: string): Promise<void> {
  const names = CLIENT_DRIVERS.map((one) => one.name);
  const driver = found(clientDriver(name), 'client', name, names);
  const there = await driver.detect();
  print(`${driver.name}: ${driver.title}`);
  print(`  role          ${driver.role}`);
  print(`  here          ${there.available ? (there.version ?? 'version unknown') : there.reason}`);
  print(`  capabilities  ${driver.capabilities.join(', ')}`);
}

function showSender(name: string): void {
  const listed = listSenders();
  const sender = found(
    listed.find((one) => one.name === name),
    'sender',
    name,
    listed.map((one) => one.name),
  );
  print(readFileSync(sender.path, 'utf8'));
}

function found<Value>(value: Value | undefined, kind: string, name: string, names: readonly string[]): Value {
  if (value === undefined) throw unknown(kind, name, names);
  return value;
}

function unknown(kind: string, name: string, names: readonly string[]): UsageError {
  const near = nearestWord(name, names);
  return new UsageError(`no ${kind} is called "${name}"${didYouMean(near)}`);
}
