// A tiny check that a text is well-formed XML (elements, attributes, entities, characters), enough for what we write.
// HTML is read the same way, apart from elements that have no end tag.

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (Element | string)[];
}

const TOKEN = /<\/([A-Za-z][\w-]*)>|<([A-Za-z][\w-]*)((?:\s+[\w-]+(?:="[^"<]*")?)*)\s*(\/?)>|([^<]+)/y;
const VOID = new Set(['meta', 'br']);
/** XML 1.0, 2.2. */
const NO_CHARACTER = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/**
 * @returns the root element
 * @throws Error at the first thing that is not well-formed
 */
export function parseMarkup(text: string): Element {
  if (NO_CHARACTER.test(text)) throw new Error('a character that XML forbids');
  const body = text.replace(/^<\?xml[^>]*\?>\s*|^<!doctype html>\s*/, '');
  const root: Element = { name: '', attributes: {}, children: [] };
  const open: Element[] = [root];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < body.length) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(body);
    if (token === null) throw new Error(`no markup: ${body.slice(at, at + 60)}`);
    const [, closed, name, attributes = '', empty, said] = token;
    const inner = open.at(-1) ?? root;
    if (closed !== undefined) {
      if (open.pop()?.name !== closed) throw new Error(`</${closed}> closes <${inner.name}>`);
    } else if (name === undefined) {
      inner.children.push(inner.name === 'style' ? (said ?? '') : decoded(said ?? ''));
    } else {
      const element: Element = { name, attributes: attributesOf(attributes), children: [] };
      inner.children.push(element);
      if (empty !== '/' && !VOID.has(name)) open.push(element);
    }
  }
  if (open.length !== 1) throw new Error(`<${open.at(-1)?.name}> is not closed`);
  const top = root.children.filter((child) => typeof child !== 'string' || child.trim() !== '');
  const [only] = top;
  if (top.length !== 1 || only === undefined || typeof only === 'string') throw new Error('not one root element');
  return only;
}

function attributesOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/([\w-]+)(?:="([^"]*)")?/g)].map(([, name = '', value = '']) => [name, decoded(value)]),
  );
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

function decoded(text: string): string {
  return text.replace(/&([^;\s]*);?/g, (whole, name: string) => {
    const character = ENTITIES[name];
    if (character === undefined || !whole.endsWith(';')) throw new Error(`a bare ampersand: ${whole}`);
    return character;
  });
}

/** All elements of a name, anywhere below. */
export function elements(root: Element, name: string): Element[] {
  return root.children.flatMap((child) => {
    if (typeof child === 'string') return [];
    return [...(child.name === name ? [child] : []), ...elements(child, name)];
  });
}

/** The text of an element and all below it. */
export function textIn(element: Element): string {
  return element.children.map((child) => (typeof child === 'string' ? child : textIn(child))).join('');
}
