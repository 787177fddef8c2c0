// Comparisons as people write them: `3`, `2..`, `..5`, `2..4`, `>= 5 s`, `< 10 KB`, for counts, durations and sizes.
// Used by the matchers' schema and by explain.ts. An open end is 0 or the largest safe integer, so that it stays JSON.

import { Mistake } from './mistake';
import type { Range } from './scenario';
import { durationOf, formatDuration, formatOctets, octetsOf, splitQuantity } from './units';

export type Measure = 'count' | 'duration' | 'size';

/** The upper end of a range that has none. */
export const OPEN_END = Number.MAX_SAFE_INTEGER;

const EXAMPLES: Readonly<Record<Measure, string>> = {
  count: '3, "2..", "..5", "2..4", ">= 3" or "< 10"',
  duration: '">= 5 s", "< 1 min" or "1 s..5 s"',
  size: '">= 4 KB", "< 1 MB" or "1 KB..2 KB"',
};

const COMPARISON = /^(>=|<=|>|<|=)\s*(.*)$/s;

function amountOf(text: string, measure: Measure, whole: string, unitFallback = ''): number {
  const { amount, unit } = splitQuantity(text, `a range of ${measure}s`, EXAMPLES[measure]);
  const withUnit = unit === '' ? unitFallback : unit;
  switch (measure) {
    case 'duration':
      return durationOf(amount, withUnit, whole);
    case 'size':
      return octetsOf(amount, withUnit, whole);
    case 'count':
      if (withUnit !== '')
        throw new Mistake(`"${whole}" is a plain count and takes no unit; expected ${EXAMPLES.count}`);
      if (!Number.isSafeInteger(amount))
        throw new Mistake(`"${whole}" is not a whole number; expected ${EXAMPLES.count}`);
      return amount;
  }
}

function between(text: string, cut: number, measure: Measure): Range {
  const low = text.slice(0, cut).trim();
  const high = text.slice(cut + 2).trim();
  if (low === '' && high === '') throw new Mistake(`"${text}" has no end; expected ${EXAMPLES[measure]}`);
  const unit = high === '' ? '' : splitQuantity(high, 'a range', EXAMPLES[measure]).unit;
  const min = low === '' ? 0 : amountOf(low, measure, text, unit);
  const max = high === '' ? OPEN_END : amountOf(high, measure, text);
  if (min > max) throw new Mistake(`"${text}" runs backwards; expected the smaller end first`);
  return { min, max };
}

/**
 * @param value a number, or one of the forms above
 * @param measure what is counted: plain counts take no unit, durations need one, sizes may have one
 * @returns bounds in counts, milliseconds or octets; inclusive unless marked exclusive
 * @throws Mistake
 */
export function parseRange(value: string | number, measure: Measure): Range {
  const text = String(value).trim();
  const compared = COMPARISON.exec(text);
  if (compared !== null) {
    const bound = amountOf(compared[2] ?? '', measure, text);
    switch (compared[1]) {
      case '>=':
        return { min: bound, max: OPEN_END };
      case '>':
        return { min: bound, max: OPEN_END, exclusiveMin: true };
      case '<=':
        return { min: 0, max: bound };
      case '<':
        return { min: 0, max: bound, exclusiveMax: true };
      default:
        return { min: bound, max: bound };
    }
  }
  const cut = text.indexOf('..');
  if (cut >= 0) return between(text, cut, measure);
  const exact = amountOf(text, measure, text);
  return { min: exact, max: exact };
}

/** Whether a text can only be meant as a comparison: `>= 5 s`, `1 s..5 s`. */
export function looksLikeRange(text: string): boolean {
  return COMPARISON.test(text.trim()) || /^\s*[\d.]+[^.]*\.\.|^\s*\.\.\s*\d/.test(text);
}

/** Whether a value lies in a range; used by the engine and by checks. */
export function inRange(value: number, range: Range): boolean {
  const aboveMin = range.exclusiveMin === true ? value > range.min : value >= range.min;
  return aboveMin && (range.exclusiveMax === true ? value < range.max : value <= range.max);
}

/** A range in words: "3", "at least 5 s", "less than 10", "between 2 and 4". */
export function formatRange(range: Range, measure: Measure): string {
  const show = { count: String, duration: formatDuration, size: formatOctets }[measure];
  if (range.min === range.max) return show(range.min);
  if (range.max === OPEN_END) return `${range.exclusiveMin === true ? 'more than' : 'at least'} ${show(range.min)}`;
  if (range.min === 0 && range.exclusiveMin !== true) {
    return `${range.exclusiveMax === true ? 'less than' : 'at most'} ${show(range.max)}`;
  }
  return `between ${show(range.min)} and ${show(range.max)}`;
}
