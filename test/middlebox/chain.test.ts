import fc from 'fast-check';

import { bandwidth } from '../../src/middlebox/bandwidth';
import { chainNext, startChain } from '../../src/middlebox/chain';
import { latency } from '../../src/middlebox/latency';
import type { Middlebox, Side } from '../../src/middlebox/middlebox';
import { mtuBlackHole, MTU_BLACK_HOLE_DEFAULTS } from '../../src/middlebox/mtu-black-hole';
import { PIX_VERSIONS, pixFixup } from '../../src/middlebox/pix-fixup';
import { reset, RESET_DEFAULTS } from '../../src/middlebox/reset';
import { slicer } from '../../src/middlebox/slicer';
import { heard, lines, simulate, textOf } from './play';
import type { Turn } from './play';

const START = { at: 0, connection: 1, random: () => 0.5 };

function late(ms: number): Middlebox {
  return latency({ clientMs: ms, serverMs: ms, jitterMs: 0 });
}

/** Writes its letter behind every piece, so that the order of the boxes can be read off. */
function marker(letter: string): Middlebox<null> {
  return {
    name: `marker-${letter}`,
    explain: () => `Appends ${letter}.`,
    start: () => ({ state: null, out: [] }),
    next: (state, input) => ({
      state,
      out:
        'wake' in input
          ? []
          : ['octets' in input ? { ...input, octets: Buffer.concat([input.octets, Buffer.from(letter)]) } : input],
    }),
  };
}

