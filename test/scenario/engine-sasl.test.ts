// AUTH: the exchange by smtp-server's mechanisms in the words of the persona, and by rules (A4, primitive 6, RFC 4954).

import { greeted, lines, past, play } from './play';

const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');
const AUTH = `server: { auth: { mechanisms: [PLAIN, LOGIN], users: { bob: secret } } }`;
const GOOD = base64('\0bob\0secret');

describe('played by the mechanisms', () => {
  test('PLAIN with an initial response', () => {
    const played = greeted(AUTH).client(`AUTH PLAIN ${GOOD}\r\n`).server('235 Authentication successful');
    expect(played.session.user).toBe('bob');
  });

  test('PLAIN without: an empty challenge first', () => {
    greeted(AUTH).client('AUTH PLAIN\r\n').server('334 ').client(`${GOOD}\r\n`).server('235 Authentication successful');
  });

  test('LOGIN asks twice', () => {
    const played = greeted(AUTH)
      .client('AUTH LOGIN\r\n')
      .server(`334 ${base64('Username:')}`);
    played.client(`${base64('bob')}\r\n`).server(`334 ${base64('Password:')}`);
    played.client(`${base64('secret')}\r\n`).server('235 Authentication successful');
  });

  test('a wrong password: 535 in the words of the persona, and SASL mode is off', () => {
    const played = greeted(AUTH).client(`AUTH PLAIN ${base64('\0bob\0wrong')}\r\n`);
    played.server('535 Authentication credentials invalid').client('NOOP\r\n').server('250 OK');
    expect(played.session.user).toBeNull();
  });

  test('* cancels: 501', () => {
    greeted(AUTH)
      .client(lines('AUTH LOGIN', '*', 'NOOP'))
      .server(`334 ${base64('Username:')}`, '501 Authentication cancelled by the client', '250 OK');
  });

  test('a failed exchange counts as an error', () => {
    const played = greeted(`${AUTH.slice(0, -2)}, policies: { errorLimit: 0 } }`).client(
      `AUTH PLAIN ${base64('\0bob\0no')}\r\n`,
    );
    expect(played.codes()).toEqual([421]);
  });

  test('secrets are masked on the record', () => {
    const played = greeted(AUTH).client(lines('AUTH LOGIN', base64('bob'), base64('secret'), `AUTH PLAIN ${GOOD}`));
    const taken = played.events('command').slice(-4);
    expect(taken.map(({ line }) => line)).toEqual([
      'AUTH LOGIN',
      '****',
      '********',
      `AUTH PLAIN ${'*'.repeat(GOOD.length)}`,
    ]);
    expect(taken.map(({ event }) => event)).toEqual(['AUTH', 'auth-response', 'auth-response', 'AUTH']);
  });

  test('after success a client may relay', () => {
    const scenario = `server: { auth: { mechanisms: [PLAIN] }, policies: { recipients: { local: [here.example] } } }`;
    const played = greeted(scenario);
    expect(played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@there>', 'RSET')).codes()).toEqual([250, 554, 250]);
    past(played.client(`AUTH PLAIN ${GOOD}\r\n`));
    expect(played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@there>')).codes()).toEqual([250, 250]);
  });
});

describe('what AUTH is refused for (RFC 4954 4)', () => {
  test.each([
    ['an unknown mechanism', AUTH, ['AUTH GSSAPI'], 504],
    ['no mechanism', AUTH, ['AUTH'], 501],
    ['a second time', AUTH, [`AUTH PLAIN ${GOOD}`, `AUTH PLAIN ${GOOD}`], 503],
    ['in a transaction', AUTH, ['MAIL FROM:<a@b>', `AUTH PLAIN ${GOOD}`], 503],
    ['switched off', 'server: { policies: { auth: off } }', ['AUTH PLAIN'], 502],
    ['before TLS', 'server: { tls: {}, auth: { beforeTls: false } }', ['AUTH PLAIN'], 538],
  ])('%s', (_what, scenario, sent, code) => {
    expect(
      greeted(scenario)
        .client(lines(...sent))
        .codes()
        .at(-1),
    ).toBe(code);
  });

  test('before EHLO', () => {
    expect(past(play(AUTH)).client('AUTH PLAIN\r\n').codes()).toEqual([503]);
  });
});

describe('policies.auth: required', () => {
  test('MAIL, RCPT and DATA get 530; the rest goes on', () => {
    const played = greeted(`${AUTH.slice(0, -2)}, policies: { auth: required } }`);
    played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<a@b>', 'DATA', 'NOOP', 'RSET'));
    expect(played.codes()).toEqual([530, 530, 530, 250, 250]);
    past(played.client(`AUTH PLAIN ${GOOD}\r\n`));
    expect(played.client('MAIL FROM:<a@b>\r\n').codes()).toEqual([250]);
  });
});

describe('played by rules (6)', () => {
  test('a rule on AUTH takes over the whole exchange: a response that no rule takes is refused', () => {
    const played = greeted(`${AUTH}\nrules: [{ on: AUTH, reply: '334 mine' }]`);
    played.client(lines('AUTH PLAIN', GOOD)).server('334 mine', '535 Authentication credentials invalid');
    played.client(lines('AUTH PLAIN', '*')).server('334 mine', '501 Authentication cancelled by the client');
  });

  test('auth-response is an event: line and mechanism match, any 3yz goes on, anything else leaves', () => {
    const played = greeted(`
      rules:
        - { on: AUTH, reply: '334 first' }
        - { on: auth-response, when: { mechanism: X-OURS, line: one }, reply: '334 second' }
        - { on: auth-response, when: { mechanism: X-OURS, line: two }, reply: '235 fine' }`);
    played.client(lines('AUTH X-OURS', 'one', 'two', 'NOOP')).server('334 first', '334 second', '235 fine', '250 OK');
    expect(played.session.user).toBe('authenticated');
  });

  test('mechanism matches on AUTH already', () => {
    const played = greeted(`${AUTH}\nrules: [{ on: AUTH, when: { mechanism: LOGIN }, reply: '504 not that' }]`);
    played.client(lines('AUTH login', `AUTH PLAIN ${GOOD}`)).server('504 not that', '235 Authentication successful');
  });

  test.each([
    ['PLAIN', base64('\0bob\0x')],
    ['CRAM-MD5', base64('bob 0123456789abcdef')],
    ['XOAUTH2', base64('user=bob\x01auth=Bearer x\x01\x01')],
    ['OAUTHBEARER', base64('n,a=bob,\x01auth=Bearer x\x01\x01')],
    ['EXTERNAL', base64('bob')],
    ['LOGIN', base64('bob')],
  ])('user is who the client claims to be: %s', (mechanism, response) => {
    const played = greeted(`
      rules:
        - { on: AUTH, reply: '334 ' }
        - { on: auth-response, when: { user: bob }, reply: '235 hello bob' }`);
    played.client(lines(`AUTH ${mechanism}`, response)).server('334 ', '235 hello bob');
    expect(played.session.user).toBe('bob');
  });

  test('user stays the name when a LOGIN goes on to the password', () => {
    const played = greeted(`
      rules:
        - { on: AUTH, reply: '334 VXNlcm5hbWU6' }
        - { on: auth-response, when: { user: bob, nth: 1 }, reply: '334 UGFzc3dvcmQ6' }
        - { on: auth-response, when: { user: bob }, reply: '535 never bob' }`);
    played.client(lines('AUTH LOGIN', base64('bob'), base64('pw')));
    expect(played.codes()).toEqual([334, 334, 535]);
  });

  test('a claim is no authentication: outside the exchange user is who has proved it', () => {
    const played = greeted(`${AUTH}\nrules: [{ on: NOOP, when: { user: bob }, reply: '250 bob' }]`);
    past(played.client(`AUTH PLAIN ${base64('\0bob\0wrong')}\r\n`))
      .client('NOOP\r\n')
      .server('250 OK');
    past(played.client(`AUTH PLAIN ${GOOD}\r\n`))
      .client('NOOP\r\n')
      .server('250 bob');
  });

  test('a rule that answers in the middle takes the rest of the exchange', () => {
    const played = greeted(`${AUTH}\nrules: [{ on: auth-response, when: { nth: 1 }, reply: '334 mine' }]`);
    past(played.client('AUTH LOGIN\r\n')).client(lines(base64('bob'), base64('secret')));
    played.server('334 mine', '535 Authentication credentials invalid');
  });

  test('a pass rule only delays it', () => {
    const played = greeted(`${AUTH}\nrules: [{ on: [AUTH, auth-response], pass: true, delay: 1 s }]`);
    played.client(lines('AUTH PLAIN', GOOD)).server().after(1000).server('334 ');
    played.after(1000).server('235 Authentication successful');
  });
});

describe('lines in SASL mode', () => {
  test('12,288 octets are taken, one more is refused, and SASL mode is off', () => {
    const rules = `rules: [{ on: AUTH, reply: '334 ' }, { on: auth-response, when: { argument: xx* }, reply: '235 long' }]`;
    past(greeted(rules).client('AUTH X\r\n'))
      .client(`${'x'.repeat(12_288)}\r\n`)
      .server('235 long');
    const over = past(greeted(AUTH).client('AUTH PLAIN\r\n')).client(`${'x'.repeat(12_289)}\r\nNOOP\r\n`);
    over.server('500 Line too long', '250 OK');
  });

  test('a command word there is a response', () => {
    past(greeted(AUTH).client('AUTH PLAIN\r\n')).client('QUIT\r\n').ended(null);
  });
});
