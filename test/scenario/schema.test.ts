// The author's form: every sugar, every default, and refusals with the place of the value that is wrong.

import { read, readRule, readSteps, refused } from './reading';

const ms = (min: number, max = min) => ({ min, max });
const lines = (...texts: readonly string[]) => ({ step: 'reply', reply: { kind: 'lines', lines: texts } });

describe('sugar becomes steps', () => {
  test('in the order set, hold, wait, reply, do, next, however it is written', () => {
    expect(
      readSteps(
        'then: close',
        'do: [{ wait: 1 s }]',
        'reply: "450 no"',
        'delay: 3 s',
        'hold: { until: DATA, atMost: 5 s }',
        'set: { state: grey }',
      ),
    ).toEqual([
      { step: 'set', states: { grey: 'set' } },
      { step: 'hold', until: 'DATA', atMost: ms(5000) },
      { step: 'wait', ms: ms(3000) },
      lines('450 no'),
      { step: 'wait', ms: ms(1000) },
      { step: 'next', next: 'close' },
    ]);
  });

  test('do: takes a word, a map, or a list', () => {
    expect(readSteps('do: close')).toEqual([{ step: 'next', next: 'close' }]);
    expect(readSteps('do: ignore')).toEqual([{ step: 'ignore' }]);
    expect(readSteps('do: { reply: "421 bye", then: reset }')).toEqual([
      lines('421 bye'),
      { step: 'next', next: 'reset' },
    ]);
    expect(readSteps('do: [{ wait: 1 s..5 s }, { mute: 10 s }, { deaf: { for: 1 min } }, mute]')).toEqual([
      { step: 'wait', ms: ms(1000, 5000) },
      { step: 'mute', ms: 10_000 },
      { step: 'deaf', ms: 60_000 },
      { step: 'mute', ms: null },
    ]);
  });

  test('hold: by time alone means any octet; atMost is 2 s unless given', () => {
    expect(readSteps('hold: 3 s')).toEqual([{ step: 'hold', octets: 1, atMost: ms(3000) }]);
    expect(readSteps('hold: { lines: 2 }')).toEqual([{ step: 'hold', lines: 2, atMost: ms(2000) }]);
    expect(readSteps('hold: { octets: 1 KB, atMost: 1 s..2 s }')).toEqual([
      { step: 'hold', octets: 1000, atMost: ms(1000, 2000) },
    ]);
  });

  test('dribble: a time means one octet each', () => {
    expect(readSteps('reply: "250 ok"', 'dribble: 500 ms')).toEqual([
      { ...lines('250 ok'), dribble: { octets: 1, every: ms(500) } },
    ]);
    expect(readSteps('raw: "x\\r\\n"', 'dribble: { octets: 2, every: 1 s }')).toEqual([
      { step: 'raw', octets: 'x\r\n', dribble: { octets: 2, every: ms(1000) } },
    ]);
  });

  test('set: states, extensions, size, host name', () => {
    expect(
      readSteps(
        'set: { state: { grey: seen, n: 3, gone: null }, extensions: [SIZE, STARTTLS], size: 1 MB, hostname: b.example }',
      ),
    ).toEqual([
      {
        step: 'set',
        states: { grey: 'seen', n: '3', gone: null },
        extensions: { plain: ['SIZE', 'STARTTLS'], tls: ['SIZE'] },
        sizeLimit: 1_000_000,
        hostname: 'b.example',
      },
    ]);
    expect(readSteps('set: { size: null }')).toEqual([{ step: 'set', states: {}, sizeLimit: null }]);
  });
});

