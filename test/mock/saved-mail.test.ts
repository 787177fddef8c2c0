// Mail that is being written to disk while the dialogue goes on: a message that was answered before it was here waits for
// nobody, and its octets must stay its own meanwhile.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RuleBuilder } from '../../src/scenario/builder';
import { scenario, startMockServer, type MockServer } from '../../src/mock/mock-server';

let server: MockServer;
let folder: string;
let client: Socket;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'smtp-gauntlet-saved-'));
});
afterEach(async () => {
  client.destroy();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const HEAD = 'MAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n';
const early = (): RuleBuilder => scenario('early').on('content').reply(250).times(1);

function dial(): void {
  client = connect(server.port, '127.0.0.1');
  client.setNoDelay(true).resume();
}

test('what is read while it is written does not get into it', async () => {
  server = await startMockServer(early(), { save: folder });
  dial();
  const content = `Subject: mine\r\n\r\n${'MINE'.repeat(200)}\r\n`;
  client.write(`EHLO a\r\n${HEAD}`);
  client.write(`${content}.\r\n`);
  for (let turn = 0; turn < 50; turn++) {
    await new Promise(setImmediate);
    client.write(`NOOP ${'OTHER'.repeat(200)}\r\n`);
  }
  client.end('QUIT\r\n');
  await server.connections({ count: 1 });
  const file = (): string | undefined => readdirSync(folder).find((name) => /^\d.*\.json$/.test(name));
  while (file() === undefined) await new Promise(setImmediate);
  expect(readFileSync(join(folder, file()?.replace('.json', '.eml') ?? ''), 'latin1')).toBe(content);
});

test('the message behind it is not acknowledged before it is on disk itself', async () => {
  server = await startMockServer(early(), { save: folder });
  dial();
  const large = `${'x'.repeat(78)}\r\n`.repeat(20_000);
  client.end(`EHLO a\r\n${HEAD}Subject: 1\r\n\r\n.\r\n${HEAD}${large}.\r\nQUIT\r\n`);
  const [connection] = await server.connections({ count: 1 });
  const events = connection?.trace.events ?? [];
  const second = events.findLast((event) => event.type === 'message');
  const acknowledged = events.findIndex((event) => event.type === 'reply' && event.answers === second?.seq);
  const saved = events.findIndex((event) => event.type === 'note' && event.detail === 'message 2');
  expect(saved).toBeGreaterThan(0);
  expect(acknowledged).toBeGreaterThan(saved);
});
