import { HALF_OPEN_DEFAULTS, halfOpen } from '../../src/middlebox/half-open';
import { heard, lines, play } from './play';
import { SESSION, UP_TO_DATA } from './session';

describe('half-open', () => {
  test('the dead direction loses octets, FIN and RST; the other one goes on', () => {
    const out = play(halfOpen(HALF_OPEN_DEFAULTS), [...SESSION, ['server', { fin: true }], ['server', { rst: true }]]);
    expect(heard(out, 'client')).toBe(`${UP_TO_DATA}one\r\ntwo\r\n.\r\nQUIT\r\n`);
    expect(heard(out, 'server')).toBe('220-a\r\n220 b\r\n250 ok\r\n');
    expect(lines(out).at(-1)).toBe('0 client fin');
  });

  test("in the client's direction, what is behind the moment in the same piece is lost", () => {
    const dead = halfOpen({ ...HALF_OPEN_DEFAULTS, direction: 'client' });
    const out = play(dead, SESSION);
    expect(heard(out, 'client')).toBe('EHLO a\r\nMAIL FROM:<a@b>\r\n');
    expect(lines(out).some((line) => line.endsWith('fin'))).toBe(false);
  });

  test('explains itself', () => {
    expect(halfOpen(HALF_OPEN_DEFAULTS).explain()).toBe(
      'After MAIL, before its reply, everything the server sends is lost without a sign.',
    );
  });
});
