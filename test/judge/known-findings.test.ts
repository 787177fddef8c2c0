import { compareKnown, goneText, printKnown, readKnown, updatedKnown } from '../../src/judge/known-findings';

import { RecordError } from '../../src/wire/guard';
import { card, client, ran, unrun, verdict } from '../report/cards';

const FAIL = verdict('quit-before-close', 'broken', 'it left without QUIT');
const KEPT = verdict('quit-before-close', 'pass', 'it sent QUIT');
const WARN = verdict('ehlo-first', 'broken', 'it said HELO');
const UNMET = { met: false, detail: 'Expected 1 connection to be made; 0 came.' };

const FILE = `{
  "schemaVersion": 1,
  "findings": [
    { "client": "exim", "scenario": "two", "obligation": "quit-before-close", "verdict": "fail" },
    { "client": "postfix", "scenario": "one", "obligation": "ehlo-first", "verdict": "warn" },
    { "client": "postfix", "scenario": "one", "obligation": "expect[0]", "verdict": "fail" }
  ]
}
`;

const CARD = card([
  client('postfix', [ran('one', [WARN], { expectations: [UNMET] })]),
  client('exim', [ran('two', [FAIL])]),
]);

describe('the file', () => {
  test('is sorted, one finding per line, the same from any order', () => {
    expect(printKnown(updatedKnown(null, CARD))).toBe(FILE);
    expect(printKnown(updatedKnown(null, card([...CARD.clients].reverse())))).toBe(FILE);
  });

  test('reads back', () => {
    expect(readKnown(FILE, 'known.json')).toEqual(updatedKnown(null, CARD));
  });

  test('may be empty', () => {
    const empty = '{\n  "schemaVersion": 1,\n  "findings": []\n}\n';
    expect(printKnown(updatedKnown(null, card([])))).toBe(empty);
    expect(readKnown(empty, 'known.json').findings).toEqual([]);
  });

  test('edited by hand: order and repetitions do not matter', () => {
    const line = '{"verdict":"fail","client":"a","scenario":"s","obligation":"o","note":"why"}';
    const known = readKnown(`{"schemaVersion":1,"findings":[${line},${line}]}`, 'known.json');
    expect(known.findings).toEqual([{ client: 'a', scenario: 's', obligation: 'o', verdict: 'fail' }]);
  });

  test.each([
    ['cut short', FILE.slice(0, 40), 'is not JSON: cut short, or damaged'],
    ['something else', '{"clients":[]}', 'is no file of known findings: `--update-known` writes one'],
    [
      'of a newer version',
      '{"schemaVersion":2,"findings":[]}',
      'known findings format 2, and this version reads 1: a newer smtp-gauntlet is needed',
    ],
    [
      'with a verdict that is no finding',
      FILE.replace('"fail"', '"pass"'),
      'findings[0].verdict should be one of fail, warn',
    ],
  ])('%s is refused with what is wrong', (_, json, message) => {
    expect(() => readKnown(json, 'known.json')).toThrow(new RecordError('known.json', null, message));
  });
});

describe('comparing', () => {
  const known = readKnown(FILE, 'known.json');

  test('tells new, known, gone and untried findings apart', () => {
    const now = card([client('postfix', [ran('one', [FAIL], { expectations: [UNMET] })])]);
    const result = compareKnown(known, now);
    expect(result.fresh.map(({ obligation }) => obligation)).toEqual(['quit-before-close']);
    expect(result.known.map(({ obligation }) => obligation)).toEqual(['expect[0]']);
    expect(result.gone.map(goneText)).toEqual(['gone: postfix one ehlo-first was warn, is not judged now']);
    expect(result.untried.map(({ client: name }) => name)).toEqual(['exim']);
  });

  test('says what came in the place of a finding', () => {
    const open = verdict('ehlo-first', 'inconclusive', 'it left');
    const met = { met: true, detail: 'Expected 1 connection to be made; 1 came.' };
    const now = card([
      client('postfix', [ran('one', [open], { expectations: [met] })]),
      client('exim', [ran('two', [KEPT])]),
    ]);
    expect(compareKnown(known, now).gone.map(goneText)).toEqual([
      'gone: exim two quit-before-close was fail, is pass now',
      'gone: postfix one ehlo-first was warn, is inconclusive now',
      'gone: postfix one expect[0] was fail, is met now',
    ]);
  });

  test.each([
    ['was not run', unrun('two', "can't use STARTTLS")],
    ['never connected', ran('two', [KEPT], { end: 'never-connected' })],
    ['was interrupted', ran('two', [KEPT], { end: 'interrupted' })],
    ['crashed', ran('two', [KEPT], { end: 'client-crashed' })],
  ])('a trial that %s takes nothing away', (_, trial) => {
    const { gone, untried } = compareKnown(known, card([client('exim', [trial])]));
    expect(gone).toEqual([]);
    expect(untried).toHaveLength(3);
  });
});

test('updating after a partial run keeps what that run did not try', () => {
  const known = readKnown(FILE, 'known.json');
  const partial = card([client('exim', [ran('two', [KEPT]), ran('three', [FAIL])])]);
  expect(updatedKnown(known, partial).findings.map(({ client: name, scenario }) => `${name} ${scenario}`)).toEqual([
    'exim three',
    'postfix one',
    'postfix one',
  ]);
});
