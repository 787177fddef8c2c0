// Who hears of the end where a path lies between: a client that is told nothing keeps its connection. Real sockets, and a
// clock that only the test moves.

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { buildBox } from '../../src/middlebox/catalogue';
import type { Middlebox } from '../../src/middlebox/middlebox';
import type { TlsAcceptor } from '../../src/server/tls';
import { Transport } from '../../src/server/transport';
import { virtualClock } from '../../src/wire/clock';
import { OctetSlab } from '../../src/wire/octet-slab';
import { Trace } from '../../src/wire/trace';
import type { TraceEvent } from '../../src/wire/trace-event';
import { dial, inbox, type Peer } from './peer';

let door: Server;
let peer: Peer;
afterEach(() => {
  peer.socket.destroy();
  door.close();
});

/** TLS that is asked to end, and never does: over a stream of ours, Node's own is so now and then. */
const NEVER_ENDING: TlsAcceptor = {
  closeNotify: true,
  accept: () => new Duplex({ read: () => undefined, final: () => undefined }) as TLSSocket,
};

/** A client that has connected, and our end of it behind a path. */
async function behind(...path: readonly Middlebox[]) {
  const accepted = inbox<Socket>();
  door = createServer({ allowHalfOpen: true }, (socket) => accepted.put(socket));
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  peer = await dial((door.address() as { port: number }).port);
  const socket = await accepted.next();
  const clock = virtualClock();
  const events = inbox<TraceEvent>();
  const trace = new Trace(1, 1, clock, { last: 0 }, undefined, (_trace, event) => events.put(event));
  const heard: string[] = [];
  const transport = new Transport(
    { socket, trace, path, connection: 1, tls: NEVER_ENDING, reads: new OctetSlab() },
    clock,
    () => 0,
    {
      onOctets: (octets) => {
        heard.push(octets.toString('latin1'));
        return 'held';
      },
      shownOctets: (_layer, octets) => octets,
      onPeerGone: (how) => {
        heard.push(how);
        if (how === 'reset') transport.release();
      },
      pump: () => undefined,
      onHandshake: () => undefined,
      onClosed: () => heard.push('closed'),
    },
  );
  /** Resolves with the next event that is as is wanted. */
  const event = async (wanted: (event: TraceEvent) => boolean): Promise<TraceEvent> => {
    for (;;) {
      const next = await events.next();
      if (wanted(next)) return next;
    }
  };
  return { transport, clock, heard, event };
}

const aim = (moment: 'after-mail' | 'connect') => ({ aim: { moment, octets: 1, nth: 1 } });
const onWire = (event: TraceEvent): boolean => event.type === 'received' && event.layer === 'wire';

test('a FIN that the path has swallowed leaves the client where it is, until it leaves by itself', async () => {
  const { transport, clock, heard, event } = await behind(
    buildBox('half-open', { ...aim('after-mail'), direction: 'server' }),
  );
  transport.say('220 hi\r\n');
  await peer.read(8);
  peer.socket.write('MAIL FROM:<>\r\n');
  await event(onWire);
  transport.say('250 lost\r\n');
  transport.end();
  transport.release();
  clock.advance(60_000);
  expect(transport.isLeft).toBe(true);
  peer.socket.write('NOOP\r\n');
  await event(onWire);
  peer.socket.end();
  expect(await event(({ type }) => type === 'peer')).toMatchObject({ what: 'fin' });
  expect(heard).not.toContain('closed');
  // It may have closed half of it only; but nobody waits longer than this.
  clock.advance(15 * 60_000);
  expect(await peer.readToEnd()).toBe('220 hi\r\n');
});

test('a FIN that is still on its way arrives, however long that takes', async () => {
  const { transport, clock } = await behind(buildBox('latency', { clientMs: 0, serverMs: 5000 }));
  transport.say('421 bye\r\n');
  transport.end();
  clock.advance(2000);
  transport.release();
  clock.advance(3000);
  expect(await peer.readToEnd()).toBe('421 bye\r\n');
});

test('a client hears our FIN behind a path also when TLS does not come to its end', async () => {
  const { transport, clock } = await behind(buildBox('latency', { clientMs: 0, serverMs: 1 }));
  transport.startTls(null);
  transport.end();
  transport.release();
  clock.advance(1);
  expect(await peer.readToEnd()).toBe('');
});

test('a reset of our end only is not told to the client', async () => {
  const { transport, heard, event } = await behind(buildBox('reset', { ...aim('after-mail'), to: 'server' }));
  transport.say('220 hi\r\n');
  await peer.read(8);
  peer.socket.write('MAIL FROM:<>\r\n');
  await event(({ type }) => type === 'peer');
  peer.socket.write('NOOP\r\n');
  await event(onWire);
  expect(heard.at(-1)).toBe('reset');
  expect(transport.isLeft).toBe(true);
});

test.each([
  ['reset', buildBox('reset', aim('after-mail')), 'MAIL FROM:<>\r\n'],
  ['an ASA that drops', buildBox('asa-inspect', { commandLineOctets: 10, maskBanner: false }), 'NOOP 123456\r\n'],
])('%s to both ends is a RST for the client, too', async (_what, box, line) => {
  const { transport } = await behind(box);
  transport.say('220 hi\r\n');
  await peer.read(8);
  peer.socket.write(line);
  await expect(peer.readToEnd()).rejects.toMatchObject({ code: 'ECONNRESET' });
});
