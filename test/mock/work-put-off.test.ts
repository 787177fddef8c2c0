// What a server under load leaves for later, and who asks for it: held here, since nothing else would show it but a benchmark.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { startMockServer, type MockServer, type MockServerOptions } from '../../src/mock/mock-server';
import { LeanSocket } from '../../src/server/lean-socket';
import { ContentMeter } from '../../src/wire/content-meter';

let server: MockServer;
let socket: Socket;
afterEach(async () => {
  jest.restoreAllMocks();
  socket.destroy();
  await server.stop();
});

async function greetedBy(options: MockServerOptions = {}): Promise<void> {
  server = await startMockServer('plain', options);
  socket = connect(server.port, '127.0.0.1');
  await once(socket, 'data');
}

async function say(octets: string): Promise<void> {
  socket.write(octets);
  await once(socket, 'data');
}

const MESSAGE = ['EHLO a.example', 'MAIL FROM:<a@b.c>', 'RCPT TO:<d@e.f>', 'DATA', 'Message-ID: <1@a>\r\n\r\na\r\n.'];

test('a reply is written behind all that came in its turn, not in the middle of the dialogue', async () => {
  const written = jest.spyOn(LeanSocket.prototype, 'write');
  const writtenAt: number[] = [];
  await greetedBy({
    onEvent: (_trace, { type }) => {
      if (type === 'reply') queueMicrotask(() => writtenAt.push(written.mock.calls.length));
    },
  });
  await say('NOOP\r\n');
  await say('NOOP\r\n');
  expect(writtenAt).toEqual([0, 1, 2]);
  expect(written).toHaveBeenCalledTimes(3);
});

test('mail data is measured by who looks at it, and at once only where events are shown', async () => {
  const fed = jest.spyOn(ContentMeter.prototype, 'feed');
  await greetedBy();
  for (const line of MESSAGE) await say(`${line}\r\n`);
  expect(fed).not.toHaveBeenCalled();
  expect((await server.message()).messageId).toBe('<1@a>');
  expect(fed).toHaveBeenCalled();
});

test('where events are shown it is measured before they are', async () => {
  const fed = jest.spyOn(ContentMeter.prototype, 'feed');
  const atMessage: number[] = [];
  await greetedBy({ onEvent: (_trace, { type }) => type === 'message' && atMessage.push(fed.mock.calls.length) });
  for (const line of MESSAGE) await say(`${line}\r\n`);
  expect(atMessage).toEqual([1]);
});
