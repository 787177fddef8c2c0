// Texts with values: inserted once, made harmless, cut to the line, and a mistake in a name found when compiled.

import { Mistake } from '../../src/scenario/mistake';
import { PERSONA_TEMPLATE_NAMES, TEMPLATE_NAMES, compileTemplate } from '../../src/scenario/template';

function fill(text: string, values: Readonly<Record<string, string>>, known = TEMPLATE_NAMES): string {
  return compileTemplate(text, known).fill((name) => values[name] ?? '');
}

test('every name is filled in', () => {
  const text = [...TEMPLATE_NAMES].map((name) => `{${name}}`).join(' ');
  expect(compileTemplate(text, TEMPLATE_NAMES).fill((name) => name.toUpperCase())).toBe(
    'HOSTNAME LINE VERB ARGUMENT HELO PEER SENDER RECIPIENT DATE RELEASE LIMIT SITE COUNT',
  );
});

test('a constant text is the same string every time', () => {
  const template = compileTemplate('250 ok', TEMPLATE_NAMES);
  expect(template.constant).toBe(true);
  expect(template.fill(() => 'x')).toBe('250 ok');
  expect(compileTemplate('250 {line}', TEMPLATE_NAMES).constant).toBe(false);
});

test('two braces are one, and what they enclose is no name', () => {
  expect(compileTemplate('{{line}', TEMPLATE_NAMES).fill(() => 'x')).toBe('{line}');
  expect(compileTemplate('{{', TEMPLATE_NAMES).constant).toBe(true);
  expect(fill('{{{line}}', { line: 'A' })).toBe('{A}');
});

test('what a client sent is not expanded again', () => {
  expect(fill('{line} {sender}', { line: '{sender}', sender: '{line}' })).toBe('{sender} {line}');
});

test('CR, LF and NUL are shown as "?" unless asked for', () => {
  const line = 'a\rb\nc\0d';
  expect(fill('500 {line}', { line })).toBe('500 a?b?c?d');
  expect(fill('500 {line:full}', { line })).toBe('500 a?b?c?d');
  expect(fill('500 {line:raw}', { line })).toBe(`500 ${line}`);
  expect(fill('500 {argument:raw}', { argument: line })).toBe(`500 ${line}`);
});

test('octets above 0x7f go through', () => {
  expect(fill('500 {line}', { line: 'caf\xe9\xff' })).toBe('500 caf\xe9\xff');
});

describe('the length of a line', () => {
  const long = 'x'.repeat(2000);

  test('an echo is cut so that the line has 512 octets with its CRLF', () => {
    const reply = fill('500 Syntax error, command "{line}" unrecognized', { line: long });
    expect(reply).toHaveLength(510);
    expect(reply.endsWith('" unrecognized')).toBe(true);
  });

  test('a line that just fits is not cut', () => {
    expect(fill('500 {line}', { line: 'x'.repeat(506) })).toBe(`500 ${'x'.repeat(506)}`);
    expect(fill('500 {line}', { line: 'x'.repeat(507) })).toBe(`500 ${'x'.repeat(506)}`);
  });

  test(':raw is cut, :full is not', () => {
    expect(fill('500 {line:raw}', { line: long })).toHaveLength(510);
    expect(fill('500 {line:full}', { line: long })).toBe(`500 ${long}`);
  });

  test('the longest of several echoes gives way, names of ours never do', () => {
    expect(fill('500 {helo} {line}', { helo: 'short', line: long })).toBe(`500 short ${'x'.repeat(500)}`);
    expect(fill('500 {hostname} {line}', { hostname: 'h'.repeat(505), line: long })).toBe(`500 ${'h'.repeat(505)} `);
  });

  test('captures of a pattern are cut as well: they are the client’s', () => {
    expect(fill('500 {who}', { who: long }, new Set(['who']))).toHaveLength(510);
  });
});

describe('an empty value leaves no double blank', () => {
  test.each([
    ['250 Hello {helo} ok', '250 Hello ok'],
    ['250 {sender}... Sender OK', '250 ... Sender OK'],
    ['a {helo} {sender} b', 'a b'],
    ['a  {helo}b', 'a  b'],
    ['{helo} b', ' b'],
    ['250 {helo}', '250 '],
  ])('%j', (text, filled) => {
    expect(fill(text, {})).toBe(filled);
  });
});

describe('mistakes', () => {
  test.each([
    ['250 {sendr} ok', 'did you mean "{sender}"?'],
    ['250 {hostnam}', 'did you mean "{hostname}"?'],
    ['250 {Line}', 'did you mean "{line}"?'],
    ['250 {quux}', 'write {{ for a brace'],
    ['250 {', 'write {{ for a brace'],
    ['250 { line }', 'write {{ for a brace'],
    ['250 {line', 'write {{ for a brace'],
  ])('%s', (text, fix) => {
    let mistake: unknown;
    try {
      compileTemplate(text, TEMPLATE_NAMES);
    } catch (error) {
      mistake = error;
    }
    expect(mistake).toBeInstanceOf(Mistake);
    expect((mistake as Mistake).fix).toBe(fix);
  });

  test('ways to show belong to echoes, and there are two of them', () => {
    expect(() => compileTemplate('{hostname:raw}', TEMPLATE_NAMES)).toThrow(/not a way to show/);
    expect(() => compileTemplate('{line:loud}', TEMPLATE_NAMES)).toThrow(/not a way to show/);
  });

  test('{optional} is for personas', () => {
    expect(() => compileTemplate('214 {optional}', TEMPLATE_NAMES)).toThrow(Mistake);
    expect(fill('214 HELP {optional}', {}, PERSONA_TEMPLATE_NAMES)).toBe('214 HELP ');
  });
});
