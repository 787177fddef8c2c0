// A reply's lines made ready to be sent: split into templates, or into octets at once when nothing is to be filled in.
// Used by compile.ts for rules and personas, and for the texts that policies bring along.

import { compileTemplate, type Template } from './template';

/** A reply's octets, or how to make them. */
export interface CompiledText {
  /** Of the first line; null when it does not begin with three digits. */
  readonly code: number | null;
  /** Set when nothing is to be filled in: all lines with their CRLFs. */
  readonly octets: string | null;
  readonly lines: readonly Template[];
}

/**
 * @param lines without CRLF, codes included
 * @param known the names that may stand in braces
 * @throws Mistake for a name that is not known
 */
export function compileText(lines: readonly string[], known: ReadonlySet<string>): CompiledText {
  const templates = lines.map((line) => compileTemplate(line, known));
  const digits = /^(\d{3})(?=[ -]|$)/.exec(lines[0] ?? '');
  return {
    code: digits === null ? null : Number(digits[1]),
    octets: templates.every((template) => template.constant)
      ? templates.map((template) => `${template.fill(() => '')}\r\n`).join('')
      : null,
    lines: templates,
  };
}

/** A text that is octets already. */
export function constantText(code: number, octets: string): CompiledText {
  return { code, octets, lines: [] };
}

/** The octets of a text with its values filled in. */
export function renderText(text: CompiledText, values: (name: string) => string): string {
  if (text.octets !== null) return text.octets;
  let octets = '';
  for (const line of text.lines) octets += `${line.fill(values)}\r\n`;
  return octets;
}
