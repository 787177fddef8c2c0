import { greeted, judged, withRecipient } from '../support';

describe('path-and-command-length', () => {
  const id = 'path-and-command-length';
  const label = 'd'.repeat(60);
  const mail = (rest: string): string => `${greeted('SIZE', 'DSN')}C: MAIL FROM:${rest}\nS: 250 OK`;

  it('passes the longest that there may be', () => {
    expect(judged(id, mail(`<${'l'.repeat(64)}@b.example>`)).verdict).toBe('pass');
    expect(judged(id, `${mail('<a@b.example>')}\nC: NOOP ${'x'.repeat(505)}\nS: 250 OK`)).toMatchObject({
      verdict: 'pass',
      reason: 'Its longest command line has 512 octets.',
    });
  });

  it.each([
    [
      'a local-part of 65',
      mail(`<${'l'.repeat(65)}@b.example>`),
      /^The local-part of MAIL has 65 octets, more than 64/,
    ],
    [
      'a path of more than 256',
      mail(`<${'l'.repeat(64)}@${label}.${label}.${label}.example>`),
      /^The path of MAIL has 257 octets, more than 256/,
    ],
    [
      'a line of 513',
      `${greeted()}C: NOOP ${'x'.repeat(506)}\nS: 250 OK`,
      /^The line of NOOP has 513 octets, more than 512/,
    ],
  ])('warns about %s', (_, trace, reason) => {
    const verdict = judged(id, trace);
    expect(verdict.verdict).toBe('warn');
    expect(verdict.reason).toMatch(reason);
  });

  it('lets extensions add their own', () => {
    const long = `${withRecipient('DSN')}C: RCPT TO:<b@example.com> ORCPT=rfc822;${'x'.repeat(490)}\nS: 250 OK`;
    expect(judged(id, long).verdict).toBe('pass');
  });

  it('warns about repeating for ever what got 501, and refers to the check of repeats', () => {
    const again = 'C: RCPT TO:<b@example.com>\nS: 501 no\n';
    expect(judged(id, `${withRecipient()}${again.repeat(3)}`).verdict).toBe('pass');
    expect(judged(id, `${withRecipient()}${again.repeat(4)}`)).toMatchObject({
      verdict: 'warn',
      reason: 'The same line came 4 times although it had got 501.',
    });
  });

  it('leaves AUTH alone, which may be much longer', () => {
    const trace = `${greeted('AUTH PLAIN')}C: AUTH PLAIN ${'A'.repeat(1000)}\nS: 235 OK`;
    expect(judged(id, trace).verdict).toBe('not-applicable');
  });
});

describe('line-length-998', () => {
  const id = 'line-length-998';
  const message = (line: string): string => `${withRecipient()}C: DATA\nS: 354 go\nC: ${line}\nC: .\nS: 250 OK`;

  it('passes 998 octets, a stuffing dot not counted', () => {
    expect(judged(id, message('x'.repeat(998))).verdict).toBe('pass');
    expect(judged(id, message(`..${'x'.repeat(997)}`)).verdict).toBe('pass');
  });

  it('warns about 999', () => {
    expect(judged(id, message('x'.repeat(999)))).toMatchObject({
      verdict: 'warn',
      reason: 'A line of mail data has 999 octets, more than 998.',
    });
  });

  it('knows no lines in binary chunks', () => {
    const binary = `${greeted('CHUNKING', 'BINARYMIME')}C: MAIL FROM:<a@b.example> BODY=BINARYMIME\nS: 250 OK\nC: RCPT TO:<c@d.example>\nS: 250 OK\nC: BDAT 1000 LAST\nC\\| ${'x'.repeat(1000)}\nS: 250 OK`;
    expect(judged(id, binary).verdict).toBe('not-applicable');
  });

  it('has no occasion without mail data', () => {
    expect(judged(id, withRecipient()).verdict).toBe('not-applicable');
  });
});
