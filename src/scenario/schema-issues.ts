// What zod found, in our words: every issue becomes a refusal with a path, a sentence, and what to write instead.
// Used by schema.ts; load.ts turns the paths into lines and columns. Knows zod's issue shapes, so nobody else has to.

import type { z } from 'zod';
import { nearestWord } from '../wire/nearest-word';
import { Mistake } from './mistake';

export type Path = readonly (string | number)[];

/** One thing wrong in an author's value. */
export interface Refusal {
  readonly path: Path;
  readonly message: string;
  readonly fix: string | null;
  /** True when the key itself is wrong, not what stands behind it. */
  readonly onKey: boolean;
}

/** A schema message carries its fix behind a tab: zod's issues have room for one text only. */
const FIX = '\t';
/** And one line per key where zod reports several unknown keys as one issue. */
const NEXT_KEY = '\n';

/** A message for a schema, with what to write instead. */
export function said(message: string, fix: string | null | undefined = null): string {
  return fix === null || fix === undefined ? message : `${message}${FIX}${fix}`;
}

/** The part of zod's context that a transform or refinement speaks through. */
export interface IssueContext {
  addIssue(issue: { code: 'custom'; message: string; path?: (string | number)[] }): void;
}

/** Adds an issue from inside a transform or refinement. */
export function refuse(context: IssueContext, message: string, fix: string | null = null, path: Path = []): void {
  context.addIssue({ code: 'custom', message: said(message, fix), path: [...path] });
}

/** Runs a reader that throws Mistake, and makes its mistake an issue. @returns undefined after a mistake */
export function reading<Value>(context: IssueContext, read: () => Value, path: Path = []): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    refuse(context, error.message, error.fix, path);
    return undefined;
  }
}

/** A value as a message shows it. */
export function shown(value: unknown): string {
  if (value === null) return 'nothing';
  if (typeof value === 'number') return `the number ${value}`;
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return value.length > 40 ? `"${value.slice(0, 40)}…"` : `"${value}"`;
  return typeof value === 'boolean' ? String(value) : typeof value;
}

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'nothing',
};

function listed(words: readonly string[]): string {
  return words.join(', ');
}

function unknownKeys(keys: readonly string[], shape: object | undefined): string {
  const known = Object.keys(shape ?? {});
  return keys
    .map((key) => {
      const near = nearestWord(key, known);
      return near === undefined
        ? `unknown key "${key}"; expected ${known.length === 0 ? 'none' : listed(known)}`
        : said(`unknown key "${key}"`, `did you mean "${near}"?`);
    })
    .join(NEXT_KEY);
}

function wrongType(expected: string, input: unknown): string {
  if (input === undefined) return 'is missing';
  const noun = NOUNS[expected] ?? expected;
  const found = `found ${shown(input)}; expected ${noun}`;
  if (expected === 'string' && (typeof input === 'number' || typeof input === 'boolean')) {
    // Not repeated: YAML read 007 as 7 and 1e3 as 1000, and that is not what was written.
    return said(found, 'put quotes around it');
  }
  if (expected === 'boolean' && typeof input === 'string') {
    if (/^(on|yes)$/i.test(input)) return said(found, 'write true');
    if (/^(off|no)$/i.test(input)) return said(found, 'write false');
  }
  if ((expected === 'number' || expected === 'int') && typeof input === 'string' && /^\d+$/.test(input)) {
    return said(found, `take the quotes away: ${input}`);
  }
  return found;
}

function wrongWord(values: readonly unknown[], input: unknown): string {
  const words = values.map(String);
  const expected = words.length === 1 ? words.join('') : `one of ${listed(words)}`;
  if (input === undefined) return `is missing; expected ${expected}`;
  const near = typeof input === 'string' ? nearestWord(input, words) : undefined;
  const found = `${typeof input === 'string' ? 'unknown word ' : 'found '}${shown(input)}`;
  return near === undefined
    ? `${found}; expected ${expected}`
    : said(`${found}; expected ${expected}`, `did you mean "${near}"?`);
}

