// The embedded client against the stock SMTPServer.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { nodemailerDriver } from '../../src/clients/nodemailer';
import { CONTENT, assignment, newFolder, removeFolder, submission } from './assignment';
import { portOf, stockServer, writeCertificate } from './stock-server';
import type { Refusals, StockServer } from './stock-server';

const driver = nodemailerDriver();
let folder: string;
let server: StockServer;

async function listen(refusals: Refusals = {}, options: Parameters<typeof stockServer>[1] = {}): Promise<void> {
  server = await stockServer(refusals, options);
}

beforeEach(() => {
  folder = newFolder();
});

afterEach(async () => {
  await server.close();
  await removeFolder(folder);
});

test('is always available, and tells its version', async () => {
  await listen();
  expect(await driver.detect()).toMatchObject({ available: true, version: expect.stringMatching(/^\d+\.\d+/) });
});

test('the content arrives octet by octet, dots and octets above 127 included', async () => {
  await listen();
  const report = await driver.submit(assignment(server.port, folder));
  expect(server.taken[0]?.content.equals(CONTENT)).toBe(true);
  expect(server.taken[0]?.clientName).toBe('client.example');
  expect(report.outcomes).toEqual([
    { submission: 1, recipient: 'one@example.com', outcome: 'accepted', text: expect.stringMatching(/^250 /) },
    { submission: 1, recipient: 'two@example.com', outcome: 'accepted', text: expect.stringMatching(/^250 /) },
  ]);
  expect(report.log).toMatch(/RCPT TO:<two@example.com>/);
});

test('each submission has a connection of its own', async () => {
  const connected = jest.fn();
  await listen({}, { onConnect: (_session, done) => done(connected() as undefined) });
  const submissions = [submission(), submission({ id: 2, from: '' })];
  await driver.submit(assignment(server.port, folder, { submissions }));
  expect(connected).toHaveBeenCalledTimes(2);
  expect(server.taken.map(({ from }) => from)).toEqual(['sender@client.example', '']);
});

test('one recipient refused: the other one gets the message', async () => {
  await listen({ 'two@example.com': { code: 550, times: 1 } });
  const report = await driver.submit(assignment(server.port, folder));
  expect(report.end).toBe('finished');
  expect(report.outcomes.map(({ outcome, text }) => [outcome, text.slice(0, 4)])).toEqual([
    ['accepted', '250 '],
    ['refused', '550 '],
  ]);
});

test('refused at the greeting: refused for all, in the words of the server', async () => {
  await listen({}, { onConnect: (_session, done) => done(Object.assign(new Error('go away'), { responseCode: 554 })) });
  const report = await driver.submit(assignment(server.port, folder));
  expect(report.outcomes).toMatchObject([
    { outcome: 'refused', text: '554 go away' },
    { outcome: 'refused', text: '554 go away' },
  ]);
});

test('nobody listens: refused, with what the system said', async () => {
  await listen();
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const port = portOf(closed.address());
  closed.close();
  const report = await driver.submit(assignment(port, folder));
  expect(report.outcomes[0]).toMatchObject({ outcome: 'refused', text: expect.stringContaining('ECONNREFUSED') });
});

test('TLS that is required with an unknown certificate is taken; with a given authority it must be signed by it', async () => {
  await listen();
  const submissions = [submission({ tls: 'required' })];
  await driver.submit(assignment(server.port, folder, { submissions }));
  await driver.submit(assignment(server.port, folder, { submissions, caFile: await writeCertificate(folder) }));
  expect(server.taken.map(({ secure }) => secure)).toEqual([true, true]);
});

test('stopped while the server is silent: nobody knows what became of it', async () => {
  await listen();
  const mute = createServer((socket) => {
    socket.on('error', () => undefined);
    trial.abort();
  }).listen(0, '127.0.0.1');
  const trial = new AbortController();
  await once(mute, 'listening');
  const report = await driver.submit(assignment(portOf(mute.address()), folder, { signal: trial.signal }));
  mute.close();
  expect(report.end).toBe('timed-out');
  expect(report.outcomes.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown']);
});
