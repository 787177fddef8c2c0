// Sessions of real clients that were blamed for what they had not done, each beside one that is rightly blamed: the trace is
// what the client did, shortened. The sessions of scripted senders of that kind are in not-to-blame.test.ts.

import { judgeTrial } from '../../../src/judge/judge';
import type { Verdict } from '../../../src/judge/verdict';
import type { TraceEvent } from '../../../src/wire/trace-event';
import type { ReportedOutcome, TrialRecord } from '../../../src/wire/trial-record';
import { greeted, judged, trial, withRecipient, type TrialOptions } from '../support';

const quit = 'C: QUIT\nS: 221 bye\n';
const mail = 'C: MAIL FROM:<sender@client.example>\nS: 250 ok\n';
const rcpt = 'C: RCPT TO:<user@example.com>\nS: 250 ok\n';
const message = 'C: DATA\nS: 354 go\nC: Message-ID: <1@client.example>\nC| \nC| .\n';
const [one, other] = ['user@example.com', 'nobody@example.com'];

function told(outcomes: Readonly<Record<string, ReportedOutcome['outcome']>>): TrialOptions {
  return {
    submissions: [{ to: [one, other] }],
    outcomes: Object.entries(outcomes).map(([recipient, outcome]) => ({ submission: 1, recipient, outcome, text: '' })),
  };
}

describe('a bounce is about the recipients that it gives back', () => {
  /** The message that it encloses names all of them. */
  const enclosed = `C| Content-Type: message/rfc822\nC| \nC| To: ${one}, ${other}\nC| Message-ID: <1@client.example>\n`;
  const bounce = (connection: number, ...lines: readonly string[]): string =>
    `# connection ${connection}\n${greeted()}C: MAIL FROM:<>\nS: 250 ok\nC: RCPT TO:<sender@client.example>\nS: 250 ok
    C: DATA\nS: 354 go\nC: From: Mail Delivery System\n${lines.map((line) => `C| ${line}\n`).join('')}C| \n${enclosed}C| .\nS: 250 ok\n${quit}`;
  const report = (address: string, action = 'failed'): readonly string[] => [
    'Content-Type: message/delivery-status',
    '',
    `Final-Recipient: rfc822; ${address}`,
    `Action: ${action}`,
  ];
  const mixed = (reply: string): string =>
    `${greeted()}${mail}${rcpt}C: RCPT TO:<${other}>\nS: 550 no\n${message}${reply}\n${quit}`;
  const id = 'reply-code-only';
  const odd = mixed('S: 250 queued as 550');

  test('by its report, whoever else the enclosed message names', () => {
    expect(judged(id, odd + bounce(2, ...report(other)), told({ [one]: 'accepted', [other]: 'bounced' })).verdict).toBe(
      'pass',
    );
    expect(judged(id, odd + bounce(2, ...report(one)), told({})).verdict).toBe('fail');
  });

  test('by the field that Exim makes for it', () => {
    expect(judged(id, odd + bounce(2, `X-Failed-Recipients: ${other}`), told({ [one]: 'accepted' })).verdict).toBe(
      'pass',
    );
    expect(judged(id, odd + bounce(2, 'X-Failed-Recipients: a@b.example,', `  ${one}`), told({})).verdict).toBe('fail');
  });

  test('by its own words, where it has no field', () => {
    expect(judged(id, odd + bounce(2, '', `<${other}>: no such user`), told({ [one]: 'accepted' })).verdict).toBe(
      'pass',
    );
    expect(judged(id, odd + bounce(2, '', `<${one}>: no such user`), told({})).verdict).toBe('fail');
  });

  test('a notice that mail is late gives nothing back', () => {
    expect(judged(id, odd + bounce(2, ...report(one, 'delayed')), told({ [one]: 'accepted' })).verdict).toBe('pass');
  });

  test('a temporary refusal is not made final by the bounce for another recipient', () => {
    const odder = `${greeted()}${mail}C: RCPT TO:<${one}>\nS: 450 5.1.1 Mailbox busy\nC: RCPT TO:<${other}>\nS: 550 no\nC: RSET\nS: 250 ok\n${quit}`;
    const enhanced = 'reply-enhanced-code-mismatch';
    const deferred = told({ [one]: 'deferred', [other]: 'bounced' });
    expect(judged(enhanced, odder + bounce(2, ...report(other)), deferred).verdict).toBe('pass');
    expect(judged(enhanced, odder + bounce(2, ...report(one)), told({})).verdict).toBe('fail');
    const ending = odder.replace('450 5.1.1 Mailbox busy', '250 ok').replace('550 no', '421 bye\nS! next continue');
    expect(judged('reply-async-421', ending + bounce(2, ...report(one)), told({})).verdict).toBe('pass');
    expect(judged('reply-async-421', ending + bounce(2, ...report(other)), told({})).verdict).toBe('fail');
  });

  test('nor by the bounce for a later attempt, which was refused for good', () => {
    const busy = `${greeted()}${mail}C: RCPT TO:<${one}>\nS: 450 5.1.1 busy\n${quit}`;
    const gone = `# connection 2\n${greeted()}${mail}C: RCPT TO:<${one}>\nS: 550 no\n${quit}`;
    const verdict = judged('reply-enhanced-code-mismatch', busy + gone + bounce(3, ...report(one)));
    expect(verdict).toMatchObject({ verdict: 'pass', reason: expect.stringContaining('it tried it again') });
    expect(judged('reply-enhanced-code-mismatch', busy + bounce(2, ...report(one))).verdict).toBe('fail');
  });
});

