import fc from 'fast-check';

import { ASA_INSPECT_DEFAULTS, asaInspect } from '../../src/middlebox/asa-inspect';
import type { AsaInspectConfig } from '../../src/middlebox/asa-inspect';
import { everySplit, expectSameHowever, heard, lines, octetByOctet, play } from './play';
import type { Turn } from './play';

const asa = asaInspect(ASA_INSPECT_DEFAULTS);
const EHLO: readonly Turn[] = [
  ['server', '220 mail.example.com 2004\r\n'],
  ['client', 'EHLO a.example\r\n'],
];
const LIST = '250-STARTTLS\r\n250-PIPELINING\r\n250-STARTTLS\r\n250-CHUNKING 5\r\n250-8BITMIME\r\n250 HELP\r\n';
const MASKED = '250-STARTTLS\r\n250-PIPELINING\r\n250-XXXXXXXA\r\n250-XXXXXXXXXB\r\n250-8BITMIME\r\n250 XXXC\r\n';

const SESSION: readonly Turn[] = [
  ...EHLO,
  ['server', LIST],
  ['client', 'starttls\r\n'],
  ['server', '500 unrecognized command\r\n'],
  ['client', 'AUTH LOGIN\r\n'],
  ['server', '334 VXNlcm5hbWU6\r\n'],
  ['client', 'XEXCH50 is no command here\r\n'],
  ['server', '235 ok\r\n'],
  ['client', 'MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n'],
  ['server', '250 ok\r\n250 ok\r\n354 go\r\n'],
  ['client', 'Subject: x\r\n\r\nSTARTTLS\r\n.\r\nXEXCH50 5\r\nQUIT\r\n'],
];

function after(content: string, config: Partial<AsaInspectConfig> = {}): ReturnType<typeof play> {
  return play(asaInspect({ ...ASA_INSPECT_DEFAULTS, ...config }), [
    ['server', '220 x\r\n'],
    ['client', 'DATA\r\n'],
    ['server', '354 go\r\n'],
    ['client', content],
  ]);
}

const RESET = ['0 client rst', '0 server rst'];

