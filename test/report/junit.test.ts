import { updatedKnown } from '../../src/judge/known-findings';
import { reportJunit } from '../../src/report/junit';
import { card, client, ran, said, unrun, verdict } from './cards';
import { elements, parseMarkup, textIn, type Element } from './well-formed';

const FAIL = verdict('quit-before-close', 'broken', 'it closed the connection without QUIT', [said('C- FIN')]);
const UNMET = { met: false, detail: 'Expected 1 connection to be made; 0 came.' };

const CARD = card([
  client('postfix', [
    ran(
      'greeting.554',
      [
        verdict('wait-for-greeting', 'not-applicable', 'no occasion'),
        verdict('greeting-554', 'broken', 'it left', [], { refersTo: 'quit-before-close' }),
        verdict('ehlo-first', 'broken', 'it said HELO', [said('C: HELO x', 2)]),
        verdict('mail-syntax', 'pass', 'both were right'),
        verdict('timeout-mail', 'inconclusive', 'the trial ended first'),
        FAIL,
      ],
      { expectations: [UNMET, { met: true, detail: 'Yes.' }] },
    ),
    unrun('starttls-strip', "can't use STARTTLS"),
    unrun('broken', 'no port was free', true),
    ran('silent', [], { end: 'never-connected' }),
  ]),
  client('swaks', [], { version: null, unavailable: 'not installed' }),
]);

const casesOf = (xml: string): Map<string, Element> =>
  new Map(
    elements(parseMarkup(xml), 'testcase').map((found) => [
      `${found.attributes['classname']} ${found.attributes['name']}`,
      found,
    ]),
  );

const outcomes = (xml: string): string[] =>
  [...casesOf(xml)].map(([name, found]) => {
    const [child] = found.children.filter((one) => typeof one !== 'string');
    const message = child?.attributes['message'];
    return `${name}: ${child?.name ?? 'passed'}${message === undefined ? '' : ` (${message})`}`;
  });

test('a case per scenario and obligation that had an occasion', () => {
  expect(outcomes(reportJunit(CARD))).toEqual([
    'postfix.greeting_554 runs: passed',
    'postfix.greeting_554 greeting-554: skipped (counted under quit-before-close: It left.)',
    'postfix.greeting_554 ehlo-first: system-out',
    'postfix.greeting_554 mail-syntax: passed',
    'postfix.greeting_554 timeout-mail: skipped (inconclusive: The trial ended first.)',
    'postfix.greeting_554 quit-before-close: failure (It closed the connection without QUIT.)',
    'postfix.greeting_554 expect[0]: failure (Expected 1 connection to be made; 0 came.)',
    'postfix.greeting_554 expect[1]: passed',
    "postfix.starttls-strip runs: skipped (not run: can't use STARTTLS)",
    'postfix.broken runs: error (no port was free)',
    'postfix.silent runs: error (the client never connected)',
    'swaks.all can be run: error (not installed)',
  ]);
});

test('suites add up', () => {
  const root = parseMarkup(reportJunit(CARD));
  expect(root.attributes).toMatchObject({ tests: '12', failures: '2', errors: '3', skipped: '3', time: '3.000' });
  expect(elements(root, 'testsuite').map(({ attributes }) => attributes)).toEqual([
    {
      name: 'postfix 1.0',
      tests: '11',
      failures: '2',
      errors: '2',
      skipped: '3',
      timestamp: '2004-02-18T09:52:07.000Z',
      time: '3.000',
    },
    expect.objectContaining({ name: 'swaks', tests: '1', errors: '1' }),
  ]);
});

test('the times of the cases add up to that of their suite, and one that never connected says what it said', () => {
  const xml = reportJunit(
    card([client('a', [ran('one', [FAIL]), ran('two', [], { end: 'never-connected', said: 'no' })])]),
  );
  const times = [...casesOf(xml).values()].map(({ attributes }) => Number(attributes['time']));
  const [suite] = elements(parseMarkup(xml), 'testsuite');
  expect(times).toEqual([1.5, 0, 1.5]);
  expect(suite?.attributes['time']).toBe('3.000');
  expect(outcomes(xml)).toContain('a.two runs: error (the client never connected: no)');
});

test('a failure says what was expected, what came, and shows it', () => {
  const found = casesOf(reportJunit(CARD)).get('postfix.greeting_554 quit-before-close');
  const [failure] = found === undefined ? [] : elements(found, 'failure');
  expect(failure?.attributes['type']).toBe('MUST');
  const lines = failure === undefined ? [] : textIn(failure).split('\n');
  expect(lines[0]).toBe('Expected: Send QUIT before closing, also after an error. (MUST, RFC 5321 4.1.1.10, 4.1.4)');
  expect(lines.slice(2)).toEqual([
    'Actual:   It closed the connection without QUIT.',
    '          connection 1  C- FIN',
  ]);
});

test('a warning passes and says so', () => {
  const found = casesOf(reportJunit(CARD)).get('postfix.greeting_554 ehlo-first');
  expect(found === undefined ? '' : textIn(found).trim()).toBe('warn: It said HELO.\nconnection 2  C: HELO x');
});

test('known findings are skipped, new ones fail', () => {
  const known = updatedKnown(null, card([client('postfix', [ran('greeting.554', [FAIL])])]));
  const failing = outcomes(reportJunit(CARD, { known })).filter((line) => /failure|known/.test(line));
  expect(failing).toEqual([
    'postfix.greeting_554 quit-before-close: skipped (known finding: It closed the connection without QUIT.)',
    'postfix.greeting_554 expect[0]: failure (Expected 1 connection to be made; 0 came.)',
  ]);
});

test('whatever a client sends, the document is well-formed', () => {
  const evil = '</failure><x a="\'&\u0000\u0008\u001b\ufffe\ud800]]>';
  const broken = verdict('quit-before-close', 'broken', evil, [said(evil)]);
  const warned = verdict('ehlo-first', 'broken', evil, [said(evil)]);
  const found = card([
    client(evil, [ran(evil, [broken, warned], { expectations: [{ met: false, detail: evil }] }), unrun('b', evil)]),
  ]);
  const shown = '</failure><x a="\'&\\x00\\x08\\x1B\\uFFFE\\uD800]]>';
  const [suite] = elements(parseMarkup(reportJunit(found)), 'testsuite');
  expect(suite?.attributes['name']).toBe(`${shown} 1.0`);
  const failures = suite === undefined ? [] : elements(suite, 'failure');
  expect(failures.map(({ attributes }) => attributes['message'])).toEqual([`${shown}.`, shown]);
});
