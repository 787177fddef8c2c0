import { greeted, judged, withRecipient } from '../support';
import { HEADERS, sent } from './message';

const BEGUN = `${withRecipient()}${sent(...HEADERS)}`;
const AGAIN = `+20s\n# connection 2\n${greeted()}C: MAIL FROM:<sender@client.example>\nS: 250 OK\nC: RCPT TO:<user@example.com>\nS: 250 OK\n`;

function reported(outcome: 'accepted' | 'refused' | 'deferred') {
  return { outcomes: [{ submission: 1, recipient: null, outcome, text: '' }] };
}

describe('mid-data-reply', () => {
  const id = 'mid-data-reply';
  const swallowed = `${BEGUN}S? 552 too big\nS! swallow\nC: \nC: .\nC: QUIT\nS: 221 bye\n`;
  const closed = `${BEGUN}S- FIN\n`;

  it('passes a message that failed for good after 552', () => {
    expect(judged(id, swallowed)).toMatchObject({
      verdict: 'pass',
      reason: expect.stringMatching(
        /^After 552 in the middle of the mail data it counted .* within the window of 30 s\.$/,
      ),
    });
    expect(judged(id, swallowed, { ...reported('refused'), role: 'submission' }).verdict).toBe('pass');
  });

  it('warns about a message that comes again after 552', () => {
    expect(judged(id, `${swallowed}${AGAIN}`).verdict).toBe('warn');
  });

  it('passes a message that comes again after a mere close', () => {
    expect(judged(id, `${closed}${AGAIN}`)).toMatchObject({
      verdict: 'pass',
      reason: 'After a close in the middle of the mail data it tried again after 20 s.',
    });
  });

  it('warns about a success that was none', () => {
    for (const trace of [swallowed, closed]) {
      expect(judged(id, trace, reported('accepted')).verdict).toBe('warn');
    }
  });

  it('warns about a message that is forgotten after a mere close, where the window shows it', () => {
    expect(judged(id, closed, { capabilities: ['retries'] }).verdict).toBe('warn');
    expect(judged(id, closed).verdict).toBe('inconclusive');
  });

  it('takes the error of a library for what it is', () => {
    expect(judged(id, closed, { ...reported('refused'), role: 'submission' }).verdict).toBe('pass');
    expect(judged(id, swallowed, { role: 'submission' }).verdict).toBe('inconclusive');
  });

  it('is inconclusive after a reset, which may have swallowed the reply', () => {
    expect(judged(id, `${BEGUN}S? 552 too big\nS- RST\n`, reported('accepted')).verdict).toBe('inconclusive');
  });

  it('does not apply to an undisturbed message, nor to a reply behind it', () => {
    const whole = `${withRecipient()}${sent(...HEADERS, '.')}S: 250 OK\n`;
    expect(judged(id, whole).verdict).toBe('not-applicable');
    expect(judged(id, `${whole}S? 421 bye\nS- FIN`).verdict).toBe('not-applicable');
  });
});

describe('data-block-timeout', () => {
  const id = 'data-block-timeout';
  const large = { submissions: [{ size: 12_000_000 }] };

  it('passes a client that leaves after three minutes', () => {
    expect(judged(id, `${BEGUN}S! deaf\n+180s\nC- RST`, large)).toMatchObject({
      verdict: 'pass',
      reason: 'It bore a stall of 180 s and left.',
    });
  });

  it('passes one that bears it and goes on', () => {
    expect(judged(id, `${BEGUN}S! deaf 200s\n+200s\nC: \nC: .\nS: 250 OK`, large)).toMatchObject({
      verdict: 'pass',
      reason: 'It bore a stall of 200 s and went on.',
    });
  });

  it('warns about leaving too early, which 5 s of grace do not excuse', () => {
    expect(judged(id, `${BEGUN}S! deaf\n+174s\nC- RST`, large)).toMatchObject({
      verdict: 'warn',
      reason: 'It left within 174 s of a stall, and three minutes are asked for.',
    });
    expect(judged(id, `${BEGUN}S! deaf\n+176s\nC- RST`, large).verdict).toBe('pass');
  });

  it('warns about one that is still there at the cap', () => {
    expect(judged(id, `${BEGUN}S! deaf\n+20min\nS- RST`, large).verdict).toBe('warn');
  });

  it('is inconclusive when we gave up first, or noticed its leaving only on reading again', () => {
    expect(judged(id, `${BEGUN}S! deaf\n+60s\nS- RST`, large).verdict).toBe('inconclusive');
    expect(judged(id, `${BEGUN}S! deaf 200s\n+200s\nC- RST`, large).verdict).toBe('inconclusive');
  });

  it('does not apply to a message that may have fitted the buffers', () => {
    expect(judged(id, `${BEGUN}S! deaf\n+20s\nC- RST`).verdict).toBe('not-applicable');
  });

  it('scales with the time', () => {
    const scaled = judged(id, `${BEGUN}S! deaf\n+20s\nC- RST`, { ...large, timeScale: 0.1 });
    expect(scaled).toMatchObject({ verdict: 'pass', scaled: true });
  });

  it('has no occasion without a stall', () => {
    expect(judged(id, BEGUN, large).verdict).toBe('not-applicable');
  });
});

describe('slow-reader-proportional', () => {
  const id = 'slow-reader-proportional';
  const block = 'S! deaf 20s\n+20s\nC: text\n';

  it('passes a transfer that is carried on for longer than any single wait', () => {
    expect(judged(id, `${BEGUN}${block.repeat(31)}C: .\nS: 250 OK`)).toMatchObject({
      verdict: 'pass',
      reason: 'It carried on for 620 s, and no block took longer than 20 s.',
    });
  });

  it('fails a transfer that is cut off although it moves', () => {
    expect(judged(id, `${BEGUN}${block.repeat(10)}C- RST`)).toMatchObject({
      verdict: 'fail',
      reason: 'It cut the transfer off after 200 s although no block took longer than 20 s.',
    });
  });

  it('only tells of one that was too short for a timer', () => {
    expect(judged(id, `${BEGUN}${block.repeat(3)}C: .\nS: 250 OK`).verdict).toBe('observed');
  });

  it('leaves a stall to the check of stalls', () => {
    expect(judged(id, `${BEGUN}S! deaf 200s\n+200s\nC: a\nS! deaf 200s\n+200s\nC- RST`).verdict).toBe('not-applicable');
  });

  it('cannot tell by which timer a client left after a single stall', () => {
    expect(judged(id, `${BEGUN}S! deaf 20s\n+20s\nC- RST`)).toMatchObject({
      verdict: 'inconclusive',
      reason: 'It left within 20 s of a single stall, by whatever timer.',
    });
  });

  it('does not apply to a client that is slow by itself', () => {
    expect(judged(id, `${BEGUN}${'+20s\nC: text\n'.repeat(10)}C- FIN`).verdict).toBe('not-applicable');
  });
});
