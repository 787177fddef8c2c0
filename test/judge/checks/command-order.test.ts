import { greeted, judged, withRecipient } from '../support';

describe('command-order', () => {
  const id = 'command-order';
  const mail = 'C: MAIL FROM:<a@b.example>\nS: 250 OK\n';
  const rcpt = 'C: RCPT TO:<c@d.example>\nS: 250 OK\n';
  const data = 'C: DATA\nS: 354 go\nC: Subject: x\nC: .\n';

  it('passes two messages in order on one connection', () => {
    expect(judged(id, `${greeted()}${mail}${rcpt}${data}S: 250 OK\n${mail}${rcpt}${data}S: 250 OK`).verdict).toBe(
      'pass',
    );
  });

  it.each([
    ['MAIL without a hello', `S: 220 mx\n${mail}`, 'MAIL came without EHLO or HELO.'],
    [
      'MAIL although the hellos were refused',
      'S: 220 mx\nC: EHLO a.example\nS: 550 no\nC: HELO a.example\nS: 550 no\nC: MAIL FROM:<>\nS: 503 no',
      'MAIL came although no EHLO or HELO had been accepted.',
    ],
    [
      'a second MAIL',
      `${greeted()}${mail}${mail}`,
      'MAIL came while the transaction from <a@b.example> was still open.',
    ],
    ['RCPT without MAIL', `${greeted()}C: RCPT TO:<c@d.example>\nS: 503 no`, 'RCPT came outside of a transaction.'],
    ['DATA before RCPT', `${greeted()}${mail}C: DATA\nS: 503 no\n${rcpt}`, 'DATA came before any RCPT.'],
    ['RCPT after RSET', `${withRecipient()}C: RSET\nS: 250 OK\n${rcpt}`, 'RCPT came outside of a transaction.'],
    [
      'RCPT after an EHLO in mid-transaction',
      `${greeted()}${mail}C: EHLO client.example\nS: 250 mx\n${rcpt}`,
      'RCPT came outside of a transaction.',
    ],
    [
      'MAIL without RSET when all recipients were refused',
      `${greeted()}${mail}C: RCPT TO:<c@d.example>\nS: 550 no\n${mail}`,
      'MAIL came while the transaction from <a@b.example> was still open.',
    ],
  ])('fails %s', (_, trace, reason) => {
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', reason });
  });

  it('passes MAIL straight after a refused dot, whose buffers are spent', () => {
    expect(judged(id, `${greeted()}${mail}${rcpt}${data}S: 554 no\n${mail}`).verdict).toBe('pass');
  });

  it('leaves RCPT after a refused MAIL, and DATA after refused recipients, to their own checks', () => {
    expect(
      judged(id, `${greeted()}C: MAIL FROM:<>\nS: 550 no\nC: RCPT TO:<c@d.example>\nS: 503 no\nC: DATA\nS: 503 no`)
        .verdict,
    ).toBe('pass');
    expect(judged(id, `${greeted()}${mail}C: RCPT TO:<c@d.example>\nS: 550 no\nC: DATA\nS: 503 no`).verdict).toBe(
      'pass',
    );
  });

  it('leaves MAIL after a refused RSET to the check of RSET', () => {
    expect(judged(id, `${withRecipient()}C: RSET\nS: 500 no\n${mail}`).verdict).toBe('pass');
  });

  it('refers what came after a refusing greeting, or a 421, to their checks', () => {
    expect(judged(id, `S: 554 no\nC: EHLO a.example\nS: 503 no\n${mail}`)).toMatchObject({
      verdict: 'fail',
      refersTo: 'greeting-554',
    });
    const late = `${greeted()}C: NOOP\nS: 421 bye\nS! next continue\n+5s\nC: RCPT TO:<c@d.example>\nS: 503 no`;
    expect(judged(id, late)).toMatchObject({ verdict: 'fail', refersTo: 'reply-async-421' });
  });

  it('does not take the lines of a spew for commands (trap 10)', () => {
    const trace = `${withRecipient()}C: DATA\nS: 554 no\nC: Subject: x\nC| DATA\nC| MAIL FROM:<x@y.example>\nC| .\nS: 500 ?\nS: 500 ?\nS: 500 ?\nS: 500 ?`;
    expect(judged(id, trace).verdict).toBe('pass');
  });

  it('does not blame the client for going on after a hello that we never answered', () => {
    const trace = `S: 220 mx\nC: EHLO a.example\nS! ignore\n+300s\nC: MAIL FROM:<>\nS: 250 OK`;
    expect(judged(id, trace).verdict).toBe('inconclusive');
  });

  it('has no occasion in a session without mail', () => {
    expect(judged(id, `${greeted()}C: QUIT\nS: 221 bye`).verdict).toBe('not-applicable');
  });
});
