// Persona files from disk, with what they inherit: personas/*.yaml of the package, or a file of the user's own.
// Used wherever a persona is named, and by `list` and `show`. What one file may say is in persona-schema.ts.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { nearestWord } from '../wire/nearest-word';
import { placeRefusal } from './origin';
import type { Origin } from './origin';
import { SITUATIONS } from './persona';
import type { Persona, Situation } from './persona';
import { perSituation, personaSchema } from './persona-schema';
import type { PersonaFile } from './persona-schema';
import { ScenarioError } from './scenario-error';
import { refusalsOf, sayIssue } from './schema-issues';
import { readYaml } from './yaml-source';

/** From src/scenario and from dist/scenario alike. */
const SHIPPED = resolve(__dirname, '..', '..', 'personas');
const EXTENSION = '.yaml';

/** Speaks where nobody in a lineage does. */
const FALLBACK = 'plain';
const FALLBACK_PATH = join(SHIPPED, FALLBACK + EXTENSION);

/** What `list` shows of a persona; `path` is its file. */
export interface PersonaListing {
  readonly name: string;
  readonly title: string;
  readonly product: string;
  readonly release: string;
  readonly path: string;
}

interface FileOnDisk {
  /** Absolute. */
  readonly path: string;
  readonly origin: Origin;
  readonly file: PersonaFile;
}

/** Shipped personas do not change while we run; a user's own file is read each time. */
const shipped = new Map<string, Persona>();

function isPath(nameOrPath: string): boolean {
  return /[\\/]|\.ya?ml$/.test(nameOrPath);
}

function shippedNames(): string[] {
  return readdirSync(SHIPPED)
    .filter((entry) => entry.endsWith(EXTENSION))
    .map((entry) => entry.slice(0, -EXTENSION.length))
    .sort();
}

/** A mistake in the argument itself, which stands in no file that we know. */
function noPlace(file: string, message: string, fix?: string): ScenarioError {
  return new ScenarioError([{ file, line: 0, column: 0, message, ...(fix === undefined ? {} : { fix }) }]);
}

function unknownName(name: string): { message: string; fix?: string } {
  const names = listPersonas().map((listing) => listing.name);
  const near = nearestWord(name, names);
  const message = `unknown persona "${name}"; expected the path of a file or one of ${names.join(', ')}`;
  return near === undefined ? { message } : { message, fix: `did you mean "${near}"?` };
}

/** Reads and checks one file. @throws ScenarioError with every problem in it */
function readPersonaFile(path: string): FileOnDisk {
  const seenFromHere = relative(process.cwd(), path);
  const shownPath = seenFromHere.startsWith('..') ? path : seenFromHere;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw noPlace(shownPath, 'no such persona file, or it cannot be read');
  }
  const { value, origin } = readYaml(text, shownPath);
  const parsed = personaSchema.safeParse(value, { error: sayIssue, reportInput: true });
  if (parsed.success) return { path, origin, file: parsed.data };
  throw new ScenarioError(refusalsOf(parsed.error).map((refusal) => placeRefusal(origin, refusal)));
}

/** The file and everything that it extends, nearest first. */
function readLineage(path: string): readonly FileOnDisk[] {
  const lineage: FileOnDisk[] = [];
  const seen = new Set<string>();
  for (let next: string | null = path; next !== null;) {
    const read = readPersonaFile(next);
    lineage.push(read);
    seen.add(next);
    next = parentPath(read, seen);
  }
  return lineage;
}

/** Where the persona that a file extends stands; a file beside it goes by a path, all others by their names. */
function parentPath({ path, origin, file }: FileOnDisk, seen: ReadonlySet<string>): string | null {
  const parent = file.extends;
  if (parent === undefined) return null;
  const refused = (message: string, fix: string | null = null) =>
    new ScenarioError([placeRefusal(origin, { path: ['extends'], message, fix, onKey: false })]);
  const isShipped = !isPath(parent);
  if (isShipped && !shippedNames().includes(parent)) {
    const { message, fix } = unknownName(parent);
    throw refused(message, fix);
  }
  const found = isShipped ? join(SHIPPED, parent + EXTENSION) : resolve(dirname(path), parent);
  if (!existsSync(found)) throw refused(`there is no file ${found}`);
  if (seen.has(found)) throw refused(`"${parent}" is already in the line of those that it extends`);
  return found;
}

