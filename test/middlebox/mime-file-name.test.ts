import fc from 'fast-check';

import { FILE_NAME_SCAN_START, scanFileNames } from '../../src/middlebox/mime-file-name';

/** @returns the text up to the octet that is too much, or null */
function cutAt(text: string, limit: number): string | null {
  const octets = Buffer.from(text, 'latin1');
  const { tooLongAt } = scanFileNames(FILE_NAME_SCAN_START, octets, limit);
  return tooLongAt === null ? null : text.slice(0, tooLongAt + 1);
}

describe('the length of a MIME file name', () => {
  test.each([
    [
      'quoted',
      'Content-Disposition: attachment; filename="abcd"\r\n',
      'Content-Disposition: attachment; filename="abcd',
    ],
    ['bare', 'Content-Type: a/b; name=abcd\r\n', 'Content-Type: a/b; name=abcd'],
    ['behind a semicolon without a blank', 'content-type:a/b;NAME=abcd\r\n', 'content-type:a/b;NAME=abcd'],
    ['on a folded line', 'Content-Type: a/b;\r\n\tname=abcd\r\n', 'Content-Type: a/b;\r\n\tname=abcd'],
    ['in a later part', 'x\r\n\r\ny\r\nContent-Type: a/b; name=abcd', 'x\r\n\r\ny\r\nContent-Type: a/b; name=abcd'],
    ['of RFC 2231', "Content-Type: a/b; name*=''abcd\r\n", "Content-Type: a/b; name*=''ab"],
    ['behind other parameters', 'Content-Type: a/b; x="y"; name=abcd', 'Content-Type: a/b; x="y"; name=abcd'],
    ['with an escaped quote', 'Content-Type: a/b; name="a\\"bcd"', 'Content-Type: a/b; name="a\\"bc'],
    ['over a fold, in quotes', 'Content-Type: a; name="ab\r\n cd"', 'Content-Type: a; name="ab\r\n cd'],
  ])('too long: %s', (_what, text, upTo) => {
    expect(cutAt(text, 3)).toBe(upTo);
  });

  test.each([
    ['as long as is allowed', 'Content-Type: a/b; name="abc"; x=12345'],
    ['in another field', 'Subject: filename=abcd'],
    ['in the text', 'filename="abcd"\r\n name=abcd\r\n'],
    ['of another parameter', 'Content-Type: a/b; nickname=abcd; charset=abcd'],
    ['behind a field that only begins like one', 'Content-Typeset: x; name=abcd'],
    ['on a folded line of another field', 'Content-Type: a/b\r\nSubject: x\r\n name=abcd'],
    ['not folded', 'Content-Type: a/b; name="ab\r\ncd"'],
    ['bare, with a fold in it', 'Content-Type: a/b; name=ab\r\n cd'],
  ])('not too long: %s', (_what, text) => {
    expect(cutAt(text, 3)).toBeNull();
  });

  test('property: where it is found does not depend on the pieces', () => {
    const word = fc.constantFrom('Content-Type:', ' name=', '"', ';', 'ab', '\r\n', ' ', 'filename=', '\\', 'x');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), fc.nat(4), (words, limit) => {
        const text = words.join('');
        let scan = FILE_NAME_SCAN_START;
        let found: number | null = null;
        for (let index = 0; index < text.length && found === null; index += 1) {
          const step = scanFileNames(scan, Buffer.from(text.charAt(index), 'latin1'), limit);
          scan = step.scan;
          if (step.tooLongAt !== null) found = index;
        }
        expect(found === null ? null : text.slice(0, found + 1)).toBe(cutAt(text, limit));
      }),
    );
  });
});
