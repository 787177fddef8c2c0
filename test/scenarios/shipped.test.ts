// Every shipped scenario: it loads, says where it is from, means what it sends (quoted texts, no warning that is not meant),
// and names a sender that can show it. Together they provoke every obligation, walk through every box and use every voice.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isMap, isScalar, parseDocument, visit, type Scalar } from 'yaml';
import { capabilitiesOf } from '../../src/clients/scripted';
import { missingCapability } from '../../src/gauntlet/needs';
import { BOXES } from '../../src/middlebox/catalogue';
import { OBLIGATIONS, obligation } from '../../src/obligations/catalogue';
import { checkScenario, loadScenario } from '../../src/scenario/load';
import { listPersonas } from '../../src/scenario/persona-load';
import type { Scenario } from '../../src/scenario/scenario';
import { listSenders, loadSender } from '../../src/scenario/sender';

const FOLDER = join(__dirname, '..', '..', 'scenarios');
const SCHEMA_LINE = '# yaml-language-server: $schema=../schema/scenario.schema.json';

const SEEDS = [
  'backup-server',
  'disconnects-and-returns-with-helo',
  'dnsbl-554',
  'dnsbl-content-spew',
  'domino-defaults',
  'domino-hardened',
  'ehlo-421',
  'ehlo-500',
  'ehlo-502',
  'ehlo-550',
  'ehlo-closed',
  'error-limit',
  'error-limit-junk',
  'fails-twice-then-recovers',
  'greylisting',
  'handlers-exhausted',
  'helo-only',
  'mtu-stall',
  'one-packet-spam-pipelining-off',
  'one-packet-spam-pipelining-on',
  'pix-fixup',
  'pix-fixup-noop',
  'plain',
  'rcpt-unknown-spew',
  'vrfy-probe',
];

const TAGS = new Set(
  [
    'seed domino persona pix path mx greeting ehlo helo mail rcpt data content dot session',
    'replies pipelining size chunking dsn utf8 tls auth retry timeout hygiene',
  ].flatMap((words) => words.split(' ')),
);

/** What `check` says and the scenario is about. */
const DEAF = 'stops reading; on loopback a client notices only behind 3908608 octets';
const MEANT: Readonly<Record<string, readonly string[]>> = {
  // A ServerHello.
  'domino-8.5.3-sslv3': ['sends raw octets without a code, which move no state', 'sends raw octets without a line end'],
  'dot-half-reply': [
    'sends raw octets that look like 250 but move no state; "as" would say so',
    'sends raw octets without a line end',
  ],
  'implicit-tls-port-in-clear': ['the client is asked for implicit TLS, and no server speaks it'],
  'mid-data-552-deaf': [DEAF],
  'pipelining-window': [DEAF],
  'slow-reader': [DEAF, DEAF, DEAF, DEAF, DEAF],
  'timeout-data-block': [DEAF],
  'timeout-data-block-late': [DEAF],
};

/** Texts that go out as octets, by the word in front of them. */
const OCTET_KEYS = new Set(['reply', 'raw', 'text', 'message', 'banner', 'starttls-response-injection']);

interface Shipped {
  readonly name: string;
  readonly source: string;
  readonly scenario: Scenario;
}

const shipped: readonly Shipped[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => ({
    name: basename(file, '.yaml'),
    source: readFileSync(join(FOLDER, file), 'utf8'),
    scenario: loadScenario(join(FOLDER, file)),
  }));

/** Names of scenarios that a rule does not hold for, each with what is wrong. */
function offenders(wrong: (one: Shipped) => string | number | boolean | null): readonly string[] {
  return shipped.flatMap((one) => {
    const found = wrong(one);
    return found === false || found === null || found === '' ? [] : [`${one.name}: ${found}`];
  });
}

function keysOf(source: string): readonly string[] {
  const { contents } = parseDocument(source);
  return isMap(contents) ? contents.items.map(({ key }) => (isScalar(key) ? String(key.value) : '')) : [];
}

/** Scalars that are sent and stand in the file without quotes; a bare code would be a number. */
function unquoted(source: string): readonly string[] {
  const found: string[] = [];
  visit(parseDocument(source), {
    Pair(_, { key, value }) {
      if (!isScalar(key) || !OCTET_KEYS.has(String(key.value))) return;
      visit(value as Scalar, (_key, node) => {
        if (isMap(node)) return visit.SKIP;
        if (isScalar(node) && node.value !== null && node.type === 'PLAIN') found.push(node.source ?? '');
        return undefined;
      });
    },
  });
  return found;
}

