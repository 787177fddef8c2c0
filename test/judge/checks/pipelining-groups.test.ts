import { greeted, judged, withRecipient } from '../support';

describe('pipeline-last-in-group', () => {
  const id = 'pipeline-last-in-group';

  it('passes a client that stays quiet behind DATA while its reply is held', () => {
    const trace = `${withRecipient('PIPELINING')}C: DATA\nS! hold 2s\nS: 354 go\nC: Subject: x\nC: .\nS: 250 OK`;
    expect(judged(id, trace)).toMatchObject({
      verdict: 'pass',
      reason: 'Nothing came behind DATA while its reply was held.',
    });
  });

  it('fails MAIL in the same group behind NOOP', () => {
    const verdict = judged(
      id,
      `${greeted('PIPELINING')}C: NOOP\nC| MAIL FROM:<a@b.example>\nS! hold 2s\nS: 250 OK\nS: 250 OK`,
    );
    expect(verdict).toMatchObject({ verdict: 'fail', reason: 'MAIL came behind NOOP before the reply to it.' });
    expect(verdict.evidence[0]?.text).toBe('C: MAIL FROM:<a@b.example>');
  });

  it('fails octets behind a QUIT that nobody takes any more', () => {
    const verdict = judged(id, `${greeted('PIPELINING')}C: QUIT\nC| NOOP\nS: 221 bye`);
    expect(verdict).toMatchObject({ verdict: 'fail', reason: '6 octets came behind QUIT before the reply to it.' });
  });

  it('fails a second EHLO in mid-group', () => {
    const trace = `${greeted('PIPELINING')}C: EHLO client.example\nC| MAIL FROM:<a@b.example>\nS: 250 mx\nS: 250 OK`;
    expect(judged(id, trace).verdict).toBe('fail');
  });

  it('allows mail data, dot and QUIT in one go, with a held reply to the dot (trap 3)', () => {
    const trace = `${withRecipient('PIPELINING')}C: DATA\nS! hold 2s\nS: 354 go\nC: Subject: x\nC| .\nC| QUIT\nS! hold 2s\nS: 250 OK\nS: 221 bye`;
    expect(judged(id, trace).verdict).toBe('pass');
  });

  it('refers mail data behind DATA to the checks of mail data', () => {
    const early = `${withRecipient('PIPELINING')}C: DATA\nC| Subject: x\nC| .\nS: 354 go\nS: 250 OK`;
    expect(judged(id, early)).toMatchObject({ verdict: 'fail', refersTo: 'no-content-before-354' });
    const refused = `${withRecipient('PIPELINING')}C: DATA\nC| Subject: x\nC| \nS: 554 no\nS: 500 ?\nS: 500 ?`;
    expect(judged(id, refused)).toMatchObject({ verdict: 'fail', refersTo: 'no-content-after-data-refused' });
  });

  it('leaves sessions without PIPELINING to their own check', () => {
    expect(judged(id, `${greeted()}C: NOOP\nC: MAIL FROM:<>\nS: 250 OK\nS: 250 OK`).verdict).toBe('not-applicable');
  });

  it('is inconclusive where no reply was held', () => {
    expect(judged(id, `${greeted('PIPELINING')}C: NOOP\nS: 250 OK\nC: QUIT\nS: 221 bye`).verdict).toBe('inconclusive');
  });

  it('does not blame the client for going on after a NOOP that we never answered', () => {
    const trace = `${greeted('PIPELINING')}C: NOOP\nS! ignore\n+300s\nC: QUIT\nS: 221 bye`;
    expect(judged(id, trace).verdict).toBe('inconclusive');
  });
});

