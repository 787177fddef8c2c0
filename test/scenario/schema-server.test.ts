// Servers, policies, paths, submissions and expectations: defaults filled in, short forms read, mistakes placed.

import { BOXES } from '../../src/middlebox/catalogue';
import { PLAIN_HABITS } from '../../src/scenario/assemble';
import { loadScenarioText } from '../../src/scenario/load';
import { buildPath } from '../../src/scenario/path';
import type { Policies, ServerConfig } from '../../src/scenario/scenario';
import { read, refused } from './reading';

function server(yaml: string): ServerConfig {
  const [first] = read(yaml).servers;
  if (first === undefined) throw new Error('no server');
  return first;
}

function policies(yaml: string): Policies {
  return server(`server: { policies: ${yaml} }\n`).policies;
}

describe('an empty scenario', () => {
  const scenario = read('name: empty\n');

  test('has every default filled in', () => {
    expect(scenario).toEqual({
      name: 'empty',
      title: 'empty',
      source: null,
      tags: [],
      patience: 'quick',
      persona: 'plain',
      servers: [expect.any(Object)],
      states: {},
      submit: [
        {
          id: 1,
          from: 'sender@example.org',
          to: ['recipient@example.com'],
          content: 'plain',
          size: null,
          file: null,
          tls: 'none',
          auth: null,
        },
      ],
      rules: [],
      connections: [],
      expect: { obligations: [], messages: null, connections: null, dialogue: [] },
      windowMs: 5000,
      sender: null,
    });
  });

  test('has a server that takes everything', () => {
    expect(scenario.servers[0]).toEqual({
      hostname: 'mail.example.com',
      extensions: null,
      policies: {
        size: { limit: null, announce: 'limit', when: 'end', checkDeclared: true },
        errorLimit: null,
        recipients: {
          local: null,
          known: null,
          relay: 'refuse',
          max: null,
          allow: null,
          deny: [],
          ambiguous: [],
          groups: [],
        },
        senders: { allow: null, deny: [], domainInDns: null },
        hosts: { allow: null, deny: [], nameInDns: null },
        dnsBlacklist: [],
        dnsWhitelist: [],
        privateBlacklist: null,
        privateWhitelist: null,
        handlers: null,
        connections: { max: null, perPeer: null, excess: '421', rate: null },
        idleTimeout: 300_000,
        commands: { VRFY: true, EXPN: true, HELP: true, ETRN: false },
        earlyTalkers: 'process',
        unadvertisedPipelining: 'process',
        tls: 'off',
        auth: 'off',
      },
      lineEndings: 'crlf',
      tls: {
        implicit: false,
        certificate: 'valid',
        min: null,
        max: null,
        ciphers: null,
        behind220: 'discard',
        closeNotify: true,
        requestCertificate: false,
      },
      auth: { mechanisms: ['PLAIN', 'LOGIN'], users: null, beforeTls: true },
      port: {
        listenAfterMs: null,
        closed: null,
        accept: { atOnce: null, excess: 'queue', total: null },
        proxyProtocol: false,
        families: ['ipv4'],
      },
      path: [],
      notesIni: {},
    });
  });

  test('is called after its file', () => {
    expect(read('title: x\n').name).toBe('case');
  });
});

test('what is left out comes from the persona, what is given stands', () => {
  const habits = {
    ...PLAIN_HABITS,
    lineEndings: 'cr-or-lf' as const,
    errorLimit: 5,
    idleTimeoutMs: 180_000,
    commands: { VRFY: false, EXPN: false, HELP: true, ETRN: false },
  };
  const options = { folders: [], habitsOf: (name: string) => (name === 'old' ? habits : PLAIN_HABITS) };
  const [silent] = loadScenarioText('persona: old\n', 'a.yaml', options).servers;
  expect(silent).toMatchObject({
    lineEndings: 'cr-or-lf',
    policies: { errorLimit: 5, idleTimeout: 180_000, commands: habits.commands },
  });
  const said =
    'persona: old\nserver: { lineEndings: lf, policies: { errorLimit: null, idleTimeout: null, commands: { VRFY: true } } }\n';
  const [given] = loadScenarioText(said, 'a.yaml', options).servers;
  expect(given).toMatchObject({
    lineEndings: 'lf',
    policies: { errorLimit: null, idleTimeout: null, commands: { VRFY: true, EXPN: false } },
  });
});

