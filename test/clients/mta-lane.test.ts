// Lanes: one configuration for each wish about TLS and AUTH, in folders that the MTA's own user can get into.

import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientReport } from '../../src/clients/driver';
import { openWindow, outcomesOfLane, submitInLanes, waitUntil } from '../../src/clients/mta-lane';
import type { Lane } from '../../src/clients/mta-lane';
import { assignment, newFolder, removeFolder, submission } from './assignment';

let folder: string;
let lanes: Lane[];

beforeEach(() => {
  folder = newFolder();
  lanes = [];
});

afterEach(() => removeFolder(folder));

async function run(lane: Lane): Promise<ClientReport> {
  lanes.push(lane);
  return { outcomes: [], end: 'finished', log: '', exitCode: null };
}

test('messages with the same wishes share a lane', async () => {
  const auth = { user: 'u', password: 'p' };
  const submissions = [
    submission({ id: 1 }),
    submission({ id: 2, tls: 'required' }),
    submission({ id: 3 }),
    submission({ id: 4, auth }),
  ];
  await submitInLanes(assignment(1, folder, { submissions }), 'postfix', run);
  const shared = lanes.map((lane) => [lane.tls, lane.auth, lane.submissions.map(({ id }) => id)]);
  expect(shared).toEqual([
    ['none', null, [1, 3]],
    ['required', null, [2]],
    ['none', auth, [4]],
  ]);
  expect(new Set(lanes.map((lane) => lane.folder)).size).toBe(3);
});

test('the folders can be passed through by others', async () => {
  await submitInLanes(assignment(1, folder), 'postfix', run);
  for (const path of [folder, lanes[0]?.folder ?? '']) expect(statSync(path).mode & 0o777).toBe(0o711);
});

test('a parent that nobody else may pass through is named, and nothing is started', async () => {
  chmodSync(folder, 0o700);
  const below = join(folder, 'below');
  mkdirSync(below);
  const report = await submitInLanes(assignment(1, below), 'postfix', run);
  expect(report).toMatchObject({ end: 'crashed', log: `the user postfix cannot get into ${folder}\n` });
  expect(lanes).toEqual([]);
});

test('the worst end of several lanes is the end of them all', async () => {
  const submissions = [submission(), submission({ id: 2, tls: 'required' })];
  const report = await submitInLanes(assignment(1, folder, { submissions }), 'postfix', async (lane) => ({
    ...(await run(lane)),
    end: lane.tls === 'none' ? 'deferred' : 'finished',
    log: `${lane.tls}\n`,
  }));
  expect(report).toMatchObject({ end: 'deferred', log: 'none\n\nrequired\n' });
});

test.each([
  [1000, 1],
  [30_000, 5],
  [5 * 86_400_000, 300],
])('in a window of %d ms it tries again after %d s', async (windowMs, seconds) => {
  await submitInLanes(assignment(1, folder, { windowMs }), 'postfix', run);
  expect(lanes[0]?.retryAfterS).toBe(seconds);
});

test('an unqualified client name gets a domain for the MTA alone', async () => {
  await submitInLanes(assignment(1, folder, { clientName: 'localhost' }), 'postfix', run);
  expect(lanes[0]?.hostName).toBe('localhost.localdomain');
});

test('a window is over when its time is, or when the trial is', async () => {
  const trial = new AbortController();
  const short = openWindow(assignment(1, folder, { windowMs: 10 }));
  const long = openWindow(assignment(1, folder, { windowMs: 3_600_000, signal: trial.signal }));
  expect(await waitUntil(async () => false, short.over)).toBe(false);
  expect(long.over.aborted).toBe(false);
  trial.abort();
  expect(long.over.aborted).toBe(true);
  short.close();
  long.close();
});

test('outcomes: by recipient whatever its case, unknown where the log is silent', () => {
  const said = new Map([['id', new Map([['ONE@example.com', { outcome: 'accepted', text: '250' } as const]])]]);
  expect(outcomesOfLane(submission(), { queueId: 'id' }, said).map(({ outcome }) => outcome)).toEqual([
    'accepted',
    'unknown',
  ]);
  expect(outcomesOfLane(submission(), { refusal: 'no' }, said)).toMatchObject([
    { recipient: null, outcome: 'refused' },
  ]);
  expect(outcomesOfLane(submission(), undefined, said)).toMatchObject([{ recipient: null, outcome: 'unknown' }]);
});
