// Policies: their order at one event, and each of them by itself (A11).

import { greeted, inContent, lines, past, play, serve } from './play';

const policies = (text: string, rest = ''): string =>
  `server: { extensions: [SIZE, PIPELINING], policies: { ${text} } }\n${rest}`;
const codesAt = (scenario: string, ...sent: readonly string[]): readonly number[] =>
  greeted(scenario)
    .client(lines(...sent))
    .codes();

describe('order at MAIL (A11)', () => {
  // Each policy that refuses here, first one first; taking the first away brings the next one out.
  const REFUSALS = [
    ['hosts: { deny: [192.0.2.7] }', 'hosts.deny'],
    ['dnsBlacklist: [{ site: bl.example, listed: [192.0.2.0/24] }]', 'dnsBlacklist'],
    ['tls: required', 'tls'],
    ['auth: required', 'auth'],
    ['size: 10', 'size'],
    ['senders: { deny: ["*"] }', 'senders.deny'],
  ] as const;

  test.each(REFUSALS.map(([, name], index) => [name, index] as const))(
    '%s comes before what follows it',
    (name, index) => {
      const played = greeted(
        policies(
          REFUSALS.slice(index)
            .map(([text]) => text)
            .join(', '),
        ),
      );
      played.client('MAIL FROM:<a@b> SIZE=11\r\n');
      expect(played.replies().at(-1)?.split(' ').at(-1)).toBe(name);
    },
  );

  test('the sequence comes between AUTH and size', () => {
    const played = past(play(policies('size: 10'))).client('MAIL FROM:<a@b> SIZE=11\r\n');
    expect(played.codes()).toEqual([503]);
    expect(codesAt(policies('size: 10, senders: { deny: [x@y] }'), 'MAIL FROM:<a@b>', 'MAIL FROM:<x@y>')).toEqual([
      250, 503,
    ]);
  });
});

describe('order at RCPT (A11)', () => {
  const REFUSALS = [
    ['recipients: { max: 1, local: [here], known: [ok@here] }', 'recipients.max', 'x@there'],
    ['recipients: { local: [here], known: [ok@here] }', 'recipients.relay', 'x@there'],
    ['recipients: { local: [here], known: [ok@here] }', 'recipients.known', 'x@here'],
  ] as const;

  test.each(REFUSALS)('%s: %s', (text, name, recipient) => {
    const played = greeted(policies(text)).client(
      lines('MAIL FROM:<a@b>', 'RCPT TO:<ok@here>', `RCPT TO:<${recipient}>`),
    );
    expect(played.replies().at(-1)?.split(' ').at(-1)).toBe(name);
  });
});

describe('rules against policies (A11)', () => {
  test('a rule replaces the answer of every policy', () => {
    const scenario = policies('hosts: { deny: [192.0.2.7] }', `rules: [{ on: MAIL, reply: '250 in' }]`);
    greeted(scenario).client('MAIL FROM:<a@b>\r\n').server('250 in');
  });

  test("a rule's 250 to RCPT counts for too many recipients", () => {
    const scenario = policies('recipients: { max: 2 }', `rules: [{ on: RCPT, times: 2, reply: '250 mine' }]`);
    expect(codesAt(scenario, 'MAIL FROM:<a@b>', 'RCPT TO:<a@b>', 'RCPT TO:<a@b>', 'RCPT TO:<a@b>')).toEqual([
      250, 250, 250, 452,
    ]);
  });

  test("a rule's 250 to MAIL does not lift a size declared too large later at the dot", () => {
    const scenario = policies('size: 100', `rules: [{ on: MAIL, reply: '250 mine' }]`);
    const codes = codesAt(scenario, 'MAIL FROM:<a@b> SIZE=101', 'RCPT TO:<c@d>', 'DATA', 'x', '.');
    expect(codes).toEqual([250, 250, 354, 552]);
  });

  test('a rule on connect goes before the refusal of a connection', () => {
    const server = serve(
      policies('connections: { max: 1 }', `rules: [{ on: connect, when: { connection: 2 }, reply: '220 in' }]`),
    );
    server.connect({ refusal: 'too-many-connections' }).ended('close');
    server.connect({ refusal: 'too-many-connections' }).server('220 in').client('EHLO a\r\n').ended(null);
  });
});