describe('extensions', () => {
  test('one list serves both phases, without STARTTLS inside TLS', () => {
    expect(server('server: { extensions: [SIZE, STARTTLS, "AUTH EXTERNAL"] }').extensions).toEqual({
      plain: ['SIZE', 'STARTTLS', 'AUTH EXTERNAL'],
      tls: ['SIZE', 'AUTH EXTERNAL'],
    });
  });

  test('two lists are taken as they are', () => {
    const extensions = { plain: ['STARTTLS'], tls: ['AUTH PLAIN', 'STARTTLS'] };
    expect(server('server: { extensions: { plain: [STARTTLS], tls: [AUTH PLAIN, STARTTLS] } }').extensions).toEqual(
      extensions,
    );
  });

  test('AUTH is off when the list does not announce it, and offers what the list says when it does', () => {
    expect(server('server: { extensions: [SIZE] }').policies.auth).toBe('off');
    const announced = server('server: { extensions: ["AUTH CRAM-MD5 LOGIN"] }');
    expect(announced.policies.auth).toBe('optional');
    expect(announced.auth.mechanisms).toEqual(['CRAM-MD5', 'LOGIN']);
    expect(server('server: { extensions: ["AUTH=LOGIN"] }').auth.mechanisms).toEqual(['LOGIN']);
  });
});

describe('policies', () => {
  test('size in short and at length', () => {
    expect(policies('{ size: 10 MB }').size).toEqual({
      limit: 10_000_000,
      announce: 'limit',
      when: 'end',
      checkDeclared: true,
    });
    expect(policies('{ size: { limit: 1 MiB, announce: 5 MB, when: during, checkDeclared: false } }').size).toEqual({
      limit: 1_048_576,
      announce: 5_000_000,
      when: 'during',
      checkDeclared: false,
    });
    expect(policies('{ size: null }').size.limit).toBeNull();
  });

  test('lists of one may be written without brackets', () => {
    expect(policies('{ recipients: { local: example.com, known: "*@example.com" } }').recipients).toMatchObject({
      local: ['example.com'],
      known: ['*@example.com'],
      relay: 'refuse',
    });
  });

  test('blacklists', () => {
    expect(
      policies('{ dnsBlacklist: [{ site: bl.example.org, listed: 127.0.0.0/8, message: "no %s" }] }').dnsBlacklist,
    ).toEqual([
      {
        site: 'bl.example.org',
        listed: ['127.0.0.0/8'],
        resolver: null,
        timeoutMs: 5000,
        action: 'reject',
        message: 'no %s',
      },
    ]);
    expect(
      policies('{ dnsWhitelist: { site: wl.example.org, resolver: "127.0.0.1:5353", timeout: 1 s } }').dnsWhitelist,
    ).toEqual([
      {
        site: 'wl.example.org',
        listed: [],
        resolver: '127.0.0.1:5353',
        timeoutMs: 1000,
        action: 'skip',
        message: null,
      },
    ]);
    expect(policies('{ privateBlacklist: { hosts: ["::1", 10.0.0.0/8] } }').privateBlacklist).toEqual({
      hosts: ['::1', '10.0.0.0/8'],
      action: 'reject',
      message: null,
    });
  });

  test('checks in DNS', () => {
    expect(policies('{ senders: { domainInDns: [example.org] } }').senders.domainInDns).toEqual({
      exists: ['example.org'],
      resolver: null,
    });
    expect(policies('{ hosts: { nameInDns: { resolver: "[::1]:53" } } }').hosts.nameInDns).toEqual({
      named: [],
      resolver: '[::1]:53',
    });
  });

  test('connections and rates', () => {
    expect(policies('{ connections: { max: 2, rate: { messages: 3, per: 1 min } } }').connections).toEqual({
      max: 2,
      perPeer: null,
      excess: '421',
      rate: { events: 'messages', count: 3, ms: 60_000 },
    });
  });

  test.each([
    ['{ size: -5 }', '1:29: a size cannot be negative: "-5"'],
    ['{ size: big }', '1:29: "big" is not a size; expected e.g. 4096, 4 KB, 10 MB or 1 MiB'],
    [
      '{ size: 10 mb }',
      '1:29: "mb" in "10 mb" is not a unit of size; expected octet, octets, B, KB, MB, GB, KiB, MiB, GiB; did you mean "MB"?',
    ],
    ['{ errorLimit: "5" }', '1:35: found "5"; expected a number; take the quotes away: 5'],
    ['{ errorLimit: -1 }', '1:35: the number -1 is too small; expected at least 0'],
    ['{ errorLimt: 5 }', '1:23: unknown key "errorLimt"; did you mean "errorLimit"?'],
    ['{ commands: { VRFY: off } }', '1:41: found "off"; expected true or false; write false'],
    [
      '{ tls: optionl }',
      '1:28: unknown word "optionl"; expected one of off, optional, required; did you mean "optional"?',
    ],
    ['{ dnsBlacklist: [{ site: x, listed: 127.0.0.0/33 }] }', '1:57: "127.0.0.0/33" is not an address or a network'],
    [
      '{ dnsBlacklist: [{ site: x, listed: ["::1"], resolver: "127.0.0.1:53" }] }',
      '1:76: both a fixed list and a resolver',
    ],
    ['{ dnsBlacklist: [{ site: x, resolver: localhost }] }', '1:59: "localhost" is not the address of a DNS server'],
    ['{ connections: { rate: { per: 1 s } } }', '1:44: expected exactly one of connections and messages'],
    ['{ idleTimeout: 5 }', '1:36: the duration 5 has no unit'],
  ])('%s is refused', (written, problem) => {
    expect(refused(`server: { policies: ${written} }\n`)[0]).toContain(`case.yaml:${problem}`);
  });
});