describe('each file', () => {
  test('bears the name of its scenario', () => {
    expect(offenders(({ name, scenario }) => scenario.name !== name && scenario.name)).toEqual([]);
  });

  test('begins with its schema and two to four lines of what happened in the field', () => {
    expect(
      offenders(({ source }) => {
        const lines = source.split('\n');
        const comment = lines.findIndex((line) => !line.startsWith('# ')) - 1;
        return (lines[0] !== SCHEMA_LINE || comment < 2 || comment > 4) && `${comment} lines`;
      }),
    ).toEqual([]);
  });

  test('says everything that a reader looks for', () => {
    const wanted = ['name', 'title', 'source', 'tags', 'patience', 'expect', 'window', 'sender'];
    expect(
      offenders(({ source }) => {
        const keys = keysOf(source);
        const missing = wanted.filter((key) => !keys.includes(key));
        // What is inherited with `extends:` need not be said again.
        return [...missing, ...(keys.includes('submit') || keys.includes('extends') ? [] : ['submit'])].join(', ');
      }),
    ).toEqual([]);
  });

  test('quotes every text that is sent', () => {
    expect(offenders(({ source }) => unquoted(source).join(', '))).toEqual([]);
  });

  test('is readable: one screen, but for a list that has to be long', () => {
    const long = offenders(({ source }) => source.split('\n').length > 36 && `${source.split('\n').length} lines`);
    expect(long.map((one) => one.replace(/:.*/, ''))).toEqual(['rcpt-452-after-100']);
  });
});

test('an unquoted text is noticed, in whatever form it stands', () => {
  expect(unquoted('rules: [{ on: MAIL, reply: 550 }]')).toEqual(['550']);
  expect(unquoted('rules: [{ on: MAIL, reply: ["250 a", 250 b] }]')).toEqual(['250 b']);
  expect(unquoted('rules: [{ on: MAIL, do: [{ raw: x }] }]')).toEqual(['x']);
  expect(unquoted('rules: [{ on: MAIL, reply: { code: 250, text: no } }]')).toEqual(['no']);
  expect(unquoted('rules:\n  - on: MAIL\n    reply: |\n      250-a\n      250 b\n')).toEqual([]);
});

describe('each scenario', () => {
  test('has a title of its own, one sentence without a full stop', () => {
    expect(offenders(({ scenario }) => /\.$|\n/.test(scenario.title) && scenario.title)).toEqual([]);
    expect(new Set(shipped.map(({ scenario }) => scenario.title)).size).toBe(shipped.length);
  });

  test('has known tags', () => {
    expect(offenders(({ scenario }) => scenario.tags.filter((tag) => !TAGS.has(tag)).join(', '))).toEqual([]);
    expect(offenders(({ scenario }) => scenario.tags.length === 0)).toEqual([]);
  });

  test('gets no warning but those that it is about', () => {
    const warned = shipped.flatMap(({ name, scenario }) => {
      const messages = checkScenario(scenario).map(({ message }) => message);
      return messages.length === 0 ? [] : [[name, messages] as const];
    });
    expect(Object.fromEntries(warned)).toEqual(MEANT);
  });

  test('has obligations to judge, each of them once and known', () => {
    expect(offenders(({ scenario }) => scenario.expect.obligations.length === 0)).toEqual([]);
    expect(
      offenders(({ scenario: { expect: given } }) => {
        const twice = given.obligations.filter((id, index) => given.obligations.indexOf(id) !== index);
        return [...twice, ...given.obligations.filter((id) => obligation(id) === undefined)].join(', ');
      }),
    ).toEqual([]);
  });

  test('waits as long as its patience allows', () => {
    const most = { quick: 30_000, minutes: 16 * 60_000, hours: Infinity };
    expect(offenders(({ scenario }) => scenario.windowMs > most[scenario.patience] && scenario.windowMs)).toEqual([]);
  });

  test('speaks with a persona that there is', () => {
    const personas = new Set(listPersonas().map(({ name }) => name));
    expect(offenders(({ scenario }) => !personas.has(scenario.persona) && scenario.persona)).toEqual([]);
  });
});

describe('the sender of each scenario', () => {
  const senders = new Set(listSenders().map(({ name }) => name));
  const senderOf = ({ scenario }: Shipped): string => scenario.sender ?? '';

  test('exists', () => {
    expect(offenders((one) => !senders.has(senderOf(one)) && senderOf(one))).toEqual([]);
  });

  test('can do what the scenario asks of a client', () => {
    expect(offenders((one) => missingCapability(one.scenario, capabilitiesOf(loadSender(senderOf(one)))))).toEqual([]);
  });

  test('breaks something that the scenario judges, if it breaks anything', () => {
    expect(
      offenders((one) => {
        const { breaks } = loadSender(senderOf(one));
        const shows = breaks.length === 0 || breaks.some((id) => one.scenario.expect.obligations.includes(id));
        return !shows && breaks.join(', ');
      }),
    ).toEqual([]);
  });
});

describe('together they', () => {
  test('are the seeds and many more', () => {
    const seeds = shipped.filter(({ scenario }) => scenario.tags.includes('seed')).map(({ name }) => name);
    expect(seeds.toSorted()).toEqual(SEEDS);
    expect(shipped.length).toBeGreaterThan(70);
  });

  test('provoke every obligation', () => {
    const judged = new Set(shipped.flatMap(({ scenario }) => scenario.expect.obligations));
    expect(OBLIGATIONS.map(({ id }) => id).filter((id) => !judged.has(id))).toEqual([]);
  });

  test('walk through every box', () => {
    const used = new Set(
      shipped.flatMap(({ scenario }) => scenario.servers.flatMap(({ path }) => path.map(({ box }) => box))),
    );
    expect(Object.keys(BOXES).filter((box) => !used.has(box))).toEqual([]);
  });

  test('speak with every voice', () => {
    const used = new Set(shipped.map(({ scenario }) => scenario.persona));
    expect(listPersonas().filter(({ name }) => !used.has(name))).toEqual([]);
  });
});
