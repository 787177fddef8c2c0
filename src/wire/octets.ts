// Octets and the text that stands for them. Inside the project octets are Buffers or latin1 strings (one character per
// octet); this file turns one into the other and shows either on a terminal. Used by transcripts, reports and the wire.
// Not here: decoding UTF-8, or anything that knows what the octets mean.

const UNPRINTABLE = /[^\x20-\x7e]/g;
const NO_OCTET = /[^\x00-\xff]/g;

/**
 * Makes octets fit for a terminal or a log line: printable ASCII stays, all else becomes `\r`, `\n`, `\t` or `\xHH`.
 * For eyes only: a backslash stays one, so the result cannot be read back.
 */
export function visible(octets: Buffer | string): string {
  const text = typeof octets === 'string' ? octets : octets.toString('latin1');
  return text.replace(UNPRINTABLE, escaped);
}

function escaped(character: string): string {
  switch (character) {
    case '\r':
      return '\\r';
    case '\n':
      return '\\n';
    case '\t':
      return '\\t';
    default: {
      const code = character.charCodeAt(0);
      const digits = code.toString(16).toUpperCase();
      return code > 0xff ? `\\u${digits.padStart(4, '0')}` : `\\x${digits.padStart(2, '0')}`;
    }
  }
}

/**
 * The octets of a latin1 text. A character above U+00FF has no octet and becomes `?`: cut to its low octet, as
 * `Buffer.from` does, U+010A would put a line end on the wire.
 */
export function latin1(text: string): Buffer {
  return Buffer.from(text.replace(NO_OCTET, '?'), 'latin1');
}
