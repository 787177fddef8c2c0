import { judgeTrial } from '../../../src/judge/judge';
import type { Verdict } from '../../../src/judge/verdict';
import type { TrialRecord } from '../../../src/wire/trial-record';
import { greeted, judged, trial } from '../support';

const mail = 'C: MAIL FROM:<sender@client.example>\nS: 250 ok\n';
const quit = 'C: QUIT\nS: 221 bye\n';

/** A session whose first EHLO line carries more than our name. */
function firstLine(text: string, ...keywords: readonly string[]): string {
  const lines = [text, ...keywords].map((line, index) => `S: 250${index === keywords.length ? ' ' : '-'}${line}`);
  return `S: 220 mx.example.com ESMTP\nC: EHLO client.example\n${lines.join('\n')}\n`;
}

describe('ehlo-multiline-parse', () => {
  const id = 'ehlo-multiline-parse';

  it('passes a client that does not bite at words in the first line', () => {
    const verdict = judged(id, `${firstLine('SIZE.example.com PIPELINING', '8BITMIME')}${mail}`);
    expect(verdict).toMatchObject({
      verdict: 'pass',
      reason: 'It did not take PIPELINING and SIZE in the first line for a keyword.',
    });
  });

  it('fails a parameter used for a word in the first line', () => {
    const trace = `${firstLine('SIZE.example.com', '8BITMIME')}C: MAIL FROM:<a@b.example> SIZE=1\nS: 250 ok`;
    expect(judged(id, trace)).toMatchObject({
      verdict: 'fail',
      reason: 'MAIL with SIZE was used for a word in the first line of the reply.',
    });
  });

  it('refers pipelining for a word in the first line to the check of pipelining', () => {
    const trace = `${firstLine('mx PIPELINING', 'SIZE')}C: MAIL FROM:<a@b.example>\nC| RCPT TO:<c@d.example>\nS: 250 ok\nS: 250 ok`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', refersTo: 'no-pipelining-unless-advertised' });
  });

  it('fails a command between the lines', () => {
    const trace = 'S: 220 mx\nC: EHLO a.example\nS: 250-mx\n+2s\nC: MAIL FROM:<a@b.example>\nS: 250 SIZE\nS: 250 ok';
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', refersTo: 'no-pipelining-unless-advertised' });
  });

  it('passes waiting for a last line that is held', () => {
    const trace = `S: 220 mx\nC: EHLO a.example\nS: 250-mx\n+3s\nS: 250 SIZE\n${mail}`;
    expect(judged(id, trace)).toMatchObject({ verdict: 'pass', reason: 'It waited 3 s for the last of 2 lines.' });
  });

  it.each([
    ['a single line', greeted()],
    ['sixty lines', greeted(...Array.from({ length: 59 }, (_, index) => `X-${index}`))],
    ['a bare last line', 'S: 220 mx\nC: EHLO a.example\nS: 250-mx\nS: 250\n'],
  ])('passes going on after %s, and fails hanging on it', (_, session) => {
    expect(judged(id, `${session}${mail}`).verdict).toBe('pass');
    expect(judged(id, `${session}+400s\nS- destroy`).verdict).toBe('fail');
  });

  it('passes the use of what was listed, and is inconclusive where nothing depends on the list', () => {
    const sized = `${greeted('SIZE')}C: MAIL FROM:<a@b.example> SIZE=1\nS: 250 ok`;
    expect(judged(id, sized)).toMatchObject({
      verdict: 'pass',
      reason: 'It read the list, as MAIL with SIZE shows.',
    });
    expect(judged(id, `${greeted('SIZE')}${mail}`).verdict).toBe('inconclusive');
    expect(judged(id, `${greeted('SIZE')}${quit}`).verdict).toBe('inconclusive');
  });
});

