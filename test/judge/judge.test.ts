import { OBLIGATIONS } from '../../src/obligations/catalogue';
import {
  broken,
  inconclusive,
  notApplicable,
  observed,
  pass,
  perDialogue,
  perExchange,
  perTrial,
  referTo,
  warned,
} from '../../src/judge/check';
import type { Check } from '../../src/judge/check';
import { CHECKS, UNJUDGED } from '../../src/judge/checks/index';
import { judgeTrial, type Judgement } from '../../src/judge/judge';
import { isPrimary, verdictOf, wordFor, type Finding, type Verdict } from '../../src/judge/verdict';
import { greeted, judgement, trial, type TrialOptions } from './support';

function judgeWith(check: Check, text: string, options: TrialOptions = {}): Verdict {
  const { rfc = 5321, strict = false } = options;
  const [verdict] = judgeTrial(trial(text, options), { rfc, strict }, [check]).verdicts;
  if (verdict === undefined) throw new Error(`${check.id} is not in the catalogue`);
  return verdict;
}

describe('the level caps the verdict', () => {
  it.each([
    ['MUST', false, 'fail'],
    ['SHOULD', false, 'warn'],
    ['MAY', false, 'warn'],
    ['practice', false, 'warn'],
    ['SHOULD', true, 'fail'],
  ] as const)('a broken %s (strict: %s) is a %s', (level, strict, word) => {
    expect(wordFor('broken', level, strict)).toBe(word);
  });

  it('lets no warning of a MUST become a fail, unless warnings fail', () => {
    expect(wordFor('warned', 'MUST', false)).toBe('warn');
    expect(wordFor('warned', 'MUST', true)).toBe('fail');
    expect(wordFor('inconclusive', 'MUST', true)).toBe('inconclusive');
  });

  it('goes by the base text of the run', () => {
    const differing = OBLIGATIONS.find(({ level, level2821 }) => level === 'MUST' && level2821 !== undefined);
    const check = perTrial(differing?.id ?? '', () => broken('it did it'));
    expect(judgeWith(check, '').verdict).toBe('fail');
    expect(judgeWith(check, '', { rfc: 2821 }).verdict).toBe('warn');
  });
});

describe('several findings make one verdict', () => {
  const options = { strict: false, scaled: false };
  const evidence = (seq: number): Finding['evidence'] => [
    { connection: 1, seq: { from: seq, to: seq }, text: `C: ${seq}` },
  ];
  const all: readonly Finding[] = [
    notApplicable('no'),
    observed('look'),
    pass('well'),
    inconclusive('who knows'),
    warned('not nice'),
    { found: 'broken', reason: 'it did it', evidence: evidence(1) },
    { found: 'broken', reason: 'it did it again', evidence: evidence(2) },
  ];

  it('and the worst wins, with its own evidence and the number of the others', () => {
    expect(verdictOf('x', 'MUST', all, options)).toEqual({
      obligation: 'x',
      verdict: 'fail',
      level: 'MUST',
      reason: 'It did it (and 1 occasion more).',
      evidence: [...evidence(1), ...evidence(2)],
    });
    const words = all.map((_, index) => verdictOf('x', 'MUST', all.slice(0, index + 1), options).verdict);
    expect(words).toEqual(['not-applicable', 'observed', 'pass', 'inconclusive', 'warn', 'fail', 'fail']);
  });

  it('and evidence is bounded', () => {
    const many = Array.from({ length: 100 }, (_, seq): Finding => ({
      found: 'broken',
      reason: 'x',
      evidence: evidence(seq),
    }));
    expect(verdictOf('x', 'MUST', many, options).evidence).toHaveLength(8);
  });

  it('and none at all says that there was no occasion', () => {
    expect(verdictOf('x', 'MUST', [], options)).toMatchObject({
      verdict: 'not-applicable',
      reason: 'The record has no occasion for it.',
    });
  });

  it('and a reference stands only while every finding refers', () => {
    const secondary = referTo('y', broken('it did it'));
    expect(verdictOf('x', 'MUST', [secondary, secondary], options)).toMatchObject({ refersTo: 'y' });
    const mixed = verdictOf('x', 'MUST', [secondary, broken('worse')], options);
    expect(mixed).not.toHaveProperty('refersTo');
    expect(isPrimary(mixed)).toBe(true);
  });
});

describe('references', () => {
  it('hold while the primary verdict counts, and fall with it', () => {
    const dumped = `${greeted()}C: MAIL FROM:<a@b.example>\nS! hold 2s\nC: RCPT TO:<c@d.example>\nC: QUIT\nS: 550 no\nS: 503 no\nS: 221 bye`;
    const id = 'mail-rejected-stops';
    const [check] = CHECKS.filter((candidate) => candidate.id === id);
    expect(judgement(dumped).verdicts.find(({ obligation }) => obligation === id)?.refersTo).toBeDefined();
    expect(judgeWith(check as Check, dumped)).not.toHaveProperty('refersTo');
  });
});