describe('QUIT where mail data belong', () => {
  const grouped = (reply: string, rest: string): string =>
    `${greeted('PIPELINING')}C: MAIL FROM:<sender@client.example>\nC| RCPT TO:<user@example.com>\nC| DATA
    S: 250 ok\nS: ${reply}\nS: 354 go\n${rest}C- FIN\n`;
  const gone = grouped('550 no', 'C: QUIT\n');

  test('is a QUIT, and no mail data without an end', () => {
    expect(judged('quit-before-close', gone).verdict).toBe('pass');
    expect(judged('end-of-data-exact', gone).verdict).toBe('not-applicable');
    expect(judged('quit-waits-for-221', gone).verdict).toBe('not-applicable');
    expect(judged('end-of-data-exact', grouped('250 ok', 'C: QUITE\n')).verdict).toBe('fail');
    expect(judged('end-of-data-exact', grouped('250 ok', 'C: QUIT\nC: and more\n')).verdict).toBe('fail');
  });

  test('and yet it is not the lone dot that was asked for', () => {
    expect(judged('pipeline-354-no-valid-rcpt', gone)).toMatchObject({
      verdict: 'warn',
      reason: 'QUIT came where the lone dot belongs, although the only recipient had been refused.',
    });
  });

  test('shows that a reply out of range was not taken for success', () => {
    const odd = grouped('250 ok', 'C: QUIT\n').replace('S: 250 ok', 'S\\250: 150 wait\\r\\n');
    expect(judged('reply-out-of-range', odd).verdict).toBe('pass');
    expect(judged('reply-out-of-range', odd.replace('C: QUIT', 'C: Subject: x\nC: .')).verdict).toBe('warn');
  });
});

test('a masked SASL response as long as QUIT may be one', () => {
  const amid = (response: string): string =>
    `${greeted('AUTH PLAIN')}C: AUTH PLAIN\nS: 334 \nC: ${response}\nS: 334 \nC- FIN`;
  expect(judged('quit-before-close', amid('QUIT')).verdict).toBe('inconclusive');
  expect(judged('quit-before-close', amid('c2VjcmV0')).verdict).toBe('fail');
});

describe('half a close behind QUIT, by a client that goes on reading', () => {
  const group = 'C: DATA\nS: 354 go\nC: Subject: x\nC| .\nC| QUIT\n';
  const halved = `${withRecipient('PIPELINING')}${group}S! ignore\nC- FIN\n+20s\nS- FIN`;

  test.each(['dot-reply-timeout', 'timeout-then-quit'])('is no leaving: %s', (id) => {
    expect(judged(id, halved).verdict).toBe('not-applicable');
    expect(judged(id, halved.replace('C| QUIT\n', '')).verdict).toBe('warn');
  });

  test('is allowed', () => {
    expect(judged('half-close', halved).verdict).toBe('pass');
  });
});

