// What happens next, and the silences: then:, defaults by code, closing, mute and deaf (A5, A10, primitives 2 and 5).

import { enveloped, greeted, inContent, lines, past, play } from './play';

describe('defaults after the reply is written (A5)', () => {
  test.each(['221 bye', '250 staying', '500 no'])('QUIT closes whatever the code: %s', (reply) => {
    greeted(`rules: [{ on: QUIT, reply: '${reply}' }]`).client('QUIT\r\n').server(reply).ended('close');
  });

  test.each(['NOOP', 'MAIL FROM:<a@b>', 'FOO'])('421 to %s closes', (line) => {
    greeted(`rules: [{ on: [NOOP, MAIL, unknown], reply: '421 bye' }]`)
      .client(`${line}\r\n`)
      .server('421 bye')
      .ended('close');
  });

  test('421 as greeting closes, and so does one anywhere in a list', () => {
    play(`rules: [{ on: connect, reply: '421 full' }]`).server('421 full').ended('close');
    greeted(`rules: [{ on: NOOP, reply: ['250 ok', '421 bye'] }]`)
      .client('NOOP\r\n')
      .server('250 ok', '421 bye')
      .ended('close');
  });

  test('everything else goes on: a greeting of 554, and 221 to RSET', () => {
    play(`rules: [{ on: connect, reply: '554 no' }]`).server('554 no').client('NOOP\r\n').server('250 OK').ended(null);
    greeted(`rules: [{ on: RSET, reply: '221 eh' }]`)
      .client(lines('RSET', 'NOOP'))
      .server('221 eh', '250 OK')
      .ended(null);
  });
});

describe('then: is independent of the code (2)', () => {
  test('continue: 421 and QUIT do not close', () => {
    const played = greeted(`
      rules:
        - { on: NOOP, reply: '421 pretending', then: continue }
        - { on: QUIT, reply: '221 stay', then: continue }`);
    played
      .client(lines('NOOP', 'QUIT', 'RSET'))
      .server('421 pretending', '221 stay', '250 OK')
      .ended(null);
  });

  test('close: after the reply, and with nothing written', () => {
    greeted(`rules: [{ on: NOOP, reply: '250 ok', then: close }]`)
      .client(lines('NOOP', 'RSET'))
      .server('250 ok')
      .ended('close');
    greeted(`rules: [{ on: NOOP, do: close }]`).client(lines('NOOP', 'RSET')).server().ended('close');
  });

  test('reset, behind a reply or alone', () => {
    greeted(`rules: [{ on: NOOP, do: [{ reply: '250 ok' }, reset] }]`)
      .client('NOOP\r\n')
      .server('250 ok')
      .ended('reset');
    greeted(`rules: [{ on: NOOP, do: reset }]`).client('NOOP\r\n').server().ended('reset');
  });

  test('wait: nothing more is said, until the FIN of the client', () => {
    const played = greeted(`rules: [{ on: NOOP, reply: '421 bye', then: wait }]`);
    played.client('NOOP\r\n').server('421 bye').client('RSET\r\n').after(4000).server().ended(null);
    played.fin().ended('close');
  });

  test('wait: or for 5 s', () => {
    const played = greeted(`rules: [{ on: NOOP, then: wait }]`).client('NOOP\r\n').after(4999).ended(null);
    played.after(1).server().ended('close');
  });

  test('half-close: FIN from us, and reading without end', () => {
    const played = greeted(`rules: [{ on: NOOP, reply: '250 ok', then: half-close }]`);
    played.client('NOOP\r\n').server('250 ok').ended('half-close');
    played.client('RSET\r\n').after(3_600_000).server().ended('half-close');
    expect(played.waiting).toBe(6);
    played.fin().ended('close');
  });

  test('content: a refused DATA is followed by mail data all the same', () => {
    const played = enveloped(`rules: [{ on: DATA, reply: '550 no', then: content }]`);
    played.client(lines('DATA', 'NOOP', '.')).server('550 no', '250 OK');
  });

  test('commands: behind a 354 the content lines are commands', () => {
    const played = enveloped(`rules: [{ on: DATA, reply: '354 go', then: commands }]`);
    played.client(lines('DATA', 'NOOP', 'x')).server('354 go', '250 OK', '500 Syntax error, command unrecognized');
  });

  test('swallow: content is read to the dot, which gets no answer', () => {
    const played = enveloped(`rules: [{ on: DATA, reply: '550 no', then: swallow }]`);
    played.client(lines('DATA', 'NOOP', '.', 'RSET')).server('550 no', '250 OK');
    expect(played.home.messages).toMatchObject([{ accepted: false }]);
  });

  test('tls and plain', () => {
    expect(greeted(`rules: [{ on: NOOP, reply: '250 ok', then: tls }]`).client('NOOP\r\n').session.phase).toBe(
      'handshaking',
    );
    const plain = greeted(`rules: [{ on: STARTTLS, reply: '220 go', then: plain }]`).client(lines('STARTTLS', 'NOOP'));
    plain.server('220 go', '250 OK');
  });
});

