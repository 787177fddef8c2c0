import { greeted, judged } from '../support';

const TWO = ['a@example.com', 'b@example.com'];
const QUIT = 'C: QUIT\nS: 221 bye\n';

function message(body = 'text', reply = '250 OK'): string {
  return `C: DATA\nS: 354 go\nC: Message-ID: <1@client.example>\nC| \nC| ${body}\nC| .\nS: ${reply}\n`;
}

function mail(...recipients: readonly string[]): string {
  const rcpt = recipients.map((to) => `C: RCPT TO:<${to}>\nS: 250 OK\n`).join('');
  return `C: MAIL FROM:<sender@client.example>\nS: 250 OK\n${rcpt}`;
}

describe('rcpt-one-transaction', () => {
  const id = 'rcpt-one-transaction';
  const two = { submissions: [{ to: TWO }] };

  it('passes one transaction for both', () => {
    expect(judged(id, `${greeted()}${mail(...TWO)}${message()}`, two)).toMatchObject({
      verdict: 'pass',
      reason: '2 recipients at example.com came in one transaction.',
    });
  });

  it('warns about a copy for each', () => {
    const trace = `${greeted()}${mail('a@example.com')}${message()}${mail('b@example.com')}${message()}`;
    expect(judged(id, trace, two)).toMatchObject({
      verdict: 'warn',
      reason: '2 recipients at example.com came in 2 transactions with the same mail data.',
    });
  });

  it('is inconclusive about personal copies, and about those that never came (trap 15)', () => {
    const personal = `${greeted()}${mail('a@example.com')}${message('Dear A')}${mail('b@example.com')}${message('Dear B')}`;
    expect(judged(id, personal, two).verdict).toBe('inconclusive');
    const unsent = `${greeted()}${mail('a@example.com')}C: RSET\nS: 250 OK\n${mail('b@example.com')}C: RSET\nS: 250 OK\n`;
    expect(judged(id, unsent, two).verdict).toBe('inconclusive');
  });

  it('lets a recipient that was put off come by itself', () => {
    const split = `${greeted()}C: MAIL FROM:<sender@client.example>\nS: 250 OK\nC: RCPT TO:<a@example.com>\nS: 250 OK\nC: RCPT TO:<b@example.com>\nS: 452 too many\n${message()}${mail('b@example.com')}${message()}`;
    expect(judged(id, split, two).verdict).toBe('pass');
  });

  it('lets each domain have its own', () => {
    const apart = { submissions: [{ to: ['a@example.com', 'b@example.net'] }] };
    const trace = `${greeted()}${mail('a@example.com')}${message()}${mail('b@example.net')}${message()}`;
    expect(judged(id, trace, apart).verdict).toBe('not-applicable');
  });
});

/** A hundred and one recipients, of whom the first so many are taken. */
const MANY = Array.from({ length: 101 }, (_, index) => `r${index}@example.com`);
const many = { submissions: [{ to: MANY }] };

function limited(taken: number, code: string, end: string): string {
  const rcpt = MANY.map((to, index) => `C: RCPT TO:<${to}>\nS: ${index < taken ? '250 OK' : code}\n`).join('');
  return `${greeted()}C: MAIL FROM:<sender@client.example>\nS: 250 OK\n${rcpt}${end}`;
}

const LAST = 'r100@example.com';
const BOUNCE = `+1s\n# connection 2\n${greeted()}C: MAIL FROM:<>\nS: 250 OK\nC: RCPT TO:<sender@client.example>\nS: 250 OK\nC: DATA\nS: 354 go\nC: Subject: returned\nC| \nC| <1@client.example> failed for ${LAST}\nC| .\nS: 250 OK\n${QUIT}`;

describe('rcpt-452-split', () => {
  const id = 'rcpt-452-split';

  it('passes when the rest follows in a new transaction', () => {
    const trace = limited(100, '452 4.5.3 too many', `${message()}${mail(LAST)}${message()}`);
    expect(judged(id, trace, many)).toMatchObject({
      verdict: 'pass',
      reason: 'Of 101 recipients 100 were taken and 1 got 452, and these followed after 0 s.',
    });
  });

  it('warns when nothing is sent at all', () => {
    expect(judged(id, limited(100, '452 too many', `C: RSET\nS: 250 OK\n${QUIT}`), many).verdict).toBe('warn');
  });

  it('warns when the rest is bounced, or given up', () => {
    expect(judged(id, limited(100, '452 too many', `${message()}${QUIT}${BOUNCE}`), many).verdict).toBe('warn');
    const patient = { ...many, capabilities: ['retries' as const] };
    expect(judged(id, limited(100, '452 too many', `${message()}${QUIT}`), patient).verdict).toBe('warn');
    expect(judged(id, limited(100, '452 too many', `${message()}${QUIT}`), many).verdict).toBe('inconclusive');
  });

  it('warns when one that was taken comes again', () => {
    const trace = limited(100, '452 too many', `${message()}${mail('r0@example.com', LAST)}${message()}${QUIT}`);
    expect(judged(id, trace, many)).toMatchObject({ verdict: 'warn', refersTo: 'single-copy-no-dup' });
  });

  it('excuses it after a limit of ours below a hundred (trap 9)', () => {
    const verdict = judged(id, limited(10, '452 too many', `C: RSET\nS: 250 OK\n${QUIT}`), many);
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.reason).toMatch(/but only after we took only 10 recipients/);
  });

  it('does not apply to a 452 about space, or before any recipient was taken', () => {
    expect(judged(id, limited(100, '452 4.3.1 full', message()), many).verdict).toBe('not-applicable');
    expect(judged(id, limited(100, '452 insufficient storage', message()), many).verdict).toBe('not-applicable');
    expect(judged(id, limited(0, '452 too many', QUIT), many).verdict).toBe('not-applicable');
  });
});

describe('rcpt-552-as-452', () => {
  const id = 'rcpt-552-as-452';

  it('passes when the rest is tried again', () => {
    const trace = limited(100, '552 too many recipients', `${message()}${mail(LAST)}${message()}`);
    expect(judged(id, trace, many).verdict).toBe('pass');
  });

  it('warns when the rest is bounced', () => {
    const trace = limited(100, '552 too many recipients', `${message()}${QUIT}${BOUNCE}`);
    expect(judged(id, trace, many).verdict).toBe('warn');
  });

  it('is inconclusive when nothing became of it within a short window', () => {
    const trace = limited(100, '552 too many recipients', `${message()}${QUIT}`);
    expect(judged(id, trace, many).verdict).toBe('inconclusive');
  });

  it('does not apply to size, nor below a hundred (trap 8)', () => {
    expect(judged(id, limited(100, '552 message size exceeded', message()), many).verdict).toBe('not-applicable');
    expect(judged(id, limited(50, '552 too many recipients', message()), many)).toMatchObject({
      verdict: 'not-applicable',
      reason: '552 came after 50 recipients, which are not too many.',
    });
  });
});
