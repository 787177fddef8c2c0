import { buildBox } from '../../src/middlebox/catalogue';
import type { Middlebox } from '../../src/middlebox/middlebox';
import { PathDriver, type PathEnds } from '../../src/server/path-driver';
import { virtualClock } from '../../src/wire/clock';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

function drive(boxes: readonly Middlebox[], onServer: (text: string, driver: PathDriver) => void = () => undefined) {
  const clock = virtualClock();
  const log: string[] = [];
  const note = (what: string): void => void log.push(`${clock.now()} ${what}`);
  const ends: PathEnds = {
    toServer: (octets) => {
      note(`> ${octets.toString('latin1')}`);
      onServer(octets.toString('latin1'), driver);
    },
    finToServer: () => note('> FIN'),
    resetToServer: () => note('> RST'),
    toClient: (octets) => note(`< ${octets.toString('latin1')}`),
    finToClient: () => note('< FIN'),
    resetToClient: () => note('< RST'),
    pauseClient: (paused) => note(paused ? 'pause' : 'resume'),
    crossed: () => undefined,
  };
  const driver: PathDriver = new PathDriver(boxes, { connection: 1, random: () => 0, clock }, ends);
  return { clock, driver, log };
}

const latency = (ms: number): Middlebox => buildBox('latency', { clientMs: ms, serverMs: ms });

test('a greeting written right after the start is not lost', async () => {
  const { clock, driver, log } = drive([latency(20)]);
  driver.output({ octets: bytes('220 hi') });
  await Promise.resolve();
  clock.advance(20);
  expect(log).toEqual(['20 < 220 hi']);
});

test('an answer given while something is delivered keeps its own delay', async () => {
  const { clock, driver, log } = drive([latency(10)], (_text, path) => path.output({ octets: bytes('250 ok') }));
  driver.input({ octets: bytes('NOOP') });
  await Promise.resolve();
  clock.advance(100);
  expect(log).toEqual(['10 > NOOP', '20 < 250 ok']);
});

test('a chain of latencies adds up exactly, in both directions', () => {
  const { clock, driver, log } = drive([latency(3), latency(5), latency(7)]);
  driver.input({ octets: bytes('a') });
  driver.output({ octets: bytes('b') });
  driver.input({ fin: true });
  clock.advance(100);
  expect(log.toSorted()).toEqual(['15 < b', '15 > FIN', '15 > a']);
  expect(log.filter((line) => line.includes('>'))).toEqual(['15 > a', '15 > FIN']);
});

test('nothing happens after stop', () => {
  const { clock, driver, log } = drive([latency(3)]);
  driver.input({ octets: bytes('a') });
  driver.stop();
  clock.advance(100);
  expect(log).toEqual([]);
});
