import { greeted, judged, withRecipient } from '../support';

/** Mail data in one read of exactly these octets. */
function data(octets: string): string {
  return `${withRecipient()}C: DATA\nS: 354 go\nC\\: ${octets}\nS: 250 OK\n`;
}

describe('no-bare-lf-cr', () => {
  const id = 'no-bare-lf-cr';

  it('passes proper line ends', () => {
    expect(judged(id, data('Subject: x\\r\\n\\r\\ntext\\r\\n.\\r\\n'))).toMatchObject({
      verdict: 'pass',
      reason: 'No CR or LF stood alone in its commands and 23 octets of mail data.',
    });
  });

  it.each([
    ['LF', 'one\\ntwo\\r\\n.\\r\\n', 'The mail data have 1 bare LF and 0 bare CR, the first at octet 3.'],
    ['CR', 'one\\r\\ntwo\\rthree\\r\\n.\\r\\n', 'The mail data have 0 bare LF and 1 bare CR, the first at octet 8.'],
  ])('fails a bare %s in mail data', (_, octets, reason) => {
    expect(judged(id, data(octets))).toMatchObject({ verdict: 'fail', reason });
  });

  it('fails a bare LF within a command line', () => {
    const verdict = judged(
      id,
      `${greeted()}C\\: NOOP a\\nb\\r\\n\nS: 250 OK`.replace(
        'S: 220',
        'S! note config-changed line-endings crlf\nS: 220',
      ),
    );
    expect(verdict).toMatchObject({
      verdict: 'fail',
      reason: 'A bare LF stands within a command line, at octet 6.',
    });
  });

  it('fails a command line that ends with LF alone', () => {
    expect(judged(id, `${greeted()}C\\: NOOP\\n\nS: 250 OK`)).toMatchObject({
      verdict: 'fail',
      reason: 'A command line ends with LF alone.',
    });
  });

  it('sees one that a strict reader never took', () => {
    const strict = 'S! note config-changed line-endings crlf\nS: 220 mx\nC\\: EHLO a.example\\n\n+5s\nC- FIN';
    expect(judged(id, strict)).toMatchObject({
      verdict: 'fail',
      reason: 'A command that ends with LF alone came and was never taken.',
    });
  });

  it('lets binary chunks have any octets', () => {
    const chunk = (body: string): string =>
      `${greeted('CHUNKING', 'BINARYMIME')}C: MAIL FROM:<a@b.example>${body}\nS: 250 OK\nC: RCPT TO:<c@d.example>\nS: 250 OK\nC: BDAT 3 LAST\nC\\| a\\nb\nS: 250 OK`;
    expect(judged(id, chunk(' BODY=BINARYMIME')).verdict).toBe('pass');
    expect(judged(id, chunk('')).verdict).toBe('fail');
  });

  it('holds nothing of ours against it: a silence excuses no bare LF', () => {
    const trace = `${greeted()}C: NOOP\nS! ignore\n+300s\nC\\: NOOP\\n\nS: 250 OK`;
    expect(judged(id, trace).verdict).toBe('fail');
  });

  it('has no occasion without a word of the client', () => {
    expect(judged(id, 'S: 220 mx\nC- FIN').verdict).toBe('not-applicable');
  });
});

describe('no-smuggling-sequences', () => {
  const id = 'no-smuggling-sequences';
  const asked = { submissions: [{ content: 'smuggling' }] };

  it.each([
    ['LF.CRLF', 'text\\n.\\r\\nMAIL FROM:<x@y.example>\\r\\n.\\r\\n'],
    ['LF.LF', 'text\\n.\\nMAIL FROM:<x@y.example>\\r\\n.\\r\\n'],
    ['CR.CRLF', 'text\\r.\\r\\nMAIL FROM:<x@y.example>\\r\\n.\\r\\n'],
    ['CRLF.LF', 'text\\r\\n.\\nMAIL FROM:<x@y.example>\\r\\n.\\r\\n'],
  ])('fails %s, a matter of bare CR and LF in the first place', (_, octets) => {
    expect(judged(id, data(octets))).toMatchObject({ verdict: 'fail', refersTo: 'no-bare-lf-cr' });
  });

  it('fails CRLF NUL dot CRLF by itself', () => {
    const verdict = judged(id, data('text\\r\\n\\x00.\\r\\nMAIL FROM:<x@y.example>\\r\\n.\\r\\n'));
    expect(verdict.verdict).toBe('fail');
    expect(verdict).not.toHaveProperty('refersTo');
  });

  it('passes such a message with proper line ends and stuffed dots', () => {
    const trace = data(
      'Message-ID: <1@client.example>\\r\\n\\r\\ntext\\r\\n..\\r\\nMAIL FROM:<x@y.example>\\r\\n.\\r\\n',
    );
    expect(judged(id, trace, asked).verdict).toBe('pass');
  });

  it('passes a client that refuses to send it, and is inconclusive when nothing came', () => {
    const outcomes = [{ submission: 1, recipient: null, outcome: 'refused' as const, text: '' }];
    expect(judged(id, greeted(), { ...asked, outcomes }).verdict).toBe('pass');
    expect(judged(id, greeted(), asked).verdict).toBe('inconclusive');
  });

  it('does not apply to a message without such sequences', () => {
    expect(judged(id, data('text\\r\\n.\\r\\n')).verdict).toBe('not-applicable');
  });
});

describe('headers-control-chars', () => {
  const id = 'headers-control-chars';

  it('passes blanks, tabs and line ends', () => {
    expect(judged(id, data('X:\\ta b\\r\\n.\\r\\n'))).toMatchObject({
      verdict: 'pass',
      reason: 'The 8 octets of mail data have no control characters.',
    });
  });

  it('warns about a bell, and about NUL', () => {
    expect(judged(id, data('X: \\x07\\r\\n.\\r\\n'))).toMatchObject({
      verdict: 'warn',
      reason: 'The mail data have the control character 0x07 at octet 3.',
    });
    expect(judged(id, data('X: \\x00\\r\\n.\\r\\n')).verdict).toBe('warn');
  });

  it('makes more of it in a strict run', () => {
    expect(judged(id, data('X: \\x00\\r\\n.\\r\\n'), { strict: true }).verdict).toBe('fail');
  });

  it('is inconclusive when the trace did not keep the octets', () => {
    expect(judged(id, `${withRecipient()}C: DATA\nS: 354 go\nC~ 500\nC\\: \\r\\n.\\r\\n\nS: 250 OK`).verdict).toBe(
      'inconclusive',
    );
  });

  it('has no occasion in empty mail data', () => {
    expect(judged(id, data('.\\r\\n')).verdict).toBe('not-applicable');
  });
});
