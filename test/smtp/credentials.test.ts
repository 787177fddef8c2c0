import { beginsExchange, credentialsIn, secretFrom, withoutEcho } from '../../src/smtp/credentials';

const SECRET = 'AGJvYgBodW50ZXIy';

describe('a line shows its credentials', () => {
  it.each([
    ['AUTH PLAIN '],
    ['auth plain '],
    ['aUtH xoauth2 '],
    ['AUTH   PLAIN    '],
    ['  AUTH\tLOGIN\t'],
    ['AUTH SCRAM-SHA-256-PLUS '],
    ['AUTH SOME-OTHER '],
    ['AUTH '],
    ['AUTH='],
    ['AUTH: PLAIN '],
    ['AUTH=PLAIN '],
    ['AUTHPLAIN '],
    ['AUTH'],
    ['XAUTH LOGIN '],
    ['AUTHENTICATE PLAIN '],
    ['XXXX PLAIN '],
    ['NOOP LOGIN '],
  ])('behind %j', (visible) => {
    expect(secretFrom(visible + SECRET)).toBe(visible.length);
  });

  it('of two words, up to the end', () => {
    expect(secretFrom('AUTH PLAIN bob hunter2')).toBe(11);
    expect(secretFrom(`AUTH PLAIN=${SECRET}`)).toBe(5);
  });

  it.each(['AUTH', 'AUTH LOGIN', 'AUTH  PLAIN ', 'AUTH GSSAPI', 'NOOP', 'NOOP LOGIN', 'NOOP are you there', ''])(
    'or none: %j',
    (line) => {
      expect(secretFrom(line)).toBeNull();
    },
  );

  it.each(['MAIL FROM:<a@b.c> AUTH=<>', 'EHLO auth.example.com', 'XXXX sender.example.net', 'Author: PLAIN text'])(
    'and ordinary lines are none: %j',
    (line) => {
      expect(secretFrom(line)).toBeNull();
      expect(beginsExchange(line)).toBe(false);
    },
  );

  it('is found in time linear in the line', () => {
    const began = process.hrtime.bigint();
    for (const line of [
      ' '.repeat(60_000),
      'X'.repeat(60_000),
      `NOOP${' '.repeat(60_000)}`,
      `AUTH ${'A'.repeat(60_000)}`,
    ]) {
      secretFrom(line);
    }
    expect(Number(process.hrtime.bigint() - began) / 1e6).toBeLessThan(1000);
  });
});

describe('octets that nobody took as lines', () => {
  const hidden = (text: string, behindAuth = false): string =>
    credentialsIn(text, behindAuth).reduce(
      (shown, [from, to]) => shown.slice(0, from) + '*'.repeat(to - from) + shown.slice(to),
      text,
    );

  it('initial responses, and the responses behind AUTH', () => {
    expect(hidden(`NOOP\r\nAUTH PLAIN ${SECRET}\r\nQUIT\r\n`)).toBe(`NOOP\r\nAUTH PLAIN ${'*'.repeat(16)}\r\nQUIT\r\n`);
    expect(hidden('AUTH LOGIN\r\nYm9i\r\nc2VjcmV0\r\nMAIL FROM:<a@b.c>\r\nword\r\n')).toBe(
      'AUTH LOGIN\r\n****\r\n********\r\nMAIL FROM:<a@b.c>\r\nword\r\n',
    );
  });

  it('in the middle of an exchange from the first line on, and a line that has no end', () => {
    expect(hidden('c2VjcmV0', true)).toBe('********');
    expect(hidden('c2VjcmV0')).toBe('c2VjcmV0');
    expect(hidden('QUIT\r\n', true)).toBe('QUIT\r\n');
  });

  it('no more than three lines: what follows is no response', () => {
    expect(hidden('AUTH LOGIN\r\na\r\nb\r\nc\r\nd\r\n')).toBe('AUTH LOGIN\r\n*\r\n*\r\n*\r\nd\r\n');
  });
});

describe('an echo', () => {
  it('is hidden wherever it stands, also when it was cut', () => {
    expect(withoutEcho(`500 "AUTH PLAIN ${SECRET}" ${SECRET}`, SECRET)).toBe(
      `500 "AUTH PLAIN ${'*'.repeat(16)}" ${'*'.repeat(16)}`,
    );
    expect(withoutEcho('500 "AUTH PLAIN AGJvYgBod"', SECRET)).toBe(`500 "AUTH PLAIN ${'*'.repeat(9)}"`);
  });

  it('of three letters is not looked for: they would be part of any word', () => {
    expect(withoutEcho('535 no such user', 'use')).toBe('535 no such user');
  });
});
