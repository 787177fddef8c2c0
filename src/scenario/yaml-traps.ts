// What YAML does to SMTP texts without a word (semantics A16): cuts them at " #", splits them at ", ", folds their
// lines, takes "*@…" for an alias, leaves backslashes alone. Each is found in the source and comes with its fix.
// Used by yaml-source.ts on every node; yaml-errors.ts speaks for what YAML refuses by itself.

import { isPair, isScalar } from 'yaml';
import type { Node, Pair, ParsedNode, Scalar, YAMLMap, YAMLSeq } from 'yaml';

/** A problem at an offset of the source. */
export interface Trap {
  readonly offset: number;
  readonly message: string;
  readonly fix: string | null;
}

/** Keys whose texts go out as octets: nothing may be lost from them. */
const OCTET_KEYS: ReadonlySet<string> = new Set(['reply', 'raw', 'text', 'message']);
/** Keys whose texts are for people: a comment behind them is likely one. */
const PROSE_KEYS: ReadonlySet<string> = new Set(['title', 'source', 'note']);

/** How much of a text a message repeats. */
const SHOWN = 60;

/** A text as it must stand in the file to be taken as it is. */
export function quoted(text: string): string {
  const whole = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  return whole.includes('"') || whole.includes('\\') ? `'${whole.replaceAll("'", "''")}'` : `"${whole}"`;
}

function rangeOf(node: unknown): readonly [number, number] {
  const range = (node as ParsedNode | null)?.range;
  return [range?.[0] ?? 0, range?.[1] ?? 0];
}

function putQuotes(key: string | null, text: string): string {
  return `put quotes around the text: ${key === null ? '' : `${key}: `}${quoted(text)}`;
}