describe('our own faults', () => {
  const id = 'no-bare-lf-cr';
  const everyNoop = (options: Partial<Check> = {}): Check => ({
    ...perExchange(id, ['NOOP'], (noop) => broken('it said NOOP', noop)),
    ...options,
  });
  const afterFault = `${greeted()}C: RSET\nS! ignore\nC: NOOP\nS: 250 ok\nC- FIN`;

  it('excuse what came after them', () => {
    const verdict = judgeWith(everyNoop(), afterFault);
    expect(verdict).toMatchObject({ verdict: 'inconclusive' });
    expect(verdict.reason).toBe('It said NOOP, but only after we left RSET without a reply.');
  });

  it('do not excuse what came before them, nor on another connection', () => {
    expect(judgeWith(everyNoop(), `${greeted()}C: NOOP\nS: 250 ok\nC: RSET\nS! ignore\nC- FIN`).verdict).toBe('fail');
    const apart = `${greeted()}C: RSET\nS! ignore\n+9s\nC- FIN\n# connection 2\n${greeted()}C: NOOP\nS: 250 ok\nC- FIN`;
    expect(judgeWith(everyNoop(), apart).verdict).toBe('fail');
  });

  it('do not excuse what they are there to provoke, nor what they cannot cause', () => {
    expect(judgeWith(everyNoop({ despite: ['no-reply'] }), afterFault).verdict).toBe('fail');
    expect(judgeWith(everyNoop({ despite: 'all' }), afterFault).verdict).toBe('fail');
  });

  it('excuse further things where a check says so', () => {
    const odd = `${greeted()}C: RSET\nS: 354 go\nC: NOOP\nS: 250 ok\nC- FIN`;
    expect(judgeWith(everyNoop(), odd).verdict).toBe('fail');
    expect(judgeWith(everyNoop({ excusedBy: ['wrong-code'] }), odd).verdict).toBe('inconclusive');
  });
});

describe('a judgement', () => {
  it('keeps the order of the catalogue and names what no check judges', () => {
    const { verdicts, unjudged } = judgement(greeted());
    const order = OBLIGATIONS.map(({ id }) => id);
    const judged = verdicts.map(({ obligation }) => obligation);
    expect(judged).toEqual(order.filter((id) => judged.includes(id)));
    expect([...judged, ...unjudged.map(({ id }) => id)].sort()).toEqual([...order].sort());
  });

  it('does not bind a client without a queue to what queues must do', () => {
    const bound = OBLIGATIONS.find(({ role }) => role === 'mta');
    const check = perTrial(bound?.id ?? '', () => broken('it did not retry'));
    expect(judgeWith(check, '', { role: 'submission' }).verdict).toBe('not-applicable');
    expect(['fail', 'warn']).toContain(judgeWith(check, '', { role: 'mta' }).verdict);
  });

  it('is marked when time was scaled (trap 20)', () => {
    const check = perDialogue('quit-before-close', () => pass('well'));
    expect(judgeWith(check, greeted(), { timeScale: 60 })).toMatchObject({ scaled: true });
    expect(judgeWith(check, greeted())).not.toHaveProperty('scaled');
  });

  it('says which check has a bug', () => {
    const check = perTrial('quit-before-close', () => {
      throw new Error('bug');
    });
    expect(() => judgeWith(check, greeted())).toThrow(/check of quit-before-close failed on a record of "test"/);
  });

  it('leaves the record as it was', () => {
    const record = trial(`${greeted()}C: QUIT\nS: 221 bye`);
    const before = JSON.stringify(record);
    judgeTrial(record, { rfc: 5321 });
    expect(JSON.stringify(record)).toBe(before);
  });
});

describe('the list of checks', () => {
  it('knows each obligation once, and only those of the catalogue', () => {
    const ids = [...CHECKS.map(({ id }) => id), ...UNJUDGED.keys()];
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !OBLIGATIONS.some((entry) => entry.id === id))).toEqual([]);
  });
});

describe('expectations', () => {
  const sent = `${greeted()}C: MAIL FROM:<sender@client.example>\nS: 250 ok\nC: RCPT TO:<user@example.com>\nS: 250 ok
    C: DATA\nS: 354 go\nC: Message-ID: <1@client.example>\nC: \nC: .\nS: 250 ok\nC: QUIT\nS: 221 bye\n`;
  const expectations = (expect: Readonly<Record<string, unknown>>, text = sent): Judgement['expectations'] =>
    judgement(text, { scenario: { expect } }).expectations;

  it('count messages by identity: a second copy is no second message', () => {
    expect(expectations({ messages: 1 })).toEqual([
      { met: true, detail: 'Expected 1 submitted message to be accepted; 1 came.' },
    ]);
    expect(expectations({ messages: 1 }, `${sent}+1s\n# connection 2\n${sent}`)[0]?.met).toBe(true);
    expect(expectations({ messages: 0 })[0]?.met).toBe(false);
  });

  it('count connections', () => {
    expect(expectations({ connections: 2 })).toEqual([
      { met: false, detail: 'Expected 2 connections to be made; 1 came.' },
    ]);
  });

  it.each([
    [['EHLO *', 'QUIT'], false, true],
    [['QUIT', 'EHLO *'], false, false],
    [['/EHLO .*/', 'mail from:*', 'RCPT*', 'DATA', 'QUIT'], true, true],
    [['EHLO *', 'QUIT'], true, false],
    [['EHLO *', 'MAIL*', 'RCPT*', 'DATA'], true, false],
  ])('look for the lines %j in order (exact: %s): %s', (lines, exact, met) => {
    expect(expectations({ dialogue: [{ lines, exact }] })[0]?.met).toBe(met);
  });

  it('miss a connection that never came', () => {
    const lines = [
      { lines: ['EHLO *'], exact: false },
      { lines: ['HELO *'], exact: false },
    ];
    expect(expectations({ dialogue: lines })[1]).toEqual({
      met: false,
      detail: 'Expected a connection 2; it never came.',
    });
  });

  it('are none where the scenario says nothing', () => {
    expect(expectations({})).toEqual([]);
  });

  it('are left open where the trial was interrupted: what did not come might have', () => {
    const record = { ...trial(sent, { scenario: { expect: { messages: 2 } } }), end: 'interrupted' as const };
    expect(judgeTrial(record, { rfc: 5321 }).expectations).toEqual([]);
  });
});
