import { tarpit } from '../../src/middlebox/tarpit';
import { lines, simulate } from './play';

describe('tarpit', () => {
  const pit = tarpit({ octets: 1, everyMs: 1000 });

  test('the reply dribbles, the client is heard at once, FIN waits its turn', () => {
    const { delivered } = simulate(
      [pit],
      [
        ['server', '250', 0],
        ['client', 'QUIT\r\n', 10],
        ['server', { fin: true }, 20],
      ],
    );
    expect(lines(delivered)).toEqual([
      '0 server "2"',
      '10 client "QUIT\\r\\n"',
      '1000 server "5"',
      '2000 server "0"',
      '2000 server fin',
    ]);
  });

  test('explains itself under its own name', () => {
    expect([pit.name, pit.explain()]).toEqual(['tarpit', 'Lets 1 octet of what the server sends through every 1 s.']);
  });
});
