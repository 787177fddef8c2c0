import { judgeTrial } from '../../../src/judge/judge';
import type { TraceEvent } from '../../../src/wire/trace-event';
import { greeted, judged, trial, type TrialOptions } from '../support';
import { later } from './sessions';

const wish = (tls: 'none' | 'if-offered' | 'required'): TrialOptions => ({ submissions: [{ tls }] });
const offered = greeted('STARTTLS');
const started = `${offered}C: STARTTLS\nS: 220 go\n`;
const secured = `${started}TLS secured TLSv1.3 TLS_AES_256_GCM_SHA384\n`;
const hello = 'C: EHLO client.example\nS: 250 mx.example.com\n';
const mail = 'C: MAIL FROM:<sender@client.example>\nS: 250 ok\n';
const quit = 'C: QUIT\nS: 221 bye\n';

/** The same session as a path shows it that took STARTTLS out of the list. */
function judgedBehindStrip(obligation: string, text: string, options: TrialOptions = {}): string | undefined {
  const record = trial(text, options);
  const traces = record.traces.map((trace) => ({
    ...trace,
    events: trace.events.flatMap((event): readonly TraceEvent[] => {
      if (event.type !== 'reply') return [event];
      const octets = Buffer.from(event.octets.replace('250 STARTTLS', '250 HELP'), 'latin1');
      const sent = { type: 'sent', layer: 'wire', seq: event.seq + 0.5, at: event.at, offset: event.offset } as const;
      return [event, { ...sent, length: octets.length, octets }];
    }),
  }));
  const { verdicts } = judgeTrial({ ...record, traces }, { rfc: 5321 });
  return verdicts.find((verdict) => verdict.obligation === obligation)?.verdict;
}

describe('starttls-used-if-offered', () => {
  const id = 'starttls-used-if-offered';

  it('records its use', () => {
    expect(judged(id, secured + hello + quit).verdict).toBe('observed');
  });

  it('warns about MAIL in clear', () => {
    const verdict = judged(id, offered + mail, wish('if-offered'));
    expect(verdict).toMatchObject({ verdict: 'warn', evidence: [{ text: 'C: MAIL FROM:<sender@client.example>' }] });
  });

  it('does not ask it of a client that was told to do without, nor after TLS had failed', () => {
    expect(judged(id, offered + mail, wish('none')).verdict).toBe('not-applicable');
    const failed = `${started}TLS failed unsupported protocol\nC- FIN\n`;
    expect(judged(id, failed + later('1s', 2, offered + mail), wish('if-offered')).verdict).toBe('observed');
    const left = `${started}TLS secured\nC- FIN\n`;
    expect(judged(id, left + later('1s', 2, offered + mail), wish('if-offered')).verdict).toBe('observed');
    const reset = `${offered}C: STARTTLS\nS: 220 go\nS! next plain\nS- RST\n`;
    expect(judged(id, reset + later('1s', 2, offered + mail), wish('if-offered')).verdict).toBe('observed');
  });

  it('does not ask it where a box of the path had taken the offer out', () => {
    expect(judgedBehindStrip(id, offered + mail, wish('if-offered'))).toBe('not-applicable');
  });
});

describe('starttls-not-if-not-offered', () => {
  const id = 'starttls-not-if-not-offered';
  const unasked = `${greeted()}C: STARTTLS\nS: 502 no\n`;

  it('passes where it was offered, and where it was not sent', () => {
    expect(judged(id, secured).verdict).toBe('pass');
    expect(judged(id, greeted() + mail).verdict).toBe('pass');
  });

  it('fails STARTTLS that was not offered', () => {
    const verdict = judged(id, unasked, wish('if-offered'));
    expect(verdict).toMatchObject({ verdict: 'fail', evidence: [{ text: 'C: STARTTLS' }, {}] });
    expect(judged(id, 'S: 220 mx\nC: STARTTLS\nS: 220 go\nTLS secured', wish('if-offered')).verdict).toBe('fail');
  });

  it('warns a client that was told to require TLS', () => {
    expect(judged(id, unasked, wish('required')).verdict).toBe('warn');
  });

  it('fails it where a box of the path had taken the offer out', () => {
    expect(judgedBehindStrip(id, `${offered}C: STARTTLS\nS: 220 go\nTLS secured`)).toBe('fail');
  });

  it('does not apply to a session without a list', () => {
    expect(judged(id, 'S: 220 mx\nC: QUIT\nS: 221 bye').verdict).toBe('not-applicable');
  });
});

