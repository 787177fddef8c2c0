import { greeted, judged, type TrialOptions } from '../support';

const ehlo = 'S: 220 mx.example.com ESMTP\nC: EHLO client.example\n';
const refused = `${ehlo}S: 500 ?\n`;
const quit = 'C: QUIT\nS: 221 bye\n';
const helo = 'S: 220 mx.example.com\nC: HELO client.example\nS: 250 mx\n';
const bounced: TrialOptions = { outcomes: [{ submission: 1, recipient: null, outcome: 'bounced', text: '' }] };

describe('ehlo-fallback-same-connection', () => {
  const id = 'ehlo-fallback-same-connection';

  it.each([500, 501, 502, 504])('passes HELO after %s', (code) => {
    const trace = `${ehlo}S: ${code} ?\nC: HELO client.example\nS: 250 mx`;
    expect(judged(id, trace)).toMatchObject({
      verdict: 'pass',
      reason: `HELO came on the same connection after ${code}.`,
    });
  });

  it('passes HELO after an EHLO that a fixup had masked', () => {
    expect(judged(id, 'S: 220 mx\nC: XXXX a.example\nS: 500 ?\nC: HELO a.example\nS: 250 mx').verdict).toBe('pass');
  });

  it('warns about HELO on a new connection, which meets the MUST (trap 5)', () => {
    expect(judged(id, `${refused}${quit}# connection 2\n${helo}`)).toMatchObject({
      verdict: 'warn',
      level: 'MUST',
      reason: 'It left after 500 to EHLO and said HELO on a new connection.',
    });
  });

  it('fails repeating EHLO on new connections', () => {
    const one = `${refused}${quit}`;
    expect(judged(id, `${one}+60s\n# connection 2\n${one}`).verdict).toBe('fail');
  });

  it('fails a client without a queue that gives up, and a queue that returns the mail', () => {
    expect(judged(id, `${refused}${quit}`, { role: 'submission' }).verdict).toBe('fail');
    expect(judged(id, `${refused}${quit}`, bounced).verdict).toBe('fail');
  });

  it('refers MAIL without a hello to the check of order', () => {
    const trace = `${refused}C: MAIL FROM:<a@b.example>\nS: 503 no`;
    expect(judged(id, trace).verdict).toBe('fail');
  });

  it.each([
    ['no second connection came', `${refused}${quit}`],
    ['it came back with EHLO, and that was accepted', `${refused}${quit}# connection 2\n${greeted()}`],
    ['it tried EHLO again, and that was accepted', `${refused}C: EHLO a.example\nS: 250 mx`],
  ])('is inconclusive when %s', (_, trace) => {
    expect(judged(id, trace).verdict).toBe('inconclusive');
  });

  it('is excused by a duty to use TLS, and by our own close', () => {
    const submissions = [{ tls: 'required' as const }];
    expect(judged(id, `${refused}${quit}`, { submissions, role: 'submission' }).verdict).toBe('not-applicable');
    expect(judged(id, `${refused}S- FIN\nC- FIN`).verdict).toBe('not-applicable');
  });

  it('leaves 550 and 4yz to others', () => {
    expect(judged(id, `${ehlo}S: 550 no\n${quit}`).verdict).toBe('not-applicable');
    expect(judged(id, `${ehlo}S: 451 no\n${quit}`).verdict).toBe('not-applicable');
  });
});

describe('ehlo-fallback-disconnect', () => {
  const id = 'ehlo-fallback-disconnect';
  const closed = (connection: number): string => `# connection ${connection}\n${ehlo}S- FIN\nC- FIN\n`;

  it.each([greeted(), helo])('passes a later attempt', (session) => {
    expect(judged(id, `${closed(1)}+30s\n# connection 2\n${session}`).verdict).toBe('pass');
  });

  it('warns about a loop, and about a bounce', () => {
    expect(judged(id, [1, 2, 3, 4].map(closed).join('+1s\n')).verdict).toBe('warn');
    expect(judged(id, closed(1), bounced).verdict).toBe('warn');
  });

  it('is inconclusive when no attempt came in the window', () => {
    expect(judged(id, closed(1)).verdict).toBe('inconclusive');
  });

  it('does not count a silence that the end of the trial cut off', () => {
    expect(judged(id, `${ehlo}+10s\nS- destroy`).verdict).toBe('not-applicable');
  });
});

describe('ehlo-4xx-not-helo', () => {
  const id = 'ehlo-4xx-not-helo';
  const later = `+60s\n# connection 2\n${greeted()}${quit}`;

  it.each([421, 451])('passes QUIT after %s, and a later try', (code) => {
    const end = code === 421 ? 'C: QUIT\nC- FIN\n' : quit;
    expect(judged(id, `${ehlo}S: ${code} no\n${end}${later}`).verdict).toBe('pass');
  });

  it.each([
    ['HELO after 451', `${ehlo}S: 451 no\nC: HELO a.example\nS: 250 mx`],
    ['HELO after 421', `${ehlo}S: 421 no\nS! next continue\nC: HELO a.example\nS: 250 mx`],
    ['MAIL after 421 that we no longer took', `${ehlo}S: 421 no\nC: MAIL FROM:<a@b.example>\nC- FIN`],
  ])('warns about %s', (_, trace) => {
    expect(judged(id, trace).verdict).toBe('warn');
    expect(judged(id, trace)).not.toHaveProperty('refersTo');
  });

  it('is the primary verdict for MAIL after 421 to EHLO', () => {
    const trace = `${ehlo}S: 421 no\nS! next continue\nC: MAIL FROM:<a@b.example>\nS: 503 no`;
    expect(judged('reply-async-421', trace)).toMatchObject({ verdict: 'warn', refersTo: id });
  });

  it('is inconclusive without a later try, which a client without a queue does not owe', () => {
    expect(judged(id, `${ehlo}S: 451 no\n${quit}`).verdict).toBe('inconclusive');
    expect(judged(id, `${ehlo}S: 451 no\n${quit}`, { role: 'submission' }).verdict).toBe('pass');
  });
});

describe('ehlo-550-policy', () => {
  const id = 'ehlo-550-policy';
  const no = `${ehlo}S: 550 no\n`;
  const heloNo = 'C: HELO a.example\nS: 550 no\n';

  it.each([
    ['QUIT', `${no}${quit}`],
    ['one HELO and QUIT', `${no}${heloNo}${quit}`],
    ['leaving', `${no}C- FIN`],
    ['one HELO that was accepted', `${no}C: HELO a.example\nS: 250 mx\nC: MAIL FROM:<a@b.example>\nS: 250 ok`],
  ])('passes %s', (_, trace) => {
    expect(judged(id, trace).verdict).toBe('pass');
  });

  it('warns about a second HELO', () => {
    expect(judged(id, `${no}${heloNo}${heloNo}${quit}`).verdict).toBe('warn');
  });

  it('warns about MAIL although both were refused', () => {
    expect(judged(id, `${no}${heloNo}C: MAIL FROM:<a@b.example>\nS: 503 no`).verdict).toBe('warn');
  });

  it('is inconclusive when the record ends, and does not apply to 502', () => {
    expect(judged(id, no).verdict).toBe('inconclusive');
    expect(judged(id, `${ehlo}S: 502 ?\n${quit}`).verdict).toBe('not-applicable');
  });
});
