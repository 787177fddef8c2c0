import { createTransport } from 'nodemailer';
import { connect, type Socket } from 'node:net';
import { scenario, startMockServer, type MockServer } from '../../src/mock/mock-server';

let server: MockServer;
afterEach(async () => {
  await server.stop();
});

function send(to: string[], port = server.port): Promise<unknown> {
  return createTransport({ host: '127.0.0.1', port, name: 'sender.example.net' }).sendMail({
    envelope: { from: 'a@example.net', to },
    raw: 'Message-ID: <1@example.net>\r\nSubject: x\r\n\r\nhello\r\n',
  });
}

/** A socket that keeps all it reads. */
function dial(port = server.port): Promise<{ socket: Socket; heard: () => string; closed: Promise<void> }> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => resolve({ socket, heard: () => text, closed }));
    const closed = new Promise<void>((done) => socket.once('close', () => done()));
    socket.on('data', (octets) => (text += octets.toString('latin1')));
    socket.once('error', reject);
  });
}

test('a message arrives, and the dialogue is on the record', async () => {
  server = await startMockServer(scenario('plain').persona('domino-6.5'));
  await send(['x@example.com']);
  const message = await server.message();
  expect(message).toMatchObject({ sender: 'a@example.net', recipients: ['x@example.com'], accepted: true });
  expect(message.content?.toString()).toBe('Message-ID: <1@example.net>\r\nSubject: x\r\n\r\nhello\r\n');
  const [connection] = await server.connections({ count: 1 });
  expect(connection?.lines).toEqual([
    'EHLO sender.example.net',
    expect.stringContaining('MAIL FROM:<a@example.net>'),
    'RCPT TO:<x@example.com>',
    'DATA',
  ]);
  expect(connection?.commands.map(({ code }) => code)).toEqual([250, 250, 250, 354]);
  expect(connection?.trace.events.at(-1)?.type).toBe('closed');
});

test('a rule with a budget refuses twice and then lets the message through', async () => {
  server = await startMockServer(scenario().on('RCPT').reply('450 later').times(2));
  await expect(send(['x@example.com'])).rejects.toThrow('450 later');
  await expect(send(['x@example.com'])).rejects.toThrow('450 later');
  await send(['x@example.com']);
  expect(await server.messages({ count: 1 })).toHaveLength(1);
});

test('waiting says what came instead when it is over', async () => {
  server = await startMockServer(scenario());
  await send(['x@example.com']);
  await expect(server.messages({ count: 2, timeoutMs: 30 })).rejects.toThrow(
    /waited for 2 messages, 1 came; 1 finished and 0 open so far; the last one said "EHLO sender.example.net"/,
  );
});

test('absence can be asserted', async () => {
  server = await startMockServer(scenario());
  await expect(server.noMessageFor(20)).resolves.toBeUndefined();
  const absent = server.noMessageFor(2000).catch((error: unknown) => String(error));
  await send(['x@example.com']);
  expect(await absent).toContain('a message came: from <a@example.net> to <x@example.com>');
});

test('several servers listen on ports of their own and share one record', async () => {
  server = await startMockServer(scenario().servers([{ hostname: 'a.example.com' }, { hostname: 'b.example.com' }]));
  expect(server.addresses).toHaveLength(2);
  const [, second] = server.addresses;
  await send(['x@example.com'], second?.port);
  const [connection] = await server.connections({ count: 1 });
  expect(connection?.server).toBe(1);
});

test('stop ends what is open at once', async () => {
  server = await startMockServer(scenario());
  const { closed } = await dial();
  await server.stop();
  await closed;
  expect(server.records.open).toBe(0);
  expect(server.records.connections[0]).toMatchObject({ closedBy: 'server', closedHow: 'destroyed' });
});

test('stop with grace says 421 to those who wait', async () => {
  server = await startMockServer(scenario());
  const { heard, closed, socket } = await dial();
  await new Promise((resolve) => socket.once('data', resolve));
  await server.stop(1000);
  await closed;
  expect(heard()).toMatch(/^220 .*\r\n421 .*\r\n$/);
});

test('a client that vanishes at every point of the dialogue leaves a complete record', async () => {
  server = await startMockServer(scenario());
  const whole = 'EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: x\r\n\r\nbody\r\n.\r\nQUIT\r\n';
  const cuts = Array.from({ length: whole.length }, (_, index) => index);
  for (const cut of cuts) {
    const { socket } = await dial();
    if (cut % 2 === 0) socket.end(whole.slice(0, cut), 'latin1');
    else socket.write(whole.slice(0, cut), 'latin1', () => socket.resetAndDestroy());
  }
  const connections = await server.connections({ count: cuts.length });
  for (const { trace } of connections) expect(trace.events.at(-1)).toMatchObject({ type: 'closed', by: 'client' });
  expect(server.records.open).toBe(0);
});

