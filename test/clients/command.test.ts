// The command driver against one-line programs: what they are given, and that nothing of them is left, however they end.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { commandDriver } from '../../src/clients/command';
import type { ClientReport } from '../../src/clients/driver';
import { CONTENT, assignment, newFolder, removeFolder, submission } from './assignment';
import { portOf } from './stock-server';

const NODE = process.execPath;

let folder: string;
let server: Server;
let port: number;

beforeEach(async () => {
  folder = newFolder();
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = portOf(server.address());
});

afterEach(async () => {
  server.close();
  await removeFolder(folder);
});

/** What the next client that connects says until it closes. */
async function said(): Promise<string> {
  const [socket]: Socket[] = await once(server, 'connection');
  if (socket === undefined) return '';
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

/** Gone, or dead and not yet fetched by its parent. */
function isGone(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return true;
  }
}

/** A signal that was sent is obeyed when the kernel comes to it. */
async function gone(pid: number): Promise<true> {
  while (!isGone(pid)) await new Promise((resolve) => setImmediate(resolve));
  return true;
}

/** The arguments of a program that prints them. */
async function argumentsGiven(...args: string[]): Promise<unknown> {
  const print = 'console.log(JSON.stringify(process.argv.slice(1)))';
  const report = await commandDriver([NODE, '-e', print, '--', ...args]).submit(assignment(port, folder));
  return JSON.parse(report.log);
}

describe('what the command is given', () => {
  test('host, port, sender and the first recipient take their places, also within an argument', async () => {
    const given = await argumentsGiven('{host}:{port}', '{from}', '--to={to}', '{nothing}');
    expect(given).toEqual([`127.0.0.1:${port}`, 'sender@client.example', '--to=one@example.com', '{nothing}']);
  });

  test('all recipients become an argument each, or are joined by commas', async () => {
    const given = await argumentsGiven('{tos}', '--to={tos}');
    expect(given).toEqual(['one@example.com', 'two@example.com', '--to=one@example.com,two@example.com']);
  });

  test('a shell would act on these characters; here they are only characters', async () => {
    expect(await argumentsGiven('$(id)', '; exit 3', '"')).toEqual(['$(id)', '; exit 3', '"']);
  });

  test('the message is in a file, and the same on standard input', async () => {
    const script = `const fs = require('fs'); const net = require('net');
      net.connect(process.argv[2], process.argv[1]).end(fs.readFileSync(0, 'latin1') + '|' + fs.readFileSync(process.argv[3], 'latin1'), 'latin1')`;
    const heard = said();
    await commandDriver([NODE, '-e', script, '--', '{host}', '{port}', '{message}']).submit(assignment(port, folder));
    expect(await heard).toBe(`${CONTENT.toString()}|${CONTENT.toString()}`);
  });

  test('each submission is a run of its own, in their order', async () => {
    const submissions = [submission(), submission({ id: 2, to: ['three@example.com'] })];
    const driver = commandDriver([NODE, '-e', 'console.log(process.argv[1])', '--', '{tos}']);
    const report = await driver.submit(assignment(port, folder, { submissions }));
    expect(report.log.trim().split(/\n+/)).toEqual(['one@example.com', 'three@example.com']);
    expect(report.outcomes.map(({ submission: id, outcome }) => [id, outcome])).toEqual([
      [1, 'accepted'],
      [2, 'accepted'],
    ]);
  });
});

describe('what it claims', () => {
  test('several recipients only when the template takes them all', () => {
    expect(commandDriver(['send', '{to}']).capabilities).not.toContain('several-recipients');
    expect(commandDriver(['send', '--to={tos}']).capabilities).toContain('several-recipients');
  });

  test('what the user says of it', () => {
    const driver = commandDriver(['/opt/bin/send', '{to}'], { role: 'mta', capabilities: ['retries'], maxParallel: 3 });
    expect(driver).toMatchObject({ name: 'send', role: 'mta', maxParallel: 3 });
    expect(driver.capabilities).toContain('retries');
    expect(commandDriver(['send'])).toMatchObject({ name: 'send', role: 'unknown', maxParallel: 1 });
  });

  test('a template without a program is the mistake of who wrote it', () => {
    expect(() => commandDriver([])).toThrow('at least a program');
  });
});

