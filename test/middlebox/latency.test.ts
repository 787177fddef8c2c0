import { latency } from '../../src/middlebox/latency';
import { lines, play } from './play';
import type { Turn } from './play';

describe('latency', () => {
  test('each direction has its own span, FIN and RST too', () => {
    const way = latency({ clientMs: 20, serverMs: 5, jitterMs: 0 });
    const out = play(way, [
      ['client', 'a', 10],
      ['server', 'b', 10],
      ['client', { fin: true }, 11],
      ['server', { rst: true }, 12],
    ]);
    expect(lines(out)).toEqual(['30 client "a"', '15 server "b"', '31 client fin', '17 server rst']);
  });

  test('jitter comes from the seed and never reorders', () => {
    const draws = [0.9, 0, 0.5];
    const way = latency({ clientMs: 10, serverMs: 10, jitterMs: 100 });
    const turns: readonly Turn[] = [
      ['client', 'a', 0],
      ['client', 'b', 1],
      ['client', 'c', 80],
    ];
    expect(lines(play(way, turns, { random: () => draws.shift() ?? 0 }))).toEqual([
      '100 client "a"',
      '100 client "b"',
      '140 client "c"',
    ]);
  });

  test('explains itself', () => {
    expect(latency({ clientMs: 20, serverMs: 20, jitterMs: 5 }).explain()).toBe(
      'Delays both directions by 20 ms, and up to 5 ms of jitter.',
    );
    expect(latency({ clientMs: 2000, serverMs: 0, jitterMs: 0 }).explain()).toBe(
      'Delays what the client sends by 2 s and what the server sends by 0 ms.',
    );
  });
});
