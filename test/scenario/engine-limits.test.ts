// The error limit: what counts, when it trips, and who answers then (A11).

import { enveloped, greeted, lines, past, play } from './play';

const limited = (limit: number | string, rules = ''): string =>
  `server: { policies: { errorLimit: ${limit}, recipients: { known: [ok@x] } } }\nrules: [${rules}]`;

describe('the error limit (A11)', () => {
  test('trips when the count exceeds it: the reply of error n+1 is not sent, the 421 is', () => {
    const played = greeted(limited(2)).client(lines('FOO', 'BAR', 'BAZ', 'NOOP'));
    played.server(
      '500 Syntax error, command unrecognized',
      '500 Syntax error, command unrecognized',
      '421 mail.example.com Service not available, closing transmission channel',
    );
    played.ended('close');
    expect(played.replies().at(-1)).toBe('421 unknown errorLimit');
    expect(played.events('note')).toMatchObject([{ fact: 'limit-tripped', detail: 'error 3 is over the limit of 2' }]);
  });

  test('a 550 to RCPT trips it, and so do junk, 501, 503 and 4yz', () => {
    const played = past(greeted(limited(4, `{ on: NOOP, reply: '450 later' }`)).client('MAIL FROM:<a@b>\r\n'));
    played.client(lines('RCPT TO:<no@x>', 'FOO', 'MAIL', 'NOOP', 'RCPT TO:<no@x>'));
    expect(played.codes()).toEqual([550, 500, 503, 450, 421]);
  });

  test("a rule's refusals count, and its reply is replaced when the limit trips", () => {
    const played = greeted(limited(1, `{ on: NOOP, reply: '550 rule' }`)).client(lines('NOOP', 'NOOP'));
    expect(played.codes()).toEqual([550, 421]);
  });

  test('counts: false exempts them', () => {
    const played = greeted(limited(0, `{ on: NOOP, counts: false, reply: '550 rule' }`)).client('NOOP\r\n'.repeat(5));
    expect(played.codes()).toEqual([550, 550, 550, 550, 550]);
  });

  test('a delay of the rule still runs before the 421', () => {
    const played = greeted(limited(0, `{ on: NOOP, delay: 3 s, reply: '550 rule' }`)).client('NOOP\r\n');
    played.after(2999).server().after(1);
    expect(played.codes()).toEqual([421]);
  });

  test('on: error-limit lets a rule answer it, with {limit} and {count}; then close', () => {
    const played = greeted(limited(0, `{ on: error-limit, reply: '421 {count} errors, {limit} allowed: {line}' }`));
    played.client('FOO x\r\n').server('421 1 errors, 0 allowed: FOO x').ended('close');
  });

  test('a rule on it that says another code closes as well, unless then: continue', () => {
    greeted(limited(0, `{ on: error-limit, reply: '500 enough' }`))
      .client('FOO\r\n')
      .server('500 enough')
      .ended('close');
    const played = greeted(limited(0, `{ on: error-limit, reply: '250 never mind', then: continue }`));
    played.client(lines('FOO', 'BAR')).server('250 never mind', '250 never mind').ended(null);
  });

  test('what a rule on it says moves the session in place of the reply that tripped it', () => {
    const played = enveloped(
      limited(0, `{ on: error-limit, reply: '250 fine', then: continue }`).replace('[ok@x]', '["b@*"]'),
    );
    played.client('RCPT TO:<no@x>\r\n').server('250 fine');
    expect(played.session.transaction.recipients).toEqual(['b@y.example', 'no@x']);
  });

  test('at the dot: the message is refused', () => {
    const played = past(
      greeted(limited(0, `{ on: end-of-data, reply: '554 no' }`)).client(
        lines('MAIL FROM:<a@b>', 'RCPT TO:<ok@x>', 'DATA'),
      ),
    );
    expect(played.client('.\r\n').codes()).toEqual([421]);
    expect(played.home.messages).toMatchObject([{ accepted: false }]);
  });

  test('a greeting of 554 and unsolicited refusals are no errors of the client', () => {
    const rules = `{ on: connect, reply: '554 go' }, { on: timer, after: 1 s, reply: '450 x' }`;
    past(play(limited(0, rules)))
      .after(1000)
      .client('NOOP\r\n')
      .server('450 x', '250 OK');
  });

  test('only the first reply to an event counts, and raw octets only with as:', () => {
    const rules = `{ on: NOOP, reply: ['250 a', '550 b'] }, { on: RSET, raw: "550 x\\r\\n" }, { on: QUIT, raw: "x", as: 550 }`;
    const played = greeted(limited(0, rules)).client(lines('NOOP', 'RSET', 'QUIT'));
    expect(played.codes()).toEqual([250, 550, 550, 421]);
  });

  test('the spew of a client that ignores a refused DATA trips it', () => {
    const played = enveloped(limited(3, `{ on: DATA, reply: '554 no' }`).replace('[ok@x]', 'null'));
    played.client(lines('DATA', 'Subject: x', 'To: y', 'text', 'more'));
    expect(played.codes()).toEqual([554, 500, 500, 421]);
  });

  test('null is no limit, also where the persona has one', () => {
    expect(greeted(limited('null')).client('FOO\r\n'.repeat(50)).codes()).toEqual(Array(50).fill(500));
  });
});
