import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { checkResolver, lookUp } from '../../src/server/dns-resolver';
import { startTestZone, type TestZone, type TestZoneOptions, type ZoneRecord } from '../../src/server/test-zone';
import type { LookUp } from '../../src/scenario/effects';
import { virtualClock } from '../../src/wire/clock';

const zones: TestZone[] = [];

afterEach(async () => {
  await Promise.all(zones.map((zone) => zone.stop()));
  zones.length = 0;
});

async function zoneOf(options: TestZoneOptions): Promise<TestZone> {
  const zone = await startTestZone(options);
  zones.push(zone);
  return zone;
}

const SITE = 'bl.example.org';
const LISTED: ZoneRecord = { name: `2.0.0.127.${SITE}`, type: 'A', data: '127.0.0.4' };
const LOCAL = { allowRemote: false };

const listed = (zone: { readonly resolver: string }, address = '127.0.0.2'): LookUp => ({
  ask: 'listed',
  address,
  site: SITE,
  resolver: zone.resolver,
  timeoutMs: 5000,
});
const domain = (zone: { readonly resolver: string }, name: string): LookUp => ({
  ask: 'domain',
  domain: name,
  resolver: zone.resolver,
  timeoutMs: 5000,
});
const name = (zone: { readonly resolver: string }, address: string): LookUp => ({
  ask: 'name',
  address,
  resolver: zone.resolver,
  timeoutMs: 5000,
});

describe('listed', () => {
  test('asks for the reversed address at the site, and finds it', async () => {
    const zone = await zoneOf({ records: [LISTED] });
    expect(await lookUp(listed(zone), LOCAL)).toBe(true);
    expect(zone.asked).toEqual([{ name: '2.0.0.127.bl.example.org', type: 'A', over: 'udp' }]);
  });

  test('no such name: not listed', async () => {
    const zone = await zoneOf({ records: [LISTED] });
    expect(await lookUp(listed(zone, '192.0.2.3'), LOCAL)).toBe(false);
  });

  test('a name without an A record: not listed', async () => {
    const zone = await zoneOf({ records: [{ name: LISTED.name, type: 'TXT', data: 'listed' }] });
    expect(await lookUp(listed(zone), LOCAL)).toBe(false);
  });

  test('an address outside 127.0.0.0/8 is a parked domain, not a listing', async () => {
    const zone = await zoneOf({ records: [{ name: LISTED.name, type: 'A', data: '192.0.2.80' }] });
    expect(await lookUp(listed(zone), LOCAL)).toBe(false);
  });

  test('one of several addresses is enough', async () => {
    const zone = await zoneOf({ records: [{ name: LISTED.name, type: 'A', data: '192.0.2.80' }, LISTED] });
    expect(await lookUp(listed(zone), LOCAL)).toBe(true);
  });

  test('through an alias', async () => {
    const zone = await zoneOf({
      records: [
        { name: LISTED.name, type: 'CNAME', data: 'hit.example.org' },
        { name: 'hit.example.org', type: 'A', data: '127.0.0.2' },
      ],
    });
    expect(await lookUp(listed(zone), LOCAL)).toBe(true);
  });

  test('an IPv6 peer is not looked up', async () => {
    const zone = await zoneOf({ records: [LISTED] });
    expect(await lookUp(listed(zone, '2001:db8::1'), LOCAL)).toBe(false);
    expect(zone.asked).toEqual([]);
  });

  test('an answer of more than 512 octets is fetched over TCP', async () => {
    const many = Array.from({ length: 40 }, (_, index): ZoneRecord => ({
      name: LISTED.name,
      type: 'A',
      data: `192.0.2.${index}`,
    }));
    const zone = await zoneOf({ records: [...many, LISTED] });
    expect(await lookUp(listed(zone), LOCAL)).toBe(true);
    expect(zone.asked.map(({ over }) => over)).toEqual(['udp', 'tcp']);
  });

  test('SERVFAIL: not listed', async () => {
    const zone = await zoneOf({ records: [LISTED], failing: true });
    expect(await lookUp(listed(zone), LOCAL)).toBe(false);
  });

  test('false answers, with another id or to another question, are passed over', async () => {
    const zone = await zoneOf({ records: [], forged: true });
    expect(await lookUp(listed(zone), LOCAL)).toBe(false);
    const truthful = await zoneOf({ records: [LISTED], forged: true });
    expect(await lookUp(listed(truthful), LOCAL)).toBe(true);
  });

  test('garbage: waited on until the time is over, then not listed', async () => {
    const clock = virtualClock();
    const zone = await zoneOf({ records: [LISTED], garbage: true });
    const answer = lookUp(listed(zone), { allowRemote: false, clock });
    await zone.dealtWith(1);
    // Two turns of the event loop: the garbage has been read.
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    clock.advance(5000);
    expect(await answer).toBe(false);
  });

  test('silence: not listed, when the time is over and not before', async () => {
    const clock = virtualClock();
    const zone = await zoneOf({ records: [LISTED], silent: true });
    let settled = false;
    const answer = lookUp(listed(zone), { allowRemote: false, clock }).finally(() => (settled = true));
    await zone.dealtWith(1);
    clock.advance(4999);
    await new Promise(setImmediate);
    expect(settled).toBe(false);
    clock.advance(1);
    expect(await answer).toBe(false);
  });

  test('an answer that comes too late does not count', async () => {
    const clock = virtualClock();
    const zone = await zoneOf({ records: [LISTED], delayMs: 6000, clock });
    const answer = lookUp(listed(zone), { allowRemote: false, clock });
    while (zone.asked.length === 0) await new Promise(setImmediate);
    clock.advance(6000);
    expect(await answer).toBe(false);
  });

  test('nobody at that port: not listed, at once', async () => {
    const clock = virtualClock();
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    expect(await lookUp(listed({ resolver: `127.0.0.1:${port}` }), { allowRemote: false, clock })).toBe(false);
  });

  test('a hundred questions at once, each with its own answer', async () => {
    const zone = await zoneOf({ records: [LISTED] });
    const addresses = Array.from({ length: 100 }, (_, index) => `127.0.0.${index}`);
    const answers = await Promise.all(addresses.map((address) => lookUp(listed(zone, address), LOCAL)));
    expect(answers.flatMap((answer, index) => (answer ? [index] : []))).toEqual([2]);
  });
});

