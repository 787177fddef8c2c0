// How a TLS session ends: with a close_notify, or without one where the scenario keeps it back. Looked for on the wire, below
// the client's TLS, since Node does not tell its users.

import { mkdtempSync, rmSync } from 'node:fs';
import { connect as dialTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { connect as dialTls } from 'node:tls';
import { startMockServer, type MockServer } from '../../src/mock/mock-server';
import { scenario } from '../../src/scenario/builder';

const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const ALERT = 21;

let server: MockServer;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'smtp-gauntlet-tls-end-'));
});
afterEach(() => server.stop());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Heard {
  /** Inside TLS. */
  readonly text: string;
  /** Types of the TLS records that came, in order (RFC 5246 6.2.1). */
  readonly records: readonly number[];
}

/** Greets, says STARTTLS and, inside, QUIT; waits for the end of the connection. */
async function quitInsideTls(): Promise<Heard> {
  const socket = dialTcp(server.port, server.host);
  const next = (): Promise<Buffer> => new Promise((resolve) => socket.once('data', resolve));
  await next();
  for (const line of ['EHLO a.example', 'STARTTLS']) {
    socket.write(`${line}\r\n`);
    await next();
  }
  const cipher: Buffer[] = [];
  const below = new Duplex({
    read: () => undefined,
    write: (octets: Buffer, _encoding, done) => void socket.write(octets, () => done()),
    final: (done) => void socket.end(() => done()),
  });
  socket.on('data', (octets) => {
    cipher.push(octets);
    below.push(octets);
  });
  socket.on('end', () => below.push(null));
  const secure = dialTls({ socket: below, rejectUnauthorized: false, maxVersion: 'TLSv1.2' });
  let text = '';
  secure.on('data', (octets: Buffer) => (text += octets.toString('latin1')));
  secure.on('error', () => undefined);
  secure.write('QUIT\r\n');
  await new Promise((resolve) => socket.once('close', resolve));
  return { text, records: recordTypes(Buffer.concat(cipher)) };
}

function recordTypes(octets: Buffer): readonly number[] {
  const types: number[] = [];
  for (let at = 0; at + 5 <= octets.length; at += 5 + octets.readUInt16BE(at + 3)) types.push(octets.readUInt8(at));
  return types;
}

describe.each([
  ['on the socket itself', []],
  ['behind a path', ['latency' as const]],
])('%s', (_where, path) => {
  test.each([
    [true, ALERT],
    [false, APPLICATION_DATA],
  ])('close-notify: %s, and the last record has the type %i', async (closeNotify, last) => {
    const built = scenario()
      .server({ tls: { 'close-notify': closeNotify } })
      .path(path);
    server = await startMockServer(built, { certificates: folder });
    const { text, records } = await quitInsideTls();
    expect(text).toMatch(/^221 /);
    expect(records[0]).toBe(HANDSHAKE);
    expect(records.at(-1)).toBe(last);
  });
});
