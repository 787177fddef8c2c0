import { latin1, visible } from '../../src/wire/octets';

describe('visible', () => {
  test.each([
    ['MAIL FROM:<a@b> ~', 'MAIL FROM:<a@b> ~'],
    ['250 ok\r\n', '250 ok\\r\\n'],
    ['a\tb', 'a\\tb'],
    ['\0\x07\x1b[31m\x7f', '\\x00\\x07\\x1B[31m\\x7F'],
    ['caf\xc3\xa9', 'caf\\xC3\\xA9'],
    ['\u2028', '\\u2028'],
    ['back\\slash', 'back\\slash'],
    ['', ''],
  ])('%j', (octets, shown) => {
    expect(visible(octets)).toBe(shown);
  });

  it('shows a Buffer by its octets', () => {
    expect(visible(Buffer.from('é\r'))).toBe('\\xC3\\xA9\\r');
  });
});

describe('latin1', () => {
  it('gives every character its octet', () => {
    const octets = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));
    expect(latin1(octets.toString('latin1'))).toEqual(octets);
  });

  it('puts no line end on the wire for a character whose low octet is one', () => {
    expect(latin1('a\u010ab\u{1f4a9}').toString('latin1')).toBe('a?b??');
  });
});
