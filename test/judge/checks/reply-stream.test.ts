import type { ReportedOutcome } from '../../../src/wire/trial-record';
import { greeted, judged, withRecipient, type TrialOptions } from '../support';

const quit = 'C: QUIT\nS: 221 bye\n';
const mail = 'C: MAIL FROM:<sender@client.example>\n';
const rcpt = 'C: RCPT TO:<user@example.com>\n';

function reported(outcome: ReportedOutcome['outcome']): TrialOptions {
  return { outcomes: [{ submission: 1, recipient: null, outcome, text: '' }] };
}

describe('reply-multiline-any-command', () => {
  const id = 'reply-multiline-any-command';

  it('passes waiting for a last line that comes after 3 s', () => {
    expect(judged(id, `${greeted()}${mail}S: 250-a\n+3s\nS: 250 b\n${rcpt}S: 250 x`)).toMatchObject({
      verdict: 'pass',
      reason: 'It waited 3 s for the last of 2 lines in reply to MAIL.',
    });
  });

  it('refers a command between the lines to the check of pipelining', () => {
    const trace = `${greeted()}${mail}S: 250-a\n+1s\n${rcpt}+1s\nS: 250 b\nS: 250 x`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', refersTo: 'no-pipelining-unless-advertised' });
  });

  it('refers mail data behind the first line of a 354 to the check of mail data', () => {
    const trace = `${withRecipient()}C: DATA\nS: 354-a\n+1s\nC: Subject: x\nC: .\n+1s\nS: 354 b\nS: 250 x`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', refersTo: 'no-content-before-354' });
  });

  it('does not take what PIPELINING allows for a lost step', () => {
    const trace = `${greeted('PIPELINING')}${mail}S: 250-a\n+3s\n${rcpt}S: 250 b\nS: 250 x`;
    expect(judged(id, trace).verdict).toBe('inconclusive');
  });

  it('is inconclusive about lines that came together, and does not apply to one line', () => {
    expect(judged(id, `${greeted()}${mail}S: 250-a\nS: 250 b\n${rcpt}S: 250 x`).verdict).toBe('inconclusive');
    expect(judged(id, withRecipient()).verdict).toBe('not-applicable');
  });
});

describe('reply-fragmented', () => {
  const id = 'reply-fragmented';
  const dribbled = (ms: string): string => `${greeted()}${mail}S> 25\n+${ms}\nS> 0 OK\\r\n+${ms}\nS> \\n\n`;

  it('passes waiting for the last octet', () => {
    expect(judged(id, `${dribbled('2s')}${rcpt}S: 250 x`)).toMatchObject({
      verdict: 'pass',
      reason: 'It waited 4 s for the last octet of the reply to MAIL.',
    });
  });

  it('refers a command before our LF to the check of pipelining', () => {
    const trace = `${greeted()}${mail}S> 250 OK\n+2s\n${rcpt}S> \\r\\n\nS: 250 x`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', refersTo: 'no-pipelining-unless-advertised' });
  });

  it('fails giving up while octets flow', () => {
    const trace = `${greeted()}${mail}S> 25\n+30s\nC- FIN\nS> 0 OK\\r\\n\n`;
    expect(judged(id, trace)).toMatchObject({
      verdict: 'fail',
      reason: 'It gave up after 30 s, while octets of the reply to MAIL were still coming.',
    });
    expect(judged(id, trace.replace('C- FIN', 'C: QUIT\nC- FIN')).verdict).toBe('fail');
  });

  it('is inconclusive about giving up when a per-command timer may fire (trap 18)', () => {
    expect(judged(id, `${greeted()}${mail}S> 25\n+301s\nC- FIN\nS> 0 OK\\r\\n\n`).verdict).toBe('inconclusive');
  });

  it('refers EHLO amid the greeting to the check of the greeting', () => {
    const trace = 'S> 220 mx\n+2s\nC: EHLO a.example\n+2s\nS> \\r\\n\nS: 250 mx';
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', refersTo: 'wait-for-greeting' });
  });

  it('is inconclusive about a short dribble, and does not apply without one', () => {
    expect(judged(id, `${dribbled('100ms')}${rcpt}S: 250 x`).verdict).toBe('inconclusive');
    expect(judged(id, withRecipient()).verdict).toBe('not-applicable');
  });
});

describe('reply-coalesced-unsolicited', () => {
  const id = 'reply-coalesced-unsolicited';
  const stray = `${greeted()}${mail}S: 250 ok\nS? 250 ok\n${rcpt}S: 550 no\n`;

  it('fails taking the stray 250 for the answer to RCPT, and the mail for delivered', () => {
    const verdict = judged(id, `${stray}C: DATA\nS: 503 no\n${quit}`, reported('accepted'));
    expect(verdict).toMatchObject({
      verdict: 'fail',
      reason: 'After a stray "250 ok", refused at RCPT, it went on with DATA, and it reported it as accepted.',
    });
    expect(verdict.evidence.map(({ text }) => text)).toEqual([
      'C: RCPT TO:<user@example.com>',
      'S: 550 no',
      'S: 250 ok',
    ]);
  });

  it('passes a lost step that ends in a failure', () => {
    expect(judged(id, `${stray}C: DATA\nS: 503 no\n${quit}`, reported('refused')).verdict).toBe('pass');
    expect(judged(id, `${stray}C: DATA\nS: 503 no\n${quit}`).verdict).toBe('inconclusive');
  });

  it('passes giving up', () => {
    expect(judged(id, `${stray}${quit}`).verdict).toBe('pass');
    expect(judged(id, `${stray}C- FIN`).verdict).toBe('pass');
  });

  it('goes by what became of a mail that was refused behind an early 250', () => {
    const trace = `${withRecipient()}C: DATA\nS: 354 go\nS? 250 queued\nC: Subject: x\nC: .\nS: 554 no\n${quit}`;
    // By counting replies it is the one to the dot: no MUST is broken by believing it.
    expect(judged(id, trace, reported('accepted'))).toMatchObject({ verdict: 'warn', refersTo: 'early-dot-reply' });
    expect(judged(id, trace, reported('bounced')).verdict).toBe('pass');
    expect(judged(id, trace).verdict).toBe('inconclusive');
  });

  it('is inconclusive when nothing was refused', () => {
    expect(judged(id, `${greeted()}${mail}S: 250 ok\nS? 250 ok\n${rcpt}S: 250 ok\n${quit}`).verdict).toBe(
      'inconclusive',
    );
  });

  it('does not apply to a 421 that nobody asked for', () => {
    expect(judged(id, `${greeted()}S? 421 bye\nC- FIN`).verdict).toBe('not-applicable');
  });
});
