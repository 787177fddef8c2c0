// Patterns: globs and expressions take the whole text, globs in any case, and mistakes say where.

import { Mistake } from '../../src/scenario/mistake';
import { captureNames, compilePattern, patternSource } from '../../src/scenario/pattern';

describe('globs', () => {
  test.each([
    ['*@example.com', 'user@example.com', true],
    ['*@example.com', 'user@example.com.invalid', false],
    ['user', 'xuserx', false],
    ['USER@*', 'user@EXAMPLE.com', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['a.c', 'abc', false],
    ['', '', true],
    ['', 'x', false],
    ['a\\*c', 'a*c', true],
    ['a\\*c', 'abc', false],
    ['DOMAIN\\user', 'DOMAIN\\user', true],
    ['(x|y)+', '(x|y)+', true],
    ['*', 'a\r\nb', true],
    ['\xc9t\xe9', '\xe9T\xc9', true],
    ['/path', '/path', true],
  ])('%j on %j is %s', (source, text, matches) => {
    expect(compilePattern(source).test(text)).toBe(matches);
  });

  test('capture nothing', () => {
    expect(compilePattern('a*').match('abc')).toEqual({});
    expect(compilePattern('a*').match('bc')).toBeNull();
  });
});

describe('expressions', () => {
  test.each([
    ['/slow/', 'slow', true],
    ['/slow/', 'is slow', false],
    ['/slow/', 'slow@x', false],
    ['/^slow/', 'slow@x', false],
    ['/.*slow.*/', 'is slow@x', true],
    ['/slow/', 'SLOW', false],
    ['/slow/i', 'SLOW', true],
    ['/a|b/', 'ab', false],
    ['/a|b/', 'b', true],
    ['/a/m', 'a\na', false],
    ['/a\n^a/m', 'a\na', true],
    ['/a/', 'a\n', false],
    ['/.*/', 'a\nb', false],
    ['/.*/s', 'a\nb', true],
    ['/(x)\\1/', 'xx', true],
  ])('%j on %j is %s: the whole text, case-sensitive, never partial unless written so', (source, text, matches) => {
    expect(compilePattern(source).test(text)).toBe(matches);
  });

  test('see latin1 octets', () => {
    expect(compilePattern('/caf[\\x80-\\xff]/').test('caf\xe9')).toBe(true);
  });

  test('capture by name; a group that took no part is empty', () => {
    const pattern = compilePattern('/(?<local>.*)@(?<host>.*?)(?<tail>!)?$/');
    expect(pattern.match('a@b')).toEqual({ local: 'a', host: 'b', tail: '' });
    expect(captureNames(pattern.source)).toEqual(['local', 'host', 'tail']);
    expect(captureNames('(?<no>*')).toEqual([]);
  });

  test('keep no place between two texts', () => {
    const pattern = compilePattern('/a/');
    expect([pattern.test('a'), pattern.test('a')]).toEqual([true, true]);
  });

  test.each([
    ['/(a/', 'Unterminated group (at its end)'],
    ['/a)b/', '(at character 2, "a)")'],
    ['/[z-a]/', '(at character 4, "[z-a")'],
    ['/*x/', '(at character 1, "*")'],
    ['/((((a/', '(at its end)'],
    ['/a)(?:b/', 'is not a regular expression'],
  ])('%s is refused and says where', (source, where) => {
    expect(() => compilePattern(source)).toThrow(Mistake);
    expect(() => compilePattern(source)).toThrow(where);
  });

  test('a flag that would remember the last match is refused', () => {
    expect(() => compilePattern('/a/g')).toThrow(/flag "g"/);
  });
});

test('a RegExp of code is a source again', () => {
  expect(patternSource(/a\/b/gi)).toBe('/a\\/b/i');
  expect(compilePattern(patternSource(/a\/b/gi)).test('A/B')).toBe(true);
  expect(patternSource('glob*')).toBe('glob*');
});

test('explains itself', () => {
  expect(compilePattern('slow@*').explain()).toBe('matches "slow@*"');
  expect(compilePattern('/x/i').explain()).toBe('matches /x/i as a whole');
});
