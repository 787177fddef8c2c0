import fc from 'fast-check';
import { NumberMap } from '../../src/wire/number-map';

const number = fc.oneof(
  fc.nat({ max: 40 }),
  fc.nat({ max: 2 ** 31 - 1 }),
  fc.nat({ max: 20 }).map((low) => low * 1024),
);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('set' as const), number }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('delete' as const), number }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('get' as const), number }) },
);

test('it does what a Map does, in the order of the numbers', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const map = new NumberMap<string>();
      const model = new Map<number, string>();
      for (const [index, { does, number: key }] of steps.entries()) {
        if (does === 'set') {
          map.set(key, `value ${index}`);
          model.set(key, `value ${index}`);
        } else if (does === 'delete') expect(map.delete(key)).toBe(model.delete(key));
        expect(map.get(key)).toBe(model.get(key));
        expect(map.size).toBe(model.size);
      }
      expect(map.values()).toEqual([...model].sort(([one], [other]) => one - other).map(([, value]) => value));
    }),
    { numRuns: 300 },
  );
});

test('after a rush it is small again, and has everybody who stayed', () => {
  const map = new NumberMap<number>();
  for (let number = 1; number <= 10_000; number++) map.set(number, number);
  for (let number = 1; number <= 10_000; number++) if (number % 1000 !== 0) expect(map.delete(number)).toBe(true);
  expect(map.values()).toEqual(Array.from({ length: 10 }, (_, index) => (index + 1) * 1000));
  for (const number of map.values()) map.delete(number);
  expect([map.size, map.get(1000), map.delete(1000), map.values()]).toEqual([0, undefined, false, []]);
});
