import { counts, obligationRow, trialCard } from '../../src/judge/report-card';
import { judgeTrial } from '../../src/judge/judge';
import { card, client, ran, said, unrun, verdict } from '../report/cards';
import type { ReportedOutcome, TrialEnd } from '../../src/wire/trial-record';
import { greeted, trial } from './support';

const SILENT = verdict('wait-for-greeting', 'not-applicable', 'no occasion');

describe('a trial on the card', () => {
  test('keeps what the judge said, what the scenario is for, and where the record is', () => {
    const record = trial(`${greeted()}C: QUIT\nS: 221 bye`, {
      scenario: { name: 'plain', title: 'Nothing special', expect: { obligations: ['quit-before-close'] } },
    });
    const judgement = judgeTrial(record, { rfc: 5321 });
    expect(trialCard(record, judgement, '/records/plain')).toEqual({
      scenario: 'plain',
      title: 'Nothing special',
      ran: true,
      end: 'client-finished',
      durationMs: record.endedAt,
      aims: ['quit-before-close'],
      judgement,
      recordFolder: '/records/plain',
    });
  });
});

test('what the client said is kept where it never got there, cut to the length of a message', () => {
  const outcomes = ['exit code 1: no such option', 'exit code 1: no such option', 'x'.repeat(500)].map((text) => ({
    submission: 1,
    recipient: null,
    text,
  }));
  const saidAt = (end: TrialEnd, outcome: ReportedOutcome['outcome'] = 'refused'): string | undefined => {
    const record = { ...trial(''), outcomes: outcomes.map((one) => ({ ...one, outcome })), end };
    return trialCard(record, judgeTrial(record, { rfc: 5321 }), null).said;
  };
  expect(saidAt('never-connected')).toMatch(/^exit code 1: no such option; x+…$/);
  expect(saidAt('client-crashed')).toHaveLength(300);
  expect(saidAt('client-finished')).toBeUndefined();
  expect(saidAt('window-over')).toBeUndefined();
  expect(saidAt('window-over', 'unknown')).toMatch(/^exit code 1/);
});

describe('one verdict per obligation', () => {
  const row = (...trials: Parameters<typeof client>[1]) => obligationRow(card([client('a', trials)]), 'a');

  test('the worst of all trials wins, with the trials behind it', () => {
    const kept = verdict('quit-before-close', 'pass', 'it said QUIT');
    const broken = verdict('quit-before-close', 'broken', 'it did not', [said('C- FIN')]);
    expect(row(ran('one', [kept]), ran('two', [broken]), ran('three', [broken]), ran('four', [SILENT]))).toEqual([
      expect.objectContaining({ obligation: 'wait-for-greeting', verdict: 'not-applicable', trials: [] }),
      {
        obligation: 'quit-before-close',
        verdict: 'fail',
        level: 'MUST',
        deciding: [
          { scenario: 'two', verdict: broken },
          { scenario: 'three', verdict: broken },
        ],
        trials: [
          { scenario: 'one', verdict: kept },
          { scenario: 'two', verdict: broken },
          { scenario: 'three', verdict: broken },
        ],
      },
    ]);
  });

  test.each([
    ['warned', 'inconclusive', 'warn'],
    ['inconclusive', 'pass', 'inconclusive'],
    ['pass', 'observed', 'pass'],
    ['observed', 'not-applicable', 'observed'],
  ] as const)('%s outweighs %s', (worse, better, word) => {
    const verdicts = [better, worse].map((found) => verdict('mail-syntax', found, 'it did'));
    const trials = verdicts.map((one, index) => ran(`trial-${index}`, [one]));
    expect(row(...trials).map((cell) => cell.verdict)).toEqual([word]);
    expect(row(...trials.reverse()).map((cell) => cell.verdict)).toEqual([word]);
  });

  test('one held reply proves it kept, though other trials held none', () => {
    const open = verdict('no-pipelining-unless-advertised', 'inconclusive', 'no reply was held back');
    const proved = verdict('no-pipelining-unless-advertised', 'pass', 'it waited for the held reply');
    const [cell] = row(ran('plain', [open]), ran('held', [proved]));
    expect(cell?.verdict).toBe('pass');
    expect(cell?.deciding.map(({ scenario }) => scenario)).toEqual(['held']);
  });

  test('a breach that is counted elsewhere yields to one that is not', () => {
    const referring = verdict('greeting-554', 'broken', 'it left', [], { refersTo: 'quit-before-close' });
    const warned = verdict('greeting-554', 'warned', 'it sent EHLO');
    expect(row(ran('one', [referring]), ran('two', [warned]))[0]).toMatchObject({ verdict: 'warn' });
    expect(row(ran('one', [referring]), ran('two', [warned]))[0]).not.toHaveProperty('refersTo');
    expect(row(ran('one', [referring]))[0]).toMatchObject({ verdict: 'fail', refersTo: 'quit-before-close' });
  });

  test('stands in the order of the catalogue, unknown ids last', () => {
    const unknown = { ...SILENT, obligation: 'of-a-newer-catalogue' };
    const verdicts = [unknown, verdict('quit-before-close', 'pass', 'it did'), SILENT];
    expect(row(ran('one', verdicts)).map(({ obligation }) => obligation)).toEqual([
      'wait-for-greeting',
      'quit-before-close',
      'of-a-newer-catalogue',
    ]);
  });

  test('trials that did not run say nothing', () => {
    expect(row(unrun('one', "can't use STARTTLS"))).toEqual([]);
  });

  test('one scaled trial marks the obligation', () => {
    const scaled = verdict('timeout-mail', 'pass', 'it waited', [], { scaled: true });
    expect(row(ran('one', [scaled]))[0]).toMatchObject({ scaled: true });
  });

  test('a client that is not on the card is a mistake of the caller', () => {
    expect(() => obligationRow(card([]), 'nobody')).toThrow('the report card has no client "nobody"');
  });
});

test('counts each obligation once, those counted elsewhere apart', () => {
  const verdicts = [
    SILENT,
    verdict('quit-before-close', 'broken', 'it did not'),
    verdict('greeting-554', 'broken', 'it left', [], { refersTo: 'quit-before-close' }),
    verdict('ehlo-first', 'broken', 'it said HELO'),
    verdict('mail-syntax', 'pass', 'it did'),
    verdict('rcpt-syntax', 'pass', 'it did'),
    verdict('idle-hang', 'observed', 'it stayed'),
    verdict('timeout-mail', 'inconclusive', 'we stopped first'),
  ];
  expect(counts(obligationRow(card([client('a', [ran('one', verdicts), ran('two', verdicts)])]), 'a'))).toEqual({
    fail: 1,
    warn: 1,
    referring: 1,
    inconclusive: 1,
    pass: 2,
    observed: 1,
    'not-applicable': 1,
  });
});
