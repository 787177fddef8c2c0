// Durations and sizes: what is read, what is refused and with which fix, and that what is printed reads back.

import fc from 'fast-check';
import { Mistake } from '../../src/scenario/mistake';
import {
  formatDuration,
  formatOctets,
  formatSpan,
  parseDuration,
  parseOctets,
  parseSpan,
} from '../../src/scenario/units';

function mistakeOf(run: () => unknown): Mistake {
  try {
    run();
  } catch (error) {
    if (error instanceof Mistake) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('durations', () => {
  test.each([
    ['20 ms', 20],
    ['3 s', 3000],
    ['3s', 3000],
    ['1.5 s', 1500],
    ['5 min', 300_000],
    ['2 h', 7_200_000],
    ['1 d', 86_400_000],
    ['0 s', 0],
    [' 3 s ', 3000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test('a number without a unit is refused, with both things it may have meant', () => {
    const mistake = mistakeOf(() => parseDuration(20));
    expect(mistake.message).toContain('20 has no unit');
    expect(mistake.fix).toBe('write "20 ms" or "20 s"');
  });

  test.each([
    ['3 sec', 's'],
    ['3 minutes', 'min'],
    ['3 m', 'min'],
    ['2 hours', 'h'],
  ])('%s names the unit %s', (text, unit) => {
    expect(mistakeOf(() => parseDuration(text)).fix).toBe(`did you mean "${unit}"?`);
  });

  test.each(['-3 s', 'soon', '3 s 4', '', '1e3 s', 'Infinity s', '400 d'])('%s is no duration', (text) => {
    mistakeOf(() => parseDuration(text));
  });
});

describe('spans', () => {
  test.each([
    ['3 s', 3000, 3000],
    ['1 s..5 s', 1000, 5000],
    ['1..5 s', 1000, 5000],
    ['500 ms .. 2 s', 500, 2000],
  ])('%s is %d to %d ms', (text, min, max) => {
    expect(parseSpan(text)).toEqual({ min, max });
  });

  test.each(['5 s..1 s', '1 s..', '..5 s', '1..5', '-1 s..5 s'])('%s is refused', (text) => {
    mistakeOf(() => parseSpan(text));
  });
});

describe('sizes', () => {
  test.each([
    [4096, 4096],
    ['4096', 4096],
    ['0', 0],
    ['12 B', 12],
    ['12 octets', 12],
    ['4 KB', 4000],
    ['10 MB', 10_000_000],
    ['1 GB', 1_000_000_000],
    ['4 KiB', 4096],
    ['1 MiB', 1_048_576],
    ['1.5 KB', 1500],
  ])('%s is %d octets', (text, octets) => {
    expect(parseOctets(text)).toBe(octets);
  });

  test.each([
    ['4 kb', 'KB'],
    ['4 k', 'KB'],
    ['4 Mb', 'MB'],
    ['4 bytes', 'octets'],
  ])('%s names the unit %s', (text, unit) => {
    expect(mistakeOf(() => parseOctets(text)).fix).toBe(`did you mean "${unit}"?`);
  });

  test.each([-5, '-5 KB', '1.5', '0.0001 KB', 'big', '3 s'])('%s is no size', (text) => {
    mistakeOf(() => parseOctets(text));
  });
});

describe('printing', () => {
  test.each([
    [0, '0 ms'],
    [20, '20 ms'],
    [1500, '1500 ms'],
    [3000, '3 s'],
    [90_000, '90 s'],
    [120_000, '2 min'],
    [86_400_000, '1 d'],
  ])('%d ms prints as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test.each([
    [1, '1 octet'],
    [999, '999 octets'],
    [4000, '4 KB'],
    [4096, '4 KiB'],
    [10_000_000, '10 MB'],
    [3_908_608, '3817 KiB'],
  ])('%d octets print as %s', (octets, text) => {
    expect(formatOctets(octets)).toBe(text);
  });

  test('a draw prints both ends', () => {
    expect(formatSpan({ min: 1000, max: 5000 })).toBe('1 s to 5 s');
    expect(formatSpan({ min: 1000, max: 1000 })).toBe('1 s');
  });

  test('what is printed reads back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000_000 }), (value) => {
        expect(parseDuration(formatDuration(value))).toBe(value);
        expect(parseOctets(formatOctets(value))).toBe(value);
      }),
    );
  });
});