describe('on a path', () => {
  /** The record as a path makes it: what was sent stands on the wire as well, but for what the path kept to itself. */
  function onPath(record: TrialRecord, isLost: (octets: string, index: number) => boolean): TrialRecord {
    const traces = record.traces.map((trace, index) => ({
      ...trace,
      events: trace.events.flatMap((event): TraceEvent[] => {
        if (event.type === 'received') return [{ ...event, layer: 'wire', seq: event.seq - 0.5 }, event];
        if (event.type !== 'reply' || isLost(event.octets, index)) return [event];
        const octets = Buffer.from(event.octets, 'latin1');
        // Between two stamps: order is all that counts.
        const { seq, at, offset, length } = event;
        return [event, { type: 'sent', layer: 'wire', seq: seq + 0.5, at, offset, length, octets }];
      }),
    }));
    return { ...record, traces };
  }

  const verdictOn = (id: string, record: TrialRecord): Verdict | undefined =>
    judgeTrial(record, { rfc: 5321 }).verdicts.find(({ obligation }) => obligation === id);

  const delivered = (connection: number): string =>
    `# connection ${connection}\n${greeted()}${mail}${rcpt}${message}S: 250 queued\n`;
  const twice = trial(`${delivered(1)}C- FIN\n+5s\n${delivered(2)}${quit}`);

  test('a 250 that never came out of it was not read: the second copy is what is asked for', () => {
    const swallowed = onPath(twice, (octets, index) => index === 0 && octets.includes('queued'));
    expect(verdictOn('single-copy-no-dup', swallowed)?.verdict).toBe('inconclusive');
    expect(verdictOn('lost-after-dot', swallowed)?.verdict).toBe('pass');
    expect(
      verdictOn(
        'single-copy-no-dup',
        onPath(twice, () => false),
      )?.verdict,
    ).toBe('fail');
  });

  test('a reply that came out behind the FIN of the client was not lost', () => {
    const halved = trial(
      `${greeted('PIPELINING')}${mail}${rcpt}${message.trimEnd()}\nC| QUIT\nC- FIN\nS: 250 queued\nS: 221 bye\n`,
      {
        outcomes: [{ submission: 1, recipient: one, outcome: 'accepted', text: '' }],
      },
    );
    expect(
      verdictOn(
        'lost-after-dot',
        onPath(halved, () => false),
      )?.verdict,
    ).toBe('not-applicable');
  });

  test('that garbled the greeting nobody has to say QUIT, and nobody said anything', () => {
    const put_off = trial('S: 220 mx.example.com\nC- FIN');
    const wire = {
      type: 'sent',
      layer: 'wire',
      seq: 2.5,
      at: 0,
      offset: 0,
      length: 20,
      octets: Buffer.from('2?0'),
    } as const;
    const garbled = {
      ...put_off,
      traces: put_off.traces.map((trace) => ({
        ...trace,
        events: [...trace.events, wire].sort((before, after) => before.seq - after.seq),
      })),
    };
    expect(verdictOn('quit-before-close', put_off)?.verdict).toBe('fail');
    expect(verdictOn('quit-before-close', garbled)?.verdict).toBe('inconclusive');
  });
});

test('connections at the pace that a client was told to keep are no loop of its own', () => {
  const died = (connection: number): string =>
    `# connection ${connection}\n+1s\nS: 220 mx\nC: EHLO client.example\nS! ignore\nS- FIN\n`;
  const loop = [1, 2, 3, 4].map(died).join('');
  for (const id of ['ehlo-fallback-disconnect']) {
    expect(judged(id, loop, { window: 5000, capabilities: ['retries'] }).verdict).toBe('inconclusive');
    expect(judged(id, loop, { window: 60_000, capabilities: ['retries'] }).verdict).toBe('warn');
    expect(judged(id, loop).verdict).toBe('warn');
  }
});

describe('a submission client that sends to all or to nobody', () => {
  const id = 'rcpt-partial-accept';
  const given_up = `${greeted()}${mail}${rcpt}C: RCPT TO:<${other}>\nS: 550 no\n${quit}`;
  const says = (outcome: ReportedOutcome['outcome']): TrialOptions => ({
    ...told({ [one]: outcome, [other]: outcome }),
    role: 'submission',
  });

  test('breaks no MUST as long as it says so', () => {
    expect(judged(id, given_up, says('refused')).verdict).toBe('warn');
    expect(judged(id, given_up, says('accepted')).verdict).toBe('fail');
    expect(judged(id, given_up, { ...says('unknown') }).verdict).toBe('inconclusive');
  });

  test('unlike a relay, which has taken the mail', () => {
    expect(judged(id, given_up, told({ [one]: 'bounced', [other]: 'bounced' })).verdict).toBe('fail');
  });
});

