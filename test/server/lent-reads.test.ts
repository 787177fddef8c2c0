// The seam of lent-reads.ts: what Node's sockets have to offer for it. When this fails, reads still come, one Buffer each.

import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { lendReads } from '../../src/server/lent-reads';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  close(): void;
}

async function pair(): Promise<Pair> {
  const door = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(door, 'listening');
  const client = connect((door.address() as AddressInfo).port, '127.0.0.1');
  const [server] = (await once(door, 'connection')) as [Socket];
  return {
    client,
    server,
    close: () => {
      client.destroy();
      server.destroy();
      door.close();
    },
  };
}

let ends: Pair;
beforeEach(async () => {
  ends = await pair();
});
afterEach(() => ends.close());

/** Resolves with all that was taken once it is that many octets. */
function taken(socket: Socket, octets: number): { all: Promise<string>; lent: Buffer[] } {
  const lent: Buffer[] = [];
  let text = '';
  const all = new Promise<string>((resolve) => {
    lendReads(socket, (read) => {
      lent.push(read);
      text += read.toString('latin1');
      if (text.length >= octets) resolve(text);
    });
  });
  return { all, lent };
}

test('every octet comes, in order, in reads that share one block', async () => {
  const text = Array.from({ length: 300_000 }, (_, index) => String.fromCharCode(33 + (index % 90))).join('');
  const { all, lent } = taken(ends.server, text.length);
  ends.client.write(text, 'latin1');
  expect(await all).toBe(text);
  expect(lent.length).toBeGreaterThan(1);
  expect(new Set(lent.map(({ buffer }) => buffer)).size).toBe(1);
});

test('what was read before, as behind a PROXY header, comes first', async () => {
  const { server, client } = ends;
  client.write('EHLO a\r\n');
  await once(server, 'readable');
  server.unshift(server.read() as Buffer);
  const { all } = taken(server, 14);
  client.write('QUIT\r\n');
  expect(await all).toBe('EHLO a\r\nQUIT\r\n');
});

test('a paused socket reads nothing, and goes on where it was', async () => {
  const { all, lent } = taken(ends.server, 4);
  ends.server.pause();
  ends.client.write('EHLO');
  await new Promise((resolve) => ends.server.write('220', resolve));
  expect(lent).toEqual([]);
  ends.server.resume();
  expect(await all).toBe('EHLO');
});

test('FIN is told as end', async () => {
  lendReads(ends.server, () => undefined);
  ends.client.end();
  await once(ends.server, 'end');
});
