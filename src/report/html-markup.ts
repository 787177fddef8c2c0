// Markup that cannot be forged: `markup` escapes everything put into a template, unless it is markup itself. All HTML of the
// report is made through it, so no text of a client can become a tag. Not here: any element of the page.

import { escapeMarkup } from './safe-text';

const MARKUP = Symbol('markup');

/** Made by `markup` and `trusted` only. */
export interface Markup {
  readonly [MARKUP]: string;
}

export type Inserted = string | number | Markup | null | readonly Inserted[];

/** A piece of HTML. Strings are escaped, lists are joined, null is nothing. Within tags values must stand in quotes. */
export function markup(parts: TemplateStringsArray, ...inserted: readonly Inserted[]): Markup {
  // The indentation of our own source is no part of the page.
  const text = parts.map((part, index) => part.replace(/\n +/g, '\n') + written(inserted[index] ?? null));
  return { [MARKUP]: text.join('') };
}

/** Our own markup, as it stands: never what came from outside. */
export function trusted(text: string): Markup {
  return { [MARKUP]: text };
}

/**
 * The same page with fewer octets: between tags only `<` and `&` have to be escaped (HTML 13.1.2.4). Tags, and the values
 * in them, stay as they are.
 */
export function lightened(page: string): string {
  return page.replace(/<[^>]*>|[^<]+/g, (piece) =>
    piece.startsWith('<') ? piece : piece.replace(/&(gt|quot|#39);/g, (_, name: string) => LIGHT[name] ?? ''),
  );
}

const LIGHT: Readonly<Record<string, string>> = { gt: '>', quot: '"', '#39': "'" };

export function textOf(piece: Markup): string {
  return piece[MARKUP];
}

function written(inserted: Inserted): string {
  if (inserted === null) return '';
  if (typeof inserted === 'string') return escapeMarkup(inserted);
  if (typeof inserted === 'number') return String(inserted);
  return isList(inserted) ? inserted.map(written).join('') : inserted[MARKUP];
}

function isList(inserted: Markup | readonly Inserted[]): inserted is readonly Inserted[] {
  return Array.isArray(inserted);
}

/** An id for the page: the names may hold anything, and different names never give one id. */
export function anchor(kind: 'obligation' | 'trial' | 'row' | 'client', ...names: readonly string[]): string {
  const slugs = names.map((name) =>
    name.replace(/[^A-Za-z0-9-]/g, (character) => `_${character.charCodeAt(0).toString(16)}_`),
  );
  return [kind, ...slugs].join('.');
}
