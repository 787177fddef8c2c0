import { MTU_BLACK_HOLE_DEFAULTS, mtuBlackHole } from '../../src/middlebox/mtu-black-hole';
import { heard, lines, play, simulate } from './play';
import type { Turn } from './play';

const hole = mtuBlackHole(MTU_BLACK_HOLE_DEFAULTS);
const full = 'x'.repeat(1460);

describe('mtu-black-hole', () => {
  test('commands and replies pass, the first full segment and all behind it vanish, FIN included', () => {
    const out = play(hole, [
      ['client', 'DATA\r\n'],
      ['server', '354 go\r\n'],
      ['client', full],
      ['client', '.\r\n'],
      ['client', { fin: true }],
      ['server', '421 too slow\r\n'],
    ]);
    expect(lines(out)).toEqual(['0 client "DATA\\r\\n"', '0 server "354 go\\r\\n"', '0 server "421 too slow\\r\\n"']);
  });

  test('one octet less is a small packet', () => {
    expect(
      heard(
        play(hole, [
          ['client', full.slice(1)],
          ['server', 'ok'],
          ['client', full.slice(1)],
        ]),
        'client',
      ),
    ).toHaveLength(2918);
  });

  test('small writes without an answer between them fill a segment too', () => {
    const out = play(hole, [
      ['client', 'x'.repeat(800)],
      ['client', 'y'.repeat(800)],
      ['client', 'z'],
    ]);
    expect(heard(out, 'client')).toBe('x'.repeat(800));
  });

  test("in the server's direction, the client still talks", () => {
    const out = play(mtuBlackHole({ ...MTU_BLACK_HOLE_DEFAULTS, direction: 'server' }), [
      ['client', full],
      ['server', full],
      ['client', full],
    ]);
    expect(lines(out)).toHaveLength(2);
    expect(heard(out, 'server')).toBe('');
  });

  test('a sender that resets is heard: a RST is a small packet', () => {
    expect(
      lines(
        play(hole, [
          ['client', full],
          ['client', { rst: true }],
        ]),
      ),
    ).toEqual(['0 client rst']);
  });

  test('zero-window stops reading', () => {
    expect(lines(play(mtuBlackHole({ ...MTU_BLACK_HOLE_DEFAULTS, way: 'zero-window' }), [['client', full]]))).toEqual([
      '0 client pause',
    ]);
  });

  test.each(['swallow', 'zero-window'] as const)('%s: what was lost arrives in order when the path heals', (way) => {
    const turns: readonly Turn[] = [
      ['client', 'abcd', 10],
      ['client', 'ef', 20],
      ['client', { fin: true }, 30],
      ['server', 'ok', 40],
    ];
    const heals = mtuBlackHole({ ...MTU_BLACK_HOLE_DEFAULTS, segmentOctets: 4, way, healAfterMs: 100 });
    const { delivered } = simulate([heals], turns);
    expect(lines(delivered).filter((line) => !/pause|resume/.test(line))).toEqual([
      '40 server "ok"',
      '110 client "abcd"',
      '110 client "ef"',
      '110 client fin',
    ]);
    expect(lines(delivered).filter((line) => /pause|resume/.test(line))).toEqual(
      way === 'swallow' ? [] : ['10 client pause', '110 client resume'],
    );
  });

  test('a healed path stays healed', () => {
    const heals = mtuBlackHole({ ...MTU_BLACK_HOLE_DEFAULTS, healAfterMs: 5 });
    const { delivered } = simulate(
      [heals],
      [
        ['client', full, 0],
        ['client', full, 10],
      ],
    );
    expect(lines(delivered).map((line) => line.split(' ')[0])).toEqual(['5', '10']);
  });

  test('only the first connections meet it', () => {
    const first = mtuBlackHole({ ...MTU_BLACK_HOLE_DEFAULTS, onlyFirst: 2 });
    expect(play(first, [['client', full]], { connection: 2 })).toEqual([]);
    expect(play(first, [['client', full]], { connection: 3 })).toHaveLength(1);
  });

  test('explains itself', () => {
    expect(mtuBlackHole({ ...MTU_BLACK_HOLE_DEFAULTS, healAfterMs: 90_000, onlyFirst: 2 }).explain()).toBe(
      'From the first burst of 1460 octets on, everything the client sends vanishes, until the path heals after 90 s; on the first 2 connections only.',
    );
    expect(mtuBlackHole({ ...MTU_BLACK_HOLE_DEFAULTS, way: 'zero-window' }).explain()).toBe(
      'From the first burst of 1460 octets on, everything the client sends vanishes and is no longer read (noticed in messages of 8 MB and more).',
    );
  });
});
