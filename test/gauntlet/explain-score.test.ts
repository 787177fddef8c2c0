import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { trueCauses } from '../../src/domino/true-cause';
import { scoreExplainer, scoreLog, scorePage, type Score } from '../../src/gauntlet/explain-score';
import { knownTraffic, type KnownVisit } from '../../src/gauntlet/known-traffic';
import { playTraffic } from '../../src/gauntlet/traffic-player';

describe('the log explainer on traffic of known causes', () => {
  let seen: Score;
  let all: Score;
  beforeAll(async () => {
    seen = await scoreExplainer(1, false);
    all = await scoreExplainer(1, true);
  });

  test('is wrong in at most 5 % of what it attributes, with verified wordings only', () => {
    expect(seen.attributed).toBeGreaterThan(150);
    expect(seen.wrong / seen.attributed).toBeLessThanOrEqual(0.05);
  });

  test('is wrong in at most 5 %, and leaves little open, with inferred wordings too', () => {
    expect(all.wrong / all.attributed).toBeLessThanOrEqual(0.05);
    expect(all.attributed / all.zero).toBeGreaterThan(0.9);
  });

  test('has the score that docs/explain-log.md shows', () => {
    const page = readFileSync(resolve(__dirname, '../../docs/explain-log.md'), 'utf8');
    expect(page).toContain(scorePage(seen, all));
  });

  test('meets every cause of the catalogue', () => {
    expect(all.rows.size).toBe(15);
  });
});

test('what a trace knows is what the traffic was made for, session by session', async () => {
  const visits = knownTraffic(2);
  const { traces } = await playTraffic(visits, true);
  const begun = visits.toSorted((one, other) => (one.acts[0]?.at ?? 0) - (other.acts[0]?.at ?? 0));
  const inOrder = traces.toSorted((one, other) => one.connection - other.connection);
  const truth = trueCauses(inOrder).map(({ peer, cause }) => ({ peer, cause }));
  expect(truth).toEqual(begun.map(({ address, cause }) => ({ peer: address, cause })));
});

describe('a score', () => {
  const line = (text: string): string => `18/02/2004 09:52:07   SMTP Server: ${text}`;
  const visit = (address: string, cause: KnownVisit['cause']): KnownVisit => ({ address, cause, acts: [] });
  const refused = (host: string): string[] => [
    line(`${host} connected`),
    line(`Connecting host ${host} was found in the DNS blacklist at bl.example.org`),
    line(`${host} disconnected. 0 message[s] received`),
  ];

  test('counts a cause that is not the true one as wrong', () => {
    const score = scoreLog(refused('10.0.0.1'), [visit('10.0.0.1', 'mtu-or-stall')]);
    expect(score).toMatchObject({ zero: 1, attributed: 1, wrong: 1 });
    expect(score.rows.get('mtu-or-stall')).toEqual(new Map([['refused-blacklist', 1]]));
  });

  test('counts a cause given to what has none as wrong, and silence about what has one as open', () => {
    const silent = [line('10.0.0.2 connected'), line('10.0.0.2 disconnected. 0 message[s] received')];
    const score = scoreLog(
      [...refused('10.0.0.1'), ...silent],
      [visit('10.0.0.1', 'unknown'), visit('10.0.0.2', 'tls-failed')],
    );
    expect(score).toMatchObject({ zero: 2, attributed: 1, wrong: 1 });
    expect(score.rows.get('tls-failed')).toEqual(new Map([['unknown', 1]]));
  });

  test('keeps the causes of one host apart', () => {
    const log = [...refused('10.0.0.1'), ...refused('10.0.0.1')];
    const score = scoreLog(log, [visit('10.0.0.1', 'refused-blacklist'), visit('10.0.0.1', 'refused-host')]);
    expect(score).toMatchObject({ zero: 2, attributed: 2, wrong: 1 });
  });
});