describe('how it ends', () => {
  const submit = (script: string, signal = new AbortController().signal): Promise<ClientReport> =>
    commandDriver([NODE, '-e', script, '--', '{host}', '{port}']).submit(assignment(port, folder, { signal }));

  test('an exit code other than 0: refused, in its last words', async () => {
    const report = await submit(`console.error('550 not you'); process.exitCode = 3`);
    expect(report).toMatchObject({ end: 'finished', exitCode: 3 });
    expect(report.outcomes).toEqual([
      { submission: 1, recipient: null, outcome: 'refused', text: 'exit code 3: 550 not you' },
    ]);
  });

  test('a crash: what became of the message is unknown', async () => {
    const report = await submit(`console.log('so far'); process.kill(process.pid, 'SIGKILL')`);
    expect(report).toMatchObject({ end: 'crashed', exitCode: null });
    expect(report.outcomes).toMatchObject([{ outcome: 'unknown', text: 'ended by SIGKILL' }]);
    expect(report.log).toContain('so far');
  });

  test('a program that does not exist: not available, and no trial hangs on it', async () => {
    const driver = commandDriver(['no-such-program-here', '{to}']);
    expect(await driver.detect()).toEqual({ available: false, reason: 'not found: the program no-such-program-here' });
    const report = await driver.submit(assignment(port, folder));
    expect(report.end).toBe('crashed');
    expect(report.outcomes[0]?.text).toMatch(/^could not be started: .*ENOENT/);
  });

  test('the trial was over before it began: it is not started at all', async () => {
    const connected = jest.fn();
    server.on('connection', connected);
    const script = `require('net').connect(process.argv[2], process.argv[1])`;
    const report = await submit(script, AbortSignal.abort());
    expect(report.end).toBe('timed-out');
    expect(connected).not.toHaveBeenCalled();
  });

  test('a program that never ends is killed when the trial is over', async () => {
    const trial = new AbortController();
    const heard = said();
    server.once('connection', () => trial.abort());
    const report = await submit(
      `const s = require('net').connect(process.argv[2], process.argv[1]); process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)`,
      trial.signal,
    );
    expect(report).toMatchObject({ end: 'timed-out', exitCode: null });
    expect(report.outcomes).toMatchObject([{ outcome: 'unknown' }]);
    expect(await heard).toBe('');
  });

  /** Starts a child that sleeps, tells our server its process id, and goes on as `then` says. */
  const withChild = (detached: boolean, then: string): string => `
    const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'],
      { detached: ${detached}, stdio: 'ignore' });
    const socket = require('net').connect(process.argv[2], process.argv[1]);
    socket.write(String(child.pid), () => { ${then} });`;

  test.each([
    ['in its process group', false],
    ['in a session of its own', true],
  ])('a grandchild %s is killed with a program that never ends', async (_where, detached) => {
    const trial = new AbortController();
    const heard = said();
    server.once('connection', (socket: Socket) => socket.once('data', () => trial.abort()));
    const report = await submit(withChild(detached, ''), trial.signal);
    expect(report.end).toBe('timed-out');
    expect(await gone(Number(await heard))).toBe(true);
  });

  test.each([
    ['in its process group', false],
    ['in a session of its own', true],
  ])('a grandchild %s that a finished program left behind is killed', async (_where, detached) => {
    const heard = said();
    const report = await submit(withChild(detached, 'process.exit(0)'));
    expect(report.end).toBe('finished');
    expect(await gone(Number(await heard))).toBe(true);
  });
});
