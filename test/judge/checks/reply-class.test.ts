import type { ReportedOutcome } from '../../../src/wire/trial-record';
import { greeted, judged, withRecipient, type TrialOptions } from '../support';

const quit = 'C: QUIT\nS: 221 bye\n';
const mail = 'C: MAIL FROM:<sender@client.example>\n';
const rcpt = 'C: RCPT TO:<user@example.com>\n';
const content = 'C: DATA\nS: 354 go\nC: Message-ID: <1@client.example>\nC: \nC: hello\nC: .\n';
const again = `+60s\n# connection 2\n${greeted()}${mail}S: 250 ok\n${rcpt}S: 250 ok\n${quit}`;

function reported(outcome: ReportedOutcome['outcome'], role: TrialOptions['role'] = 'mta'): TrialOptions {
  return { role, outcomes: [{ submission: 1, recipient: null, outcome, text: '' }] };
}

describe('reply-code-only', () => {
  const id = 'reply-code-only';

  it.each([
    ['250 with words of rejection', `${greeted()}${mail}S: 250 Error: rejected\n${rcpt}S: 250 x`],
    ['550 with words of welcome', `${greeted()}${mail}S: 550 OK accepted\n${quit}`],
    ['550 to the only recipient', `${greeted()}${mail}S: 250 x\n${rcpt}S: 550 accepted\n${quit}`],
  ])('passes going by %s', (_, trace) => {
    expect(judged(id, trace).verdict).toBe('pass');
  });

  it('fails giving up on 250', () => {
    const verdict = judged(id, `${greeted()}${mail}S: 250 Error: rejected\n${quit}`);
    expect(verdict).toMatchObject({
      verdict: 'fail',
      reason: 'After ""250 Error: rejected"" to MAIL it went on with QUIT.'.replaceAll('""', '"'),
    });
  });

  it('refers going on after 550 to the check of the refusal', () => {
    const trace = `${greeted()}${mail}S: 550 OK accepted\n${rcpt}S: 503 no`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', refersTo: 'mail-rejected-stops' });
  });

  it('goes by what became of the mail after the final dot', () => {
    const trace = `${withRecipient()}${content}S: 250 queued as 550\n${quit}`;
    expect(judged(id, trace, reported('accepted')).verdict).toBe('pass');
    expect(judged(id, trace, reported('bounced')).verdict).toBe('fail');
    expect(judged(id, trace).verdict).toBe('inconclusive');
  });

  it.each(['250 2.1.0 OK', '550 5.1.1 User unknown, not accepted', '250 Ok 433 octets'])(
    'has no occasion in "%s"',
    (reply) => {
      expect(judged(id, `${greeted()}${mail}S: ${reply}\n${quit}`).verdict).toBe('not-applicable');
    },
  );
});

describe('reply-no-text', () => {
  const id = 'reply-no-text';

  it.each(['250', '250 '])('passes going on after "%s"', (bare) => {
    expect(judged(id, `${greeted()}${mail}S: ${bare}\n${rcpt}S: ${bare}\n${content}S: ${bare}\n${quit}`).verdict).toBe(
      'pass',
    );
  });

  it('passes a bare last line, and going on after a bare refusal', () => {
    expect(judged(id, `${greeted()}${mail}S: 250-a\nS: 250\n${rcpt}S: 250 x`).verdict).toBe('pass');
    expect(judged(id, `${greeted()}${mail}S: 550\n${quit}`).verdict).toBe('pass');
  });

  it.each([
    ['QUIT', quit],
    ['leaving', '+2s\nC- FIN'],
    ['waiting until its time-out', '+300s\nC- FIN'],
    ['waiting for ever', '+400s\nS- destroy'],
  ])('fails %s', (_, tail) => {
    expect(judged(id, `${greeted()}${mail}S: 250\n${tail}`)).toMatchObject({ verdict: 'fail', level: 'MUST' });
  });

  it('fails calling a mail undelivered that had a bare 250', () => {
    const trace = `${withRecipient()}${content}S: 250\n${quit}`;
    expect(judged(id, trace, reported('deferred')).verdict).toBe('fail');
  });

  it('is inconclusive when we end first', () => {
    expect(judged(id, `${greeted()}${mail}S: 250\nS- FIN`).verdict).toBe('inconclusive');
  });

  it('does not apply to replies with a text', () => {
    expect(judged(id, `${withRecipient()}${quit}`).verdict).toBe('not-applicable');
  });
});

