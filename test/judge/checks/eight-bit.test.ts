import { greeted, judged } from '../support';
import { HEADERS, sent } from './message';

const UMLAUT = 'gr\xc3\xbc\xc3\x9fe';
const MIME = [...HEADERS, 'MIME-Version: 1.0'];
const eight = { submissions: [{ content: '8bit' }] };

function mail(parameters: string, ...keywords: readonly string[]): string {
  return `${greeted(...keywords)}C: MAIL FROM:<sender@client.example>${parameters}\nS: 250 OK\nC: RCPT TO:<user@example.com>\nS: 250 OK\n`;
}

function message(parameters: string, lines: readonly string[], ...keywords: readonly string[]): string {
  return `${mail(parameters, ...keywords)}${sent(...lines, '.')}S: 250 OK\n`;
}

describe('no-8bit-without-8bitmime', () => {
  const id = 'no-8bit-without-8bitmime';

  it('passes an 8-bit message that was made to fit, or kept back', () => {
    expect(judged(id, message('', [...MIME, '', 'gr=C3=BC=C3=9Fe']), eight).verdict).toBe('pass');
    expect(judged(id, `${mail('')}C: RSET\nS: 250 OK`, eight).verdict).toBe('pass');
    const outcomes = [{ submission: 1, recipient: null, outcome: 'refused' as const, text: '' }];
    expect(judged(id, `${greeted()}C: QUIT\nS: 221 bye`, { ...eight, outcomes }).verdict).toBe('pass');
  });

  it('fails octets above 127 in the text', () => {
    expect(judged(id, message('', [...MIME, '', UMLAUT]))).toMatchObject({
      verdict: 'fail',
      reason: 'Octets above 127 came in the mail data although 8BITMIME was not offered.',
    });
  });

  it('leaves those in headers alone to the gate of SMTPUTF8', () => {
    expect(judged(id, message('', [...MIME, `Subject: ${UMLAUT}`, '', 'text']))).toMatchObject({
      verdict: 'fail',
      refersTo: 'smtputf8-gate',
    });
  });

  it('does not apply where 8BITMIME is offered, or nothing was in 8 bits', () => {
    expect(judged(id, message(' BODY=8BITMIME', [...MIME, '', UMLAUT], '8BITMIME')).verdict).toBe('not-applicable');
    expect(judged(id, message('', [...MIME, '', 'text'])).verdict).toBe('not-applicable');
  });
});

describe('body-8bitmime-declared', () => {
  const id = 'body-8bitmime-declared';

  it('passes declared 8-bit mail data, and a declaration too many (trap 13)', () => {
    expect(judged(id, message(' BODY=8BITMIME', [...MIME, '', UMLAUT], '8BITMIME')).verdict).toBe('pass');
    expect(judged(id, message(' BODY=8BITMIME', [...MIME, '', 'text'], '8BITMIME')).verdict).toBe('pass');
  });

  it.each([
    ['without BODY', '', '8-bit mail data came without BODY=8BITMIME.'],
    ['under 7BIT', ' BODY=7BIT', '8-bit mail data came under BODY=7BIT.'],
    ['declared twice', ' BODY=8BITMIME BODY=7BIT', 'MAIL declares BODY 2 times.'],
  ])('fails 8-bit mail data %s', (_, parameters, reason) => {
    expect(judged(id, message(parameters, [...MIME, '', UMLAUT], '8BITMIME'))).toMatchObject({
      verdict: 'fail',
      reason,
    });
  });

  it('warns where the MIME headers are missing', () => {
    expect(judged(id, message(' BODY=8BITMIME', [...HEADERS, '', UMLAUT], '8BITMIME')).verdict).toBe('warn');
  });

  it('does not apply to 7-bit mail data, nor where 8BITMIME is not offered', () => {
    expect(judged(id, message('', [...MIME, '', 'text'], '8BITMIME')).verdict).toBe('not-applicable');
    expect(judged(id, message('', [...MIME, '', UMLAUT])).verdict).toBe('not-applicable');
  });
});

describe('smtputf8-gate', () => {
  const id = 'smtputf8-gate';
  const session = (from: string, to: string, ...keywords: readonly string[]): string =>
    `${greeted(...keywords)}C: MAIL FROM:${from}\nS: 250 OK\nC: RCPT TO:${to}\nS: 250 OK`;
  const wanting = { submissions: [{ from: 'jörg@client.example', to: ['user@example.com'] }] };

  it('passes what the parameter goes with', () => {
    const trace = session('<j\xc3\xb6rg@client.example> SMTPUTF8', '<user@example.com>', 'SMTPUTF8');
    expect(judged(id, trace).verdict).toBe('pass');
  });

  it.each([
    ['MAIL', session('<j\xc3\xb6rg@client.example>', '<user@example.com>'), 'MAIL although SMTPUTF8 was not offered.'],
    ['RCPT', session('<a@b.example>', '<j\xc3\xb6rg@example.com>'), 'RCPT although SMTPUTF8 was not offered.'],
    [
      'MAIL without the parameter',
      session('<j\xc3\xb6rg@client.example>', '<user@example.com>', 'SMTPUTF8'),
      'MAIL without the parameter SMTPUTF8.',
    ],
    [
      'the headers',
      message('', [...MIME, `Subject: ${UMLAUT}`, '', 'text'], '8BITMIME'),
      'the headers although SMTPUTF8 was not offered.',
    ],
  ])('fails octets above 127 in %s', (_, trace, end) => {
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', reason: `Octets above 127 came in ${end}` });
  });

  it('passes such a submission that came in ASCII', () => {
    const labels = { submissions: [{ to: ['user@b\u00fccher.example'] }] };
    const trace = message('', [...HEADERS, '', 'text']).replace('user@example.com', 'user@xn--bcher-kva.example');
    expect(judged(id, trace, labels).verdict).toBe('pass');
  });

  it('passes a message that needs it and was never sent, when the client says so', () => {
    const outcomes = [{ submission: 1, recipient: null, outcome: 'refused' as const, text: '' }];
    expect(judged(id, greeted(), { ...wanting, outcomes }).verdict).toBe('pass');
    expect(judged(id, greeted(), wanting).verdict).toBe('not-applicable');
  });

  it('only tells of a parameter for nothing (trap 13)', () => {
    expect(judged(id, session('<a@b.example> SMTPUTF8', '<c@d.example>', 'SMTPUTF8')).verdict).toBe('observed');
  });

  it('leaves the text to the checks of 8 bits', () => {
    expect(judged(id, message('', [...MIME, '', UMLAUT])).verdict).toBe('not-applicable');
  });
});
