// What `run` is asked to run: clients by name, by sender or as a command line; scenarios by name, glob or file, by tag and by
// obligation. Every word that names nothing is told before anything is run, with the nearest one that does.

import { basename } from 'node:path';
import { CLIENT_DRIVERS, COMMAND_PLACEHOLDERS, clientDriver, commandDriver, scriptedDriver } from '../clients';
import type { ClientDriver } from '../clients/driver';
import { isChosen, type Choice } from '../gauntlet/plan';
import { nearestObligation, obligation } from '../obligations/catalogue';
import { listScenarios, loadScenario, personaOf, scenarioNames } from '../scenario/load';
import { compilePattern } from '../scenario/pattern';
import type { Scenario } from '../scenario/scenario';
import { listSenders, loadSender } from '../scenario/sender';
import { nearestWord } from '../wire/nearest-word';
import { didYouMean, UsageError } from './terminal';

const DEFAULT_CLIENT = 'nodemailer';

/** Commander hands over what stands behind `--` with the other arguments. */
export function splitCommand(words: readonly string[]): {
  readonly names: readonly string[];
  readonly command: readonly string[] | null;
} {
  const dashes = process.argv.indexOf('--');
  if (dashes < 0) return { names: words, command: null };
  const command = process.argv.slice(dashes + 1);
  if (command.length === 0)
    throw new UsageError('nothing stands behind "--"; expected a command line with {host} and {port}');
  return { names: words.slice(0, words.length - command.length), command };
}

/** @returns each client once: reports look them up by name */
export function clientsOf(names: readonly string[], command: readonly string[] | null): readonly ClientDriver[] {
  const wanted = names.length === 0 && command === null ? [DEFAULT_CLIENT] : names;
  const named = new Map<string, ClientDriver>();
  for (const driver of wanted.flatMap((name) => (name === 'all' ? CLIENT_DRIVERS : [driverOf(name)]))) {
    named.set(driver.name, driver);
  }
  return [...named.values(), ...(command === null ? [] : [driverOfCommand(command, named)])];
}

function driverOf(name: string): ClientDriver {
  if (name.startsWith('sender:')) return scriptedDriver(loadSender(name.slice('sender:'.length)));
  const driver = clientDriver(name);
  if (driver !== undefined) return driver;
  const known = CLIENT_DRIVERS.map((one) => one.name).join(', ');
  const names = [...CLIENT_DRIVERS.map((one) => one.name), ...listSenders().map((one) => `sender:${one.name}`)];
  throw new UsageError(
    `no client is called "${name}"; expected one of ${known}, all, or sender:NAME; any command line stands behind "--"${didYouMean(nearestWord(name, names))}`,
  );
}

/** A command that could never reach a server is a mistake in the line, not a client that fails every trial. */
function driverOfCommand(command: readonly string[], taken: ReadonlyMap<string, unknown>): ClientDriver {
  for (const [whole, word = ''] of command.join('\n').matchAll(/\{([A-Za-z]+)\}/g)) {
    if (COMMAND_PLACEHOLDERS.some((known) => known === word)) continue;
    const near = nearestWord(word, COMMAND_PLACEHOLDERS);
    if (near !== undefined) throw new UsageError(`the command has ${whole}; did you mean {${near}}?`);
  }
  if (!command.some((part) => part.includes('{port}')))
    throw new UsageError(
      'the command has no {port}: each trial listens on a port of its own, and the line has to name it',
    );
  const name = basename(command[0] ?? '');
  return commandDriver(command, taken.has(name) ? { name: `${name}-command` } : {});
}

export function knownObligations(ids: readonly string[]): readonly string[] {
  for (const id of ids) {
    if (obligation(id) !== undefined) continue;
    throw new UsageError(`no obligation is called "${id}"${didYouMean(nearestObligation(id))}`);
  }
  return ids;
}

/** @throws UsageError for a word that fits none */
export function scenariosOf(choice: Choice): readonly Scenario[] {
  const files = choice.scenarios.filter((name) => /[/\\]|\.ya?ml$/.test(name));
  const names = choice.scenarios.filter((name) => !files.includes(name));
  const listed = scenarioNames();
  for (const name of names) {
    const fits = /[*?]/.test(name) ? listed.some((one) => compilePattern(name).test(one)) : listed.includes(name);
    if (!fits) throw new UsageError(`no scenario is called "${name}"${didYouMean(nearestWord(name, listed))}`);
  }
  // Reading all that are shipped takes a second: only those that may fit by their name are.
  const mayFit =
    names.length === 0 ? listed : listed.filter((name) => names.some((one) => compilePattern(one).test(name)));
  const shipped = files.length > 0 && names.length === 0 ? [] : mayFit.map((name) => loadScenario(name));
  const given = files.map((file) => loadScenario(file));
  // A tag may be right and its scenarios not among those named.
  if (choice.tags.length > 0)
    knownTags(choice.tags, [...given, ...(choice.scenarios.length > 0 ? listScenarios() : shipped)]);
  const all = [...given, ...shipped.filter((scenario) => isChosen(scenario, { ...choice, scenarios: names }))];
  if (all.length === 0) throw new UsageError('no scenario fits; "smtp-gauntlet list" shows all of them');
  refuseTwins(all);
  // A voice that nobody has is a mistake in a scenario, and told before anything is run.
  for (const scenario of all) personaOf(scenario);
  return all;
}

/** @throws UsageError for a tag that no scenario has */
export function knownTags(tags: readonly string[], scenarios: readonly { readonly tags: readonly string[] }[]): void {
  const known = [...new Set(scenarios.flatMap((scenario) => scenario.tags))].toSorted();
  for (const tag of tags) {
    if (known.includes(tag)) continue;
    throw new UsageError(
      `no scenario has the tag "${tag}"; there are ${known.join(', ')}${didYouMean(nearestWord(tag, known))}`,
    );
  }
}

/** Verdicts, records and known findings go by the name of the scenario. */
function refuseTwins(scenarios: readonly Scenario[]): void {
  const names = scenarios.map(({ name }) => name);
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin === undefined) return;
  throw new UsageError(`two of the scenarios are called "${twin}"; results go by the name, so one needs another`);
}
