/** @jest-environment ./test/clients/detecting-environment.ts */
// Real mail clients, each run by its driver against the stock SMTPServer: do they deliver what was submitted, report what
// was refused, retry and bounce where they queue, and leave no process and no file behind?

import { once } from 'node:events';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { Availability, ClientDriver, ClientReport } from '../../src/clients/driver';
import { CLIENT_DRIVERS } from '../../src/clients/index';
import { CONTENT, assignment, newFolder, removeFolder, submission } from '../clients/assignment';
import { portOf, stockServer, writeCertificate } from '../clients/stock-server';
import type { Refusals, StockServer, Taken } from '../clients/stock-server';

/** Put there by the environment. */
declare const detectedClients: Readonly<Record<string, Availability>>;

/** Header fields that an MTA puts in front (RFC 5321 4.4). */
const TRACE_HEADERS = /^(?:Received:.*\r\n(?:[ \t].*\r\n)*)*$/;

function expectDelivered(taken: Taken | undefined, content = CONTENT): void {
  if (taken === undefined) throw new Error('nothing was delivered');
  expect(taken.content.subarray(-content.length).equals(content)).toBe(true);
  expect(taken.content.subarray(0, -content.length).toString()).toMatch(TRACE_HEADERS);
}

function outcomesByRecipient(report: ClientReport): Record<string, string> {
  return Object.fromEntries(report.outcomes.map(({ recipient, outcome }) => [recipient ?? 'all', outcome]));
}

