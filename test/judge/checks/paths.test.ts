import { greeted, judged, withRecipient } from '../support';

function mail(line: string, ...keywords: readonly string[]): string {
  return `${greeted(...keywords)}C: ${line}\nS: 250 OK`;
}

function rcpt(line: string, ...keywords: readonly string[]): string {
  return `${mail('MAIL FROM:<a@b.example>', ...keywords)}\nC: ${line}\nS: 250 OK`;
}

describe('mail-syntax', () => {
  const id = 'mail-syntax';

  it.each([
    'MAIL FROM:<a@b.example>',
    'mail from:<A.b+c@[192.0.2.1]>',
    'MAIL FROM:<>',
    'MAIL FROM:<"a b"@b.example> SIZE=5 BODY=8BITMIME',
  ])('passes %s', (line) => {
    expect(judged(id, mail(line)).verdict).toBe('pass');
  });

  it.each([
    ['MAIL FROM: <a@b.example>', 'MAIL has a blank at the colon (FROM: ).'],
    ['MAIL FROM:a@b.example', 'MAIL has a path without brackets (a@b.example).'],
    ['MAIL FROM:Joe <a@b.example>', 'MAIL has a display name before the path (Joe).'],
    ['MAIL a@b.example', 'MAIL has no FROM (a@b.example) (and 1 occasion more).'],
    ['MAIL FROM:<a b@b.example>', 'MAIL has a malformed local-part (a b).'],
    ['MAIL FROM:<root>', 'MAIL has an address without a domain (root).'],
    ['MAIL FROM:<a@b.example> =', 'MAIL has a malformed parameter (=).'],
  ])('fails %s', (line, reason) => {
    expect(judged(id, mail(line))).toMatchObject({ verdict: 'fail', reason });
  });

  it('fails a control character', () => {
    expect(judged(id, `${greeted()}C\\: MAIL FROM:<a\\x01@b.example>\\r\\n\nS: 250 OK`).verdict).toBe('fail');
  });

  it('only warns about a source route', () => {
    expect(judged(id, mail('MAIL FROM:<@x.example:a@b.example>')).verdict).toBe('warn');
  });

  it.each([
    ['MAIL FROM:<j\xf6rg@b.example>', 'smtputf8-gate'],
    ['MAIL FROM:<a@b.example> SIZE=many', 'mail-size-declared'],
    ['MAIL FROM:<a@b.example> RET=', 'dsn-params'],
  ])('judges %s under %s in the first place', (line, refersTo) => {
    expect(judged(id, mail(line, 'SIZE', 'DSN'))).toMatchObject({ verdict: 'fail', refersTo });
  });

  it('fails a blank too many behind the verb', () => {
    expect(judged(id, mail('MAIL  FROM:<a@b.example>')).verdict).toBe('fail');
  });

  it('passes octets above 127 that SMTPUTF8 covers', () => {
    expect(judged(id, mail('MAIL FROM:<j\xc3\xb6rg@b.example> SMTPUTF8', 'SMTPUTF8')).verdict).toBe('pass');
  });

  it('has no occasion without MAIL', () => {
    expect(judged(id, greeted()).verdict).toBe('not-applicable');
  });
});

describe('rcpt-syntax', () => {
  const id = 'rcpt-syntax';

  it('passes what the grammar allows', () => {
    expect(judged(id, rcpt('RCPT TO:<Postmaster>')).verdict).toBe('pass');
    expect(judged(id, rcpt('RCPT TO:<a@b.example> NOTIFY=NEVER', 'DSN')).verdict).toBe('pass');
  });

  it.each([
    'RCPT TO: <a@b.example>',
    'RCPT TO:a@b.example',
    'RCPT TO:<a@b.example>,<c@d.example>',
    'RCPT TO:<a@b.example> <c@d.example>',
    'RCPT TO:<>',
  ])('fails %s', (line) => {
    expect(judged(id, rcpt(line)).verdict).toBe('fail');
  });

  it('only warns about a source route', () => {
    expect(judged(id, rcpt('RCPT TO:<@x.example:a@b.example>')).verdict).toBe('warn');
  });

  it('judges a missing domain under rcpt-postmaster', () => {
    expect(judged(id, rcpt('RCPT TO:<joe>'))).toMatchObject({ verdict: 'fail', refersTo: 'rcpt-postmaster' });
  });
});

