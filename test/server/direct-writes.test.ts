// The seam of direct-writes.ts: what the handles of Node's sockets have to offer for it. When this fails, replies still leave,
// the usual way.

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { octetsQueued, writeDirectly, writeFailed } from '../../src/server/direct-writes';
import { STREAM_SEAM } from '../../src/server/stream-seam';
import { inbox } from './peer';

let server: Socket;
let client: Socket;
let close: () => void;

beforeEach(async () => {
  const door = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(door, 'listening');
  client = connect((door.address() as AddressInfo).port, '127.0.0.1');
  [server] = (await once(door, 'connection')) as [Socket];
  server.on('error', () => undefined);
  close = () => {
    client.destroy();
    server.destroy();
    door.close();
  };
});
afterEach(() => close());

const nobody = { onWritten: (): void => undefined };

/** Writes until the kernel has had enough. */
function fill(waiter: { onWritten(status: number): void }): number {
  let octets = 0;
  for (;;) {
    octets += 16_000;
    const outcome = writeDirectly(server, 'x'.repeat(16_000), waiter);
    if (outcome === 'queued') return octets;
    expect(outcome).toBe('taken');
  }
}

async function textOf(socket: Socket, octets: number): Promise<string> {
  let text = '';
  for await (const read of socket) {
    text += (read as Buffer).toString('latin1');
    if (text.length >= octets) break;
  }
  return text;
}

/** Where the seam is missing these say so, and replies leave the usual way. */
const where = STREAM_SEAM === null ? `not with Node ${process.versions.node}, whose seam is unknown` : 'with the seam';
const describeThere = STREAM_SEAM === null ? describe.skip : describe;

describeThere(where, () => {
  test('what the kernel takes at once is with the client, octet for octet, and is counted', async () => {
    const before = server.bytesWritten;
    expect(writeDirectly(server, '250 caf\xe9\r\n', nobody)).toBe('taken');
    expect(await textOf(client, 10)).toBe('250 caf\xe9\r\n');
    expect(server.bytesWritten - before).toBe(10);
  });

  test('what it does not take leaves later, in order, before what is written behind it, and that is told', async () => {
    const told = inbox<number>();
    const octets = fill({ onWritten: (status) => told.put(status) });
    expect(octetsQueued(server)).toBeGreaterThan(0);
    server.end('250 last\r\n', 'latin1');
    const text = await textOf(client, octets + 10);
    expect(text).toHaveLength(octets + 10);
    expect(text.endsWith('x250 last\r\n')).toBe(true);
    expect(await told.next()).toBe(0);
  });

  test('a write that the kernel took at the second asking is waited for like any other, though the queue is empty', async () => {
    const { _handle: handle } = server as unknown as { _handle: object };
    const queueSize = (): number =>
      Reflect.get(Object.getPrototypeOf(handle) as object, 'writeQueueSize', handle) as number;
    Object.defineProperty(handle, 'writeQueueSize', { value: 0 });
    const told = inbox<number>();
    const waiter = { onWritten: (status: number): void => told.put(status) };
    let outcome: ReturnType<typeof writeDirectly> = 'taken';
    while (queueSize() === 0) outcome = writeDirectly(server, 'x'.repeat(16_000), waiter);
    expect(outcome).toBe('queued');
    // Its request must not be used again: Node ends the process for that.
    expect(writeDirectly(server, '250 second\r\n', nobody)).toBe('queued');
    client.resume();
    expect(await told.next()).toBe(0);
  });

  test('behind something that waits in the stream nothing is written directly', async () => {
    fill(nobody);
    server.write('250 waits\r\n');
    expect(writeDirectly(server, '250 overtakes\r\n', nobody)).toBeNull();
  });

  test('a socket that ends meanwhile tells it, and a destroyed one is left alone', async () => {
    const told = inbox<number>();
    fill({ onWritten: (status) => told.put(status) });
    server.destroy();
    expect(writeFailed(await told.next())).toMatchObject({ code: 'ECANCELED', syscall: 'write' });
    expect(writeDirectly(server, '250 ok\r\n', nobody)).toBeNull();
  });

  test('a write that fails has done nothing, and the usual way says why', async () => {
    const failed = once(server, 'error') as Promise<[NodeJS.ErrnoException]>;
    client.resetAndDestroy();
    await once(client, 'close');
    if (writeDirectly(server, '250 ok\r\n', nobody) === null) server.write('250 ok\r\n');
    else server.resume();
    const [{ code }] = await failed;
    expect(code).toMatch(/^(ECONNRESET|EPIPE)$/);
  });
});
