// Durations and sizes as people write them ("20 ms", "10 MB") and as the engine counts them (milliseconds, octets).
// Used by every schema file, by explain.ts and by the command line's options. Comparisons and ranges are in range.ts.

import { nearestWord } from '../wire/nearest-word';
import { Mistake } from './mistake';
import type { Captured, Span } from './scenario';

const MS_PER: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** SI and IEC prefixes are kept apart, as DESIGN §5 says: MB = 10^6, MiB = 2^20 octets. */
const OCTETS_PER: Readonly<Record<string, number>> = {
  octet: 1,
  octets: 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** Words that mean a unit to a person, with the one we take. */
const UNIT_SYNONYMS: Readonly<Record<string, string>> = {
  m: 'min',
  mins: 'min',
  minute: 'min',
  minutes: 'min',
  sec: 's',
  secs: 's',
  second: 's',
  seconds: 's',
  msec: 'ms',
  hour: 'h',
  hours: 'h',
  day: 'd',
  days: 'd',
  k: 'KB',
  K: 'KB',
  M: 'MB',
  G: 'GB',
  kb: 'KB',
  kB: 'KB',
  mb: 'MB',
  Mb: 'MB',
  gb: 'GB',
  bytes: 'octets',
  byte: 'octet',
  b: 'B',
};

/** One year: longer than any patience, and far below what a timer or a safe integer can hold. */
const LONGEST_MS = 365 * 86_400_000;

const QUANTITY = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/;
const SPELLED_DURATIONS = '20 ms, 3 s, 5 min, 2 h or 1 d';
const SPELLED_SIZES = '4096, 4 KB, 10 MB or 1 MiB';

interface Quantity {
  readonly amount: number;
  /** Empty when none was written. */
  readonly unit: string;
}

function readQuantity(text: string, what: string, examples: string): Quantity {
  const trimmed = text.trim();
  if (/^-\s*\d/.test(trimmed)) throw new Mistake(`${what} cannot be negative: "${text}"; expected e.g. ${examples}`);
  const found = QUANTITY.exec(trimmed);
  if (found === null) throw new Mistake(`"${text}" is not ${what}; expected e.g. ${examples}`);
  return { amount: Number(found[1]), unit: found[2] ?? '' };
}

function unitFactor(unit: string, table: Readonly<Record<string, number>>, text: string, what: string): number {
  const factor = Object.hasOwn(table, unit) ? table[unit] : undefined;
  if (factor !== undefined) return factor;
  const meant = UNIT_SYNONYMS[unit];
  const near = meant !== undefined && Object.hasOwn(table, meant) ? meant : nearestWord(unit, Object.keys(table));
  throw new Mistake(
    `"${unit}" in "${text}" is not a unit of ${what}; expected ${Object.keys(table).join(', ')}`,
    near === undefined ? null : `did you mean "${near}"?`,
  );
}

/** Milliseconds of an amount with its unit; used by ranges too, where one unit may serve two amounts. */
export function durationOf(amount: number, unit: string, text: string): number {
  if (unit === '') {
    throw new Mistake(
      `the duration ${text} has no unit; expected e.g. ${SPELLED_DURATIONS}`,
      `write "${amount} ms" or "${amount} s"`,
    );
  }
  const ms = amount * unitFactor(unit, MS_PER, text, 'time');
  if (ms > LONGEST_MS) throw new Mistake(`"${text}" is longer than a year; expected at most 365 d`);
  return ms;
}

/** Octets of an amount with its unit; a bare number is octets. */
export function octetsOf(amount: number, unit: string, text: string): number {
  const octets = amount * (unit === '' ? 1 : unitFactor(unit, OCTETS_PER, text, 'size'));
  if (!Number.isSafeInteger(octets)) throw new Mistake(`"${text}" is not a whole number of octets`);
  return octets;
}

/**
 * @param value "20 ms", "3 s", "5 min", "2 h", "1 d"
 * @returns milliseconds
 * @throws Mistake for anything else; a bare number is refused with what to write instead
 */
export function parseDuration(value: string | number): number {
  const text = String(value);
  const { amount, unit } = readQuantity(text, 'a duration', SPELLED_DURATIONS);
  return durationOf(amount, unit, text);
}

const CAPTURED = /^\{([A-Za-z_$][\w$]*)\}\s*([A-Za-z]*)$/;

function readCaptured(text: string, table: Readonly<Record<string, number>>, what: string): Captured | null {
  const found = CAPTURED.exec(text.trim());
  if (found === null) return null;
  const [, name = '', unit = ''] = found;
  return { name, factor: unitFactor(unit, table, text, what) };
}

/**
 * @param value a duration, or two of them: "1 s..5 s", "1..5 s", or an amount that a pattern captured: "{seconds} s"
 * @returns milliseconds; `min` equals `max` unless a range was written
 * @throws Mistake
 */
export function parseSpan(value: string | number): Span {
  const text = String(value);
  const captured = readCaptured(text, MS_PER, 'time');
  if (captured !== null) return { min: 0, max: 0, captured };
  const cut = text.indexOf('..');
  if (cut < 0) {
    const ms = parseDuration(value);
    return { min: ms, max: ms };
  }
  const high = readQuantity(text.slice(cut + 2), 'a duration', '1 s..5 s');
  const low = readQuantity(text.slice(0, cut), 'a duration', '1 s..5 s');
  const min = durationOf(low.amount, low.unit === '' ? high.unit : low.unit, text);
  const max = durationOf(high.amount, high.unit, text);
  if (min > max) throw new Mistake(`"${text}" runs backwards; expected the shorter time first`);
  return { min, max };
}

/**
 * @param value a number of octets, or "4 KB", "10 MB", "1 MiB"
 * @returns octets
 * @throws Mistake
 */
export function parseOctets(value: string | number): number {
  const text = String(value);
  const { amount, unit } = readQuantity(text, 'a size', SPELLED_SIZES);
  return octetsOf(amount, unit, text);
}

/** @param value a size, or an amount that a pattern captured: "{kilobytes} KB", "{octets}". @throws Mistake */
export function parseOctetsOrCaptured(value: string | number): number | Captured {
  const text = String(value);
  return readCaptured(/\}\s*$/.test(text) ? `${text} octets` : text, OCTETS_PER, 'size') ?? parseOctets(value);
}

