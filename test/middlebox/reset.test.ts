import type { MomentName } from '../../src/middlebox/aim';
import { MOMENTS } from '../../src/middlebox/aim';
import { RESET_DEFAULTS, reset } from '../../src/middlebox/reset';
import type { Middlebox } from '../../src/middlebox/middlebox';
import { expectSameHowever, heard, lines, play } from './play';
import type { Turn } from './play';
import { aimAt, SESSION, UP_TO_354, UP_TO_DATA } from './session';

function resetAt(moment: MomentName, octets = 1, nth = 1): Middlebox {
  return reset({ ...RESET_DEFAULTS, aim: aimAt(moment, octets, nth) });
}

describe('reset', () => {
  test.each<[MomentName, string, string]>([
    ['connect', '', ''],
    ['greeting', '', '220-a\r\n220 b\r\n'],
    ['after-ehlo', 'EHLO a\r\n', '220-a\r\n220 b\r\n'],
    ['after-mail', 'EHLO a\r\nMAIL FROM:<a@b>\r\n', '220-a\r\n220 b\r\n250 ok\r\n'],
    ['after-rcpt', 'EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n', '220-a\r\n220 b\r\n250 ok\r\n'],
    ['after-data', UP_TO_DATA, '220-a\r\n220 b\r\n250 ok\r\n'],
    ['mid-content', `${UP_TO_DATA}o`, UP_TO_354],
    ['after-dot', `${UP_TO_DATA}one\r\ntwo\r\n.\r\n`, UP_TO_354],
    ['after-quit', `${UP_TO_DATA}one\r\ntwo\r\n.\r\nQUIT\r\n`, UP_TO_354],
  ])(
    'at %s exactly these octets have gone through, then RST to both ends and nothing more',
    (moment, client, server) => {
      const out = play(resetAt(moment), SESSION);
      expect([heard(out, 'client'), heard(out, 'server')]).toEqual([client, server]);
      expect(lines(out).slice(-2)).toEqual(['0 server rst', '0 client rst']);
    },
  );

  test.each(MOMENTS)('at %s every split offset gives the same octets', (moment) => {
    expectSameHowever(resetAt(moment, 7), SESSION);
  });

  test('in the middle of the content, to the octet', () => {
    expect(heard(play(resetAt('mid-content', 7), SESSION), 'client')).toBe(`${UP_TO_DATA}one\r\ntw`);
  });

  test('content that is too short is not hit', () => {
    expect(lines(play(resetAt('mid-content', 100), SESSION)).some((line) => line.endsWith('rst'))).toBe(false);
  });

  test('the second RCPT', () => {
    expect(heard(play(resetAt('after-rcpt', 1, 2), SESSION), 'client')).toMatch(/<e@f>\r\n$/);
  });

  test('the last BDAT chunk ends the data like a dot, an empty one too', () => {
    const bdat = (...sent: readonly string[]): string =>
      heard(
        play(resetAt('after-dot'), [['server', '220 x\r\n'], ...sent.map((text): Turn => ['client', text])]),
        'client',
      );
    expect(bdat('BDAT 3\r\nabcBDAT 2 LAST\r\ndeQUIT\r\n')).toBe('BDAT 3\r\nabcBDAT 2 LAST\r\nde');
    expect(bdat('BDAT 3\r\nabc', 'BDAT 0 LAST\r\nQUIT\r\n')).toBe('BDAT 3\r\nabcBDAT 0 LAST\r\n');
  });

  test('a late reset lets nothing through while it is on its way', () => {
    const late = reset({ aim: aimAt('after-mail'), to: 'client', afterMs: 5000, onlyFirst: null });
    const out = play(late, [
      ['client', 'MAIL FROM:<>\r\n', 10],
      ['server', '250 ok\r\n', 20],
    ]);
    expect(lines(out)).toEqual(['10 client "MAIL FROM:<>\\r\\n"', '5010 server rst']);
  });

  test('explains itself', () => {
    const late = reset({ aim: aimAt('after-rcpt', 1, 12), to: 'server', afterMs: 5000, onlyFirst: null });
    expect(late.explain()).toBe(
      'Resets the connection towards the server 5 s after RCPT, before its reply the 12th time.',
    );
  });

  test('the second connection is spared when only the first is meant', () => {
    const first = reset({ ...RESET_DEFAULTS, aim: aimAt('connect'), onlyFirst: 1 });
    expect(lines(play(first, [], { connection: 1 }))).toHaveLength(2);
    expect(lines(play(first, [['client', 'QUIT\r\n']], { connection: 2 }))).toEqual(['0 client "QUIT\\r\\n"']);
    expect(first.explain()).toBe(
      'Resets the connection towards both ends as soon as the connection is made; on the first connection only.',
    );
  });
});
