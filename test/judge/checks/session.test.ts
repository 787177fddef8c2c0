import { greeted, judged, withRecipient } from '../support';

describe('quit-before-close', () => {
  const id = 'quit-before-close';

  it('passes QUIT, also when the client does not wait for the 221 (trap 3)', () => {
    expect(judged(id, `${greeted()}C: QUIT\nS: 221 bye`).verdict).toBe('pass');
    expect(judged(id, `${greeted()}C: QUIT\nC- RST\n`).verdict).toBe('pass');
  });

  it('passes a QUIT that we had stopped listening to', () => {
    expect(judged(id, `${greeted()}S! mute\nC: QUIT\n+5s\nC- FIN`).verdict).toBe('pass');
  });

  it.each([
    ['after a refused MAIL', `${greeted()}C: MAIL FROM:<a@b.example>\nS: 550 no\nC- FIN`],
    ['after a refused greeting', 'S: 554 No SMTP service here\nC- FIN'],
    ['by a reset', `${greeted()}C- RST`],
  ])('fails leaving without it %s', (_, trace) => {
    const verdict = judged(id, trace);
    expect(verdict.verdict).toBe('fail');
    expect(verdict.evidence[0]?.text).toMatch(/^C- (FIN|RST)$/);
  });

  it('does not take a QUIT within a spew for one', () => {
    const trace = `${withRecipient()}C: DATA\nS: 554 no\nC: Subject: x\nC| QUIT\nS: 500 ?\nS: 500 ?\nS! next continue\nC- FIN`;
    expect(judged(id, trace).verdict).toBe('fail');
  });

  it.each([
    ['our 421', `${greeted()}C: NOOP\nS: 421 bye\nC- FIN`],
    ['our close', `${greeted()}S- FIN\nC- FIN`],
    ['our reset', `${greeted()}S- RST`],
    ['a wait that we provoked', `${greeted()}C: NOOP\nS! mute\n+300s\nC- FIN`],
    ['a failed handshake', `${greeted('STARTTLS')}C: STARTTLS\nS: 220 go\nTLS failed unknown ca\nC- FIN`],
    ['a certificate it does not like', `${greeted('STARTTLS')}C: STARTTLS\nS: 220 go\nTLS secured TLSv1.3\nC- FIN`],
  ])('does not apply after %s', (_, trace) => {
    expect(judged(id, trace).verdict).toBe('not-applicable');
  });

  it('is inconclusive within mail data, where QUIT would be content', () => {
    expect(judged(id, `${withRecipient()}C: DATA\nS: 354 go\nC: Subject: x\nC- FIN`).verdict).toBe('inconclusive');
  });

  it('is inconclusive after octets of ours that are no reply', () => {
    const verdict = judged(id, `${greeted()}C: NOOP\nS\\: garbage\\r\\n\nC: NOOP\nS: 250 OK\nC- FIN`);
    expect(verdict.verdict).toBe('inconclusive');
  });
});