/** "550 Ticket #123 closed": a blank and "#" begin a comment, and the rest is gone. */
function commentCut(source: string, node: Scalar, key: string): readonly Trap[] {
  const [start, end] = rangeOf(node);
  const comment = /^[ \t]+(#[^\r\n]*)/.exec(source.slice(end));
  if (comment === null) return [];
  const rest = comment[1]?.trimEnd() ?? '';
  const isGlued = /^#[^\s#]/.test(rest);
  const isText = typeof node.value === 'string';
  if (!(isGlued || (isText && OCTET_KEYS.has(key)))) return [];
  const text = source.slice(start, end);
  const message = `the text ends at "#": YAML reads ${quoted(rest)} as a comment`;
  return [
    { offset: start, message, fix: `${putQuotes(key, `${text} ${rest}`)}, or around its part before the comment` },
  ];
}

/** Lines of a plain, quoted or folded text are joined by blanks. */
function foldedLines(source: string, node: Scalar, key: string): readonly Trap[] {
  const [start, end] = rangeOf(node);
  const isFolded = node.type === 'BLOCK_FOLDED';
  const spansLines = node.type !== 'BLOCK_LITERAL' && source.slice(start, end).trimEnd().includes('\n');
  // A backslash at the line's end is how a long double-quoted text is written on purpose.
  if (!isFolded && !spansLines) return [];
  if (node.type === 'QUOTE_DOUBLE' && !/[^\\]\r?\n/.test(source.slice(start, end))) return [];
  return [
    {
      offset: start,
      message: `the lines of this text are joined into one by YAML; expected one line${key === 'raw' ? '' : ', or a block'}`,
      fix: key === 'raw' ? 'write line ends as \\r\\n in double quotes' : `write "${key}: |" and the lines below it`,
    },
  ];
}

/** Only double quotes know escapes: elsewhere \r\n stays four characters. */
function deadBackslash(source: string, node: Scalar, key: string): readonly Trap[] {
  if (node.type === 'QUOTE_DOUBLE' || typeof node.value !== 'string') return [];
  const [start, end] = rangeOf(node);
  const isRaw = key === 'raw' && node.value.includes('\\');
  const isLineEnd = /(?:\\r)?\\n$|\\r$/.test(node.value);
  if (!isRaw && !isLineEnd) return [];
  const written = source.slice(start, end).trim();
  return [
    {
      offset: start,
      message: `the backslash in ${written.length > SHOWN ? `${written.slice(0, SHOWN)}…` : written} is not an escape: YAML knows escapes in double quotes only`,
      fix:
        key === 'raw'
          ? `write raw: "${node.value.slice(0, SHOWN).replaceAll('"', '\\"')}"`
          : 'leave the line end away: CRLF is added by itself',
    },
  ];
}

/** `reply: &busy 450 Mailbox busy`: the first word is taken for an anchor. */
function swallowedAnchor(source: string, node: Scalar, key: string): readonly Trap[] {
  if (node.anchor === undefined || node.type !== 'PLAIN') return [];
  const [start, end] = rangeOf(node);
  const offset = source.lastIndexOf('&', start);
  const message = `"&${node.anchor}" without quotes is a YAML anchor and no part of the text`;
  return [{ offset, message, fix: putQuotes(key, source.slice(offset, end)) }];
}

/** All that can be wrong with one scalar. @param key the word it belongs to */
export function trapsInText(source: string, node: Scalar, key: string | null): readonly Trap[] {
  if (key === null || (!OCTET_KEYS.has(key) && !PROSE_KEYS.has(key))) return [];
  const cut = node.type === 'PLAIN' ? commentCut(source, node, key) : [];
  if (!OCTET_KEYS.has(key)) return cut;
  return [
    ...cut,
    ...foldedLines(source, node, key),
    ...deadBackslash(source, node, key),
    ...swallowedAnchor(source, node, key),
  ];
}

function isEmpty(pair: Pair): boolean {
  const value = pair.value as Node | null;
  return value === null || (isScalar(value) && value.value === null && (value.source ?? '') === '');
}

function isPlain(node: unknown): node is Scalar {
  return isScalar(node) && node.type === 'PLAIN';
}

/** `{ reply: 421 a, b, then: close }`: behind the comma "b" is a key of its own, with nothing in it. */
export function trapsInMap(source: string, map: YAMLMap, key: string | null): readonly Trap[] {
  if (map.flow !== true) return [];
  return map.items.flatMap((pair, index): readonly Trap[] => {
    if (!isPair(pair) || !isScalar(pair.key) || !isEmpty(pair)) return [];
    const word = String(pair.key.source ?? pair.key.value);
    const [offset] = rangeOf(pair.key);
    const before = map.items[index - 1];
    if (before !== undefined && isScalar(before.key) && isPlain(before.value)) {
      const [start, end] = rangeOf(before.value);
      const text = source.slice(start, end);
      const message = `the comma ends the text ${quoted(text)}: YAML reads ${quoted(word)} as a key of its own`;
      return [{ offset, message, fix: putQuotes(String(before.key.value), `${text}, ${word}`) }];
    }
    if (map.items.length === 1) {
      const [start, end] = rangeOf(map);
      const message = `{${word}} without quotes is a map to YAML, not a text`;
      return [{ offset: start, message, fix: putQuotes(key, source.slice(start, end)) }];
    }
    return [{ offset, message: `"${word}" has no value; expected ${word}: and a value`, fix: null }];
  });
}

/** `reply: [421 a, b]`: the comma makes two replies of one, and the second has no code. */
export function trapsInSeq(source: string, seq: YAMLSeq, key: string | null): readonly Trap[] {
  if (seq.flow !== true || key !== 'reply') return [];
  return seq.items.flatMap((item, index): readonly Trap[] => {
    const before = seq.items[index - 1];
    if (!isPlain(item) || !isPlain(before) || typeof item.value !== 'string' || /^\d{3}/.test(item.value)) return [];
    const [start, end] = rangeOf(before);
    const [offset] = rangeOf(item);
    const text = source.slice(start, end);
    const message = `the comma ends the text ${quoted(text)}: YAML reads ${quoted(item.value)} as a reply of its own`;
    return [{ offset, message, fix: putQuotes(null, `${text}, ${item.value}`) }];
  });
}

/** `recipient: *@example.org`: an alias to an anchor that nobody set, or one inside its own anchor. */
export function aliasTrap(offset: number, name: string, isCircular: boolean): Trap {
  if (isCircular) return { offset, message: `the alias *${name} stands inside its own anchor`, fix: null };
  return {
    offset,
    message: `*${name} without quotes is a YAML alias, and there is no anchor &${name}`,
    fix: `put quotes around it: "*${name}"`,
  };
}

/** Keys are words: a map or list in front of a colon comes from a brace or bracket without quotes. */
export function keyTrap(offset: number, key: unknown): Trap {
  const found = isScalar(key) ? String(key.value) : 'a map or list';
  return {
    offset,
    message: `${found} cannot be a key; expected a word`,
    fix: 'put quotes around texts with { } or [ ]',
  };
}
