// The adapter against smtp-server's own mechanisms: when one fails after a new release of the package, its name says which
// part of the exchange no longer fits.

import { createHmac } from 'node:crypto';
import { SaslExchange, type SaslSettings } from '../../src/server/auth';
import type { SaslOutcome } from '../../src/scenario/effects';

const USERS = { user: 'pass word', 'ünï@example.com': 'geheim' };

const exchange = (users: SaslSettings['users'] = USERS) => new SaslExchange({ hostname: 'mail.example.com', users });
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const decoded = (outcome: SaslOutcome): string =>
  outcome.say === 'challenge' ? Buffer.from(outcome.challenge, 'base64').toString() : `no challenge: ${outcome.say}`;

/** The client's answer to a CRAM-MD5 challenge (RFC 2195 2). */
const cram = (user: string, password: string, challenge: string): string =>
  base64(`${user} ${createHmac('md5', password).update(challenge).digest('hex')}`);

describe('PLAIN', () => {
  test('with an initial response', () => {
    expect(exchange().start('PLAIN', base64('\0user\0pass word'))).toEqual({ say: 'ok', user: 'user' });
  });

  test('without one: an empty challenge, then the response', () => {
    const sasl = exchange();
    expect(sasl.start('PLAIN', null)).toEqual({ say: 'challenge', challenge: '' });
    expect(sasl.line(base64('\0user\0pass word'))).toEqual({ say: 'ok', user: 'user' });
  });

  test('a wrong password, and who it was', () => {
    expect(exchange().start('PLAIN', base64('\0user\0wrong'))).toEqual({ say: 'failed', user: 'user' });
  });

  test('a user nobody knows', () => {
    expect(exchange().start('PLAIN', base64('\0nobody\0pass word'))).toEqual({ say: 'failed', user: 'nobody' });
  });

  test('UTF-8 names', () => {
    expect(exchange().start('PLAIN', base64('\0ünï@example.com\0geheim'))).toEqual({
      say: 'ok',
      user: 'ünï@example.com',
    });
  });

  test('an authorization identity of its own does not take the place of the user', () => {
    expect(exchange().start('PLAIN', base64('admin\0user\0pass word'))).toEqual({ say: 'ok', user: 'user' });
  });

  test('`=` stands for an empty response, which is no PLAIN message', () => {
    expect(exchange().start('PLAIN', '=')).toEqual({ say: 'malformed', user: '' });
  });

  test.each(['!!!!', base64('user pass'), base64('\0user'), base64('a\0b\0c\0d'), ''])('malformed: %j', (response) => {
    const sasl = exchange();
    sasl.start('PLAIN', null);
    expect(sasl.line(response).say).toBe('malformed');
  });

  test('without a list of users whatever is given is good', () => {
    expect(exchange(null).start('PLAIN', base64('\0anybody\0anything'))).toEqual({ say: 'ok', user: 'anybody' });
  });
});

describe('LOGIN', () => {
  test('asks for the user name and the password', () => {
    const sasl = exchange();
    expect(decoded(sasl.start('LOGIN', null))).toBe('Username:');
    expect(decoded(sasl.line(base64('user')))).toBe('Password:');
    expect(sasl.line(base64('pass word'))).toEqual({ say: 'ok', user: 'user' });
  });

  test('with the user name as initial response', () => {
    const sasl = exchange();
    expect(decoded(sasl.start('LOGIN', base64('user')))).toBe('Password:');
    expect(sasl.line(base64('pass word'))).toEqual({ say: 'ok', user: 'user' });
  });

  test('a wrong password', () => {
    const sasl = exchange();
    sasl.start('LOGIN', base64('user'));
    expect(sasl.line(base64('wrong'))).toEqual({ say: 'failed', user: 'user' });
  });

  test('an empty or malformed user name', () => {
    const sasl = exchange();
    sasl.start('LOGIN', null);
    expect(sasl.line('!!!').say).toBe('malformed');
  });

  test('`*` instead of the password', () => {
    const sasl = exchange();
    sasl.start('LOGIN', base64('user'));
    expect(sasl.line('*').say).toBe('aborted');
  });
});

