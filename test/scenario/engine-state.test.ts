// State moves by the code that was sent, never by who sent it: the table of A4, event by code.

import { enveloped, greeted, inContent, lines, past, play } from './play';

const rule = (on: string, reply: string): string => `rules: [{ on: ${on}, times: 1, reply: '${reply}' }]`;

describe('EHLO and HELO (A4)', () => {
  test('2yz greets, and only EHLO makes it ESMTP', () => {
    expect(past(play(rule('EHLO', '251 hi'))).client('EHLO a\r\n').session.transaction).toMatchObject({
      hello: 'EHLO',
      heloName: 'a',
    });
    expect(past(play('')).client('HELO a\r\n').session.transaction.hello).toBe('HELO');
  });

  test.each(['354 go', '450 later', '550 no'])('%s does not greet', (reply) => {
    const played = past(play(rule('EHLO', reply))).client(lines('EHLO a', 'MAIL FROM:<a@b>'));
    expect(played.codes()[1]).toBe(503);
    expect(played.session.mode).toBe('command');
  });

  test('an accepted EHLO resets the transaction', () => {
    expect(enveloped('').client(lines('EHLO a', 'DATA')).codes()).toEqual([250, 503]);
  });

  test('a refused EHLO leaves the session as it was (RFC 5321 4.1.4)', () => {
    const played = enveloped(`rules: [{ on: EHLO, when: { nth: 2 }, reply: '500 what' }]`);
    expect(played.client(lines('EHLO a', 'DATA')).codes()).toEqual([500, 354]);
  });

  test('the list that a rule wrote is the one in force', () => {
    const block = "{ on: EHLO, reply: ['250-hi\\n250-SIZE 100\\n250 DSN'] }";
    const played = past(play(`rules: [${block.replace(/'/g, '"')}]`)).client('EHLO a\r\n');
    expect(played.events('offered').map(({ keywords }) => keywords)).toEqual([['SIZE 100', 'DSN']]);
    played.server('250-hi', '250-SIZE 100', '250 DSN');
    expect(played.client(lines('MAIL FROM:<a@b> BODY=8BITMIME', 'MAIL FROM:<a@b> SIZE=5')).codes()).toEqual([555, 250]);
  });

  test('a rule that says no more than 250 announces nothing', () => {
    const played = past(play(rule('EHLO', '250 hi')))
      .client('EHLO a\r\n')
      .server('250 hi');
    expect(played.client('MAIL FROM:<a@b> SIZE=5\r\n').codes()).toEqual([555]);
  });

  test('nothing is in force after HELO (RFC 5321 2.2.1)', () => {
    expect(greeted('').client(lines('HELO a', 'MAIL FROM:<a@b> SIZE=5')).codes()).toEqual([250, 555]);
  });
});

