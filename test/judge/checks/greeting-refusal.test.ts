import { greeted, judged, withRecipient } from '../support';

const later = `# connection 2\n${greeted()}C: QUIT\nS: 221 bye\n`;

describe('greeting-554', () => {
  const id = 'greeting-554';

  it.each([
    ['QUIT', 'C: QUIT\nS: 221 bye'],
    ['leaving without a word, which quit-before-close judges', 'C- FIN'],
  ])('passes %s', (_, tail) => {
    expect(judged(id, `S: 554 No SMTP service here\n${tail}`).verdict).toBe('pass');
  });

  it('warns about a hello', () => {
    const verdict = judged(id, 'S: 521 no\nC: EHLO a.example\nS: 503 no\nC: QUIT\nS: 221 bye');
    expect(verdict).toMatchObject({ verdict: 'warn', reason: 'It sent EHLO although the greeting was 521.' });
  });

  it('fails MAIL', () => {
    const trace = 'S: 554 no\nC: EHLO a.example\nS: 503 no\nC: MAIL FROM:<a@b.example>\nS: 503 no\nC- FIN';
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', reason: 'It sent MAIL although the greeting was 554.' });
  });

  it('fails MAIL that we no longer took', () => {
    expect(judged(id, 'S: 554 no\nS- FIN\nC: MAIL FROM:<a@b.example>\nC- FIN').verdict).toBe('fail');
  });

  it('refers what was sent before the refusal to the check of waiting', () => {
    const trace = 'C: EHLO a.example\nC: MAIL FROM:<a@b.example>\n+5s\nS: 554 no\nS: 503 no\nS: 503 no\nC- FIN';
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', refersTo: 'wait-for-greeting' });
  });

  it('is inconclusive when the record ends first, and does not apply to 220', () => {
    expect(judged(id, 'S: 554 no').verdict).toBe('inconclusive');
    expect(judged(id, greeted()).verdict).toBe('not-applicable');
  });
});

describe('greeting-421', () => {
  const id = 'greeting-421';
  const busy = 'S: 421 Too busy\nC: QUIT\nC- FIN\n';

  it('passes coming back later, and going to the next server', () => {
    expect(judged(id, `${busy}+60s\n${later}`)).toMatchObject({
      verdict: 'pass',
      reason: 'It sent no MAIL after 421 and came back after 60 s.',
    });
    const elsewhere = later.replace('# connection 2', '# connection 2 server 1');
    expect(judged(id, `${busy}${elsewhere}`).reason).toMatch(/turned to the next server/);
  });

  it('warns about a bounce after the first of them', () => {
    const outcomes = [{ submission: 1, recipient: null, outcome: 'bounced' as const, text: '' }];
    expect(judged(id, busy, { outcomes })).toMatchObject({
      verdict: 'warn',
      reason: 'It returned the mail after a single 421.',
    });
  });

  it('refers MAIL to the MUST that it breaks', () => {
    const trace = 'S: 421 Too busy\nS! next continue\nC: MAIL FROM:<a@b.example>\nS: 503 no\nC- FIN';
    expect(judged(id, trace)).toMatchObject({ verdict: 'warn', refersTo: 'reply-async-421' });
    expect(judged('reply-async-421', trace).verdict).toBe('fail');
  });

  it('warns by itself about MAIL after another 4yz', () => {
    const verdict = judged(id, 'S: 450 later\nC: MAIL FROM:<a@b.example>\nS: 503 no\nC- FIN');
    expect(verdict.verdict).toBe('warn');
    expect(verdict).not.toHaveProperty('refersTo');
  });

  it('is inconclusive without a return in the window, and names the window', () => {
    const verdict = judged(id, busy, { window: 45_000 });
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.reason).toMatch(/window of 45 s/);
  });

  it('asks no return of a client without a queue', () => {
    expect(judged(id, busy, { role: 'submission' }).verdict).toBe('pass');
  });

  it('takes a bounce for no return, but for giving up', () => {
    const bounce = `# connection 2\n${greeted()}C: MAIL FROM:<>\nS: 250 ok\nC: RCPT TO:<sender@client.example>\nS: 250 ok\nC: QUIT\nS: 221 bye`;
    expect(judged(id, `${busy}${bounce}`).verdict).toBe('warn');
  });
});