describe('replies', () => {
  test.each([
    ['reply: 550', { kind: 'code', code: 550 }],
    ['reply: "550"', { kind: 'code', code: 550 }],
    ['reply: 550 no', { kind: 'lines', lines: ['550 no'] }],
    ['reply: "250 "', { kind: 'lines', lines: ['250 '] }],
    ['reply: "250 ok\\r\\n"', { kind: 'lines', lines: ['250 ok'] }],
    ['reply: "999 odd"', { kind: 'lines', lines: ['999 odd'] }],
    ['reply: { code: 250 }', { kind: 'code', code: 250 }],
    ['reply: { code: 250, text: null }', { kind: 'bare', code: 250 }],
    ['reply: { code: 250, text: "" }', { kind: 'lines', lines: ['250 '] }],
    ['reply: { code: 250, text: "a\\nb" }', { kind: 'lines', lines: ['250-a', '250 b'] }],
    ['reply: "250-a\\r\\n250 b"', { kind: 'lines', lines: ['250-a', '250 b'] }],
  ])('%s', (line, reply) => {
    expect(readSteps(line)).toEqual([{ step: 'reply', reply }]);
  });

  test('a block whose first line alone has a code is numbered through', () => {
    expect(readSteps('reply: |', '  250 first', '  second', '  third')).toEqual([
      lines('250-first', '250-second', '250 third'),
    ]);
  });

  test('a block whose lines carry codes is sent as it is, mixed or unfinished', () => {
    expect(readSteps('reply: |', '  250-a', '  550-b', '  250-c')).toEqual([lines('250-a', '550-b', '250-c')]);
  });

  test('a list is several replies', () => {
    expect(readSteps('reply: ["250 ok", 354, { code: 250, text: null }]')).toEqual([
      lines('250 ok'),
      { step: 'reply', reply: { kind: 'code', code: 354 } },
      { step: 'reply', reply: { kind: 'bare', code: 250 } },
    ]);
  });

  test.each([
    ['reply: no such user', ':3:12: the reply begins with "no such user"; expected a three-digit code and a blank'],
    ['reply: 550no', ':3:12: the reply begins with "550no"; expected a three-digit code and a blank; write "550 no"'],
    ['reply: "550-no"', ':3:12: the reply "550-no" announces a further line and has none; write "550 no", or use raw:'],
    ['reply: ""', ':3:12: the reply is empty'],
    ['reply: 55', ':3:12: the number 55 is too small; expected at least 100'],
    ['reply: 4.5', ':3:12: found the number 4.5; expected a whole number'],
    ['reply: true', ':3:12: found true; expected'],
    ['reply: []', ':3:12: the list is empty; expected at least one item'],
    ['reply: ["250 ok", "no"]', ':3:23: the reply begins with "no"'],
    ['reply: { code: 250, txt: x }', ':3:25: unknown key "txt"; did you mean "text"?'],
    ['reply: { text: x }', ':3:12: "code" is missing'],
  ])('%s is refused', (line, problem) => {
    expect(refused(`rules:\n  - on: RCPT\n    ${line}\n`)[0]).toContain(`case.yaml${problem}`);
  });

  test('some lines with a code and some without', () => {
    expect(refused('rules:\n  - on: RCPT\n    reply: |\n      250-a\n      b\n      250 c\n')).toEqual([
      'case.yaml:3:12: some lines of the reply carry a code and some do not; expected a code on every line or on the first alone; use raw: for a reply that is broken on purpose',
    ]);
  });
});

describe('raw octets', () => {
  test.each([
    ['raw: "250 ok\\n"', { octets: '250 ok\n' }],
    ['raw: { hex: "32 35 30 0d0a" }', { octets: '250\r\n' }],
    ['raw: { base64: "MjUwDQo=" }', { octets: '250\r\n' }],
    ['raw: { hex: "ff", as: 250 }', { octets: '\xff', as: 250 }],
    ['raw: { text: "a\\r\\n" }', { octets: 'a\r\n' }],
  ])('%s', (line, step) => {
    expect(readSteps(line)).toEqual([{ step: 'raw', ...step }]);
  });

  test('as: beside raw', () => {
    expect(readSteps('raw: "x"', 'as: 354')).toEqual([{ step: 'raw', octets: 'x', as: 354 }]);
  });

  test.each([
    ['raw: { hex: "3" }', '3:17: "3" is not hexadecimal'],
    ['raw: { base64: "?" }', '3:20: "?" is not base64'],
    ['raw: { hex: "32", base64: "Mg==" }', '3:10: expected exactly one of text, hex and base64'],
    ['raw: 250', '3:10: found the number 250; expected a text; put quotes around it'],
  ])('%s is refused', (line, problem) => {
    expect(refused(`rules:\n  - on: RCPT\n    ${line}\n`)[0]).toContain(`case.yaml:${problem}`);
  });
});