describe('MAIL and RCPT (A4)', () => {
  test('2yz sets the sender, whoever said it', () => {
    expect(greeted(rule('MAIL', '251 ok')).client('MAIL FROM:<a@b>\r\n').session.transaction.sender).toBe('a@b');
  });

  test.each(['354 go', '450 later', '550 no'])('%s to MAIL sets nothing', (reply) => {
    expect(greeted(rule('MAIL', reply)).client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>')).codes()[1]).toBe(503);
  });

  test('2yz adds a recipient', () => {
    const played = enveloped(rule('RCPT', '251 will forward')).client('RCPT TO:<c@d>\r\n');
    expect(played.session.transaction.recipients).toEqual(['b@y.example', 'c@d']);
  });

  test.each(['354 go', '450 later', '550 no'])('%s to RCPT adds none', (reply) => {
    const played = greeted(rule('RCPT', reply)).client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>', 'DATA'));
    expect(played.codes().at(-1)).toBe(503);
  });

  test('a rule may accept what is out of order: it still goes first', () => {
    const played = past(play(rule('RCPT', '250 fine')))
      .client('RCPT TO:<c@d>\r\n')
      .server('250 fine');
    expect(played.session.transaction.recipients).toEqual(['c@d']);
  });

  test('out-of-order commands get the words of the persona', () => {
    past(play(''))
      .client(lines('MAIL FROM:<a@b>', 'RCPT TO:<a@b>', 'DATA'))
      .server(
        '503 Bad sequence of commands, send EHLO or HELO first',
        '503 Bad sequence of commands, send EHLO or HELO first',
        '503 Bad sequence of commands, send EHLO or HELO first',
      );
    greeted('')
      .client(lines('RCPT TO:<a@b>', 'DATA', 'MAIL FROM:<a@b>', 'DATA', 'MAIL FROM:<a@b>'))
      .server(
        '503 Bad sequence of commands, send MAIL first',
        '503 Bad sequence of commands, send MAIL first',
        '250 OK',
        '503 Bad sequence of commands, send RCPT first',
        '503 Bad sequence of commands, a mail transaction is open',
      );
  });
});

describe('DATA (A4)', () => {
  test.each(['354 go', '301 odd'])('any 3yz enters content mode: %s', (reply) => {
    const played = enveloped(rule('DATA', reply)).client(lines('DATA', 'NOOP', '.'));
    expect(played.codes().slice(1)).toEqual([250]);
    expect(played.home.messages).toMatchObject([{ accepted: true, size: 6 }]);
  });

  test('2yz stays in command mode (an odd server)', () => {
    expect(enveloped(rule('DATA', '250 odd')).client(lines('DATA', 'NOOP')).codes()).toEqual([250, 250]);
  });

  test.each(['451 later', '554 no'])('%s: the content lines are commands, and count', (reply) => {
    const played = enveloped(`
      server: { policies: { errorLimit: 3 } }
      ${rule('DATA', reply)}`);
    const codes = played.client(lines('DATA', 'Subject: x', 'text', 'more', '.')).codes();
    expect(codes).toEqual([Number(reply.slice(0, 3)), 500, 500, 421]);
  });
});

describe('end of data (A4)', () => {
  test.each([
    ['250 ok', true],
    ['299 ok', true],
    ['354 odd', false],
    ['451 later', false],
    ['554 no', false],
  ])('%s: accepted %s, and the transaction is over', (reply, accepted) => {
    const played = inContent(rule('end-of-data', reply)).client(lines('x', '.', 'DATA'));
    expect(played.codes()).toEqual([Number(reply.slice(0, 3)), 503]);
    expect(played.home.messages).toMatchObject([{ accepted, sender: 'a@x.example', recipients: ['b@y.example'] }]);
  });

  test.each(['do: ignore', 'do: mute', 'do: close', 'do: reset', `raw: "what\\r\\n"`])(
    'with %s the message was not accepted, and is still handed over as taken',
    (what) => {
      const played = inContent(`rules: [{ on: end-of-data, ${what} }]`).client(lines('x', '.'));
      expect(played.home.messages).toMatchObject([{ accepted: false, size: 3 }]);
    },
  );
});

describe('AUTH (A4)', () => {
  test.each([
    ['334 go', 'sasl', null],
    ['235 yes', 'command', 'authenticated'],
    ['250 yes', 'command', 'authenticated'],
    ['535 no', 'command', null],
    ['454 later', 'command', null],
  ])('%s: mode %s, user %s', (reply, mode, user) => {
    const { session } = greeted(rule('AUTH', reply)).client('AUTH X\r\n');
    expect([session.mode, session.user]).toEqual([mode, user]);
  });

  test.each([
    ['334 go on', 'sasl', null],
    ['235 yes', 'command', 'authenticated'],
    ['535 no', 'command', null],
  ])('auth-response %s: mode %s, user %s', (reply, mode, user) => {
    const scenario = `
      rules:
        - { on: AUTH, reply: '334 ' }
        - { on: auth-response, reply: '${reply}' }`;
    const { session } = greeted(scenario).client(lines('AUTH X', 'response'));
    expect([session.mode, session.user]).toEqual([mode, user]);
  });
});

describe('STARTTLS (A4)', () => {
  test('220 and only 220 begins the handshake', () => {
    const scenario = (reply: string): string => `server: { tls: {} }\n${rule('STARTTLS', reply)}`;
    expect(greeted(scenario('220 go')).client('STARTTLS\r\n').session.phase).toBe('handshaking');
    expect(greeted(scenario('250 go')).client('STARTTLS\r\n').session.phase).toBe('open');
    expect(greeted(scenario('454 later')).client('STARTTLS\r\n').session.phase).toBe('open');
  });
});

describe('RSET (A4)', () => {
  test('2yz resets', () => {
    expect(enveloped('').client(lines('RSET', 'DATA')).codes()).toEqual([250, 503]);
  });

  test.each(['354 x', '450 x', '500 x'])('%s does not reset', (reply) => {
    expect(enveloped(rule('RSET', reply)).client(lines('RSET', 'DATA')).codes()).toEqual([
      Number(reply.slice(0, 3)),
      354,
    ]);
  });
});

describe('raw (A4)', () => {
  test('moves nothing, and answers nothing on the record', () => {
    const played = greeted(`rules: [{ on: MAIL, times: 1, raw: "250 looks fine\\r\\n" }]`).client(
      'MAIL FROM:<a@b>\r\n',
    );
    played.server('250 looks fine');
    expect(played.session.transaction.sender).toBeNull();
    expect(played.events('reply').at(-1)).toMatchObject({ code: null, answers: null, raw: true, unsolicited: true });
  });

  test('with as: it is what it says it stands for', () => {
    const played = greeted(`rules: [{ on: MAIL, raw: "hello\\n", as: 250 }]`)
      .client('MAIL FROM:<a@b>\r\n')
      .octets('hello\n');
    expect(played.session.transaction.sender).toBe('a@b');
    const mail = played.events('command').at(-1);
    expect(played.events('reply').at(-1)).toMatchObject({ code: null, as: 250, answers: mail?.seq });
  });

  test('as: 354 enters content mode, as: 220 begins TLS, as: 421 closes', () => {
    expect(enveloped(`rules: [{ on: DATA, raw: "go", as: 354 }]`).client('DATA\r\n').session.mode).toBe('content');
    expect(greeted(`rules: [{ on: STARTTLS, raw: "go", as: 220 }]`).client('STARTTLS\r\n').session.phase).toBe(
      'handshaking',
    );
    greeted(`rules: [{ on: NOOP, raw: "bye", as: 421 }]`).client('NOOP\r\n').ended('close');
  });

  test('the list of a raw EHLO reply is in force as well', () => {
    const played = past(play(`rules: [{ on: EHLO, raw: "250-a\\r\\n250 SIZE\\r\\n", as: 250 }]`)).client('EHLO a\r\n');
    expect(past(played).client('MAIL FROM:<a@b> SIZE=5\r\n').codes()).toEqual([250]);
  });
});
