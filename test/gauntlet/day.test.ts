import { createServer, connect, type AddressInfo } from 'node:net';
import { explainChunk, finishExplaining, startExplaining } from '../../src/domino/explain-log';
import { playDay } from '../../src/gauntlet/day';
import { ARTICLE, DAY_KINDS, dayPlan } from '../../src/gauntlet/day-plan';
import { openProxiedDoor } from '../../src/gauntlet/proxied-door';
import { cli } from '../cli/support';

const sum = (pick: (kind: (typeof DAY_KINDS)[number]) => number): number =>
  DAY_KINDS.reduce((total, kind) => total + pick(kind), 0);

describe('the plan of a day', () => {
  test("amounts to the article's sums", () => {
    expect(sum(({ sessions, hellos }) => sessions * hellos)).toBe(ARTICLE.hellos);
    expect(sum(({ sessions, delivers }) => (delivers ? sessions : 0))).toBe(ARTICLE.messages);
    expect(sum(({ sessions, sender }) => (sender === 'well-behaved-tls' ? sessions : 0))).toBe(ARTICLE.tls);
    expect(sum(({ sessions, sender }) => (sender === 'vrfy-once' ? sessions : 0))).toBe(ARTICLE.vrfy);
  });

  test.each([0.001, 0.01, 0.1, 1])('keeps its proportions at factor %f', (factor) => {
    const visits = dayPlan(factor, 1);
    const messages = visits.filter(({ kind }) => kind.delivers).length;
    expect(Math.abs(messages - ARTICLE.messages * factor)).toBeLessThanOrEqual(1);
    expect(Math.abs(visits.length - sum(({ sessions }) => sessions) * factor)).toBeLessThanOrEqual(2);
    expect(visits.filter(({ kind }) => kind.sender === 'vrfy-once')).toHaveLength(1);
  });

  test('is the same for a seed, and another for another', () => {
    expect(dayPlan(0.01, 7)).toEqual(dayPlan(0.01, 7));
    expect(dayPlan(0.01, 8)).not.toEqual(dayPlan(0.01, 7));
  });
});

test('a day is played to its end, and its log agrees with its statistics', async () => {
  const log: string[] = [];
  const { statistics, planned, played } = await playDay({
    factor: 0.003,
    seed: 1,
    parallel: 4,
    onLogLine: (line) => log.push(line),
  });
  expect(played).toBe(planned.length);
  const messages = planned.filter(({ kind }) => kind.delivers).length;
  expect(statistics).toMatchObject({ total: played, active: 0, messagesProcessed: messages });
  expect((statistics.commands['HELO'] ?? 0) + (statistics.commands['EHLO'] ?? 0)).toBe(
    planned.reduce((total, { kind }) => total + kind.hellos, 0),
  );
  expect(statistics.commands).toMatchObject({ VRFY: 1, STARTTLS: statistics.totalSsl });
  expect(statistics.commands['Invalid']).toBeGreaterThan(10);
  const explaining = startExplaining();
  explainChunk(explaining, log.map((line) => `${line}\n`).join(''));
  const report = finishExplaining(explaining);
  expect(report.sessions).toMatchObject({ connected: played, disconnected: played, delivered: messages });
  // All but the one who only asked after a name were refused: the article's rule holds.
  expect(report.reconciliation).toMatchObject({ zero: played - messages, activelyRefused: played - messages - 1 });
});

test('an aborted day begins no further visit', async () => {
  const stop = new AbortController();
  const onProgress = (done: number): void => (done === 3 ? stop.abort() : undefined);
  const { played } = await playDay({ factor: 0.01, seed: 1, parallel: 1, signal: stop.signal, onProgress });
  expect(played).toBe(3);
});

test("the command shows the article's sums, ours beside them, and what the console says", async () => {
  const { code, out } = await cli('day', '--factor', '0.002');
  expect(code).toBe(0);
  expect(out).toMatch(/HELO and EHLO +9903 +20 +\d+\n/);
  expect(out).toContain('> show stat smtp\n  SMTP.Command.AUTH = 0\n');
});

test('who comes through a door comes from the address that was set', async () => {
  const heard: string[] = [];
  const inner = createServer((socket) => {
    socket.once('data', (octets) => {
      heard.push(octets.toString());
      socket.end('bye');
    });
  });
  await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve));
  const { port } = inner.address() as AddressInfo;
  const door = await openProxiedDoor({ host: '127.0.0.1', port });
  door.comeFrom('198.18.0.7');
  const socket = connect(door.port, door.host);
  const answer = await new Promise<string>((resolve) => socket.once('data', (octets) => resolve(octets.toString())));
  await new Promise((resolve) => socket.once('close', resolve));
  await door.close();
  inner.close();
  expect(answer).toBe('bye');
  expect(heard[0]).toMatch(new RegExp(`^PROXY TCP4 198\\.18\\.0\\.7 127\\.0\\.0\\.1 \\d+ ${port}\r\n`));
});
