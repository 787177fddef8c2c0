import { greeted, judged } from '../support';

const helo = 'S: 220 mx.example.com\nC: HELO client.example\nS: 250 mx.example.com\n';

describe('ehlo-first', () => {
  const id = 'ehlo-first';

  it('passes EHLO, also with a NOOP before it', () => {
    expect(judged(id, greeted()).verdict).toBe('pass');
    expect(judged(id, 'S: 220 mx\nC: NOOP\nS: 250 ok\nC: EHLO a.example\nS: 250 mx').verdict).toBe('pass');
  });

  it('passes an EHLO that a fixup has masked', () => {
    expect(judged(id, 'S: 220 mx\nC: XXXX a.example\nS: 500 ?\nC: HELO a.example\nS: 250 mx').verdict).toBe('pass');
  });

  it('warns about HELO', () => {
    expect(judged(id, helo)).toMatchObject({ verdict: 'warn', reason: 'It opened the session with HELO.' });
  });

  it('lets HELO pass where EHLO had failed before', () => {
    const failed = 'S: 220 mx\nC: EHLO a.example\nS- RST\n';
    expect(judged(id, `${failed}# connection 2\n${helo}`).verdict).toBe('pass');
  });

  it('refers MAIL without any hello to the check of order', () => {
    const trace = 'S: 220 mx\nC: MAIL FROM:<a@b.example>\nS: 503 no';
    expect(judged(id, trace).verdict).toBe('warn');
  });

  it('has no occasion in QUIT alone, nor after a refusing greeting', () => {
    expect(judged(id, 'S: 220 mx\nC: QUIT\nS: 221 bye').verdict).toBe('not-applicable');
    expect(judged(id, 'S: 554 no\nC: HELO a.example\nS: 503 no').verdict).toBe('not-applicable');
  });
});

describe('helo-no-extensions', () => {
  const id = 'helo-no-extensions';

  it('passes plain SMTP behind HELO', () => {
    expect(judged(id, `${helo}C: MAIL FROM:<a@b.example>\nS: 250 ok`).verdict).toBe('pass');
  });

  it.each([
    ['MAIL with SIZE', 'C: MAIL FROM:<a@b.example> SIZE=100\nS: 250 ok'],
    ['RCPT with NOTIFY', 'C: MAIL FROM:<a@b.example>\nS: 250 ok\nC: RCPT TO:<c@d.example> NOTIFY=NEVER\nS: 250 ok'],
    ['STARTTLS', 'C: STARTTLS\nS: 502 no'],
    ['AUTH', 'C: AUTH PLAIN\nS: 502 no'],
    ['BDAT', 'C: MAIL FROM:<a@b.example>\nS: 250 ok\nC: BDAT 1 LAST\nC\\: x\nS: 502 no'],
  ])('fails %s', (what, tail) => {
    expect(judged(id, `${helo}${tail}`)).toMatchObject({
      verdict: 'fail',
      reason: `${what} came in a session of HELO.`,
    });
  });

  it('fails a parameter although the reply to HELO listed it', () => {
    const listed = helo.replace('S: 250 mx', 'S: 250-mx').concat('S: 250 SIZE\n');
    expect(judged(id, `${listed}C: MAIL FROM:<a@b.example> SIZE=1\nS: 250 ok`).verdict).toBe('fail');
  });

  it('forgets a HELO when EHLO follows, or when it was refused', () => {
    const tail = 'C: MAIL FROM:<a@b.example> SIZE=1\nS: 250 ok';
    expect(judged(id, `${helo}C: EHLO a.example\nS: 250-mx\nS: 250 SIZE\n${tail}`).verdict).toBe('not-applicable');
    expect(judged(id, `${greeted('SIZE')}C: HELO a.example\nS: 503 no\n${tail}`).verdict).toBe('not-applicable');
  });

  it('does not take VRFY and EXPN for extensions: RFC 821 had them', () => {
    expect(judged(id, `${helo}C: EXPN list\nS: 502 no\nC: MAIL FROM:<a@b.example>\nS: 250 ok`).verdict).toBe('pass');
  });
});

