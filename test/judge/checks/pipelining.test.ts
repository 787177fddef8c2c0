import { greeted, judged, withRecipient } from '../support';

describe('no-pipelining-unless-advertised', () => {
  const id = 'no-pipelining-unless-advertised';

  it('passes a client that waits for a held reply', () => {
    const verdict = judged(
      id,
      `${greeted('SIZE')}C: MAIL FROM:<a@b.example>\nS! hold 2s\nS: 250 OK\nC: QUIT\nS: 221 bye`,
    );
    expect(verdict).toMatchObject({ verdict: 'pass', reason: 'It waited for the held reply to MAIL.' });
  });

  it('fails a command that comes while a reply is held', () => {
    const verdict = judged(
      id,
      `${greeted('SIZE')}
      C: MAIL FROM:<a@b.example>
      S! hold 2s
      C: RCPT TO:<c@d.example>
      S: 250 OK
      S: 250 OK
    `,
    );
    expect(verdict.verdict).toBe('fail');
    expect(verdict.reason).toBe('RCPT came before the reply to MAIL.');
  });

  it('fails a whole spam in one packet, once, with a PIPELINING that nobody had read yet', () => {
    const verdict = judged(
      id,
      `
      S: 220 mx.example.com
      C: EHLO spam.example
      C| MAIL FROM:<a@b.example>
      C| RCPT TO:<c@d.example>
      C| DATA
      C| Subject: x
      C| .
      C| QUIT
      S: 250-mx.example.com
      S: 250 PIPELINING
      S: 554 blacklisted
      S: 503 no
      S: 503 no
      S: 500 ?
      S: 500 ?
      S: 221 bye
    `,
    );
    // The later ones are early over EHLO, in whose time nothing was offered.
    expect(verdict.verdict).toBe('fail');
    expect(verdict.reason).toBe('MAIL came before the reply to EHLO, and 4 more units like it.');
    expect(verdict).not.toHaveProperty('refersTo');
  });

  it('is inconclusive when no reply was held (trap 1)', () => {
    expect(judged(id, `${greeted()}C: NOOP\nS: 250 OK\nC: QUIT\nS: 221 bye`).verdict).toBe('inconclusive');
  });

  it('allows groups where PIPELINING is offered', () => {
    const trace = `${greeted('PIPELINING')}
      C: MAIL FROM:<a@b.example>
      C| RCPT TO:<c@d.example>
      C| DATA
      S: 250 OK
      S: 250 OK
      S: 354 go
    `;
    expect(judged(id, trace).verdict).toBe('inconclusive');
  });

  it('allows QUIT before the reply to the dot under PIPELINING, and fails it without (trap 3)', () => {
    const tail = `C: DATA\nS: 354 go\nC: Subject: x\nC: .\nC: QUIT\nS: 250 queued\nS: 221 bye`;
    expect(judged(id, `${withRecipient('PIPELINING')}${tail}`).verdict).toBe('inconclusive');
    expect(judged(id, `${withRecipient()}${tail}`)).toMatchObject({
      verdict: 'fail',
      reason: 'QUIT came before the reply to end-of-data.',
    });
  });

  it('forgets the list at HELO', () => {
    const trace = `${greeted('PIPELINING')}C: HELO client.example\nS: 250 mx\nC: MAIL FROM:<a@b.example>\nC: QUIT\nS: 250 OK\nS: 221 bye`;
    expect(judged(id, trace).verdict).toBe('fail');
  });

  it('forgets the list inside TLS', () => {
    const trace = `${greeted('PIPELINING', 'STARTTLS')}C: STARTTLS\nS: 220 go\nTLS secured TLSv1.3
      C: MAIL FROM:<a@b.example>\nC: QUIT\nS: 503 EHLO first\nS: 221 bye`;
    expect(judged(id, trace).verdict).toBe('fail');
  });

  it('leaves talk before the greeting to the check of the greeting', () => {
    expect(judged(id, `C: EHLO a.example\n+5s\nS: 220 mx\nS: 250 mx`).verdict).toBe('inconclusive');
  });

  it('holds a command against the last line of a dribbled reply', () => {
    const trace = `${greeted()}C: MAIL FROM:<a@b.example>\nS: 250-first\n+3s\nC: RCPT TO:<c@d.example>\n+3s\nS: 250 last\nS: 250 OK`;
    expect(judged(id, trace).verdict).toBe('fail');
  });

  it('counts a 421 that nobody asked for as no reply (trap 2)', () => {
    const trace = `${greeted()}C: NOOP\n+2s\nS: 250 OK\nC: NOOP\nS: 250 OK\nS? 421 bye\nC: QUIT\nC- FIN`;
    expect(judged(id, trace).verdict).toBe('pass');
  });

  it('refers data that came early, and nothing else, to the check of data', () => {
    const trace = `${withRecipient()}C: DATA\nS! hold 2s\nC: Subject: x\nC: .\nS: 354 go\nS: 250 OK`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', refersTo: 'no-content-before-354' });
  });

  it('is not led astray by a command that we left without a reply', () => {
    const trace = `${greeted()}C: NOOP\nS! ignore\n+300s\nC: QUIT\nS: 221 bye`;
    expect(judged(id, trace).verdict).toBe('inconclusive');
  });
});
