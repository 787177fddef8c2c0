// Tests that pretend the time, of jest's making, have a server beside them all the same: it answers.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { startMockServer, type MockServer } from '../../src/mock/mock-server';

let server: MockServer;
let socket: Socket;
afterEach(async () => {
  jest.useRealTimers();
  socket.destroy();
  await server.stop();
});

test('a server answers while jest pretends the time', async () => {
  jest.useFakeTimers();
  server = await startMockServer('plain');
  socket = connect(server.port, '127.0.0.1');
  const heard: string[] = [];
  for (const line of ['', 'EHLO a.example.net\r\n', 'MAIL FROM:<a@example.net>\r\n', 'QUIT\r\n']) {
    socket.write(line);
    const [reply] = (await once(socket, 'data')) as [Buffer];
    heard.push(reply.toString('latin1').slice(0, 3));
  }
  expect(heard).toEqual(['220', '250', '250', '221']);
});
