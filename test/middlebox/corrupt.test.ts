import fc from 'fast-check';

import { corrupt } from '../../src/middlebox/corrupt';
import { everySplit, heard, play } from './play';
import type { Turn } from './play';

describe('corrupt', () => {
  test('the nth octet of a direction becomes another one, wherever the pieces are cut', () => {
    const box = corrupt({ direction: 'server', octet: 1, probability: 0, replacement: 0x3f });
    const turns: readonly Turn[] = [
      ['client', 'EHLO a\r\n'],
      ['server', '250 OK\r\n'],
    ];
    for (const variant of [turns, ...everySplit(turns)]) {
      const out = play(box, variant);
      expect([heard(out, 'client'), heard(out, 'server')]).toEqual(['EHLO a\r\n', '2?0 OK\r\n']);
    }
  });

  test('a random replacement is never the octet that was there', () => {
    const box = corrupt({ direction: 'both', octet: null, probability: 1, replacement: 'random' });
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: 'binary-ascii' }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (text, draw) => {
          const got = heard(play(box, [['client', text]], { random: () => draw }), 'client');
          expect(got).toHaveLength(text.length);
          expect(got.split('').every((octet, index) => octet !== text[index])).toBe(true);
        },
      ),
    );
  });

  test('the same draws hit the same octets', () => {
    const box = corrupt({ direction: 'client', octet: null, probability: 0.5, replacement: 0x2a });
    const draws = [0.1, 0.9, 0.4, 0.6];
    expect(heard(play(box, [['client', 'abcd']], { random: () => draws.shift() ?? 1 }), 'client')).toBe('*b*d');
  });

  test('with everything off the octets are unchanged', () => {
    const off = corrupt({ direction: 'both', octet: null, probability: 0, replacement: 'random' });
    expect(heard(play(off, [['client', 'abc']], { random: () => 0 }), 'client')).toBe('abc');
    expect(off.explain()).toBe('Replaces no octet of what either end sends by another one.');
  });

  test('explains itself', () => {
    expect(corrupt({ direction: 'server', octet: 1, probability: 0.5, replacement: 63 }).explain()).toBe(
      'Replaces the second octet and each octet with probability 0.5 of what the server sends by octet 63.',
    );
  });
});
