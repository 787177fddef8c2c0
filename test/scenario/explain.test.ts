// Scenarios in English: each part says what it does, so a sentence that lies fails here.

import { EVENT_NAMES } from '../../src/smtp/vocabulary';
import { explainConditions, explainRule, explainScenario, explainStep } from '../../src/scenario/explain';
import { NEXT_WORDS } from '../../src/scenario/schema-steps';
import { read, readRule, readSteps } from './reading';

test.each([
  [
    ['on: RCPT', 'when: { recipient: "slow@*" }', 'delay: 3 s', 'reply: "450 Mailbox busy"', 'times: 2'],
    'On RCPT when the recipient matches "slow@*": wait 3 s, then reply "450 Mailbox busy" (at most 2 times).',
  ],
  [
    ['on: [MAIL, RCPT]', 'reply: 550', 'times: 1', 'per: connection', 'probability: 0.25', 'counts: false'],
    "On MAIL or RCPT: reply 550 in the persona's words (at most once per connection; in 25 % of the cases; not counted for the error limit).",
  ],
  [['on: any', 'do: close'], 'On any event: close the connection.'],
  [
    ['on: idle', 'after: 5 s', 'every: 1 s', 'reply: "421 bye"'],
    'On idle, after 5 s and every 1 s from then on: reply "421 bye".',
  ],
  [['on: content', 'after: 4 KB', 'do: ignore'], 'On content, behind 4 KB: say nothing.'],
  [['on: content', 'do: ignore'], 'On content, as soon as it may begin: say nothing.'],
  [['on: EHLO', 'pass: true'], 'On EHLO: take note and let the next source answer.'],
  [['on: EHLO', 'pass: true', 'delay: 1 s..5 s'], 'On EHLO: wait 1 s to 5 s, then let the next source answer.'],
])('%j', (lines, sentence) => {
  expect(explainRule(readRule(...lines))).toBe(sentence);
});

test.each([
  [
    '{ connection: 2, nth: ">= 3" }',
    'the number of the connection is 2 and the number of this event in the session is at least 3',
  ],
  ['{ sender: "" }', 'the sender is empty'],
  ['{ line: /x/i, helo: "a*" }', 'the line matches /x/i as a whole and the EHLO name matches "a*"'],
  [
    '{ tls: false, early: true }',
    'the session is not inside TLS and the line came before the reply it had to wait for',
  ],
  ['{ octets: "< 10 KB" }', 'the octets received so far are less than 10 KB'],
  ['{ state: { grey: ">= 5 s" } }', 'the state grey has been set for at least 5 s'],
  ['{ state: { grey: { value: seen, age: ">= 5 s" } } }', 'the state grey is "seen" for at least 5 s'],
  ['{ state: { grey: false } }', 'the state grey is not set'],
  ['{ not: { peer: 127.0.0.1 } }', 'not (the client\'s address matches "127.0.0.1")'],
  [
    '{ mode: content, recipients: "2..4" }',
    'the number of accepted recipients is between 2 and 4 and the session is in content mode',
  ],
])('when: %s', (when, words) => {
  expect(explainConditions(readRule('on: RCPT', `when: ${when}`, 'reply: 450').when)).toBe(words);
});

test.each([
  ['reply: { code: 250, text: null }', 'reply the bare code 250'],
  ['reply: |\n      250 a\n      b', 'reply "250-a" / "250 b"'],
  ['raw: "\\xe9\\r\\n"', 'send the octets "\\xe9\\r\\n"'],
  ['raw: { hex: "3235", as: 250 }', 'send the octets "25" as 250'],
  ['hold: { until: DATA }', 'hold until the client has sent DATA, at most 2 s'],
  ['hold: { lines: 2, atMost: 1 s }', 'hold until the client has sent 2 more lines, at most 1 s'],
  ['hold: 3 s', 'hold until the client has sent 1 octet more, at most 3 s'],
  [
    'set: { state: { a: x, b: null }, size: null }',
    'set the state a to "x", clear the state b and lift the size limit',
  ],
  [
    'set: { state: grey, extensions: [SIZE], hostname: b.example }',
    'set the state grey, announce SIZE and call itself b.example',
  ],
])('%s', (line, words) => {
  expect(readSteps(line).map(explainStep)).toEqual([words]);
});

