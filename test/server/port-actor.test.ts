import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Listener, type ListenError } from '../../src/server/listener';
import { PortActor } from '../../src/server/port-actor';
import type { PortConfig } from '../../src/scenario/scenario';
import { virtualClock } from '../../src/wire/clock';
import { dial, dialling, inbox } from './peer';

const actors: PortActor[] = [];

afterEach(async () => {
  await Promise.all(actors.map((actor) => actor.stop()));
  actors.length = 0;
});

type Config = Pick<PortConfig, 'listenAfterMs' | 'closed' | 'accept'>;

const ACCEPT: PortConfig['accept'] = { atOnce: null, excess: 'queue', total: null };

function staged(config: Partial<Config> = {}, port = 0, hosts: readonly string[] = ['127.0.0.1']) {
  const clock = virtualClock();
  const changes = inbox<boolean>();
  const arrivals = inbox<string>();
  const failures = inbox<ListenError>();
  const newListener = (): Listener =>
    new Listener({
      proxyProtocol: false,
      closeTimeoutMs: 1,
      arrived: (_socket, { remoteAddress }) => {
        arrivals.put(remoteAddress);
        return null;
      },
    });
  const actor = new PortActor({
    doors: hosts.map((host) => ({ listener: newListener(), host })),
    port,
    config: { listenAfterMs: null, closed: null, accept: ACCEPT, ...config },
    clock,
    changed: (isOpen) => changes.put(isOpen),
    failed: (error) => failures.put(error),
  });
  actors.push(actor);
  return { actor, clock, changes, arrivals, failures };
}

test('a port without a part to play is open from the start', async () => {
  const { actor, clock, changes } = staged();
  const port = await actor.start();
  expect(await changes.next()).toBe(true);
  expect(await dialling(port)).toBe('connected');
  expect(clock.nextAlarmAt()).toBeNull();
});

test('both families listen on the same port', async () => {
  const { actor, arrivals } = staged({}, 0, ['127.0.0.1', '::1']);
  const port = await actor.start();
  await dial(port, '127.0.0.1');
  expect(await arrivals.next()).toBe('127.0.0.1');
  await dial(port, '::1');
  expect(await arrivals.next()).toBe('::1');
});

test('listen after 2 s: refused until then, on the port that was told', async () => {
  const { actor, clock, changes } = staged({ listenAfterMs: 2000 });
  const port = await actor.start();
  expect(await dialling(port)).toBe('ECONNREFUSED');
  clock.advance(1999);
  expect(await dialling(port)).toBe('ECONNREFUSED');
  clock.advance(1);
  expect(await changes.next()).toBe(true);
  expect(await dialling(port)).toBe('connected');
});

test('closed for 10 s: refused from the start', async () => {
  const { actor, clock, changes } = staged({ closed: { forMs: 10_000, afterConnections: null } });
  const port = await actor.start();
  expect(actor.isOpen).toBe(false);
  expect(await dialling(port)).toBe('ECONNREFUSED');
  clock.advance(10_000);
  expect(await changes.next()).toBe(true);
  expect(await dialling(port)).toBe('connected');
});

test('closed after 2 connections: the third is refused for good, the first two go on', async () => {
  const { actor, clock, arrivals } = staged({ closed: { forMs: null, afterConnections: 2 } });
  const port = await actor.start();
  const first = await dial(port);
  await arrivals.next();
  expect(actor.isOpen).toBe(true);
  await dial(port);
  await arrivals.next();
  expect(await dialling(port)).toBe('ECONNREFUSED');
  expect(first.socket.destroyed).toBe(false);
  expect(clock.nextAlarmAt()).toBeNull();
});

test('closed after 1 connection for 5 s: open again afterwards, and then it stays so', async () => {
  const { actor, clock, changes, arrivals } = staged({ closed: { forMs: 5000, afterConnections: 1 } });
  const port = await actor.start();
  expect(await changes.next()).toBe(true);
  await dial(port);
  await arrivals.next();
  expect(await changes.next()).toBe(false);
  expect(await dialling(port)).toBe('ECONNREFUSED');
  clock.advance(5000);
  expect(await changes.next()).toBe(true);
  expect(await dialling(port)).toBe('connected');
  await arrivals.next();
  expect(await dialling(port)).toBe('connected');
});

test('clients that come all at once: exactly as many as were allowed arrive', async () => {
  const { actor, changes, arrivals } = staged({ accept: { ...ACCEPT, total: 3 } });
  const port = await actor.start();
  await changes.next();
  const attempts = Array.from({ length: 20 }, () => dialling(port));
  for (let count = 0; count < 3; count++) await arrivals.next();
  expect(await changes.next()).toBe(false);
  await Promise.all(attempts);
  expect(await dialling(port)).toBe('ECONNREFUSED');
  let late = false;
  void arrivals.next().then(() => (late = true));
  await actor.stop();
  expect(late).toBe(false);
});

test('a port taken meanwhile: comes back when it is free again', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { actor, clock, changes } = staged({ listenAfterMs: 1000 }, port);
  expect(await actor.start()).toBe(port);
  clock.advance(1000);
  // The first try fails; the next one is what the clock holds then.
  while (clock.nextAlarmAt() === null) await new Promise(setImmediate);
  expect(clock.nextAlarmAt()).toBe(1100);
  await new Promise((resolve) => other.close(resolve));
  clock.advance(100);
  expect(await changes.next()).toBe(true);
});

test('a port that can never be opened is told, after the last try', async () => {
  const { actor, clock, failures } = staged({ listenAfterMs: 1000 }, 0, ['127.0.0.1']);
  const port = await actor.start();
  const other = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  clock.advance(1000);
  const told: ListenError[] = [];
  void failures.next().then((error) => told.push(error));
  while (told.length === 0) {
    await new Promise(setImmediate);
    if (clock.nextAlarmAt() !== null) clock.advance(100);
  }
  other.close();
  expect(told[0]?.code).toBe('EADDRINUSE');
  expect(actor.isOpen).toBe(false);
});

test('a port that is in use at the start is a ListenError of start', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { actor } = staged({}, port);
  await expect(actor.start()).rejects.toThrow('another program has this port');
  other.close();
});

test('stopped while it waits: never opens', async () => {
  const { actor, clock } = staged({ listenAfterMs: 1000 });
  const port = await actor.start();
  await actor.stop();
  expect(clock.nextAlarmAt()).toBeNull();
  expect(await dialling(port)).toBe('ECONNREFUSED');
});

test('closed for good while it waits to come back: stays closed, sessions go on', async () => {
  const { actor, clock, arrivals } = staged({ closed: { forMs: 5000, afterConnections: 1 } });
  const port = await actor.start();
  const { socket } = await dial(port);
  await arrivals.next();
  actor.close();
  clock.advance(5000);
  expect(await dialling(port)).toBe('ECONNREFUSED');
  expect(socket.destroyed).toBe(false);
});
