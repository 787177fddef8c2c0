import { greeted, judged, withRecipient } from '../support';
import { HEADERS, sent } from './message';

const DOT = `${withRecipient()}${sent(...HEADERS, '', 'text', '.')}`;
const QUIT = 'C: QUIT\nS: 221 bye\n';

function again(seconds: number, headers: readonly string[] = HEADERS, connection = '2'): string {
  return `+${seconds}s\n# connection ${connection}\n${withRecipient()}${sent(...headers, '', 'text', '.')}S: 250 OK\n${QUIT}`;
}

const bounce = `+1s\n# connection 2\n${greeted()}C: MAIL FROM:<>\nS: 250 OK\nC: RCPT TO:<sender@client.example>\nS: 250 OK\n${QUIT}`;

describe('dot-reply-timeout', () => {
  const id = 'dot-reply-timeout';

  it('passes a client that takes the late 250, or leaves after ten minutes', () => {
    expect(judged(id, `${DOT}+570s\nS: 250 OK\n${QUIT}`).verdict).toBe('pass');
    expect(judged(id, `${DOT}S! mute\n+600s\nC- FIN`)).toMatchObject({
      verdict: 'pass',
      reason: 'It waited 600 s for the reply to the final dot and left.',
    });
  });

  it('warns about leaving earlier, less the 5 s of grace (trap 7)', () => {
    expect(judged(id, `${DOT}S! mute\n+594s\nC- FIN`)).toMatchObject({
      verdict: 'warn',
      reason: 'It left after 594 s without the reply to the final dot, and ten minutes are asked for.',
    });
    expect(judged(id, `${DOT}S! mute\n+595s\nC- FIN`).verdict).toBe('pass');
  });

  it('names the duplicate that a retry after it risks', () => {
    const verdict = judged(id, `${DOT}S! mute\n+60s\nC- FIN\n${again(30)}`);
    expect(verdict.verdict).toBe('warn');
    expect(verdict.reason).toMatch(/; it came again after 90 s, which risks a duplicate\.$/);
  });

  it('starts the clock of a second message when the first has its reply', () => {
    const second = `${DOT}S: 250 OK\n+500s\nC: MAIL FROM:<a@b.example>\nS: 250 OK\nC: RCPT TO:<c@d.example>\nS: 250 OK\n${sent('x', '.')}S! mute\n+100s\nC- FIN`;
    expect(judged(id, second).reason).toMatch(/^It left after 100 s /);
  });

  it('is inconclusive when we stopped waiting first', () => {
    expect(judged(id, `${DOT}S! mute\n+60s\nS- FIN`).verdict).toBe('inconclusive');
  });

  it('does not apply to a prompt reply', () => {
    expect(judged(id, `${DOT}S: 250 OK\n${QUIT}`).verdict).toBe('not-applicable');
  });
});

describe('dot-4yz-retry', () => {
  const id = 'dot-4yz-retry';
  const deferred = `${DOT}S: 451 later\n${QUIT}`;

  it('passes the same message later', () => {
    expect(judged(id, `${deferred}${again(20)}`)).toMatchObject({
      verdict: 'pass',
      reason: 'It got 451 after the dot and tried again after 20 s.',
    });
  });

  it('warns about a bounce at once', () => {
    expect(judged(id, `${deferred}${bounce}`).verdict).toBe('warn');
  });

  it('is inconclusive when it does not come within the window, which it names', () => {
    expect(judged(id, deferred)).toMatchObject({
      verdict: 'inconclusive',
      reason: 'It got 451 after the dot, but did not come again within the window of 30 s.',
    });
  });

  it('asks nothing of a submission client, and merely encourages under RFC 2821', () => {
    expect(judged(id, deferred, { role: 'submission' }).verdict).toBe('not-applicable');
    expect(judged(id, deferred, { rfc: 2821 }).level).toBe('practice');
  });
});

