// The EHLO list: a persona's own with what is switched on and off, a scenario's exactly as it stands, completed keywords.

import { greeted, past, play } from './play';

const list = (scenario: string): readonly string[] =>
  past(play(scenario))
    .client('EHLO client\r\n')
    .said()
    .split('\r\n')
    .slice(1, -1)
    .map((line) => line.slice(4));

describe("a scenario's list", () => {
  test('is announced exactly, in order, and the case of its words is kept', () => {
    expect(list('server: { extensions: [x-Foo, "AUTH EXTERNAL", 8bitmime] }')).toEqual([
      'x-Foo',
      'AUTH EXTERNAL',
      '8bitmime',
    ]);
  });

  test('an empty list leaves the first line alone', () => {
    past(play('server: { extensions: [] }')).client('EHLO a\r\n').server('250 mail.example.com greets a');
  });

  test('STARTTLS stays on it inside TLS only if it says so', () => {
    const played = past(greeted('server: { extensions: [STARTTLS, SIZE] }').client('STARTTLS\r\n')).secured();
    expect(played.client('EHLO a\r\n').said()).not.toContain('STARTTLS');
  });
});

describe('SIZE', () => {
  test.each([
    ['without a limit', 'size: null', 'SIZE'],
    ['with one', 'size: 10 MB', 'SIZE 10000000'],
    ['bare on demand', 'size: { limit: 10 MB, announce: bare }', 'SIZE'],
    ['a number of its own', 'size: { limit: 10 MB, announce: 0 }', 'SIZE 0'],
  ])('%s', (_what, size, word) => {
    expect(list(`server: { extensions: [SIZE], policies: { ${size} } }`)).toEqual([word]);
  });

  test('a number in the list is kept', () => {
    expect(list('server: { extensions: ["SIZE 5"], policies: { size: 10 } }')).toEqual(['SIZE 5']);
  });
});

describe("a persona's list", () => {
  test('has STARTTLS first and AUTH last, only while they are on', () => {
    expect(list('')).toEqual(['PIPELINING', 'SIZE', '8BITMIME', 'HELP']);
    expect(list('server: { tls: {} }')[0]).toBe('STARTTLS');
    expect(list('server: { auth: { mechanisms: [PLAIN, LOGIN] } }').at(-1)).toBe('AUTH PLAIN LOGIN');
    expect(list('server: { tls: {}, policies: { tls: off } }')).not.toContain('STARTTLS');
    expect(list('server: { auth: {}, policies: { auth: off } }').join()).not.toContain('AUTH');
  });

  test('has AUTH behind TLS only, when it is not allowed before', () => {
    const scenario = 'server: { tls: {}, auth: { mechanisms: [PLAIN], beforeTls: false } }';
    expect(list(scenario)).not.toContain('AUTH PLAIN');
    const played = past(greeted(scenario).client('STARTTLS\r\n')).secured();
    expect(played.client('EHLO a\r\n').said()).toContain('AUTH PLAIN');
  });

  test('has an optional command only while it is switched on', () => {
    expect(list('server: { policies: { commands: { HELP: false } } }')).toEqual(['PIPELINING', 'SIZE', '8BITMIME']);
  });

  test('Domino 5.0.4 announces AUTH=LOGIN', () => {
    const played = past(play('persona: domino-5.0.4\nserver: { auth: { mechanisms: [LOGIN] } }'));
    expect(played.client('EHLO a\r\n').said()).toMatch(/^250 AUTH=LOGIN\r\n$/m);
  });
});

describe('what is in force', () => {
  test('parameters that were not offered get 555 (RFC 5321 4.1.1.11)', () => {
    const played = greeted('server: { extensions: [SIZE] }');
    played.client('MAIL FROM:<a@b> BODY=8BITMIME\r\nMAIL FROM:<a@b> SIZE=1\r\n');
    expect(played.codes()).toEqual([555, 250]);
    expect(played.client('RCPT TO:<a@b> NOTIFY=NEVER\r\n').codes()).toEqual([555]);
  });

  test('a list that is set in the middle is in force with the next EHLO', () => {
    const played = greeted(`
      server: { extensions: [SIZE] }
      rules: [{ on: NOOP, pass: true, set: { extensions: [DSN] } }]`);
    past(played.client('NOOP\r\n'));
    expect(played.client('MAIL FROM:<a@b> SIZE=1\r\nEHLO a\r\nMAIL FROM:<a@b> SIZE=1\r\n').codes()).toEqual([
      250, 250, 555,
    ]);
  });

  test('the record has the list with every accepted EHLO', () => {
    const played = greeted('server: { extensions: [SIZE], policies: { size: 5 } }').client('EHLO again\r\n');
    expect(played.events('offered').map(({ keywords }) => keywords)).toEqual([['SIZE 5'], ['SIZE 5']]);
  });
});

describe('the argument', () => {
  test('is wanted', () => {
    expect(past(play('')).client('EHLO\r\nHELO \r\n').codes()).toEqual([501, 501]);
  });
});