describe('the port and TLS', () => {
  test('what can be said', () => {
    const config = server(
      'server:\n  tls: { implicit: true, certificate: expired, min: TLSv1, max: TLSv1.2, behind-220: process, close-notify: false }\n  listen: { after: 2 s }\n  closed: { for: 10 s, connections: 2 }\n  accept: { atOnce: 1, excess: reset, total: 9 }\n  families: [ipv4, ipv6]\n  notesIni: { SMTPErrorLimit: 5 }\n',
    );
    expect(config.tls).toMatchObject({
      implicit: true,
      certificate: 'expired',
      min: 'TLSv1',
      max: 'TLSv1.2',
      behind220: 'process',
      closeNotify: false,
    });
    expect(config.port).toEqual({
      listenAfterMs: 2000,
      closed: { forMs: 10_000, afterConnections: 2 },
      accept: { atOnce: 1, excess: 'reset', total: 9 },
      proxyProtocol: false,
      families: ['ipv4', 'ipv6'],
    });
    expect(config.notesIni).toEqual({ SMTPErrorLimit: '5' });
  });

  test('a client is asked for implicit TLS when the server speaks it', () => {
    expect(read('server: { tls: { implicit: true } }').submit[0]?.tls).toBe('implicit');
  });

  test.each([
    [
      'server: { tls: { ciphers: "RC4-NOPE" } }',
      '1:27: OpenSSL here knows no cipher by "RC4-NOPE"; expected names as "openssl ciphers" prints them, e.g. AES128-SHA',
    ],
    ['server: { tls: { min: TLSv1.3, max: TLSv1 } }', '1:37: no protocol is left between TLSv1.3 and TLSv1'],
    [
      'server: { tls: { certificate: expird } }',
      '1:31: unknown word "expird"; expected one of valid, expired, wrong-name, self-signed, unknown-ca; did you mean "expired"?',
    ],
    ['server: { closed: {} }', '1:19: closed says neither how long nor from which connection'],
    ['server: {}\nservers: [{}]', '2:10: both server and servers; expected one of them'],
  ])('%s is refused', (written, problem) => {
    expect(refused(`${written}\n`)).toEqual([expect.stringContaining(`case.yaml:${problem}`)]);
  });
});

