// Replies are written straight to the handle (server/direct-writes.ts), and wait in the kernel's queue when a client does not
// read. However it reads, it hears what stands on the record, in this order and nothing twice; and one that leaves in the
// middle of it harms nobody.

import { connect } from 'node:net';
import { draws } from '../../src/scenario/random';
import { scenario, startMockServer, type MockServer } from '../../src/mock/mock-server';
import type { TraceRecord } from '../../src/wire/trace-event';

const CLIENTS = 24;
const AT_ONCE = 8;

let server: MockServer;
afterEach(async () => {
  await server.stop();
});

/** Short ones, one that no kernel takes at once, and one in pieces. */
const wordy = scenario('wordy')
  .persona('plain')
  .on('HELP')
  .raw(Buffer.from(['2', '1', '4'].map((line) => `214-${line.repeat(800_000)}\r\n`).join('') + '214 ok\r\n'), {
    as: 214,
  })
  .on('VRFY')
  .reply('252 in pieces, one after the other', { dribble: { octets: 7, every: '1 ms' } })
  .on('EXPN')
  .raw(Buffer.alloc(70_000, '250 raw\r\n'));

const COMMANDS = ['NOOP\r\n', 'NOOP\r\n', 'RSET\r\n', 'VRFY a\r\n', 'EXPN a\r\n', 'HELP\r\n'];

interface Client {
  readonly name: string;
  readonly heard: string;
}

/** Says all it has to say at once, and reads at its own pace; `leaves` after so many octets by a reset. */
function talk(name: string, random: () => number, leaves: number): Promise<Client> {
  return new Promise((resolve) => {
    const commands = Array.from({ length: 12 }, () => COMMANDS[Math.floor(random() * COMMANDS.length)] ?? '');
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    const heard: Buffer[] = [];
    let octets = 0;
    socket.on('error', () => undefined).on('close', () => resolve({ name, heard: String(Buffer.concat(heard)) }));
    // FIN right behind it, before the most of the replies can have left.
    socket.end(`EHLO ${name}\r\n${commands.join('')}QUIT\r\n`);
    socket
      .on('end', () => socket.destroy())
      .on('data', (read: Buffer) => {
        heard.push(read);
        octets += read.length;
        if (octets > leaves) socket.resetAndDestroy();
        else if (random() < 0.02) {
          socket.pause();
          afterTurns(random() * 200, () => socket.resume());
        }
      });
  });
}

function afterTurns(turns: number, goOn: () => void): void {
  if (turns < 1) goOn();
  else setImmediate(() => afterTurns(turns - 1, goOn));
}

function saidOn({ events }: TraceRecord): string {
  return events.map((event) => (event.type === 'reply' ? event.octets : '')).join('');
}

function nameOn({ events }: TraceRecord): string {
  const first = events.find((event) => event.type === 'command');
  return first?.type === 'command' ? first.line.slice('EHLO '.length) : '';
}

test('a client hears what is on the record, whatever its pace', async () => {
  server = await startMockServer(wordy);
  const random = draws(11, 1, 1, 1);
  const names = Array.from({ length: CLIENTS }, (_, number) => `c${number}.example`).values();
  const stayed: Client[] = [];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const name of names) {
        const leaves = random() < 0.3 ? random() * 3_000_000 : Infinity;
        const client = await talk(name, random, leaves);
        if (leaves === Infinity) stayed.push(client);
      }
    }),
  );
  await server.quiet();
  const said = new Map(server.records.traces.map((trace) => [nameOn(trace), saidOn(trace)]));
  expect(stayed.length).toBeGreaterThan(CLIENTS / 3);
  for (const { name, heard } of stayed) {
    expect(heard.length).toBe(said.get(name)?.length);
    expect(heard === said.get(name)).toBe(true);
    expect(heard).toMatch(/221 [^\r\n]*\r\n$/);
  }
});