describe('ehlo-keywords-case-insensitive', () => {
  const id = 'ehlo-keywords-case-insensitive';
  const sized = 'C: MAIL FROM:<sender@client.example> SIZE=120\nS: 250 ok\n';
  const rcpt = 'C: RCPT TO:<user@example.com>\nS: 250 ok\n';

  it('passes the use of an extension in small letters', () => {
    expect(judged(id, `${greeted('size 1000')}${sized}${rcpt}`).verdict).toBe('pass');
  });

  it('fails an extension that is used in capitals only', () => {
    const trace = `${greeted('SIZE 1000')}${sized}${rcpt}${quit}# connection 2\n${greeted('Size 1000')}${mail}${rcpt}`;
    expect(judged(id, trace)).toMatchObject({
      verdict: 'fail',
      reason: 'It used SIZE only where that was written in capitals.',
    });
  });

  it('fails STARTTLS that is used in capitals only', () => {
    const upper = `${greeted('STARTTLS')}C: STARTTLS\nS: 220 go\nTLS secured TLSv1.3\nC: EHLO a.example\nS: 250 mx\nC: QUIT\nS: 221 bye\n`;
    expect(judged(id, `${upper}# connection 2\n${greeted('StartTls')}${mail}`).verdict).toBe('fail');
    expect(judged(id, `${upper}# connection 2\n${upper.replace('STARTTLS', 'starttls')}`).verdict).toBe('pass');
  });

  it('is inconclusive without a list in capitals to compare with', () => {
    expect(judged(id, `${greeted('size 1000')}${mail}${rcpt}`).verdict).toBe('inconclusive');
  });

  it('does not compare two different messages', () => {
    const submissions = [{ to: ['user@example.com'] }, { to: ['other@example.com'] }];
    const other = 'C: RCPT TO:<other@example.com>\nS: 250 ok\n';
    const trace = `${greeted('SIZE')}${sized}${rcpt}${quit}# connection 2\n${greeted('size')}${mail}${other}`;
    expect(judged(id, trace, { submissions }).verdict).toBe('inconclusive');
  });

  it('does not apply when it is used in neither', () => {
    const trace = `${greeted('SIZE')}${mail}${rcpt}${quit}# connection 2\n${greeted('size')}${mail}${rcpt}`;
    expect(judged(id, trace).verdict).toBe('not-applicable');
    expect(judged(id, `${greeted('SIZE')}${sized}${rcpt}`).verdict).toBe('not-applicable');
  });
});

describe('ehlo-unknown-keywords-ignored', () => {
  const id = 'ehlo-unknown-keywords-ignored';
  const long = `X-LONG ${'x'.repeat(500)}`;

  it.each(['X-GRUMBLE', 'AUTH=LOGIN', 'SIZE', 'SIZE abc', 'SIZE 0', '8BITMIME foo', long, ''])(
    'passes going on after "%s"',
    (keyword) => {
      expect(judged(id, `${greeted(keyword, 'HELP')}${mail}`).verdict).toBe('pass');
    },
  );

  it.each([
    ['leaving', 'C- FIN'],
    ['QUIT', quit],
  ])('fails %s', (_, tail) => {
    expect(judged(id, `${greeted('X-GRUMBLE')}${tail}`)).toMatchObject({ verdict: 'fail', level: 'MUST' });
  });

  it('blames nobody for a list that the path kept for itself, or for being stopped at the end of the trial', () => {
    const record = trial(`${greeted('X-GRUMBLE')}C- FIN`);
    const verdictOf = (one: TrialRecord): Verdict['verdict'] | undefined =>
      judgeTrial(one, { rfc: 5321 }).verdicts.find(({ obligation }) => obligation === id)?.verdict;
    expect(verdictOf(record)).toBe('fail');
    expect(verdictOf({ ...record, end: 'window-over' })).toBe('inconclusive');
    // Behind a path the wire has what came out of it: here the greeting, and no list.
    const octets = Buffer.from('220 mx.example.com ESMTP\r\n');
    const sent = { type: 'sent', layer: 'wire', offset: 0, length: octets.length, octets } as const;
    const traces = record.traces.map((trace) => ({
      ...trace,
      events: trace.events.flatMap((event) =>
        event.type === 'reply' && event.code === 220 ? [event, { ...sent, seq: event.seq, at: event.at }] : [event],
      ),
    }));
    expect(verdictOf({ ...record, traces })).toBe('not-applicable');
  });

  it('fails the use of an invented verb or parameter', () => {
    expect(judged(id, `${greeted('GRUMBLE')}C: GRUMBLE\nS: 500 ?`).verdict).toBe('fail');
    const parameter = `${greeted('GRUMBLE')}C: MAIL FROM:<a@b.example> GRUMBLE=1\nS: 555 ?`;
    expect(judged(id, parameter).verdict).toBe('fail');
  });

  it('is inconclusive about leaving for want of TLS or AUTH', () => {
    const submissions = [{ auth: true }];
    expect(judged(id, `${greeted('X-GRUMBLE')}${quit}`, { submissions }).verdict).toBe('inconclusive');
  });

  it('does not apply to a list of known ones', () => {
    expect(judged(id, `${greeted('SIZE 1000', 'PIPELINING', 'XCLIENT NAME')}${quit}`).verdict).toBe('not-applicable');
  });
});