test('junk octets, NULs and a line of 10 MB are answered or recorded, never a crash', async () => {
  server = await startMockServer(scenario());
  const { socket, heard } = await dial();
  socket.write(
    Buffer.concat([Buffer.alloc(10 * 2 ** 20, 'x'), Buffer.from('\r\n\0\0\xff\xfe\r\nNOOP\r\nQUIT\r\n', 'latin1')]),
  );
  const [connection] = await server.connections({ count: 1 });
  expect(
    heard()
      .split('\r\n')
      .map((line) => line.slice(0, 3)),
  ).toEqual(['220', '500', '500', '250', '221', '']);
  expect(connection?.trace.events.find((event) => event.type === 'command')).toMatchObject({
    cut: true,
    length: 10 * 2 ** 20 + 2,
  });
});

test('a client that never reads does not fill the memory: its commands wait', async () => {
  server = await startMockServer(scenario());
  const { socket } = await dial();
  socket.pause();
  const flood = 'HELP\r\n'.repeat(20_000);
  let sent = 0;
  await new Promise<void>((resolve) => {
    const more = (): void => {
      while (sent < 400) {
        sent++;
        if (!socket.write(flood, 'latin1')) {
          const stuck = setTimeout(resolve, 300);
          socket.once('drain', () => {
            clearTimeout(stuck);
            more();
          });
          return;
        }
      }
      resolve();
    };
    more();
  });
  expect(process.memoryUsage().rss).toBeLessThan(1.5 * 2 ** 30);
  socket.destroy();
  await server.quiet();
});

test('credentials are masked on the record', async () => {
  server = await startMockServer(
    scenario().server({ auth: { mechanisms: ['PLAIN', 'LOGIN'] }, policies: { auth: 'optional' } }),
  );
  const { socket } = await dial();
  const secret = Buffer.from('\0user\0secret').toString('base64');
  socket.write(`EHLO a\r\nAUTH PLAIN ${secret}\r\nQUIT\r\n`);
  const [connection] = await server.connections({ count: 1 });
  expect(connection?.commands[1]).toMatchObject({ line: `AUTH PLAIN ${'*'.repeat(secret.length)}`, code: 235 });
  expect(JSON.stringify(connection?.trace)).not.toContain(secret);
  const octets = connection?.trace.events.flatMap((event) =>
    event.type === 'received' ? [event.octets?.toString('latin1') ?? ''] : [],
  );
  expect(octets?.join('')).not.toContain(secret);
});

test('what a step notes and then says stands on the record in the order of time', async () => {
  const policies = { dnsBlacklist: [{ site: 'bl.example', listed: ['127.0.0.1'], action: 'log' as const }] };
  server = await startMockServer(scenario().server({ policies }));
  const { socket, closed } = await dial();
  socket.write('EHLO a\r\nNOOP\r\nQUIT\r\n');
  await closed;
  const [connection] = await server.connections({ count: 1 });
  const events = connection?.trace.events ?? [];
  expect(events.filter(({ type }) => type === 'note')).toHaveLength(1);
  expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).toSorted((one, other) => one - other));
});

test('mail data that an early refusal cut short has its envelope on the record, in the order of time', async () => {
  server = await startMockServer(scenario().on('content').after(4).reply('552 Enough').next('commands'));
  const { socket, closed } = await dial();
  socket.write('EHLO a\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\nSubject: x\r\nQUIT\r\n');
  await closed;
  const [connection] = await server.connections({ count: 1 });
  const events = connection?.trace.events ?? [];
  expect(events.find(({ type }) => type === 'message')).toMatchObject({
    sender: 'a@b.c',
    recipients: ['d@e.f'],
    complete: false,
  });
  expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).toSorted((one, other) => one - other));
});

test.each([
  ['::1', ['::1']],
  ['127.0.0.1', ['127.0.0.1']],
])('host %s is where it listens', async (host, hosts) => {
  server = await startMockServer(scenario(), { host });
  expect(server.addresses.map((address) => address.host)).toEqual(hosts);
  const greeting = await new Promise((resolve, reject) => {
    const socket = connect(server.port, host).once('data', (octets) => resolve(octets.toString('latin1').slice(0, 3)));
    socket.once('error', reject);
  });
  expect(greeting).toBe('220');
});

test('a DNS server off this machine is refused before anything listens, and asked only with leave', async () => {
  const remote = { site: 'bl.example.org', resolver: '192.0.2.53:53', action: 'reject' } as const;
  const build = (): ReturnType<typeof scenario> => scenario().server({ policies: { dnsBlacklist: [remote] } });
  await expect(startMockServer(build())).rejects.toThrow(/192\.0\.2\.53:53 is not on this machine; .*allowRemoteDns/);
  server = await startMockServer(build(), { allowRemoteDns: true });
  expect(server.port).toBeGreaterThan(0);
});
