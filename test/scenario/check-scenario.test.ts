// What is allowed and odd: each oddity is said, and an ordinary scenario gets no warning.

import { checkScenario } from '../../src/scenario/check-scenario';
import { read } from './reading';

function warnings(rules: string): readonly string[] {
  return checkScenario(read(`rules:\n${rules}`)).map(({ rule, message }) => `${rule ?? 'scenario'} ${message}`);
}

test('an ordinary scenario has none', () => {
  expect(
    warnings(
      '  - { on: RCPT, times: 1, reply: "450 later" }\n  - { on: RCPT, reply: "550 no" }\n  - { on: MAIL, set: { state: a }, pass: true }\n  - { on: DATA, when: { state: a }, raw: "354 go\\r\\n", as: 354 }\n',
    ),
  ).toEqual([]);
});

describe('rules that are never reached', () => {
  test('behind one that matches the same', () => {
    expect(warnings('  - { on: [MAIL, RCPT], reply: 250 }\n  - { on: [RCPT, MAIL], reply: 550 }\n')).toEqual([
      'rules[1] is never reached: rules[0] matches the same and never runs out',
    ]);
  });

  test('behind one that matches everything', () => {
    expect(warnings('  - { on: any, do: close }\n  - { on: MAIL, reply: 550 }\n')).toHaveLength(1);
  });

  test.each([
    ['runs out', '{ on: MAIL, times: 1, reply: 250 }'],
    ['is drawn', '{ on: MAIL, probability: 0.5, reply: 250 }'],
    ['passes', '{ on: MAIL, pass: true }'],
    ['wants more', '{ on: MAIL, when: { tls: true }, reply: 250 }'],
  ])('but not behind one that %s', (_why, rule) => {
    expect(warnings(`  - ${rule}\n  - { on: MAIL, reply: 550 }\n`)).toEqual([]);
  });

  test('thresholds of content are different rules', () => {
    expect(
      warnings('  - { on: content, after: 10, reply: 250 }\n  - { on: content, after: 20, reply: 550 }\n'),
    ).toEqual([]);
  });
});

test.each([
  [`{ on: MAIL, reply: "250 ${'x'.repeat(507)}" }`, 'sends a reply line of 513 octets; RFC 5321 4.5.3.1.5 allows 512'],
  ['{ on: MAIL, reply: "250-a\\n550 b" }', 'sends different codes in one reply: 250, 550'],
  ['{ on: MAIL, reply: "250-a\\n250-b" }', 'sends a reply that announces a further line and has none'],
  ['{ on: MAIL, reply: "650 odd" }', 'sends the code 650; RFC 5321 4.2 knows 200 to 599'],
  ['{ on: MAIL, reply: 199 }', 'sends the code 199; RFC 5321 4.2 knows 200 to 599'],
  ['{ on: MAIL, raw: "hello\\r\\n" }', 'sends raw octets without a code, which move no state'],
  ['{ on: MAIL, raw: "250 ok\\r\\n" }', 'sends raw octets that look like 250 but move no state; "as" would say so'],
  ['{ on: MAIL, raw: "250 ok", as: 250 }', 'sends raw octets without a line end'],
  ['{ on: MAIL, do: deaf }', 'stops reading; on loopback a client notices only behind 3908608 octets'],
  ['{ on: MAIL, probability: 0, reply: 250 }', 'has probability 0 and never answers'],
  ['{ on: peer-close, reply: 250 }', 'answers a client that has gone'],
  ['{ on: MAIL, when: { state: up }, reply: 250 }', 'waits for the state "up", which no rule sets'],
])('%s', (rule, message) => {
  expect(warnings(`  - ${rule}\n`)).toEqual([`rules[0] ${message}`]);
});

test('a reply line of exactly 512 octets is allowed', () => {
  expect(warnings(`  - { on: MAIL, reply: "250 ${'x'.repeat(506)}" }\n`)).toEqual([]);
});

test('implicit TLS that no server speaks', () => {
  expect(checkScenario(read('submit: { tls: implicit }\n'))).toEqual([
    { rule: null, message: 'the client is asked for implicit TLS, and no server speaks it' },
  ]);
});

describe('a window that closes', () => {
  const path = 'path: [mtu-black-hole: { way: zero-window }]\n';
  const messages = (source: string): readonly string[] => checkScenario(read(source)).map(({ message }) => message);

  test('is noticed in a message of 8 MB, and not in a smaller one', () => {
    const message = 'no message has 8 MB: behind a zero window a smaller one stalls as with swallow';
    expect(messages(path)).toEqual([message]);
    expect(messages(`${path}submit: [{ to: a@b.example, content: 7999 KB }]\n`)).toEqual([message]);
    expect(messages(`${path}submit: [{ to: a@b.example, content: 8 MB }]\n`)).toEqual([]);
  });

  test('asks nothing of a path that swallows', () => {
    expect(messages('path: [mtu-black-hole: 1460]\n')).toEqual([]);
  });
});
