// The TLS phase: STARTTLS, what is forgotten, failures, implicit TLS, and 220 without a handshake (A14, primitive 7).

import { enveloped, greeted, lines, past, play, serve } from './play';

const TLS = 'server: { tls: {} }';

describe('STARTTLS (A14)', () => {
  test('220, then the handshake; nothing is parsed meanwhile', () => {
    const played = greeted(TLS).client('STARTTLS\r\n').server('220 Ready to start TLS');
    expect(played.session.phase).toBe('handshaking');
    expect(played.events('mode').at(-1)).toMatchObject({ mode: 'tls' });
    played.secured();
    expect(played.events('mode').at(-1)).toMatchObject({ mode: 'command' });
    expect(played.session.tls).toBe(true);
  });

  test('extra replies and raw octets of the list are still plaintext', () => {
    const played = greeted(
      `${TLS}\nrules: [{ on: STARTTLS, do: [{ reply: ['220 go', '250 more'] }, { raw: "injected" }] }]`,
    );
    played.client('STARTTLS\r\n').octets('220 go\r\n250 more\r\ninjected');
    expect(played.session.phase).toBe('handshaking');
  });

  test('octets behind the STARTTLS line are dropped and recorded', () => {
    const played = greeted(TLS).client(lines('STARTTLS', 'MAIL FROM:<a@b>')).server('220 Ready to start TLS');
    expect(played.events('step').at(-1)).toMatchObject({ step: 'discard', octets: 17 });
    played.secured().server();
  });

  test('behind-220: process feeds them to the session after the handshake', () => {
    const played = greeted('server: { tls: { behind-220: process } }').client(lines('STARTTLS', 'EHLO injected'));
    played.server('220 Ready to start TLS').secured();
    expect(played.codes()).toEqual([250]);
  });

  test('the handshake forgets greeting, transaction and authentication', () => {
    const scenario = `server: { tls: {}, auth: { mechanisms: [PLAIN] } }`;
    const played = past(greeted(scenario).client('AUTH PLAIN AGJvYgB4\r\n').client('MAIL FROM:<a@b>\r\n'));
    expect(played.session.user).toBe('bob');
    past(played.client('STARTTLS\r\n')).secured();
    expect(played.session).toMatchObject({ user: null, offered: null, transaction: { hello: null, sender: null } });
    expect(played.client('MAIL FROM:<a@b>\r\n').codes()).toEqual([503]);
  });

  test('inside TLS the list is the other one (7)', () => {
    const played = greeted('server: { extensions: { plain: [STARTTLS, SIZE], tls: [SIZE, DSN] } }');
    past(played.client('STARTTLS\r\n')).secured().client('EHLO a\r\n');
    played.server('250-mail.example.com greets a', '250-SIZE', '250 DSN');
  });

  test('a second STARTTLS gets 503', () => {
    const played = past(greeted(TLS).client('STARTTLS\r\n')).secured();
    expect(played.client(lines('EHLO a', 'STARTTLS')).codes()).toEqual([250, 503]);
  });

  test('tls: matches inside only', () => {
    const played = greeted(`${TLS}\nrules: [{ on: NOOP, when: { tls: true }, reply: '250 inside' }]`);
    played.client('NOOP\r\n').server('250 OK');
    past(played.client('STARTTLS\r\n')).secured().client('NOOP\r\n').server('250 inside');
  });

  test('with an argument it gets 501, and 502 where TLS is off', () => {
    expect(greeted(TLS).client('STARTTLS now\r\n').codes()).toEqual([501]);
    expect(greeted('').client('STARTTLS\r\n').codes()).toEqual([502]);
  });
});

