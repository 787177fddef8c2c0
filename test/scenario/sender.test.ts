import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { OBLIGATIONS } from '../../src/obligations/catalogue';
import { ScenarioError } from '../../src/scenario/scenario-error';
import { listSenders, loadSender } from '../../src/scenario/sender';
import type { Sender } from '../../src/scenario/sender';
import { everyStep } from '../../src/scenario/sender-step';
import { checkSenderText, fillSenderText } from '../../src/scenario/sender-text';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'senders-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function load(text: string): Sender {
  const path = join(folder, 'own.yaml');
  writeFileSync(path, text);
  return loadSender(path);
}

/** The problems of a file, each as `line:column message; fix`. */
function problems(text: string): string[] {
  try {
    load(text);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(
      ({ line, column, message, fix }) => `${line}:${column} ${message}${fix === undefined ? '' : `; ${fix}`}`,
    );
  }
  return [];
}

const head = 'name: own\ntitle: of the test\n';

describe('shipped senders', () => {
  const shipped = readdirSync(resolve(__dirname, '../../senders')).map((file) => file.replace(/\.yaml$/, ''));

  test.each(shipped)('%s loads, and is called as its file is', (name) => {
    expect(loadSender(name).name).toBe(name);
  });

  test('are all listed, by name', () => {
    expect(listSenders().map(({ name }) => name)).toEqual([...shipped].sort());
  });

  test('are all in the table of docs/senders.md', () => {
    const page = readFileSync(resolve(__dirname, '../../docs/senders.md'), 'utf8');
    const rows = page.split('\n').map((row) => row.split('|').map((cell) => cell.trim()));
    const said = (name: string): readonly string[] | undefined => rows.find(([, first]) => first === `\`${name}\``);
    for (const { name, title, breaks } of listSenders()) {
      expect([name, ...(said(name)?.slice(2, 4) ?? [])]).toEqual([
        name,
        title,
        breaks.map((id) => `\`${id}\``).join(', '),
      ]);
    }
  });

  test('break every obligation but those that no script can', () => {
    const broken = new Set(listSenders().flatMap(({ breaks }) => breaks));
    const unbroken = OBLIGATIONS.filter(({ id }) => !broken.has(id)).map(({ id }) => id);
    // The first is about our own reader; the second needs a SASL security layer.
    expect(unbroken).toEqual(['dot-split', 'auth-layer-reehlo']);
  });

  test('those called well-behaved break nothing', () => {
    const good = listSenders().filter(({ name }) => name.startsWith('well-behaved'));
    expect(good.map(({ name }) => name)).toEqual([
      'well-behaved',
      'well-behaved-mta',
      'well-behaved-pipelining',
      'well-behaved-tls',
    ]);
    expect(good.flatMap(({ breaks }) => breaks)).toEqual([]);
  });
});

describe('what a file may say', () => {
  test('connecting needs no line where there is nothing to say about it', () => {
    const { steps } = load(`${head}steps: [{ expect: any }]\n`);
    expect(steps).toEqual([
      { step: 'connect', inClear: false, on: {} },
      { step: 'expect', on: { other: [] } },
    ]);
  });

  test('what is left out has its default, and what a parent says is inherited part by part', () => {
    const { role, reads, ending, claims, source, atMostMs } = load(`${head}steps: content\n`);
    expect({ role, reads, ending, claims, source, atMostMs }).toEqual({
      role: 'unknown',
      reads: 'paired',
      ending: '\r\n',
      claims: null,
      source: null,
      atMostMs: 1_800_000,
    });
    const child = load(`${head}extends: well-behaved\nending: LF\nparts: { goodbye: close }\n`);
    expect(child).toMatchObject({ role: 'submission', ending: '\n', breaks: [] });
    expect([...everyStep(child.steps)].filter((step) => step.step === 'do' && step.part === 'goodbye')).toEqual([
      { step: 'do', part: 'goodbye', steps: [{ step: 'close' }] },
    ]);
  });

  test('a code, a class, any, and a map of ends', () => {
    const { steps } = load(
      `${head}steps: [connect, expect: 250, expect: "2", expect: any, expect: { "421": stop, silence: [] }]\n`,
    );
    expect(steps.slice(1)).toEqual([
      { step: 'expect', on: { '250': [] } },
      { step: 'expect', on: { '2': [] } },
      { step: 'expect', on: { other: [] } },
      { step: 'expect', on: { '421': [{ step: 'stop' }], silence: [] } },
    ]);
  });

  test('times and sizes carry units, and never is for ever', () => {
    const { steps } = load(
      `${head}steps: [connect, { expect: any, within: never }, { wait: 2 min }, { for-each-chunk: bdat, octets: 1 KiB }]\n`,
    );
    expect(steps.slice(1)).toEqual([
      { step: 'expect', on: { other: [] }, withinMs: null },
      { step: 'wait', ms: 120_000 },
      { step: 'for-each-chunk', octets: 1024, steps: [{ step: 'bdat' }] },
    ]);
  });

  test('a parent by its path, seen from the file', () => {
    writeFileSync(join(folder, 'parent.yaml'), `name: parent\ntitle: t\nrole: mta\nsteps: quit\n`);
    expect(load(`${head}extends: ./parent.yaml\n`).role).toBe('mta');
  });
});

