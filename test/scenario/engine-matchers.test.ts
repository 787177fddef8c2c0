// What matchers see, and what they capture (A3, primitive 10).

import { enveloped, greeted, lines, past, play, serve } from './play';

const answers = (on: string, when: string, line: string): boolean => {
  const played = enveloped(`rules: [{ on: ${on}, when: ${when}, reply: '250 matched' }]`);
  return played.client(`${line}\r\n`).said() === '250 matched\r\n';
};

describe('paths (A3)', () => {
  test.each([
    ['MAIL', '{ sender: "new@x" }', 'MAIL FROM:<new@x>', true],
    ['MAIL', '{ sender: "a@x.example" }', 'MAIL FROM:<new@x>', false],
    ['MAIL', '{ sender: "" }', 'MAIL FROM:<>', true],
    ['MAIL', '{ sender: "*" }', 'MAIL FROM:<>', true],
    ['MAIL', '{ sender: "a b@x" }', 'MAIL FROM:<"a b"@x>', true],
    ['MAIL', '{ sender: "u@x" }', 'MAIL FROM:<@relay:u@x>', true],
    ['MAIL', '{ recipient: "*" }', 'MAIL FROM:<new@x>', false],
    ['RCPT', '{ recipient: "new@y" }', 'RCPT TO:<NEW@y>', true],
    ['RCPT', '{ recipient: "b@y.example" }', 'RCPT TO:<new@y>', false],
    ['RCPT', '{ recipient: "a b@y" }', 'RCPT TO:<"a b"@y>', true],
    ['RCPT', '{ sender: "a@x.example" }', 'RCPT TO:<new@y>', true],
    ['DATA', '{ sender: "a@x.example", recipient: "b@*" }', 'DATA', true],
    ['DATA', '{ recipient: "c@*" }', 'DATA', false],
    ['RSET', '{ recipient: "b@*" }', 'RSET', true],
    ['QUIT', '{ sender: "a@*" }', 'QUIT', true],
  ])('%s when %s on %j: %s', (on, when, line, matches) => {
    expect(answers(on, when, line)).toBe(matches);
  });

  test('MAIL and RCPT see their own path even if they will be refused', () => {
    greeted(`rules: [{ on: RCPT, when: { recipient: x@y }, reply: '550 seen' }]`)
      .client('RCPT TO:<x@y>\r\n')
      .server('550 seen');
  });

  test('behind the transaction its envelope is still seen', () => {
    const played = greeted(`rules: [{ on: QUIT, when: { sender: a@b, recipient: c@d }, reply: '221 bye a@b' }]`);
    played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>', 'DATA', '.', 'QUIT'));
    expect(played.said()).toContain('221 bye a@b');
  });

  test('recipient on DATA matches if any accepted one does, and never a refused one', () => {
    const played = greeted(`
      rules:
        - { on: RCPT, when: { recipient: bad@* }, reply: '550 no' }
        - { on: DATA, when: { recipient: bad@* }, reply: '554 bad' }
        - { on: DATA, when: { recipient: second@* }, reply: '554 second' }`);
    played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<bad@d>', 'RCPT TO:<first@d>', 'RCPT TO:<second@d>', 'DATA'));
    played.server('250 OK', '550 no', '250 OK', '250 OK', '554 second');
  });

  test('without a MAIL there is no sender, not the null one', () => {
    greeted(`rules: [{ on: [RCPT, NOOP], when: { sender: '' }, reply: '250 null' }]`)
      .client(lines('NOOP', 'RCPT TO:<a@b>'))
      .server('250 OK', '503 Bad sequence of commands, send MAIL first');
  });
});