describe('connections', () => {
  test.each(['too-many-connections', 'rate-limited'] as const)('%s: 421 at connect, then close', (refusal) => {
    const played = serve(policies('connections: { max: 1 }')).connect({ refusal });
    played.server('421 mail.example.com Service not available, closing transmission channel').ended('close');
    expect(played.replies()).toEqual(['421 connected connections']);
  });

  test('a rate over messages of one peer: 421 at MAIL, and later it goes again', () => {
    const server = serve(policies('connections: { rate: { messages: 2, per: 1 min } }'));
    const mail = (peer: string): readonly number[] => {
      const played = past(server.connect({ peer }).client('EHLO a\r\n'));
      return played.client('MAIL FROM:<a@b>\r\n').codes();
    };
    expect([mail('192.0.2.1'), mail('192.0.2.1'), mail('192.0.2.1')]).toEqual([[250], [250], [421]]);
    expect(mail('192.0.2.2')).toEqual([250]);
    server.clock.advance(60_000);
    expect(mail('192.0.2.1')).toEqual([250]);
  });
});

describe('size', () => {
  test('declared: refused at MAIL, taken up to the limit', () => {
    expect(codesAt(policies('size: 100'), 'MAIL FROM:<a@b> SIZE=101', 'MAIL FROM:<a@b> SIZE=100')).toEqual([552, 250]);
  });

  test('checkDeclared: false looks at what is counted only', () => {
    const scenario = policies('size: { limit: 100, checkDeclared: false }');
    expect(codesAt(scenario, 'MAIL FROM:<a@b> SIZE=999', 'RCPT TO:<c@d>', 'DATA', 'x', '.')).toEqual([
      250, 250, 354, 250,
    ]);
  });

  test('counted: refused at the dot, over the limit and not at it; stuffed dots and the final dot do not count', () => {
    const message = (...text: readonly string[]): readonly number[] =>
      inContent(policies('size: 10'))
        .client(lines(...text, '.'))
        .codes();
    expect(message('01234567')).toEqual([250]);
    expect(message('..1234567')).toEqual([250]);
    expect(message('012345678')).toEqual([552]);
  });

  test('when: during: refused as soon as no message within the limit can be so long, then swallowed', () => {
    const played = inContent(policies('size: { limit: 10, when: during }'));
    played.client('0123456789ab').server().client('c').server('552 Too much mail data');
    played.client(lines('defg', '.', 'RSET')).server('250 OK');
    expect(played.replies()).toContain('552 - size');
    expect(played.home.messages).toMatchObject([{ accepted: false }]);
  });

  test('when: during: a message of just the limit is taken', () => {
    inContent(policies('size: { limit: 10, when: during }')).client(lines('01234567', '.')).server('250 OK');
  });

  test('when: during: a content rule at the same count goes first, and a pass rule lets the policy speak', () => {
    const scenario = (rule: string): string =>
      policies('size: { limit: 1, when: during }', `rules: [{ on: content, after: 4, ${rule} }]`);
    inContent(scenario(`reply: '550 rule', then: close`)).client('abcd').server('550 rule');
    inContent(scenario('pass: true, delay: 1 s')).client('abcd').server().after(1000).server('552 Too much mail data');
  });

  test('set: changes the limit of this session', () => {
    const scenario = policies('size: 10', `rules: [{ on: NOOP, pass: true, set: { size: null } }]`);
    expect(codesAt(scenario, 'NOOP', 'MAIL FROM:<a@b> SIZE=99')).toEqual([250, 250]);
  });

  test('a size that is no number is a syntax error', () => {
    expect(codesAt(policies('size: 10'), 'MAIL FROM:<a@b> SIZE=ten')).toEqual([501]);
  });
});

