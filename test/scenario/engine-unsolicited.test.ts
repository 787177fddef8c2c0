// Replies before and without a command: idle, timers, and early replies that stand for DATA (A8).

import { enveloped, greeted, inContent, lines, past, play, serve } from './play';

describe('on: idle (A8)', () => {
  test('speaks when no octet went either way for t, then closes by its code', () => {
    const played = greeted(`rules: [{ on: idle, after: 2 s, reply: '421 slow' }]`);
    played.after(1999).server().after(1).server('421 slow').ended('close');
    expect(played.replies().at(-1)).toBe('421 - rules[0]');
  });

  test('octets of the client put it off, and so do replies', () => {
    const played = greeted(`rules: [{ on: idle, after: 2 s, reply: '421 slow' }]`);
    for (let count = 0; count < 5; count++) past(played.after(1500).client('NOOP\r\n'));
    played.after(1999).server().after(1).server('421 slow');
  });

  test('nothing is owed: a delayed reply is waited for first', () => {
    const played = greeted(`
      rules:
        - { on: idle, after: 2 s, reply: '421 slow' }
        - { on: NOOP, delay: 30 s, reply: '250 ok' }`);
    played.client('NOOP\r\n').after(30_000).server('250 ok').after(1999).server().after(1).server('421 slow');
  });

  test('a line without its end is no line: who stops in the middle of one is idle', () => {
    greeted(`rules: [{ on: idle, after: 2 s, reply: '421 slow' }]`).client('NOO').after(2000).server('421 slow');
  });

  test('once per connection, unless every:', () => {
    const once = greeted(`rules: [{ on: idle, after: 2 s, reply: '250 hello' }]`).after(2000).server('250 hello');
    once.after(60_000).server();
    const again = greeted(`rules: [{ on: idle, after: 2 s, every: 5 s, reply: '250 hello' }]`);
    again
      .after(2000)
      .server('250 hello')
      .after(4999)
      .server()
      .after(1)
      .server('250 hello')
      .after(5000)
      .server('250 hello');
  });

  test('one that does not match now may match in a later silence', () => {
    const played = greeted(`rules: [{ on: idle, after: 2 s, when: { sender: a@b }, reply: '421 slow' }]`);
    played.after(10_000).server();
    past(played.client('MAIL FROM:<a@b>\r\n')).after(2000).server('421 slow');
  });

  test('runs in content and SASL mode too', () => {
    inContent(`rules: [{ on: idle, after: 2 s, reply: '421 slow' }]`).client('x').after(2000).server('421 slow');
    const sasl = past(
      greeted(`rules: [{ on: idle, after: 2 s, reply: '421 slow' }, { on: AUTH, reply: '334 ' }]`).client('AUTH X\r\n'),
    );
    sasl.after(2000).server('421 slow');
  });

  test('before the greeting of a connection that nobody serves there is no clock', () => {
    const server = serve(`rules: [{ on: idle, after: 2 s, reply: '421 slow' }]`);
    const played = server.connect({ begins: false }).after(60_000).server();
    played.begin().server('220 mail.example.com ESMTP Service ready');
  });
});

describe('the idle policy (A8)', () => {
  test('is the same event with the words of the persona', () => {
    const played = greeted('server: { policies: { idleTimeout: 10 s } }');
    played.after(9999).server().after(1);
    played.server('421 mail.example.com Service not available, closing transmission channel').ended('close');
    expect(played.replies().at(-1)).toBe('421 - idleTimeout');
  });

  test('a rule with a shorter time wins by being earlier, not by rank', () => {
    const scenario = (ms: number): string => `
      server: { policies: { idleTimeout: 10 s } }
      rules: [{ on: idle, after: ${ms} ms, reply: '421 rule' }]`;
    expect(greeted(scenario(9000)).after(60_000).said()).toBe('421 rule\r\n');
    expect(greeted(scenario(11_000)).after(60_000).said()).toMatch(/^421 mail/);
  });

  test('an idle rule that goes on does not lift the policy', () => {
    const played = greeted(`
      server: { policies: { idleTimeout: 10 s } }
      rules: [{ on: idle, after: 4 s, reply: '250 still there?' }]`);
    played.after(4000).server('250 still there?').after(9999).server().ended(null).after(1).ended('close');
  });

  test('the habit of the persona holds when the scenario is silent, and null is never', () => {
    greeted('persona: domino-6.5').after(179_999).ended(null).after(1).ended('close');
    greeted('persona: domino-6.5\nserver: { policies: { idleTimeout: null } }').after(86_400_000).ended(null);
  });

  test('a mute session is left alone', () => {
    greeted(`rules: [{ on: NOOP, do: mute }]`).client('NOOP\r\n').after(86_400_000).server().ended(null);
  });
});

