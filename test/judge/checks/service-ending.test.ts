import type { ReportedOutcome } from '../../../src/wire/trial-record';
import { greeted, judged, withRecipient, type TrialOptions } from '../support';

const mail = 'C: MAIL FROM:<sender@client.example>\n';
const rcpt = 'C: RCPT TO:<user@example.com>\n';
const content = 'C: DATA\nS: 354 go\nC: Subject: x\nC: .\n';

function reported(outcome: ReportedOutcome['outcome']): TrialOptions {
  return { outcomes: [{ submission: 1, recipient: null, outcome, text: '' }] };
}

describe('reply-async-421', () => {
  const id = 'reply-async-421';

  it.each([
    ['to MAIL', `${greeted()}${mail}S: 421 bye\nC: QUIT\nC- FIN`],
    ['to the final dot', `${withRecipient()}${content}S: 421 bye\nC- FIN`],
    ['unasked', `${greeted()}S? 421 bye\nC: QUIT\nC- FIN`],
  ])('passes ending the session after 421 %s', (_, trace) => {
    expect(judged(id, trace).verdict).toBe('pass');
  });

  it('fails a new transaction after 421 to the dot', () => {
    const trace = `${withRecipient()}${content}S: 421 bye\nS! next continue\n+1s\n${mail}S: 503 no`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', reason: 'MAIL came 1 s after 421 to end-of-data.' });
  });

  it('fails MAIL that nobody took any more', () => {
    const verdict = judged(id, `${greeted()}S? 421 bye\n+2s\n${mail}C- FIN`);
    expect(verdict).toMatchObject({ verdict: 'fail', reason: 'MAIL came 2 s after a 421 that came unasked.' });
  });

  it('refers going on after MAIL or DATA to the checks of the refusals', () => {
    const rest = `${greeted()}${mail}S: 421 bye\nS! next continue\n${rcpt}S: 503 no`;
    expect(judged(id, rest)).toMatchObject({ verdict: 'fail', refersTo: 'mail-rejected-stops' });
    const data = `${withRecipient()}C: DATA\nS: 421 bye\nC: Subject: x\nC- FIN`;
    expect(judged(id, data)).toMatchObject({ verdict: 'fail', refersTo: 'no-content-after-data-refused' });
  });

  it('judges RCPT behind 421 to MAIL itself when it was no longer taken', () => {
    const verdict = judged(id, `${greeted()}${mail}S: 421 bye\n+1s\n${rcpt}C- FIN`);
    expect(verdict.verdict).toBe('fail');
    expect(verdict).not.toHaveProperty('refersTo');
  });

  it('fails returning the mail because of it', () => {
    const trace = `${greeted()}${mail}S: 250 x\n${rcpt}S: 421 bye\nC- FIN`;
    expect(judged(id, trace, reported('bounced')).verdict).toBe('fail');
    expect(judged(id, trace, { ...reported('bounced'), role: 'submission' }).verdict).toBe('pass');
  });

  it.each([
    ['crosses an unasked 421 (trap 2)', `${greeted()}S? 421 bye\n+20ms\n${mail}C- FIN`],
    ['crosses it under PIPELINING', `${greeted('PIPELINING')}${mail}S: 421 bye\n+20ms\n${rcpt}C- FIN`],
    ['is never seen, because the record ends', `${greeted()}${mail}S: 421 bye\nS! next continue`],
  ])('is inconclusive about what %s', (_, trace) => {
    expect(judged(id, trace).verdict).toBe('inconclusive');
  });

  it('needs two seconds, or a reply behind it, to hold going on against it: it is read after the next command', () => {
    const next = `${greeted()}${mail}S: 250 ok\nS? 421 bye\nS! next continue\n+200ms\n${rcpt}`;
    expect(judged(id, `${next}C- FIN`).verdict).toBe('inconclusive');
    expect(judged(id, `${next}S: 250 ok\nC: DATA\nS: 354 go\nC- FIN`)).toMatchObject({
      verdict: 'fail',
      reason: 'DATA came 0.2 s after a 421 that came unasked.',
    });
  });

  it('excuses what was legally pipelined with it', () => {
    const trace = `${greeted('PIPELINING')}${mail}C| RCPT TO:<user@example.com>\nS: 421 bye\nC- FIN`;
    expect(judged(id, trace).verdict).toBe('pass');
  });

  it('does not apply to 421 in reply to QUIT', () => {
    expect(judged(id, `${greeted()}C: QUIT\nS: 421 bye`).verdict).toBe('not-applicable');
  });
});
