import type { ReportedOutcome } from '../../../src/wire/trial-record';
import { greeted, judged, withRecipient, type TrialOptions } from '../support';

const quit = 'C: QUIT\nS: 221 bye\n';
const mail = 'C: MAIL FROM:<sender@client.example>\n';
const rcpt = 'C: RCPT TO:<user@example.com>\n';
const content = 'C: DATA\nS: 354 go\nC: Subject: x\nC: .\n';

function reported(outcome: ReportedOutcome['outcome']): TrialOptions {
  return { outcomes: [{ submission: 1, recipient: null, outcome, text: '' }] };
}

describe('reply-out-of-range', () => {
  const id = 'reply-out-of-range';

  it.each(['150 wait', '650 x'])('passes leaving after "%s"', (reply) => {
    expect(judged(id, `${greeted()}${mail}S: ${reply}\nC: RSET\nS: 250 ok`).verdict).toBe('pass');
    expect(judged(id, `${greeted()}${mail}S: ${reply}\nC- FIN`).verdict).toBe('pass');
  });

  it.each(['25 x', '2500 x', 'OK', '150 wait'])('warns about mail data after "%s", whoever answered RCPT', (octets) => {
    const trace = `${greeted()}${mail}S\\: ${octets}\\r\\n\n${rcpt}S: 250 x\n${content}S: 250 x`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'warn', level: 'SHOULD' });
  });

  it('warns about mail data after 150 to DATA', () => {
    const trace = `${withRecipient()}C: DATA\nS: 150 wait\nC: Subject: x\nS: 500 ?\nC: .\nS: 500 ?`;
    expect(judged(id, trace).verdict).toBe('warn');
  });

  it('warns about a delivery booked on 650', () => {
    const trace = `${withRecipient()}${content}S: 650 x\n${quit}`;
    expect(judged(id, trace, reported('accepted')).verdict).toBe('warn');
    expect(judged(id, trace, reported('deferred')).verdict).toBe('pass');
    expect(judged(id, trace).verdict).toBe('inconclusive');
  });

  it('is inconclusive about a client that goes on and gets no further, or that waits', () => {
    expect(judged(id, `${greeted()}${mail}S: 650 x\n${rcpt}S: 503 no\n${quit}`).verdict).toBe('inconclusive');
    expect(judged(id, `${greeted()}${mail}S\\: OK\\r\\n\n`).verdict).toBe('inconclusive');
  });

  it('only records what is glued to its code', () => {
    expect(judged(id, `${greeted()}${mail}S\\250: 250ok\\r\\n\n${rcpt}S: 250 x`)).toMatchObject({
      verdict: 'observed',
      reason: 'After "250ok" to MAIL it went on with RCPT.',
    });
  });

  it('does not count mail data for another recipient, nor codes in range', () => {
    const trace = `${withRecipient()}C: RCPT TO:<b@example.com>\nS: 650 x\n${content}S: 250 x`;
    expect(judged(id, trace).verdict).toBe('inconclusive');
    expect(judged(id, `${withRecipient()}${content}S: 250 x`).verdict).toBe('not-applicable');
  });
});

describe('reply-multiline-mixed-codes', () => {
  const id = 'reply-multiline-mixed-codes';

  it('only records what the client makes of it', () => {
    expect(judged(id, `${greeted()}${mail}S: 250-a\nS: 550 b\n${quit}`)).toMatchObject({
      verdict: 'observed',
      reason: 'After 250 and 550 in one reply to MAIL it went on with QUIT.',
    });
  });

  it('warns about a final 550 that counts as delivered', () => {
    const trace = `${withRecipient()}${content}S: 250-a\nS: 550 b\n${quit}`;
    expect(judged(id, trace, reported('accepted')).verdict).toBe('warn');
    expect(judged(id, trace, reported('bounced')).verdict).toBe('observed');
  });

  it('warns about losing step', () => {
    expect(judged(id, `${greeted()}${mail}S: 250-a\n+2s\n${rcpt}S: 550 b\nS: 250 x`).verdict).toBe('warn');
  });

  it('does not apply to one code', () => {
    expect(judged(id, `${greeted()}${mail}S: 250-a\nS: 250 b\n${quit}`).verdict).toBe('not-applicable');
  });
});

