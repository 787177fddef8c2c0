import { greeted, judged } from '../support';

describe('pipelining-stripped-midway', () => {
  const id = 'pipelining-stripped-midway';
  const sized = 'C: MAIL FROM:<a@b.example> SIZE=100\nS: 250 OK\nC: QUIT\nS: 221 bye\n';
  const grouped = 'C: MAIL FROM:<a@b.example>\nC| RCPT TO:<c@d.example>\nS: 250 OK\nS: 250 OK\nC: QUIT\nS: 221 bye\n';

  it('passes a client that drops a parameter with its keyword', () => {
    const trace = `${greeted('SIZE')}${sized}# connection 2\n${greeted()}C: MAIL FROM:<a@b.example>\nS: 250 OK`;
    expect(judged(id, trace)).toMatchObject({
      verdict: 'pass',
      reason: 'It did without SIZE, which an earlier list had.',
    });
  });

  it('fails a parameter from the list of the session before', () => {
    const verdict = judged(id, `${greeted('SIZE')}${sized}# connection 2\n${greeted()}${sized}`);
    expect(verdict).toMatchObject({
      verdict: 'fail',
      reason: 'MAIL with SIZE came although SIZE was only on an earlier list.',
      refersTo: 'mail-params-only-if-advertised',
    });
    expect(verdict.evidence.map(({ connection }) => connection)).toEqual([2, 1]);
  });

  it('fails pipelining inside TLS by the list from before', () => {
    const trace = `${greeted('PIPELINING', 'STARTTLS')}C: STARTTLS\nS: 220 go\nTLS secured TLSv1.3\n${greeted('SIZE').split('\n').slice(1).join('\n')}${grouped}`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', refersTo: 'no-pipelining-unless-advertised' });
  });

  it('passes giving up pipelining only where a held reply proves it', () => {
    const second = 'C: MAIL FROM:<a@b.example>\n';
    const before = `${greeted('PIPELINING')}${grouped}# connection 2\n${greeted()}`;
    expect(judged(id, `${before}${second}S! hold 2s\nS: 250 OK\nC: QUIT\nS: 221 bye`).verdict).toBe('pass');
    expect(judged(id, `${before}${second}S: 250 OK\nC: QUIT\nS: 221 bye`).verdict).toBe('inconclusive');
  });

  it('is inconclusive when the client had no use for what went away', () => {
    const plain = 'C: MAIL FROM:<a@b.example>\nS: 250 OK\nC: QUIT\nS: 221 bye\n';
    expect(judged(id, `${greeted('DSN')}${plain}# connection 2\n${greeted()}${plain}`).verdict).toBe('inconclusive');
  });

  it('does not take the list of another server for an earlier one', () => {
    const trace = `${greeted('SIZE')}${sized}# connection 2 server 1\n${greeted()}${sized}`;
    expect(judged(id, trace).verdict).toBe('not-applicable');
  });
});
