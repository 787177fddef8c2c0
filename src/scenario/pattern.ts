// Patterns over lines, addresses and names: a glob by default, `/…/flags` for a regular expression (semantics A3). Both are
// held against the whole text: `/slow/` is "slow" and nothing else, `/.*slow.*/` finds it anywhere.
// Used by the rule matcher, by policies (known recipients, denied senders) and by expect.dialogue. Texts are latin1
// strings, one character per octet, so a pattern sees exactly what was received.

import { Mistake } from './mistake';
import type { PatternSource } from './scenario';

export interface Pattern {
  readonly source: PatternSource;
  test(text: string): boolean;
  /** The named groups that took part, or null when the text does not match. A glob captures nothing. */
  match(text: string): Readonly<Record<string, string>> | null;
  /** For a sentence: `matches "slow@*"`, `matches /slow@.+/ as a whole`. */
  explain(): string;
}

const EXPRESSION = /^\/(.*)\/([A-Za-z]*)$/s;
const GROUP_NAME = /\(\?<([A-Za-z_$][\w$]*)>/g;

/** `*` any run of characters, `?` any one; a backslash takes either literally. Whole text, any case. */
function globToExpression(source: string): RegExp {
  let expression = '';
  for (let at = 0; at < source.length; at++) {
    const character = source.charAt(at);
    const next = source.charAt(at + 1);
    if (character === '\\' && (next === '*' || next === '?' || next === '\\')) {
      expression += `\\${next}`;
      at++;
    } else if (character === '*') expression += '.*';
    else if (character === '?') expression += '.';
    else expression += character.replace(/[\\^$.|+()[\]{}/-]/, '\\$&');
  }
  return new RegExp(`^${expression}$`, 'is');
}

function toExpression(source: PatternSource): RegExp {
  const written = EXPRESSION.exec(source);
  if (written === null) return globToExpression(source);
  const [, body = '', flags = ''] = written;
  const strange = [...flags].find((flag) => !'imsuv'.includes(flag));
  if (strange !== undefined) {
    throw new Mistake(`the flag "${strange}" of the pattern ${source} has no meaning here; expected i, m, s or u`);
  }
  try {
    // By itself first: "a)(?:b" must not become good by what is put round it.
    const alone = new RegExp(body, flags);
    return wholeText(alone);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*: /s, '') : String(error);
    throw new Mistake(`the pattern ${source} is not a regular expression: ${reason}${whereItBreaks(body, flags)}`);
  }
}

/** With the flag m, ^ and $ also hold at line ends within the text: only nothing before and nothing behind will do. */
function wholeText({ source, flags, multiline }: RegExp): RegExp {
  return multiline ? new RegExp(`(?<![^])(?:${source})(?![^])`, flags) : new RegExp(`^(?:${source})$`, flags);
}

/** What may be missing behind a beginning that is fine so far: the rest of a class, a group's head, a name. */
const OPEN_ENDS = ['', 'x', ']', ':', '>x', 'x>x', '}'];

/** V8 does not say where it gave up: the shortest beginning that nothing can complete points there. */
function whereItBreaks(body: string, flags: string): string {
  const groups = Array.from({ length: body.split('(').length }, (_, depth) => ')'.repeat(depth));
  const compiles = (text: string): boolean => {
    try {
      return Boolean(new RegExp(text, flags));
    } catch {
      return false;
    }
  };
  for (let end = 1; end <= body.length; end++) {
    const beginning = body.slice(0, end);
    if (beginning.endsWith('\\') || beginning.endsWith('(?') || beginning.endsWith('(?<')) continue;
    if (!OPEN_ENDS.some((open) => groups.some((close) => compiles(beginning + open + close)))) {
      return ` (at character ${end}, "${beginning.slice(Math.max(0, end - 12))}")`;
    }
  }
  return ' (at its end)';
}

/**
 * @param source a glob, or `/…/flags`
 * @throws Mistake for a bad regular expression or a flag without meaning
 */
export function compilePattern(source: PatternSource): Pattern {
  const expression = toExpression(source);
  return {
    source,
    test: (text) => expression.test(text),
    match(text) {
      const found = expression.exec(text);
      if (found === null) return null;
      const captures: Record<string, string> = {};
      for (const [name, value] of Object.entries(found.groups ?? {})) captures[name] = value ?? '';
      return captures;
    },
    explain: () => (EXPRESSION.test(source) ? `matches ${source} as a whole` : `matches "${source}"`),
  };
}

/**
 * What a glob has besides its `*`: `a@*` gives `a@` and nothing; one without any gives itself. It matches a text just when, in
 * small letters, these stand in it in order, the first at its beginning and the last at its end.
 * @returns in small letters; null for what that cannot be said of: an expression, a `?`, letters beyond ASCII
 */
export function literalParts(source: PatternSource): readonly string[] | null {
  if (EXPRESSION.test(source) || !/^[\0-\x7f]*$/.test(source)) return null;
  const parts = [''];
  for (let at = 0; at < source.length; at++) {
    const character = source.charAt(at);
    if (character === '?') return null;
    if (character === '*') {
      parts.push('');
      continue;
    }
    const escapes = character === '\\' && ['*', '?', '\\'].includes(source.charAt(at + 1));
    if (escapes) at++;
    parts[parts.length - 1] += source.charAt(at).toLowerCase();
  }
  return parts;
}

/** The names that a pattern can capture: `/(?<local>.*)@/` gives `local`. */
export function captureNames(source: PatternSource): readonly string[] {
  if (!EXPRESSION.test(source)) return [];
  return [...source.matchAll(GROUP_NAME)].map((found) => found[1] ?? '');
}

/**
 * A RegExp of code as the source that stands in a scenario; `g` and `y` are left out, they mean nothing here. In a scenario
 * it is held against the whole text, as every pattern is.
 */
export function patternSource(pattern: RegExp | string): PatternSource {
  return typeof pattern === 'string' ? pattern : `/${pattern.source}/${pattern.flags.replace(/[gyd]/g, '')}`;
}