describe('reply-long-line', () => {
  const id = 'reply-long-line';
  const long = `250 ${'x'.repeat(507)}`;

  it('passes going on, and a clean end', () => {
    expect(judged(id, `${greeted()}${mail}S: ${long}\n${rcpt}S: 250 x`)).toMatchObject({
      verdict: 'pass',
      reason: 'After a line of 513 octets in reply to MAIL it went on with RCPT.',
    });
    expect(judged(id, `${greeted()}${mail}S: ${long}\nC- FIN`).verdict).toBe('pass');
  });

  it('warns about a part of the line taken for the next reply', () => {
    const refused = 'C: RCPT TO:<user@example.com>\nC: DATA\nS: 550 no\nS: 503 no\n';
    expect(judged(id, `${greeted()}${mail}S: ${long}\n${refused}`)).toMatchObject({
      verdict: 'warn',
      reason: 'After a line of 513 octets in reply to MAIL it lost step: DATA came before the reply to RCPT.',
    });
    const grouped = `${greeted('PIPELINING')}${mail}S: ${long}\n${rcpt}C: RSET\nS: 250 x\nS: 250 x\n${quit}`;
    expect(judged(id, grouped).reason).toBe(
      'After a line of 513 octets in reply to MAIL it lost step: RCPT was accepted, and it went on with RSET.',
    );
  });

  it('warns about hanging, and about a refusal taken for success', () => {
    expect(judged(id, `${greeted()}${mail}S: ${long}\n+400s\nS- destroy`).verdict).toBe('warn');
    const refusal = long.replace('250', '550');
    expect(judged(id, `${greeted()}${mail}S: ${refusal}\n${rcpt}S: 503 no`).verdict).toBe('warn');
  });

  it('is inconclusive when we end first, and does not apply to 512 octets', () => {
    expect(judged(id, `${greeted()}${mail}S: ${long}\nS- FIN`).verdict).toBe('inconclusive');
    expect(
      judged(
        id,
        `${greeted()}${mail}S: ${long.slice(0, -1)}
${quit}`,
      ).verdict,
    ).toBe('not-applicable');
  });
});

describe('reply-bare-lf', () => {
  const id = 'reply-bare-lf';
  const lfOnly = `${greeted()}${mail}S\\250: 250 OK\\n\n`;

  it('only records going on after a LF, unless the run is strict', () => {
    const trace = `${lfOnly}${rcpt}S: 250 x`;
    expect(judged(id, trace).verdict).toBe('observed');
    expect(judged(id, trace, { strict: true }).verdict).toBe('fail');
  });

  it('fails a lone LF taken for the end of a reply', () => {
    const trace = `${greeted()}${mail}S\\250: 250 OK\\n250 OK\\r\\n\n${rcpt}C: DATA\nS: 550 no\nS: 503 no`;
    expect(judged(id, trace)).toMatchObject({
      verdict: 'fail',
      reason: 'After a lone LF inside the reply to MAIL it lost step: DATA came before the reply to RCPT.',
    });
  });

  it('passes waiting for the CRLF', () => {
    expect(judged(id, `${lfOnly}+300s\nC- FIN`)).toMatchObject({
      verdict: 'pass',
      reason: 'After a reply to MAIL that no CRLF ended it waited 300 s for the end of the line.',
    });
  });

  it('fails losing step over a LF inside a line', () => {
    const trace = `${greeted()}${mail}S\\250: 250 OK\\n250 OK\\r\\n\n${rcpt}S: 550 no\nC: DATA\nS: 503 no`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', level: 'MUST' });
    expect(judged(id, trace.replace('C: DATA\nS: 503 no', quit)).verdict).toBe('observed');
  });

  it('is inconclusive when the record ends at once, and does not apply to CRLF', () => {
    expect(judged(id, lfOnly).verdict).toBe('inconclusive');
    expect(judged(id, withRecipient()).verdict).toBe('not-applicable');
  });
});

describe('reply-mangled-wrap', () => {
  const id = 'reply-mangled-wrap';
  const wrapped = 'S: 220 mx\nC: EHLO a.example\nS\\250: 250-mx\\r\\n250-FO\\r\\nSIZE\\r\\n250 HELP\\r\\n\n';

  it('warns about an extension that stands on the list as a fragment', () => {
    expect(judged(id, `${wrapped}C: MAIL FROM:<a@b.example> SIZE=1\nS: 250 x`)).toMatchObject({
      verdict: 'warn',
      reason: 'It used MAIL with SIZE, which stands on the list only as a fragment.',
    });
  });

  it('warns about a refusal with a NUL in it that counts as success', () => {
    const trace = `${greeted()}${mail}S\\550: 550 n\\x00o\\r\\n\n${rcpt}S: 503 no`;
    expect(judged(id, trace).verdict).toBe('warn');
  });

  it.each([
    ['a fragment that is not used', `${wrapped}${mail}S: 250 x`],
    ['a masked keyword', `${greeted('XXXXXXXA')}${mail}S: 250 x`],
    ['a NUL', `${greeted()}${mail}S\\250: 250 o\\x00k\\r\\n\n${rcpt}S: 250 x`],
  ])('only records %s', (_, trace) => {
    expect(judged(id, trace).verdict).toBe('observed');
  });

  it('does not apply to whole replies', () => {
    expect(judged(id, `${greeted('SIZE')}C: MAIL FROM:<a@b.example> SIZE=1\nS: 250 x`).verdict).toBe('not-applicable');
  });
});