describe('silent-accept', () => {
  const id = 'silent-accept';

  it.each([
    ['leaving after 300 s', '; silence\nS! mute\n+300s\nC- FIN', 'pass'],
    ['QUIT after 300 s', '; silence\nS! mute\n+300s\nC: QUIT\nC- FIN', 'pass'],
    ['leaving after 30 s, against the SHOULD of five minutes', '; silence\nS! mute\n+30s\nC- FIN', 'warn'],
    ['being there at the cap', '; silence\nS! mute\n+15min\nS- destroy', 'fail'],
    ['leaving beyond the cap', '; silence\nS! mute\n+16min\nC- FIN', 'fail'],
    ['a silence that we ended', '; silence\nS! mute\n+2min\nS- destroy', 'inconclusive'],
    ['a client that only tried the port', 'S! mute\nC- FIN', 'not-applicable'],
    ['a client that talks all the same', 'S! mute\n+5s\nC: EHLO a.example\n+300s\nC- FIN', 'not-applicable'],
    ['a greeting that came', greeted(), 'not-applicable'],
  ])('judges %s', (_, trace, word) => {
    expect(judged(id, trace).verdict).toBe(word);
  });

  it('scales its figures with the time (trap 20)', () => {
    expect(judged(id, 'S! mute\n+30s\nC- FIN', { timeScale: 0.1 })).toMatchObject({ verdict: 'pass', scaled: true });
  });

  it('says whose figure the cap is', () => {
    expect(judged(id, 'S! mute\n+15min\nS- destroy').reason).toMatch(/our cap of 900 s/);
  });
});

describe('connect-refused-or-reset', () => {
  const id = 'connect-refused-or-reset';
  const reset = (connection: number): string => `# connection ${connection}\nS- RST\n`;

  it.each([
    ['a return after a delay', `${reset(1)}+60s\n${later}`],
    ['the next server at once', `S- FIN\nC- FIN\n${later.replace('# connection 2', '# connection 2 server 1')}`],
  ])('passes %s', (_, trace) => {
    expect(judged(id, trace).verdict).toBe('pass');
  });

  it('warns about four connections within a minute', () => {
    const trace = [1, 2, 3, 4].map(reset).join('+10s\n');
    expect(judged(id, trace)).toMatchObject({
      verdict: 'warn',
      reason: 'It made 4 connections within 30 s, each dying before the greeting.',
    });
  });

  it('counts them per message that is to be sent', () => {
    const trace = [1, 2, 3, 4].map(reset).join('+10s\n');
    expect(judged(id, trace, { submissions: [{}, {}] }).verdict).not.toBe('warn');
  });

  it('warns about a bounce on the first such event', () => {
    const bounce = `# connection 2\n${greeted()}C: MAIL FROM:<>\nS: 250 ok\nC: RCPT TO:<sender@client.example>\nS: 250 ok`;
    expect(judged(id, `${reset(1)}+1s\n${bounce}`).verdict).toBe('warn');
    const outcomes = [{ submission: 1, recipient: null, outcome: 'bounced', text: '' }] as const;
    expect(judged(id, reset(1), { outcomes }).verdict).toBe('warn');
  });

  it('is inconclusive about an immediate return, and about none in the window', () => {
    expect(judged(id, `${reset(1)}${later}`).verdict).toBe('inconclusive');
    expect(judged(id, reset(1)).verdict).toBe('inconclusive');
  });

  it('does not bind a client without a queue, nor count the end of a trial', () => {
    expect(judged(id, reset(1), { role: 'submission' }).verdict).toBe('not-applicable');
    expect(judged(id, '+2s\nS- destroy').verdict).toBe('not-applicable');
    expect(judged(id, withRecipient()).verdict).toBe('not-applicable');
  });
});
