import { greeted, judged } from '../support';

function mail(parameters: string, ...keywords: readonly string[]): string {
  return `${greeted(...keywords)}C: MAIL FROM:<sender@client.example>${parameters}\nS: 250 OK\n`;
}

function rcpt(parameters: string, ...keywords: readonly string[]): string {
  return `${mail('', ...keywords)}C: RCPT TO:<user@example.com>${parameters}\nS: 250 OK\n`;
}

describe('mail-params-only-if-advertised', () => {
  const id = 'mail-params-only-if-advertised';

  it('passes what was offered, in any letter case', () => {
    expect(judged(id, mail(' size=5 Body=8BITMIME', 'Size 1000', '8bitmime'))).toMatchObject({
      verdict: 'pass',
      reason: 'All 2 parameters had been offered.',
    });
    expect(judged(id, mail(' SIZE=5', 'SIZE')).reason).toBe('Its only parameter had been offered.');
    expect(judged(id, mail('')).verdict).toBe('pass');
  });

  it.each([
    ['SIZE', mail(' SIZE=5'), 'MAIL came with SIZE=5, but SIZE was not offered.'],
    ['BODY', mail(' BODY=8BITMIME', 'SIZE'), 'MAIL came with BODY=8BITMIME, but 8BITMIME was not offered.'],
    ['RET', mail(' RET=FULL', 'SIZE'), 'MAIL came with RET=FULL, but DSN was not offered.'],
    ['AUTH', mail(' AUTH=<>', 'SIZE'), 'MAIL came with AUTH=<>, but AUTH was not offered.'],
    ['NOTIFY', rcpt(' NOTIFY=NEVER', 'SIZE'), 'RCPT came with NOTIFY=NEVER, but DSN was not offered.'],
    ['one that nobody defined', mail(' XFOO=1', 'SIZE'), 'MAIL came with XFOO=1, but XFOO was not offered.'],
  ])('fails %s without its keyword', (_, trace, reason) => {
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', reason });
  });

  it('forgets the list at HELO and inside TLS', () => {
    const helo = `${greeted('SIZE')}C: HELO client.example\nS: 250 mx\nC: MAIL FROM:<> SIZE=5\nS: 250 OK`;
    expect(judged(id, helo).verdict).toBe('fail');
    const tls = `${greeted('SIZE', 'STARTTLS')}C: STARTTLS\nS: 220 go\nTLS secured TLSv1.3\nC: MAIL FROM:<> SIZE=5\nS: 250 OK`;
    expect(judged(id, tls).verdict).toBe('fail');
  });

  it('is the primary verdict for a parameter after HELO', () => {
    const helo = `S: 220 mx\nC: HELO client.example\nS: 250 mx\nC: MAIL FROM:<> SIZE=5\nS: 250 OK`;
    expect(judged(id, helo)).not.toHaveProperty('refersTo');
    expect(judged('helo-no-extensions', helo)).toMatchObject({ verdict: 'fail', refersTo: id });
  });

  it('has no occasion without MAIL', () => {
    expect(judged(id, greeted('SIZE')).verdict).toBe('not-applicable');
  });
});

describe('dsn-params', () => {
  const id = 'dsn-params';

  it.each([
    mail(' RET=full ENVID=QQ+2B1', 'DSN'),
    rcpt(' NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Bob+2BSmith@example.com', 'DSN'),
    rcpt(' NOTIFY=NEVER', 'DSN'),
  ])('passes what RFC 3461 allows', (trace) => {
    expect(judged(id, trace).verdict).toBe('pass');
  });

  it.each([
    [
      'NEVER beside another wish',
      rcpt(' NOTIFY=NEVER,SUCCESS', 'DSN'),
      'NOTIFY=NEVER,SUCCESS has NEVER beside other wishes.',
    ],
    ['an unknown wish', rcpt(' NOTIFY=ALWAYS', 'DSN'), 'NOTIFY=ALWAYS asks for "ALWAYS", which there is not.'],
    ['RET of another value', mail(' RET=BODY', 'DSN'), 'RET=BODY is neither FULL nor HDRS.'],
    ['RET twice', mail(' RET=FULL RET=HDRS', 'DSN'), 'RET came more than once in one MAIL.'],
    ['ENVID that is no xtext', mail(' ENVID=a+zz', 'DSN'), 'ENVID=a+zz is no xtext.'],
    [
      'ORCPT without a type',
      rcpt(' ORCPT=bob@example.com', 'DSN'),
      'ORCPT=bob@example.com has no address type before a semicolon.',
    ],
  ])('fails %s', (_, trace, reason) => {
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', reason });
  });

  it('holds ENVID to 100 characters and ORCPT to 500', () => {
    expect(judged(id, mail(` ENVID=${'x'.repeat(100)}`, 'DSN')).verdict).toBe('pass');
    expect(judged(id, mail(` ENVID=${'x'.repeat(101)}`, 'DSN')).verdict).toBe('fail');
    expect(judged(id, rcpt(` ORCPT=rfc822;${'x'.repeat(493)}`, 'DSN')).verdict).toBe('pass');
    expect(judged(id, rcpt(` ORCPT=rfc822;${'x'.repeat(494)}`, 'DSN')).verdict).toBe('fail');
  });

  it('refers their use without DSN to the check of parameters', () => {
    expect(judged(id, mail(' RET=FULL', 'SIZE'))).toMatchObject({
      verdict: 'fail',
      refersTo: 'mail-params-only-if-advertised',
    });
  });

  it('does not apply to a client that asks for nothing', () => {
    expect(judged(id, mail(' SIZE=5', 'DSN', 'SIZE')).verdict).toBe('not-applicable');
  });
});
