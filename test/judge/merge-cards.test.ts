import { mergeCards } from '../../src/judge/merge-cards';
import type { ReportCard } from '../../src/judge/report-card';
import type { Verdict } from '../../src/judge/verdict';
import { card, client, ran, unrun, verdict } from '../report/cards';

const FAIL = verdict('quit-before-close', 'broken', 'it left without QUIT');
const KEPT = verdict('quit-before-close', 'pass', 'it sent QUIT');

const merge = (one: ReportCard, other: ReportCard): ReportCard =>
  mergeCards([
    { from: 'a.json', card: one },
    { from: 'b.json', card: other },
  ]);

test('puts clients and trials of two machines together', () => {
  const one = card([client('postfix', [ran('one', [KEPT])])]);
  const other = card([client('postfix', [ran('two', [FAIL])]), client('exim', [ran('one', [KEPT])])]);
  expect(merge(one, other)).toEqual(
    card([client('postfix', [ran('one', [KEPT]), ran('two', [FAIL])]), client('exim', [ran('one', [KEPT])])]),
  );
});

test('a card alone is itself', () => {
  const one = card([client('postfix', [ran('one', [KEPT])])]);
  expect(mergeCards([{ from: 'a.json', card: one }])).toEqual(one);
});

test('the earliest start, all writers, and no seed where they differ', () => {
  const one = card([], { startedAt: '2004-02-19T00:00:00.000Z' });
  const other = card([], { writtenBy: 'smtp-gauntlet 0.2.0', seed: 8 });
  expect(merge(one, other)).toEqual(
    card([], { writtenBy: 'smtp-gauntlet 0.1.0, smtp-gauntlet 0.2.0', seed: null, startedAt: other.startedAt }),
  );
});

test('a trial that ran stands for one that did not, whichever comes first', () => {
  const missing = card([client('a', [unrun('one', "can't")])]);
  const there = card([client('a', [ran('one', [KEPT])])]);
  expect(merge(missing, there).clients).toEqual(there.clients);
  expect(merge(there, missing).clients).toEqual(there.clients);
});

test('a client that only one machine has is available', () => {
  const missing = card([client('a', [], { version: null, unavailable: 'not installed' })]);
  const there = card([client('a', [ran('one', [KEPT])])]);
  expect(merge(missing, there).clients).toEqual(there.clients);
  expect(merge(missing, missing).clients).toEqual(missing.clients);
});

test('the same trial with the same result is no conflict', () => {
  const one = card([client('a', [ran('one', [KEPT], { recordFolder: '/here', durationMs: 1 })])]);
  const other = card([client('a', [ran('one', [KEPT], { recordFolder: '/there', durationMs: 2 })])]);
  expect(merge(one, other).clients).toEqual(one.clients);
});

test('other words and evidence of the same result are no conflict: no two runs take the same time', () => {
  const said = (reason: string): Verdict => ({ ...KEPT, reason });
  const one = card([client('a', [ran('one', [said('It left after 0.2 s.')])])]);
  const other = card([client('a', [ran('one', [said('It left after 0.3 s.')])])]);
  expect(merge(one, other).clients).toEqual(one.clients);
});

test('the same trial with different results is one', () => {
  const one = card([client('a', [ran('one', [KEPT])])]);
  const other = card([client('a', [ran('one', [FAIL])])]);
  expect(() => merge(one, other)).toThrow(
    'b.json: cannot be joined with a.json: a ran one in both, with different results',
  );
});

test('two versions of a client are two clients', () => {
  const one = card([client('a', [ran('one', [KEPT])], { version: '3.7' })]);
  const other = card([client('a', [ran('one', [FAIL])], { version: '3.9' })]);
  expect(merge(one, other).clients.map(({ name, version }) => [name, version])).toEqual([
    ['a 3.7', '3.7'],
    ['a 3.9', '3.9'],
  ]);
});

test.each([
  ['rfc', { rfc: 2821 }, 'rfc is 2821 here and 5321 there'],
  ['strictness', { strict: true }, 'strict is true here and false there'],
  ['time', { timeScale: 0.1 }, 'timeScale is 0.1 here and 1 there'],
] as const)('a different %s is a conflict', (_, more, message) => {
  expect(() => merge(card([]), card([], more))).toThrow(
    `b.json: cannot be joined with a.json: ${message}, so the verdicts do not compare`,
  );
});
