import { greeted, judged, withRecipient, type TrialOptions } from '../support';

const quit = 'C: QUIT\nS: 221 bye\n';
const mail = 'C: MAIL FROM:<sender@client.example>\nS: 250 ok\n';
const failed = `${greeted()}${mail}C: RCPT TO:<user@example.com>\nS: 550 no\n`;

describe('rset-after-failure', () => {
  const id = 'rset-after-failure';

  it.each(['C: RSET\nS: 250 ok', 'C: EHLO client.example\nS: 250 mx'])('passes %s before the next MAIL', (clearing) => {
    expect(judged(id, `${failed}${clearing}\n${mail}`).verdict).toBe('pass');
  });

  it('warns about MAIL in the failed transaction', () => {
    expect(judged(id, `${failed}C: MAIL FROM:<a@b.example>\nS: 503 no`)).toMatchObject({
      verdict: 'warn',
      reason: 'The next MAIL came while a failed transaction was still open.',
    });
  });

  it.each([
    ['leaving', `${failed}${quit}`],
    ['a refused MAIL', `${greeted()}C: MAIL FROM:<a@b.example>\nS: 550 no\n${mail}`],
    ['a refused dot', `${withRecipient()}C: DATA\nS: 354 go\nC: .\nS: 554 no\n${mail}`],
    ['a RSET that was refused', `${failed}C: RSET\nS: 500 ?\n${mail}`],
  ])('does not apply after %s', (_, trace) => {
    expect(judged(id, trace).verdict).toBe('not-applicable');
  });
});

describe('rset-non-250', () => {
  const id = 'rset-non-250';

  it.each([
    ['QUIT', `${failed}C: RSET\nS: 500 ?\n${quit}`],
    ['a close', `${failed}C: RSET\nS: 421 bye\nC- FIN`],
    ['a fresh EHLO', `${failed}C: RSET\nS: 500 ?\nC: EHLO client.example\nS: 250 mx\n${mail}`],
  ])('passes %s', (_, trace) => {
    expect(judged(id, trace).verdict).toBe('pass');
  });

  it('warns about MAIL, by itself where no transaction was open', () => {
    expect(judged(id, `${failed}C: RSET\nS: 500 ?\n${mail}`).verdict).toBe('warn');
    const verdict = judged(id, `${greeted()}C: RSET\nS: 500 ?\n${mail}`);
    expect(verdict).toMatchObject({ verdict: 'warn', reason: 'MAIL went on after 500 to RSET as if all were clean.' });
    expect(verdict).not.toHaveProperty('refersTo');
  });

  it('is inconclusive when the record ends, and does not apply to 250', () => {
    expect(judged(id, `${failed}C: RSET\nS: 500 ?`).verdict).toBe('inconclusive');
    expect(judged(id, `${failed}C: RSET\nS: 250 ok\n${mail}`).verdict).toBe('not-applicable');
  });
});

describe('idle-hang', () => {
  const id = 'idle-hang';

  it('passes leaving soon, and idling with a purpose', () => {
    expect(judged(id, `${failed}+2s\n${quit}`).verdict).toBe('pass');
    expect(judged(id, `${failed}+90s\nC: RSET\nS: 250 ok\n${mail}${quit}`).verdict).toBe('pass');
  });

  it.each([
    ['61 s', 'After 550 it sat idle for 61 s and did not use the connection again.'],
    ['301 s', 'After 550 it sat idle for 301 s, longer than the five minutes that servers wait.'],
  ])('warns about %s', (time, reason) => {
    expect(judged(id, `${failed}+${time}\n${quit}`)).toMatchObject({ verdict: 'warn', reason });
    expect(judged(id, `${failed}+${time}\nC- FIN`).verdict).toBe('warn');
    expect(judged(id, `${failed}+${time}\nS- destroy`).verdict).toBe('warn');
  });

  it('names the longest of several', () => {
    const trace = `${failed}+1s\nC: RSET\nS: 500 ?\n+70s\n${quit}`;
    expect(judged(id, trace).reason).toMatch(/^After 500 it sat idle for 70 s/);
  });

  it('is inconclusive when we end first', () => {
    expect(judged(id, `${failed}+30s\nS- destroy`).verdict).toBe('inconclusive');
  });

  it('does not apply without a refusal', () => {
    expect(judged(id, `${withRecipient()}+90s\n${quit}`).verdict).toBe('not-applicable');
  });
});

