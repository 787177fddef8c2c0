import { judgeTrial } from '../../../src/judge/judge';
import { judged, trial, type TrialOptions } from '../support';
import { later, session } from './sessions';

const open = { closed: null, listenAfterMs: null, accept: { atOnce: null, excess: 'queue', total: null } };
const servers = (first: object = open): TrialOptions => ({
  capabilities: ['several-servers'],
  scenario: { servers: [{ port: first }, { port: open }] },
});
const busy = 'S: 421 busy\nC: QUIT\nC- FIN\n';

describe('mx-fallback', () => {
  const id = 'mx-fallback';

  it('passes a client that turns to the second server, at once or later', () => {
    expect(judged(id, busy + later('1s', 2, session(), 'server 1'), servers()).verdict).toBe('pass');
    expect(judged(id, `S- RST\n${later('1h', 2, session(), 'server 1')}`, servers()).verdict).toBe('pass');
  });

  it('passes the second server alone, where the port of the first was closed', () => {
    const only = `# connection 1 server 1\n${session()}`;
    expect(judged(id, only, servers({ ...open, closed: { forMs: null, afterConnections: null } })).verdict).toBe(
      'pass',
    );
  });

  it('fails the second server first, although the first one listened', () => {
    const verdict = judged(id, `# connection 1 server 1\n${session()}`, servers());
    expect(verdict).toMatchObject({
      verdict: 'fail',
      reason: 'It went to server 2 first, although the one before it listened.',
    });
  });

  it('fails a client that comes back to the dead one instead, or finishes without the other', () => {
    expect(judged(id, busy + later('5min', 2, busy), servers()).verdict).toBe('fail');
    expect(judged(id, busy, servers()).verdict).toBe('fail');
  });

  it('proves nothing when the window ends first', () => {
    const record = { ...trial(busy, servers()), end: 'window-over' as const };
    const found = judgeTrial(record, { rfc: 5321 }).verdicts.find(({ obligation }) => obligation === id);
    expect(found).toMatchObject({ verdict: 'inconclusive' });
    expect(found?.reason).toContain('within the window of 30 s');
  });

  it('does not apply to a fixed relay (trap 14)', () => {
    expect(judged(id, busy, { scenario: { servers: [{}, {}] } }).verdict).toBe('not-applicable');
    expect(judged(id, busy).verdict).toBe('not-applicable');
  });
});

describe('dead-host-cache', () => {
  const id = 'dead-host-cache';
  const probes = (count: number, time: string): string =>
    Array.from({ length: count }, (_, index) => later(time, index + 1, 'S- RST\n')).join('');
  const queued = (count: number): TrialOptions => ({
    submissions: Array.from({ length: count }, (_, index) => ({ messageId: `<${index}@client.example>` })),
  });

  it('passes twenty messages that make a few connections', () => {
    expect(judged(id, probes(3, '1s'), queued(20)).verdict).toBe('pass');
  });

  it('warns about a connection for each', () => {
    const verdict = judged(id, probes(20, '100ms'), queued(20));
    expect(verdict).toMatchObject({ verdict: 'warn', evidence: [{ connection: 20 }] });
    expect(verdict.reason).toBe('20 connections within 1.9 s went to a server that gave no sign of life.');
    expect(verdict).not.toHaveProperty('refersTo');
  });

  it('comes to an end where a damaged record leaves no time for a round', () => {
    const verdict = judged(id, probes(20, '100ms'), { ...queued(20), timeScale: 0 });
    expect(verdict.verdict).toBe('pass');
  });

  it('takes what comes after the time it was told to wait for a further round', () => {
    const rounds = probes(40, '500ms');
    expect(judged(id, rounds, queued(20)).verdict).toBe('warn');
    expect(judged(id, rounds, { ...queued(20), capabilities: ['retries'] }).verdict).toBe('pass');
  });

  it('refers a loop with one message to the obligation that judges loops', () => {
    expect(judged(id, probes(25, '100ms'), queued(1))).toMatchObject({
      verdict: 'warn',
      refersTo: 'connect-refused-or-reset',
    });
  });

  it('does not apply with too few messages, or where the server was there', () => {
    expect(judged(id, probes(3, '1s'), queued(3)).verdict).toBe('not-applicable');
    expect(judged(id, probes(20, '5s'), queued(20)).verdict).toBe('pass');
    expect(judged(id, busy, queued(20)).verdict).toBe('not-applicable');
  });
});
