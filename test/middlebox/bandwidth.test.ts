import fc from 'fast-check';

import { bandwidth } from '../../src/middlebox/bandwidth';
import { heard, lines, play } from './play';

describe('bandwidth', () => {
  const line = bandwidth({ clientOctetsPerSecond: 30, serverOctetsPerSecond: null });

  test('a piece arrives when its last octet has been on the line', () => {
    expect(lines(play(line, [['client', 'abcdef', 0]]))).toEqual(['100 client "abc"', '200 client "def"']);
  });

  test('the line works on without gaps, and saves nothing up while idle', () => {
    const out = play(line, [
      ['client', 'abc', 0],
      ['client', 'def', 50],
      ['client', 'ghi', 1000],
      ['client', { fin: true }, 1001],
      ['server', 'at once', 5],
    ]);
    expect(lines(out)).toEqual([
      '100 client "abc"',
      '200 client "def"',
      '1100 client "ghi"',
      '1100 client fin',
      '5 server "at once"',
    ]);
  });

  test('property: n octets at once take n × 1000 / rate ms, without drift', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 100_000 }), (count, rate) => {
        const box = bandwidth({ clientOctetsPerSecond: rate, serverOctetsPerSecond: rate });
        const out = play(box, [['client', 'x'.repeat(count), 7]]);
        expect(out.at(-1)?.at).toBe(7 + (count * 1000) / rate);
        expect(heard(out, 'client')).toHaveLength(count);
      }),
    );
  });

  test('explains itself', () => {
    expect(line.explain()).toBe(
      'Limits what the client sends to 30 octets per second and what the server sends to unlimited.',
    );
  });
});