/** An amount and its unit, as range.ts takes it apart. @throws Mistake when it is neither */
export function splitQuantity(text: string, what: string, examples: string): Quantity {
  return readQuantity(text, what, examples);
}

function inLargest(value: number, units: readonly (readonly [string, number])[], smallest: string): string {
  for (const [unit, factor] of units) {
    if (value >= factor && Number.isInteger(value / factor)) return `${value / factor} ${unit}`;
  }
  return `${value} ${smallest}`;
}

/** Milliseconds in the largest unit that leaves no fraction: 90000 is "90 s". Reads back with parseDuration. */
export function formatDuration(ms: number): string {
  return inLargest(
    ms,
    [
      ['d', 86_400_000],
      ['h', 3_600_000],
      ['min', 60_000],
      ['s', 1000],
    ],
    'ms',
  );
}

/** Octets in the largest unit that leaves no fraction: 4096 is "4 KiB". Reads back with parseOctets. */
export function formatOctets(octets: number): string {
  const units = (['GiB', 'GB', 'MiB', 'MB', 'KiB', 'KB'] as const).map(
    (unit) => [unit, OCTETS_PER[unit] ?? 1] as const,
  );
  return inLargest(octets, units, octets === 1 ? 'octet' : 'octets');
}

/** "3 s", or "1 s to 5 s" for a seeded draw. */
export function formatSpan(span: Span): string {
  if (span.captured !== undefined) return formatCaptured(span.captured, MS_PER);
  return span.min === span.max
    ? formatDuration(span.min)
    : `${formatDuration(span.min)} to ${formatDuration(span.max)}`;
}

/** "{seconds} s". */
function formatCaptured({ name, factor }: Captured, table: Readonly<Record<string, number>>): string {
  const unit = Object.keys(table).find((word) => table[word] === factor) ?? '';
  return `{${name}} ${unit}`;
}

/** "10 MB", or "{kilobytes} KB". */
export function formatOctetsOrCaptured(size: number | Captured): string {
  return typeof size === 'number' ? formatOctets(size) : formatCaptured(size, OCTETS_PER);
}