describe('failures (7)', () => {
  test('tls-failed is an event with the alert, then close', () => {
    const played = greeted(
      `${TLS}\nrules: [{ on: tls-failed, when: { line: '*unknown ca*' }, set: { state: failed } }]`,
    );
    past(played.client('STARTTLS\r\n')).tlsFailed('alert unknown ca').server().ended('close');
    expect([...played.home.world.states.keys()]).toEqual(['failed']);
  });

  test('a client that closes in the middle of the handshake is one', () => {
    const played = greeted(`${TLS}\nrules: [{ on: tls-failed, set: { state: failed } }]`);
    past(played.client('STARTTLS\r\n')).fin().ended('close');
    expect([...played.home.world.states.keys()]).toEqual(['failed']);
  });

  test('a timer waits for the end of the handshake', () => {
    const played = greeted(`${TLS}\nrules: [{ on: timer, after: 5 s, reply: '421 enough' }]`);
    past(played.client('STARTTLS\r\n')).after(60_000).server().secured().server('421 enough').ended('close');
  });

  test('an endless handshake is ended by the idle policy, without a word', () => {
    const played = past(greeted(TLS).client('STARTTLS\r\n')).after(299_999).ended(null);
    played.after(1).server().ended('close');
  });

  test('the idle policy goes on behind a handshake', () => {
    const played = past(greeted(TLS).client('STARTTLS\r\n')).after(200_000).secured().client('EHLO a\r\n');
    past(played).after(299_999).server().after(1);
    expect(played.codes()).toEqual([421]);
  });

  test('the server stops in the middle: closed without a word', () => {
    past(greeted(TLS).client('STARTTLS\r\n')).stop().server().ended('close');
  });
});

describe('then: plain (A14)', () => {
  test('220 said and no handshake: lines are commands, a ClientHello is recognised as such', () => {
    const played = greeted(`${TLS}\nrules: [{ on: STARTTLS, reply: '220 go', then: plain }]`);
    past(played.client('STARTTLS\r\n')).client('\x16\x03\x01\x02\x00\x01rubbish\nmore\r\nand more\r\n').server();
    expect(played.events('tls')).toMatchObject([{ phase: 'client-hello' }]);
    played.client('NOOP\r\n').server('250 OK');
  });
});

describe('implicit TLS (A14)', () => {
  test('the handshake comes before connect', () => {
    const played = play('server: { tls: { implicit: true } }').server();
    played.secured().server('220 mail.example.com ESMTP Service ready');
    expect(played.client('EHLO a\r\n').said()).not.toContain('STARTTLS');
  });

  test('a failed handshake is tls-failed here as well', () => {
    const server = serve(`server: { tls: { implicit: true } }\nrules: [{ on: tls-failed, set: { state: failed } }]`);
    server.connect().tlsFailed('alert').server().ended('close');
    expect([...server.world.states.keys()]).toEqual(['failed']);
  });

  test('nobody greets twice when the session is begun again', () => {
    const played = play('server: { tls: { implicit: true } }').secured();
    expect(played.codes()).toEqual([220]);
    played.begin().server();
  });
});

describe('policies.tls: required (RFC 3207 4)', () => {
  const REQUIRED = 'server: { policies: { tls: required }, tls: {} }';

  test('530 to every command but NOOP, EHLO, STARTTLS and QUIT', () => {
    const played = past(play(REQUIRED).client('EHLO a\r\n'));
    played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<a@b>', 'DATA', 'RSET', 'VRFY x', 'HELP', 'HELO a', 'NOOP', 'FOO'));
    expect(played.codes()).toEqual([530, 530, 530, 530, 530, 530, 530, 250, 500]);
    expect(played.client(lines('STARTTLS')).codes()).toEqual([220]);
  });

  test('inside TLS nothing is held back', () => {
    const played = past(past(play(REQUIRED).client('EHLO a\r\n')).client('STARTTLS\r\n')).secured();
    expect(played.client(lines('EHLO a', 'MAIL FROM:<a@b>')).codes()).toEqual([250, 250]);
  });

  test('a rule goes first', () => {
    greeted(`${REQUIRED}\nrules: [{ on: MAIL, reply: '250 anyway' }]`)
      .client('MAIL FROM:<a@b>\r\n')
      .server('250 anyway');
  });
});

test('STARTTLS in a transaction is answered, and the transaction is gone', () => {
  const played = enveloped(TLS).client('STARTTLS\r\n').server('220 Ready to start TLS').secured();
  expect(played.client(lines('EHLO a', 'DATA')).codes()).toEqual([250, 503]);
});