describe('connection-reuse', () => {
  const id = 'connection-reuse';
  const submissions = ['one', 'two'].map((name) => ({
    to: [`${name}@example.com`],
    messageId: `<${name}@client.example>`,
  }));
  const send = (name: string): string => `${mail}C: RCPT TO:<${name}@example.com>\nS: 250 ok
    C: DATA\nS: 354 go\nC: Message-ID: <${name}@client.example>\nC: \nC: .\nS: 250 queued\n`;
  const cut = `${greeted()}${send('one')}C: MAIL FROM:<sender@client.example>\nS: 421 enough\nC- FIN\n`;
  const judge = (trace: string, options: TrialOptions = {}): string =>
    judged(id, trace, { submissions, ...options }).verdict;

  it('passes the rest on a new connection', () => {
    expect(judge(`${cut}+60s\n# connection 2\n${greeted()}${send('two')}${quit}`)).toBe('pass');
  });

  it('warns about a message sent twice, and about one that was reported and never came', () => {
    expect(judge(`${cut}# connection 2\n${greeted()}${send('one')}${send('two')}${quit}`)).toBe('warn');
    expect(judge(cut, { outcomes: [{ submission: 2, recipient: null, outcome: 'accepted', text: '' }] })).toBe('warn');
  });

  it('is inconclusive when the rest did not come in the window, unless the client says so itself', () => {
    expect(judge(cut)).toBe('inconclusive');
    expect(judge(cut, { outcomes: [{ submission: 2, recipient: null, outcome: 'deferred', text: '' }] })).toBe('pass');
  });

  it('does not apply to one message per connection', () => {
    const trace = `${greeted()}${send('one')}${quit}# connection 2\n${greeted()}${send('two')}${quit}`;
    expect(judge(trace)).toBe('not-applicable');
  });
});

describe('half-close', () => {
  const id = 'half-close';

  it('passes a FIN behind QUIT, also when the reply to the dot is still due', () => {
    expect(judged(id, `${greeted()}C: QUIT\nC- FIN\nS: 221 bye`).verdict).toBe('pass');
    const grouped = `${withRecipient('PIPELINING')}C: DATA\nS: 354 go\nC: .\nC: QUIT\nC- FIN\nS: 250 ok\nS: 221 bye`;
    expect(judged(id, grouped).verdict).toBe('pass');
  });

  it.each([
    ['DATA', `${withRecipient()}C: DATA\nC- FIN\nS: 354 go`],
    ['the final dot', `${withRecipient()}C: DATA\nS: 354 go\nC: .\nC- FIN\nS: 250 ok`],
  ])('warns about a FIN while the reply to %s is due', (what, trace) => {
    expect(judged(id, trace)).toMatchObject({
      verdict: 'warn',
      reason: `It closed its half while the reply to ${what} was due.`,
    });
  });

  it('is inconclusive where we had left the dot without a reply', () => {
    const trace = `${withRecipient()}C: DATA\nS: 354 go\nC: .\nS! ignore\n+600s\nC- FIN`;
    expect(judged(id, trace).verdict).toBe('inconclusive');
  });

  it('does not apply to a reset, to FIN with nothing due, nor behind our own', () => {
    expect(judged(id, `${withRecipient()}C: DATA\nC- RST`).verdict).toBe('not-applicable');
    expect(judged(id, `${withRecipient()}C- FIN`).verdict).toBe('not-applicable');
    expect(judged(id, `${greeted()}C: NOOP\nS: 421 bye\nC- FIN`).verdict).toBe('not-applicable');
  });
});