describe('pipeline-starttls-last', () => {
  const id = 'pipeline-starttls-last';
  const list = greeted('PIPELINING', 'STARTTLS');

  it('passes a client that waits for a held 220', () => {
    const trace = `${list}C: STARTTLS\nS! hold 3s\nS: 220 go\nTLS secured TLSv1.3\nC: EHLO client.example\nS: 250 mx`;
    expect(judged(id, trace).verdict).toBe('pass');
  });

  it('fails plaintext behind STARTTLS that our handshake discards', () => {
    const verdict = judged(id, `${list}C: STARTTLS\nC| EHLO client.example\nS: 220 go\nTLS secured TLSv1.3`);
    expect(verdict).toMatchObject({
      verdict: 'fail',
      reason: '21 octets came behind STARTTLS before the reply to it.',
    });
  });

  it('fails a TLS record that comes before the 220', () => {
    const trace = `${list}C: STARTTLS\nS! hold 3s\nC\\: \\x16\\x03\\x01\\x00\\x05hello\nS: 220 go\nTLS failed wrong version number`;
    expect(judged(id, trace).reason).toBe('A TLS record came behind STARTTLS before the reply to it.');
  });

  it('fails a command that came before a refusal', () => {
    expect(judged(id, `${list}C: STARTTLS\nC| NOOP\nS: 454 not now\nS: 250 OK`)).toMatchObject({ verdict: 'fail' });
  });

  it('refers to early talk where PIPELINING was not even offered', () => {
    const trace = `${greeted('STARTTLS')}C: STARTTLS\nC| NOOP\nS: 454 not now\nS: 250 OK`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', refersTo: 'no-pipelining-unless-advertised' });
  });

  it('is inconclusive without a hold', () => {
    expect(judged(id, `${list}C: STARTTLS\nS: 220 go\nTLS secured TLSv1.3`).verdict).toBe('inconclusive');
  });
});

describe('pipeline-auth-last', () => {
  const id = 'pipeline-auth-last';
  const list = greeted('PIPELINING', 'AUTH PLAIN LOGIN');

  it('passes a client that waits for a held 334', () => {
    const trace = `${list}C: AUTH LOGIN\nS! hold 2s\nS: 334 VXNlcm5hbWU6\nC: dXNlcg==\nS: 535 no\nC: QUIT\nS: 221 bye`;
    expect(judged(id, trace).verdict).toBe('pass');
  });

  it('fails a command behind AUTH', () => {
    const verdict = judged(id, `${list}C: AUTH PLAIN AHUAcA==\nC| NOOP\nS: 235 OK\nS: 250 OK`);
    expect(verdict).toMatchObject({ verdict: 'fail', reason: 'NOOP came behind AUTH before the reply to it.' });
  });

  it('fails a SASL response sent blind, and what comes behind one', () => {
    const blind = `${list}C: AUTH LOGIN\nC| dXNlcg==\nS: 334 VXNlcm5hbWU6\nS: 334 UGFzc3dvcmQ6\nC: cGFzcw==\nC| NOOP\nS: 235 OK\nS: 250 OK`;
    expect(judged(id, blind).reason).toBe(
      'A SASL response came behind AUTH before the reply to it (and 1 occasion more).',
    );
  });

  it('is inconclusive without a hold', () => {
    expect(judged(id, `${list}C: AUTH PLAIN AHUAcA==\nS: 235 OK\nC: QUIT\nS: 221 bye`).verdict).toBe('inconclusive');
  });
});

describe('pipeline-bdat', () => {
  const id = 'pipeline-bdat';
  const list = greeted('PIPELINING', 'CHUNKING');

  it('passes chunks in one group, once the held reply to RCPT has come', () => {
    const trace = `${list}C: MAIL FROM:<a@b.example>\nC| RCPT TO:<c@d.example>\nS: 250 OK\nS! hold 2s\nS: 250 OK
      C: BDAT 4\nC\\| ab\\r\\n\nC| BDAT 4 LAST\nC\\| cd\\r\\n\nS: 250 OK\nS: 250 OK`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'pass', reason: 'BDAT waited for the held reply to RCPT.' });
  });

  it('warns about a chunk in the group of its recipients', () => {
    const trace = `${list}C: MAIL FROM:<a@b.example>\nC| RCPT TO:<c@d.example>\nC| BDAT 4 LAST\nC\\| ab\\r\\n\nS: 250 OK\nS: 250 OK\nS: 250 OK`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'warn', reason: 'BDAT came before the reply to RCPT.' });
  });

  it('is inconclusive without a hold', () => {
    const trace = `${list}C: MAIL FROM:<a@b.example>\nS: 250 OK\nC: RCPT TO:<c@d.example>\nS: 250 OK\nC: BDAT 4 LAST\nC\\| ab\\r\\n\nS: 250 OK`;
    expect(judged(id, trace).verdict).toBe('inconclusive');
  });

  it('does not apply without PIPELINING', () => {
    const trace = `${greeted('CHUNKING')}C: MAIL FROM:<a@b.example>\nS: 250 OK\nC: RCPT TO:<c@d.example>\nS: 250 OK\nC: BDAT 4 LAST\nC\\| ab\\r\\n\nS: 250 OK`;
    expect(judged(id, trace).verdict).toBe('not-applicable');
  });
});