test('a client that was stopped with the trial did not leave', () => {
  const trace = `${greeted('SIZE')}C- FIN`;
  const stopped = { ...trial(trace), end: 'window-over' } as const;
  const verdictsOf = (record: TrialRecord): readonly string[] =>
    judgeTrial(record, { rfc: 5321 }).verdicts.flatMap(({ obligation, verdict }) =>
      verdict === 'fail' ? [obligation] : [],
    );
  expect(verdictsOf(trial(trace))).toEqual(['ehlo-unknown-keywords-ignored', 'quit-before-close']);
  expect(verdictsOf(stopped)).toEqual([]);
  expect(verdictsOf({ ...stopped, endedAt: stopped.endedAt + 3000 })).toHaveLength(2);
});

test('octets that are no reply have no code that their text could contradict', () => {
  const trace = `${greeted()}C: MAIL FROM:<sender@client.example>\nS\\550: 25 Sender OK\\r\\n\n${quit}`;
  expect(judged('reply-code-only', trace).verdict).toBe('not-applicable');
  expect(judged('reply-code-only', trace.replace('25 Sender', '550 Sender')).verdict).toBe('pass');
});

test('octets above 127 in the headers only are declared by SMTPUTF8, and judged there', () => {
  const sent = (header: string, text: string, ...parameters: readonly string[]): string =>
    `${greeted('8BITMIME', 'SMTPUTF8')}C: MAIL FROM:<sender@client.example>${parameters.map((one) => ` ${one}`).join('')}\nS: 250 ok
    C: RCPT TO:<user@example.com>\nS: 250 ok\nC: DATA\nS: 354 go\nC: ${header}\nC| \nC| ${text}\nC| .\nS: 250 ok`;
  const id = 'body-8bitmime-declared';
  expect(judged(id, sent('Subject: gr\xc3\xbcn', 'text', 'SMTPUTF8')).verdict).toBe('pass');
  expect(judged(id, sent('Subject: gr\xc3\xbcn', 'text'))).toMatchObject({
    verdict: 'fail',
    refersTo: 'smtputf8-gate',
  });
  const body = judged(id, sent('Subject: green', 'gr\xc3\xbcn', 'SMTPUTF8'));
  expect(body.verdict).toBe('fail');
  expect(body).not.toHaveProperty('refersTo');
});

test('talk before the reply inside TLS is judged as the belief in the forged one', () => {
  const early = `${greeted('STARTTLS')}C: STARTTLS\nS: 220 go\nTLS secured TLSv1.3
    C: EHLO client.example\nS! hold 3s\n+40ms\nC: MAIL FROM:<sender@client.example>\nS: 250 mx\nS: 250 ok\n${quit}`;
  const box = { box: 'starttls-response-injection', options: { octets: '250 injected.example' } };
  const id = 'no-pipelining-unless-advertised';
  const forged = judged(id, early, { scenario: { servers: [{ path: [box] }] } });
  expect(forged).toMatchObject({ verdict: 'fail', refersTo: 'starttls-response-injection' });
  expect(judged(id, early).verdict).toBe('fail');
  expect(judged(id, early)).not.toHaveProperty('refersTo');
});

test('two messages of one kind show whether the writing of a keyword decides', () => {
  const sent = (connection: number, keyword: string, parameter: string): string =>
    `# connection ${connection}\n${greeted(keyword)}C: MAIL FROM:<sender${connection}@client.example>${parameter}\nS: 250 ok
    ${rcpt}C: DATA\nS: 354 go\nC: Message-ID: <${connection}@client.example>\nC| .\nS: 250 ok\n${quit}`;
  const submissions = [1, 2].map((id) => ({ from: `sender${id}@client.example`, messageId: `<${id}@client.example>` }));
  const trace = sent(1, 'size 1000', '') + sent(2, 'SIZE 1000', ' SIZE=120');
  expect(judged('ehlo-keywords-case-insensitive', trace, { submissions }).verdict).toBe('fail');
  const others = submissions.map((submission, index) => ({ ...submission, content: index === 0 ? 'plain' : '8bit' }));
  expect(judged('ehlo-keywords-case-insensitive', trace, { submissions: others }).verdict).toBe('inconclusive');
});
