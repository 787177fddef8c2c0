// What clients and the world do wrong: recorded, answered, survived.

import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as dialTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as dialTls } from 'node:tls';
import { scenario, startMockServer, type MockServer } from '../../src/mock/mock-server';
import { startTestZone } from '../../src/server/test-zone';

let server: MockServer;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'smtp-gauntlet-bad-'));
});
afterEach(() => server.stop());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tlsServer = () => scenario().server({ tls: {} });

/** Writes each piece once the server has said something new, and gives all it said. */
function talk(...pieces: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket: Socket = dialTcp(server.port, '127.0.0.1');
    const left = [...pieces];
    socket.on('data', (octets) => {
      text += octets.toString('latin1');
      const next = left.shift();
      if (next !== undefined) socket.write(typeof next === 'string' ? Buffer.from(next, 'latin1') : next);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}

const codes = (text: string): string[] =>
  text
    .split('\r\n')
    .filter((line) => /^\d{3} /.test(line))
    .map((line) => line.slice(0, 3));

test('bad TLS records behind 220: the handshake fails on the record, and the server goes on', async () => {
  server = await startMockServer(tlsServer());
  await talk('EHLO a\r\n', 'STARTTLS\r\n', Buffer.from('\x16\x03\x01\x00\x05nope!', 'latin1'));
  const [connection] = await server.connections({ count: 1 });
  expect(connection?.trace.events.find((event) => event.type === 'tls' && event.phase === 'failed')).toBeDefined();
  expect(codes(await talk('QUIT\r\n'))).toEqual(['220', '221']);
});

test('plaintext behind 220 is no handshake, and is recorded', async () => {
  server = await startMockServer(tlsServer());
  await talk('EHLO a\r\n', 'STARTTLS\r\n', 'MAIL FROM:<a@b.c>\r\n');
  const [connection] = await server.connections({ count: 1 });
  expect(connection?.trace.events.find((event) => event.type === 'tls' && event.phase === 'failed')).toBeDefined();
  expect(connection?.lines).toEqual(['EHLO a', 'STARTTLS']);
});

test('a ClientHello on the plaintext port is told as one, not as forty unknown commands', async () => {
  server = await startMockServer(scenario());
  const socket = dialTls({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false });
  socket.on('error', () => undefined);
  const [connection] = await server.connections({ count: 1 });
  expect(
    connection?.trace.events.find((event) => event.type === 'tls' && event.phase === 'client-hello'),
  ).toBeDefined();
  expect(connection?.commands).toEqual([]);
});

test('a client certificate nobody asked for changes nothing', async () => {
  server = await startMockServer(scenario().server({ tls: { implicit: true } }));
  const ca = await server.caFile();
  expect(ca !== null && existsSync(ca)).toBe(true);
  const said = await new Promise<string>((resolve, reject) => {
    let text = '';
    const socket = dialTls({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false });
    socket.once('data', () => socket.write('QUIT\r\n'));
    socket.on('data', (octets: Buffer) => (text += octets.toString('latin1')));
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
  expect(codes(said)).toEqual(['220', '221']);
});

test('AUTH lines of 1 MB are refused, masked, and do not stay in memory', async () => {
  server = await startMockServer(scenario().server({ auth: { mechanisms: ['PLAIN'] } }));
  const said = await talk('EHLO a\r\n', 'AUTH PLAIN\r\n', `${'A'.repeat(2 ** 20)}\r\n`, 'QUIT\r\n');
  expect(codes(said)[3]).toMatch(/^5/);
  const [connection] = await server.connections({ count: 1 });
  const kept = connection?.trace.events.flatMap((event) =>
    event.type === 'received' ? [event.octets?.toString('latin1') ?? ''] : [],
  );
  expect(kept?.join('')).not.toContain('AAAA');
});

test.each([
  ['too many octets: the rest are commands', 'BDAT 3 LAST\r\nabcNOOP\r\nQUIT\r\n', ['250', '250', '221']],
  ['a size that is none', 'BDAT x LAST\r\nQUIT\r\n', ['501', '221']],
  ['a negative size', 'BDAT -1\r\nQUIT\r\n', ['501', '221']],
  ['a size beyond all numbers', 'BDAT 99999999999999999999\r\nQUIT\r\n', ['501', '221']],
])('BDAT that lies, %s', async (_name, octets, expected) => {
  server = await startMockServer(scenario().server({ extensions: ['CHUNKING', 'PIPELINING'] }));
  const said = await talk('EHLO a\r\n', 'MAIL FROM:<a@b.c>\r\n', 'RCPT TO:<d@e.f>\r\n', octets);
  expect(codes(said).slice(4)).toEqual(expected);
});

test('BDAT that announces more than comes ends with the connection, as no message', async () => {
  server = await startMockServer(scenario().server({ extensions: ['CHUNKING'] }));
  const { socket } = await new Promise<{ socket: Socket }>((resolve) => {
    const dialled = dialTcp(server.port, '127.0.0.1', () => resolve({ socket: dialled }));
  });
  socket.write('EHLO a\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nBDAT 1000 LAST\r\nonly this');
  await server.connection(() => true, { timeoutMs: 50 }).catch(() => undefined);
  socket.end();
  const [connection] = await server.connections({ count: 1 });
  expect(connection?.messages.filter(({ complete }) => complete)).toEqual([]);
  expect(await server.messages()).toEqual([]);
});

test.each([
  ['answers garbage', { garbage: true }],
  ['never answers', { silent: true }],
])('a DNS server that %s lists nobody', async (_name, behaviour) => {
  const zone = await startTestZone({ records: [], ...behaviour });
  server = await startMockServer(
    scenario().server({
      policies: { dnsBlacklist: [{ site: 'bl.example.org', resolver: zone.resolver, timeout: '100 ms' }] },
    }),
  );
  expect(codes(await talk('EHLO a\r\n', 'MAIL FROM:<a@b.c>\r\n', 'QUIT\r\n'))).toEqual(['220', '250', '250', '221']);
  await zone.stop();
});

test('a DNS server that lists the host gets it refused at MAIL', async () => {
  const zone = await startTestZone({ records: [{ name: '1.0.0.127.bl.example.org', type: 'A', data: '127.0.0.2' }] });
  server = await startMockServer(
    scenario().server({
      policies: {
        dnsBlacklist: [
          {
            site: 'bl.example.org',
            resolver: zone.resolver,
            message: 'Your host %s was found in the DNS Blacklist at %s',
          },
        ],
      },
    }),
  );
  const said = await talk('EHLO a\r\n', 'MAIL FROM:<a@b.c>\r\n', 'QUIT\r\n');
  expect(said).toContain('554 Your host 127.0.0.1 was found in the DNS Blacklist at bl.example.org\r\n');
  await zone.stop();
});

test('a save folder that cannot be written: 452, told why, and it recovers', async () => {
  const path = join(folder, 'mail');
  writeFileSync(path, 'a file where the folder should be');
  server = await startMockServer(scenario(), { save: path });
  const transaction = [
    'EHLO a\r\n',
    'MAIL FROM:<a@b.c>\r\n',
    'RCPT TO:<d@e.f>\r\n',
    'DATA\r\n',
    'x\r\n.\r\n',
    'QUIT\r\n',
  ];
  expect(codes(await talk(...transaction))).toEqual(['220', '250', '250', '250', '354', '452', '221']);
  expect(await server.messages()).toEqual([]);
  rmSync(path);
  expect(codes(await talk(...transaction))).toEqual(['220', '250', '250', '250', '354', '250', '221']);
  expect(await server.messages({ count: 1 })).toHaveLength(1);
  const [first] = await server.connections({ count: 2 });
  const note = first?.trace.events.find((event) => event.type === 'note' && event.fact === 'save-failed');
  expect(note).toBeDefined();
  chmodSync(path, 0o700);
});
