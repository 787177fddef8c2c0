// The order of the dialogue: one event at a time, its steps one after another, and what may come in between (A1).

import { greeted, lines, past, play, serve } from './play';

describe('one event at a time (A1)', () => {
  test('n pipelined commands with a delay of 3 s take 3n s: a delay is thinking time and starts when its event is taken', () => {
    const played = greeted(`rules: [{ on: NOOP, delay: 3 s, reply: '250 thought' }]`);
    played.client(lines('NOOP', 'NOOP', 'NOOP')).server();
    played.after(2999).server();
    played.after(1).server('250 thought');
    played.after(2999).server();
    played.after(1).server('250 thought');
    played.after(3000).server('250 thought');
  });

  test('one reply is one write; pipelined replies are not coalesced', () => {
    const played = greeted('').client(lines('NOOP', 'NOOP', 'HELP'));
    expect(played.writesSince()).toEqual([
      '250 OK\r\n',
      '250 OK\r\n',
      '214-This server knows these commands:\r\n214 HELP VRFY EHLO HELO MAIL RCPT DATA RSET NOOP QUIT\r\n',
    ]);
  });

  test('matchers see the state after the reply before: a pipelined RCPT sees the sender of its MAIL', () => {
    const played = greeted(`rules: [{ on: RCPT, when: { sender: a@x.example }, reply: '250 seen' }]`);
    played.client(lines('MAIL FROM:<a@x.example>', 'RCPT TO:<b@y.example>')).server('250 OK', '250 seen');
  });

  test('octets that come while a step runs are stamped on arrival, and taken later', () => {
    const played = greeted(`rules: [{ on: NOOP, delay: 5 s, reply: '250 late' }]`);
    played.client('NOOP\r\n').after(1000).client('RSET\r\n').after(4000).server('250 late', '250 OK');
    const rset = played.events('command').find(({ event }) => event === 'RSET');
    expect(rset).toMatchObject({ firstAt: 1000, at: 5000 });
  });

  test('the steps of a rule run in their order', () => {
    const played = greeted(`
      rules:
        - { on: NOOP, do: [{ wait: 1 s }, { reply: '250 a' }, { wait: 1 s }, { raw: "oops\\r\\n" }, close] }`);
    played.client('NOOP\r\n').server().after(1000).server('250 a').ended(null);
    played.after(1000).server('oops').ended('close');
  });

  test('sugar runs as set, hold, wait, reply, next', () => {
    const scenario = `
      rules:
        - { on: NOOP, then: close, reply: '250 x', delay: 1 s, hold: { octets: 1, atMost: 2 s }, set: { state: s } }
      `;
    const played = greeted(scenario).client('NOOP\r\n');
    expect(played.events('step').map(({ step }) => step)).toEqual(['set', 'hold']);
    played.after(2000).server();
    played.after(1000).server('250 x').ended('close');
  });
});

describe('between two steps (A1, A8)', () => {
  test('a timer waits for the running step, and speaks before the next one', () => {
    const played = greeted(`
      rules:
        - { on: NOOP, do: [{ wait: 10 s }, { reply: '250 noop' }] }
        - { on: timer, after: 5 s, reply: '250 timer' }`);
    played.client('NOOP\r\n').after(9999).server();
    played.after(1).server('250 timer', '250 noop');
    expect(played.replies().slice(-2)).toEqual(['250 - rules[1]', '250 NOOP rules[0]']);
  });

  test('a timer between two replies of one event leaves what is left to be said', () => {
    const played = greeted(`
      rules:
        - { on: DATA, do: [{ wait: 2 s }, { reply: '354 go' }] }
        - { on: timer, after: 1 s, do: [{ wait: 3 s }, { reply: '250 timer' }] }`);
    played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>', 'DATA'));
    played.server('250 OK', '250 OK').after(2000).server();
    played.after(3000).server('250 timer', '354 go');
    played.client('x\r\n.\r\n').server('250 OK');
  });

  test('a timer that closes ends what was still to be said', () => {
    const played = greeted(`
      rules:
        - { on: NOOP, delay: 3 s, reply: '250 noop' }
        - { on: timer, after: 1 s, reply: '421 bye' }`);
    played.client('NOOP\r\n').after(3000).server('421 bye').ended('close').after(9000).server();
  });

  test('a dribbled reply is one step: the next one starts behind its last octet, and no timer cuts it in two', () => {
    const played = greeted(`
      rules:
        - { on: NOOP, do: [{ reply: '250 abc', dribble: 1 s }, { wait: 2 s }, { reply: '250 second' }] }
        - { on: timer, after: 4 s, reply: '250 timer' }`);
    played.client('NOOP\r\n').octets('2');
    played.after(7999).octets('50 abc\r');
    played.after(1).octets('\n250 timer\r\n');
    played.after(1999).server();
    played.after(1).server('250 second');
  });

  test('behind a dribbled 354 the content rules start when it is said', () => {
    const played = greeted(`
      rules:
        - { on: DATA, reply: '354 x', dribble: { octets: 4, every: 1 s } }
        - { on: content, reply: '550 no', then: close }`);
    played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>', 'DATA', 'content'));
    played.octets('250 OK\r\n250 OK\r\n354 ').ended(null);
    played.after(1000).octets('x\r\n550 no\r\n').ended('close');
  });
});