describe('the path', () => {
  function options(element: string): Readonly<Record<string, unknown>> {
    return server(`path:\n  - ${element}\n`).path[0]?.options ?? {};
  }

  test('every box has a name, and its defaults when nothing is said', () => {
    for (const [name, { defaults }] of Object.entries(BOXES)) {
      expect(server(`path: [${name}]\n`).path).toEqual([{ box: name, options: defaults }]);
      expect(server(`path:\n  - ${name}:\n`).path).toEqual(
        name === 'starttls-response-injection' ? expect.any(Array) : [{ box: name, options: defaults }],
      );
    }
  });

  test('every box is built, and explains itself', () => {
    const boxes = buildPath(Object.keys(BOXES).map((box) => ({ box, options: {} })));
    expect(boxes.map((box) => box.name)).toEqual(Object.keys(BOXES));
    for (const box of boxes) expect(box.explain()).toMatch(/\.$/);
  });

  test.each([
    ['latency: 20 ms', { clientMs: 20, serverMs: 20, jitterMs: 0 }],
    ['latency: 20 ms..50 ms', { clientMs: 20, serverMs: 20, jitterMs: 30 }],
    ['latency: { client: 1 s, jitter: 5 ms }', { clientMs: 1000, serverMs: 20, jitterMs: 5 }],
    ['bandwidth: 16 KB', { clientOctetsPerSecond: 16_000, serverOctetsPerSecond: 16_000 }],
    ['bandwidth: { client: null }', { clientOctetsPerSecond: null }],
    ['mtu-black-hole: 1400', { segmentOctets: 1400, way: 'swallow' }],
    [
      'mtu-black-hole: { segment: 1 KB, way: zero-window, healAfter: 5 s, onlyFirst: 1 }',
      { segmentOctets: 1000, way: 'zero-window', healAfterMs: 5000, onlyFirst: 1 },
    ],
    ['slicer: 1', { cut: [1] }],
    ['slicer: inside-crlf', { cut: 'inside-crlf' }],
    ['slicer: { cut: [3, 1], direction: server, every: 50 ms }', { cut: [3, 1], direction: 'server', everyMs: 50 }],
    ['coalesce: 300 ms', { holdMs: 300, direction: 'server' }],
    ['reset: after-mail', { aim: { moment: 'after-mail', octets: 1, nth: 1 }, to: 'both' }],
    [
      'reset: { at: mid-content, octets: 4 KB, nth: 2, to: client, after: 1 s }',
      { aim: { moment: 'mid-content', octets: 4000, nth: 2 }, to: 'client', afterMs: 1000 },
    ],
    ['close: { to: server }', { aim: { moment: 'after-data', octets: 1, nth: 1 }, to: 'server' }],
    [
      'half-open: { at: after-rcpt, direction: client }',
      { aim: { moment: 'after-rcpt', octets: 1, nth: 1 }, direction: 'client' },
    ],
    ['corrupt: 0.5', { probability: 0.5 }],
    ['corrupt: { octet: 3, replacement: 0 }', { octet: 3, replacement: 0, probability: 0 }],
    ['duplicate-reply: EHLO', { to: 'EHLO', copies: 1 }],
    ['swap-order: { unit: segment, hold: 2 s }', { unit: 'segment', holdMs: 2000 }],
    ['starttls-strip: { list: mask }', { list: 'mask', command: 'refuse' }],
    ['starttls-response-injection: "250 x\\r\\n"', { octets: '250 x\r\n' }],
    ['transparent-proxy: { banner: null }', { banner: null, hello: 'proxy.example.net' }],
    ['tarpit: 2 s', { octets: 1, everyMs: 2000 }],
    ['nat-timeout: { idle: 3 s, next: rst }', { idleMs: 3000, next: 'rst' }],
    ['pix-fixup: 5.1', { version: '5.1', verbs: 'noop', banner: 'stars' }],
    ['pix-fixup: "4.4"', { version: '4.4', verbs: 'noop', banner: 'all-stars' }],
    ['pix-fixup: { version: "4.4", banner: none }', { version: '4.4', verbs: 'noop', banner: 'none' }],
    ['asa-inspect: { allowTls: true }', { allowTls: true, maskBanner: true }],
  ])('%s', (element, expected) => {
    expect(options(element)).toMatchObject(expected);
  });

  test.each([
    ['pix-fixp', '2:5: unknown word "pix-fixp"'],
    ['latncy: 20 ms', '2:5: unknown key "latncy"; did you mean "latency"?'],
    ['latency: 20', '2:14: the duration 20 has no unit'],
    ['latency: { client: -3 s }', '2:24: a duration cannot be negative: "-3 s"'],
    ['mtu-black-hole: -1460', '2:21: a size cannot be negative: "-1460"'],
    [
      'mtu-black-hole: { way: zero-window, direction: server }',
      '2:21: zero-window stops reading what the client sends; what the server sends has "way: swallow"',
    ],
    ['asa-inspect: { fileNameOctets: -1 }', '2:36: a size cannot be negative: "-1"'],
    ['reset: after-mial', '2:12: unknown word "after-mial"'],
    [
      '{ latency: 20 ms, tarpit: 1 s }',
      '2:5: one item of the path holds latency and tarpit; expected one box per item',
    ],
    ['{}', '2:5: one item of the path holds no box; expected one box per item'],
    ['corrupt: 2', '2:14: the number 2 is too big; expected at most 1'],
    ['pix-fixup: 5', '2:16: found the number 5; expected'],
  ])('%s is refused', (element, problem) => {
    expect(refused(`path:\n  - ${element}\n`)).toEqual([expect.stringContaining(`case.yaml:${problem}`)]);
  });

  test('a box that reads the dialogue has nothing to read with implicit TLS', () => {
    expect(refused('server: { tls: { implicit: true } }\npath: [latency, pix-fixup]\n')).toEqual([
      'case.yaml:2:17: pix-fixup reads the dialogue, and with implicit TLS it would see ciphertext only; take it out of the path, or let the client use STARTTLS',
    ]);
    expect(() =>
      read('server: { tls: { implicit: true }, path: [{ swap-order: { unit: segment } }] }\n'),
    ).not.toThrow();
  });

  test("a server's own path takes the place of the scenario's", () => {
    const { servers } = read('path: [tarpit]\nservers:\n  - {}\n  - path: [latency]\n');
    expect(servers.map(({ path }) => path.map(({ box }) => box))).toEqual([['tarpit'], ['latency']]);
  });
});

