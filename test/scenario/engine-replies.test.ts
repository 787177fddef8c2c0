// The forms of a reply, and what goes into their texts (A7, A15, primitives 1, 3 and 14).

import { enveloped, greeted, lines, past, play } from './play';

const answer = (reply: string, line = 'NOOP'): string =>
  greeted(`rules: [{ on: any, when: { not: { line: 'EHLO*' } }, reply: ${reply} }]`).client(`${line}\r\n`).said();

describe('forms (A7)', () => {
  test.each([
    [
      'a number is the text of the persona for that code',
      '450',
      '450 Requested mail action not taken: mailbox unavailable\r\n',
    ],
    ['and means the same in quotes', "'450'", '450 Requested mail action not taken: mailbox unavailable\r\n'],
    ['a code that nobody has words for speaks for its class', '459', '459 Try again later\r\n'],
    ['one line', "'250 fine'", '250 fine\r\n'],
    [
      'a block of lines is one multi-line reply, numbered by the engine',
      '"250 a\\nb\\nc"',
      '250-a\r\n250-b\r\n250 c\r\n',
    ],
    ['lines that carry codes are sent as they are', '"250-a\\n550 b"', '250-a\r\n550 b\r\n'],
    ['also without a last line', '"250-a\\n250-b"', '250-a\r\n250-b\r\n'],
    ['text: null is the bare code (14)', '{ code: 250, text: null }', '250\r\n'],
    ['text: "" is the code and a blank', '{ code: 250, text: "" }', '250 \r\n'],
    ['a list is several replies (3)', "['250 a', '250 b']", '250 a\r\n250 b\r\n'],
  ])('%s: %s', (_name, reply, octets) => {
    expect(answer(reply)).toBe(octets);
  });

  test('several replies are several writes, the first answers and the others are unsolicited', () => {
    const played = greeted(`rules: [{ on: NOOP, reply: ['250 a', '250 b'] }]`).client('NOOP\r\n');
    expect(played.writesSince()).toEqual(['250 a\r\n', '250 b\r\n']);
    const [first, second] = played.events('reply').slice(-2);
    expect(first?.answers).toBe(played.events('command').at(-1)?.seq);
    expect(second).toMatchObject({ answers: null, unsolicited: true });
  });

  test('a multi-line reply is one write', () => {
    const played = greeted(`rules: [{ on: NOOP, reply: "250 a\\nb" }]`).client('NOOP\r\n');
    expect(played.writesSince()).toEqual(['250-a\r\n250 b\r\n']);
  });

  test('only the first reply moves the session', () => {
    const played = greeted(`rules: [{ on: MAIL, reply: ['450 no', '250 yes'] }]`).client('MAIL FROM:<a@b>\r\n');
    expect(played.session.transaction.sender).toBeNull();
  });

  test('more than 512 octets are sent as they are', () => {
    expect(answer(`'250 ${'x'.repeat(600)}'`)).toHaveLength(606);
  });

  test('raw: octets in text, hex and base64, and no CRLF is added (14)', () => {
    const raw = (form: string): string => greeted(`rules: [{ on: NOOP, raw: ${form} }]`).client('NOOP\r\n').said();
    expect(raw('"250 ok\\n"')).toBe('250 ok\n');
    expect(raw('{ hex: "32 35 30 ff" }')).toBe('250\xff');
    expect(raw('{ base64: "MjUw/w==" }')).toBe('250\xff');
  });

  test('a seeded range of a delay (14)', () => {
    const played = greeted(`rules: [{ on: NOOP, delay: 1 s..5 s, reply: '250 ok' }]`, { seed: 3 }).client('NOOP\r\n');
    played.after(999).server().after(4001).server('250 ok');
  });

  test('dribble writes so many octets at a time', () => {
    const played = greeted(`rules: [{ on: NOOP, reply: '250 ok', dribble: { octets: 3, every: 1 s } }]`).client(
      lines('NOOP', 'RSET'),
    );
    played.octets('250').after(1000).octets(' ok').after(999).server().after(1).octets('\r\n250 OK\r\n');
  });
});