describe('four silences (5)', () => {
  test('ignore: consumed, no reply, and on it goes', () => {
    greeted(`rules: [{ on: NOOP, times: 1, do: ignore }]`).client(lines('NOOP', 'NOOP')).server('250 OK');
  });

  test('ignored commands move nothing', () => {
    const played = enveloped(`rules: [{ on: [RSET, DATA], do: ignore }]`).client(lines('RSET', 'DATA', 'NOOP'));
    played.server('250 OK');
    expect(played.session.transaction.recipients).toEqual(['b@y.example']);
  });

  test('mute: answers nothing, even to QUIT, and goes on reading and recording', () => {
    const played = greeted(`rules: [{ on: NOOP, do: mute }]`);
    played.client(lines('NOOP', 'QUIT')).after(86_400_000).server().ended(null);
    expect(played.events('received').map(({ length }) => length)).toContain(12);
    played.fin().ended('close');
  });

  test('mute for a time: then the queue is worked off', () => {
    const played = greeted(`rules: [{ on: NOOP, times: 1, do: [{ mute: 10 s }] }]`);
    played
      .client(lines('NOOP', 'RSET', 'QUIT'))
      .after(9999)
      .server();
    played.after(1).server('250 OK', '221 mail.example.com Service closing transmission channel').ended('close');
  });

  test('mute for a time is over when the client goes', () => {
    const played = greeted(`rules: [{ on: NOOP, times: 1, do: [{ mute: 1 h }, { reply: '250 late' }] }]`);
    played.client(lines('NOOP', 'RSET')).fin().server('250 late', '250 OK').ended('close');
  });

  test('deaf: does not read at all', () => {
    const played = greeted(`rules: [{ on: NOOP, do: deaf }]`).client('NOOP\r\n');
    const before = played.events('received').length;
    played.client('QUIT\r\n').after(86_400_000).server().ended(null);
    expect(played.events('received')).toHaveLength(before);
  });

  test('deaf for a time: then what waited in the kernel is read', () => {
    const played = greeted(`rules: [{ on: NOOP, do: [{ deaf: 10 s }, { reply: '250 back' }] }]`).client('NOOP\r\n');
    played.client('RSET\r\n').after(9999).server();
    played.after(1).server('250 back', '250 OK');
  });
});

describe('after our FIN', () => {
  test('what comes is recorded and never answered', () => {
    const played = greeted('').client('QUIT\r\n');
    past(played).client('NOOP\r\n').after(60_000).server();
    expect(played.events('received').at(-1)).toMatchObject({ length: 6 });
  });

  test('no timer, idle rule or policy speaks any more', () => {
    greeted(`rules: [{ on: timer, after: 1 s, reply: '250 x' }, { on: idle, after: 1 s, reply: '250 y' }]`)
      .client('NOOP\r\n')
      .server('250 OK')
      .client('QUIT\r\n')
      .server('221 mail.example.com Service closing transmission channel')
      .after(3_600_000)
      .server();
  });

  test('a mute session has no timer either', () => {
    greeted(`rules: [{ on: timer, after: 1 s, reply: '250 x' }, { on: NOOP, do: mute }]`)
      .client('NOOP\r\n')
      .after(9000)
      .server();
  });

  test('content that is still coming in when a rule closes is left', () => {
    const played = inContent(`rules: [{ on: content, after: 4, do: close }]`).client(lines('abc', 'def', '.'));
    played.server().ended('close');
    expect(played.waiting).toBe(9);
  });
});