describe('CRAM-MD5', () => {
  test('the right digest of the challenge', () => {
    const sasl = exchange();
    const challenge = decoded(sasl.start('CRAM-MD5', null));
    expect(challenge).toMatch(/^<[^<>@]+@mail\.example\.com>$/);
    expect(sasl.line(cram('user', 'pass word', challenge))).toEqual({ say: 'ok', user: 'user' });
  });

  test('a digest made with another password', () => {
    const sasl = exchange();
    const challenge = decoded(sasl.start('CRAM-MD5', null));
    expect(sasl.line(cram('user', 'wrong', challenge))).toEqual({ say: 'failed', user: 'user' });
  });

  test('the answer to an earlier challenge is worth nothing', () => {
    const earlier = decoded(exchange().start('CRAM-MD5', null));
    const sasl = exchange();
    sasl.start('CRAM-MD5', null);
    expect(sasl.line(cram('user', 'pass word', earlier)).say).toBe('failed');
  });

  test('takes no initial response', () => {
    expect(exchange().start('CRAM-MD5', base64('user 00')).say).toBe('malformed');
  });

  test.each(['', base64('user'), base64('user nothex'), '!!!'])('an answer that is none fails: %j', (response) => {
    const sasl = exchange();
    sasl.start('CRAM-MD5', null);
    expect(sasl.line(response).say).toBe('failed');
  });
});

describe('XOAUTH2', () => {
  const response = (user: string, token: string): string => base64(`user=${user}\x01auth=Bearer ${token}\x01\x01`);

  test('the right token', () => {
    expect(exchange().start('XOAUTH2', response('user', 'pass word'))).toEqual({ say: 'ok', user: 'user' });
  });

  test('a bad token: one more challenge that carries the error, then failed', () => {
    const sasl = exchange();
    expect(JSON.parse(decoded(sasl.start('XOAUTH2', response('user', 'stale'))))).toMatchObject({ status: '401' });
    expect(sasl.line('')).toEqual({ say: 'failed', user: 'user' });
  });

  test('malformed', () => {
    expect(exchange().start('XOAUTH2', base64('nothing of the kind')).say).toBe('malformed');
  });
});

describe('any exchange', () => {
  test.each(['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'])('%s: `*` aborts (RFC 4954 4)', (mechanism) => {
    const sasl = exchange();
    expect(sasl.start(mechanism, null).say).toBe('challenge');
    expect(sasl.line('*')).toEqual({ say: 'aborted', user: '' });
  });

  test.each(['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'])(
    '%s: a line of 1 MB is answered and nothing more',
    (mechanism) => {
      const sasl = exchange();
      sasl.start(mechanism, null);
      const outcome = sasl.line('A'.repeat(2 ** 20));
      expect(outcome.say === 'ok').toBe(false);
    },
  );

  test('one that is over takes no further line', () => {
    const sasl = exchange();
    sasl.start('PLAIN', base64('\0user\0pass word'));
    expect(sasl.line(base64('\0user\0pass word')).say).toBe('failed');
  });

  test.each(['EXTERNAL', 'XCLIENT_', 'plain', ''])('a mechanism that is not played fails: %j', (mechanism) => {
    expect(exchange().start(mechanism, null)).toEqual({ say: 'failed', user: '' });
  });

  test.each(['constructor', '__proto__', 'toString'])('a user called %s is nobody', (user) => {
    expect(exchange().start('PLAIN', base64(`\0${user}\0x`))).toEqual({ say: 'failed', user });
    const sasl = exchange();
    const challenge = decoded(sasl.start('CRAM-MD5', null));
    expect(sasl.line(cram(user, 'x', challenge))).toEqual({ say: 'failed', user });
  });
});