describe('texts (A15)', () => {
  test.each([
    ['{line}', 'FOO bar', '250 FOO bar'],
    ['{verb}', 'foo bar', '250 FOO'],
    ['{argument}', 'VRFY  some one', '250  some one'],
    ['{helo}', 'NOOP', '250 client.example'],
    ['{peer}', 'NOOP', '250 192.0.2.7'],
    ['{hostname}', 'NOOP', '250 mail.example.com'],
    ['{date}', 'NOOP', '250 Wed, 18 Feb 2004 09:52:07 +0000'],
    ['{release}', 'NOOP', '250 5321'],
    ['{{line}', 'NOOP', '250 {line}'],
    ['{sender}', 'MAIL FROM:<a@b>', '250 a@b'],
    ['{recipient}', 'RCPT TO:<a@b>', '250 a@b'],
  ])('%s on %j is %j', (text, line, reply) => {
    expect(answer(`'250 ${text}'`, line)).toBe(`${reply}\r\n`);
  });

  test('octets are echoed as received', () => {
    expect(answer(`'500 "{line}"'`, '\xff\x80 caf\xe9')).toBe('500 "\xff\x80 caf\xe9"\r\n');
  });

  test('what was received is inserted once, and never expanded again', () => {
    expect(answer(`'500 {line}'`, '{hostname} {{ {line}')).toBe('500 {hostname} {{ {line}\r\n');
  });

  test('CR, LF and NUL inside a line are shown as ?, and as they are with :raw', () => {
    expect(answer(`'500 {line}'`, 'a\rb\nc\0d')).toBe('500 a?b?c?d\r\n');
    expect(answer(`'500 {line:raw}'`, 'a\rb\nc\0d')).toBe('500 a\rb\nc\0d\r\n');
  });

  test('a long echo is cut so that the reply line keeps to 512 octets, and is not with :full', () => {
    expect(answer(`'500 "{line}" unrecognized'`, 'x'.repeat(900))).toBe(`500 "${'x'.repeat(491)}" unrecognized\r\n`);
    expect(answer(`'500 {line:full}'`, 'x'.repeat(900))).toBe(`500 ${'x'.repeat(900)}\r\n`);
  });

  test('an empty value leaves no double blank', () => {
    expect(answer(`'250 [ {argument} ]'`)).toBe('250 [ ]\r\n');
  });

  test('on DATA and behind it, sender and recipient are those of the transaction', () => {
    const played = enveloped(
      `rules: [{ on: [DATA, end-of-data], when: { not: { line: 'x' } }, reply: '354 {sender} {recipient}' }]`,
    );
    played.client(lines('DATA', '.')).server('354 a@x.example b@y.example', '354 a@x.example b@y.example');
  });

  test('{count} of a chunk, {site} of a blacklist, {limit} of the size policy', () => {
    const played = greeted(`
      server:
        extensions: [CHUNKING]
        policies: { size: 5, dnsBlacklist: [{ site: bl.example, listed: [192.0.2.0/24], action: log }] }
      rules:
        - { on: MAIL, reply: '250 {site} {limit}' }
        - { on: BDAT, reply: '250 {count}' }`);
    played.client(lines('MAIL FROM:<a@b>', 'BDAT 3') + 'abc').server('250 bl.example 5', '250 3');
  });
});

describe("Domino's words", () => {
  test('a whole session', () => {
    const played = play('persona: domino-6.5');
    expect(played.said()).toMatch(
      /^220 mail\.example\.com ESMTP Service \(Lotus Domino Release 6\.5.*\) ready at .*\r\n$/,
    );
    played.client('EHLO client\r\n');
    played.server(
      '250-mail.example.com Hello client ([192.0.2.7]), pleased to meet you',
      '250-SIZE',
      '250-PIPELINING',
      '250 HELP',
    );
    played.client(lines('MAIL FROM:<a@b.example>', 'RCPT TO:<c@d.example>', 'DATA', 'x', '.', 'QUIT'));
    played.server(
      '250 a@b.example... Sender OK',
      '250 c@d.example... Recipient OK',
      '354 Enter message, end with "." on a line by itself',
      '250 Message accepted for delivery',
      '221 mail.example.com SMTP Service closing transmission channel',
    );
  });

  test('a command without the argument it needs is named', () => {
    const played = past(play('persona: domino-6.5'));
    played.client('HELO \r\n').server('501 Command "HELO" requires an argument');
    past(played.client('EHLO client\r\n'));
    played.client('MAIL\r\n').server('501 Command "MAIL" requires an argument');
    past(played.client('MAIL FROM:<a@b>\r\n'));
    played.client('RCPT \r\n').server('501 Command "RCPT" requires an argument');
  });

  test('a refused DATA: each content line is an unknown command, quoted whole', () => {
    const played = past(play(`persona: domino-6.5\nrules: [{ on: DATA, reply: '554 no' }]`));
    past(played.client(lines('EHLO a', 'MAIL FROM:<a@b>', 'RCPT TO:<c@d>')));
    played.client(lines('DATA', 'Subject: Your Meds'));
    played.server('554 no', '500 Syntax error, command "Subject: Your Meds" unrecognized');
  });

  test('addresses without brackets and with a blank behind the colon are taken, and plain refuses them', () => {
    past(play('persona: domino-6.5').client('HELO a\r\n')).client('MAIL FROM: a@b\r\n').server('250 a@b... Sender OK');
    expect(greeted('').client('MAIL FROM: a@b\r\n').codes()).toEqual([501]);
  });

  test('HELP lists the optional commands that are on, a blank behind each', () => {
    const scenario = 'persona: domino-6.5\nserver: { policies: { commands: { VRFY: true } }, tls: {} }';
    past(play(scenario))
      .client('HELP\r\n')
      .server(
        '214-Enter one of the following commands:',
        '214-HELO EHLO MAIL RCPT DATA RSET NOOP QUIT',
        '214 HELP VRFY STARTTLS ',
      );
  });

  test('a bare code of a rule is said in its words, and a code it has no words for in those of plain', () => {
    const scenario = `persona: domino-6.5\nrules: [{ on: NOOP, reply: 421, then: continue }, { on: RSET, reply: 451 }]`;
    past(play(scenario))
      .client(lines('NOOP', 'RSET'))
      .server(
        '421 SMTP service not available, closing transmission channel.',
        '451 Requested action aborted: local error in processing',
      );
  });
});
