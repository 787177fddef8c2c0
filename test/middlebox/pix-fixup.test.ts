import fc from 'fast-check';

import { PIX_VERSIONS, pixFixup } from '../../src/middlebox/pix-fixup';
import type { PixFixupConfig } from '../../src/middlebox/pix-fixup';
import { everySplit, expectSameHowever, heard, octetByOctet, pieces, play } from './play';
import type { Turn } from './play';

const SIX = PIX_VERSIONS['6.x'];
const DOMINO =
  '220 ctilotus.server.com ESMTP Service (Lotus Domino Release 5.0.4) ready at Wed, 28 Feb 2001 12:02:37 +0200\r\n';

function toServer(config: PixFixupConfig, text: string): string {
  return heard(play(pixFixup(config), [['client', text]]), 'client');
}

function toClient(config: PixFixupConfig, text: string): string {
  return heard(play(pixFixup(config), [['server', text]]), 'server');
}

/** Up to the 354 that opens the content. */
const UP_TO_CONTENT: readonly Turn[] = [
  ['server', '220 mail\r\n'],
  ['client', 'HELO a\r\n'],
  ['server', '250 Hello\r\n'],
  ['client', 'MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n'],
  ['server', '250 ok\r\n250 ok\r\n354 go\r\n'],
];

const SESSION: readonly Turn[] = [
  ['server', DOMINO],
  ['client', 'EHLO mail.example.com\r\n'],
  ['server', '500 Syntax error, command "XXXX mail.example.com" unrecognized\r\n'],
  ...UP_TO_CONTENT.slice(1),
  ['client', 'Subject: EHLO\r\n\r\nVRFY me\r\n..\r\n.\r\nQUIT\r\n'],
  ['server', '250 Message accepted for delivery\r\n221 bye\r\n'],
];