describe('recipients', () => {
  const rcpt = (text: string, ...recipients: readonly string[]): readonly number[] =>
    codesAt(policies(`recipients: { ${text} }`), 'MAIL FROM:<a@b>', ...recipients.map((to) => `RCPT TO:<${to}>`)).slice(
      1,
    );

  test('local, known and relay', () => {
    const text = 'local: [here.example], known: [ok@here.example]';
    expect(rcpt(text, 'ok@here.example', 'OK@HERE.example', 'no@here.example', 'ok@there.example')).toEqual([
      250, 250, 550, 554,
    ]);
    expect(rcpt(`${text}, relay: accept`, 'ok@there.example')).toEqual([250]);
  });

  test('without local every domain is ours', () => {
    expect(rcpt('known: ["*@x"]', 'a@x', 'a@y')).toEqual([250, 550]);
  });

  test('postmaster without a domain is always taken (RFC 5321 4.5.1); other bare names are ours to know', () => {
    expect(rcpt('local: [x], known: [bob, "*@x"]', 'postmaster', 'POSTMASTER', 'bob', 'eve')).toEqual([
      250, 250, 250, 550,
    ]);
  });

  test('deny and allow', () => {
    expect(rcpt('deny: ["no@*"]', 'no@x', 'yes@x')).toEqual([554, 250]);
    expect(rcpt('allow: ["yes@*"]', 'no@x', 'yes@x')).toEqual([554, 250]);
  });

  test('ambiguous names and groups', () => {
    const played = greeted(policies('recipients: { ambiguous: [two@x], groups: [all@x] }'));
    past(played.client('MAIL FROM:<a@b>\r\n')).client(lines('RCPT TO:<two@x>', 'RCPT TO:<all@x>'));
    expect(played.said()).toBe(
      lines(
        '554 Mail for two@x is not accepted, the name is ambiguous',
        '554 Mail for all@x is not accepted, it is a group',
      ),
    );
  });

  test('max: so many and no more', () => {
    expect(rcpt('max: 2', 'a@x', 'b@x', 'c@x')).toEqual([250, 250, 452]);
  });

  test('refused recipients do not count for max', () => {
    expect(rcpt('max: 1, known: [ok@x]', 'no@x', 'ok@x', 'ok@x')).toEqual([550, 250, 452]);
  });

  test('a quoted local part is matched without its quotes', () => {
    expect(rcpt('known: ["a b@x"]', '"a b"@x', '"a c"@x')).toEqual([250, 550]);
  });

  test('the null path is no recipient', () => {
    expect(rcpt('max: 5', '')).toEqual([501]);
  });
});

describe('senders', () => {
  test('deny and allow, and the null sender is never refused (RFC 5321 4.5.5)', () => {
    expect(codesAt(policies('senders: { deny: ["*"] }'), 'MAIL FROM:<a@b>', 'MAIL FROM:<>')).toEqual([554, 250]);
    expect(codesAt(policies('senders: { allow: [a@b] }'), 'MAIL FROM:<c@d>', 'MAIL FROM:<a@b>')).toEqual([554, 250]);
  });

  test('domainInDns by a fixed list', () => {
    const scenario = policies('senders: { domainInDns: [known.example] }');
    expect(codesAt(scenario, 'MAIL FROM:<a@other.example>', 'MAIL FROM:<a@known.example>')).toEqual([554, 250]);
  });

  test('domainInDns by a resolver: MAIL waits for the answer, and one answer is remembered', () => {
    const played = greeted(policies('senders: { domainInDns: { resolver: "127.0.0.1:5353" } }'));
    played.client('MAIL FROM:<a@Gone.example>\r\n').server();
    expect([...played.questions.keys()]).toEqual(['domain:gone.example']);
    played.answer('domain:gone.example', false);
    expect(played.codes()).toEqual([554]);
    expect(played.client('MAIL FROM:<b@gone.example>\r\n').codes()).toEqual([554]);
    played.client('MAIL FROM:<b@there.example>\r\n').server().answer('domain:there.example', true);
    expect(played.codes()).toEqual([250]);
    expect(Object.keys(played.session.lookUps)).toEqual(['domain:there.example']);
  });
});

