import fc from 'fast-check';

import { slicer } from '../../src/middlebox/slicer';
import { heard, lines, pieces, play } from './play';
import type { Turn } from './play';

describe('slicer', () => {
  test('single octets, with gaps, across pieces too', () => {
    const out = play(slicer({ direction: 'both', cut: [1], everyMs: 10 }), [
      ['client', 'abc', 0],
      ['client', 'd', 5],
      ['client', { fin: true }, 6],
      ['client', 'late', 500],
    ]);
    expect(lines(out).slice(0, 6)).toEqual([
      '0 client "a"',
      '10 client "b"',
      '20 client "c"',
      '30 client "d"',
      '30 client fin',
      '500 client "l"',
    ]);
  });

  test('a list of sizes repeats its last', () => {
    const out = play(slicer({ direction: 'server', cut: [1, 3, 2], everyMs: 0 }), [['server', '250 OK done\r\n']]);
    expect(pieces(out, 'server')).toEqual(['2', '50 ', 'OK', ' d', 'on', 'e\r', '\n']);
  });

  test('between CR and LF, and nowhere else', () => {
    const out = play(slicer({ direction: 'both', cut: 'inside-crlf', everyMs: 1 }), [['client', 'a\r\n\r\nb\rc\n']]);
    expect(pieces(out, 'client')).toEqual(['a\r', '\n\r', '\nb\rc\n']);
  });

  test('inside the code of every reply line, however the lines come', () => {
    const cut = slicer({ direction: 'both', cut: 'inside-code', everyMs: 1 });
    const out = play(cut, [
      ['server', '250-a\r\n250 b\r\n2'],
      ['server', '20 c\r\n'],
      ['client', '250 x\r\n'],
    ]);
    expect(pieces(out, 'server')).toEqual(['2', '50-a\r\n2', '50 b\r\n2', '20 c\r\n']);
    expect(pieces(out, 'client')).toEqual(['250 x\r\n']);
  });

  test('the other direction passes as it is', () => {
    expect(lines(play(slicer({ direction: 'server', cut: [1], everyMs: 1 }), [['client', 'abc']]))).toEqual([
      '0 client "abc"',
    ]);
  });

  test('property: whatever the cut, the octets are the same', () => {
    const cuts = fc.oneof(
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      fc.constantFrom('inside-crlf' as const, 'inside-code' as const),
    );
    const text = fc.string({ unit: fc.constantFrom('2', '5', 'a', '\r', '\n', '-') });
    fc.assert(
      fc.property(cuts, fc.array(text.filter((part) => part.length > 0)), (cut, parts) => {
        const out = play(
          slicer({ direction: 'server', cut, everyMs: 3 }),
          parts.map((part): Turn => ['server', part]),
        );
        expect(heard(out, 'server')).toBe(parts.join(''));
        expect(pieces(out, 'server').every((piece) => piece.length > 0)).toBe(true);
      }),
    );
  });

  test('explains itself', () => {
    expect(slicer({ direction: 'client', cut: [1], everyMs: 10 }).explain()).toBe(
      'Cuts what the client sends into slices of 1 octet, 10 ms apart.',
    );
    expect(slicer({ direction: 'both', cut: 'inside-crlf', everyMs: 0 }).explain()).toBe(
      'Cuts what either end sends between CR and LF.',
    );
  });
});
