// Text from strangers made fit to be shown: octets of clients, names out of files. Used by every report; the escaping for
// markup stands here and nowhere else. Not here: layout.

import { visible } from '../wire/octets';

/**
 * What a terminal obeys and XML forbids: control characters, those that turn the direction of writing, halves of surrogate
 * pairs, and the two that are no characters (XML 1.0, 2.2).
 */
const UNFIT =
  /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** One line of text: whatever is unfit becomes `\n`, `\x1B` and the like. */
export function safeLine(text: string): string {
  return text.replace(UNFIT, (character) => visible(character));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** One line of text for HTML or XML, between tags or within a quoted attribute. */
export function escapeMarkup(text: string): string {
  return safeLine(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
