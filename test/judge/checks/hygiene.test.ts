import { greeted, judged, withRecipient } from '../support';
import { later, session } from './sessions';

const mail = 'C: MAIL FROM:<sender@client.example>\nS: 250 ok\n';
const quit = 'C: QUIT\nS: 221 bye\n';

describe('vrfy-expn-not-probed', () => {
  const id = 'vrfy-expn-not-probed';

  it('passes an offer that is left alone', () => {
    expect(judged(id, greeted('VRFY') + mail).verdict).toBe('pass');
  });

  it('warns about a probe before any mail', () => {
    const verdict = judged(id, `S: 220 mx\nC: VRFY postmaster\nS: 252 maybe\nC: EXPN staff\nS: 502 no`);
    expect(verdict).toMatchObject({
      verdict: 'warn',
      evidence: [{ text: 'C: VRFY postmaster' }, { text: 'C: EXPN staff' }],
    });
    expect(verdict.reason).toBe('It sent VRFY before any mail, without a hello, and 1 more like it.');
  });

  it('only records it behind mail, and does not apply where nothing tempts', () => {
    expect(judged(id, `${greeted()}${mail}C: VRFY a\nS: 252 maybe`).verdict).toBe('observed');
    expect(judged(id, greeted() + mail).verdict).toBe('not-applicable');
  });
});

describe('no-invented-verbs', () => {
  const id = 'no-invented-verbs';

  it('passes verbs that are registered or offered', () => {
    expect(judged(id, greeted() + mail + quit).verdict).toBe('pass');
    expect(judged(id, `${greeted('XADR')}C: XADR\nS: 250 ok\nC: SAML FROM:<a@b.example>\nS: 502 no`).verdict).toBe(
      'pass',
    );
  });

  it('fails any other', () => {
    const verdict = judged(id, `${greeted()}C: XYZZY now\nS: 500 ?\n${quit}`);
    expect(verdict).toMatchObject({ verdict: 'fail', evidence: [{ text: 'C: XYZZY now' }] });
  });

  it('does not count the lines of mail data gone astray (trap 10)', () => {
    const astray = `${withRecipient()}C: DATA\nS: 554 no\nC: Subject: x\nS: 500 ?\nC: \nS: 500 ?\nC: XYZZY\nS: 500 ?\nC: .\nS: 500 ?\n${quit}`;
    expect(judged(id, astray).verdict).toBe('pass');
  });

  it('does not take a password behind a refused AUTH for a verb', () => {
    const late = `${greeted('AUTH PLAIN')}C: AUTH LOGIN\nS: 504 no\nC: c2VjcmV0\nS: 500 ?\n${quit}`;
    expect(judged(id, late).verdict).toBe('pass');
  });

  it('leaves XCLIENT to its own gate, and does not apply to a web client', () => {
    const gate = `${greeted()}C: XCLIENT ADDR=192.0.2.7\nS: 502 no\n`;
    expect(judged(id, gate)).toMatchObject({ verdict: 'fail', refersTo: 'xclient-xforward-gate' });
    expect(judged(id, 'S: 220 mx\nC: GET / HTTP/1.1\nS: 500 ?\nC: Host: x\nS: 500 ?').verdict).toBe('not-applicable');
  });

  it('proves nothing after octets of ours that are no reply', () => {
    expect(judged(id, `${greeted()}C: NOOP\nS\\: what?\\r\\n\nC: XYZZY\nS: 500 ?`).verdict).toBe('inconclusive');
  });
});

describe('no-http-or-proxy', () => {
  const id = 'no-http-or-proxy';

  it.each(['GET / HTTP/1.1', 'POST /x HTTP/1.0', 'CONNECT mx.example.com:25', 'PROXY TCP4 192.0.2.7 192.0.2.8 1 25'])(
    'records %s',
    (line) => {
      expect(judged(id, `S: 220 mx\nC: ${line}\nS: 500 ?`).verdict).toBe('observed');
    },
  );

  it('records one that came before we had closed on it', () => {
    expect(judged(id, 'S: 554 no\nS- FIN\nC: GET / HTTP/1.1\nC- FIN').verdict).toBe('observed');
  });

  it('has no occasion in mail', () => {
    expect(judged(id, greeted() + mail + quit).verdict).toBe('not-applicable');
    expect(judged(id, `${greeted()}C: GET\nS: 500 ?`).verdict).toBe('not-applicable');
  });
});

describe('xclient-xforward-gate', () => {
  const id = 'xclient-xforward-gate';
  const used = 'C: XFORWARD NAME=x\nS: 250 ok\n';

  it('passes one that was offered', () => {
    expect(judged(id, greeted('XFORWARD NAME ADDR') + used).verdict).toBe('pass');
  });

  it('warns about one that was not', () => {
    expect(judged(id, greeted('XCLIENT') + used)).toMatchObject({
      verdict: 'warn',
      evidence: [{ text: 'C: XFORWARD NAME=x' }],
    });
  });

  it('does not apply without either', () => {
    expect(judged(id, greeted() + mail).verdict).toBe('not-applicable');
  });
});

describe('trailing-junk-after-quit', () => {
  const id = 'trailing-junk-after-quit';

  it('passes QUIT with nothing behind it', () => {
    expect(judged(id, greeted() + quit).verdict).toBe('pass');
  });

  it('warns about octets behind it, read or not', () => {
    const verdict = judged(id, `${greeted()}C: QUIT\nC| NOOP\nS: 221 bye`);
    expect(verdict).toMatchObject({ verdict: 'warn', reason: '6 octets came after QUIT.' });
    expect(judged(id, `${greeted()}C: QUIT\nS: 221 bye\nS! next continue\nC: NOOP\nS: 250 ok`).verdict).toBe('warn');
  });

  it('does not apply to a QUIT that was refused or left alone', () => {
    expect(judged(id, `${greeted()}C: QUIT\nS: 500 no\nS! next continue\nC: QUIT\nS: 500 no`).verdict).toBe(
      'not-applicable',
    );
    expect(judged(id, `${greeted()}C: QUIT\nS! ignore\nC: QUIT\nS! ignore\nC- FIN`).verdict).toBe('not-applicable');
  });
});

describe('ehlo-consistency', () => {
  const id = 'ehlo-consistency';
  const other = session().replace('EHLO client.example', 'EHLO other.example');

  it('passes one name in all sessions, in any case of letters, and in HELO too', () => {
    expect(judged(id, session() + later('1s', 2, session().replace('EHLO client', 'HELO Client'))).verdict).toBe(
      'pass',
    );
  });

  it('warns about another name, in another session or after STARTTLS', () => {
    const verdict = judged(id, session() + later('1s', 2, other));
    expect(verdict).toMatchObject({
      verdict: 'warn',
      evidence: [{ connection: 2, text: 'C: EHLO other.example' }, { connection: 1 }],
    });
    const inside = `${greeted('STARTTLS')}C: STARTTLS\nS: 220 go\nTLS secured\nC: EHLO other.example\nS: 250 mx`;
    expect(judged(id, inside).verdict).toBe('warn');
  });

  it('does not compare hosts with each other, nor one hello with itself', () => {
    expect(judged(id, session() + later('1s', 2, other, 'from 192.0.2.8:1')).verdict).toBe('not-applicable');
    expect(judged(id, session()).verdict).toBe('not-applicable');
  });
});