describe('rcpt-postmaster', () => {
  const id = 'rcpt-postmaster';

  it('lets a bare Postmaster pass in any letter case', () => {
    expect(judged(id, rcpt('RCPT TO:<PostMaster>'))).toMatchObject({
      verdict: 'not-applicable',
      reason: 'A bare Postmaster is legal.',
    });
  });

  it('fails any other recipient without a domain', () => {
    expect(judged(id, rcpt('RCPT TO:<joe>'))).toMatchObject({ verdict: 'fail', reason: '<joe> has no domain.' });
  });

  it('has no occasion where all have domains', () => {
    expect(judged(id, withRecipient()).verdict).toBe('not-applicable');
  });
});

describe('rcpt-duplicate', () => {
  const id = 'rcpt-duplicate';

  it('passes recipients that differ, if only in the case of the local-part', () => {
    expect(judged(id, `${rcpt('RCPT TO:<a@b.example>')}\nC: RCPT TO:<A@b.example>\nS: 250 OK`).verdict).toBe('pass');
  });

  it('warns about the same mailbox twice, whatever the case of its domain', () => {
    const verdict = judged(id, `${rcpt('RCPT TO:<a@b.example>')}\nC: RCPT TO:<a@B.Example>\nS: 250 OK`);
    expect(verdict).toMatchObject({
      verdict: 'warn',
      reason: '1 of 2 recipients had been named before in the transaction.',
    });
  });

  it('has no occasion with a single recipient, or in two transactions', () => {
    expect(judged(id, rcpt('RCPT TO:<a@b.example>')).verdict).toBe('not-applicable');
    const twice = `${rcpt('RCPT TO:<a@b.example>')}\nC: RSET\nS: 250 OK\n${rcpt('RCPT TO:<a@b.example>').split('\n').slice(-4).join('\n')}`;
    expect(judged(id, twice).verdict).toBe('not-applicable');
  });
});

describe('envelope-case-preserved', () => {
  const id = 'envelope-case-preserved';
  const mixed = { submissions: [{ from: 'SenDer@client.example', to: ['UsEr@example.com'] }] };
  const session = (from: string, to: string): string =>
    `${greeted()}C: MAIL FROM:<${from}>\nS: 250 OK\nC: RCPT TO:<${to}>\nS: 250 OK`;

  it('passes local-parts as submitted, whatever the case of the domain', () => {
    expect(judged(id, session('SenDer@client.example', 'UsEr@EXAMPLE.com'), mixed).verdict).toBe('pass');
  });

  it('fails a local-part in small letters', () => {
    expect(judged(id, session('SenDer@client.example', 'user@example.com'), mixed)).toMatchObject({
      verdict: 'fail',
      reason: '<UsEr@example.com> arrived as <user@example.com>.',
    });
  });

  it('has no occasion where there was no case to lose, but sees one gained', () => {
    expect(judged(id, session('sender@client.example', 'user@example.com')).verdict).toBe('not-applicable');
    expect(judged(id, session('sender@client.example', 'USER@example.com')).verdict).toBe('fail');
  });
});

describe('address-no-crlf-injection', () => {
  const id = 'address-no-crlf-injection';
  const poisoned = { submissions: [{ to: ['user@example.com>\r\nRCPT TO:<evil@example.net'] }] };

  it('fails when what stood behind the line break is a command', () => {
    const trace = `${withRecipient()}C: RCPT TO:<evil@example.net>\nS: 250 OK`;
    const verdict = judged(id, trace, poisoned);
    expect(verdict.verdict).toBe('fail');
    expect(verdict.evidence[0]?.text).toBe('C: RCPT TO:<evil@example.net>');
  });

  it('fails letters whose low octets are a line end', () => {
    const folding = { submissions: [{ to: ['user\u010d\u010aXCANARY\u010d\u010a@example.com'] }] };
    const trace = `${greeted()}C: MAIL FROM:<a@b.example>\nS: 250 OK\nC: RCPT TO:<user\nC: XCANARY\nS: 501 ?\nS: 500 ?`;
    expect(judged(id, trace, folding).verdict).toBe('fail');
    expect(judged(id, withRecipient(), folding).verdict).toBe('pass');
  });

  it('fails a bare LF in the middle of a line as well', () => {
    const trace = `${withRecipient()}C\\: RCPT TO:<user@example.com>\\nRCPT TO:<evil@example.net>\\r\\n\nS: 250 OK`;
    expect(judged(id, trace, { submissions: [{ to: ['user@example.com>\nRCPT TO:<evil@example.net'] }] }).verdict).toBe(
      'fail',
    );
  });

  it('passes when it became nothing, or the client refused it', () => {
    expect(judged(id, withRecipient(), poisoned).verdict).toBe('pass');
    expect(judged(id, greeted(), poisoned).verdict).toBe('pass');
  });

  it('does not apply to harmless addresses', () => {
    expect(judged(id, withRecipient()).verdict).toBe('not-applicable');
  });
});