describe('on: timer (A8)', () => {
  test('speaks so long after the connection was opened, whatever goes on', () => {
    const played = play(`rules: [{ on: timer, after: 5 s, reply: '421 enough' }]`);
    past(played)
      .after(3000)
      .client('NOOP\r\n')
      .server('250 OK')
      .after(1999)
      .server()
      .after(1)
      .server('421 enough')
      .ended('close');
    expect(played.replies().at(-1)).toBe('421 - rules[0]');
  });

  test('once, unless every:', () => {
    greeted(`rules: [{ on: timer, after: 1 s, reply: '250 x' }]`).after(1000).server('250 x').after(60_000).server();
    const again = greeted(`rules: [{ on: timer, after: 1 s, every: 2 s, reply: '250 x' }]`).after(1000).server('250 x');
    again.after(2000).server('250 x').after(2000).server('250 x');
  });

  test('in content mode it leaves the content alone', () => {
    const played = inContent(`rules: [{ on: timer, after: 1 s, reply: '250 x' }]`)
      .client('abc')
      .after(1000)
      .server('250 x');
    played.client(lines('', '.')).server('250 OK');
    expect(played.home.messages).toMatchObject([{ size: 5 }]);
  });

  test('every: 0 does not stop time', () => {
    const played = greeted(`rules: [{ on: timer, after: 0 ms, every: 0 ms, times: 3, reply: '250 x' }]`).after(5);
    expect(played.codes().length).toBeLessThanOrEqual(3);
  });
});

describe('replies before the command (A8)', () => {
  const EARLY = `rules: [{ on: RCPT, reply: ['250 ok', '354 go'] }]`;

  test('a 354 behind the reply to RCPT: the later DATA is not answered, and content follows', () => {
    const played = greeted(EARLY);
    past(played.client('MAIL FROM:<a@b>\r\n')).client('RCPT TO:<c@d>\r\n').server('250 ok', '354 go');
    played.client('DATA\r\n').server().client(lines('NOOP', '.')).server('250 OK');
    expect(played.home.messages).toMatchObject([{ accepted: true, size: 6 }]);
  });

  test('DATA with a rule of its own is answered', () => {
    const played = greeted(`rules: [{ on: RCPT, reply: ['250 ok', '354 go'] }, { on: DATA, reply: '554 no' }]`);
    past(played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>')))
      .client(lines('DATA', 'NOOP'))
      .server('554 no', '250 OK');
  });

  test('do: ignore on DATA lets the early one stand for it', () => {
    const played = greeted(`rules: [{ on: RCPT, reply: ['250 ok', '354 go'] }, { on: DATA, do: ignore }]`);
    past(played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>')))
      .client(lines('DATA', 'NOOP', '.'))
      .server('250 OK');
  });

  test('two early ones stand for one DATA', () => {
    const played = greeted(EARLY);
    past(played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>', 'RCPT TO:<e@f>', 'DATA', '.')));
    past(played.client(lines('MAIL FROM:<a@b>')));
    expect(played.session.prepaid).toBeNull();
  });

  test('it stands for the DATA of its own transaction only', () => {
    const played = greeted(`rules: [{ on: RCPT, times: 1, reply: ['250 ok', '354 go'] }]`);
    past(played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>', 'RSET', 'MAIL FROM:<a@b>', 'RCPT TO:<c@d>')));
    expect(played.client('DATA\r\n').codes()).toEqual([354]);
  });

  test('a second 3yz to anything else stands for nothing', () => {
    const played = enveloped(`rules: [{ on: NOOP, reply: ['250 ok', '354 go'] }]`);
    played.client(lines('NOOP', 'DATA'));
    expect(played.codes()).toEqual([250, 354, 354]);
  });
});
