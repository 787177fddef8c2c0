// What is known of a message is found out when somebody looks, or at once where somebody listens: on real sockets, however the
// mail data is cut, the two must say the same, and the truth.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { startMockServer, type MockServer } from '../../src/mock/mock-server';
import type { MessageEvent } from '../../src/wire/trace-event';

const ENVELOPE = ['MAIL FROM:<a@example.net>', 'RCPT TO:<x@example.com>', 'DATA'];

let late: MockServer;
let atOnce: MockServer;
beforeAll(async () => {
  late = await startMockServer('plain');
  atOnce = await startMockServer('plain', { onEvent: () => undefined });
});
afterAll(async () => {
  await late.stop();
  await atOnce.stop();
});

/** Sends something and waits for a reply to it. */
async function exchange(socket: Socket, octets: string): Promise<void> {
  socket.write(octets, 'latin1');
  await once(socket, 'data');
}

/** Messages over one connection, each in pieces that are writes of their own. */
async function deliver(server: MockServer, messages: readonly (readonly string[])[]): Promise<void> {
  const socket = connect({ port: server.port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'data');
  await exchange(socket, 'EHLO a.example.net\r\n');
  for (const pieces of messages) {
    for (const line of ENVELOPE) await exchange(socket, `${line}\r\n`);
    for (const piece of pieces.slice(0, -1)) {
      socket.write(piece, 'latin1');
      await new Promise((resolve) => setImmediate(resolve));
    }
    await exchange(socket, pieces.at(-1) ?? '');
  }
  await exchange(socket, 'QUIT\r\n');
  socket.destroy();
}

/** Mail data as it goes over the wire, cut somewhere, its end included. */
const mailData = fc
  .tuple(
    fc.constantFrom('', 'Message-ID: <1@a>\r\n\r\n'),
    fc.array(fc.constantFrom('a', '.', '\r\n', '\r\n..', '\n', '\r', '\0', '\xe9', 'x'.repeat(3000)), {
      maxLength: 12,
    }),
    fc.array(fc.nat({ max: 60 }), { maxLength: 3 }),
  )
  .filter(([, parts]) => !/(^|\r\n)\.\r\n/.test(`${parts.join('')}\r\n`))
  .map(([head, parts, cuts]) => {
    const whole = `${head}${parts.join('')}\r\n.\r\n`;
    const ends = [...cuts.filter((cut) => cut > 0 && cut < whole.length).sort((a, b) => a - b), whole.length];
    return ends.map((end, index) => whole.slice(ends[index - 1] ?? 0, end)).filter((piece) => piece !== '');
  });

const sha256 = (text: string): string => createHash('sha256').update(text, 'latin1').digest('hex');
const unstuffed = (pieces: readonly string[]): string =>
  `\r\n${pieces.join('')}`
    .slice(0, -3)
    .replace(/\r\n\./g, '\r\n')
    .slice(2);
const told = ({ size, digest, messageId, facts }: Pick<MessageEvent, 'size' | 'digest' | 'messageId' | 'facts'>) => ({
  size,
  digest,
  messageId,
  facts,
});

test('facts and digests are the same late and at once, in the store and on the record', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(mailData, { minLength: 1, maxLength: 6 }), async (messages) => {
      late.store.clear();
      atOnce.store.clear();
      const before = (await late.connections()).length;
      await Promise.all([deliver(late, messages), deliver(atOnce, messages)]);
      const seen = await Promise.all(
        [late, atOnce].map(async (server) => {
          const connection = (await server.connections({ count: before + 1 })).at(-1);
          return { events: connection?.messages.map(told), stored: server.store.all().map(told) };
        }),
      );
      expect(seen[0]).toEqual(seen[1]);
      expect(seen[0]?.events).toEqual(seen[0]?.stored);
      expect(seen[0]?.stored.map(({ digest }) => digest)).toEqual(messages.map((pieces) => sha256(unstuffed(pieces))));
    }),
    { numRuns: 40 },
  );
});
