import { TRANSPARENT_PROXY_DEFAULTS, transparentProxy } from '../../src/middlebox/transparent-proxy';
import { expectSameHowever, heard, play, textOf } from './play';
import type { Turn } from './play';

const proxy = transparentProxy(TRANSPARENT_PROXY_DEFAULTS);
const SESSION: readonly Turn[] = [
  ['server', '220-mail.example.com\r\n220 ESMTP Service\r\n'],
  ['client', 'EHLO a\r\n'],
  ['server', '250-mail.example.com\r\n250-SIZE\r\n250 STARTTLS\r\n'],
  ['client', 'HELO a\r\n'],
  ['server', '250 mail.example.com\r\n'],
  ['client', 'MAIL FROM:<a@b>\r\n'],
  ['server', '250 mail.example.com ok\r\n'],
];

describe('transparent-proxy', () => {
  test('greets, calls itself and offers as configured, and passes the rest', () => {
    const out = play(proxy, SESSION);
    expect(heard(out, 'server')).toBe(
      '220 proxy.example.net ESMTP ready\r\n' +
        '250-proxy.example.net\r\n250-PIPELINING\r\n250 8BITMIME\r\n' +
        '250 proxy.example.net\r\n250 mail.example.com ok\r\n',
    );
    expect(heard(out, 'client')).toBe('EHLO a\r\nHELO a\r\nMAIL FROM:<a@b>\r\n');
  });

  test('an empty list leaves one last line', () => {
    const bare = transparentProxy({ banner: null, hello: null, extensions: [] });
    expect(heard(play(bare, SESSION.slice(0, 3)), 'server')).toBe(
      '220-mail.example.com\r\n220 ESMTP Service\r\n250 mail.example.com\r\n',
    );
  });

  test('a name alone keeps the list of the server', () => {
    const named = transparentProxy({ banner: null, hello: 'me', extensions: null });
    expect(heard(play(named, SESSION.slice(0, 3)), 'server')).toContain('250-me\r\n250-SIZE\r\n250 STARTTLS\r\n');
  });

  test('refusals pass', () => {
    const turns: readonly Turn[] = [
      ['server', '554 no\r\n'],
      ['client', 'EHLO a\r\n'],
      ['server', '500 what\r\n'],
    ];
    expect(heard(play(proxy, turns), 'server')).toBe('554 no\r\n500 what\r\n');
  });

  test('with everything off the octets are unchanged', () => {
    const off = transparentProxy({ banner: null, hello: null, extensions: null });
    const sent = SESSION.filter(([side]) => side === 'server').map(textOf);
    expect(heard(play(off, SESSION), 'server')).toBe(sent.join(''));
    expect(off.explain()).toBe('A transparent proxy that passes everything on.');
  });

  test('every split offset gives the same octets', () => {
    expectSameHowever(proxy, SESSION);
  });

  test('explains itself', () => {
    expect(proxy.explain()).toBe(
      'A transparent proxy in front of the server greets with "220 proxy.example.net ESMTP ready", calls itself "proxy.example.net", offers PIPELINING, 8BITMIME.',
    );
  });
});
