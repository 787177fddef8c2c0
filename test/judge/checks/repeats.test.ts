import { judgeTrial } from '../../../src/judge/judge';
import { greeted, judged, trial, type TrialOptions } from '../support';
import { bounceSession, later, session } from './sessions';

const refused = session({ rcpt: '550 no' });
const two: TrialOptions = { capabilities: ['several-servers'], scenario: { servers: [{}, {}] } };
const said = (outcome: 'bounced' | 'refused' | 'deferred'): TrialOptions => ({
  outcomes: [{ submission: 1, recipient: null, outcome, text: '' }],
});

describe('no-retry-after-5yz', () => {
  const id = 'no-retry-after-5yz';

  it('passes a refusal that is left alone, with the window in the reason', () => {
    const verdict = judged(id, refused);
    expect(verdict).toMatchObject({ verdict: 'pass' });
    expect(verdict.reason).toContain('did not come again within the window of 30 s');
    expect(judged(id, refused + later('1s', 2, bounceSession())).verdict).toBe('pass');
  });

  it.each([
    ['RCPT', { rcpt: '550 no' }],
    ['MAIL', { mail: '550 no' }],
    ['DATA', { data: '554 no' }],
  ])('warns about a repeat after a refused %s', (_, replies) => {
    const verdict = judged(id, session(replies) + later('2s', 2, session(replies)));
    expect(verdict).toMatchObject({ verdict: 'warn', evidence: [{ connection: 2 }, { connection: 1 }] });
  });

  it('leaves a repeat after the final dot to dot-5yz-no-retry', () => {
    const dot = session({ dot: '554 no' });
    expect(judged(id, dot + later('2s', 2, dot)).verdict).toBe('not-applicable');
  });

  it('refers a delivery elsewhere to mx-5yz-no-shopping', () => {
    const shopped = refused + later('2s', 2, session(), 'server 1');
    expect(judged(id, shopped, two)).toMatchObject({ verdict: 'warn', refersTo: 'mx-5yz-no-shopping' });
  });

  it('lets a client go on that was asked for something else first', () => {
    const asked = `${greeted('STARTTLS')}C: MAIL FROM:<sender@client.example>\nS: 530 TLS first\nC: STARTTLS\nS: 220 go\nTLS secured
      ${session().split('\n').slice(1).join('\n')}`;
    expect(judged(id, asked).verdict).toBe('not-applicable');
  });

  it('proves nothing where the client still means to come back, or the trial was cut short', () => {
    expect(judged(id, refused, said('deferred')).verdict).toBe('inconclusive');
    const record = { ...trial(refused), end: 'interrupted' as const };
    const { verdicts } = judgeTrial(record, { rfc: 5321 });
    expect(verdicts.find(({ obligation }) => obligation === id)?.verdict).toBe('inconclusive');
  });

  it('proves nothing where our own reply was mangled', () => {
    const mangled = refused.replace('S: 550 no', 'S: 550-no\nS: 250 or yes');
    expect(judged(id, mangled + later('2s', 2, session())).verdict).toBe('inconclusive');
  });
});

describe('mx-5yz-no-shopping', () => {
  const id = 'mx-5yz-no-shopping';

  it('passes a refused message that the second server never sees', () => {
    expect(judged(id, refused, two).verdict).toBe('pass');
  });

  it('warns about its delivery there', () => {
    const verdict = judged(id, refused + later('2s', 2, session(), 'server 1'), two);
    expect(verdict).toMatchObject({ verdict: 'warn', evidence: [{ connection: 2 }, { connection: 1 }] });
    expect(verdict).not.toHaveProperty('refersTo');
  });

  it('refers an offer that was refused there as well', () => {
    const shopped = refused + later('2s', 2, refused, 'server 1');
    expect(judged(id, shopped, two)).toMatchObject({ verdict: 'warn', refersTo: 'no-retry-after-5yz' });
  });

  it('does not apply to a client with one server, nor after 4yz', () => {
    expect(judged(id, refused).verdict).toBe('not-applicable');
    const deferred = session({ rcpt: '450 later' });
    expect(judged(id, deferred + later('2s', 2, session(), 'server 1'), two).verdict).toBe('not-applicable');
  });
});

describe('single-copy-no-dup', () => {
  const id = 'single-copy-no-dup';

  it('passes one copy', () => {
    expect(judged(id, session()).verdict).toBe('pass');
  });

  it('fails a second one after a 250 that the client had read', () => {
    const verdict = judged(id, session() + later('5s', 2, session()));
    expect(verdict).toMatchObject({ verdict: 'fail', evidence: [{ connection: 2 }, { connection: 1 }] });
    expect(verdict.reason).toBe('<user@example.com> got the message a second time 5 s after our 250.');
  });

  it('fails it for the recipient who had got it, not for the one who had not', () => {
    const to = ['one@example.com', 'two@example.com'];
    const start = 'C: MAIL FROM:<sender@client.example>\nS: 250 ok\n';
    const end = 'C: DATA\nS: 354 go\nC: Message-ID: <1@client.example>\nC: \nC: .\nS: 250 ok\nC: QUIT\nS: 221 bye\n';
    const first = `${greeted()}${start}C: RCPT TO:<one@example.com>\nS: 250 ok\nC: RCPT TO:<two@example.com>\nS: 450 later\n${end}`;
    const onlyOther = `${greeted()}${start}C: RCPT TO:<two@example.com>\nS: 250 ok\n${end}`;
    const both = `${greeted()}${start}C: RCPT TO:<one@example.com>\nS: 250 ok\nC: RCPT TO:<two@example.com>\nS: 250 ok\n${end}`;
    expect(judged(id, first + later('5min', 2, onlyOther), { submissions: [{ to }] }).verdict).toBe('pass');
    expect(judged(id, first + later('5min', 2, both), { submissions: [{ to }] }).verdict).toBe('fail');
  });

  it('proves nothing when the 250 may never have arrived (trap 4)', () => {
    const cut = `${session().split('S: 250 queued')[0] ?? ''}S: 250 queued\nS- RST\n`;
    expect(judged(id, cut + later('5min', 2, session())).verdict).toBe('inconclusive');
  });
});
