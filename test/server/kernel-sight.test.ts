// The seam to Node's socket handle: a client that resets a connection that nobody reads is noticed.

import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { isForgotten } from '../../src/server/kernel-sight';

test('a reset is seen on a paused socket, FIN and silence are none', async () => {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const client = connect({ port: address.port, host: '127.0.0.1', allowHalfOpen: true });
  const [socket] = (await once(server, 'connection')) as [Socket];
  socket.on('error', () => undefined);
  client.write('x'.repeat(100_000));
  expect(isForgotten(socket)).toBe(false);
  await new Promise<void>((resolve) => client.end(resolve));
  expect(isForgotten(socket)).toBe(false);
  client.resetAndDestroy();
  await once(client, 'close');
  expect(isForgotten(socket)).toBe(true);
  socket.destroy();
  expect(isForgotten(socket)).toBe(false);
  server.close();
});
