import { obligationMatrix, scenarioMatrix, trialWord } from '../../src/report/matrix';
import { card, client, ran, unrun, verdict } from './cards';

const KEPT = verdict('mail-syntax', 'pass', 'it did');
const OPEN = verdict('quit-before-close', 'inconclusive', 'the record ends first');
const WARN = verdict('ehlo-first', 'broken', 'it said HELO');
const FAIL = verdict('quit-before-close', 'broken', 'it left');
const UNMET = { expectations: [{ met: false, detail: 'Expected 1 connection.' }] };

describe('a trial in one word', () => {
  test.each([
    ['its worst finding', ran('one', [KEPT, WARN, FAIL]), 'fail'],
    ['a warning, where nothing failed', ran('one', [KEPT, WARN, OPEN]), 'warn'],
    ['an unmet expectation is a failure', ran('one', [KEPT], UNMET), 'fail'],
    ['what it is made for stayed open, though other things were kept', aimed([KEPT, OPEN]), 'inconclusive'],
    ['what it is not made for may stay open', ran('one', [KEPT, OPEN]), 'pass'],
    ['nothing had an occasion', ran('one', [verdict('idle-hang', 'not-applicable', 'none')]), 'not-applicable'],
    ['a crash weighs more than a warning', ran('one', [WARN], { end: 'client-crashed' }), 'crashed'],
    ['never connected is no pass', ran('one', [KEPT], { end: 'never-connected' }), 'never-connected'],
    ['interrupted is no pass', ran('one', [KEPT], { end: 'interrupted' }), 'interrupted'],
    ['not run', unrun('one', "can't"), 'not-run'],
    ['broken down', unrun('one', 'no port was free', true), 'crashed'],
  ] as const)('%s', (_, trial, word) => {
    expect(trialWord(trial)).toBe(word);
  });
});

function aimed(verdicts: Parameters<typeof ran>[1]): ReturnType<typeof ran> {
  return ran('one', verdicts, { aims: ['quit-before-close'] });
}

test('cells stand in the order of the clients, with gaps where a card says nothing', () => {
  const found = card([client('a', [ran('one', [KEPT])]), client('b', [ran('two', [FAIL]), unrun('one', "can't")])]);
  expect(obligationMatrix(found).map(({ id, cells }) => [id, cells.map((cell) => cell?.verdict ?? null)])).toEqual([
    ['mail-syntax', ['pass', null]],
    ['quit-before-close', [null, 'fail']],
  ]);
  expect(scenarioMatrix(found).map(({ scenario, trials }) => [scenario, trials.map((trial) => trial?.ran)])).toEqual([
    ['one', [true, false]],
    ['two', [undefined, true]],
  ]);
});