describe('ehlo-arg-fqdn', () => {
  const id = 'ehlo-arg-fqdn';
  const named = (name: string): string => `S: 220 mx.example.com\nC: EHLO ${name}\nS: 250 mx`;

  it.each(['client.example', 'a-1.client.example', '[192.0.2.1]', '[IPv6:2001:db8::1]'])('passes %s', (name) => {
    expect(judged(id, named(name)).verdict).toBe('pass');
  });

  it.each([
    'localhost',
    'LOCALHOST',
    'client',
    'my_host.example',
    'host.example.',
    '-a.example',
    '192.0.2.1',
    '2001:db8::1',
    'mx.example.com',
    'a.example b.example',
    'höst.example',
  ])('fails %s', (name) => {
    const verdict = judged(id, named(name));
    expect(verdict).toMatchObject({ verdict: 'fail', level: 'MUST' });
    expect(verdict).not.toHaveProperty('refersTo');
  });

  it('fails no name at all', () => {
    expect(judged(id, 'S: 220 mx\nC\\: EHLO\\r\\n\nS: 501 no').verdict).toBe('fail');
    expect(judged(id, 'S: 220 mx\nC\\: EHLO \\r\\n\nS: 501 no').verdict).toBe('fail');
  });

  it('refers a malformed literal to the check of its syntax', () => {
    expect(judged(id, named('[::1]'))).toMatchObject({ verdict: 'fail', refersTo: 'ehlo-literal-syntax' });
  });

  it('knows our name from the configuration too', () => {
    const scenario = { servers: [{ hostname: 'mail.example.org' }] };
    expect(judged(id, named('mail.example.org'), { scenario }).verdict).toBe('fail');
    expect(judged(id, named('mail.example.org')).verdict).toBe('pass');
  });

  it('counts one name once, and is not excused by anything that we did', () => {
    const trace = 'S: 220 mx\nC: EHLO localhost\nS\\: garbage\\r\\n\nC: EHLO localhost\nS: 250 mx';
    expect(judged(id, trace).reason).toBe('It calls itself "localhost", which every host is to itself.');
  });

  it('has no occasion without a hello', () => {
    expect(judged(id, 'S: 220 mx\nC: QUIT\nS: 221 bye').verdict).toBe('not-applicable');
  });
});

describe('ehlo-literal-syntax', () => {
  const id = 'ehlo-literal-syntax';
  const named = (name: string): string => `S: 220 mx.example.com\nC: EHLO ${name}\nS: 250 mx`;

  it.each(['[192.0.2.1]', '[IPv6:::1]'])('passes %s', (literal) => {
    expect(judged(id, named(literal)).verdict).toBe('pass');
  });

  it.each(['[::1]', '[192.0.2.256]', '[192.0.2]', '[192.0.2.1', '[client.example]'])('fails %s', (literal) => {
    expect(judged(id, named(literal)).verdict).toBe('fail');
  });

  it('warns about words behind it, which RFC 2821 allowed', () => {
    expect(judged(id, named('[192.0.2.1] my host')).verdict).toBe('warn');
    expect(judged(id, named('[192.0.2.1] my host'), { rfc: 2821 }).verdict).toBe('pass');
  });

  it('does not apply to a name', () => {
    expect(judged(id, greeted()).verdict).toBe('not-applicable');
  });
});

describe('rehello-resets', () => {
  const id = 'rehello-resets';
  const again = `${greeted()}C: MAIL FROM:<a@b.example>\nS: 250 ok\nC: EHLO client.example\nS: 250 mx\n`;

  it('passes a new MAIL', () => {
    expect(judged(id, `${again}C: MAIL FROM:<a@b.example>\nS: 250 ok`).verdict).toBe('pass');
  });

  it.each(['RCPT TO:<c@d.example>', 'DATA'])('warns about %s for the transaction that is gone', (line) => {
    expect(judged(id, `${again}C: ${line}\nS: 503 no`)).toMatchObject({ verdict: 'warn', level: 'MAY' });
  });

  it('does not apply when nothing follows, or when the second EHLO was refused', () => {
    expect(judged(id, `${again}C: QUIT\nS: 221 bye`).verdict).toBe('not-applicable');
    const refused = again.replace(/S: 250 mx\n$/, 'S: 503 no\n');
    expect(judged(id, `${refused}C: RCPT TO:<c@d.example>\nS: 250 ok`).verdict).toBe('not-applicable');
  });
});
