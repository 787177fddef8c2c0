// A message that is too large to be kept goes through one block: what is known of it afterwards, and the message behind it,
// must not suffer from that.

import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { scenario, startMockServer, type MockServer } from '../../src/mock/mock-server';

let server: MockServer;
afterEach(async () => {
  await server.stop();
});

const HEAD = 'MAIL FROM:<a@example.net>\r\nRCPT TO:<x@example.com>\r\nDATA\r\n';
const BOUNDS = { messages: 10, octets: 400_000 };

/** Lines that differ, so that an octet of another place would show. */
function contentOf(name: string, octets: number): string {
  const lines = [`Message-ID: <${name}@example.net>`, ''];
  for (let length = 40; length < octets; length += 60) lines.push(`${name} ${length} `.padEnd(58, String(length % 10)));
  return `${lines.join('\r\n')}\r\n`;
}

/** All at once, with no wait for the replies, so that reads are as large as they come. */
function sendAll(contents: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1');
    socket.once('error', reject);
    socket.once('close', () => resolve());
    socket.resume();
    socket.write(`EHLO a.example\r\n${contents.map((content) => `${HEAD}${content}.\r\n`).join('')}QUIT\r\n`, 'latin1');
  });
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'latin1').digest('hex');

test.each([
  ['kept in part', { storeBounds: BOUNDS }],
  ['not kept at all', { storeBounds: BOUNDS, keepContent: false }],
])('with content %s, digests and names are those of what was sent', async (_, options) => {
  server = await startMockServer(
    scenario('large')
      .persona('plain')
      .server({ policies: { size: { limit: null } } }),
    {
      ...options,
      traceBounds: { octets: 1000, events: 20_000 },
    },
  );
  const contents = [contentOf('huge', 3_000_000), contentOf('small', 5000), contentOf('again', 1_000_000)];
  await sendAll(contents);
  const messages = await server.messages({ count: 3 });
  expect(messages.map(({ size, digest, messageId }) => ({ size, digest, messageId }))).toEqual(
    contents.map((content, index) => ({
      size: content.length,
      digest: sha256(content),
      messageId: `<${['huge', 'small', 'again'][index]}@example.net>`,
    })),
  );
  const kept = messages.map(({ content }) => content?.toString('latin1') ?? null);
  expect(kept).toEqual([null, 'keepContent' in options ? null : contents[1], null]);
});

// Large reads are on the record as they are, not as copies; its events may be let go while it goes on.
test('what is on the record of a message that passes is what was sent', async () => {
  for (const events of [10, 16, 20, 24, 30]) {
    server = await startMockServer(
      scenario('large')
        .persona('plain')
        .server({ policies: { size: { limit: null } } }),
      { keepContent: false, traceBounds: { octets: 1_000_000, events } },
    );
    const content = contentOf('huge', 3_000_000);
    await sendAll([content]);
    const [connection] = await server.connections({ count: 1 });
    const stream = `EHLO a.example\r\n${HEAD}${content}.\r\nQUIT\r\n`;
    const kept = (connection?.trace.events ?? []).flatMap((event) =>
      event.type === 'received' && event.octets !== undefined ? [event] : [],
    );
    for (const { offset, length, octets } of kept) {
      expect(octets?.equals(Buffer.from(stream.slice(offset, offset + length), 'latin1'))).toBe(true);
    }
    await server.stop();
  }
});
