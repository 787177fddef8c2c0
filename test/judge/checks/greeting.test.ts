import { judgeTrial } from '../../../src/judge/judge';
import type { TraceEvent, Unstamped } from '../../../src/wire/trace-event';
import type { TrialRecord } from '../../../src/wire/trial-record';
import { greeted, judged, trial } from '../support';

const hello = 'C: EHLO client.example\nS: 250 mx.example.com\n';

describe('wait-for-greeting', () => {
  const id = 'wait-for-greeting';

  it('passes a client that sits out a greeting held for 6 s, line by line', () => {
    const verdict = judged(id, `S: 220-One moment\n+6s\nS: 220 Ready\n${hello}`);
    expect(verdict).toMatchObject({
      verdict: 'pass',
      reason: 'It stayed quiet for 6 s, until the greeting was complete.',
    });
  });

  it('warns about EHLO during the hold', () => {
    const verdict = judged(id, `+2s\nC: EHLO client.example\n+4s\nS: 220 Ready\nS: 250 mx.example.com\n`);
    expect(verdict).toMatchObject({ verdict: 'warn', level: 'SHOULD' });
    expect(verdict.reason).toBe('Its first octets came 0 s after the connection, before the end of the greeting.');
    expect(verdict.evidence[0]?.text).toBe('C: EHLO client.example');
  });

  it('refers EHLO between the lines to the check of the lines', () => {
    const verdict = judged(
      id,
      `S: 220-One moment\n+1s\nC: EHLO client.example\n+5s\nS: 220 Ready\nS: 250 mx.example.com`,
    );
    expect(verdict).toMatchObject({ verdict: 'warn', refersTo: 'greeting-multiline' });
  });

  it('warns about talk where no greeting came at all, silence being no leave to talk', () => {
    expect(judged(id, '; never greeted\nS! ignore\n+10s\nC: EHLO client.example\nC- FIN').verdict).toBe('warn');
  });

  it('is inconclusive after a hold under 5 s', () => {
    expect(judged(id, `+3s\nS: 220 Ready\n${hello}`).verdict).toBe('inconclusive');
  });

  it('has no occasion in a client that is gone before the greeting', () => {
    expect(judged(id, '+6s\nC- FIN\nS: 220 Ready').verdict).toBe('not-applicable');
  });

  it('does not take a QUIT for want of a greeting for talk', () => {
    expect(judged(id, '; never greeted\nS! mute\n+300s\nC: QUIT\nC- FIN').verdict).toBe('not-applicable');
  });

  it('does not apply to a client that we had offered early pipelining to (trap 16)', () => {
    const offered = `${greeted('PIPECONNECT')}C: QUIT\nS: 221 bye\n`;
    const trace = `${offered}# connection 2\nC: EHLO client.example\n+6s\nS: 220 mx.example.com\nS: 250 mx.example.com`;
    expect(judged(id, trace).verdict).toBe('inconclusive');
    expect(judged(id, trace.replace('PIPECONNECT', 'X-OTHER')).verdict).toBe('warn');
  });

  it('does not apply where TLS comes first', () => {
    const trace = '# connection 1 implicit-tls\nTLS secured TLSv1.3\n+6s\nS: 220 mx\nC: EHLO a.example\nS: 250 mx';
    expect(judged(id, trace).verdict).toBe('not-applicable');
  });
});

describe('greeting-multiline', () => {
  const id = 'greeting-multiline';
  const lines = 'S: 220-mx.example.com\nS: 220-no spam\nS: 220 ready\n';

  it('passes one hello after the last line', () => {
    expect(judged(id, `${lines}${hello}`)).toMatchObject({
      verdict: 'pass',
      reason: 'One EHLO came after the greeting of 3 lines.',
    });
  });

  it('passes a fallback to HELO, which is no second hello', () => {
    expect(judged(id, `${lines}C: EHLO a.example\nS: 500 ?\nC: HELO a.example\nS: 250 mx`).verdict).toBe('pass');
  });

  it.each([
    ['EHLO between the lines', 'S: 220-mx\n+1s\nC: EHLO a.example\n+1s\nS: 220 ready\nS: 250 mx'],
    ['a hello for each line', `${lines}C: EHLO a.example\nS: 250 mx\nC: EHLO a.example\nS: 250 mx`],
    ['leaving on it', `${lines}C- FIN`],
    ['QUIT on it', `${lines}C: QUIT\nS: 221 bye`],
  ])('fails %s', (_, trace) => {
    expect(judged(id, trace)).toMatchObject({ verdict: 'fail', level: 'MUST' });
  });

  it('is no more than a warning under RFC 2821, whose grammar has one line', () => {
    expect(judged(id, `${lines}C- FIN`, { rfc: 2821 }).verdict).toBe('warn');
  });

  it('is inconclusive about a client that had talked before any line', () => {
    expect(judged(id, `C: EHLO a.example\n+1s\n${lines}S: 250 mx`).verdict).toBe('inconclusive');
  });

  it('does not blame the client for a greeting of mixed codes', () => {
    expect(judged(id, 'S: 220-mx\nS: 554 no\nC- FIN').verdict).toBe('inconclusive');
  });

  it('does not apply to a single line', () => {
    expect(judged(id, greeted()).verdict).toBe('not-applicable');
  });
});