describe('submissions', () => {
  test('kinds, sizes, files, counts', () => {
    const { submit } = read(
      'submit:\n  - { from: "", to: a@example.com, content: dots }\n  - { content: 12 MB, tls: required, auth: { user: u, password: p } }\n  - { size: 2 KB, count: 2 }\n  - content: { file: letters/a.eml }\n',
    );
    expect(submit.map(({ id, from, to, content, size }) => ({ id, from, to, content, size }))).toEqual([
      { id: 1, from: '', to: ['a@example.com'], content: 'dots', size: null },
      { id: 2, from: 'sender@example.org', to: ['recipient@example.com'], content: '12 MB', size: 12_000_000 },
      { id: 3, from: 'sender@example.org', to: ['recipient@example.com'], content: 'plain', size: 2000 },
      { id: 4, from: 'sender@example.org', to: ['recipient@example.com'], content: 'plain', size: 2000 },
      { id: 5, from: 'sender@example.org', to: ['recipient@example.com'], content: 'file', size: null },
    ]);
    expect(submit[1]).toMatchObject({ tls: 'required', auth: { user: 'u', password: 'p' } });
    expect(submit[4]?.file).toMatch(/[\\/]letters[\\/]a\.eml$/);
  });

  test.each([
    ['{ content: dotts }', '1:20: unknown content "dotts"; expected plain, dots'],
    ['{ content: 12 Mb }', '1:20: "Mb" in "12 Mb" is not a unit of size'],
    ['{ size: 10 }', '1:17: a message of 10 octets has no room for its headers; expected 1000 or more'],
    ['{ content: dots, size: 10 KB }', '1:32: a size can be given to plain content only, found dots'],
    [
      '{ to: "<a@example.com>" }',
      '1:15: <a@example.com> stands in brackets; expected a bare address; write "a@example.com"',
    ],
    ['{ to: [] }', '1:15: the list is empty'],
    ['{ subject: x }', '1:11: unknown key "subject"'],
  ])('%s is refused', (written, problem) => {
    expect(refused(`submit: ${written}\n`)[0]).toContain(`case.yaml:${problem}`);
  });
});

describe('expectations', () => {
  test('obligations, messages, dialogues', () => {
    expect(
      read(
        'expect:\n  obligations: [no-retry-after-5yz]\n  messages: 0\n  connections: 1\n  dialogue:\n    - ["EHLO *", "/^MAIL/"]\n    - { lines: [QUIT], exact: true }\n',
      ).expect,
    ).toEqual({
      obligations: ['no-retry-after-5yz'],
      messages: 0,
      connections: 1,
      dialogue: [
        { lines: ['EHLO *', '/^MAIL/'], exact: false },
        { lines: ['QUIT'], exact: true },
      ],
    });
  });

  test('an obligation that nobody asks', () => {
    expect(refused('expect: { obligations: [no-retry-after-5yx] }\n')).toEqual([
      'case.yaml:1:25: unknown obligation "no-retry-after-5yx"; did you mean "no-retry-after-5yz"?',
    ]);
  });

  test.each([
    ['patience: minutes', 120_000],
    ['patience: hours', 3_600_000],
    ['patience: hours\nwindow: 30 s', 30_000],
  ])('%s waits %d ms', (written, windowMs) => {
    expect(read(`${written}\n`).windowMs).toBe(windowMs);
  });
});

test.each([
  ['nme: x', '1:1: unknown key "nme"; did you mean "name"?'],
  ['name: Big Name', '1:7: expected a name of small letters'],
  ['tags: a', '1:7: found "a"; expected a list'],
  ['patience: quik', '1:11: unknown word "quik"; expected one of quick, minutes, hours; did you mean "quick"?'],
  ['window: 30', '1:9: the duration 30 has no unit'],
  [
    'rules: { before: [] }',
    '1:8: before and after add to inherited rules, and there is no extends; write a list of rules',
  ],
  ['title: 5', '1:8: found the number 5; expected a text; put quotes around it'],
])('%s is refused', (written, problem) => {
  expect(refused(`${written}\n`)).toEqual([expect.stringContaining(`case.yaml:${problem}`)]);
});
