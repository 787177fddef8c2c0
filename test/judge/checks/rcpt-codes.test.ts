import { greeted, judged } from '../support';

const TO = 'user@example.com';
const MESSAGE = 'C: DATA\nS: 354 go\nC: Message-ID: <1@client.example>\nC| \nC| .\nS: 250 OK\n';
const QUIT = 'C: QUIT\nS: 221 bye\n';
const AGAIN = `+20s\n# connection 2\n${greeted()}C: MAIL FROM:<sender@client.example>\nS: 250 OK\nC: RCPT TO:<${TO}>\nS: 250 OK\n`;

function rcpt(reply: string): string {
  return `${greeted()}C: MAIL FROM:<sender@client.example>\nS: 250 OK\nC: RCPT TO:<${TO}>\nS: ${reply}\n`;
}

describe.each([
  ['rcpt-251-success', '251 User not local; will forward to <x@y.example>'],
  ['rcpt-252-259', '252 Cannot verify'],
  ['rcpt-252-259', '259 Odd'],
])('%s', (id, reply) => {
  it(`passes DATA after ${reply}`, () => {
    expect(judged(id, `${rcpt(reply)}${MESSAGE}`)).toMatchObject({
      verdict: 'pass',
      reason: `After ${reply.slice(0, 3)} to RCPT it went on with DATA.`,
    });
  });

  it('fails giving the transaction up', () => {
    const verdict = judged(id, `${rcpt(reply)}C: RSET\nS: 250 OK\n${QUIT}`);
    expect(verdict).toMatchObject({
      verdict: 'fail',
      reason: `After ${reply.slice(0, 3)} to RCPT it went on with RSET.`,
    });
    expect(verdict).not.toHaveProperty('refersTo');
  });

  it('cannot tell among other recipients, unless the client reports them', () => {
    const both = `${rcpt(reply)}C: RCPT TO:<other@example.com>\nS: 250 OK\n${MESSAGE}${QUIT}`;
    const two = { submissions: [{ to: [TO, 'other@example.com'] }] };
    expect(judged(id, both, two).verdict).toBe('inconclusive');
    const report = (outcome: 'accepted' | 'refused') => ({
      ...two,
      outcomes: [
        { submission: 1, recipient: TO, outcome, text: '' },
        { submission: 1, recipient: 'other@example.com', outcome: 'accepted' as const, text: '' },
      ],
    });
    expect(judged(id, both, report('accepted')).verdict).toBe('pass');
    expect(judged(id, both, report('refused')).verdict).toBe('fail');
  });

  it('does not apply to other codes', () => {
    expect(judged(id, `${rcpt('250 OK')}${MESSAGE}`).verdict).toBe('not-applicable');
  });
});

describe('rcpt-252-259 and codes further on', () => {
  it('refers those that nobody defined to their own check', () => {
    const given = `${rcpt('299 Odd')}C: RSET\nS: 250 OK\n${QUIT}`;
    expect(judged('rcpt-252-259', given)).toMatchObject({
      verdict: 'fail',
      refersTo: 'reply-unknown-code-first-digit',
    });
  });
});

describe('rcpt-551-no-blind-redirect', () => {
  const id = 'rcpt-551-no-blind-redirect';
  const refused = rcpt('551 User not local; try <new@elsewhere.example>');

  it('passes a recipient that fails', () => {
    const verdict = judged(id, `${refused}${QUIT}`);
    expect(verdict.verdict).toBe('pass');
    expect(verdict.reason).toMatch(/within the window of 30 s/);
  });

  it('warns about following the path', () => {
    expect(judged(id, `${refused}C: RCPT TO:<new@elsewhere.example>\nS: 550 no\n${QUIT}`)).toMatchObject({
      verdict: 'warn',
      reason: 'It went to the path that 551 had named, unasked.',
    });
  });

  it('does not take a recipient of the submission for a redirection', () => {
    const both = { submissions: [{ to: [TO, 'new@elsewhere.example'] }] };
    const trace = `${refused}C: RCPT TO:<new@elsewhere.example>\nS: 550 no\n${QUIT}`;
    expect(judged(id, trace, both).verdict).toBe('pass');
  });

  it('fails offering the old path again', () => {
    const verdict = judged(id, `${refused}${QUIT}${AGAIN}`);
    expect(verdict.verdict).toBe('fail');
    expect(verdict.evidence[0]).toMatchObject({ connection: 2, text: `C: RCPT TO:<${TO}>` });
  });

  it('fails mail data for it alone', () => {
    expect(judged(id, `${refused}+1s\n${MESSAGE}`)).toMatchObject({
      verdict: 'fail',
      refersTo: 'rcpt-all-rejected-no-data',
    });
  });

  it('does not take DATA that had come along in the group for an answer to it', () => {
    const group = `${greeted('PIPELINING')}C: MAIL FROM:<sender@client.example>\nC| RCPT TO:<${TO}>\nC| DATA\nS: 250 OK\nS: 551 no\nS: 354 go\nC: x\nC: .\nS: 554 no\n${QUIT}`;
    expect(judged(id, group).verdict).toBe('pass');
  });

  it('is inconclusive without a window', () => {
    expect(judged(id, `${refused}${QUIT}`, { window: 0 }).verdict).toBe('inconclusive');
  });
});

describe('rcpt-556', () => {
  const id = 'rcpt-556';
  const refused = `${rcpt('556 Domain takes no mail')}${QUIT}`;

  it('passes a recipient that fails for good', () => {
    expect(judged(id, refused).verdict).toBe('pass');
  });

  it('warns about a retry', () => {
    expect(judged(id, `${refused}${AGAIN}`)).toMatchObject({ verdict: 'warn', refersTo: 'no-retry-after-5yz' });
  });

  it('warns about a client that only puts it off', () => {
    const outcomes = [{ submission: 1, recipient: TO, outcome: 'deferred' as const, text: '' }];
    expect(judged(id, refused, { outcomes }).verdict).toBe('warn');
  });

  it('does not apply to 550', () => {
    expect(judged(id, `${rcpt('550 no')}${QUIT}`).verdict).toBe('not-applicable');
  });
});
