import { swapOrder } from '../../src/middlebox/swap-order';
import { expectSameHowever, heard, lines, pieces, play, simulate } from './play';
import type { Turn } from './play';

const replies = swapOrder({ unit: 'reply', direction: 'server', nth: 2, holdMs: 1000 });
const segments = swapOrder({ unit: 'segment', direction: 'client', nth: 1, holdMs: 1000 });

describe('swap-order', () => {
  test('two replies change places, all lines of each', () => {
    const turns: readonly Turn[] = [
      ['server', '220 x\r\n'],
      ['client', 'EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<b>\r\n'],
      ['server', '250-mail\r\n250 SIZE\r\n250 sender\r\n250 recipient\r\n'],
    ];
    expect(heard(play(replies, turns), 'server')).toBe(
      '220 x\r\n250 sender\r\n250-mail\r\n250 SIZE\r\n250 recipient\r\n',
    );
    expectSameHowever(replies, turns);
  });

  test('two segments change places', () => {
    expect(
      pieces(
        play(segments, [
          ['client', 'a'],
          ['client', 'b'],
          ['client', 'c'],
          ['server', 'x'],
        ]),
        'client',
      ),
    ).toEqual(['b', 'a', 'c']);
  });

  test('a client that waits gets its reply when the span is over', () => {
    const { delivered } = simulate(
      [replies],
      [
        ['server', '220 x\r\n', 0],
        ['client', 'EHLO a\r\n', 10],
        ['server', '250 a\r\n', 20],
        ['server', '250 b\r\n', 2000],
      ],
    );
    expect(lines(delivered.filter((output) => output.side === 'server'))).toEqual([
      '0 server "220 x\\r\\n"',
      '1020 server "250 a\\r\\n"',
      '2000 server "250 b\\r\\n"',
    ]);
  });

  test('what is kept, and a half reply, go before the FIN', () => {
    const out = play(replies, [
      ['server', '220 x\r\n421 a\r\n250-b\r\n25'],
      ['server', { fin: true }],
    ]);
    expect(heard(out, 'server')).toBe('220 x\r\n421 a\r\n250-b\r\n25');
    expect(lines(out).at(-1)).toBe('0 server fin');
  });

  test('explains itself', () => {
    expect(replies.explain()).toBe('Swaps the second reply of the server with the next one, if that comes within 1 s.');
  });
});