describe('mistakes are told with their place', () => {
  test.each([
    [
      'a mistyped verb',
      'steps:\n  - connect\n  - sned: "NOOP"\n',
      /^5:5 a step without a verb.*; did you mean "send"\?$/,
    ],
    ['a mistyped word', 'steps:\n  - conect\n', /^4:5 unknown step "conect".*; did you mean "connect"\?$/],
    ['a verb that needs more', 'steps: [send]\n', /^3:9 "send" needs to be told more/],
    ['two verbs in one step', 'steps:\n  - { send: NOOP, expect: "2" }\n', /^4:5 send and expect in one step/],
    ['an unknown option', 'steps:\n  - { send: NOOP, endng: LF }\n', /unknown key "endng"; did you mean "ending"\?$/],
    [
      'a name that texts do not have',
      'steps:\n  - send: "EHLO {hello}"\n',
      /^4:11 \{hello\} in a text names nothing.*; did you mean "helo"\?$/,
    ],
    [
      'a form that names do not have',
      'steps:\n  - send: "VRFY {recipient:locl}"\n',
      /unknown form.*; did you mean "local"\?$/,
    ],
    ['a line end in a line', 'steps:\n  - send: "NOOP\\r\\n"\n', /a line end in a text of one line/],
    ['an octet that is none', 'steps:\n  - raw: "\\u20ac"\n', /is not one octet.*\\xe2\\x82\\xac/],
    ['a reply that is none', 'steps:\n  - expect: 2yz\n', /"2yz" is no reply code/],
    [
      'an end that a wait does not have',
      'steps:\n  - expect: { silense: [] }\n',
      /"silense" is no end of this wait.*; did you mean "silence"\?$/,
    ],
    [
      'a mistake in a branch',
      'steps:\n  - expect:\n      "2":\n        - conten\n',
      /^6:11 unknown step "conten".*; did you mean "content"\?$/,
    ],
    ['a duration without a unit', 'steps:\n  - wait: 5\n', /the duration 5 has no unit/],
    ['a condition that asks nothing', 'steps:\n  - { if: {}, then: quit }\n', /a condition that asks nothing/],
    [
      'a mistyped condition',
      'steps:\n  - { if: { ofered: SIZE }, then: quit }\n',
      /unknown key "ofered"; did you mean "offered"\?$/,
    ],
    [
      'an unknown part',
      'extends: well-behaved\nsteps:\n  - do: delivry\n',
      /^5:9 there is no part "delivry".*; did you mean "delivery"\?$/,
    ],
    [
      'a part within itself',
      'parts:\n  a: { do: b }\n  b: { do: a }\nsteps: { do: a }\n',
      /^3:1 the part "a" leads back to itself$/,
    ],
    ['waiting in a burst', 'steps:\n  - burst: [{ send: NOOP }, { expect: "2" }]\n', /^3:1 "expect" in a burst/],
    ['slow content in a burst', 'steps:\n  - burst: { content: { within: 1 s } }\n', /^3:1 "content" in a burst/],
    [
      'an unknown obligation',
      'breaks: [ehlo-frist]\nsteps: quit\n',
      /^3:10 unknown obligation "ehlo-frist"; did you mean "ehlo-first"\?$/,
    ],
    [
      'an unknown parent',
      'extends: well-behavd\n',
      /^3:10 unknown sender "well-behavd".*; did you mean "well-behaved"\?$/,
    ],
    ['no steps at all', '', /a sender without steps/],
    ['no verb that is known', 'steps:\n  - 5\n', /^4:5 found the number 5; expected a step/],
  ])('%s', (_what, text, expected) => {
    const found = problems(head + text);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
  });

  test('a family in a circle', () => {
    writeFileSync(join(folder, 'other.yaml'), `name: other\ntitle: t\nextends: ./own.yaml\n`);
    expect(problems(`${head}extends: ./other.yaml\n`).join()).toMatch(/already in the line/);
  });

  test('a name that nobody ships', () => {
    expect(() => loadSender('well-behave')).toThrow(/^well-behave: unknown sender.*did you mean "well-behaved"\?$/);
  });

  test('a file that is not there', () => {
    expect(() => loadSender('./nowhere.yaml')).toThrow(/^nowhere.yaml: no such sender file/);
  });
});

describe('texts', () => {
  const values = { recipient: 'Jim@Example.com', sender: 'a\r\nb', helo: '\u00c4\u008d\u00c4\u008ax' } as const;
  const fill = (text: string): string =>
    fillSenderText(text, (name) => (values as Record<string, string>)[name] ?? `<${name}>`);

  test.each([
    ['RCPT TO:<{recipient}>', 'RCPT TO:<Jim@Example.com>'],
    ['{recipient:lower}', 'jim@example.com'],
    ['{recipient:local}', 'Jim'],
    ['{sender}', 'a??b'],
    ['{sender:raw}', 'a\r\nb'],
    ['{helo:folded}', '\r\nx'],
    ['{message-id} {n}', '<message-id> <n>'],
    ['{{sender}', '{sender}'],
  ])('%s', (text, filled) => {
    expect(() => checkSenderText(text)).not.toThrow();
    expect(fill(text)).toBe(filled);
  });

  test.each(['{', '{}', '{line}', 'a { b'])('"%s" is refused', (text) => {
    expect(() => checkSenderText(text)).toThrow(/names nothing/);
  });
});