describe('dot-5yz-no-retry', () => {
  const id = 'dot-5yz-no-retry';
  const refused = `${DOT}S: 554 no\n${QUIT}`;

  it('passes a message that stays away, when the window is long enough to tell', () => {
    expect(judged(id, refused, { window: 4_000_000 })).toMatchObject({
      verdict: 'pass',
      reason: 'It got 554 after the dot and did not offer it again within the window of 4000 s.',
    });
    expect(judged(id, refused, { capabilities: ['retries'] }).verdict).toBe('pass');
    expect(judged(id, `${refused}${bounce}`).verdict).toBe('pass');
  });

  it('is inconclusive in a shorter one', () => {
    expect(judged(id, refused)).toMatchObject({
      verdict: 'inconclusive',
      reason:
        'It got 554 after the dot and did not offer it again within the window of 30 s, which is less than 3600 s.',
    });
  });

  it('warns about the same message again', () => {
    const verdict = judged(id, `${refused}${again(20)}`);
    expect(verdict).toMatchObject({
      verdict: 'warn',
      reason: 'It got 554 after the dot, and offered it again after 20 s.',
    });
    expect(verdict).not.toHaveProperty('refersTo');
  });

  it('takes a new message for a new one', () => {
    const other = ['Date: x', 'From: <sender@client.example>', 'Message-ID: <2@client.example>'];
    const two = { submissions: [{}, { messageId: '<2@client.example>', digest: '1'.repeat(64) }] };
    expect(judged(id, `${refused}${again(20, other)}`, two).verdict).toBe('inconclusive');
  });
});

describe('lost-after-dot', () => {
  const id = 'lost-after-dot';
  const lost = `${DOT}S- FIN\n`;

  it('passes the same message again: such a duplicate is no fault', () => {
    expect(judged(id, `${lost}${again(20)}`)).toMatchObject({
      verdict: 'pass',
      reason: 'After a close instead of the reply to the dot it came again after 20 s, as the same message.',
    });
    expect(judged(id, `${DOT}S- RST\n${again(20)}`).verdict).toBe('pass');
  });

  it('passes it after half a line', () => {
    expect(judged(id, `${DOT}S\\250: 250 OK\nS- RST\n${again(20)}`).verdict).toBe('pass');
  });

  it('warns about a new Message-ID, and about other mail data under the old one', () => {
    const renamed = ['Date: x', 'From: <sender@client.example>', 'Message-ID: <9@client.example>'];
    expect(judged(id, `${lost}${again(20, renamed)}`)).toMatchObject({ verdict: 'warn' });
    expect(judged(id, `${lost}${again(20, ['Subject: changed', ...HEADERS])}`)).toMatchObject({
      verdict: 'warn',
      reason:
        'After a close instead of the reply to the dot it came again after 20 s, with other mail data under the same Message-ID.',
    });
    expect(judged(id, `${lost}${again(20, ['Received: from x', ...HEADERS])}`).verdict).toBe('pass');
  });

  it('warns about a lost message, where the client says so or the window shows it', () => {
    const outcomes = [{ submission: 1, recipient: null, outcome: 'accepted' as const, text: '' }];
    expect(judged(id, lost, { outcomes }).verdict).toBe('warn');
    expect(judged(id, lost, { capabilities: ['retries'] }).verdict).toBe('warn');
    expect(judged(id, lost).verdict).toBe('inconclusive');
  });

  it('is inconclusive when a whole 250 had been written before the reset (trap 4)', () => {
    expect(judged(id, `${DOT}S: 250 OK\nS- RST\n`, { capabilities: ['retries'] }).verdict).toBe('inconclusive');
  });

  it('does not apply where the reply arrived, or the client left of its own accord', () => {
    expect(judged(id, `${DOT}S: 250 OK\n${QUIT}`).verdict).toBe('not-applicable');
    expect(judged(id, `${DOT}S! mute\n+60s\nC- FIN`).verdict).toBe('not-applicable');
  });
});

describe('early-dot-reply', () => {
  const id = 'early-dot-reply';
  const early = `${withRecipient()}C: DATA\nS: 354 go\nS? 250 queued\n${HEADERS.map((line) => `C: ${line}\n`).join('')}C: \nC: .\nS: 554 no\n${QUIT}`;
  const report = (outcome: 'accepted' | 'refused') => ({
    outcomes: [{ submission: 1, recipient: null, outcome, text: '' }],
  });

  it('passes a message that is booked as refused, bounced or tried again', () => {
    expect(judged(id, early, report('refused')).verdict).toBe('pass');
    expect(judged(id, `${early}${bounce}`).verdict).toBe('pass');
    expect(judged(id, `${early}${again(20)}`).verdict).toBe('pass');
  });

  it('warns about one booked as accepted', () => {
    expect(judged(id, early, report('accepted'))).toMatchObject({
      verdict: 'warn',
      reason: 'After 250 before the dot and 554 after it it reported the message as accepted.',
    });
  });

  it('needs to know what the client made of it', () => {
    expect(judged(id, early).verdict).toBe('inconclusive');
  });

  it('does not apply without an early reply', () => {
    expect(judged(id, `${DOT}S: 554 no\n${QUIT}`).verdict).toBe('not-applicable');
  });
});
