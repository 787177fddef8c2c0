import { natTimeout } from '../../src/middlebox/nat-timeout';
import { lines, play } from './play';
import type { Turn } from './play';

describe('nat-timeout', () => {
  const turns: readonly Turn[] = [
    ['client', 'a', 900],
    ['server', 'b', 1800],
    ['server', 'c', 2800],
    ['client', 'd', 2900],
    ['client', { rst: true }, 2901],
  ];

  test('whoever speaks next gets a reset, the other end nothing', () => {
    expect(lines(play(natTimeout({ idleMs: 1000, next: 'rst' }), turns))).toEqual([
      '900 client "a"',
      '1800 server "b"',
      '2800 client rst',
      '2900 server rst',
    ]);
  });

  test('or nothing at all', () => {
    expect(lines(play(natTimeout({ idleMs: 1000, next: 'silence' }), turns))).toEqual([
      '900 client "a"',
      '1800 server "b"',
    ]);
  });

  test('explains itself', () => {
    expect(natTimeout({ idleMs: 300_000, next: 'rst' }).explain()).toBe(
      'Forgets the connection when it is idle for 5 min, and then answers whoever speaks next with a reset.',
    );
  });
});
