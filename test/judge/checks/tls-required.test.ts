import { greeted, judged, type TrialOptions } from '../support';
import { bounceSession, later, session } from './sessions';

type Wish = 'none' | 'if-offered' | 'required' | 'implicit';
const wish = (tls: Wish): TrialOptions => ({ submissions: [{ tls }] });
const offered = greeted('STARTTLS');
const started = `${offered}C: STARTTLS\nS: 220 go\n`;
const secured = `${started}TLS secured\n`;
const hello = 'C: EHLO client.example\nS: 250 mx.example.com\n';
const mail = 'C: MAIL FROM:<sender@client.example>\nS: 250 ok\n';
const quit = 'C: QUIT\nS: 221 bye\n';

describe('stripping-detected', () => {
  const id = 'stripping-detected';
  const stripped = greeted('SIZE');

  it('passes a client that requires TLS and stops', () => {
    expect(judged(id, stripped + quit, wish('required')).verdict).toBe('pass');
    expect(judged(id, `${stripped}C- FIN`, wish('required')).verdict).toBe('pass');
  });

  it('fails its MAIL and its AUTH', () => {
    const verdict = judged(id, stripped + mail, wish('required'));
    expect(verdict).toMatchObject({
      verdict: 'fail',
      evidence: [{ text: 'C: MAIL FROM:<sender@client.example>' }, {}],
    });
    expect(judged(id, `${stripped}C: AUTH PLAIN AAAA\nS: 235 ok`, wish('required')).verdict).toBe('fail');
  });

  it('refers what followed a refused STARTTLS to the obligation that judges it', () => {
    const asked = `${stripped}C: STARTTLS\nS: 502 no\n${mail}`;
    expect(judged(id, asked, wish('required'))).toMatchObject({ verdict: 'fail', refersTo: 'starttls-454' });
  });

  it('only records an opportunistic client, and only where something was masked', () => {
    expect(judged(id, greeted('XXXXXXXA') + mail, wish('if-offered')).verdict).toBe('observed');
    expect(judged(id, stripped + mail, wish('if-offered')).verdict).toBe('not-applicable');
  });

  it('proves nothing when the record ends with the list', () => {
    expect(judged(id, stripped, wish('required')).verdict).toBe('inconclusive');
  });
});

describe('requiretls', () => {
  const id = 'requiretls';
  const asking = 'C: MAIL FROM:<sender@client.example> REQUIRETLS\nS: 250 ok\n';
  const inside = `${secured}C: EHLO client.example\nS: 250-mx.example.com\nS: 250 REQUIRETLS\n`;

  it('passes its use inside TLS that offers it', () => {
    expect(judged(id, inside + asking).verdict).toBe('pass');
  });

  it('fails it in clear, unoffered, and after a certificate that does not suffice', () => {
    expect(judged(id, greeted('REQUIRETLS') + asking).verdict).toBe('fail');
    expect(judged(id, secured + hello + asking)).toMatchObject({
      verdict: 'fail',
      refersTo: 'mail-params-only-if-advertised',
    });
    const shown = { scenario: { servers: [{ tls: { certificate: 'self-signed' } }] } };
    expect(judged(id, inside + asking, shown).verdict).toBe('fail');
  });

  it('fails a message that asked for it once and is sent without it later', () => {
    expect(judged(id, `${inside}${asking}${quit}${later('1s', 2, session())}`).verdict).toBe('fail');
  });

  it('does not apply to a client that never uses it', () => {
    expect(judged(id, inside + mail).verdict).toBe('not-applicable');
  });
});

describe('tls-required-no', () => {
  const id = 'tls-required-no';
  const failed = `${started}TLS failed no shared cipher\nC- FIN\n`;
  const waiving = session().replace('C: Message-ID', 'C: TLS-Required: No\nC: Message-ID');
  const declared: TrialOptions = { scenario: { expect: { obligations: [id] } } };

  it('passes a delivery in clear after TLS had failed', () => {
    expect(judged(id, failed + later('1s', 2, waiving)).verdict).toBe('pass');
  });

  it('warns when the message is returned, or kept back once more', () => {
    expect(judged(id, failed + later('1s', 2, bounceSession()), declared).verdict).toBe('warn');
    expect(judged(id, failed + later('5min', 2, failed), declared).verdict).toBe('warn');
  });

  it('only tells of a submission client that gave it back to its user: the header is for relays', () => {
    expect(judged(id, failed, { ...declared, role: 'submission' }).verdict).toBe('observed');
  });

  it('proves nothing when it only has not come yet', () => {
    expect(judged(id, failed, declared).verdict).toBe('inconclusive');
  });

  it('does not apply to another message, nor where TLS did not fail', () => {
    expect(judged(id, failed + later('1s', 2, session())).verdict).toBe('not-applicable');
    expect(judged(id, waiving, declared).verdict).toBe('not-applicable');
  });
});
