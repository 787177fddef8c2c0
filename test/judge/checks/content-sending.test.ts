import { greeted, judged, withRecipient } from '../support';

const heldRefusal = `
  C: DATA
  S! hold 3s
  S: 554 5.7.1 Refused
`;

describe('no-content-before-354', () => {
  const id = 'no-content-before-354';

  it('passes a client that waits for a held 354', () => {
    const verdict = judged(id, `${withRecipient()}C: DATA\n+3s\nS: 354 go\nC: Subject: x\nC: .\nS: 250 OK`);
    expect(verdict).toMatchObject({ verdict: 'pass', reason: 'It stayed quiet until the held reply to DATA.' });
  });

  it('fails content that comes during the hold, also where PIPELINING is offered', () => {
    const trace = `${withRecipient('PIPELINING')}
      C: DATA
      S! hold 3s
      C: Subject: x
      C: .
      S: 354 go
      S: 250 OK
    `;
    const verdict = judged(id, trace);
    expect(verdict.verdict).toBe('fail');
    expect(verdict.evidence[0]?.text).toMatch(/^C: \(mail data, 15 octets\)/);
    expect(verdict).not.toHaveProperty('refersTo');
  });

  it('is inconclusive when the 354 came at once (trap 1)', () => {
    const verdict = judged(id, `${withRecipient()}C: DATA\nS: 354 go\nC: Subject: x\nC: .\nS: 250 OK`);
    expect(verdict.verdict).toBe('inconclusive');
  });

  it('lets a held 354 on one connection decide for another without a hold', () => {
    const held = `${withRecipient()}C: DATA\n+2s\nS: 354 go\nC: .\nS: 250 OK\nC: QUIT\nS: 221 bye`;
    const quick = `# connection 2\n${withRecipient()}C: DATA\nS: 354 go\nC: .\nS: 250 OK`;
    expect(judged(id, `${held}\n${quick}`).verdict).toBe('pass');
  });

  it('refers data that ran into a refusal to the check of the refusal', () => {
    const trace = `${withRecipient()}C: DATA\nS! hold 3s\nC: Subject: x\nC: \nS: 554 no\nS: 500 ?\nS: 500 ?`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', refersTo: 'no-content-after-data-refused' });
  });

  it('does not take our silence for leave to send', () => {
    const trace = `${withRecipient()}C: DATA\nS! ignore\n+5s\nC: Subject: x\nS: 500 ?\nC: .\nS: 500 ?`;
    expect(judged(id, trace).verdict).toBe('fail');
  });

  it('cannot prove waiting while we were not reading', () => {
    const trace = `${withRecipient()}C: DATA\nS! deaf 3s\n+3s\nS: 354 go\nC: .\nS: 250 OK`;
    expect(judged(id, trace).verdict).toBe('inconclusive');
  });

  it('has no occasion without DATA', () => {
    expect(judged(id, withRecipient()).verdict).toBe('not-applicable');
  });
});

describe('no-content-after-data-refused', () => {
  const id = 'no-content-after-data-refused';

  it.each(['RSET\nS: 250 OK', 'QUIT\nS: 221 bye', 'MAIL FROM:<a@b.example>\nS: 250 OK'])(
    'passes when %s follows',
    (next) => {
      expect(judged(id, `${withRecipient()}C: DATA\nS: 503 no\nC: ${next}`).verdict).toBe('pass');
    },
  );

  it('passes a client that just leaves: closing without QUIT is another obligation', () => {
    expect(judged(id, `${withRecipient()}C: DATA\nS: 554 no\nC- FIN`).verdict).toBe('pass');
  });

  it('fails a spew once, with its verbs and its dot counted as text (trap 10)', () => {
    const trace = `${withRecipient()}${heldRefusal}
      C: Subject: Your Meds
      C|
      C| QUIT
      C| MAIL FROM:<x@y.example>
      C| .
      S: 500 Syntax error, command "Subject: Your Meds" unrecognized
      S: 500 Syntax error
      S: 500 Syntax error
      S! next continue
      S: 500 Syntax error
      S: 500 Syntax error
      C: QUIT
      S: 221 bye
    `;
    const verdict = judged(id, trace);
    expect(verdict.verdict).toBe('fail');
    expect(verdict.reason).toBe('5 lines of mail data came although DATA was refused.');
    expect(verdict.evidence.map(({ text }) => text)).toEqual(['C: Subject: Your Meds', 'S: 554 5.7.1 Refused']);
    expect(judged('mail-rejected-stops', trace).verdict).toBe('not-applicable');
  });

  it('fails a lone dot as well', () => {
    const verdict = judged(id, `${withRecipient()}${heldRefusal}C: .\nS: 500 ?`);
    expect(verdict).toMatchObject({
      verdict: 'fail',
      reason: '".", which is no command, came although DATA was refused.',
    });
  });

  it('sees data behind a 421 that we no longer took', () => {
    expect(judged(id, `${withRecipient()}C: DATA\nS: 421 closing\nC: Subject: x\nC- FIN`).verdict).toBe('fail');
  });

  it('does not take a QUIT behind a 421 for data', () => {
    expect(judged(id, `${withRecipient()}C: DATA\nS: 421 closing\nC: QUIT\nC- FIN`).verdict).toBe('pass');
  });

  it('is inconclusive when the record ends first', () => {
    expect(judged(id, `${withRecipient()}${heldRefusal}`).verdict).toBe('inconclusive');
  });

  it('never blames the client for a 354 that we sent unasked', () => {
    const trace = `${withRecipient()}S? 354 go\nC: DATA\nS: 503 no\nC: Subject: x\nS: 500 ?\nC: .\nS: 500 ?`;
    const verdict = judged(id, trace);
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.reason).toMatch(/but only after we sent "354 go" unasked/);
  });
});