/** Says what a raw issue is. Given to zod with each parse; a message of the schema's own goes first. */
export const sayIssue: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'unrecognized_keys': {
      const definition: { shape?: object } | undefined = issue.inst?._zod.def as { shape?: object } | undefined;
      return unknownKeys(issue.keys, definition?.shape);
    }
    case 'invalid_type':
      return wrongType(issue.expected, issue.input);
    case 'invalid_value':
      return wrongWord(issue.values, issue.input);
    case 'too_small':
      if (issue.origin === 'array') return 'the list is empty; expected at least one item';
      return `${shown(issue.input)} is too small; expected at least ${String(issue.minimum)}`;
    case 'too_big':
      return `${shown(issue.input)} is too big; expected at most ${String(issue.maximum)}`;
    case 'invalid_key':
      return `a key of this map is not allowed here`;
    default:
      return undefined;
  }
};

/** Whether an issue says "this is another kind of value altogether", so that another branch of a union was meant. */
function isOtherKind(issue: z.core.$ZodIssue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_type') return !(issue.expected === 'int' && typeof issue.input === 'number');
  if (issue.code === 'invalid_value') return typeof issue.input !== 'string';
  return issue.code === 'invalid_union' && issue.errors.every((branch) => branch.some(isOtherKind));
}

/** How far a branch is from what was written: unknown and missing keys on top tell a rule from a group of rules. */
function strangeness(branch: readonly z.core.$ZodIssue[]): number {
  const onTop = branch.filter(
    (issue) => issue.path.length === 0 || (issue.path.length === 1 && issue.input === undefined),
  );
  return onTop.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
}

/** The branch of a union that was meant, by kind; failing that, one that knows what to write instead. */
function meantBranch(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const ofKind = branches.filter((branch) => !branch.some(isOtherKind));
  const [nearest] = [...ofKind].sort((a, b) => strangeness(a) - strangeness(b));
  return nearest ?? branches.find((branch) => branch.some(hasFix));
}

function hasFix(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'invalid_union'
    ? issue.errors.some((branch) => branch.some(hasFix))
    : issue.message.includes(FIX);
}

/** A message about a key that is not there stands at the map that lacks it. */
function refusal(path: Path, text: string, isMissing: boolean): Refusal {
  const [message = '', fix = null] = text.split(FIX);
  if (!isMissing) return { path, message, fix, onKey: false };
  return { path: path.slice(0, -1), message: `"${String(path.at(-1))}" ${message}`, fix, onKey: false };
}

function flatten(issue: z.core.$ZodIssue, above: Path): readonly Refusal[] {
  const path: Path = [...above, ...issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))];
  if (issue.code === 'unrecognized_keys') {
    return issue.message.split(NEXT_KEY).map((line, index) => ({
      ...refusal([...path, issue.keys[index] ?? ''], line, false),
      onKey: true,
    }));
  }
  if (issue.code !== 'invalid_union') return [refusal(path, issue.message, issue.message.startsWith('is missing'))];
  if (issue.input === undefined) return [refusal(path, `is missing; ${issue.message}`, path.length > 0)];
  const meant = meantBranch(issue.errors);
  if (meant !== undefined) return meant.flatMap((inner) => flatten(inner, path));
  return [refusal(path, `found ${shown(issue.input)}; ${issue.message}`, false)];
}

/** All issues of a failed parse, in the order zod found them. */
export function refusalsOf(error: z.ZodError): readonly Refusal[] {
  const all = error.issues.flatMap((issue) => flatten(issue, []));
  // What a map with a mistyped key seems to lack is what that key was meant to be.
  const mistyped = new Set(all.filter((each) => each.onKey).map((each) => each.path.slice(0, -1).join('\0')));
  return all.filter((each) => each.onKey || !mistyped.has(each.path.join('\0')));
}
