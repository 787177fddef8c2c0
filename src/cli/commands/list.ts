// `list [what]`: scenarios, personas, senders, obligations, clients, middleboxes, wordings of the Domino log: names and one
// line each.

import { Command, Option } from 'commander';
import { LOG_WORDINGS } from '../../domino/log-wording';
import { BOXES } from '../../middlebox/catalogue';
import { UNJUDGED } from '../../judge/checks/index';
import { OBLIGATIONS } from '../../obligations/catalogue';
import type { Confidence } from '../../scenario/persona';
import { listPersonas } from '../../scenario/persona-load';
import { listScenarios, type ScenarioListing } from '../../scenario/load';
import { listSenders } from '../../scenario/sender';
import { CLIENT_DRIVERS } from '../../clients';
import { nearestWord } from '../../wire/nearest-word';
import { knownTags } from '../run-choice';
import { print, terminalOf, UsageError } from '../terminal';

interface Row {
  readonly name: string;
  readonly text: string;
  readonly tags?: readonly string[];
  /** Of what was read somewhere: where, and how sure it is. */
  readonly confidence?: Confidence;
  readonly source?: string;
}

interface ListOptions {
  readonly tag?: string;
  readonly unjudged?: boolean;
  readonly json?: boolean;
}

const KINDS: Readonly<Record<string, () => readonly Row[]>> = {
  scenarios: () => listScenarios().map(scenarioRow),
  personas: () => listPersonas().map(({ name, title }) => ({ name, text: title })),
  senders: () => listSenders().map(({ name, title }) => ({ name, text: title })),
  obligations: () => OBLIGATIONS.map(({ id, level, title }) => ({ name: id, text: `${level.padEnd(8)} ${title}` })),
  clients: () => CLIENT_DRIVERS.map(({ name, title }) => ({ name, text: title })),
  wordings: () =>
    Object.entries(LOG_WORDINGS).map(([name, { text, confidence, source }]) => ({
      name,
      text: `${confidence.padEnd(11)} ${text}`,
      confidence,
      source,
    })),
  middleboxes: () => Object.entries(BOXES).map(([name, { title }]) => ({ name, text: title })),
};

export function listCommand(): Command {
  return new Command('list')
    .description(
      'List scenarios (default), personas, senders, obligations, clients, middleboxes or wordings of the log',
    )
    .argument('[what]', Object.keys(KINDS).join(' | '), 'scenarios')
    .addOption(new Option('--tag <tag>', 'only scenarios with this tag'))
    .option('--unjudged', 'only obligations that no record can prove kept or broken, and why')
    .option('--json', 'print JSON')
    .action((what: string, options: ListOptions) => list(what, options));
}

function list(what: string, { tag, unjudged, json }: ListOptions): void {
  const kind = Object.hasOwn(KINDS, what) ? what : `${what}s`;
  if (unjudged === true) return listUnjudged(kind, json === true);
  const rows = Object.hasOwn(KINDS, kind) ? KINDS[kind]?.() : undefined;
  if (rows === undefined) {
    const near = nearestWord(what, Object.keys(KINDS));
    throw new UsageError(
      `cannot list "${what}"; expected one of ${Object.keys(KINDS).join(', ')}${near === undefined ? '' : ` (did you mean "${near}"?)`}`,
    );
  }
  if (tag !== undefined && kind === 'scenarios') knownTags([tag], listScenarios());
  const chosen = tag === undefined ? rows : rows.filter(({ tags }) => tags?.includes(tag) === true);
  if (json === true) return print(JSON.stringify(chosen, null, 2));
  if (chosen.length === 0) return print(`no ${kind}${tag === undefined ? '' : ` with the tag "${tag}"`}`);
  const widest = Math.max(...chosen.map(({ name }) => name.length));
  const { width } = terminalOf();
  for (const { name, text } of chosen) print(`${name.padEnd(widest)}  ${cut(text, Math.max(30, width - widest - 2))}`);
  if (kind === 'scenarios')
    print(`\n${chosen.length} scenarios. smtp-gauntlet show NAME explains one; serve NAME listens as one.`);
}

function listUnjudged(kind: string, json: boolean): void {
  if (kind !== 'obligations') throw new UsageError('--unjudged goes with: list obligations --unjudged');
  const rows = [...UNJUDGED].map(([name, text]): Row => ({ name, text }));
  if (json) return print(JSON.stringify(rows, null, 2));
  for (const { name, text } of rows) print(`${name}\n  ${text}`);
  print(`\n${rows.length} of ${OBLIGATIONS.length} obligations are not judged; all others are.`);
}

function scenarioRow({ name, title, tags, patience }: ScenarioListing): Row {
  return { name, text: patience === 'quick' ? title : `${title} (${patience})`, tags };
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