describe('data-2xx-is-not-354', () => {
  const id = 'data-2xx-is-not-354';

  it('passes a client that resets', () => {
    expect(judged(id, `${withRecipient()}C: DATA\nS: 250 OK\nC: RSET\nS: 250 OK`).verdict).toBe('pass');
  });

  it('fails content sent as lines of commands', () => {
    const verdict = judged(id, `${withRecipient()}C: DATA\nS: 250 OK\nC: Subject: x\nS: 500 ?\nC: .\nS: 500 ?`);
    expect(verdict).toMatchObject({ verdict: 'fail', level: 'MUST' });
    expect(verdict.reason).toBe('2 lines of mail data came on the strength of 250.');
  });

  it('fails content that the odd server took', () => {
    const trace = `${withRecipient()}C: DATA\nS: 250 OK\nS! next content\nC: Subject: x\nC: .\nS: 250 OK`;
    expect(judged(id, trace).verdict).toBe('fail');
  });

  it('is inconclusive about data that did not wait for any reply', () => {
    const trace = `${withRecipient()}C: DATA\nC| Subject: x\nC| .\nS: 250 OK\nS: 500 ?\nS: 500 ?`;
    expect(judged(id, trace).verdict).toBe('inconclusive');
    expect(judged('no-content-before-354', trace).verdict).toBe('fail');
  });

  it('does not apply to a 354', () => {
    expect(judged(id, `${withRecipient()}C: DATA\nS: 354 go\nC: .\nS: 250 OK`).verdict).toBe('not-applicable');
  });
});

describe('pipeline-data-refused', () => {
  const id = 'pipeline-data-refused';
  const group = `${greeted('PIPELINING')}C: MAIL FROM:<a@b.example>\nC| RCPT TO:<c@d.example>\nC| DATA\nS: 250 OK\nS: 250 OK\nS: 554 no\n`;

  it.each(['RSET', 'QUIT'])('passes when %s follows the refused group', (verb) => {
    expect(judged(id, `${group}C: ${verb}\nS: 250 OK`).verdict).toBe('pass');
  });

  it('fails mail data, under the check of any refused DATA', () => {
    expect(judged(id, `${group}C: Subject: x\nC: .\nS: 500 ?\nS: 500 ?`)).toMatchObject({
      verdict: 'fail',
      reason: '2 lines of mail data came although the grouped DATA was refused.',
      refersTo: 'no-content-after-data-refused',
    });
  });

  it('is inconclusive when the record ends first', () => {
    expect(judged(id, group).verdict).toBe('inconclusive');
  });

  it('does not apply to DATA that came by itself', () => {
    expect(judged(id, `${withRecipient('PIPELINING')}+1s\nC: DATA\nS: 554 no\nC: QUIT\nS: 221 bye`).verdict).toBe(
      'not-applicable',
    );
  });
});

describe('data-no-args', () => {
  const id = 'data-no-args';

  it('passes verbs that stand alone', () => {
    expect(
      judged(id, `${withRecipient()}C: DATA\nS: 354 go\nC: .\nS: 250 OK\nC: RSET\nS: 250 OK\nC: QUIT\nS: 221 bye`)
        .verdict,
    ).toBe('pass');
  });

  it.each(['DATA now', 'RSET please', 'QUIT 0'])('fails %s', (line) => {
    const verdict = judged(id, `${withRecipient()}C: ${line}\nS: 501 no`);
    expect(verdict).toMatchObject({ verdict: 'fail' });
    expect(verdict.reason).toMatch(/ behind it\.$/);
  });

  it('only warns about a trailing blank', () => {
    expect(judged(id, `${withRecipient()}C\\: DATA \\r\\n\nS: 354 go`)).toMatchObject({
      verdict: 'warn',
      reason: 'A blank stood behind DATA.',
    });
  });

  it('has no occasion without one of them', () => {
    expect(judged(id, withRecipient()).verdict).toBe('not-applicable');
  });
});