function codesOf(lineage: readonly FileOnDisk[], plain: Persona | null): Persona['codes'] {
  return [...lineage].reverse().reduce((codes, { file }) => ({ ...codes, ...file.codes }), plain?.codes ?? {});
}

function habitsOf(lineage: readonly FileOnDisk[], plain: Persona['habits'] | undefined): Persona['habits'] {
  const first = <Fact>(fromPlain: Fact | undefined, pick: (file: PersonaFile) => Fact | undefined): Fact =>
    firstSaid(lineage, fromPlain, pick);
  return {
    lineEndings: first(plain?.lineEndings, ({ habits }) => habits.lineEndings),
    commands: first(plain?.commands, ({ habits }) => habits.commands),
    errorLimit: first(plain?.errorLimit, ({ habits }) => habits.errorLimit),
    idleTimeoutMs: first(plain?.idleTimeoutMs, ({ habits }) => habits.idleTimeoutMs),
    sizeAnnounce: first(plain?.sizeAnnounce, ({ habits }) => habits.sizeAnnounce),
    authStyle: first(plain?.authStyle, ({ habits }) => habits.authStyle),
    lenientPaths: first(plain?.lenientPaths, ({ habits }) => habits.lenientPaths),
    needsHello: first(plain?.needsHello, ({ habits }) => habits.needsHello),
  };
}

/** What the nearest of a lineage says, or else what `plain` says, which must be there. */
function firstSaid<Value>(
  lineage: readonly FileOnDisk[],
  fromPlain: Value | undefined,
  pick: (file: PersonaFile) => Value | undefined,
): Value {
  const said = lineage.map(({ file }) => pick(file)).find((value) => value !== undefined) ?? fromPlain;
  if (said === undefined) throw new Error(`${FALLBACK_PATH} does not say everything that it must`);
  return said;
}

/** @param plain null only while plain itself is being made */
function assemble(lineage: readonly FileOnDisk[], own: PersonaFile, plain: Persona | null): Persona {
  const speaks = (situation: Situation) =>
    lineage.some(({ path, file }) => path !== FALLBACK_PATH && file.texts[situation] !== undefined);
  return {
    name: own.name,
    title: own.title,
    product: own.product,
    release: own.release,
    lineage: lineage.slice(1).map(({ file }) => file.name),
    texts: perSituation((situation) => firstSaid(lineage, plain?.texts[situation], (file) => file.texts[situation])),
    defaulted: plain === null ? [] : SITUATIONS.filter((situation) => !speaks(situation)),
    codes: codesOf(lineage, plain),
    extensions: firstSaid(lineage, plain?.extensions, (file) => file.extensions),
    habits: habitsOf(lineage, plain?.habits),
    remarks: [...lineage].reverse().flatMap(({ file }) => file.remarks),
  };
}

function loadFile(path: string): Persona {
  const lineage = readLineage(path);
  const [own] = lineage;
  if (own === undefined) throw new Error(`${path}: a lineage without its first file`);
  if (own.file.abstract) {
    const message = `"${own.file.name}" is only a base for others`;
    throw new ScenarioError([placeRefusal(own.origin, { path: ['abstract'], message, fix: null, onKey: true })]);
  }
  return assemble(lineage, own.file, path === FALLBACK_PATH ? null : loadPersona(FALLBACK));
}

/**
 * A persona with everything that it inherits.
 * @param nameOrPath the name of a shipped one, or the path of a file (seen from the working directory)
 * @throws ScenarioError naming file, line and column, and the nearest right word
 */
export function loadPersona(nameOrPath: string): Persona {
  if (isPath(nameOrPath)) return loadFile(resolve(nameOrPath));
  const known = shipped.get(nameOrPath);
  if (known !== undefined) return known;
  if (!shippedNames().includes(nameOrPath)) {
    const { message, fix } = unknownName(nameOrPath);
    throw noPlace(nameOrPath, message, fix);
  }
  const persona = loadFile(join(SHIPPED, nameOrPath + EXTENSION));
  shipped.set(nameOrPath, persona);
  return persona;
}

let listings: readonly PersonaListing[] | null = null;

/** The shipped personas by name, without those that are only a base for others. */
export function listPersonas(): readonly PersonaListing[] {
  listings ??= shippedNames()
    .map((name) => readPersonaFile(join(SHIPPED, name + EXTENSION)))
    .filter(({ file }) => !file.abstract)
    .map(({ path, file: { name, title, product, release } }) => ({ name, title, product, release, path }));
  return listings;
}
