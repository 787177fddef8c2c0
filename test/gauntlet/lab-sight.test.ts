// What the server saw, added up from the events of its trace.

import { serverSight, sightingOf, type Sighting } from '../../src/gauntlet/lab/server-sight';
import type { TraceEvent } from '../../src/wire/trace-event';

const GREETED: readonly Sighting[] = [
  { connection: 1, at: 0, type: 'connected', peerPort: 40001 },
  { connection: 1, at: 1, type: 'reply', code: 220, text: '220 mail.example.com ready' },
  { connection: 1, at: 2, type: 'received', octets: 18 },
  { connection: 1, at: 2, type: 'command', line: 'DATA' },
  { connection: 1, at: 3, type: 'reply', code: 354, text: '354 go ahead' },
];
const ANSWERED: readonly Sighting[] = [
  ...GREETED,
  { connection: 1, at: 4, type: 'received', octets: 1448 },
  { connection: 1, at: 5, type: 'received', octets: 552 },
  { connection: 1, at: 5, type: 'message', octets: 1995, digest: 'abc', complete: true },
  { connection: 1, at: 6, type: 'reply', code: 250, text: '250 OK' },
];

test('a stall: 354 was said, and not one octet came behind it', () => {
  expect(serverSight(GREETED)).toEqual({
    connections: [{ at: 0, peerPort: 40001 }],
    handshake: null,
    goAhead: { at: 3, peerPort: 40001 },
    contentOctets: 0,
    accepted: [],
    last: { at: 3, text: 'said "354 go ahead"' },
  });
});

test('a mail that is whole and answered with 250 is accepted; octets count from behind the 354', () => {
  const sight = serverSight(ANSWERED);
  expect(sight.contentOctets).toBe(2000);
  expect(sight.accepted).toEqual([{ at: 5, peerPort: 40001, octets: 1995, digest: 'abc' }]);
});

test.each([
  ['refused', { connection: 1, at: 6, type: 'reply', code: 554, text: '554 no' }],
  ['not answered', { connection: 1, at: 6, type: 'closed', by: 'client' }],
  ['answered on another connection only', { connection: 2, at: 6, type: 'reply', code: 250, text: '250 OK' }],
] as const)('a whole mail that was %s is not accepted', (_how, last) => {
  expect(serverSight([...ANSWERED.slice(0, -1), last]).accepted).toEqual([]);
});

test('a mail that broke off is not accepted, whatever was said then', () => {
  const broken = ANSWERED.map((one) => (one.type === 'message' ? { ...one, complete: false } : one));
  expect(serverSight(broken).accepted).toEqual([]);
});

test('a second connection is not counted as mail data of the first', () => {
  const sight = serverSight([
    ...GREETED,
    { connection: 2, at: 9, type: 'connected', peerPort: 40002 },
    { connection: 2, at: 10, type: 'received', octets: 25 },
  ]);
  expect(sight.connections.map(({ peerPort }) => peerPort)).toEqual([40001, 40002]);
  expect(sight).toMatchObject({ goAhead: { peerPort: 40001 }, contentOctets: 0 });
});

test('nobody came', () => {
  expect(serverSight([])).toMatchObject({ connections: [], goAhead: null, last: null });
});

test('octets are counted where the session reads them, once, and none is handed over', () => {
  const received = { type: 'received', seq: 5, at: 7, offset: 0, length: 3, octets: Buffer.from('abc') } as const;
  const plain: TraceEvent = { ...received, layer: 'plain' };
  const wire: TraceEvent = { ...received, layer: 'wire' };
  expect(sightingOf(1, plain)).toEqual({ connection: 1, at: 7, type: 'received', octets: 3 });
  expect(sightingOf(1, wire)).toBeNull();
});

test('how far the latest handshake came; the end of TLS and a ClientHello out of place are none', () => {
  const tls = (phase: 'started' | 'secured' | 'failed' | 'client-hello' | 'closed'): Sighting | null =>
    sightingOf(1, { type: 'tls', phase, seq: 0, at: 3 });
  const started = tls('started');
  const secured = tls('secured');
  if (started === null || secured === null) throw new Error('no sighting');
  expect(serverSight([...GREETED, started])).toMatchObject({
    handshake: 'started',
    last: { at: 3, text: 'began the TLS handshake' },
  });
  expect(serverSight([...GREETED, started, secured]).handshake).toBe('secured');
  expect([tls('client-hello'), tls('closed')]).toEqual([null, null]);
});
