import { coalesce } from '../../src/middlebox/coalesce';
import { lines, play, simulate } from './play';

describe('coalesce', () => {
  const both = coalesce({ direction: 'server', holdMs: 200, octets: 8 });

  test('what comes within the span is one piece, due from the first octet on', () => {
    const { delivered } = simulate(
      [both],
      [
        ['server', 'a', 0],
        ['server', 'b', 150],
        ['server', 'c', 250],
        ['client', 'x', 251],
      ],
    );
    expect(lines(delivered)).toEqual(['200 server "ab"', '251 client "x"', '450 server "c"']);
  });

  test('enough octets are let go at once, and the old wake-up does nothing to the next', () => {
    const { delivered } = simulate(
      [both],
      [
        ['server', '1234', 0],
        ['server', '5678', 100],
        ['server', 'x', 150],
      ],
    );
    expect(lines(delivered)).toEqual(['100 server "12345678"', '350 server "x"']);
  });

  test('FIN lets everything go before it', () => {
    expect(
      lines(
        play(both, [
          ['server', 'bye', 0],
          ['server', { fin: true }, 1],
        ]),
      ).slice(1),
    ).toEqual(['1 server "bye"', '1 server fin']);
  });

  test('explains itself', () => {
    expect(both.explain()).toBe(
      'Holds what the server sends for 200 ms or until there are 8 octets and lets it go as one piece.',
    );
  });
});