describe('reply-unknown-code-first-digit', () => {
  const id = 'reply-unknown-code-first-digit';

  it.each([
    ['299 to the only recipient as accepted', `${greeted()}${mail}S: 250 x\n${rcpt}S: 299 x\n${content}S: 250 x`],
    ['599 to the only recipient as refused', `${greeted()}${mail}S: 250 x\n${rcpt}S: 599 x\n${quit}`],
    ['499 as for now', `${greeted()}${mail}S: 250 x\n${rcpt}S: 499 x\n${quit}${again}`],
    ['399 to DATA by stopping', `${withRecipient()}C: DATA\nS: 399 x\nC: .\nS: 250 x\n${quit}`],
    ['399 to DATA by sending', `${withRecipient()}${content.replace('354', '399')}S: 250 x`],
  ])('passes taking %s', (_, trace) => {
    expect(judged(id, trace).verdict).toBe('pass');
  });

  it('fails taking 299 for a refusal, and refers 259 to its own check', () => {
    const trace = `${greeted()}${mail}S: 250 x\n${rcpt}S: 299 x\n${quit}`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', reason: 'After 299 to RCPT it went on with QUIT.' });
    expect(judged(id, trace.replace('299', '259'))).toMatchObject({ verdict: 'fail', refersTo: 'rcpt-252-259' });
  });

  it('fails taking 599 for success', () => {
    expect(judged(id, `${greeted()}${mail}S: 250 x\n${rcpt}S: 599 x\n${content}S: 250 x`).verdict).toBe('fail');
  });

  it('fails returning the mail after 499, which a client without a queue may', () => {
    const trace = `${greeted()}${mail}S: 250 x\n${rcpt}S: 499 x\n${quit}`;
    expect(judged(id, trace, reported('bounced')).verdict).toBe('fail');
    expect(judged(id, trace, reported('refused', 'submission')).verdict).toBe('pass');
  });

  it('fails calling a mail undelivered that had 267', () => {
    const trace = `${withRecipient()}${content}S: 267 x\n${quit}`;
    expect(judged(id, trace, reported('deferred')).verdict).toBe('fail');
    expect(judged(id, `${trace}${again}`)).toMatchObject({ verdict: 'fail' });
    expect(judged(id, trace, reported('accepted')).verdict).toBe('pass');
  });

  it('is inconclusive about one recipient of two, and about 499 without a retry in the window', () => {
    const two = `${withRecipient()}C: RCPT TO:<second@example.com>\nS: 599 x\n${content}S: 250 x`;
    expect(judged(id, two).verdict).toBe('inconclusive');
    const trace = `${greeted()}${mail}S: 250 x\n${rcpt}S: 499 x\n${quit}`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'inconclusive' });
    expect(judged(id, trace).reason).toMatch(/window of 30 s/);
  });

  it('does not count what PIPELINING sent along as going on', () => {
    const trace = `${greeted('PIPELINING')}${mail}C| RCPT TO:<user@example.com>\nC| DATA\nS: 250 x\nS: 599 x\nS: 554 no\n${quit}`;
    expect(judged(id, trace).verdict).toBe('pass');
  });

  it('takes the lone dot of a pipelining client for giving up (RFC 2920 3.1)', () => {
    const trace = `${greeted('PIPELINING')}${mail}C| RCPT TO:<user@example.com>\nC| DATA\nS: 250 x\nS: 599 x\nS: 354 go\nC: .\nS: 554 no\n${quit}`;
    expect(judged(id, trace).verdict).toBe('pass');
  });

  it('does not apply to listed codes', () => {
    expect(judged(id, `${greeted()}${mail}S: 250 x\n${rcpt}S: 252 x\n${quit}`).verdict).toBe('not-applicable');
  });
});

describe('reply-enhanced-code-mismatch', () => {
  const id = 'reply-enhanced-code-mismatch';

  it.each([
    ['250 with 5.7.1', `${greeted()}${mail}S: 250 5.7.1 x\n${rcpt}S: 250 x`],
    ['550 with 2.0.0', `${greeted()}${mail}S: 550 2.0.0 x\n${quit}`],
    ['450 with 5.1.1', `${greeted()}${mail}S: 250 x\n${rcpt}S: 450 5.1.1 x\n${quit}${again}`],
  ])('passes going by the digits of %s', (_, trace) => {
    expect(judged(id, trace).verdict).toBe('pass');
  });

  it('fails giving up after 250 with 5.7.1', () => {
    const verdict = judged(id, `${greeted()}${mail}S: 250 5.7.1 rejected\n${quit}`);
    expect(verdict).toMatchObject({ verdict: 'fail', reason: 'After 250 with 5.7.1 to MAIL it went on with QUIT.' });
    // One act, one verdict: the words beside it are not judged again.
    expect(judged('reply-code-only', `${greeted()}${mail}S: 250 5.7.1 rejected\n${quit}`).verdict).toBe(
      'not-applicable',
    );
  });

  it('fails returning the mail after 450 with 5.1.1, and trying again after 550 with 4.1.1', () => {
    const deferred = `${greeted()}${mail}S: 250 x\n${rcpt}S: 450 5.1.1 x\n${quit}`;
    expect(judged(id, deferred, reported('bounced')).verdict).toBe('fail');
    const refused = `${greeted()}${mail}S: 250 x\n${rcpt}S: 550 4.1.1 x\n${quit}${again}`;
    expect(judged(id, refused).verdict).toBe('fail');
  });

  it('is inconclusive about 450 with 5.1.1 when no retry came in the window', () => {
    expect(judged(id, `${greeted()}${mail}S: 250 x\n${rcpt}S: 450 5.1.1 x\n${quit}`).verdict).toBe('inconclusive');
  });

  it('does not apply to codes that agree', () => {
    expect(judged(id, `${greeted()}${mail}S: 550 5.7.1 x\n${quit}`).verdict).toBe('not-applicable');
  });
});
