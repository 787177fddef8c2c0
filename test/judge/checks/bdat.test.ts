import { greeted, judged } from '../support';

function open(parameters = '', ...keywords: readonly string[]): string {
  return `${greeted(...keywords)}C: MAIL FROM:<a@b.example>${parameters}\nS: 250 OK\nC: RCPT TO:<c@d.example>\nS: 250 OK\n`;
}

describe('bdat-only-if-chunking', () => {
  const id = 'bdat-only-if-chunking';

  it('passes chunks that are offered and counted right', () => {
    const trace = `${open('', 'CHUNKING')}C: BDAT 4\nC\\| ab\\r\\n\nS: 250 OK\nC: BDAT 4 LAST\nC\\| cd\\r\\n\nS: 250 OK\nC: QUIT\nS: 221 bye`;
    expect(judged(id, trace)).toMatchObject({
      verdict: 'pass',
      reason: 'BDAT was offered, and the counts of 2 chunks were true.',
    });
  });

  it.each([
    [
      'BDAT unoffered',
      `${open()}C: BDAT 4 LAST\nC\\| ab\\r\\n\nS: 503 no`,
      'BDAT came although CHUNKING was not offered.',
    ],
    ['no count', `${open('', 'CHUNKING')}C: BDAT LAST\nS: 501 no`, 'BDAT came without a count of octets.'],
    [
      'too small a count',
      `${open('', 'CHUNKING')}C: BDAT 10 LAST\nC\\| Subject: x and more\\r\\n\nS: 250 OK\nS: 500 ?`,
      'Octets beyond the 10 announced came as commands.',
    ],
    [
      'DATA behind BDAT',
      `${open('', 'CHUNKING')}C: BDAT 4\nC\\| ab\\r\\n\nS: 250 OK\nC: DATA\nS: 503 no`,
      'DATA came in a transaction of BDAT.',
    ],
    [
      'DATA for binary mail data',
      `${open(' BODY=BINARYMIME', 'CHUNKING', 'BINARYMIME')}C: DATA\nS: 503 no`,
      'DATA came in a transaction of BODY=BINARYMIME.',
    ],
  ])('fails %s', (_, trace, reason) => {
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', reason });
  });

  it('fails bare LF in text chunks, under the check of those, and lets binary ones be', () => {
    const chunk = (parameters: string): string =>
      `${open(parameters, 'CHUNKING', 'BINARYMIME')}C: BDAT 3 LAST\nC\\| a\\nb\nS: 250 OK`;
    expect(judged(id, chunk(''))).toMatchObject({ verdict: 'fail', refersTo: 'no-bare-lf-cr' });
    expect(judged(id, chunk(' BODY=BINARYMIME')).verdict).toBe('pass');
  });

  it('does not apply to a client that uses DATA', () => {
    expect(judged(id, `${open('', 'CHUNKING')}C: DATA\nS: 354 go\nC: .\nS: 250 OK`).verdict).toBe('not-applicable');
  });
});

describe('bdat-failure-stops', () => {
  const id = 'bdat-failure-stops';
  const refused = `${open('', 'CHUNKING')}C: BDAT 4\nC\\| ab\\r\\n\nS: 452 full\n`;

  it.each(['RSET', 'QUIT'])('passes when %s follows', (verb) => {
    expect(judged(id, `${refused}C: ${verb}\nS: 250 OK`).verdict).toBe('pass');
  });

  it('fails another chunk', () => {
    expect(judged(id, `${refused}C: BDAT 4 LAST\nC\\| cd\\r\\n\nS: 503 no`)).toMatchObject({
      verdict: 'fail',
      reason: 'After 452 to a chunk it went on with BDAT.',
    });
  });

  it('exempts a chunk that was under way in the group', () => {
    const group = `${open('', 'CHUNKING', 'PIPELINING')}C: BDAT 4\nC\\| ab\\r\\n\nC| BDAT 4 LAST\nC\\| cd\\r\\n\nS: 452 full\nS: 503 no\nC: RSET\nS: 250 OK`;
    expect(judged(id, group).verdict).toBe('pass');
  });

  it('fails MAIL without RSET, under the check of the order', () => {
    expect(judged(id, `${refused}C: MAIL FROM:<a@b.example>\nS: 250 OK`)).toMatchObject({
      verdict: 'fail',
      refersTo: 'command-order',
    });
  });

  it('lets MAIL follow a refused last chunk, which has spent the transaction', () => {
    const last = refused.replace('BDAT 4', 'BDAT 4 LAST');
    expect(judged(id, `${last}C: MAIL FROM:<a@b.example>\nS: 250 OK`).verdict).toBe('pass');
  });

  it('is inconclusive when nothing came before the record ended', () => {
    expect(judged(id, refused).verdict).toBe('inconclusive');
  });

  it('does not apply to accepted chunks', () => {
    expect(judged(id, refused.replace('452 full', '250 OK')).verdict).toBe('not-applicable');
  });
});