describe('domain', () => {
  const RECORDS: readonly ZoneRecord[] = [
    { name: 'mx.example', type: 'MX', data: { preference: 10, exchange: 'mail.mx.example' } },
    { name: 'a.example', type: 'A', data: '192.0.2.1' },
    { name: 'aaaa.example', type: 'AAAA', data: '2001:db8::1' },
    { name: 'txt.example', type: 'TXT', data: 'v=spf1 -all' },
  ];

  test.each([
    ['mx.example', true],
    ['MX.Example', true],
    ['a.example', true],
    ['aaaa.example', true],
    ['txt.example', false],
    ['example', false],
    ['nowhere.example', false],
    ['', false],
    ['a..example', false],
    [`${'x'.repeat(64)}.example`, false],
    [`${'x.'.repeat(130)}example`, false],
    ['[192.0.2.1]', true],
  ])('%j exists: %s', async (asked, exists) => {
    const zone = await zoneOf({ records: RECORDS });
    expect(await lookUp(domain(zone, asked), LOCAL)).toBe(exists);
  });

  test('a name that cannot be asked about is not asked about', async () => {
    const zone = await zoneOf({ records: RECORDS });
    await lookUp(domain(zone, `${'x'.repeat(64)}.example`), LOCAL);
    expect(zone.asked).toEqual([]);
  });

  test('undecided counts as existing: SERVFAIL', async () => {
    const zone = await zoneOf({ records: RECORDS, failing: true });
    expect(await lookUp(domain(zone, 'nowhere.example'), LOCAL)).toBe(true);
  });

  test('undecided counts as existing: silence', async () => {
    const clock = virtualClock();
    const zone = await zoneOf({ records: RECORDS, silent: true });
    const answer = lookUp(domain(zone, 'nowhere.example'), { allowRemote: false, clock });
    await zone.dealtWith(3);
    clock.advance(5000);
    expect(await answer).toBe(true);
  });
});

describe('name', () => {
  test('IPv4', async () => {
    const zone = await zoneOf({ records: [{ name: '1.2.0.192.in-addr.arpa', type: 'PTR', data: 'host.example' }] });
    expect(await lookUp(name(zone, '192.0.2.1'), LOCAL)).toBe(true);
    expect(await lookUp(name(zone, '192.0.2.2'), LOCAL)).toBe(false);
  });

  test.each([
    ['2001:db8::1', '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'],
    ['::1', `1.${'0.'.repeat(31)}ip6.arpa`],
    ['fe80::1:2%eth0', '2.0.0.0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.e.f.ip6.arpa'],
  ])('IPv6: %s', async (address, pointer) => {
    const zone = await zoneOf({ records: [{ name: pointer, type: 'PTR', data: 'host.example' }] });
    expect(await lookUp(name(zone, address), LOCAL)).toBe(true);
    expect(zone.asked).toEqual([{ name: pointer, type: 'PTR', over: 'udp' }]);
  });
});

describe('the resolver', () => {
  test.each(['127.0.0.1:53', '127.8.8.8:5353', '[::1]:5353'])('on this machine: %s', (resolver) => {
    expect(() => checkResolver(resolver, false)).not.toThrow();
  });

  test.each(['192.0.2.53:53', '[2001:db8::53]:53', '0.0.0.0:53'])('elsewhere needs leave: %s', (resolver) => {
    expect(() => checkResolver(resolver, false)).toThrow(`the DNS server ${resolver} is not on this machine`);
    expect(() => checkResolver(resolver, true)).not.toThrow();
  });

  test.each(['127.0.0.1', 'localhost:53', '::1:53', '127.0.0.1:0', '127.0.0.1:65536', '[127.0.0.1]:53', ''])(
    'is no address: %j',
    (resolver) => expect(() => checkResolver(resolver, true)).toThrow('is not the address of a DNS server'),
  );

  test('one elsewhere is not asked without leave: the question stays undecided', async () => {
    const clock = virtualClock();
    const resolver = '192.0.2.53:53';
    expect(await lookUp(listed({ resolver }), { allowRemote: false, clock })).toBe(false);
    expect(await lookUp(domain({ resolver }, 'example.com'), { allowRemote: false, clock })).toBe(true);
    expect(clock.nextAlarmAt()).toBeNull();
  });
});