describe('the client goes (A1)', () => {
  test('FIN while lines are queued: they are answered all the same, then the connection is closed', () => {
    const played = greeted(`rules: [{ on: NOOP, delay: 1 s, reply: '250 late' }]`);
    played.client(lines('NOOP', 'NOOP')).fin().ended(null);
    played.after(1000).server('250 late').ended(null);
    played.after(1000).server('250 late').ended('close');
  });

  test('peer-close is an event, taken when all that was sent is answered', () => {
    const played = greeted(`rules: [{ on: peer-close, set: { state: gone } }]`);
    played.client(lines('NOOP')).fin().server('250 OK').ended('close');
    expect([...played.home.world.states.keys()]).toEqual(['gone']);
  });

  test('a line without an end is never taken, and does not keep the connection open', () => {
    const played = greeted('').client('QUI').fin().server().ended('close');
    expect(played.waiting).toBe(3);
  });

  test('mail data that never ends: the connection is closed, and nothing is delivered', () => {
    const played = past(greeted('').client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>', 'DATA', 'half')));
    played.fin().server().ended('close');
    expect(played.home.messages).toEqual([]);
  });

  test('then: wait behind a FIN that is there already ends at once', () => {
    const played = greeted(`rules: [{ on: NOOP, delay: 1 s, reply: '250 x', then: wait }]`);
    played.client('NOOP\r\n').fin().after(1000).server('250 x').ended('close');
  });

  test('mute behind a FIN that is there already ends: there is nobody to be silent to', () => {
    const played = greeted(`rules: [{ on: NOOP, delay: 1 s, then: mute }]`);
    played.client('NOOP\r\n').fin().after(1000).server().ended('close');
  });
});

describe('the server stops', () => {
  test('in good order: 421 in the words of the persona, then close', () => {
    greeted('')
      .stop()
      .server('421 mail.example.com Service not available, closing transmission channel')
      .ended('close');
  });

  test('waits for the running step, and says nothing more of the answer', () => {
    const played = greeted(`rules: [{ on: NOOP, delay: 3 s, reply: '250 never' }]`).client('NOOP\r\n');
    played.stop().after(2999).server().ended(null);
    played.after(1);
    expect(played.codes()).toEqual([421]);
    played.ended('close');
  });

  test('lets a held reply go unsaid', () => {
    const played = greeted(`rules: [{ on: NOOP, hold: 1 h, reply: '250 never' }]`).client('NOOP\r\n').stop();
    expect(played.codes()).toEqual([421]);
    expect(played.events('hold-ended')).toMatchObject([{ by: 'stopped' }]);
  });

  test('ends a silence for a time', () => {
    const played = greeted(`rules: [{ on: NOOP, do: { mute: 1 h } }]`).client('NOOP\r\n').stop();
    expect(played.codes()).toEqual([421]);
  });

  test('closes a muted session without a word', () => {
    greeted(`rules: [{ on: NOOP, do: mute }]`).client('NOOP\r\n').stop().server().ended('close');
  });

  test('says 421 in the middle of mail data', () => {
    const played = past(greeted('').client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>', 'DATA', 'half'))).stop();
    expect(played.codes()).toEqual([421]);
    played.ended('close');
  });
});

describe('the clients of one server (A12)', () => {
  test('do not wait for each other', () => {
    const server = serve(`rules: [{ on: NOOP, when: { connection: 1 }, delay: 1 h, reply: '250 x' }]`);
    const slow = past(server.connect()).client('NOOP\r\n');
    const quick = past(server.connect()).client('NOOP\r\n');
    quick.server('250 OK');
    slow.server();
  });

  test('a change of configuration is seen from the next command on', () => {
    const server = serve(`rules: [{ on: NOOP, reply: '250 one' }]`);
    const played = past(server.connect()).client('NOOP\r\n').server('250 one');
    server.reconfigure(`rules: [{ on: NOOP, reply: '250 two' }]`);
    played.client('NOOP\r\n').server('250 two');
  });
});

test('the greeting comes unasked, first, and answers the connection', () => {
  const played = play('').server('220 mail.example.com ESMTP Service ready');
  expect(played.replies()).toEqual(['220 connected persona']);
});
