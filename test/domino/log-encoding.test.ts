import { logEncoding } from '../../src/domino/log-encoding';

const LINE = '18/02/2004 09:52:07   SMTP Server: 192.168.0.1 connected\r\n';

describe('the encoding of a log', () => {
  it.each([
    ['a mark for UTF-16, little end first', Buffer.from(`\ufeff${LINE}`, 'utf16le'), 'utf16le', 2],
    ['a mark for UTF-16, big end first', Buffer.from(`\ufeff${LINE}`, 'utf16le').swap16(), 'utf16be', 2],
    ['a mark for UTF-8', Buffer.from(`\ufeff${LINE}`, 'utf8'), 'utf8', 3],
    ['UTF-16 without a mark', Buffer.from(LINE, 'utf16le'), 'utf16le', 0],
    ['UTF-16 without a mark, big end first', Buffer.from(LINE, 'utf16le').swap16(), 'utf16be', 0],
    ['plain ASCII', Buffer.from(LINE, 'latin1'), 'utf8', 0],
    ['UTF-8 with an umlaut', Buffer.from('Müller', 'utf8'), 'utf8', 0],
    ['UTF-8 cut in the middle of a character', Buffer.from('Müller', 'utf8').subarray(0, 2), 'utf8', 0],
    ['Latin-1 with an umlaut', Buffer.from('Müller', 'latin1'), 'latin1', 0],
    ['an overlong form', Buffer.from([0xc0, 0x80]), 'latin1', 0],
    ['nothing', Buffer.alloc(0), 'utf8', 0],
  ])('%s', (_, octets, encoding, skip) => {
    expect(logEncoding(octets)).toEqual({ encoding, skip });
  });
});
