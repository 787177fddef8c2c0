import { greeted, judged } from '../support';

describe('mail-rejected-stops', () => {
  const id = 'mail-rejected-stops';
  const refused = 'C: MAIL FROM:<a@b.example>\nS! hold 2s\nS: 554 5.7.1 blacklisted';

  it.each(['QUIT', 'RSET'])('passes when %s follows', (verb) => {
    const verdict = judged(id, `${greeted()}${refused}\nC: ${verb}\nS: 250 OK`);
    expect(verdict).toMatchObject({ verdict: 'pass', reason: `After the refused MAIL it went on with ${verb}.` });
  });

  it('fails RCPT and DATA sent in spite of the refusal', () => {
    const verdict = judged(id, `${greeted()}${refused}\n+1s\nC: RCPT TO:<c@d.example>\nS: 503 no\nC: DATA\nS: 503 no`);
    expect(verdict.verdict).toBe('fail');
    expect(verdict.reason).toBe('After 554 to MAIL it went on with RCPT, DATA.');
    expect(verdict.evidence[0]?.text).toBe('C: RCPT TO:<c@d.example>');
  });

  it('exempts what was legally pipelined with the MAIL', () => {
    const trace = `${greeted('PIPELINING')}C: MAIL FROM:<a@b.example>\nC: RCPT TO:<c@d.example>\nS: 550 no\nS: 503 no\nC: QUIT\nS: 221 bye`;
    expect(judged(id, trace).verdict).toBe('pass');
  });

  it('exempts what was under way when the refusal left, under PIPELINING only (trap 2)', () => {
    const tail =
      'C: MAIL FROM:<a@b.example>\nS: 550 no\n+10ms\nC: RCPT TO:<c@d.example>\nS: 503 no\nC: QUIT\nS: 221 bye';
    expect(judged(id, `${greeted('PIPELINING')}${tail}`).verdict).toBe('pass');
    expect(judged(id, `${greeted()}${tail}`).verdict).toBe('fail');
  });

  it('refers what was sent without waiting to the check of pipelining', () => {
    const trace = `${greeted()}C: MAIL FROM:<a@b.example>\nS! hold 2s\nC: RCPT TO:<c@d.example>\nC: QUIT\nS: 550 no\nS: 503 no\nS: 221 bye`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', refersTo: 'no-pipelining-unless-advertised' });
  });

  it('starts afresh with a new MAIL', () => {
    const trace = `${greeted()}${refused}\nC: MAIL FROM:<x@b.example>\nS: 250 OK\nC: RCPT TO:<c@d.example>\nS: 250 OK\nC: QUIT\nS: 221 bye`;
    expect(judged(id, trace).verdict).toBe('pass');
  });

  it('is inconclusive when nothing came before the record ended', () => {
    expect(judged(id, `${greeted()}${refused}`).verdict).toBe('inconclusive');
  });

  it('does not apply where MAIL was accepted', () => {
    expect(judged(id, `${greeted()}C: MAIL FROM:<a@b.example>\nS: 250 OK`).verdict).toBe('not-applicable');
  });
});

describe('size-552-handling', () => {
  const id = 'size-552-handling';
  const refused = `${greeted('SIZE 1000')}C: MAIL FROM:<sender@client.example> SIZE=5000\nS! hold 2s\nS: 552 5.3.4 too big\n`;
  const again = `+10s\n# connection 2\n${greeted('SIZE 1000')}C: MAIL FROM:<sender@client.example> SIZE=5000\nS: 552 5.3.4 too big`;

  it.each(['RSET', 'QUIT'])('passes %s, when the message does not come again', (verb) => {
    const verdict = judged(id, `${refused}C: ${verb}\nS: 250 OK`);
    expect(verdict).toMatchObject({
      verdict: 'pass',
      reason: `After 552 to MAIL it went on with ${verb} and did not offer it again within the window of 30 s.`,
    });
  });

  it('warns about the same message again, and refers to the check of repeats', () => {
    const verdict = judged(id, `${refused}C: QUIT\nS: 221 bye\n${again}`);
    expect(verdict).toMatchObject({ verdict: 'warn', refersTo: 'no-retry-after-5yz' });
    expect(verdict.evidence[0]?.connection).toBe(2);
  });

  it('warns about RCPT in spite of it, and refers to the check of refused MAIL', () => {
    const trace = `${refused}+1s\nC: RCPT TO:<user@example.com>\nS: 503 no\nC: QUIT\nS: 221 bye`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'warn', refersTo: 'mail-rejected-stops' });
  });

  it('exempts RCPT that was in the group', () => {
    const group = `${greeted('SIZE 1000', 'PIPELINING')}C: MAIL FROM:<sender@client.example> SIZE=5000\nC| RCPT TO:<user@example.com>\nS: 552 no\nS: 503 no\nC: RSET\nS: 250 OK`;
    expect(judged(id, group).verdict).toBe('pass');
  });

  it('needs a window, and a trial that was not cut short', () => {
    expect(judged(id, `${refused}C: QUIT\nS: 221 bye`, { window: 0 }).verdict).toBe('inconclusive');
  });

  it('does not apply to other codes', () => {
    expect(judged(id, `${greeted()}C: MAIL FROM:<a@b.example>\nS: 550 no\nC: QUIT\nS: 221 bye`).verdict).toBe(
      'not-applicable',
    );
  });
});

