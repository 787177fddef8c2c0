// Scripted senders from disk: clients of ours as data, senders/*.yaml of the package or a file of the user's own.
// Used by the scripted client, by lists and by scenarios that name one. Here: what a sender is, and where it comes from.
// The form of a file is in sender-schema.ts, its steps in sender-step.ts.

import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { nearestWord } from '../wire/nearest-word';
import type { ClientRole, ReportedOutcome } from '../wire/trial-record';
import { ScenarioError } from './scenario-error';
import { refusalsOf, sayIssue } from './schema-issues';
import { putPartsInPlace } from './sender-parts';
import type { Parts } from './sender-parts';
import { senderSchema } from './sender-schema';
import type { SenderFile } from './sender-schema';
import { everyStep } from './sender-step';
import type { SenderStep } from './sender-step';
import { readYaml } from './yaml-source';
import type { YamlSource } from './yaml-source';

export interface Sender {
  readonly name: string;
  readonly title: string;
  /** Where this behaviour was seen. */
  readonly source: string | null;
  readonly role: ClientRole;
  /** Ids of the obligations that it breaks, given a server that brings it out. */
  readonly breaks: readonly string[];
  /** What it calls itself, as a text with names in braces; null: as it is told. */
  readonly helo: string | null;
  /** Octets behind every line that does not say otherwise. */
  readonly ending: string;
  /**
   * How replies meet commands: `paired` by count, where one that nobody asked for is noticed; `unpaired`: the next one
   * to come answers the next command; `lines`: so does every single line of a reply; `cut`: as unpaired, and a line of
   * more than 512 octets is taken for two.
   */
  readonly reads: 'paired' | 'unpaired' | 'lines' | 'cut';
  /** What it reports whatever happened; null: what became of the mail. */
  readonly claims: ReportedOutcome['outcome'] | null;
  /** It is stopped after so many ms, however far it is. */
  readonly atMostMs: number;
  /** With every part put in place. */
  readonly steps: readonly SenderStep[];
  /** The file it stands in. */
  readonly path: string;
}

/** What `list` shows of a sender. */
export type SenderListing = Pick<Sender, 'name' | 'title' | 'role' | 'breaks' | 'path'>;

/** From src/scenario and from dist/scenario alike. */
const SHIPPED = resolve(__dirname, '..', '..', 'senders');
const EXTENSION = '.yaml';

/** Longer than any client may wait for a server in one session: see docs/senders.md. */
const AT_MOST_MS = 30 * 60_000;

interface FileOnDisk {
  /** As the user would say it, for messages. */
  readonly shownPath: string;
  readonly source: YamlSource;
  readonly file: SenderFile;
}

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
function noPlace(file: string, message: string, fix: string | null = null): ScenarioError {
  return new ScenarioError([{ file, line: 0, column: 0, message, ...(fix === null ? {} : { fix }) }]);
}

function unknownName(name: string): { message: string; fix: string | null } {
  const near = nearestWord(name, shippedNames());
  return {
    message: `unknown sender "${name}"; expected the path of a file or the name of a shipped one`,
    fix: near === undefined ? null : `did you mean "${near}"?`,
  };
}

/** Reads and checks one file. @throws ScenarioError with every problem in it */
function readSenderFile(path: string): FileOnDisk {
  const fromHere = relative(process.cwd(), path);
  const shownPath = fromHere.startsWith('..') ? path : fromHere;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw noPlace(shownPath, 'no such sender file, or it cannot be read');
  }
  const source = readYaml(text, shownPath);
  const parsed = senderSchema.safeParse(source.value, { error: sayIssue, reportInput: true });
  if (!parsed.success) throw new ScenarioError(refusalsOf(parsed.error).map((refusal) => source.problem(refusal)));
  return { shownPath, source, file: parsed.data };
}

/** The file and everything that it extends, nearest first. A path is seen from the file that names it. */
function readLineage(path: string): readonly FileOnDisk[] {
  const lineage: FileOnDisk[] = [];
  const seen = new Set<string>();
  for (let next: string | null = path; next !== null;) {
    const read = readSenderFile(next);
    const parent: string | undefined = read.file.extends;
    lineage.push(read);
    seen.add(next);
    if (parent === undefined) break;
    const refused = (message: string, fix: string | null = null): ScenarioError =>
      new ScenarioError([read.source.problem({ path: ['extends'], message, fix, onKey: false })]);
    if (!isPath(parent) && !shippedNames().includes(parent)) {
      const { message, fix } = unknownName(parent);
      throw refused(message, fix);
    }
    next = isPath(parent) ? resolve(dirname(next), parent) : join(SHIPPED, parent + EXTENSION);
    if (seen.has(next)) throw refused(`"${parent}" is already in the line of those that it extends`);
  }
  return lineage;
}

/** Connecting is not worth a line where there is nothing to say about it. */
function withConnection(steps: readonly SenderStep[]): readonly SenderStep[] {
  const connects = [...everyStep(steps)].some((step) => step.step === 'connect');
  return connects ? steps : [{ step: 'connect', inClear: false, on: {} }, ...steps];
}

function assemble(lineage: readonly FileOnDisk[], own: FileOnDisk): Sender {
  const inherited = <Value>(pick: (file: SenderFile) => Value | undefined, fallback: Value): Value =>
    lineage.map(({ file }) => pick(file)).find((value) => value !== undefined) ?? fallback;
  const parts = Object.assign({}, ...[...lineage].reverse().map(({ file }) => file.parts)) as Parts;
  const written = inherited((file) => file.steps, []);
  const { steps, refusals } = putPartsInPlace(written, parts, own.source.value);
  if (refusals.length > 0) throw new ScenarioError(refusals.map((refusal) => own.source.problem(refusal)));
  if (steps.length === 0) throw noPlace(own.shownPath, 'a sender without steps; expected steps: or extends:');
  const { name, title, source, breaks } = own.file;
  return {
    name,
    title,
    source: source ?? null,
    role: inherited((file) => file.role, 'unknown'),
    breaks,
    helo: inherited((file) => file.helo, null),
    ending: inherited((file) => file.ending, '\r\n'),
    reads: inherited((file) => file.reads, 'paired'),
    claims: inherited((file) => file.claims, null),
    atMostMs: inherited((file) => file['at-most'], AT_MOST_MS),
    steps: withConnection(steps),
    path: own.shownPath,
  };
}

/**
 * A sender with everything that it inherits.
 * @param nameOrPath the name of a shipped one, or the path of a file (seen from the working directory)
 * @throws ScenarioError naming file, line and column, and the nearest right word
 */
export function loadSender(nameOrPath: string): Sender {
  if (!isPath(nameOrPath) && !shippedNames().includes(nameOrPath)) {
    const { message, fix } = unknownName(nameOrPath);
    throw noPlace(nameOrPath, message, fix);
  }
  const lineage = readLineage(isPath(nameOrPath) ? resolve(nameOrPath) : join(SHIPPED, nameOrPath + EXTENSION));
  const [own] = lineage;
  if (own === undefined) throw new Error(`${nameOrPath}: a lineage without its first file`);
  return assemble(lineage, own);
}

let listings: readonly SenderListing[] | null = null;

/** The shipped senders by name. */
export function listSenders(): readonly SenderListing[] {
  listings ??= shippedNames().map((shippedName) => {
    const { name, title, role, breaks, path } = loadSender(shippedName);
    return { name, title, role, breaks, path };
  });
  return listings;
}
