// Cases in which a well-behaved client looked guilty: each is a session that a scripted well-behaved sender once had with a
// shipped scenario. The other half of every check stands in the test of its phase.

import type { ReportedOutcome, SubmissionOnRecord } from '../../../src/wire/trial-record';
import { greeted, judged, SUBMISSION, withRecipient, type TrialOptions } from '../support';

const quit = 'C: QUIT\nS: 221 bye\n';
const mail = 'C: MAIL FROM:<sender@client.example>\nS: 250 ok\n';
const message = 'C: DATA\nS: 354 go\nC: Message-ID: <1@client.example>\nC| \nC| .\n';
const [to = ''] = SUBMISSION.to;

function bounce(text: string): string {
  return `# connection 2\n${greeted('SIZE 100')}C: MAIL FROM:<> SIZE=90\nS: 250 ok\nC: RCPT TO:<sender@client.example>
    S: 250 ok\nC: DATA\nS: 354 go\nC: Subject: Undelivered Mail Returned to Sender\nC| \nC| ${text} <1@client.example>
    C| .\nS: 250 ok\n${quit}`;
}

function reported(outcomes: Readonly<Record<string, ReportedOutcome['outcome']>>): TrialOptions {
  return {
    submissions: [{ to: Object.keys(outcomes) }],
    outcomes: Object.entries(outcomes).map(([recipient, outcome]) => ({ submission: 1, recipient, outcome, text: '' })),
  };
}

test.each<[string, Partial<SubmissionOnRecord>, string, ...string[]]>([
  ['8-bit content without 8BITMIME', { content: '8bit' }, 'X-ODD'],
  ['headers in UTF-8 without SMTPUTF8', { content: 'utf8-headers' }, 'X-ODD'],
  ['an address beyond ASCII', { to: ['j\u00f6rg@example.com'] }, 'X-ODD'],
  ['a message over the limit', { size: 50_000 }, 'X-ODD', 'SIZE 10000'],
])('leaving with %s is no answer to an odd list', (_, submission, ...keywords) => {
  const options = { submissions: [submission] };
  const id = 'ehlo-unknown-keywords-ignored';
  expect(judged(id, `${greeted(...keywords)}${quit}`, options).verdict).toBe('inconclusive');
  expect(judged(id, `${greeted(...keywords)}${quit}`).verdict).toBe('fail');
});

test('QUIT cannot be said where TLS is spoken and not understood', () => {
  expect(judged('quit-before-close', 'S: 220 mx\nTLS client-hello\nC- FIN').verdict).toBe('not-applicable');
});

test('recipients that were too many for one transaction are no refused ones that come again', () => {
  const first = `${withRecipient()}C: RCPT TO:<other@example.com>\nS: 552 Too many\n${message}S: 250 ok\n`;
  const trace = `${first}${mail}C: RCPT TO:<other@example.com>\nS: 250 ok\n${message}S: 250 ok\n${quit}`;
  const options = { submissions: [{ to: [to, 'other@example.com'] }] };
  expect(judged('rcpt-partial-accept', trace, options).verdict).toBe('pass');
  expect(judged('rcpt-partial-accept', trace.replace('552', '550'), options).verdict).toBe('fail');
});

test('headers in UTF-8 need no MIME headers', () => {
  const sent = (header: string, text: string): string =>
    `${greeted('8BITMIME', 'SMTPUTF8')}C: MAIL FROM:<sender@client.example> BODY=8BITMIME SMTPUTF8\nS: 250 ok
    C: RCPT TO:<user@example.com>\nS: 250 ok\nC: DATA\nS: 354 go\nC: ${header}\nC| \nC| ${text}\nC| .\nS: 250 ok`;
  expect(judged('body-8bitmime-declared', sent('Subject: gr\xc3\xbcn', 'text')).verdict).toBe('pass');
  expect(judged('body-8bitmime-declared', sent('Subject: green', 'gr\xc3\xbcn')).verdict).toBe('warn');
});

