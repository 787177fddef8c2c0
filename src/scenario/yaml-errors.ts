// YAML's own refusals in words that help somebody who wrote an SMTP text: "put quotes around it" instead of "nested
// mappings are not allowed in compact mappings". Used by yaml-source.ts.

import { isScalar, visit } from 'yaml';
import type { Document, YAMLError } from 'yaml';
import { quoted } from './yaml-traps';
import type { Trap } from './yaml-traps';

interface Place {
  readonly offset: number;
  /** The line of the error, without its end. */
  readonly line: string;
  /** Offset of the line's first character. */
  readonly lineStart: number;
}

function placeOf(text: string, offset: number): Place {
  const lineStart = text.lastIndexOf('\n', Math.max(0, offset - 1)) + 1;
  const end = text.indexOf('\n', lineStart);
  return { offset, lineStart, line: text.slice(lineStart, end < 0 ? text.length : end).trimEnd() };
}

interface Entry {
  readonly key: string;
  readonly value: string;
  /** Of the value, in the text. */
  readonly offset: number;
}

/** What stands behind the last key in front of the error: `key: value` as the author meant it. */
function entryAt(place: Place): Entry | null {
  const column = place.offset - place.lineStart;
  let best: Entry | null = null;
  for (const found of place.line.matchAll(/(?<=^|[\s{,[-])([A-Za-z][\w-]*):[ \t]+(?=\S)/g)) {
    const start = found.index + found[0].length;
    if (start > column && best !== null) break;
    best = { key: found[1] ?? '', value: place.line.slice(start), offset: place.lineStart + start };
  }
  return best;
}

/** A value inside braces or brackets ends where they do. */
function trimmedValue(entry: Entry, place: Place): string {
  const before = place.line.slice(0, entry.offset - place.lineStart);
  const isFlow = /[{[]/.test(before);
  return isFlow ? entry.value.replace(/\s*[}\]](?=\s*(?:[,}\]]|$)).*$/, '') : entry.value.replace(/\s+#.*$/, '');
}

function quoteEntry(entry: Entry, place: Place, why: string): Trap {
  const value = trimmedValue(entry, place);
  return { offset: entry.offset, message: why, fix: `put quotes around it: ${entry.key}: ${quoted(value)}` };
}

/** A text that opened with a quote some lines above and was closed by the next quote YAML met. */
function openQuote(document: Document, offset: number): number | null {
  let opened: number | null = null;
  visit(document, (_key, node) => {
    if (!isScalar(node) || node.range == null || node.type?.startsWith('QUOTE_') !== true) return;
    const [start, end] = node.range;
    if (end <= offset && (node.source ?? String(node.value)).includes('\n')) opened = start;
    else if (start < offset && end >= offset) opened = start;
  });
  return opened;
}

/** The first character of a value decides what YAML takes it for. */
function byFirstCharacter(entry: Entry, place: Place): Trap | null {
  const value = trimmedValue(entry, place);
  const [first = ''] = value;
  switch (first) {
    case '{':
    case '[':
      return quoteEntry(
        entry,
        place,
        `a text that begins with ${first} is ${first === '{' ? 'a map' : 'a list'} to YAML`,
      );
    case '*':
      return quoteEntry(entry, place, 'a text that begins with * is an alias to YAML');
    case '>':
    case '|':
      if (!/^[>|][=<\s]*\d|^[>|]=/.test(value)) return null;
      return quoteEntry(entry, place, `a comparison that begins with ${first} is a block of text to YAML`);
    case '@':
    case '`':
    case '%':
      return quoteEntry(entry, place, `a text cannot begin with ${first} in YAML`);
    case '"':
    case "'":
      return quoteEntry(entry, place, `text stands behind the closing ${first}; expected the quotes around all of it`);
    default:
      return null;
  }
}

function unexpected(text: string, document: Document, error: YAMLError, place: Place): Trap {
  const [character = ''] = text.slice(error.pos[0]);
  if (character === '}' || character === ']') {
    return { offset: error.pos[0], message: `a ${character} that closes nothing`, fix: 'take it out' };
  }
  if (/without - indicator/.test(error.message)) {
    const message = 'wrong indentation: this line belongs neither to the item above nor to one of its own';
    return { offset: error.pos[0], message, fix: 'put it under the first key of the item' };
  }
  const quote = openQuote(document, error.pos[0]);
  const opened = quote === null ? null : placeOf(text, quote);
  if (quote !== null && opened !== null && opened.lineStart !== place.lineStart) {
    return {
      offset: quote,
      message: `the text that opens here with ${text.charAt(quote)} is not closed on its line`,
      fix: `put ${text.charAt(quote)} at its end`,
    };
  }
  const entry = entryAt(place);
  const byCharacter = entry === null ? null : byFirstCharacter(entry, place);
  return byCharacter ?? { offset: error.pos[0], message: `not YAML: ${error.message}`, fix: null };
}

function colonInText(error: YAMLError, place: Place): Trap {
  const entry = entryAt(place);
  if (entry === null) return { offset: error.pos[0], message: `not YAML: ${error.message}`, fix: null };
  return quoteEntry(entry, place, 'the colon and blank inside this text make a map of it');
}

/**
 * @param text the whole source
 * @param document as far as it could be parsed
 * @returns where the slip is (not always where YAML noticed it), what it is, and what to write
 */
export function explainSyntaxError(text: string, document: Document, error: YAMLError): Trap {
  const [offset] = error.pos;
  const place = placeOf(text, offset);
  switch (error.code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'BLOCK_IN_FLOW':
      return colonInText(error, place);
    case 'MULTILINE_IMPLICIT_KEY': {
      const [word = '', ...rest] = place.line.trim().replace(/^- +/, '').split(' ');
      const message = `"${[word, ...rest].join(' ')}" has no colon; expected a key, a colon and a blank`;
      return { offset, message, fix: rest.length === 0 ? null : `write ${word}: ${rest.join(' ')}` };
    }
    case 'DUPLICATE_KEY': {
      const key = /^["']?([\w-]+)/.exec(text.slice(offset))?.[1] ?? 'this key';
      return {
        offset,
        message: `the key "${key}" is given twice in one map; expected it once`,
        fix: 'take one of them out',
      };
    }
    case 'TAB_AS_INDENT':
      return { offset, message: 'a tab in the indentation; expected blanks', fix: 'indent with blanks' };
    case 'MULTIPLE_DOCS':
      return { offset, message: 'a second document begins here; expected one per file', fix: 'take "---" out' };
    case 'BAD_DQ_ESCAPE': {
      const escape = text.slice(offset, offset + 2);
      const message = `${escape} is no escape; expected \\r \\n \\t \\0 \\xNN \\" or \\\\`;
      return { offset, message, fix: `write \\${escape} for a backslash` };
    }
    case 'TAG_RESOLVE_FAILED': {
      const entry = entryAt(place);
      const message = `${text.slice(offset, error.pos[1])} without quotes is a YAML tag and no part of the text`;
      return { offset, message, fix: entry === null ? 'put quotes around it' : quoteEntry(entry, place, message).fix };
    }
    case 'MISSING_CHAR': {
      const quote = openQuote(document, offset);
      if (quote === null) return unexpected(text, document, error, place);
      return {
        offset: quote,
        message: `the text that opens here with ${text.charAt(quote)} is not closed`,
        fix: `put ${text.charAt(quote)} at its end`,
      };
    }
    case 'BAD_INDENT':
      return { offset, message: `wrong indentation: ${error.message.replace(/^All /, 'all ')}`, fix: null };
    default:
      return unexpected(text, document, error, place);
  }
}
