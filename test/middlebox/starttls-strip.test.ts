import fc from 'fast-check';

import { STARTTLS_STRIP_DEFAULTS, starttlsStrip } from '../../src/middlebox/starttls-strip';
import type { StarttlsStripConfig } from '../../src/middlebox/starttls-strip';
import { expectSameHowever, heard, lines, octetByOctet, play } from './play';
import type { Turn } from './play';

function strip(config: Partial<StarttlsStripConfig> = {}): ReturnType<typeof starttlsStrip> {
  return starttlsStrip({ ...STARTTLS_STRIP_DEFAULTS, ...config });
}

const HELLO: readonly Turn[] = [
  ['server', '220 x\r\n'],
  ['client', 'EHLO a\r\n'],
];

function listFrom(reply: string, config: Partial<StarttlsStripConfig> = {}): string {
  return heard(play(strip(config), [...HELLO, ['server', reply]]), 'server').slice('220 x\r\n'.length);
}

describe('starttls-strip', () => {
  test('the line goes from the middle of the list', () => {
    expect(listFrom('250-mail\r\n250-starttls\r\n250 SIZE\r\n')).toBe('250-mail\r\n250 SIZE\r\n');
  });

  test('when it was the last line, the one before becomes the last', () => {
    expect(listFrom('250-mail\r\n250-SIZE\r\n250 STARTTLS\r\n')).toBe('250-mail\r\n250 SIZE\r\n');
    expect(listFrom('250-mail\r\n250 STARTTLS\r\n')).toBe('250 mail\r\n');
  });

  test('the first line is the name of the server, whatever it says', () => {
    expect(listFrom('250-STARTTLS\r\n250 STARTTLSX\r\n')).toBe('250-STARTTLS\r\n250 STARTTLSX\r\n');
  });

  test('a refusal of EHLO passes as it is', () => {
    expect(listFrom('500-STARTTLS\r\n500 STARTTLS\r\n')).toBe('500-STARTTLS\r\n500 STARTTLS\r\n');
  });

  test('masked, the keyword keeps its length', () => {
    expect(listFrom('250-mail\r\n250-STARTTLS\r\n250 SIZE\r\n', { list: 'mask' })).toBe(
      '250-mail\r\n250-XXXXXXXA\r\n250 SIZE\r\n',
    );
  });

  test('a STARTTLS sent all the same is answered by the box and never reaches the server', () => {
    const out = play(strip(), [...HELLO, ['server', '250 mail\r\n'], ['client', 'STARTTLS\r\n']]);
    expect(heard(out, 'client')).toBe('EHLO a\r\n');
    expect(heard(out, 'server')).toBe('220 x\r\n250 mail\r\n502 Command not implemented\r\n');
  });

  test('the answer of the box waits for its turn among pipelined commands', () => {
    const out = play(strip(), [
      ['server', '220 x\r\n'],
      ['client', 'NOOP\r\nSTARTTLS\r\nRSET\r\nSTARTTLS\r\n'],
      ['server', '250-noop\r\n250 noop\r\n'],
      ['server', '250 rset\r\n'],
    ]);
    expect(heard(out, 'client')).toBe('NOOP\r\nRSET\r\n');
    expect(heard(out, 'server')).toBe(
      '220 x\r\n250-noop\r\n250 noop\r\n502 Command not implemented\r\n250 rset\r\n502 Command not implemented\r\n',
    );
  });

  test('swallowed, it is never answered, and later replies are paired rightly', () => {
    const out = play(strip({ command: 'swallow' }), [
      ['server', '220 x\r\n'],
      ['client', 'STARTTLS\r\nEHLO a\r\n'],
      ['server', '250-mail\r\n250 STARTTLS\r\n'],
    ]);
    expect(heard(out, 'client')).toBe('EHLO a\r\n');
    expect(heard(out, 'server')).toBe('220 x\r\n250 mail\r\n');
  });

  test('masked, it reaches the server as X', () => {
    expect(heard(play(strip({ command: 'mask' }), [['client', 'STARTTLS\r\n']]), 'client')).toBe('XXXXXXXX\r\n');
  });

  test('property: a box that only masks keeps every length, however the octets are cut', () => {
    const keyword = fc.constantFrom('STARTTLS', 'starttls', 'STARTTLS x', 'STARTTLSX', 'SIZE 5', '');
    const command = fc.constantFrom('STARTTLS', 'starttls ', 'STARTTLS x', 'NOOP', 'EHLO b', '');
    const box = strip({ list: 'mask', command: 'mask' });
    fc.assert(
      fc.property(fc.array(keyword), fc.array(command), (keywords, commands) => {
        const reply = `${keywords.map((word) => `250-${word}\r\n`).join('')}250 end\r\n`;
        const said = commands.map((word) => `${word}\r\n`).join('');
        const turns: readonly Turn[] = [...HELLO, ['server', reply], ['client', said]];
        const out = play(box, turns);
        expect(heard(out, 'server')).toHaveLength('220 x\r\n'.length + reply.length);
        expect(heard(out, 'client')).toHaveLength('EHLO a\r\n'.length + said.length);
        expect(heard(play(box, octetByOctet(turns)), 'client')).toBe(heard(out, 'client'));
      }),
    );
  });

  test('kept and passed, list and command are as they were', () => {
    const turns: readonly Turn[] = [
      ...HELLO,
      ['server', '250-mail\r\n250-SIZE\r\n250 STARTTLS\r\n'],
      ['client', 'STARTTLS\r\n'],
    ];
    const out = play(strip({ list: 'keep', command: 'pass' }), turns);
    expect(heard(out, 'server')).toBe('220 x\r\n250-mail\r\n250-SIZE\r\n250 STARTTLS\r\n');
    expect(heard(out, 'client')).toBe('EHLO a\r\nSTARTTLS\r\n');
  });

  test('passed on, the handshake behind its 220 makes the box blind', () => {
    const turns: readonly Turn[] = [
      ['server', '220 x\r\n'],
      ['client', 'STARTTLS\r\n'],
      ['server', '220 go\r\n'],
      ['client', '\x16\x03\x01\nSTARTTLS\r\n'],
      ['server', '\x16\x03\x03250-x\r\n250 STARTTLS\r\n'],
    ];
    const pass = strip({ command: 'pass' });
    const out = play(pass, turns);
    expect(heard(out, 'client')).toBe('STARTTLS\r\n\x16\x03\x01\nSTARTTLS\r\n');
    expect(heard(out, 'server')).toBe('220 x\r\n220 go\r\n\x16\x03\x03250-x\r\n250 STARTTLS\r\n');
    expectSameHowever(pass, turns);
  });

  test('every split offset gives the same octets', () => {
    const turns: readonly Turn[] = [
      ...HELLO,
      ['server', '250-mail\r\n250-SIZE\r\n250 STARTTLS\r\n'],
      ['client', 'STARTTLS\r\nMAIL FROM:<a@b>\r\nDATA\r\n'],
      ['server', '250 ok\r\n354 go\r\n'],
      ['client', 'STARTTLS\r\n.\r\nSTARTTLS\r\nQUIT\r\n'],
      ['server', '250 ok\r\n221 bye\r\n'],
    ];
    for (const list of ['delete', 'mask', 'keep'] as const) expectSameHowever(strip({ list }), turns);
  });

  test('a list that never ends goes on when the server closes', () => {
    const out = play(strip(), [...HELLO, ['server', '250-mail\r\n250-STARTTLS\r\n'], ['server', { fin: true }]]);
    expect(lines(out).slice(-2)).toEqual(['0 server "250-mail\\r\\n"', '0 server fin']);
  });

  test('with everything off the octets are unchanged', () => {
    const reply = '250-mail\r\n250 STARTTLS\r\n';
    expect(listFrom(reply, { list: 'keep', command: 'pass' })).toBe(reply);
  });

  test('explains itself', () => {
    expect(strip().explain()).toBe(
      'Removes STARTTLS from the EHLO list and answers a STARTTLS command itself with "502 Command not implemented".',
    );
  });
});
