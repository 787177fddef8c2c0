// A connection without Node's stream layer does what one with it would, on real sockets; and the seams it needs are there.

import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { acceptHandles, countConnection } from '../../src/server/accepted-handles';
import { LeanSocket, type SocketFailure } from '../../src/server/lean-socket';
import { STREAM_SEAM } from '../../src/server/stream-seam';
import { dial, inbox, type Peer } from './peer';

type Heard = string | SocketFailure;

interface Ends {
  readonly port: Server;
  readonly client: Peer;
  readonly socket: LeanSocket;
  /** Octets as latin1, `FIN`, `drain`, `closed`, or a failure. */
  readonly next: () => Promise<Heard>;
  /** What is heard, until it is this. */
  readonly until: (heard: string) => Promise<readonly Heard[]>;
  readonly lent: Buffer[];
}

let door: Server | undefined;
const clients: Peer[] = [];
const sockets: LeanSocket[] = [];

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  for (const socket of sockets.splice(0)) socket.destroy();
  door?.close();
});

async function connected(): Promise<Ends> {
  const port = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  door = port;
  await once(port, 'listening');
  const accepted = inbox<LeanSocket>();
  acceptHandles(port, (handle) => {
    countConnection(port, 1);
    accepted.put(new LeanSocket(handle, () => countConnection(port, -1)));
  });
  const client = await dial((port.address() as AddressInfo).port);
  client.socket.setMaxListeners(0);
  const socket = await accepted.next();
  clients.push(client);
  sockets.push(socket);
  const heard = inbox<Heard>();
  const lent: Buffer[] = [];
  socket.attach({
    onRead: (octets) => {
      lent.push(octets);
      heard.put(octets.toString('latin1'));
    },
    onEnd: () => heard.put('FIN'),
    onError: (failure) => heard.put(failure),
    onDrain: () => heard.put('drain'),
    onClose: () => heard.put('closed'),
  });
  const until = async (wanted: string): Promise<readonly Heard[]> => {
    const all: Heard[] = [];
    while (all.at(-1) !== wanted) all.push(await heard.next());
    return all;
  };
  return { port, client, socket, next: () => heard.next(), until, lent };
}

/** Writes until the kernel has had enough. */
function fill(socket: LeanSocket): string {
  let written = '';
  for (let count = 0; socket.writableLength === 0; count++) {
    const octets = `${count} `.padEnd(16_000, 'x');
    written += octets;
    socket.write(octets);
  }
  return written;
}

test('the seam is there in the version of Node that this was made with', () => {
  expect(/^2[024]\./.test(process.versions.node)).toBe(STREAM_SEAM !== null);
});

/** Where the seam is missing these say so, and connections come as they always do. */
const where = STREAM_SEAM === null ? `not with Node ${process.versions.node}, whose seam is unknown` : 'with the seam';
const describeThere = STREAM_SEAM === null ? describe.skip : describe;