describe('chain', () => {
  test('without boxes everything is delivered at once', () => {
    const start = startChain([], START);
    expect(start).toMatchObject({ delivered: [], wakeAt: null });
    const octets = chainNext(start.state, { at: 5, side: 'client', octets: Buffer.from('EHLO a\r\n') });
    expect(lines(octets.delivered)).toEqual(['5 client "EHLO a\\r\\n"']);
    expect(octets.crossings).toEqual([]);
    expect(lines(chainNext(octets.state, { at: 6, side: 'server', fin: true }).delivered)).toEqual(['6 server fin']);
  });

  test("the client's octets meet the boxes in order, the server's in reverse", () => {
    const { delivered } = simulate(
      [marker('a'), marker('b'), marker('c')],
      [
        ['client', '>'],
        ['server', '<'],
      ],
    );
    expect(heard(delivered, 'client')).toBe('>abc');
    expect(heard(delivered, 'server')).toBe('<cba');
  });

  test('latencies add up exactly', () => {
    const { delivered } = simulate([late(20), late(0.25), late(300)], [['client', 'a', 7]]);
    expect(lines(delivered)).toEqual(['327.25 client "a"']);
  });

  test('a wake-up that comes late does not add to the way', () => {
    let step = startChain([late(20), late(30)], START);
    step = chainNext(step.state, { at: 0, side: 'client', octets: Buffer.from('a') });
    expect(step.wakeAt).toBe(20);
    step = chainNext(step.state, { at: 29, side: 'client', wake: true });
    expect(step.wakeAt).toBe(50);
    step = chainNext(step.state, { at: 64, side: 'client', wake: true });
    expect(lines(step.delivered)).toEqual(['50 client "a"']);
  });

  test('what is due goes before an input that comes at the same moment', () => {
    let step = startChain([late(10), marker('!')], START);
    step = chainNext(step.state, { at: 0, side: 'client', octets: Buffer.from('a') });
    step = chainNext(step.state, { at: 10, side: 'client', octets: Buffer.from('b') });
    expect(lines(step.delivered)).toEqual(['10 client "a!"']);
    expect(step.wakeAt).toBe(20);
  });

  test('an octet never overtakes an earlier one, even when a box dates it earlier', () => {
    let spans = [50, 10];
    const shrinking: Middlebox<null> = {
      name: 'shrinking',
      explain: () => '',
      start: () => ({ state: null, out: [] }),
      next: (state, input) => {
        const [ms = 0, ...rest] = spans;
        spans = rest;
        return { state, out: 'wake' in input ? [] : [{ ...input, at: input.at + ms }] };
      },
    };
    const { delivered } = simulate(
      [shrinking],
      [
        ['client', 'a', 0],
        ['client', 'b', 1],
        ['client', { fin: true }, 2],
      ],
    );
    expect(lines(delivered)).toEqual(['50 client "a"', '50 client "b"', '50 client fin']);
  });

  test('crossings name the box, and its number when there are several of one name', () => {
    const { crossings } = simulate([late(1), marker('x'), late(2)], [['server', 'r']]);
    expect(crossings.map(({ box, side, at, octets }) => [box, side, at, octets.toString()])).toEqual([
      ['latency#2', 'server', 2, 'r'],
      ['marker-x', 'server', 2, 'rx'],
      ['latency#1', 'server', 3, 'rx'],
    ]);
  });

  test('a box that acts at the connection is heard from the start', () => {
    const aim = { moment: 'connect', octets: 1, nth: 1 } as const;
    expect(lines(startChain([reset({ ...RESET_DEFAULTS, aim })], START).delivered)).toEqual([
      '0 server rst',
      '0 client rst',
    ]);
  });

  test('an end is read again only when no box keeps it from being read', () => {
    const hole = (healAfterMs: number): Middlebox =>
      mtuBlackHole({ ...MTU_BLACK_HOLE_DEFAULTS, segmentOctets: 2, way: 'zero-window', healAfterMs });
    const other: Middlebox<null> = {
      ...marker(''),
      next: (state, input) => ({
        state,
        out:
          'octets' in input
            ? [
                { at: input.at, side: 'client', pauseReading: true },
                { at: input.at + 30, side: 'client', pauseReading: false },
                input,
              ]
            : [],
      }),
    };
    const { delivered } = simulate([other, hole(10)], [['client', 'abc']]);
    expect(lines(delivered)).toEqual(['0 client pause', '10 client "abc"', '30 client resume']);
  });

  test('a slicer before a PIX makes its segments', () => {
    const turns: readonly Turn[] = [
      ['server', '220 a\r\n'],
      ['client', 'DATA\r\n'],
      ['server', '354 go\r\n'],
      ['client', 'x\r\n.\r\n'],
    ];
    const pix = pixFixup({ ...PIX_VERSIONS['5.1'], banner: 'none' });
    const cut = slicer({ direction: 'client', cut: [1], everyMs: 5 });
    expect(heard(simulate([pix], turns).delivered, 'client')).toBe('DATA\r\nx\r\n.\r\n');
    expect(
      heard(
        simulate(
          [cut, pix],
          turns.map(([side, what], nth): Turn => [side, what, nth * 100]),
        ).delivered,
        'client',
      ),
    ).toBe('DATA\r\nx\r\n');
  });

  test('property: any latencies add up, for any octets at any moments, in order', () => {
    const side = fc.constantFrom<Side>('client', 'server');
    fc.assert(
      fc.property(
        fc.array(fc.nat(1000), { maxLength: 5 }),
        fc.array(fc.tuple(side, fc.nat(50)), { maxLength: 20 }),
        (spans, gaps) => {
          let at = 0;
          const turns = gaps.map(([from, gap], nth): Turn => [from, `${nth};`, (at += gap)]);
          const sum = spans.reduce((total, ms) => total + ms, 0);
          const { delivered } = simulate(spans.map(late), turns);
          for (const from of ['client', 'server'] as const) {
            expect(lines(delivered.filter((output) => output.side === from))).toEqual(
              turns
                .filter((turn) => turn[0] === from)
                .map((turn) => `${(turn[2] ?? 0) + sum} ${from} "${textOf(turn)}"`),
            );
          }
        },
      ),
    );
  });

  test('property: a long mixed chain changes the time of octets and nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.nat(200)), { maxLength: 15 }), (writes) => {
        let at = 0;
        const turns = writes.map(([text, gap]): Turn => ['client', text, (at += gap)]);
        const boxes = [
          latency({ clientMs: 5, serverMs: 5, jitterMs: 40 }),
          slicer({ direction: 'both', cut: [1, 3], everyMs: 7 }),
          bandwidth({ clientOctetsPerSecond: 300, serverOctetsPerSecond: null }),
        ];
        let seed = 1;
        const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
        const { delivered } = simulate(boxes, [...turns, ['client', { fin: true }, at]], { random });
        expect(heard(delivered, 'client')).toBe(
          writes.map(([text]) => Buffer.from(text, 'latin1').toString('latin1')).join(''),
        );
        expect(delivered.at(-1)).toMatchObject({ fin: true });
        const times = delivered.map((output) => output.at);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }),
    );
  });
});
