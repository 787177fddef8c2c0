import { CLOSE_DEFAULTS, close } from '../../src/middlebox/close';
import { heard, lines, play } from './play';
import { aimAt, SESSION, UP_TO_DATA } from './session';

describe('close', () => {
  test('both ends see FIN, and nothing passes any more', () => {
    const out = play(close(CLOSE_DEFAULTS), SESSION);
    expect(heard(out, 'client')).toBe(UP_TO_DATA);
    expect(lines(out).slice(-2)).toEqual(['0 server fin', '0 client fin']);
  });

  test('towards the client only, the client may go on talking', () => {
    const half = close({ ...CLOSE_DEFAULTS, aim: aimAt('after-mail'), to: 'client' });
    const out = play(half, SESSION);
    expect(heard(out, 'client')).toBe(`${UP_TO_DATA}one\r\ntwo\r\n.\r\nQUIT\r\n`);
    expect(heard(out, 'server')).toBe('220-a\r\n220 b\r\n250 ok\r\n');
    expect(out.at(-1)).toEqual({ at: 0, side: 'client', fin: true });
  });

  test('explains itself', () => {
    expect(close({ ...CLOSE_DEFAULTS, afterMs: 1500 }).explain()).toBe(
      'Closes the connection towards both ends 1.5 s after DATA, before its reply.',
    );
  });
});
