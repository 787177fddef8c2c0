// Scenarios from files: by name from scenarios/ of the package, by path from anywhere, or from a text. Used by the
// command line, the library and the gauntlet. Strict: a file with one mistake in it is not loaded at all.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { nearestWord } from '../wire/nearest-word';
import { assembleScenario } from './assemble';
import { extendScenario } from './extends';
import { locate } from './origin';
import type { Located } from './origin';
import type { Persona } from './persona';
import { personaHabits } from './persona-habits';
import { loadPersona } from './persona-load';
import type { Scenario } from './scenario';
import { ScenarioError } from './scenario-error';
import type { Habits } from './schema-policies';
import { readYaml } from './yaml-source';

export { checkScenario } from './check-scenario';

/** From src/scenario as from dist/scenario. */
const SHIPPED_FOLDER = resolve(__dirname, '..', '..', 'scenarios');
const EXTENSION = '.yaml';

export interface LoadOptions {
  /** Folders in which names are looked for, first one first; the shipped scenarios when left out. */
  readonly folders?: readonly string[];
  /** What a persona decides where a scenario is silent; looked up in personas/ when left out. */
  readonly habitsOf?: (persona: string) => Habits;
}

/** One line of `list`. */
export interface ScenarioListing {
  readonly name: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly patience: Scenario['patience'];
  readonly path: string;
}

function foldersOf(options: LoadOptions): readonly string[] {
  return options.folders ?? [SHIPPED_FOLDER];
}

function namesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(EXTENSION))
    .map((file) => basename(file, EXTENSION))
    .sort();
}

function isPath(nameOrPath: string): boolean {
  return /[/\\]/.test(nameOrPath) || /\.ya?ml$/i.test(nameOrPath);
}

/** As messages show it: relative to where the user is, unless that leads upwards. */
function shownName(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') ? path : short;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const message = code === 'EISDIR' ? 'is a folder; expected a file' : `cannot be read (${code})`;
    throw new ScenarioError([{ file: shownName(path), line: 0, column: 0, message }]);
  }
}

/** The file of a name or path, or what to say. @param from the folder that paths are relative to */
function findFile(nameOrPath: string, from: string, options: LoadOptions): string | { message: string; fix?: string } {
  if (isPath(nameOrPath)) {
    const path = resolve(from, nameOrPath);
    return existsSync(path) ? path : { message: `there is no file ${shownName(path)}` };
  }
  const folders = foldersOf(options);
  const found = folders.map((folder) => join(folder, nameOrPath + EXTENSION)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  const known = folders.flatMap(namesIn);
  const near = nearestWord(nameOrPath, known);
  const message = `there is no scenario "${nameOrPath}"`;
  if (near !== undefined) return { message, fix: `did you mean "${near}"?` };
  return { message: `${message}; expected a name that list shows, or the path of a file` };
}

function extendsOf(located: Located): string | null {
  const value = located.value;
  const parent = typeof value === 'object' && value !== null ? (value as { extends?: unknown }).extends : null;
  return typeof parent === 'string' && parent !== '' ? parent : null;
}

/** What `extends` leads to, merged from the far end. @param above the files on the way here, against a circle */
function inheriting(located: Located, path: string, above: readonly string[], options: LoadOptions): Located {
  const parent = extendsOf(located);
  if (parent === null) return located;
  const at = locate(located.origin, ['extends']);
  const found = findFile(parent, dirname(path), options);
  if (typeof found !== 'string') throw new ScenarioError([{ ...at, ...found }]);
  if (above.includes(found)) {
    const circle = [...above.slice(above.indexOf(found)), found]
      .map((file) => basename(file, extname(file)))
      .join(' → ');
    throw new ScenarioError([{ ...at, message: `extends goes in a circle: ${circle}`, fix: 'take one extends out' }]);
  }
  const base = readYaml(textOf(found), shownName(found));
  return extendScenario(inheriting(base, found, [...above, found], options), located);
}

/** A persona's file stands beside the scenario that names it, wherever one is. */
function withPersonaBeside(value: unknown, file: string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { persona } = value as { persona?: unknown };
  if (typeof persona !== 'string' || !isPath(persona)) return value;
  return { ...value, persona: shownName(resolve(dirname(resolve(file)), persona)) };
}

/** Where scenarios from files name their personas, for messages. */
const voices = new WeakMap<Scenario, ReturnType<typeof locate>>();

/**
 * The persona of a scenario.
 * @throws ScenarioError, with the place in the scenario's file when that names one that is not there
 */
export function personaOf(scenario: Scenario): Persona {
  try {
    return loadPersona(scenario.persona);
  } catch (error) {
    const voice = voices.get(scenario);
    if (!(error instanceof ScenarioError) || voice === undefined) throw error;
    throw new ScenarioError(error.problems.map((problem) => (problem.line === 0 ? { ...problem, ...voice } : problem)));
  }
}

function loadText(text: string, path: string, shown: string, options: LoadOptions): Scenario {
  const read = inheriting(readYaml(text, shown), path, [path], options);
  const voice = locate(read.origin, ['persona']);
  const whole = { ...read, value: withPersonaBeside(read.value, voice.file) };
  const assembled = assembleScenario(whole.value, {
    name: basename(path, extname(path)),
    folder: dirname(path),
    at: (place) => {
      const { file, line } = locate(whole.origin, place);
      return `${file}:${line}`;
    },
    habitsOf: options.habitsOf ?? personaHabits,
  });
  if (assembled.refusals === undefined) {
    voices.set(assembled.scenario, voice);
    return assembled.scenario;
  }
  throw new ScenarioError(
    assembled.refusals.map(({ path: place, message, fix, onKey }) => ({
      ...locate(whole.origin, place, onKey),
      message,
      ...(fix === null ? {} : { fix }),
    })),
  );
}

/**
 * @param nameOrPath a name from `list`, or the path of a YAML file (anything with a slash or ending in .yaml)
 * @throws ScenarioError with every problem, its file, line and column
 */
export function loadScenario(nameOrPath: string, options: LoadOptions = {}): Scenario {
  const found = findFile(nameOrPath, process.cwd(), options);
  if (typeof found !== 'string') throw new ScenarioError([{ file: nameOrPath, line: 0, column: 0, ...found }]);
  return loadText(textOf(found), found, shownName(found), options);
}

/**
 * @param text YAML
 * @param fileName for messages, for the name of a scenario without one, and for what lies beside it
 * @throws ScenarioError
 */
export function loadScenarioText(text: string, fileName: string, options: LoadOptions = {}): Scenario {
  return loadText(text, resolve(fileName), fileName, options);
}

/** The names of all shipped scenarios (or those of the given folders), without reading them: a file is called by its name. */
export function scenarioNames(options: LoadOptions = {}): readonly string[] {
  return foldersOf(options).flatMap(namesIn);
}

/** Every shipped scenario (or those of the given folders), by name. @throws ScenarioError when one of them is broken */
export function listScenarios(options: LoadOptions = {}): readonly ScenarioListing[] {
  return foldersOf(options).flatMap((folder) =>
    namesIn(folder).map((name) => {
      const path = join(folder, name + EXTENSION);
      const { title, tags, patience } = loadScenario(path, options);
      return { name, title, tags, patience, path };
    }),
  );
}