describe('starttls-no-plaintext-after', () => {
  const id = 'starttls-no-plaintext-after';

  it.each([
    ['a handshake', secured],
    ['one that fails', `${started}TLS failed no shared cipher\nC- FIN`],
    ['a ClientHello that we did not take', `${offered}C: STARTTLS\nS: 220 go\nS! next plain\nTLS client-hello\nC- FIN`],
    [
      'what is said behind a ClientHello that nobody answered',
      `${offered}C: STARTTLS\nS: 220 go\nS! next plain\nTLS client-hello\nC: QUIT\nS: 221 bye`,
    ],
  ])('passes %s', (_, text) => {
    expect(judged(id, text).verdict).toBe('pass');
  });

  it.each([
    ['octets in place of a ClientHello', `${started}TLS failed wrong version number\nC- FIN`],
    ['the same in the words of the error code', `${started}TLS failed ERR_SSL_WRONG_VERSION_NUMBER\nC- FIN`],
    ['a command', `${offered}C: STARTTLS\nS: 220 go\nS! next plain\nC: EHLO client.example\nS: 250 mx`],
    [
      'a command before a ClientHello that we did not take',
      `${offered}C: STARTTLS\nS: 220 go\nS! next plain\nC: EHLO client.example\nTLS client-hello\nC- FIN`,
    ],
  ])('fails %s', (_, text) => {
    expect(judged(id, text).verdict).toBe('fail');
  });

  it('refers what came before the 220 to the group that it belongs to', () => {
    const early = `${offered}C: STARTTLS\nC: EHLO client.example\nS: 220 go\nTLS secured\n${hello}`;
    expect(judged(id, early)).toMatchObject({ verdict: 'fail', refersTo: 'pipeline-starttls-last' });
  });

  it('proves nothing when the client leaves without a handshake', () => {
    const left = `${started}TLS failed the connection was closed during the handshake\nC- FIN`;
    expect(judged(id, left).verdict).toBe('inconclusive');
    expect(judged(id, `${offered}C: STARTTLS\nS: 454 no\n`).verdict).toBe('not-applicable');
  });
});

describe('starttls-ehlo-again', () => {
  const id = 'starttls-ehlo-again';
  const before = `${greeted('SIZE 1000', 'PIPELINING', 'AUTH PLAIN', 'STARTTLS')}C: STARTTLS\nS: 220 go\nTLS secured\n`;

  it('passes a fresh EHLO and nothing of the old list', () => {
    expect(judged(id, before + hello + mail + quit).verdict).toBe('pass');
  });

  it('warns about another first command', () => {
    const verdict = judged(id, before + mail);
    expect(verdict).toMatchObject({ verdict: 'warn', reason: 'MAIL came first inside TLS, and not EHLO.' });
    expect(verdict).not.toHaveProperty('refersTo');
  });

  it.each([
    ['a parameter', 'C: MAIL FROM:<sender@client.example> SIZE=9\nS: 250 ok', 'mail-params-only-if-advertised'],
    ['a verb', 'C: AUTH PLAIN AAAA\nS: 235 ok', 'auth-only-if-offered'],
    [
      'pipelining',
      `C: MAIL FROM:<sender@client.example>\nC: RCPT TO:<user@example.com>\nS: 250 ok\nS: 250 ok`,
      'no-pipelining-unless-advertised',
    ],
  ])('fails %s of the old list, which is judged elsewhere too', (_, text, refersTo) => {
    expect(judged(id, before + hello + text)).toMatchObject({ verdict: 'fail', refersTo });
  });

  it('does not hold a parameter against it that neither list had, nor a session that ends with the handshake', () => {
    expect(judged(id, `${secured}${hello}C: MAIL FROM:<sender@client.example> SIZE=9\nS: 250 ok`).verdict).toBe('pass');
    expect(judged(id, secured + quit).verdict).toBe('not-applicable');
  });
});

describe('starttls-not-twice', () => {
  const id = 'starttls-not-twice';
  const again = 'C: EHLO client.example\nS: 250-mx.example.com\nS: 250 STARTTLS\n';

  it('passes an offer that is left alone', () => {
    expect(judged(id, secured + again + mail)).toMatchObject({
      verdict: 'pass',
      reason: 'It sent no STARTTLS inside TLS although it was offered again.',
    });
  });

  it('fails a second STARTTLS, offered or not', () => {
    expect(judged(id, `${secured}${again}C: STARTTLS\nS: 503 no`).verdict).toBe('fail');
    expect(judged(id, `${secured}${hello}C: STARTTLS\nS: 503 no`).verdict).toBe('fail');
  });

  it('does not apply without TLS', () => {
    expect(judged(id, offered + mail).verdict).toBe('not-applicable');
  });
});
