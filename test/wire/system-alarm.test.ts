import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { SystemAlarms } from '../../src/wire/system-alarm';

beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
});
afterEach(() => {
  jest.useRealTimers();
});

/** Alarms by the pretended time, and when each rang. */
function alarmsOf(): { readonly alarms: SystemAlarms; readonly rang: [number, number][]; now: () => number } {
  const now = (): number => Date.now();
  return { alarms: new SystemAlarms(now), rang: [], now };
}

test.each([0, 1, 59_999, 60_000, 60_001, 79_999, 80_000, 80_001, 3_600_000])(
  'an alarm %d ms off rings then, and not before',
  (ms) => {
    const { alarms, rang, now } = alarmsOf();
    alarms.add(ms, () => rang.push([0, now()]));
    jest.advanceTimersByTime(Math.max(0, ms - 1));
    expect(rang).toEqual(ms === 0 ? [[0, 0]] : []);
    jest.advanceTimersByTime(100_000);
    expect(rang).toEqual([[0, ms]]);
    expect(jest.getTimerCount()).toBe(0);
  },
);

test('alarms that are minutes off have no timer of their own', () => {
  const { alarms } = alarmsOf();
  for (let number = 0; number < 100; number++) alarms.add(600_000 + number, () => undefined);
  expect(jest.getTimerCount()).toBe(1);
});

test('a timer that comes early is set again', () => {
  const rang: number[] = [];
  const alarms = new SystemAlarms(() => Date.now() - 1);
  alarms.add(50, () => rang.push(Date.now()));
  jest.advanceTimersByTime(51);
  expect(rang).toEqual([51]);
});

test('any number, near and far, taken back or not: each rings once and at its time, those taken back never', () => {
  const step = fc.oneof(
    fc.record({ what: fc.constant('add' as const), ms: fc.nat({ max: 200_000 }) }),
    fc.record({ what: fc.constant('cancel' as const), ms: fc.nat({ max: 30 }) }),
    fc.record({ what: fc.constant('wait' as const), ms: fc.nat({ max: 60_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      jest.useFakeTimers({ now: 0 });
      const { alarms, rang, now } = alarmsOf();
      const set: { readonly at: number; readonly cancel: () => void; cancelled: boolean }[] = [];
      for (const { what, ms } of steps) {
        if (what === 'wait') jest.advanceTimersByTime(ms);
        else if (what === 'add') {
          const [number, at] = [set.length, now() + ms];
          const alarm = alarms.add(at, () => rang.push([number, now()]));
          set.push({ at, cancel: () => alarm.cancel(), cancelled: false });
        } else {
          const one = set[ms];
          const hasRung = rang.some(([number]) => number === ms);
          one?.cancel();
          if (one !== undefined && !hasRung) one.cancelled = true;
        }
      }
      jest.advanceTimersByTime(300_000);
      const expected = set.flatMap(({ at, cancelled }, number) => (cancelled ? [] : [[number, at]]));
      expect(rang.toSorted(([one], [other]) => one - other)).toEqual(expected);
      expect(jest.getTimerCount()).toBe(0);
    }),
    { numRuns: 200 },
  );
});

test('an alarm keeps the process alive until it is taken back', () => {
  jest.useRealTimers();
  const clock = join(__dirname, '../../dist/wire/clock');
  const script = `
    const clock = require(${JSON.stringify(clock)}).systemClock();
    const [first, second] = [clock.alarm(600_000, () => {}), clock.alarm(600_000, () => {})];
    setTimeout(() => { first.cancel(); second.cancel(); clock.alarm(clock.now() + 5, () => console.log('rang')); }, 5);`;
  const { status, stdout } = spawnSync(process.execPath, ['-e', script], { timeout: 20_000, encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 0, stdout: 'rang\n' });
});
