import { cardFindings, exitVerdict, type ExitOptions } from '../../src/judge/card-findings';
import { updatedKnown } from '../../src/judge/known-findings';
import { card, client, ran, unrun, verdict } from '../report/cards';

const FAIL = verdict('quit-before-close', 'broken', 'it left without QUIT');
const WARN = verdict('ehlo-first', 'broken', 'it said HELO');
const PASS = verdict('mail-syntax', 'pass', 'it did');
const REFERRING = verdict('greeting-554', 'broken', 'it left', [], { refersTo: 'quit-before-close' });
const UNMET = { met: false, detail: 'Expected 1 submitted message to be accepted; 0 came.' };

const OPTIONS: ExitOptions = { strict: false, noFail: false, known: null };

test('findings are primary breaches and unmet expectations', () => {
  const trial = ran('one', [WARN, FAIL, PASS, REFERRING], { expectations: [{ met: true, detail: 'Yes.' }, UNMET] });
  expect(cardFindings(card([client('a', [trial, unrun('two', 'takes hours')])]))).toEqual([
    { client: 'a', scenario: 'one', obligation: 'ehlo-first', verdict: 'warn', reason: 'It said HELO.' },
    { client: 'a', scenario: 'one', obligation: 'quit-before-close', verdict: 'fail', reason: 'It left without QUIT.' },
    { client: 'a', scenario: 'one', obligation: 'expect[1]', verdict: 'fail', reason: UNMET.detail },
  ]);
});

describe('exit code', () => {
  test('0 when no MUST was broken', () => {
    const found = card([client('a', [ran('one', [PASS, WARN, REFERRING]), unrun('two', 'takes hours')])]);
    expect(exitVerdict(found, OPTIONS)).toEqual({ code: 0, reasons: [] });
  });

  test('1 when a MUST was broken', () => {
    expect(exitVerdict(card([client('a', [ran('one', [FAIL])])]), OPTIONS)).toEqual({
      code: 1,
      reasons: ['a: quit-before-close (fail) in one'],
    });
  });

  test('1 when an expectation was not met', () => {
    expect(exitVerdict(card([client('a', [ran('one', [], { expectations: [UNMET] })])]), OPTIONS)).toEqual({
      code: 1,
      reasons: ['a: an expectation was not met in one'],
    });
  });

  test('warnings fail with strict', () => {
    const found = card([client('a', [ran('one', [WARN])])]);
    expect(exitVerdict(found, { ...OPTIONS, strict: true }).code).toBe(1);
  });

  test('known findings do not fail, new ones do', () => {
    const known = updatedKnown(null, card([client('a', [ran('one', [FAIL])])]));
    expect(exitVerdict(card([client('a', [ran('one', [FAIL])])]), { ...OPTIONS, known }).code).toBe(0);
    expect(exitVerdict(card([client('a', [ran('one', [FAIL]), ran('two', [FAIL])])]), { ...OPTIONS, known })).toEqual({
      code: 1,
      reasons: ['a: quit-before-close (fail) in two, which is new'],
    });
  });

  test('a known warning does not cover the fail that it became', () => {
    const known = updatedKnown(null, card([client('a', [ran('one', [WARN])])]));
    const worse = verdict('ehlo-first', 'broken', 'it said HELO', [], { strict: true });
    expect(exitVerdict(card([client('a', [ran('one', [worse])])]), { ...OPTIONS, known }).code).toBe(1);
  });

  test.each([
    ['could not be run', client('a', [], { unavailable: 'not installed' }), 'a: could not be run, not installed'],
    ['lacks every capability', client('a', [unrun('one', "can't")]), 'a: none of its trials could be run'],
    ['never connected', client('a', [ran('one', [], { end: 'never-connected' })]), 'a: never connected'],
    [
      'crashed',
      client('a', [ran('one', [PASS]), ran('two', [], { end: 'client-crashed' })]),
      'a: the client crashed in two',
    ],
    [
      'had a trial that broke down',
      client('a', [ran('one', [PASS]), unrun('two', 'no port was free', true)]),
      'a: two crashed, no port was free',
    ],
  ])('3 when a client %s', (_, one, reason) => {
    expect(exitVerdict(card([one]), OPTIONS)).toEqual({ code: 3, reasons: [reason] });
    expect(exitVerdict(card([one]), { ...OPTIONS, noFail: true }).code).toBe(3);
  });

  test('0 when only one of its trials never connected', () => {
    const trials = [ran('one', [PASS]), ran('two', [], { end: 'never-connected' })];
    expect(exitVerdict(card([client('a', trials)]), OPTIONS).code).toBe(0);
  });

  test('a client that nobody asked for by name may be missing', () => {
    const found = card([client('a', [ran('one', [PASS])]), client('b', [], { unavailable: 'not installed' })]);
    expect(exitVerdict(found, { ...OPTIONS, askedFor: new Set(['a']) })).toEqual({ code: 0, reasons: [] });
  });

  test('what was found weighs more than what could not be tried', () => {
    const found = card([client('a', [ran('one', [FAIL])]), client('b', [], { unavailable: 'not installed' })]);
    expect(exitVerdict(found, OPTIONS)).toEqual({
      code: 1,
      reasons: ['a: quit-before-close (fail) in one', 'b: could not be run, not installed'],
    });
  });

  test('no-fail reports only', () => {
    const found = card([client('a', [ran('one', [FAIL], { expectations: [UNMET] })])]);
    expect(exitVerdict(found, { ...OPTIONS, noFail: true, strict: true })).toEqual({ code: 0, reasons: [] });
  });
});
