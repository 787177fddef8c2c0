import { greeted, judged, type TrialOptions } from '../support';
import { later, session } from './sessions';

const wish = (tls: 'none' | 'if-offered' | 'required'): TrialOptions => ({ submissions: [{ tls }] });
const offered = greeted('STARTTLS');
const started = `${offered}C: STARTTLS\nS: 220 go\n`;
const mail = 'C: MAIL FROM:<sender@client.example>\nS: 250 ok\n';
const quit = 'C: QUIT\nS: 221 bye\n';

describe('starttls-454', () => {
  const id = 'starttls-454';
  const refused = `${offered}C: STARTTLS\nS: 454 TLS not available\n`;

  it('passes going on in clear where TLS is optional, and leaving where it is not', () => {
    expect(judged(id, refused + mail, wish('if-offered')).verdict).toBe('pass');
    expect(judged(id, refused + quit, wish('required')).verdict).toBe('pass');
    expect(judged(id, `${refused}C- FIN`, wish('required')).verdict).toBe('pass');
  });

  it('fails MAIL and AUTH in clear from a client that was told to require TLS', () => {
    const verdict = judged(id, refused + mail, wish('required'));
    expect(verdict).toMatchObject({
      verdict: 'fail',
      evidence: [{ text: 'C: MAIL FROM:<sender@client.example>' }, {}],
    });
    expect(verdict.reason).toContain('454 to STARTTLS it sent MAIL in clear');
    expect(judged(id, `${refused}C: AUTH PLAIN AAAA\nS: 235 ok`, wish('required')).verdict).toBe('fail');
  });

  it('lets a message through that waives TLS itself', () => {
    const waiving = session()
      .split('\n')
      .slice(3)
      .join('\n')
      .replace('C: Message-ID', 'C: TLS-Required: No\nC: Message-ID');
    expect(judged(id, refused + waiving, wish('required')).verdict).toBe('pass');
  });

  it('only records a client whose policy is not known', () => {
    expect(judged(id, refused + mail, { submissions: [] }).verdict).toBe('observed');
  });

  it('proves nothing when the record ends there', () => {
    expect(judged(id, refused, wish('required')).verdict).toBe('inconclusive');
  });
});

describe('starttls-handshake-fail', () => {
  const id = 'starttls-handshake-fail';
  const failed = `${started}TLS failed unsupported protocol\n`;

  it('passes a client that leaves, whatever it tries on a new connection', () => {
    expect(judged(id, `${failed}C- FIN\n${later('1s', 2, session())}`).verdict).toBe('pass');
  });

  it('warns about a command in clear on the same connection', () => {
    const verdict = judged(id, `${failed}S! next commands\nC: MAIL FROM:<sender@client.example>\nS: 250 ok`);
    expect(verdict).toMatchObject({
      verdict: 'warn',
      evidence: [{ text: 'C: MAIL FROM:<sender@client.example>' }, {}],
    });
  });

  it('does not apply where plaintext came instead of a handshake', () => {
    expect(judged(id, `${started}TLS failed wrong version number\nC- FIN`).verdict).toBe('not-applicable');
  });

  it('proves nothing when the record ends there', () => {
    expect(judged(id, failed).verdict).toBe('inconclusive');
  });
});

describe('starttls-response-injection', () => {
  const id = 'starttls-response-injection';
  const forged = `${started}S? 250-forged.example\nS? 250 AUTH XCANARY\nTLS secured\n`;
  const list = 'S: 250-mx.example.com\nS: 250 AUTH PLAIN\n';

  it('passes a client that waits for the true reply, or gives up', () => {
    expect(judged(id, `${forged}C: EHLO client.example\nS! hold 3s\n${list}${mail}`).verdict).toBe('pass');
    expect(judged(id, `${forged}C- FIN`).verdict).toBe('pass');
    expect(judged(id, `${started}S? 250 forged\nTLS failed bad record\nC- FIN`).verdict).toBe('pass');
  });

  it('fails one that goes on before it, although the forged reply was our doing', () => {
    const early = `${forged}C: EHLO client.example\nS! hold 3s\nC: MAIL FROM:<sender@client.example>\n${list}S: 250 ok`;
    const verdict = judged(id, early);
    expect(verdict).toMatchObject({
      verdict: 'fail',
      evidence: [{ text: 'C: MAIL FROM:<sender@client.example>' }, {}, {}],
    });
  });

  it('fails one that uses the forged mechanism', () => {
    const used = `${forged}C: EHLO client.example\nS! hold 3s\n${list}C: AUTH XCANARY AAAA\nS: 504 no`;
    expect(judged(id, used)).toMatchObject({ verdict: 'fail' });
  });

  it('knows the box of the path that forges', () => {
    const path = [{ box: 'starttls-response-injection', options: { octets: '250 AUTH XCANARY\r\n' } }];
    const behind: TrialOptions = { scenario: { servers: [{ path }] } };
    const clean = `${started}TLS secured\nC: EHLO client.example\nS! hold 3s\n${list}`;
    expect(judged(id, clean + mail, behind).verdict).toBe('pass');
    expect(judged(id, `${clean}C: AUTH XCANARY AAAA\nS: 504 no`, behind).verdict).toBe('fail');
    expect(judged(id, clean + mail).verdict).toBe('not-applicable');
  });

  it('proves nothing when the true reply was not held back', () => {
    expect(judged(id, `${forged}C: EHLO client.example\n${list}${mail}`).verdict).toBe('inconclusive');
  });
});
