// Guards: what a value from a file must be before it is believed, and the error for one that is not.
// Used by trace-guard.ts and trial-guard.ts to say the shape of a record once, in such a way that the compiler misses a
// field that was added to a type and not here. Scenarios are checked elsewhere, with better advice for their authors.

/** A file of a record cannot be used. The user's matter: the message says all, and faces print it without a stack. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
  /** As the user knows it. */
  readonly file: string;
  /** From 1; null when the trouble is not in one line. */
  readonly line: number | null;

  /** @param reason what is wrong, without the place: the message puts `file:line:` before it */
  constructor(file: string, line: number | null, reason: string) {
    super(line === null ? `${file}: ${reason}` : `${file}:${line}: ${reason}`);
    this.file = file;
    this.line = line;
  }
}

/** Looks at a value found at `path` and says what it should have been; null when it is a T. */
export interface Guard<T> {
  (value: unknown, path: string): string | null;
  /** Never there: it only ties the guard to its type. */
  readonly of?: T;
}

/** A guard for every field of a type, optional ones included. */
export type Shape<T> = { readonly [Field in keyof T]-?: Guard<T[Field]> };

/**
 * Holds a value against a guard.
 * @throws RecordError naming the field
 */
export function refuseUnless<T>(
  guard: Guard<T>,
  value: unknown,
  file: string,
  line: number | null,
): asserts value is T {
  const fault = guard(value, '');
  if (fault !== null) throw new RecordError(file, line, fault);
}

/**
 * Refuses what was written in another version of a format.
 * @param what the format, for the message
 * @throws RecordError saying which side is the older one
 */
export function refuseOtherVersion(
  found: unknown,
  ours: number,
  what: string,
  file: string,
  line: number | null,
): void {
  if (found === ours) return;
  if (typeof found !== 'number' || !Number.isInteger(found)) {
    throw new RecordError(file, line, `the version of the ${what} should be a whole number`);
  }
  const advice = found > ours ? 'a newer smtp-gauntlet is needed' : 'only an older smtp-gauntlet reads that';
  throw new RecordError(file, line, `${what} ${found}, and this version reads ${ours}: ${advice}`);
}

/** JSON, or undefined for what is none. */
export function parseJson(json: string): unknown {
  try {
    const value: unknown = JSON.parse(json);
    return value;
  } catch {
    return undefined;
  }
}

// --- guards ------------------------------------------------------------------------------------------------------

function expecting<T>(what: string, fits: (value: unknown) => boolean): Guard<T> {
  return (value, path) => (fits(value) ? null : `${nameOf(path)} should be ${what}`);
}

const nameOf = (path: string): string => (path === '' ? 'this' : path);

export const text = expecting<string>('a string', (value) => typeof value === 'string');

/** A string that fits a pattern; `what` describes it. */
export function textLike<T extends string = string>(what: string, pattern: RegExp): Guard<T> {
  return expecting<T>(what, (value) => typeof value === 'string' && pattern.test(value));
}

/** One character per octet: anything above is no octet string, or one that was read in the wrong encoding. */
export const octetText = textLike('a string of octets (no character above U+00FF)', /^[\x00-\xff]*$/);

export const count = expecting<number>(
  'a whole number, 0 or more',
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
);

export const amount = expecting<number>('a number', (value) => Number.isFinite(value));

export const truth = expecting<boolean>('true or false', (value) => typeof value === 'boolean');

export function exactly<const T extends string | number | boolean>(wanted: T): Guard<T> {
  return expecting<T>(JSON.stringify(wanted), (value) => value === wanted);
}

/** A table instead of a list where the words are a type only: the compiler then misses none. */
export function oneOf<Word extends string>(words: Readonly<Record<Word, true>> | readonly Word[]): Guard<Word> {
  const list: readonly string[] = Array.isArray(words) ? words : Object.keys(words);
  return expecting<Word>(`one of ${list.join(', ')}`, (value) => typeof value === 'string' && list.includes(value));
}

export function orNull<T>(guard: Guard<T>): Guard<T | null> {
  return (value, path) => (value === null ? null : guard(value, path));
}

export function optional<T>(guard: Guard<T>): Guard<T | undefined> {
  return (value, path) => (value === undefined ? null : guard(value, path));
}

export function listOf<T>(guard: Guard<T>): Guard<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) return `${nameOf(path)} should be a list`;
    for (const [index, item] of value.entries()) {
      const fault = guard(item, `${path}[${index}]`);
      if (fault !== null) return fault;
    }
    return null;
  };
}

/** Fields that the shape does not name are let through: a newer writer put them there. */
export function objectOf<T>(shape: Shape<T>): Guard<T> {
  const fields = Object.entries<Guard<unknown>>(shape);
  return (value, path) => {
    if (!isObject(value)) return `${nameOf(path)} should be an object`;
    for (const [field, guard] of fields) {
      const fault = guard(ownField(value, field), path === '' ? field : `${path}.${field}`);
      if (fault !== null) return fault;
    }
    return null;
  };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field of the object itself: a missing `constructor` must not be found on Object.prototype. */
export function ownField(value: Readonly<Record<string, unknown>>, field: string): unknown {
  return Object.hasOwn(value, field) ? value[field] : undefined;
}