describe('size-452-handling', () => {
  const id = 'size-452-handling';
  const refused = `${greeted()}C: MAIL FROM:<sender@client.example>\nS: 452 4.3.1 full\nC: QUIT\nS: 221 bye\n`;
  const again = `+20s\n# connection 2\n${greeted()}C: MAIL FROM:<sender@client.example>\nS: 250 OK`;
  const bounce = `+1s\n# connection 2\n${greeted()}C: MAIL FROM:<>\nS: 250 OK\nC: RCPT TO:<sender@client.example>\nS: 250 OK`;

  it('passes a message that comes again later', () => {
    expect(judged(id, `${refused}${again}`)).toMatchObject({
      verdict: 'pass',
      reason: 'After 452 to MAIL it went on with QUIT and tried again after 20 s.',
    });
  });

  it('warns about a bounce at once', () => {
    expect(judged(id, `${refused}${bounce}`).verdict).toBe('warn');
  });

  it('is inconclusive within a window that was too short, and names it', () => {
    const verdict = judged(id, refused);
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.reason).toMatch(/within the window of 30 s/);
  });

  it('asks no retry of a submission client', () => {
    expect(judged(id, refused, { role: 'submission' }).verdict).toBe('pass');
  });

  it('warns about DATA in spite of it', () => {
    const trace = `${greeted()}C: MAIL FROM:<a@b.example>\nS: 452 no\n+1s\nC: DATA\nS: 503 no\nC: QUIT\nS: 221 bye`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'warn', refersTo: 'mail-rejected-stops' });
  });
});

describe('mail-5xx-not-cached', () => {
  const id = 'mail-5xx-not-cached';
  const two = {
    submissions: [
      { id: 1, to: ['user@example.com'] },
      { id: 2, to: ['other@example.com'], messageId: '<2@client.example>' },
    ],
  };
  const refused = `${greeted()}C: MAIL FROM:<sender@client.example>\nS: 550 no\nC: RSET\nS: 250 OK\n`;
  const second = `C: MAIL FROM:<sender@client.example>\nS: 250 OK\nC: RCPT TO:<other@example.com>\nS: 250 OK\nC: QUIT\nS: 221 bye`;
  const failed = [1, 2].map((submission) => ({ submission, recipient: null, outcome: 'bounced' as const, text: '' }));

  it('passes when the second message is offered', () => {
    expect(judged(id, `${refused}${second}`, two).verdict).toBe('pass');
  });

  it('fails when the second one is given up unoffered', () => {
    const verdict = judged(id, `${refused}C: QUIT\nS: 221 bye`, { ...two, outcomes: failed });
    expect(verdict).toMatchObject({
      verdict: 'fail',
      reason: 'It gave up another message from <sender@client.example> without offering it.',
    });
  });

  it('is inconclusive when nothing became of the second, or there was none', () => {
    expect(judged(id, `${refused}C: QUIT\nS: 221 bye`, two).verdict).toBe('inconclusive');
    expect(judged(id, `${refused}C: QUIT\nS: 221 bye`).verdict).toBe('inconclusive');
  });

  it('does not apply to a sender that was refused for now', () => {
    expect(judged(id, `${greeted()}C: MAIL FROM:<sender@client.example>\nS: 450 later`, two).verdict).toBe(
      'not-applicable',
    );
  });

  it('asks nothing of a submission client', () => {
    expect(judged(id, refused, { ...two, role: 'submission' }).verdict).toBe('not-applicable');
  });
});

describe('mail-555-455', () => {
  const id = 'mail-555-455';
  const mail = (parameters: string, code: number): string =>
    `C: MAIL FROM:<sender@client.example>${parameters}\nS: ${code} x\n`;

  it('passes another MAIL without the parameters', () => {
    expect(judged(id, `${greeted('SIZE')}${mail(' SIZE=5', 555)}${mail('', 250)}`).verdict).toBe('pass');
  });

  it('warns about the same parameters after 555', () => {
    expect(judged(id, `${greeted('SIZE')}${mail(' SIZE=5', 555)}${mail(' size=5', 555)}`)).toMatchObject({
      verdict: 'warn',
      reason: 'After 555 it sent the same parameters again, 0 s later.',
    });
  });

  it('passes the same parameters later after 455', () => {
    expect(judged(id, `${greeted('SIZE')}${mail(' SIZE=5', 455)}+60s\n${mail(' SIZE=5', 250)}`).verdict).toBe('pass');
  });

  it('passes giving up after 555, when the client says so', () => {
    const outcomes = [{ submission: 1, recipient: null, outcome: 'bounced' as const, text: '' }];
    const trace = `${greeted('SIZE')}${mail(' SIZE=5', 555)}C: QUIT\nS: 221 bye`;
    expect(judged(id, trace, { outcomes }).verdict).toBe('pass');
    expect(judged(id, trace).verdict).toBe('inconclusive');
  });

  it('does not apply to MAIL without parameters', () => {
    expect(judged(id, `${greeted()}${mail('', 555)}`).verdict).toBe('not-applicable');
  });
});
