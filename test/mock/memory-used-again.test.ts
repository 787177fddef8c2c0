// The memory of reads, traces and messages is used again (wire/recycled.ts). What one connection left there must never show
// in another: many send at once, in pieces of any size, while the oldest of everything is let go all the time.

import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { draws } from '../../src/scenario/random';
import { scenario, startMockServer, type MockServer, type MockServerOptions } from '../../src/mock/mock-server';

const CONNECTIONS = 24;
const AT_ONCE = 6;
const MESSAGES = 12;

let server: MockServer;
afterEach(async () => {
  await server.stop();
});

/** Each octet tells whose it is. */
function contentOf(name: string, octets: number): string {
  const lines = [`Message-ID: <${name}@example.net>`, ''];
  for (let length = 40; length < octets; length += 60) lines.push(`${name} ${length} `.padEnd(58, name));
  return `${lines.join('\r\n')}\r\n`;
}

const contents = new Map<string, string>();

function streamOf(connection: number, random: () => number): string {
  const parts = [`EHLO c${connection}.example\r\n`];
  for (let number = 0; number < MESSAGES; number++) {
    const name = `c${connection}m${number}`;
    // Some larger than a slab takes, most not.
    const content = contentOf(name, Math.floor(random() * (random() < 0.2 ? 60_000 : 9000)));
    contents.set(`<${name}@example.net>`, content);
    parts.push(`MAIL FROM:<${name}@example.net>\r\nRCPT TO:<x@example.com>\r\nDATA\r\n${content}.\r\n`);
  }
  return [...parts, 'QUIT\r\n'].join('');
}

const TAKEN = /354[^\r]*\r\n250/g;

/**
 * Writes what a random number of turns of the loop gathers, so that reads end anywhere; or message by message, so that
 * nothing waits behind one whose reply is still to come.
 */
function send(stream: string, waits: boolean, random: () => number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1');
    socket.setNoDelay(true);
    socket.once('error', reject).once('close', () => resolve());
    let said = '';
    let [from, messages] = [0, 0];
    const goOn = (): void => {
      const end = waits ? stream.indexOf('\r\n.\r\n', from) + 5 : stream.length;
      const until = Math.min(end < 5 ? stream.length : end, from + 1 + Math.floor(random() ** 3 * 30_000));
      socket.write(stream.slice(from, until), 'latin1');
      from = until;
      if (from === stream.length) return;
      if (from === end) messages++;
      else setImmediate(goOn);
    };
    socket.once('connect', goOn).on('data', (octets: Buffer) => {
      said += octets.toString('latin1');
      if (messages === 0 || (said.match(TAKEN)?.length ?? 0) < messages) return;
      [said, messages] = ['', 0];
      goOn();
    });
  });
}

/** What a listener kept of what was received, by connection. */
const heard = new Map<number, Buffer[]>();

const listener: Pick<MockServerOptions, 'onEvent'> = {
  onEvent: ({ connection }, event) => {
    if (event.type === 'received' && event.octets !== undefined) gatherOf(connection).push(event.octets);
  },
};

function gatherOf(connection: number): Buffer[] {
  const gathered = heard.get(connection) ?? [];
  heard.set(connection, gathered);
  return gathered;
}

test.each([
  ['nobody hears events', {}],
  ['somebody does', listener],
])('what was sent is what is kept, octet for octet, when %s', async (_, listening) => {
  const bounds = { keptConnections: 5, storeBounds: { messages: 40, octets: 300_000 } };
  // What is read meanwhile must leave the message alone that waits for its reply.
  const hesitant = scenario('again').persona('plain').on('end-of-data').delay('1 ms').reply(250);
  server = await startMockServer(hesitant, { ...bounds, ...listening });
  const random = draws(7, 1, 1, 1);
  const streams = Array.from({ length: CONNECTIONS }, (_value, connection) => streamOf(connection, random));
  const waiting = streams.entries();
  const seen = new Set<number>();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const [connection, stream] of waiting) {
        await send(stream, connection % 2 === 0, random);
        for (const { id, messageId, content, digest } of await server.messages({ count: 1 })) {
          const sent = contents.get(messageId ?? '') ?? 'nothing';
          seen.add(id);
          expect(digest).toBe(createHash('sha256').update(sent, 'latin1').digest('hex'));
          if (content !== null) expect(content.toString('latin1')).toBe(sent);
        }
      }
    }),
  );
  await server.quiet();
  expect(seen.size).toBeGreaterThan(40);
  const sent = new Set(streams);
  for (const gathered of heard.values()) expect(sent).toContain(Buffer.concat(gathered).toString('latin1'));
  expect(heard.size).toBe('onEvent' in listening ? CONNECTIONS : 0);
  for (const { events } of server.records.traces) {
    const received = events.flatMap((event) =>
      event.type === 'received' && event.layer === 'plain' ? [event.octets ?? Buffer.alloc(0)] : [],
    );
    const first = events.find((event) => event.type === 'command');
    const connection = Number(/\d+/.exec(first?.type === 'command' ? first.line : '')?.[0]);
    expect(Buffer.concat(received).toString('latin1')).toBe(streams[connection]);
    const named = events.flatMap((event) => (event.type === 'message' ? [event.messageId] : []));
    expect(named).toEqual(
      Array.from({ length: MESSAGES }, (_value, number) => `<c${connection}m${number}@example.net>`),
    );
  }
});