test('a reset behind the 220 to STARTTLS is a reason to go on in clear', () => {
  const trace = `${greeted('STARTTLS')}C: STARTTLS\nS: 220 go\nS- RST\n# connection 2\n${greeted('STARTTLS')}${mail}`;
  expect(judged('starttls-used-if-offered', trace).verdict).toBe('observed');
});

test('a client that we closed on when the handshake had failed has abandoned the connection', () => {
  const trace = `${greeted('STARTTLS')}C: STARTTLS\nS: 220 go\nTLS failed unsupported protocol\nS- FIN`;
  expect(judged('starttls-handshake-fail', trace).verdict).toBe('pass');
});

describe('with one recipient refused and the other accepted', () => {
  const other = 'nobody@example.com';
  const trace = (reply: string, text: string): string =>
    `${withRecipient()}C: RCPT TO:<${other}>\nS: 550 Unknown\n${message}${reply}\n${quit}${bounce(text)}`;
  const outcomes = reported({ [other]: 'bounced', [to]: 'accepted' });

  test('the bounce for the one does not say that the other was returned', () => {
    const id = 'reply-code-only';
    const reply = 'S: 250 queued, as 550 would be';
    expect(judged(id, trace(reply, `<${other}> failed:`), outcomes).verdict).toBe('pass');
    expect(judged(id, trace(reply, `<${to}> failed:`), outcomes).verdict).toBe('fail');
  });
});

describe('a 421', () => {
  const id = 'reply-async-421';
  const other = 'nobody@example.com';
  const outcomes = reported({ [other]: 'bounced', [to]: 'deferred' });

  test('to RCPT says nothing about another recipient, refused and bounced', () => {
    const trace = `${greeted()}${mail}C: RCPT TO:<${other}>\nS: 550 no\nC: RCPT TO:<${to}>\nS: 421 bye\nC- FIN`;
    expect(judged(id, trace, outcomes).verdict).toBe('pass');
    expect(judged(id, trace, reported({ [other]: 'bounced', [to]: 'bounced' })).verdict).toBe('fail');
  });

  test('to RSET says nothing about mail that had been refused before', () => {
    const trace = `${greeted()}${mail}C: RCPT TO:<${to}>\nS: 550 no\nC: RSET\nS: 421 bye\nC- FIN`;
    expect(judged(id, trace, reported({ [to]: 'bounced' })).verdict).toBe('pass');
  });
});

test('a bounce is not as large as what it is about', () => {
  const trace = `${greeted('SIZE 100')}${quit}${bounce('It was too large:')}`;
  const verdict = judged('size-limit-respected', trace, { submissions: [{ size: 50_000 }] });
  expect(verdict.verdict).not.toBe('warn');
});

test('what it booked in the middle of a session that we had led astray is excused, wherever the bounce goes', () => {
  const trace = `${greeted()}C: MAIL FROM:<sender@client.example>\nS\\250: 250 OK\\n\nC: RCPT TO:<user@example.com>\nS: 250 ok
    C: DATA\nS: 354 go\n+5s\nS? 421 Idle\nS- FIN\n${bounce('')}`;
  expect(judged('mid-data-reply', trace).verdict).toBe('inconclusive');
});

test('a lone dot after a refusal that stood for an acceptance is no empty message', () => {
  const group = (reply: string): string =>
    `${greeted('PIPELINING')}C: MAIL FROM:<sender@client.example>\nC| RCPT TO:<user@example.com>\nC| DATA\n${reply}
    S: 250 ok\nS: 354 go\nC: .\nS: 250 ok`;
  expect(judged('rfc822-minimum', group('S\\250: 650 no\\r\\n')).verdict).toBe('inconclusive');
  expect(judged('rfc822-minimum', group('S: 250 ok')).verdict).toBe('warn');
});
