// A client that talks for ever, and never so that nothing waits, must not cost more memory the longer it talks.

import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { scenario, startMockServer, type MockServer } from '../../src/mock/mock-server';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let server: MockServer;
let client: Socket;
afterEach(async () => {
  client.destroy();
  await server.stop();
});

const TURNS = 2500;
const PIECE_OCTETS = 8000;
/** A tenth of what is sent. */
const MOST_GROWTH = (TURNS * PIECE_OCTETS) / 10;

/** What is swept behind one collection is counted only when the next one begins. */
function octetsInUse(): number {
  for (let time = 0; time < 3; time++) collect();
  return process.memoryUsage().arrayBuffers;
}

/** Each piece in a read of its own. */
async function sendPieces(piece: string): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    if (!client.write(piece, 'latin1')) await once(client, 'drain');
    await new Promise(setImmediate);
  }
}

test.each([
  [
    'lines, and always half a line more',
    'EHLO a\r\nMAIL FROM:<a@b.c>\r\nRC',
    `PT TO:<d@e.f>\r\n${'RSET\r\n'.repeat(6)}HELP ${'x'.repeat(PIECE_OCTETS - 85)}\r\nEHLO a\r\nMAIL FROM:<a@b.c>\r\nRC`,
  ],
  [
    'a message without end',
    'EHLO a\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n',
    `${'x'.repeat(78)}\r\n`.repeat(PIECE_OCTETS / 80),
  ],
  [
    'a chunk without end',
    'EHLO a\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nBDAT 2000000000 LAST\r\n',
    'y'.repeat(PIECE_OCTETS),
  ],
])('%s', async (_, beginning, piece) => {
  server = await startMockServer(
    scenario('endless')
      .persona('plain')
      .server({ extensions: ['PIPELINING', 'CHUNKING'], policies: { size: { limit: null } } }),
    { keepContent: false, traceBounds: { octets: 1000, events: 100 } },
  );
  client = connect(server.port, '127.0.0.1');
  client.setNoDelay(true).resume();
  client.write(beginning);
  await sendPieces(piece);
  const before = octetsInUse();
  await sendPieces(piece);
  expect(octetsInUse() - before).toBeLessThan(MOST_GROWTH);
  expect(server.records.open).toBe(1);
});