describe('matchers', () => {
  test('every condition', () => {
    const rule = readRule(
      'on: BDAT',
      'when:',
      '  connection: 2',
      '  nth: "2.."',
      '  sender: ""',
      '  recipient: "*@example.com"',
      '  argument: /x/i',
      '  line: "a?"',
      '  peer: 127.0.0.1',
      '  helo: "[*]"',
      '  mechanism: PLAIN',
      '  user: u',
      '  mode: content',
      '  tls: true',
      '  esmtp: false',
      '  authenticated: true',
      '  early: true',
      '  octets: ">= 4 KB"',
      '  last: true',
      '  chunkOctets: "< 10"',
      '  chunk: 1',
      '  recipients: "2..4"',
      '  state: grey',
      '  not: { tls: true, not: { early: true } }',
      'reply: 250',
    );
    expect(rule.when).toEqual({
      connection: ms(2),
      nth: ms(2, Number.MAX_SAFE_INTEGER),
      sender: '',
      recipient: '*@example.com',
      argument: '/x/i',
      line: 'a?',
      peer: '127.0.0.1',
      helo: '[*]',
      mechanism: 'PLAIN',
      user: 'u',
      mode: 'content',
      tls: true,
      esmtp: false,
      authenticated: true,
      early: true,
      octets: ms(4000, Number.MAX_SAFE_INTEGER),
      last: true,
      chunkOctets: { min: 0, max: 10, exclusiveMax: true },
      chunk: ms(1),
      recipients: ms(2, 4),
      states: [{ name: 'grey', set: true }],
      not: { tls: true, not: { early: true } },
    });
  });

  test.each([
    ['grey', [{ name: 'grey', set: true }]],
    ['{ grey: seen }', [{ name: 'grey', set: true, value: 'seen' }]],
    ['{ grey: 3 }', [{ name: 'grey', set: true, value: '3' }]],
    ['{ grey: ">= 5 s" }', [{ name: 'grey', set: true, age: ms(5000, Number.MAX_SAFE_INTEGER) }]],
    [
      '{ grey: { value: seen, age: "< 1 min" } }',
      [{ name: 'grey', set: true, value: 'seen', age: { min: 0, max: 60_000, exclusiveMax: true } }],
    ],
    [
      '{ grey: false, up: true }',
      [
        { name: 'grey', set: false },
        { name: 'up', set: true },
      ],
    ],
    [
      '[grey, { up: null }]',
      [
        { name: 'grey', set: true },
        { name: 'up', set: false },
      ],
    ],
  ])('state: %s', (written, states) => {
    expect(readRule('on: RCPT', `when: { state: ${written} }`, 'reply: 450').when).toEqual({ states });
  });

  test.each([
    [
      '{ recipient: "<a@b>" }',
      '3:24: <a@b> can never match: addresses are matched without their brackets; write "a@b"',
    ],
    ['{ recipient: "/(a/" }', '3:24: the pattern /(a/ is not a regular expression: Unterminated group (at its end)'],
    ['{ recipient: 5 }', '3:24: found the number 5; expected a text; put quotes around it'],
    ['{ recipent: a }', '3:13: unknown key "recipent"; did you mean "recipient"?'],
    ['{ not: { tsl: true } }', '3:20: unknown key "tsl"; did you mean "tls"?'],
    ['{ tls: yes }', '3:18: found "yes"; expected true or false; write true'],
    ['{ nth: "4..2" }', '3:18: "4..2" runs backwards; expected the smaller end first'],
    ['{ nth: "2 s" }', '3:18: "2 s" is a plain count and takes no unit'],
    ['{ state: { grey: ">= 5" } }', '3:28: the duration >= 5 has no unit'],
    [
      '{ mode: comand }',
      '3:19: unknown word "comand"; expected one of command, content, sasl, bdat; did you mean "command"?',
    ],
  ])('when: %s is refused', (when, problem) => {
    expect(refused(`rules:\n  - on: RCPT\n    when: ${when}\n    reply: 550\n`)[0]).toContain(`case.yaml:${problem}`);
  });
});

