import { greeted, judged, type TrialOptions } from '../support';
import { later } from './sessions';

const plain = greeted('AUTH PLAIN LOGIN CRAM-MD5');
const secured = `${greeted('STARTTLS')}C: STARTTLS\nS: 220 go\nTLS secured\n`;
const mail = 'C: MAIL FROM:<sender@client.example>\nS: 250 ok\n';
const quit = 'C: QUIT\nS: 221 bye\n';
const away = (text: string): string => `# connection 1 from 192.0.2.7:1234\n${text}`;

describe('auth-only-if-offered', () => {
  const id = 'auth-only-if-offered';

  it('passes a mechanism of the list, in any case of letters, and in its old form', () => {
    expect(judged(id, `${plain}C: AUTH cram-md5\nS: 334 AAAA\nC: AAAA\nS: 235 ok`).verdict).toBe('pass');
    expect(judged(id, `${greeted('AUTH=LOGIN')}C: AUTH LOGIN\nS: 334 AAAA\nC: *\nS: 501 no`).verdict).toBe('pass');
  });

  it('fails one that is not on it, was only in clear, or without any list', () => {
    const verdict = judged(id, `${greeted('AUTH CRAM-MD5')}C: AUTH PLAIN AAAA\nS: 504 no`);
    expect(verdict).toMatchObject({ verdict: 'fail', reason: 'It used PLAIN where CRAM-MD5 was offered.' });
    expect(verdict.evidence[0]?.text).toBe('C: AUTH PLAIN ****');
    const old = `${greeted('STARTTLS', 'AUTH PLAIN')}C: STARTTLS\nS: 220 go\nTLS secured\nC: EHLO a\nS: 250 mx\n`;
    expect(judged(id, `${old}C: AUTH PLAIN AAAA\nS: 504 no`).verdict).toBe('fail');
    expect(judged(id, `S: 220 mx\nC: HELO a\nS: 250 mx\nC: AUTH PLAIN AAAA\nS: 503 no`).verdict).toBe('fail');
  });

  it('does not apply without AUTH', () => {
    expect(judged(id, plain + mail).verdict).toBe('not-applicable');
  });
});

describe('auth-only-over-tls', () => {
  const id = 'auth-only-over-tls';
  const shown = away(`${plain}C: AUTH PLAIN AAAA\nS: 235 ok`);

  it('passes AUTH inside TLS, without a readable password, and doing without', () => {
    const inside = `${secured}C: EHLO a\nS: 250-mx\nS: 250 AUTH PLAIN\nC: AUTH PLAIN AAAA\nS: 235 ok`;
    expect(judged(id, away(inside)).verdict).toBe('pass');
    expect(judged(id, away(`${plain}C: AUTH CRAM-MD5\nS: 334 AAAA\nC: AAAA\nS: 235 ok`)).verdict).toBe('pass');
    expect(judged(id, away(plain + quit), { submissions: [{ auth: true }] }).verdict).toBe('pass');
  });

  it('fails a submission client, and warns any other', () => {
    const verdict = judged(id, shown, { role: 'submission' });
    expect(verdict).toMatchObject({ verdict: 'fail', evidence: [{ text: 'C: AUTH PLAIN ****' }] });
    expect(judged(id, shown).verdict).toBe('warn');
  });

  it('waits for the second answer of LOGIN, which is the password', () => {
    const name = `${plain}C: AUTH LOGIN\nS: 334 AAAA\nC: AAAA\nS: 535 no`;
    const both = `${plain}C: AUTH LOGIN\nS: 334 AAAA\nC: AAAA\nS: 334 AAAA\nC: AAAA\nS: 235 ok`;
    expect(judged(id, away(name)).verdict).toBe('pass');
    expect(judged(id, away(both)).verdict).toBe('warn');
  });

  it('only records the loopback, and does not apply to a client without credentials', () => {
    expect(judged(id, `${plain}C: AUTH PLAIN AAAA\nS: 235 ok`, { role: 'submission' }).verdict).toBe('observed');
    expect(judged(id, away(plain + mail)).verdict).toBe('not-applicable');
  });
});