test('a dribbled reply says how slowly', () => {
  expect(readSteps('reply: "250 ok"', 'dribble: { octets: 2, every: 1 s }').map(explainStep)).toEqual([
    'reply "250 ok", 2 octets every 1 s',
  ]);
});

test('deaf says what a loopback buffer swallows, mute that the client can go on writing', () => {
  expect(explainStep({ step: 'deaf', ms: null })).toContain('3.9 MB');
  expect(explainStep({ step: 'deaf', ms: 5000 })).toMatch(/^stop reading for 5 s \(/);
  expect(explainStep({ step: 'mute', ms: null })).toContain('still read and record');
  expect(explainStep({ step: 'mute', ms: 5000 })).toMatch(/^answer nothing for 5 s/);
});

test('every event and every ending has words', () => {
  for (const next of NEXT_WORDS) expect(explainStep({ step: 'next', next })).not.toBe('');
  for (const on of EVENT_NAMES) expect(explainRule({ ...readRule('on: any', 'do: close'), on: [on] })).toContain(on);
});

test('a scenario: who, what lies between, the rules, what is expected', () => {
  const scenario = read(
    'name: a\ntitle: A server\nserver:\n  hostname: a.example\n  extensions: [SIZE]\n  policies: { size: 1 MB, errorLimit: 5, tls: required, dnsBlacklist: { site: bl.example.org } }\n  tls: { certificate: expired }\n  path: [{ latency: 20 ms }]\nconnections: [[{ on: MAIL, reply: 450 }]]\nrules: [{ on: RCPT, reply: 550 }]\nexpect: { messages: 0, connections: 1, obligations: [no-retry-after-5yz] }\n',
  );
  expect(explainScenario(scenario)).toEqual([
    'A server',
    'The server speaks as plain.',
    'It is called a.example and announces SIZE.',
    'Its certificate is expired.',
    'Messages above 1 MB are refused.',
    'A session ends when its errors exceed 5.',
    'TLS is demanded.',
    'Clients on the blacklist bl.example.org: reject.',
    'On the path: Delays both directions by 20 ms.',
    "Connection 1 only: On MAIL: reply 450 in the persona's words.",
    "On RCPT: reply 550 in the persona's words.",
    'Expected: no message accepted and 1 connection.',
    'Judged: no-retry-after-5yz.',
    'Absence is waited for 5 s at most.',
  ]);
});

test('the path reads in its order, and TLS that is not as usual is told', () => {
  const scenario = read(
    [
      'server:',
      '  tls: { max: TLSv1.2, ciphers: "AES128-SHA", close-notify: false }',
      'path: [latency: 20 ms, tarpit, pix-fixup: 5.1]',
      '',
    ].join('\n'),
  );
  const told = explainScenario(scenario).filter((line) => /TLS|cipher|path/.test(line));
  expect(told.map((line) => line.slice(0, 50))).toEqual([
    'Of TLS it speaks nothing newer than TLSv1.2.',
    'Its ciphers are AES128-SHA.',
    'It closes the connection without ending TLS (no cl',
    'On the path, nearest the client: Delays both direc',
    'On the path, behind it: Lets 1 octet of what the s',
    'On the path, behind it: Cisco PIX 5.1 "fixup proto',
  ]);
  const only = explainScenario(read('server: { tls: { min: TLSv1, max: TLSv1 } }\n'));
  expect(only).toContain('Of TLS it speaks TLSv1 and nothing else.');
  expect(explainScenario(read('server: { tls: { min: TLSv1.3 } }\n'))).toContain(
    'Of TLS it speaks nothing older than TLSv1.3.',
  );
});