describe('rules', () => {
  test('defaults', () => {
    expect(readRule('on: RCPT', 'reply: 550')).toEqual({
      id: 'rules[0]',
      on: ['RCPT'],
      when: {},
      times: null,
      per: 'run',
      probability: 1,
      after: null,
      every: null,
      pass: false,
      counts: true,
      steps: [{ step: 'reply', reply: { kind: 'code', code: 550 } }],
      at: 'case.yaml:2',
    });
  });

  test('everything a rule can say', () => {
    expect(
      readRule(
        'on: [idle, timer]',
        'id: mine',
        'times: 2',
        'per: connection',
        'probability: 0.5',
        'after: 5 s',
        'every: 1 s',
        'counts: false',
        'reply: 421',
      ),
    ).toMatchObject({
      id: 'mine',
      on: ['idle', 'timer'],
      times: 2,
      per: 'connection',
      probability: 0.5,
      after: 5000,
      every: 1000,
      counts: false,
    });
  });

  test('any is no event in particular', () => {
    expect(readRule('on: any', 'do: close').on).toEqual([]);
  });

  test('after: octets for content, 0 when left out', () => {
    expect(readRule('on: content', 'after: 4 KB', 'do: mute').after).toBe(4000);
    expect(readRule('on: content', 'after: 100', 'do: mute').after).toBe(100);
    expect(readRule('on: content', 'do: mute').after).toBe(0);
  });

  test('pass: takes note and does not answer', () => {
    expect(readRule('on: EHLO', 'pass: true', 'set: { extensions: [] }', 'delay: 1 s')).toMatchObject({ pass: true });
    expect(readRule('on: EHLO', 'pass: true').steps).toEqual([]);
  });

  test('groups share conditions and keep their place as id', () => {
    const { rules } = read(
      'rules:\n  - on: MAIL\n    reply: 250\n  - when: { connection: 2, state: up }\n    rules:\n      - on: RCPT\n        when: { tls: true, state: grey }\n        reply: 450\n',
    );
    expect(rules.map((rule) => rule.id)).toEqual(['rules[0]', 'rules[1].rules[0]']);
    expect(rules[1]?.when).toEqual({
      connection: ms(2),
      tls: true,
      states: [
        { name: 'up', set: true },
        { name: 'grey', set: true },
      ],
    });
    expect(rules[1]?.at).toBe('case.yaml:6');
  });

  test('connections: lists of rules of their own', () => {
    const { connections } = read(
      'connections:\n  - [{ on: MAIL, reply: 450 }]\n  - rules: [{ on: RCPT, reply: 550 }]\n',
    );
    expect(connections.map((rules) => rules.map((rule) => rule.id))).toEqual([
      ['connections[0][0]'],
      ['connections[1][0]'],
    ]);
  });

  test.each([
    ['a mistyped event', 'on: RCTP\n    reply: 550', '2:9: unknown word "RCTP"'],
    ['an event in small letters', 'on: rcpt\n    reply: 550', '2:9: unknown word "rcpt"'],
    ['a mistyped event in a list', 'on: [MAIL, RCTP]\n    reply: 550', '2:16: unknown word "RCTP"'],
    ['no event', 'reply: 550', '2:5: "on" is missing; expected an event such as RCPT'],
    ['a mistyped key', 'on: RCPT\n    repy: 550', '3:5: unknown key "repy"; did you mean "reply"?'],
    [
      'a mistyped key, and no noise about what it lacks',
      'onn: RCPT\n    reply: 550',
      '2:5: unknown key "onn"; did you mean "on"?',
    ],
    ['a mistyped word', 'on: RCPT\n    then: clos', '3:11: unknown word "clos"'],
    [
      'nothing to do',
      'on: RCPT',
      '2:5: the rule does nothing; expected reply, raw, do, then, delay, hold or set; or write pass: true',
    ],
    ['a word that is no rule', 'RCPT', '2:5: found "RCPT"; expected a rule: a map with on: and what to do'],
    [
      'no unit',
      'on: RCPT\n    delay: 3\n    reply: 550',
      '3:12: the duration 3 has no unit; expected e.g. 20 ms, 3 s, 5 min, 2 h or 1 d; write "3 ms" or "3 s"',
    ],
    ['a negative delay', 'on: RCPT\n    delay: -3 s\n    reply: 550', '3:12: a duration cannot be negative: "-3 s"'],
    [
      'times 0',
      'on: RCPT\n    times: 0\n    reply: 550',
      '3:12: a rule that is used 0 times never answers; expected 1 or more; take the rule out',
    ],
    ['per without times', 'on: RCPT\n    per: peer\n    reply: 550', '3:10: "per" narrows what "times" counts'],
    [
      'probability 2',
      'on: RCPT\n    probability: 2\n    reply: 550',
      '3:18: the number 2 is too big; expected at most 1',
    ],
    ['reply and raw', 'on: RCPT\n    reply: 550\n    raw: "x"', '4:10: reply and raw side by side'],
    ['as without raw', 'on: RCPT\n    reply: 550\n    as: 250', '4:9: "as" says what raw octets stand for'],
    ['dribble without octets', 'on: RCPT\n    delay: 1 s\n    dribble: 1 s', '4:14: "dribble" needs a reply'],
    ['hold until two things', 'on: RCPT\n    hold: { until: DATA, lines: 1 }', '3:11: holds until several things'],
    [
      'pass and reply',
      'on: RCPT\n    pass: true\n    reply: 550',
      '3:11: a rule that passes lets another source answer',
    ],
    [
      'idle without a time',
      'on: idle\n    reply: 421',
      '2:5: "after" is missing: idle needs a time; write e.g. after: 5 s',
    ],
    [
      'after on RCPT',
      'on: RCPT\n    after: 5 s\n    reply: 421',
      '3:12: "after" has no meaning for RCPT; expected it on idle, timer or content; use delay:',
    ],
    ['every on RCPT', 'on: RCPT\n    every: 5 s\n    reply: 421', '3:12: "every" has no meaning here'],
    ['octets for idle', 'on: idle\n    after: 5 KB\n    reply: 421', '3:12: "KB" in "5 KB" is not a unit of time'],
    [
      'steps behind close',
      'on: RCPT\n    do: [close, { reply: 550 }]',
      '3:9: steps stand behind "close", where none is ever run',
    ],
    ['two endings', 'on: RCPT\n    do: close\n    then: reset', '4:11: do: already ends with what happens next'],
    ['a step without content', 'on: RCPT\n    do: [{ as: 250 }]', '3:16: "as" says what raw octets stand for'],
    ['a mistyped step', 'on: RCPT\n    do: [{ wiat: 1 s }]', '3:12: unknown key "wiat"; did you mean "wait"?'],
    ['a mistyped step word', 'on: RCPT\n    do: [mut]', '3:10: unknown word "mut"'],
    ['an empty set', 'on: RCPT\n    set: {}', '3:10: sets nothing; expected state, extensions, size or hostname'],
    ['a mistyped set', 'on: RCPT\n    set: { stat: x }', '3:12: unknown key "stat"; did you mean "state"?'],
    ['a name nobody knows', 'on: RCPT\n    reply: "550 {sendr} no"', '3:12: unknown name {sendr} in a text'],
    [
      'a name nobody knows, in the second reply of a list',
      'on: RCPT\n    reply: ["250 ok", "550 {sendr}"]',
      '3:23: unknown name {sendr} in a text',
    ],
    [
      'a name nobody knows, in a step',
      'on: RCPT\n    do: [{ wait: 1 s }, { reply: "550 {sendr}" }]',
      '3:34: unknown name {sendr} in a text',
    ],
  ])('%s', (_what, rule, problem) => {
    expect(refused(`rules:\n  - ${rule}\n`)[0]).toContain(`case.yaml:${problem}`);
    expect(refused(`rules:\n  - ${rule}\n`)).toHaveLength(1);
  });

  test('a mistake inside a group is named as what it is', () => {
    expect(refused('rules:\n  - when: { connection: 1 }\n    rules:\n      - on: RCPT\n        rply: 550\n')).toEqual([
      'case.yaml:5:9: unknown key "rply"; did you mean "reply"?',
    ]);
  });

  test('a condition given by group and rule', () => {
    expect(
      refused('rules:\n  - when: { tls: true }\n    rules:\n      - { on: RCPT, when: { tls: false }, reply: 550 }\n'),
    ).toEqual(['case.yaml:4:21: tls is a condition of the group already; expected it in one place']);
  });

  test('two rules of one name', () => {
    expect(refused('rules:\n  - { on: RCPT, id: a, reply: 550 }\n  - { on: MAIL, id: a, reply: 550 }\n')).toEqual([
      'case.yaml:3:21: two rules are called "a"; expected different ids',
    ]);
  });

  test('captures of any pattern are names for any text', () => {
    const text =
      'rules:\n  - on: MAIL\n    when: { sender: "/(?<local>.*)@/" }\n    pass: true\n  - on: RCPT\n    reply: "550 {local} no"\n';
    expect(read(text).rules).toHaveLength(2);
  });
});