describe('lines (A3)', () => {
  test.each([
    ['VRFY', '{ argument: "some one" }', 'VRFY some one', true],
    ['VRFY', '{ argument: " x" }', 'VRFY  x', true],
    ['VRFY', '{ argument: x }', 'VRFY  x', false],
    ['VRFY', '{ line: "vrfy x" }', 'VRFY x', true],
    ['VRFY', '{ line: "VRFY" }', 'VRFY x', false],
    ['unknown', '{ line: "/FOO/" }', 'FOO bar', false],
    ['unknown', '{ line: "/FOO .*/" }', 'FOO bar', true],
    ['unknown', '{ line: "/foo.*/" }', 'FOO bar', false],
    ['unknown', '{ line: "/foo.*/i" }', 'FOO bar', true],
    ['unknown', '{ line: "/[\\\\x80-\\\\xff]+/" }', '\xe9\xff', true],
  ])('%s when %s on %j: %s', (on, when, line, matches) => {
    expect(answers(on, when, line)).toBe(matches);
  });

  test('the dot is the line of end-of-data', () => {
    const played = enveloped(`rules: [{ on: any, when: { line: . }, reply: '250 dot' }]`);
    played.client(lines('DATA', 'x', '.'));
    expect(played.said()).toContain('250 dot');
  });

  test('helo is the name just given, and then the one the client was greeted by', () => {
    const played = play(`
      rules:
        - { on: EHLO, when: { helo: bad.* }, reply: '550 go away' }
        - { on: NOOP, when: { helo: good.* }, reply: '250 good' }`);
    past(played).client(lines('EHLO bad.example')).server('550 go away');
    past(played.client(lines('EHLO good.example')))
      .client(lines('NOOP'))
      .server('250 good');
  });

  test('peer is the address of the client', () => {
    const server = serve(`rules: [{ on: connect, when: { peer: '198.51.100.*' }, reply: '554 not you' }]`);
    server.connect({ peer: '198.51.100.9' }).server('554 not you');
    server.connect({ peer: '192.0.2.1' }).server('220 mail.example.com ESMTP Service ready');
  });
});

describe('the session (A3)', () => {
  test('esmtp and recipients are those at the time the event is taken', () => {
    const played = past(
      play(`
        rules:
          - { on: EHLO, when: { esmtp: true }, reply: '250 again' }
          - { on: RCPT, when: { recipients: '>= 2' }, reply: '452 enough' }`),
    );
    expect(played.client('HELO a\r\nEHLO a\r\n').codes()).toEqual([250, 250]);
    played.client('EHLO a\r\n').server('250 again');
    past(played.client(lines('MAIL FROM:<a@b>')));
    played.client(lines('RCPT TO:<a@b>', 'RCPT TO:<a@b>', 'RCPT TO:<a@b>'));
    expect(played.codes()).toEqual([250, 250, 452]);
  });

  test('octets counts all that was received in this session', () => {
    const played = past(play(`rules: [{ on: NOOP, when: { octets: '>= 18' }, reply: '250 much' }]`));
    played
      .client('NOOP\r\n')
      .server('250 OK')
      .client('NOOP\r\n')
      .server('250 OK')
      .client('NOOP\r\n')
      .server('250 much');
  });

  test('early: the line came before the reply it had to wait for (13)', () => {
    const played = greeted(`rules: [{ on: NOOP, when: { early: true }, reply: '250 early' }]`);
    played.client(lines('NOOP', 'NOOP')).server('250 OK', '250 early').client(lines('NOOP')).server('250 OK');
  });

  test('early goes by the first octet of the line', () => {
    const played = greeted(`rules: [{ on: NOOP, when: { early: true }, reply: '250 early' }]`);
    played.client('NOOP\r\nN', 'OOP\r\n').server('250 OK', '250 early');
  });

  test('a line before the greeting is early', () => {
    const server = serve(`rules: [{ on: EHLO, when: { early: true }, reply: '250 early' }]`);
    const played = server.connect({ begins: false }).client('EHLO a\r\n').server();
    played.begin().server('220 mail.example.com ESMTP Service ready', '250 early');
  });
});

describe('captures (10)', () => {
  test('named groups of a pattern go into texts of this rule and of later ones', () => {
    const played = greeted(`
      rules:
        - on: MAIL
          when: { sender: '/(?<who>.+)@.*/' }
          reply: '250 hello {who}'
        - { on: NOOP, reply: '250 you are {who}' }`);
    played.client(lines('MAIL FROM:<bob@b>', 'NOOP')).server('250 hello bob', '250 you are bob');
  });

  test('a rule that did not take the event leaves nothing captured', () => {
    const played = greeted(`
      rules:
        - { on: MAIL, when: { sender: '/(?<who>.+)@.*/', tls: true }, reply: '250 x' }
        - { on: MAIL, when: { sender: '/(?<who>.+)@.*/' }, probability: 0, reply: '250 x' }
        - { on: NOOP, reply: '250 <{who}>' }`);
    played.client(lines('MAIL FROM:<bob@b>', 'NOOP')).server('250 OK', '250 <>');
  });

  test('captures are of one session', () => {
    const server = serve(`
      rules:
        - { on: MAIL, when: { sender: '/(?<who>.+)@.*/' }, pass: true }
        - { on: NOOP, reply: '250 <{who}>' }`);
    past(server.connect()).client(lines('HELO x', 'MAIL FROM:<bob@b>'));
    past(server.connect()).client(lines('NOOP')).server('250 <>');
  });
});

