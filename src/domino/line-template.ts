// A log line with holes, `{peer} disconnected. {count} message[s] received`: filled when the log is written, matched when
// one is read, so that writer and reader share one text. Used by log-wording.ts and log-patterns.ts.
// No regular expressions: a match costs one look per literal, whatever stands in the log.

export interface LineTemplate {
  /** What stands before, between and behind the fields: always one more than `fields`. */
  readonly literals: readonly string[];
  readonly fields: readonly string[];
}

/**
 * Cuts a text at its `{name}` fields.
 * @throws Error when two fields touch, since nothing could tell where one ends
 */
export function lineTemplate(text: string): LineTemplate {
  const literals: string[] = [];
  const fields: string[] = [];
  let from = 0;
  for (;;) {
    const open = text.indexOf('{', from);
    const close = open < 0 ? -1 : text.indexOf('}', open);
    if (close < 0) break;
    const literal = text.slice(from, open);
    if (literal === '' && fields.length > 0) throw new Error(`two fields touch in the line template "${text}"`);
    literals.push(literal);
    fields.push(text.slice(open + 1, close));
    from = close + 1;
  }
  literals.push(text.slice(from));
  return { literals, fields };
}

/** The text with its fields filled in. A field without a value becomes empty. */
export function fillTemplate(template: LineTemplate, values: Readonly<Record<string, string>>): string {
  let text = template.literals[0] ?? '';
  for (let index = 0; index < template.fields.length; index += 1) {
    text += (values[template.fields[index] ?? ''] ?? '') + (template.literals[index + 1] ?? '');
  }
  return text;
}

/**
 * Holds a line against a template; every field takes as little as it can.
 * @returns the fields' texts in their order, or null
 */
export function matchTemplate(template: LineTemplate, text: string): readonly string[] | null {
  const { literals } = template;
  const last = literals.length - 1;
  const head = literals[0] ?? '';
  if (last === 0) return text === head ? [] : null;
  const tail = literals[last] ?? '';
  const end = text.length - tail.length;
  let from = head.length;
  if (from > end || !text.startsWith(head) || !text.endsWith(tail)) return null;
  const values: string[] = [];
  for (let index = 1; index < last; index += 1) {
    const literal = literals[index] ?? '';
    const found = text.indexOf(literal, from);
    if (found < 0 || found + literal.length > end) return null;
    values.push(text.slice(from, found));
    from = found + literal.length;
  }
  values.push(text.slice(from, end));
  return values;
}