describe('states', () => {
  test('declare themselves as global, unless states: says more', () => {
    expect(read('rules:\n  - { on: MAIL, set: { state: up }, pass: true }\n').states).toEqual({ up: 'global' });
    expect(
      read('states: { grey: sender+recipient }\nrules:\n  - { on: MAIL, set: { state: grey }, pass: true }\n').states,
    ).toEqual({ grey: 'sender+recipient' });
    expect(read('states: [a, b]\n').states).toEqual({ a: 'global', b: 'global' });
  });

  test('with states: declared, another name is a slip', () => {
    expect(
      refused('states: { grey: peer }\nrules:\n  - on: MAIL\n    when: { state: gery }\n    reply: 450\n'),
    ).toEqual(['case.yaml:3:5: the state "gery" is not declared; expected one of grey; did you mean "grey"?']);
  });
});

test('a resolved scenario is plain JSON', () => {
  const scenario = read(
    'server: { policies: { size: 1 MB } }\npath: [pix-fixup, { reset: after-dot }]\nrules:\n  - on: MAIL\n    when: { nth: "2..", octets: "..5", not: { connection: "> 3" } }\n    hold: { until: RCPT }\n    reply: 250\n',
  );
  expect(JSON.parse(JSON.stringify(scenario))).toEqual(scenario);
  const holdsUndefined = (value: unknown): boolean =>
    value === undefined || (typeof value === 'object' && value !== null && Object.values(value).some(holdsUndefined));
  expect(holdsUndefined(scenario)).toBe(false);
});