describe('asa-inspect', () => {
  test('EHLO keywords it does not know are masked at the same length, A, B, C', () => {
    expect(heard(play(asa, [...EHLO, ['server', LIST]]), 'server')).toBe(`220 **************** 200*\r\n${MASKED}`);
  });

  test('the counting begins anew with the next EHLO', () => {
    const twice = play(asa, [...EHLO, ['server', LIST], ['client', 'EHLO a\r\n'], ['server', LIST]]);
    expect(heard(twice, 'server').endsWith(MASKED + MASKED)).toBe(true);
  });

  test("the server's name in the first line is not a keyword", () => {
    expect(heard(play(asa, [...EHLO, ['server', '250 HELP\r\n']]), 'server')).toContain('250 HELP\r\n');
  });

  test('a reply to HELO is left alone', () => {
    const out = play(asa, [
      ['server', '220 x\r\n'],
      ['client', 'HELO a\r\n'],
      ['server', '250-mail\r\n250 STARTTLS\r\n'],
    ]);
    expect(heard(out, 'server')).toBe('220 *\r\n250-mail\r\n250 STARTTLS\r\n');
  });

  test('a keyword of the form AUTH=LOGIN is not AUTH', () => {
    expect(heard(play(asa, [...EHLO, ['server', '250-a\r\n250 AUTH=LOGIN\r\n']]), 'server')).toContain(
      '250 XXXXXXXXXA\r\n',
    );
  });

  test('a command that is not allowed is overwritten with as many X, its argument kept', () => {
    expect(heard(play(asa, [['client', 'STARTTLS\r\nXEXCH50 1 2\r\nEHLO a\r\n']]), 'client')).toBe(
      'XXXXXXXX\r\nXXXXXXX 1 2\r\nEHLO a\r\n',
    );
  });

  test('allow-tls lets keyword, command and then ciphertext through', () => {
    const tls = asaInspect({ ...ASA_INSPECT_DEFAULTS, allowTls: true });
    const cipher = '\x16\x03\x01\x00\x05XEXCH50 1\r\n';
    const turns: readonly Turn[] = [
      ...EHLO,
      ['server', '250-a\r\n250 STARTTLS\r\n'],
      ['client', 'STARTTLS\r\n'],
      ['server', '220 go\r\n'],
      ['client', cipher],
      ['server', '\x16\x03\x03250 x\r\n'],
    ];
    const out = play(tls, turns);
    expect(heard(out, 'client')).toBe(`EHLO a.example\r\nSTARTTLS\r\n${cipher}`);
    expect(heard(out, 'server')).toContain('250 STARTTLS\r\n220 go\r\n\x16\x03\x03250 x\r\n');
    expectSameHowever(tls, turns);
  });

  test('a SASL response is not a command', () => {
    expect(heard(play(asa, SESSION), 'client')).toContain('AUTH LOGIN\r\nXEXCH50 is no command here\r\n');
  });

  test('every split offset gives the same octets', () => {
    expectSameHowever(asa, SESSION);
  });

  test('a command line of 512 octets passes, one of 513 resets the connection', () => {
    const line = (octets: number): string => `NOOP ${'x'.repeat(octets - 7)}\r\n`;
    expect(heard(play(asa, [['client', line(512)]]), 'client')).toHaveLength(512);
    expect(lines(play(asa, [['client', `RSET\r\n${line(513)}QUIT\r\n`]]))).toEqual(['0 client "RSET\\r\\n"', ...RESET]);
  });

  test('a sender of 320 octets passes, one of 321 resets the connection', () => {
    const line = (octets: number): string => `MAIL FROM:<${'x'.repeat(octets)}>\r\n`;
    expect(lines(play(asa, [['client', line(320)]]))).toHaveLength(1);
    expect(lines(play(asa, [['client', line(321)]]))).toEqual(RESET);
  });

  test('the 101st recipient of a transaction resets the connection', () => {
    const hundred = 'RCPT TO:<b@c>\r\n'.repeat(100);
    const twice = play(asa, [['client', `MAIL FROM:<>\r\n${hundred}RSET\r\nMAIL FROM:<>\r\n${hundred}`]]);
    expect(twice.some((output) => 'rst' in output)).toBe(false);
    const out = play(asa, [['client', `MAIL FROM:<>\r\n${hundred}RCPT TO:<last@c>\r\n`]]);
    expect(heard(out, 'client').split('RCPT')).toHaveLength(101);
    expect(lines(out).slice(1)).toEqual(RESET);
  });

  test('a header line of 998 octets passes, the 999th octet resets the connection', () => {
    expect(after(`${'x'.repeat(998)}\r\n\r\n${'y'.repeat(2000)}\r\n.\r\n`).some((output) => 'rst' in output)).toBe(
      false,
    );
    const out = after(`a: b\r\n${'x'.repeat(999)}\r\n`);
    expect(heard(out, 'client')).toBe(`DATA\r\na: b\r\n${'x'.repeat(998)}`);
    expect(lines(out).slice(-2)).toEqual(RESET);
  });

  test('a long header line is found wherever it is cut', () => {
    const turns: readonly Turn[] = [
      ['server', '220 x\r\n'],
      ['client', 'DATA\r\n'],
      ['server', '354 go\r\n'],
      ['client', 'a: b\r\n12345678901\r\n'],
    ];
    const short = asaInspect({ ...ASA_INSPECT_DEFAULTS, headerLineOctets: 10 });
    expect(everySplit(turns).length).toBeGreaterThan(20);
    expectSameHowever(short, turns);
  });

  test('a long file name is found wherever it is cut', () => {
    const short = asaInspect({ ...ASA_INSPECT_DEFAULTS, fileNameOctets: 3 });
    for (const name of ['abc', 'abcd']) {
      const turns: readonly Turn[] = [
        ['server', '220 x\r\n'],
        ['client', 'DATA\r\n'],
        ['server', '354 go\r\n'],
        ['client', `Content-Type: a/b;\r\n\tname="${name}"\r\n\r\nx\r\n.\r\nQUIT\r\n`],
      ];
      expect(play(short, turns).some((output) => 'rst' in output)).toBe(name === 'abcd');
      expectSameHowever(short, turns);
    }
  });

  test('a MIME file name of 255 octets passes, the 256th octet resets the connection', () => {
    const part = (name: string): string =>
      `a: b\r\n\r\n--x\r\nContent-Disposition: attachment;\r\n filename="${name}"\r\n\r\nbody\r\n--x--\r\n.\r\n`;
    expect(heard(after(part('n'.repeat(255))), 'client')).toBe(`DATA\r\n${part('n'.repeat(255))}`);
    const out = after(part('n'.repeat(256)));
    expect(heard(out, 'client').endsWith(`filename="${'n'.repeat(255)}`)).toBe(true);
    expect(lines(out).slice(-2)).toEqual(RESET);
  });

  test('a file name is measured anew in the next message', () => {
    const content = `Content-Type: a/b; name=${'n'.repeat(200)}`;
    const turns: readonly Turn[] = [
      ['server', '220 x\r\n'],
      ['client', 'DATA\r\n'],
      ['server', '354 go\r\n'],
      ['client', `${content}\r\n.\r\nDATA\r\n`],
      ['server', '250 ok\r\n354 go\r\n'],
      ['client', `${'n'.repeat(200)}\r\n.\r\n`],
    ];
    expect(play(asa, turns).some((output) => 'rst' in output)).toBe(false);
  });

  test('without limits nothing is reset', () => {
    const free = {
      commandLineOctets: null,
      senderOctets: null,
      recipients: null,
      headerLineOctets: null,
      fileNameOctets: null,
    };
    const named = `Content-Type: a/b; name=${'n'.repeat(300)}\r\n`;
    const out = after(`${named}${'x'.repeat(5000)}\r\n.\r\nMAIL FROM:<${'x'.repeat(5000)}>\r\n`, free);
    expect(heard(out, 'client')).toContain(named);
    expect(out.some((output) => 'rst' in output)).toBe(false);
  });

  test('behind the reset nothing passes any more, not even FIN', () => {
    const out = play(asa, [
      ['client', `NOOP ${'x'.repeat(600)}\r\n`],
      ['client', 'QUIT\r\n'],
      ['server', '221 bye\r\n'],
      ['client', { fin: true }],
    ]);
    expect(lines(out)).toEqual(RESET);
  });

  test('property: lengths never change, however the octets are cut', () => {
    const keyword = fc.constantFrom('STARTTLS', 'SIZE 5', 'X', '', 'chunking', '8BITMIME', 'X-A b c', 'DSN\xff');
    const verb = fc.constantFrom('EHLO a', 'STARTTLS', 'X', 'noop', 'MAIL FROM:<>', '', ' QUIT', 'BDAT 3');
    fc.assert(
      fc.property(fc.array(keyword), fc.array(verb), (keywords, verbs) => {
        const reply = keywords.map((word) => `250-${word}\r\n`).join('');
        const commands = verbs.map((word) => `${word}\r\n`).join('');
        const turns: readonly Turn[] = [...EHLO, ['server', `${reply}250 end\r\n`], ['client', commands]];
        const out = play(asa, turns);
        expect(heard(out, 'server')).toHaveLength('220 mail.example.com 2004\r\n250 end\r\n'.length + reply.length);
        expect(heard(out, 'client')).toHaveLength('EHLO a.example\r\n'.length + commands.length);
        expect(heard(play(asa, octetByOctet(turns)), 'server')).toBe(heard(out, 'server'));
      }),
    );
  });

  test('explains itself', () => {
    expect(asa.explain()).toBe(
      `Cisco ASA "inspect esmtp": stars the banner, masks EHLO keywords and commands it does not know with X's; resets above 512 octets in a command line, 320 in a sender, 100 recipients, 998 octets in a header line, 255 in a MIME file name.`,
    );
  });
});