/** Processes that name a folder in their command line or environment, or work in it. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
      const seen = `${command} ${environment} ${readlinkSync(`/proc/${pid}/cwd`)}`;
      return seen.includes(folder) ? [`${pid} ${command}`] : [];
    } catch {
      return []; // gone meanwhile, or not ours to read
    }
  });
}

let folder: string;
let server: StockServer | null;

beforeEach(() => {
  folder = newFolder();
  server = null;
});

afterEach(async () => {
  await server?.close();
  expect(processesOf(folder)).toEqual([]);
  await removeFolder(folder);
});

async function listen(refusals: Refusals = {}, options: Parameters<typeof stockServer>[1] = {}): Promise<StockServer> {
  server = await stockServer(refusals, options);
  return server;
}

for (const driver of CLIENT_DRIVERS) {
  const detected = detectedClients[driver.name];
  const reason = detected?.available === true ? '' : ` (not run: ${detected?.reason ?? 'not detected'})`;
  const on = reason === '' ? test : test.skip;
  describe(`${driver.title}${reason}`, () => {
    deliveries(driver, on);
    protectedSessions(driver, on);
    if (driver.role === 'mta') queueing(driver, on);
  });
}

function deliveries(driver: ClientDriver, on: typeof test): void {
  on('delivers one message to two recipients, its content unchanged', async () => {
    const { port, taken } = await listen();
    const report = await driver.submit(assignment(port, folder));
    expect(report.end).toBe('finished');
    expect(taken).toHaveLength(1);
    expect(taken[0]).toMatchObject({ from: 'sender@client.example', clientName: 'client.example', secure: false });
    expect(taken[0]?.to).toEqual(['one@example.com', 'two@example.com']);
    expectDelivered(taken[0]);
    expect(outcomesByRecipient(report)).toEqual({ 'one@example.com': 'accepted', 'two@example.com': 'accepted' });
    expect(report.log).not.toBe('');
  });

  on('reports a recipient that is refused with 550, in the words of the server', async () => {
    const { port } = await listen({ 'two@example.com': { code: 550, times: Infinity } });
    const report = await driver.submit(assignment(port, folder));
    expect(report.end).toBe('finished');
    const outcome = report.outcomes.find(({ recipient }) => recipient === 'two@example.com');
    expect(outcome?.outcome).toBe(driver.role === 'mta' ? 'bounced' : 'refused');
    expect(outcome?.text).toMatch(/550 .*not you/);
  });

  on('sends several messages, from the null sender and large ones too', async () => {
    const { port, taken } = await listen();
    const content = Buffer.concat([CONTENT, Buffer.from(`${'x'.repeat(998)}\r\n`.repeat(6000))]);
    const submissions = [submission({ content }), submission({ id: 2, from: '', to: ['three@example.com'] })];
    const report = await driver.submit(assignment(port, folder, { submissions }));
    expect(report.end).toBe('finished');
    expect(taken.map(({ from }) => from).sort()).toEqual(['', 'sender@client.example']);
    expectDelivered(
      taken.find(({ from }) => from !== ''),
      content,
    );
    const told = report.outcomes.map((outcome) => [outcome.submission, outcome.recipient, outcome.outcome]);
    expect(told).toEqual([
      [1, 'one@example.com', 'accepted'],
      [1, 'two@example.com', 'accepted'],
      [2, 'three@example.com', 'accepted'],
    ]);
  });

  const onUtf8 = driver.capabilities.includes('utf8-addresses') ? on : null;
  onUtf8?.('sends to an address that is not ASCII', async () => {
    const { port, taken } = await listen();
    const submissions = [submission({ to: ['Jürgen@example.com'] })];
    const report = await driver.submit(assignment(port, folder, { submissions }));
    expect(report.outcomes).toMatchObject([{ recipient: 'Jürgen@example.com', outcome: 'accepted' }]);
    expect(taken.map(({ to }) => to)).toEqual([['Jürgen@example.com']]);
  });

  on('is stopped while the server keeps it waiting, and nothing of it is left', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const trial = new AbortController();
    const submitted = driver.submit(
      assignment(portOf(mute.address()), folder, { windowMs: 60_000, signal: trial.signal }),
    );
    const [socket]: Socket[] = await once(mute, 'connection');
    socket?.on('error', () => undefined);
    trial.abort();
    const report = await submitted;
    socket?.destroy();
    mute.close();
    expect(report.end).toBe(driver.role === 'mta' ? 'deferred' : 'timed-out');
    expect(new Set(report.outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['unknown']));
  });
}

function protectedSessions(driver: ClientDriver, on: typeof test): void {
  on('uses STARTTLS when required, knows who signed the certificate, and logs in', async () => {
    const { port, taken } = await listen();
    const submissions = [submission({ tls: 'required', auth: { user: 'a user', password: 'p^a:s$s\\w"' } })];
    const caFile = await writeCertificate(folder);
    const report = await driver.submit(assignment(port, folder, { submissions, caFile }));
    expect(outcomesByRecipient(report)).toEqual({ 'one@example.com': 'accepted', 'two@example.com': 'accepted' });
    expect(taken.map(({ secure, user }) => [secure, user])).toEqual([[true, 'a user/p^a:s$s\\w"']]);
    expectDelivered(taken[0]);
  });

  on('takes STARTTLS when it is offered, and any certificate with it', async () => {
    const { port, taken } = await listen();
    await driver.submit(assignment(port, folder, { submissions: [submission({ tls: 'if-offered' })] }));
    expect(taken.map(({ secure }) => secure)).toEqual([true]);
  });

  on('does without STARTTLS when it is not offered, unless it is required', async () => {
    const { port, taken } = await listen({}, { disabledCommands: ['STARTTLS'] });
    const submissions = [
      submission({ tls: 'if-offered' }),
      submission({ id: 2, tls: 'required', to: ['three@example.com'] }),
    ];
    const report = await driver.submit(assignment(port, folder, { submissions, windowMs: 2000 }));
    expect(taken.map(({ to }) => to)).toEqual([['one@example.com', 'two@example.com']]);
    expect(report.outcomes.find((outcome) => outcome.submission === 2)?.outcome).toMatch(/refused|deferred/);
  });

  on('speaks TLS from the first octet', async () => {
    const { port, taken } = await listen({}, { secure: true });
    await driver.submit(assignment(port, folder, { submissions: [submission({ tls: 'implicit' })] }));
    expect(taken.map(({ secure }) => secure)).toEqual([true]);
  });
}

function queueing(driver: ClientDriver, on: typeof test): void {
  on('retries after 451 within the window', async () => {
    const { port, taken } = await listen({ 'two@example.com': { code: 451, times: 2 } });
    const report = await driver.submit(assignment(port, folder, { windowMs: 30_000 }));
    expect(report.end).toBe('finished');
    expect(taken.map(({ to }) => to)).toEqual([['one@example.com'], ['two@example.com']]);
    expect(outcomesByRecipient(report)).toEqual({ 'one@example.com': 'accepted', 'two@example.com': 'accepted' });
  });

  on('is told to stop with a message still deferred when the window is over', async () => {
    const { port } = await listen({ 'two@example.com': { code: 451, times: Infinity } });
    const report = await driver.submit(assignment(port, folder, { windowMs: 3000 }));
    expect(report.end).toBe('deferred');
    expect(outcomesByRecipient(report)).toEqual({ 'one@example.com': 'accepted', 'two@example.com': 'deferred' });
    expect(report.outcomes.find(({ outcome }) => outcome === 'deferred')?.text).toMatch(/451 .*not you/);
  });

  on('bounces after 550, from the null sender', async () => {
    const { port, taken } = await listen({ 'two@example.com': { code: 550, times: Infinity } });
    const report = await driver.submit(assignment(port, folder));
    expect(report.end).toBe('finished');
    const bounce = taken.find(({ from }) => from === '');
    expect(bounce?.to).toEqual(['sender@client.example']);
    expect(bounce?.content.toString()).toContain('<1@client.example>');
  });

  on('goes to the next server when the first one does not answer', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const nobody = { host: '127.0.0.1', port: portOf(closed.address()) };
    closed.close();
    const { port, taken } = await listen();
    const targets = [nobody, { host: '127.0.0.1', port }];
    const report = await driver.submit(assignment(port, folder, { targets }));
    expect(report.end).toBe('finished');
    expectDelivered(taken[0]);
  });
}
