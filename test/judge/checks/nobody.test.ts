import { greeted, judged } from '../support';

const GROUP = `${greeted('PIPELINING')}C: MAIL FROM:<a@b.example>\nC| RCPT TO:<c@d.example>\nC| DATA\nS: 250 OK\nS: 550 no\nS: 354 go\n`;
const WAITED = `${greeted()}C: MAIL FROM:<a@b.example>\nS: 250 OK\nC: RCPT TO:<c@d.example>\nS! hold 2s\nS: 550 no\n`;

describe('pipeline-354-no-valid-rcpt', () => {
  const id = 'pipeline-354-no-valid-rcpt';

  it('passes the lone dot', () => {
    expect(judged(id, `${GROUP}C: .\nS: 554 no\nC: QUIT\nS: 221 bye`).verdict).toBe('pass');
  });

  it('warns about mail data for nobody', () => {
    const verdict = judged(id, `${GROUP}C: Subject: x\nC: .\nS: 554 no`);
    expect(verdict).toMatchObject({
      verdict: 'warn',
      reason: '15 octets of mail data came although the only recipient had been refused.',
    });
  });

  it('warns about waiting in silence, once that has lasted five minutes', () => {
    expect(judged(id, `${GROUP}+400s\nS? 421 timeout\nS- FIN`).verdict).toBe('warn');
    expect(judged(id, `${GROUP}+20s\nS- FIN`).verdict).toBe('inconclusive');
  });

  it('only tells of a client that leaves', () => {
    expect(judged(id, `${GROUP}C- FIN`).verdict).toBe('observed');
  });

  it('does not apply to DATA that came after the refusals had been read', () => {
    expect(judged(id, `${WAITED}+1s\nC: DATA\nS: 354 go\nC: .\nS: 554 no`).verdict).toBe('not-applicable');
  });
});

describe('rcpt-all-rejected-no-data', () => {
  const id = 'rcpt-all-rejected-no-data';

  it.each(['RSET', 'QUIT', 'MAIL FROM:<x@b.example>'])('passes when %s follows', (next) => {
    expect(judged(id, `${WAITED}C: ${next}\nS: 250 OK`).verdict).toBe('pass');
  });

  it('fails mail data', () => {
    const verdict = judged(id, `${WAITED}+1s\nC: DATA\nS: 354 go\nC: Subject: x\nC: .\nS: 554 no`);
    expect(verdict).toMatchObject({
      verdict: 'fail',
      reason: '15 octets of mail data came although the only recipient had been refused.',
    });
    expect(verdict).not.toHaveProperty('refersTo');
  });

  it('warns about DATA that we refuse, and about the lone dot', () => {
    expect(judged(id, `${WAITED}+1s\nC: DATA\nS: 503 no\nC: QUIT\nS: 221 bye`)).toMatchObject({
      verdict: 'warn',
      reason: 'DATA came although the only recipient had been refused.',
    });
    expect(judged(id, `${WAITED}+1s\nC: DATA\nS: 354 go\nC: .\nS: 554 no`).verdict).toBe('warn');
  });

  it('refers mail data behind a refused DATA to the check of that', () => {
    const trace = `${WAITED}+1s\nC: DATA\nS: 503 no\nC: Subject: x\nC: .\nS: 500 ?\nS: 500 ?`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', refersTo: 'no-content-after-data-refused' });
  });

  it('fails a chunk', () => {
    const list = WAITED.replace('S: 250 mx.example.com', 'S: 250-mx.example.com\nS: 250 CHUNKING');
    expect(judged(id, `${list}+1s\nC: BDAT 4 LAST\nC\\| ab\\r\\n\nS: 503 no`).verdict).toBe('fail');
  });

  it('refers what was sent in one packet to the check of pipelining', () => {
    const trace = `${greeted()}C: MAIL FROM:<a@b.example>\nC| RCPT TO:<c@d.example>\nC| DATA\nC| Subject: x\nC| .\nS: 250 OK\nS: 550 no\nS: 503 no\nS: 500 ?\nS: 500 ?`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', refersTo: 'no-pipelining-unless-advertised' });
  });

  it('does not apply to a DATA that had come along in the group', () => {
    expect(judged(id, `${GROUP}C: Subject: x\nC: .\nS: 554 no`).verdict).toBe('not-applicable');
  });

  it('has no occasion when one recipient was accepted', () => {
    const trace = `${WAITED}C: RCPT TO:<e@d.example>\nS: 250 OK\nC: DATA\nS: 354 go\nC: Subject: x\nC: .\nS: 250 OK`;
    expect(judged(id, trace).verdict).toBe('not-applicable');
  });

  it('is inconclusive when nothing came before the record ended', () => {
    expect(judged(id, WAITED).verdict).toBe('inconclusive');
  });
});