describeThere(where, () => {
  test('what the client says comes in order, in one block, and is counted; who it is and where it came in is known', async () => {
    const { client, socket, until, lent } = await connected();
    const text = Array.from({ length: 300_000 }, (_, index) => String.fromCharCode(33 + (index % 90))).join('');
    client.socket.end(text, 'latin1');
    expect((await until('FIN')).map(String).join('')).toBe(`${text}FIN`);
    expect(new Set(lent.map(({ buffer }) => buffer)).size).toBe(1);
    expect(socket.bytesRead).toBe(text.length);
    expect([socket.remoteAddress, socket.remotePort]).toEqual(['127.0.0.1', client.socket.localPort]);
    expect([socket.localAddress, socket.localPort]).toEqual(['127.0.0.1', client.socket.remotePort]);
  });

  test('after the client has said FIN it still gets a reply; with our FIN the connection is over', async () => {
    const { client, socket, until } = await connected();
    client.socket.end('QUIT\r\n');
    expect(await until('FIN')).toEqual(['QUIT\r\n', 'FIN']);
    socket.write('221 caf\xe9\r\n');
    socket.end();
    expect(await client.readToEnd()).toBe('221 caf\xe9\r\n');
    expect(await until('closed')).toEqual(['closed']);
    expect(socket.bytesWritten).toBe(10);
  });

  test('after our FIN the client is still heard', async () => {
    const { client, socket, until } = await connected();
    socket.end();
    expect(await client.readToEnd()).toBe('');
    client.socket.end('MAIL\r\n');
    expect(await until('closed')).toEqual(['MAIL\r\n', 'FIN', 'closed']);
  });

  test('what the kernel does not take leaves later, in order, texts and octets, and our FIN behind it', async () => {
    const { client, socket, until } = await connected();
    client.socket.pause();
    const written = fill(socket);
    expect(socket.writableLength).toBeGreaterThan(0);
    socket.write(Buffer.from('250 octets\r\n'));
    socket.write('250 last\r\n');
    socket.end();
    client.socket.resume();
    expect(await client.readToEnd()).toBe(`${written}250 octets\r\n250 last\r\n`);
    expect(await until('drain')).toEqual(['drain']);
    expect(socket.writableLength).toBe(0);
  });

  test('a reset by the client is heard as such, and then the end', async () => {
    const { client, socket, next } = await connected();
    client.socket.resetAndDestroy();
    expect(await next()).toEqual({ code: 'ECONNRESET', message: 'read ECONNRESET' });
    expect(await next()).toBe('closed');
    expect(socket.destroyed).toBe(true);
  });

  test('a write that fails is heard later, not within it, and once', async () => {
    const { client, socket, next } = await connected();
    socket.pause();
    client.socket.resetAndDestroy();
    await once(client.socket, 'close');
    while (!socket.isForgotten) await new Promise((resolve) => setImmediate(resolve));
    socket.write('250 ok\r\n');
    socket.write('250 ok\r\n');
    expect(await next()).toMatchObject({ code: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) as string });
    expect(await next()).toBe('closed');
  });

  test('a client that is reset while much waits for it takes everything with it', async () => {
    const { client, socket, next } = await connected();
    client.socket.pause();
    fill(socket);
    client.socket.resetAndDestroy();
    const heard = await next();
    expect(heard).toMatchObject({ code: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) as string });
    expect(await next()).toBe('closed');
  });

  test('destroyed, it says and hears nothing more', async () => {
    const { client, socket, next } = await connected();
    fill(socket);
    socket.destroy();
    socket.write('250 ok\r\n');
    socket.end();
    socket.resetAndDestroy();
    socket.pause();
    socket.resume();
    expect(await next()).toBe('closed');
    client.socket.destroy();
  });

  test('a failure that it is destroyed with is told before the end', async () => {
    const { socket, next } = await connected();
    socket.destroy({ code: 'ECONNRESET', message: 'read ECONNRESET' });
    expect(await next()).toMatchObject({ code: 'ECONNRESET' });
    expect(await next()).toBe('closed');
  });

  test('a RST of ours reaches the client', async () => {
    const { client, socket, next } = await connected();
    const failed = once(client.socket, 'error') as Promise<[NodeJS.ErrnoException]>;
    socket.resetAndDestroy();
    expect((await failed)[0].code).toBe('ECONNRESET');
    expect(await next()).toBe('closed');
  });

  test('paused, it reads nothing, and goes on where it was', async () => {
    const { client, socket, next } = await connected();
    socket.pause();
    await new Promise<void>((resolve) => client.socket.write('EHLO a\r\n', () => resolve()));
    await new Promise((resolve) => setImmediate(resolve));
    expect(socket.bytesRead).toBe(0);
    socket.resume();
    expect(await next()).toBe('EHLO a\r\n');
  });

  test('the port counts it, and is closed only when it is gone', async () => {
    const { port, socket } = await connected();
    const order: string[] = [];
    const closed = new Promise<void>((resolve) => {
      port.close(() => {
        order.push('the port is closed');
        resolve();
      });
    });
    await new Promise((resolve) => setImmediate(resolve));
    order.push('the connection ends');
    socket.destroy();
    await closed;
    expect(order).toEqual(['the connection ends', 'the port is closed']);
  });
});