describe('pix-fixup', () => {
  test('EHLO is overwritten in place and its argument kept', () => {
    expect(toServer(SIX, 'EHLO mail.example.com\r\n')).toBe('XXXX mail.example.com\r\n');
  });

  test('EHLO becomes NOOP in older versions', () => {
    expect(toServer(PIX_VERSIONS['5.1'], 'ehlo mail.example.com\r\n')).toBe('NOOP mail.example.com\r\n');
  });

  test('a verb longer or shorter than NOOP keeps its length', () => {
    expect(toServer(PIX_VERSIONS['5.1'], 'STARTTLS\r\nFOO x\r\n')).toBe('NOOP    \r\nXXX x\r\n');
  });

  test('the argument can be blanked too', () => {
    expect(toServer({ ...SIX, argument: 'blanked' }, 'EHLO a.example\r\n')).toBe('XXXX          \r\n');
  });

  test('the seven commands pass, in any case', () => {
    const text = 'helo a\r\nMAIL FROM:<>\r\nRcpt TO:<b@c>\r\nDATA\r\nRSET\r\nNOOP\r\nQUIT\r\n\r\n';
    expect(toServer(SIX, text)).toBe(text);
  });

  test('a line that ends with LF alone is a line', () => {
    expect(toServer(SIX, 'EHLO a\nQUIT\n')).toBe('XXXX a\nQUIT\n');
  });

  test('a Domino banner is starred except for 2, 0 and blanks', () => {
    expect(toClient(SIX, DOMINO)).toBe(
      '220 ******************* ***** ******* ****** ****** ******* **0*** ***** ** **** 2* *** 200* *2*02*** *0200\r\n',
    );
  });

  test('version 4.4 stars all of the banner', () => {
    expect(toClient(PIX_VERSIONS['4.4'], '220 mail 2004\r\n')).toBe('220 *********\r\n');
  });

  test('a banner of several lines is masked line by line, with or without codes', () => {
    expect(toClient(SIX, '220-mail 20\r\n\r\nnews 3\r\n220 ready\r\n')).toBe(
      '220-**** 20\r\n\r\n**** *\r\n220 *****\r\n',
    );
  });

  test('replies behind the banner are not masked', () => {
    expect(toClient(SIX, '220 x\r\n250 mail ok\r\n')).toBe('220 *\r\n250 mail ok\r\n');
  });

  test('a greeting that refuses is not masked', () => {
    expect(toClient(SIX, '554 go away\r\n')).toBe('554 go away\r\n');
  });

  test('content passes untouched and at once, and commands are read again behind the dot', () => {
    const out = play(pixFixup(SIX), [...UP_TO_CONTENT, ['client', 'EHLO'], ['client', ' x\r\n.\r\nEHLO y\r\n']]);
    expect(pieces(out, 'client').slice(2)).toEqual(['EHLO', ' x\r\n.\r\nXXXX y\r\n']);
  });

  test('content behind a refused DATA is overwritten line by line', () => {
    const out = play(pixFixup(SIX), [
      ['server', '220 x\r\n'],
      ['client', 'DATA\r\n'],
      ['server', '554 no\r\n'],
      ['client', 'Subject: Your Meds\r\n.\r\n'],
    ]);
    expect(heard(out, 'client')).toBe('DATA\r\nXXXXXXXX Your Meds\r\nX\r\n');
  });

  test('BDAT is overwritten, and so is what follows it', () => {
    expect(toServer(SIX, 'BDAT 8 LAST\r\nEHLO a\r\n')).toBe('XXXX 8 LAST\r\nXXXX a\r\n');
  });

  test('a line without an end passes in bounded pieces, its verb overwritten', () => {
    const long = ` ${'y'.repeat(20_000)}\r\n`;
    expect(toServer(SIX, `EHLO${long}QUIT\r\n`)).toBe(`XXXX${long}QUIT\r\n`);
  });

  test('a half line goes on when its side ends', () => {
    const out = play(pixFixup(SIX), [
      ['client', 'EHLO a'],
      ['client', { fin: true }],
    ]);
    expect(heard(out, 'client')).toBe('XXXX a');
    expect(out.at(-1)).toEqual({ at: 0, side: 'client', fin: true });
  });

  test('every split offset gives the same octets', () => {
    expectSameHowever(pixFixup(SIX), SESSION);
    expectSameHowever(pixFixup({ ...PIX_VERSIONS['4.4'], splitDot: false }), SESSION);
  });

  describe('the final dot in segments', () => {
    const pix = pixFixup(PIX_VERSIONS['5.1']);
    const content = (...segments: readonly string[]): string =>
      heard(play(pix, [...UP_TO_CONTENT, ...segments.map((text): Turn => ['client', text])]), 'client').split(
        'DATA\r\n',
      )[1] ?? '';

    test.each([
      ['all in one', ['x\r\n.\r\n']],
      ['the dot and its CRLF together, by themselves', ['x\r\n', '.\r\n']],
      ['cut inside the CRLF before the dot', ['x\r', '\n.\r\n']],
    ])('arrives: %s', (_, segments) => {
      expect(content(...segments, 'QUIT\r\n')).toBe('x\r\n.\r\nQUIT\r\n');
    });

    test.each([
      ['dot and CRLF', ['x\r\n.', '\r\n']],
      ['dot CR and LF', ['x\r\n.\r', '\n']],
      ['dot, CR and LF', ['x\r\n', '.', '\r', '\n']],
    ])('is lost: %s in different segments', (_, segments) => {
      expect(content(...segments)).toBe('x\r\n');
    });

    test('what the client says behind a lost dot is content', () => {
      expect(content('x\r\n.', '\r\n', 'EHLO a\r\n', '.\r\n', 'EHLO b\r\n')).toBe('x\r\nEHLO a\r\n.\r\nNOOP b\r\n');
    });

    test('a dot that does not end the content is only late', () => {
      expect(content('x\r\n.', '.y\r\n.', '\rz')).toBe('x\r\n..y\r\n.\rz');
    });

    test('a withheld dot goes on before the FIN', () => {
      const out = play(pix, [...UP_TO_CONTENT, ['client', 'x\r\n.'], ['client', { fin: true }]]);
      expect(heard(out, 'client').endsWith('x\r\n.')).toBe(true);
    });

    test('without the fault no segment matters', () => {
      const whole = pixFixup({ ...PIX_VERSIONS['5.1'], splitDot: false });
      const turns: readonly Turn[] = [...UP_TO_CONTENT, ['client', 'x\r\n.\r\nQUIT\r\n']];
      expect(everySplit(turns).length).toBeGreaterThan(100);
      expectSameHowever(whole, turns);
    });
  });

  test('property: lengths never change, in either direction, however the octets are cut', () => {
    const text = fc.string({ unit: fc.constantFrom('E', 'H', 'L', 'O', ' ', '.', '\r', '\n', '2', '0', '-', '\xe4') });
    const configs = fc.record<PixFixupConfig>({
      version: fc.constant('6.x'),
      verbs: fc.constantFrom('noop', 'x'),
      argument: fc.constantFrom('kept', 'blanked'),
      banner: fc.constantFrom('stars', 'all-stars', 'none'),
      splitDot: fc.constant(false),
    });
    fc.assert(
      fc.property(configs, text, text, (config, client, server) => {
        const turns: readonly Turn[] = [
          ['server', `220 ${server}`],
          ['client', `${client}\r\n`],
          ['server', '\r\n'],
          ['client', { fin: true }],
          ['server', { fin: true }],
        ];
        const out = play(pixFixup(config), turns);
        expect(heard(out, 'client')).toHaveLength(client.length + 2);
        expect(heard(out, 'server')).toHaveLength(server.length + 6);
        const single = play(pixFixup(config), octetByOctet(turns));
        expect(heard(single, 'client')).toBe(heard(out, 'client'));
        expect(heard(single, 'server')).toBe(heard(out, 'server'));
      }),
    );
  });

  test('a handshake that no STARTTLS asked for is overwritten like any command', () => {
    const out = play(pixFixup(SIX), [
      ['client', 'STARTTLS\r\n'],
      ['server', '220 x\r\n220 a server that accepts XXXXXXXX\r\n'],
      ['client', '\x16\x03\x01\r\nEHLO\r\n'],
    ]);
    expect(heard(out, 'client')).toBe('XXXXXXXX\r\nXXX\r\nXXXX\r\n');
  });

  test('explains itself', () => {
    expect(pixFixup(PIX_VERSIONS['5.1']).explain()).toBe(
      'Cisco PIX 5.1 "fixup protocol smtp": overwrites all but the seven commands of RFC 821 with NOOP, stars the banner except 2, 0 and blanks, and loses the final dot when its CRLF comes in another segment.',
    );
  });
});