describe('greeting-by-first-digit', () => {
  const id = 'greeting-by-first-digit';

  it.each(['299 hi', '250 hi', '220', '220 '])('passes a client that goes on after "%s"', (greeting) => {
    expect(judged(id, `S: ${greeting}\n${hello}`).verdict).toBe('pass');
  });

  it.each([
    ['299 hi', 'fail'],
    ['220', 'fail'],
    ['250 hi', 'warn'],
  ])('judges leaving on "%s" as a %s', (greeting, word) => {
    expect(judged(id, `S: ${greeting}\nC: QUIT\nS: 221 bye`).verdict).toBe(word);
    expect(judged(id, `S: ${greeting}\nC- FIN`).verdict).toBe(word);
  });

  it('is inconclusive when we end it', () => {
    expect(judged(id, 'S: 299 hi\nS- FIN').verdict).toBe('inconclusive');
  });

  it('does not apply to 220 with a text, nor to a refusal', () => {
    expect(judged(id, greeted()).verdict).toBe('not-applicable');
    expect(judged(id, 'S: 599 no\nC- FIN').verdict).toBe('not-applicable');
  });
});

describe('greeting-text-ignored', () => {
  const id = 'greeting-text-ignored';

  it.each([
    ['with a masked banner', '220 ****2******0*0*'],
    ['without the word ESMTP', '220 mx.example.com ready'],
    ['without a host name', '220 Welcome to ESMTP'],
    ['with octets above 127', '220 mx.example.com ESMTP Grüße'],
  ])('passes EHLO after a greeting %s', (oddity, greeting) => {
    const verdict = judged(id, `S: ${greeting}\n${hello}`);
    expect(verdict).toMatchObject({ verdict: 'pass', reason: `Greeted ${oddity}, it went on with EHLO.` });
  });

  it('fails giving up on a masked banner', () => {
    expect(judged(id, 'S: 220 ****2***\nC: QUIT\nS: 221 bye').verdict).toBe('fail');
  });

  it('refers HELO for want of the word ESMTP to the check of EHLO', () => {
    const trace = 'S: 220 mx.example.com\nC: HELO a.example\nS: 250 mx';
    expect(judged(id, trace)).toMatchObject({ verdict: 'warn', refersTo: 'ehlo-first' });
    expect(judged(id, trace.replace('.com', '.com ESMTP')).verdict).toBe('not-applicable');
  });

  it('goes by the banner as the path left it', () => {
    const record = trial('S: 220 mx.example.com ESMTP\nC: EHLO a.example\nS: 250 mx');
    const masked = withWireGreeting(record, '220 ** *******.*** *****\r\n');
    const find = (of: TrialRecord): unknown =>
      judgeTrial(of, { rfc: 5321 }).verdicts.find(({ obligation }) => obligation === id)?.reason;
    expect(find(record)).toBe('The record has no occasion for it.');
    expect(find(masked)).toBe('Greeted with a masked banner, it went on with EHLO.');
  });

  it('is inconclusive when the record ends at the greeting', () => {
    expect(judged(id, 'S: 220 hi').verdict).toBe('inconclusive');
  });
});

/** The text form has no wire layer: the sent octets are put behind the first event, as a path would have left them. */
function withWireGreeting(record: TrialRecord, text: string): TrialRecord {
  const octets = Buffer.from(text, 'latin1');
  const sent: Unstamped = { type: 'sent', layer: 'wire', offset: 0, length: octets.length, octets };
  const insert = (events: readonly TraceEvent[]): readonly TraceEvent[] =>
    events.flatMap((event): TraceEvent[] =>
      event.type === 'reply' && event.code === 220 ? [event, { ...sent, seq: event.seq, at: event.at }] : [event],
    );
  return { ...record, traces: record.traces.map((trace) => ({ ...trace, events: insert(trace.events) })) };
}