describe('set and named states (10)', () => {
  test('set: changes the EHLO list, the size limit and the host name of this session only', () => {
    const server = serve(`
      server: { extensions: [SIZE, HELP] }
      rules: [{ on: NOOP, pass: true, set: { extensions: [SIZE, DSN], size: 1000, hostname: other.example } }]`);
    const played = past(server.connect()).client(lines('NOOP', 'EHLO a'));
    played.server('250 OK', '250-other.example greets a', '250-SIZE 1000', '250 DSN');
    past(server.connect()).client('EHLO a\r\n').server('250-mail.example.com greets a', '250-SIZE', '250 HELP');
  });

  test('what set: changes is on the record', () => {
    const played = greeted(
      `rules: [{ on: NOOP, pass: true, set: { state: { s: v }, size: 5, hostname: h, extensions: [DSN] } }]`,
    );
    played.client('NOOP\r\n');
    expect(played.events('step').map(({ detail }) => detail)).toEqual([
      'state s = v',
      'extensions = DSN',
      'size limit = 5',
      'hostname = h',
    ]);
  });

  test('a state has a value, is cleared by null, and is shared by all connections', () => {
    const server = serve(`
      rules:
        - { on: NOOP, pass: true, when: { argument: on }, set: { state: { mood: bad } } }
        - { on: NOOP, pass: true, when: { argument: off }, set: { state: { mood: null } } }
        - { on: VRFY, when: { state: { mood: bad } }, reply: '450 bad' }
        - { on: VRFY, when: { state: { mood: false } }, reply: '250 none' }`);
    const [one, two] = [past(server.connect()), past(server.connect())];
    two.client('VRFY x\r\n').server('250 none');
    past(one.client('NOOP on\r\n'));
    two.client('VRFY x\r\n').server('450 bad');
    past(one.client('NOOP off\r\n'));
    two.client('VRFY x\r\n').server('250 none');
  });

  test("a state's age is matched: greylisting by sender and recipient", () => {
    const server = serve(`
      states: { grey: sender+recipient }
      rules:
        - { on: RCPT, when: { state: { grey: '>= 5 s' } }, reply: '250 welcome' }
        - { on: RCPT, set: { state: grey }, reply: '450 later' }`);
    const attempt = (to: string): readonly number[] => {
      const played = past(server.connect().client('EHLO a\r\n'));
      return played.client(lines('MAIL FROM:<a@b>', `RCPT TO:<${to}>`)).codes();
    };
    expect(attempt('c@d')).toEqual([250, 450]);
    server.clock.advance(4000);
    expect(attempt('c@d')).toEqual([250, 450]);
    // Setting the value it has keeps its age.
    server.clock.advance(1000);
    expect(attempt('c@d')).toEqual([250, 250]);
    expect(attempt('other@d')).toEqual([250, 450]);
  });

  test('a state per peer is seen by that peer alone', () => {
    const server = serve(`
      states: { seen: peer }
      rules:
        - { on: NOOP, when: { state: seen }, reply: '250 again' }
        - { on: NOOP, pass: true, set: { state: seen } }`);
    past(server.connect({ peer: '192.0.2.1' }))
      .client('NOOP\r\n')
      .server('250 OK');
    past(server.connect({ peer: '192.0.2.1' }))
      .client('NOOP\r\n')
      .server('250 again');
    past(server.connect({ peer: '192.0.2.2' }))
      .client('NOOP\r\n')
      .server('250 OK');
  });

  test('another value begins a new age', () => {
    const played = greeted(`
      rules:
        - { on: NOOP, when: { state: { s: { value: b, age: '>= 3 s' } } }, reply: '250 old b' }
        - { on: NOOP, when: { state: { s: a } }, set: { state: { s: b } }, reply: '250 now b' }
        - { on: NOOP, when: { state: { s: false } }, set: { state: { s: a } }, reply: '250 now a' }`);
    played.client('NOOP\r\n').server('250 now a').after(5000).client('NOOP\r\n').server('250 now b');
    played.client('NOOP\r\n').server('250 OK').after(3000).client('NOOP\r\n').server('250 old b');
  });
});