describe('auth-once', () => {
  const id = 'auth-once';
  const auth = 'C: AUTH PLAIN AAAA\nS: 235 ok\n';

  it('passes one AUTH, one more inside TLS, and one after a refusal', () => {
    expect(judged(id, plain + auth + mail).verdict).toBe('pass');
    const twice = `${greeted('STARTTLS', 'AUTH PLAIN')}${auth}C: STARTTLS\nS: 220 go\nTLS secured\nC: EHLO a\nS: 250-mx\nS: 250 AUTH PLAIN\n${auth}${mail}`;
    expect(judged(id, twice).verdict).toBe('pass');
    expect(judged(id, `${plain}C: AUTH PLAIN AAAA\nS: 535 no\n${auth}${mail}`).verdict).toBe('pass');
  });

  it('fails one after success, and one amid a transaction', () => {
    const verdict = judged(id, `${plain}${auth}C: AUTH LOGIN\nS: 503 no`);
    expect(verdict).toMatchObject({ verdict: 'fail', evidence: [{ text: 'C: AUTH LOGIN' }, {}] });
    expect(judged(id, plain + mail + auth).verdict).toBe('fail');
  });

  it('proves nothing when the record ends with it', () => {
    expect(judged(id, plain + auth).verdict).toBe('inconclusive');
    expect(judged(id, plain + mail).verdict).toBe('not-applicable');
  });
});

describe('auth-initial-response', () => {
  const id = 'auth-initial-response';
  const login = `${plain}C: AUTH LOGIN\n`;

  it('passes responses in the form of base64, an empty one included', () => {
    expect(judged(id, `${plain}C: AUTH PLAIN AAAA\nS: 235 ok`).verdict).toBe('pass');
    expect(judged(id, `${plain}C: AUTH PLAIN =\nS: 535 no`).verdict).toBe('pass');
    expect(judged(id, `${login}S: 334 \nC: AAAA\nS: 334 \nC: \nS: 535 no`).verdict).toBe('pass');
  });

  it('passes "*" after a challenge that is no base64, and fails a blind answer', () => {
    expect(judged(id, `${login}S: 334 not base64!\nC: *\nS: 501 ok`).verdict).toBe('pass');
    const blind = judged(id, `${login}S: 334 not base64!\nC: AAAAAAAA\nS: 535 no\n${quit}`);
    expect(blind).toMatchObject({
      verdict: 'fail',
      evidence: [{ text: 'C: ********' }, { text: 'S: 334 not base64!' }],
    });
  });

  it.each([
    ['a response that cannot be base64', `${login}S: 334 AAAA\nC: AAAAA\nS: 501 no`],
    ['an initial one that cannot', `${plain}C: AUTH PLAIN AAAAA\nS: 501 no`],
    ['an initial one that makes AUTH too long', `${plain}C: AUTH PLAIN ${'A'.repeat(504)}\nS: 235 ok`],
    ['a response that is too long', `${login}S: 334 AAAA\nC: ${'A'.repeat(12_292)}\nS: 500 no`],
  ])('fails %s', (_, text) => {
    expect(judged(id, text).verdict).toBe('fail');
  });

  it('does not count what follows a cancelled exchange that we would not let end', () => {
    expect(judged(id, `${login}S: 334 \nC: *\nS: 334 \nC: AUTH PLAIN\nS: 334 \nC- FIN`).verdict).toBe('pass');
  });

  it('proves nothing about four octets that may be QUIT, nor about a client that left', () => {
    expect(judged(id, `${login}S: 334 not base64!\nC: QUIT\nC- FIN`).verdict).toBe('inconclusive');
    expect(judged(id, `${login}S: 334 not base64!\nC- FIN`).verdict).toBe('inconclusive');
    expect(judged(id, plain + mail).verdict).toBe('not-applicable');
  });
});

describe('auth-failure-bounded', () => {
  const id = 'auth-failure-bounded';
  const refused = (times: number): string => plain + 'C: AUTH PLAIN AAAA\nS: 535 no\n'.repeat(times) + quit;

  it('passes five, in one session', () => {
    expect(judged(id, refused(5)).verdict).toBe('pass');
  });

  it('warns about six, and about a tight loop of connections', () => {
    const verdict = judged(id, refused(6));
    expect(verdict).toMatchObject({ verdict: 'warn', reason: '6 AUTH were refused on one connection.' });
    const loop = refused(1) + [2, 3, 4].map((connection) => later('5s', connection, refused(1))).join('');
    expect(judged(id, loop).verdict).toBe('warn');
    const messages: TrialOptions = { submissions: [{}, { messageId: '<2@client.example>' }] };
    expect(judged(id, loop, messages).verdict).toBe('pass');
  });

  it('proves nothing about a pace that the client was told to keep', () => {
    const loop = refused(1) + [2, 3, 4].map((connection) => later('5s', connection, refused(1))).join('');
    expect(judged(id, loop, { capabilities: ['retries'] }).verdict).toBe('inconclusive');
    const tight = refused(1) + [2, 3, 4].map((connection) => later('1s', connection, refused(1))).join('');
    expect(judged(id, tight, { capabilities: ['retries'] }).verdict).toBe('warn');
  });

  it('does not apply where AUTH succeeds', () => {
    expect(judged(id, `${plain}C: AUTH PLAIN AAAA\nS: 235 ok`).verdict).toBe('not-applicable');
  });
});
