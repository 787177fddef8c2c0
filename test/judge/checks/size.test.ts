import { greeted, judged } from '../support';

/** A transaction whose mail data have 40 octets. */
function transaction(parameters: string, ...keywords: readonly string[]): string {
  return `${greeted(...keywords)}C: MAIL FROM:<sender@client.example>${parameters}
    S: 250 OK
    C: RCPT TO:<user@example.com>
    S: 250 OK
    C: DATA
    S: 354 go
    C: Message-ID: <1@client.example>
    C|
    C| 1234
    C| .
    S: 250 OK
  `;
}

function refused(parameters: string, code: number, ...keywords: readonly string[]): string {
  return `${greeted(...keywords)}C: MAIL FROM:<sender@client.example>${parameters}\nS: ${code} x\nC: QUIT\nS: 221 bye`;
}

describe('mail-size-declared', () => {
  const id = 'mail-size-declared';

  it('passes a size that is right, too large, or a tenth too small', () => {
    for (const size of [40, 4000, 36]) {
      expect(judged(id, transaction(` SIZE=${size}`, 'SIZE')).verdict).toBe('pass');
    }
  });

  it.each([
    ['a size more than a tenth too small', ' SIZE=35', 'SIZE=35 was declared and 40 octets came.'],
    ['two', ' SIZE=40 SIZE=40', 'MAIL declares 2 sizes.'],
    ['a word', ' SIZE=many', 'SIZE=many is no number of up to 20 digits.'],
    ['21 digits', ` SIZE=${'1'.repeat(21)}`, `SIZE=${'1'.repeat(21)} is no number of up to 20 digits.`],
  ])('warns about %s', (_, parameters, reason) => {
    expect(judged(id, transaction(parameters, 'SIZE'))).toMatchObject({ verdict: 'warn', reason });
  });

  it('warns about none for a message that is large for any server, or for this one', () => {
    const none = transaction('', 'SIZE');
    expect(judged(id, none, { submissions: [{ size: 70_000 }] })).toMatchObject({
      verdict: 'warn',
      reason: 'MAIL declares no size for a message of 70000 octets although SIZE is offered.',
    });
    // The same act, and worse: it was sent.
    expect(judged(id, transaction('', 'SIZE 30'))).toMatchObject({ verdict: 'warn', refersTo: 'size-limit-respected' });
  });

  it('has no occasion in a small message: only large ones are asked for it', () => {
    expect(judged(id, transaction('', 'SIZE')).verdict).toBe('not-applicable');
    expect(judged(id, transaction('', 'SIZE 0')).verdict).toBe('not-applicable');
    expect(judged(id, transaction('', 'SIZE'), { submissions: [{ size: 65_536 }] }).verdict).toBe('not-applicable');
  });

  it('measures against the submission when no mail data came', () => {
    expect(judged(id, refused(' SIZE=200', 552, 'SIZE')).verdict).toBe('pass');
    expect(judged(id, refused(' SIZE=50', 552, 'SIZE')).verdict).toBe('inconclusive');
  });

  it('does not apply where SIZE is not offered', () => {
    expect(judged(id, transaction('', '8BITMIME')).verdict).toBe('not-applicable');
    expect(judged(id, transaction('', '8BITMIME').replace('EHLO', 'HELO')).verdict).toBe('not-applicable');
  });
});

describe('size-limit-respected', () => {
  const id = 'size-limit-respected';
  const large = { submissions: [{ size: 50_000 }] };

  it('passes a declared size that we refuse, and a client that does not even try', () => {
    expect(judged(id, refused(' SIZE=50000', 552, 'SIZE 1000'), large).verdict).toBe('pass');
    expect(judged(id, `${greeted('SIZE 1000')}C: QUIT\nS: 221 bye`, large)).toMatchObject({
      verdict: 'pass',
      reason: 'It left without MAIL, as nothing it had was within the limit of 1000.',
    });
  });

  it('warns about mail data over the limit', () => {
    expect(judged(id, transaction('', 'SIZE 30'))).toMatchObject({
      verdict: 'warn',
      reason: '40 octets of mail data came of a message of 120 octets, over the limit of 30.',
    });
  });

  it('does not blame a client whose declared size we had accepted', () => {
    expect(judged(id, transaction(' SIZE=40', 'SIZE 30')).verdict).toBe('inconclusive');
  });

  it.each(['SIZE 0', 'SIZE', 'SIZE 9223372036854775808'])('knows no limit in %s', (keyword) => {
    expect(judged(id, transaction('', keyword))).toMatchObject({
      verdict: 'pass',
      reason: `It took "${keyword}" for no limit.`,
    });
  });

  it('has no occasion where the message is within the limit', () => {
    expect(judged(id, transaction('', 'SIZE 1000')).verdict).toBe('not-applicable');
  });

  it('warns about a client that takes a limit of 0 literally', () => {
    const verdict = judged(id, `${greeted('SIZE 0')}C: QUIT\nS: 221 bye`);
    expect(verdict).toMatchObject({ verdict: 'warn', reason: 'It left without MAIL although SIZE 0 sets no limit.' });
  });

  it('does not guess at other reasons to leave', () => {
    const wanting = { submissions: [{ tls: 'required' as const }] };
    expect(judged(id, `${greeted('SIZE 0')}C: QUIT\nS: 221 bye`, wanting).verdict).toBe('not-applicable');
  });
});
