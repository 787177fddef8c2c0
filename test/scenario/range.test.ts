// Comparisons: every form, every measure, open ends that stay JSON.

import { Mistake } from '../../src/scenario/mistake';
import { OPEN_END, formatRange, inRange, looksLikeRange, parseRange } from '../../src/scenario/range';

describe('counts', () => {
  test.each([
    [3, { min: 3, max: 3 }],
    ['3', { min: 3, max: 3 }],
    ['= 3', { min: 3, max: 3 }],
    ['2..', { min: 2, max: OPEN_END }],
    ['..5', { min: 0, max: 5 }],
    ['2..4', { min: 2, max: 4 }],
    ['>= 3', { min: 3, max: OPEN_END }],
    ['> 3', { min: 3, max: OPEN_END, exclusiveMin: true }],
    ['<= 3', { min: 0, max: 3 }],
    ['< 10', { min: 0, max: 10, exclusiveMax: true }],
  ])('%s', (text, range) => {
    expect(parseRange(text, 'count')).toEqual(range);
  });

  test.each(['..', '4..2', '1.5', '3 s', '>', 'many', '-1', ''])('%s is refused', (text) => {
    expect(() => parseRange(text, 'count')).toThrow(Mistake);
  });
});

describe('durations and sizes', () => {
  test('a duration needs its unit, once for both ends is enough', () => {
    expect(parseRange('>= 5 s', 'duration')).toEqual({ min: 5000, max: OPEN_END });
    expect(parseRange('1..5 s', 'duration')).toEqual({ min: 1000, max: 5000 });
    expect(() => parseRange('>= 5', 'duration')).toThrow(/has no unit/);
  });

  test('a size may do without', () => {
    expect(parseRange('>= 4 KB', 'size')).toEqual({ min: 4000, max: OPEN_END });
    expect(parseRange('..5', 'size')).toEqual({ min: 0, max: 5 });
  });
});

test('open ends survive JSON', () => {
  const range = parseRange('2..', 'count');
  expect(JSON.parse(JSON.stringify(range))).toEqual(range);
});

test('only comparisons look like one: a state may have the value "5 s"', () => {
  expect(['>= 5 s', '< 3', '1 s..5 s', '..5 s', '2..'].map(looksLikeRange)).toEqual([true, true, true, true, true]);
  expect(['seen', '5 s', 'a..b', 'no...', ''].map(looksLikeRange)).toEqual([false, false, false, false, false]);
});

test('exclusive bounds exclude', () => {
  expect(inRange(10, parseRange('< 10', 'count'))).toBe(false);
  expect(inRange(9, parseRange('< 10', 'count'))).toBe(true);
  expect(inRange(3, parseRange('> 3', 'count'))).toBe(false);
  expect(inRange(3, parseRange('>= 3', 'count'))).toBe(true);
});

test.each([
  ['3', 'count', '3'],
  ['>= 5 s', 'duration', 'at least 5 s'],
  ['> 5 s', 'duration', 'more than 5 s'],
  ['< 10 KB', 'size', 'less than 10 KB'],
  ['..5', 'count', 'at most 5'],
  ['2..4', 'count', 'between 2 and 4'],
] as const)('%s of a %s reads "%s"', (text, measure, words) => {
  expect(formatRange(parseRange(text, measure), measure)).toBe(words);
});
