// ESMTP parameters behind a path: `SIZE=1000 BODY=8BITMIME` (RFC 5321 4.1.2, esmtp-param). Lenient: whatever stands
// there is kept raw, and what departs from the grammar is a Deviation. Used by command.ts and the size policy.
// Which extension a parameter belongs to is said in extension.ts.

import type { Deviation } from './deviation';

export interface Parameter {
  /** Upper case (keywords are case-insensitive, RFC 5321 4.1.1.1). */
  readonly keyword: string;
  /** All behind the first `=`, as written; null without `=`. */
  readonly value: string | null;
  readonly raw: string;
}

const KEYWORD = /^[A-Za-z0-9][A-Za-z0-9-]*$/;
// esmtp-value: printable ASCII without blank and "="; RFC 6531 3.3 adds UTF-8.
const VALUE = /^[\x21-\x3c\x3e-\x7e\x80-\xff]+$/;
// size-value ::= 1*20DIGIT (RFC 1870 3).
const SIZE_VALUE = /^\d{1,20}$/;

/**
 * Reads the parameters of a MAIL or RCPT command.
 * @param text all that follows the path, latin1
 * @returns every word in order, duplicates included
 */
export function parseParameters(text: string): { parameters: readonly Parameter[]; deviations: readonly Deviation[] } {
  if (text === '') return NO_PARAMETERS;
  const deviations: Deviation[] = [];
  const seen = new Set<string>();
  const parameters = text
    .split(/[ \t]+/)
    .filter((word) => word !== '')
    .map(parseParameter);

  if (/[ \t]{2}[^ \t]/.test(text)) deviations.push({ what: 'extra-blank', detail: 'before a parameter' });
  for (const parameter of parameters) {
    if (!isWellFormed(parameter)) deviations.push({ what: 'malformed-parameter', detail: parameter.raw });
    if (seen.has(parameter.keyword)) deviations.push({ what: 'duplicate-parameter', detail: parameter.raw });
    seen.add(parameter.keyword);
  }
  return { parameters, deviations };
}

const NO_PARAMETERS = { parameters: [], deviations: [] } as const;

function parseParameter(raw: string): Parameter {
  const equals = raw.indexOf('=');
  if (equals === -1) return { keyword: raw.toUpperCase(), value: null, raw };
  return { keyword: raw.slice(0, equals).toUpperCase(), value: raw.slice(equals + 1), raw };
}

function isWellFormed({ keyword, value }: Parameter): boolean {
  if (!KEYWORD.test(keyword)) return false;
  if (keyword === 'SIZE') return value !== null && SIZE_VALUE.test(value);
  return value === null || VALUE.test(value);
}

/**
 * The first parameter of this name.
 * @param keyword upper case
 */
export function findParameter(parameters: readonly Parameter[], keyword: string): Parameter | null {
  return parameters.find((parameter) => parameter.keyword === keyword) ?? null;
}

/**
 * What the client says the message will weigh (RFC 1870 5).
 * @returns octets; null when not said, or not in 1 to 20 digits (`parseParameters` has noted that as malformed).
 *   Above 2^53 the number is rounded: enough to be held against any limit.
 */
export function declaredSize(parameters: readonly Parameter[]): number | null {
  if (parameters.length === 0) return null;
  const value = findParameter(parameters, 'SIZE')?.value ?? '';
  return SIZE_VALUE.test(value) ? Number(value) : null;
}