describe('hosts', () => {
  test('deny and allow are answered at MAIL', () => {
    expect(codesAt(policies('hosts: { deny: [192.0.2.0/24] }'), 'MAIL FROM:<a@b>')).toEqual([554]);
    expect(codesAt(policies('hosts: { allow: [198.51.100.0/24] }'), 'MAIL FROM:<a@b>')).toEqual([554]);
    expect(codesAt(policies('hosts: { allow: [192.0.2.7] }'), 'MAIL FROM:<a@b>')).toEqual([250]);
  });

  test('nameInDns by a fixed list, and by a resolver', () => {
    expect(codesAt(policies('hosts: { nameInDns: [198.51.100.0/24] }'), 'MAIL FROM:<a@b>')).toEqual([554]);
    expect(codesAt(policies('hosts: { nameInDns: [192.0.2.0/24] }'), 'MAIL FROM:<a@b>')).toEqual([250]);
    const played = greeted(policies('hosts: { nameInDns: { resolver: "127.0.0.1:5353" } }'));
    played.client('MAIL FROM:<a@b>\r\n').server().answer('name', false);
    expect(played.codes()).toEqual([554]);
  });
});

describe('command switches', () => {
  test.each([
    ['VRFY', 'VRFY x', 252, 252],
    ['EXPN', 'EXPN x', 252, 502],
    ['HELP', 'HELP', 214, 502],
    ['ETRN', 'ETRN x', 250, 502],
  ])('%s on and off', (verb, line, on, off) => {
    expect(codesAt(policies(`commands: { ${verb}: true }`), line)).toEqual([on]);
    expect(codesAt(policies(`commands: { ${verb}: false }`), line)).toEqual([off]);
  });

  test('an optional command that is on wants its argument', () => {
    const all = 'commands: { VRFY: true, EXPN: true, ETRN: true }';
    expect(codesAt(policies(all), 'VRFY', 'EXPN', 'ETRN')).toEqual([501, 501, 501]);
  });
});

describe('saving', () => {
  test('the 250 waits until the message is saved', () => {
    const played = inContent('', { saves: true }).client(lines('x', '.')).server();
    played.client('NOOP\r\n').server().saved().server('250 OK', '250 OK');
    expect(played.home.messages).toMatchObject([{ accepted: true }]);
  });

  test('what could not be saved is not acknowledged (RFC 5321 4.2.5)', () => {
    const played = inContent('', { saves: true }).client(lines('x', '.')).saved(false);
    played.server('452 Requested action not taken: insufficient system storage');
    expect(played.home.messages).toMatchObject([{ accepted: false }]);
    expect(played.replies().at(-1)).toBe('452 message save');
  });

  test('a refusal, and a raw reply that stands for none, need no saving', () => {
    inContent(`rules: [{ on: end-of-data, reply: '554 no' }]`, { saves: true }).client('.\r\n').server('554 no');
    inContent(`rules: [{ on: end-of-data, raw: "250 raw\\r\\n" }]`, { saves: true }).client('.\r\n').server('250 raw');
  });

  test('an early 250 cannot wait for it: the message is saved when it is in, and nothing more is said', () => {
    const played = inContent(`rules: [{ on: content, after: 1, reply: '250 early' }]`, { saves: true });
    played.client(lines('x', '.', 'NOOP')).server('250 early', '250 OK');
    expect(played.saves).toBe(1);
    expect(played.home.messages).toMatchObject([{ accepted: true }]);
  });

  test('raw octets that stand for a 250 wait as well', () => {
    const played = inContent(`rules: [{ on: end-of-data, raw: "250 raw\\r\\n", as: 250 }]`, { saves: true })
      .client('.\r\n')
      .server();
    played.saved().server('250 raw');
  });

  test('a hold in front of the 250 comes first', () => {
    const played = inContent(`rules: [{ on: end-of-data, delay: 1 s, reply: '250 ok' }]`, { saves: true }).client(
      '.\r\n',
    );
    played.after(1000).server().saved().server('250 ok');
  });
});
