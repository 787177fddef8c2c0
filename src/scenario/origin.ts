// Where each value of a parsed file was written, kept beside the plain value, so that a mistake found long after
// parsing (and after `extends:`) still has its file, line and column. Used by yaml-source.ts, extends.ts and load.ts.

import type { Path, Refusal } from './schema-issues';
import type { Problem } from './scenario-error';

/** Lines and columns count from 1, as editors do. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Origin {
  /** Where the value begins. */
  readonly at: Position;
  /** For maps and lists: where each key stands, and the origin of what is behind it. */
  readonly members: ReadonlyMap<string, { readonly key: Position; readonly origin: Origin }>;
}

/** A value with its places. */
export interface Located {
  readonly value: unknown;
  readonly origin: Origin;
}

/**
 * The place of what a path leads to. A path that leads nowhere (a missing key) ends at the last thing that is there.
 * @param onKey the key's own place is wanted, not that of its value
 */
export function locate(origin: Origin, path: Path, onKey = false): Position {
  let here = origin;
  let at = origin.at;
  for (const key of path) {
    const member = here.members.get(String(key));
    if (member === undefined) return at;
    here = member.origin;
    at = onKey ? member.key : here.at;
  }
  return at;
}

/** A refusal as a problem that names its place. */
export function placeRefusal(origin: Origin, refusal: Refusal): Problem {
  const { message, fix } = refusal;
  return { ...locate(origin, refusal.path, refusal.onKey), message, ...(fix === null ? {} : { fix }) };
}
