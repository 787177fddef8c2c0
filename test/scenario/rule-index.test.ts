import fc from 'fast-check';
import { scenario } from '../../src/scenario/builder';
import { compileServer, type CompiledRule } from '../../src/scenario/compile';
import { compilePattern, literalParts } from '../../src/scenario/pattern';
import { loadPersona } from '../../src/scenario/persona-load';
import { candidatesFor, type Candidates } from '../../src/scenario/rule-index';

const persona = loadPersona('plain');
const FILLING = Array.from({ length: 16 }, (_, number) => `filling-${number}@example.com`);

/** Rules on RCPT, one for each pattern; null names no recipient. */
function rcptRules(patterns: readonly (string | null)[]): Candidates {
  let built = scenario('indexed').persona('plain');
  for (const recipient of patterns) built = built.on('RCPT', recipient === null ? {} : { recipient }).reply(550);
  const candidates = compileServer(built.build(), 0, persona).common.byEvent.get('RCPT');
  if (candidates === undefined) throw new Error('no rules on RCPT');
  return candidates;
}

const recipientOf = ({ rule }: CompiledRule): string | null => rule.when.recipient ?? null;

const local = fc.constantFrom('a', 'B', 'a@b', 'x*', '', 'ä', 'K', 'a.b');
const host = fc.constantFrom('h', 'H', 'h@h', '', 'sub.h', 'é', '[1.2.3.4]');
const pattern = fc.oneof(
  fc.tuple(local, host).map(([user, at]) => `${user}@${at}`),
  local.map((user) => `${user}@*`),
  host.map((at) => `*@${at}`),
  fc.constantFrom(
    '*',
    '',
    'a',
    '?@h',
    'a\\*@h',
    'a\\?@h',
    'a\\\\@h',
    '**@h',
    'a@*h',
    '/a@h/',
    '/A@.*/i',
    'postmaster',
    '*a@h',
  ),
);
const text = fc.oneof(
  fc.tuple(local, host).map(([user, at]) => `${user}@${at}`),
  fc.constantFrom('', 'a', 'A@H', 'a*@h', 'a?@h', 'a\\@h', 'PostMaster', 'é@h', 'Ä@h', 'k@h'),
);

test('every rule that matches is found, in order, whatever the patterns and the recipients', () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(pattern), { maxLength: 12 }),
      fc.array(text, { maxLength: 3 }),
      (patterns, texts) => {
        const candidates = rcptRules([...patterns, ...FILLING]);
        expect(candidates.byRecipient !== null).toBe(true);
        const matches = (compiled: CompiledRule): boolean => {
          const source = recipientOf(compiled);
          return source === null || texts.some((one) => compilePattern(source).test(one));
        };
        const found = candidatesFor(candidates, () => texts);
        expect(found.filter(matches)).toEqual(candidates.all.filter(matches));
        expect(new Set(found).size).toBe(found.length);
      },
    ),
    { numRuns: 500 },
  );
});

test('of many rules about one mailbox each only those of the recipient, and those about all, are asked', () => {
  const many = Array.from({ length: 100 }, (_, number) => `user-${number}@*`);
  const candidates = rcptRules(['*@slow.example', ...many, null, 'User-7@slow.example', '?ser-7@*']);
  const ask = (...recipients: string[]) => candidatesFor(candidates, () => recipients).map(recipientOf);
  expect(ask('user-7@slow.example')).toEqual(['*@slow.example', 'user-7@*', null, 'User-7@slow.example', '?ser-7@*']);
  expect(ask('nobody@fast.example')).toEqual([null, '?ser-7@*']);
  expect(ask('USER-3@x', 'user-99@x')).toEqual(['user-3@*', 'user-99@*', null, '?ser-7@*']);
  expect(ask()).toEqual([null, '?ser-7@*']);
});

test('few rules are all asked', () => {
  const candidates = rcptRules(['a@b', null, 'c@d']);
  expect(candidatesFor(candidates, () => ['x@y'])).toBe(candidates.all);
});

test.each([
  ['A@b', ['a@b']],
  ['a@*', ['a@', '']],
  ['*@B', ['', '@b']],
  ['a\\*b', ['a*b']],
  ['a\\b', ['a\\b']],
  ['a?b', null],
  ['/a/', null],
  ['ä@b', null],
])('the literal parts of %j', (source, parts) => {
  expect(literalParts(source)).toEqual(parts);
});
