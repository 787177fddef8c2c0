import { greeted, judged, type TrialOptions } from '../support';

type Wish = 'none' | 'if-offered' | 'required' | 'implicit';
const wish = (tls: Wish): TrialOptions => ({ submissions: [{ tls }] });
const offered = greeted('STARTTLS');
const started = `${offered}C: STARTTLS\nS: 220 go\n`;
const secured = `${started}TLS secured\n`;
const hello = 'C: EHLO client.example\nS: 250 mx.example.com\n';
const mail = 'C: MAIL FROM:<sender@client.example>\nS: 250 ok\n';
const quit = 'C: QUIT\nS: 221 bye\n';

describe('tls-insufficient-quit', () => {
  const id = 'tls-insufficient-quit';
  const shown = (certificate: string, more: TrialOptions = {}): TrialOptions => ({
    ...more,
    scenario: { servers: [{ tls: { certificate } }] },
  });

  it('passes QUIT, an alert, and leaving right after the handshake', () => {
    expect(judged(id, secured + quit, shown('expired')).verdict).toBe('pass');
    expect(judged(id, `${started}TLS failed alert unknown ca\nC- FIN`, shown('unknown-ca')).verdict).toBe('pass');
    expect(judged(id, `${secured}C- FIN`, shown('self-signed')).verdict).toBe('pass');
  });

  it('only records an opportunistic client and a relay, which verify nothing', () => {
    expect(judged(id, secured + hello + mail, shown('expired', wish('if-offered'))).verdict).toBe('observed');
    expect(judged(id, secured + hello + mail, shown('expired', wish('required'))).verdict).toBe('observed');
  });

  it('warns about mail from a submission client that was told to require TLS', () => {
    const verdict = judged(id, secured + hello + mail, shown('expired', { ...wish('required'), role: 'submission' }));
    expect(verdict).toMatchObject({
      verdict: 'warn',
      evidence: [{ text: 'C: MAIL FROM:<sender@client.example>' }, {}],
    });
    expect(verdict.reason).toMatch(/^Shown an expired certificate, it went on with MAIL/);
  });

  it('does not apply to a certificate that suffices', () => {
    expect(judged(id, secured + hello + mail, shown('valid', wish('required'))).verdict).toBe('not-applicable');
    expect(judged(id, secured + hello + mail).verdict).toBe('not-applicable');
  });

  it('proves nothing when the record ends with the handshake', () => {
    expect(judged(id, secured, shown('expired')).verdict).toBe('inconclusive');
  });
});

describe('530-must-starttls', () => {
  const id = '530-must-starttls';
  const refused = `${offered}C: MAIL FROM:<sender@client.example>\nS: 530 5.7.0 TLS first\n`;

  it('passes STARTTLS, QUIT and leaving', () => {
    expect(judged(id, `${refused}C: STARTTLS\nS: 220 go\nTLS secured`).verdict).toBe('pass');
    expect(judged(id, refused + quit).verdict).toBe('pass');
    expect(judged(id, `${refused}C- FIN`).verdict).toBe('pass');
  });

  it('warns about mail data all the same', () => {
    const text = `${refused}C: RCPT TO:<user@example.com>\nS: 530 no\nC: DATA\nS: 354 go\nC: x\nC: .\nS: 530 no`;
    expect(judged(id, text).verdict).toBe('warn');
    const astray = `${refused}C: RCPT TO:<user@example.com>\nS: 530 no\nC: DATA\nS: 530 no\nC: Subject: x\nS: 500 ?\nC: .\nS: 500 ?`;
    expect(judged(id, astray).verdict).toBe('warn');
  });

  it('proves nothing when the record ends there, and does not apply inside TLS', () => {
    expect(judged(id, refused).verdict).toBe('inconclusive');
    expect(judged(id, `${secured}${hello}C: MAIL FROM:<a@b.example>\nS: 530 AUTH first\n${quit}`).verdict).toBe(
      'not-applicable',
    );
  });
});

describe('implicit-tls-465', () => {
  const id = 'implicit-tls-465';
  const port = '# connection 1 implicit-tls\n';

  it('passes a handshake that comes first, also where we listen in clear', () => {
    expect(judged(id, `${port}TLS secured\n${greeted()}`).verdict).toBe('pass');
    expect(judged(id, `${port}TLS failed no shared cipher\nC- FIN`).verdict).toBe('pass');
    expect(judged(id, 'S: 220 mx\nTLS client-hello\nC- FIN', wish('implicit')).verdict).toBe('pass');
  });

  it('fails octets in clear on either', () => {
    expect(judged(id, `${port}TLS failed wrong version number\nC- FIN`).verdict).toBe('fail');
    expect(judged(id, greeted(), wish('implicit')).verdict).toBe('fail');
  });

  it('proves nothing when nothing came, and does not apply to other ports', () => {
    const left = `${port}TLS failed the connection was closed during the handshake\nC- FIN`;
    expect(judged(id, left).verdict).toBe('inconclusive');
    expect(judged(id, greeted()).verdict).toBe('not-applicable');
  });
});
