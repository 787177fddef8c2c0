// Which rule answers: order, budgets and their scopes, chance, passes, rules of one connection (A2, A12, A13, primitives 8, 13).

import { greeted, lines, past, play, serve, type Played } from './play';

function noops(played: Played, count: number): readonly number[] {
  past(played);
  return played.client('NOOP\r\n'.repeat(count)).codes();
}

describe('order (A2)', () => {
  test('top to bottom, the first candidate that is not a pass answers', () => {
    greeted(`
      rules:
        - { on: NOOP, when: { argument: nothing }, reply: '250 first' }
        - { on: NOOP, reply: '250 second' }
        - { on: NOOP, reply: '250 third' }`)
      .client('NOOP\r\n')
      .server('250 second');
  });

  test('behind the rules come policy and persona, and the record says who spoke', () => {
    const played = greeted(`
      server: { policies: { recipients: { deny: [no@*] } } }
      rules: [{ id: mine, on: MAIL, reply: '250 rule' }]`);
    played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<no@b>', 'NOOP'));
    expect(played.replies().slice(-3)).toEqual(['250 MAIL mine', '554 RCPT recipients.deny', '250 NOOP persona']);
  });

  test('a list in on: takes each of its events (13)', () => {
    greeted(`rules: [{ on: [NOOP, VRFY], reply: '250 either' }]`)
      .client(lines('NOOP', 'VRFY x', 'RSET'))
      .server('250 either', '250 either', '250 OK');
  });

  test('on: any is whatever a line or the final dot can be, unknown verbs and SASL responses included (13)', () => {
    const played = greeted(`rules: [{ on: any, when: { not: { line: 'DATA' } }, reply: '250 any' }]`);
    played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>', 'FOO', '', 'DATA', 'x', '.'));
    played.server(
      '250 any',
      '250 any',
      '250 any',
      '250 any',
      '354 Start mail input; end with <CRLF>.<CRLF>',
      '250 any',
    );
  });

  test('on: any does not take connect', () => {
    play(`rules: [{ on: any, do: close }]`).server('220 mail.example.com ESMTP Service ready').ended(null);
  });

  test('the last rule may be "any, close": bail out of a dialogue that is not as expected (A13)', () => {
    greeted(`
      rules:
        - { on: [EHLO, MAIL], reply: '250 ok' }
        - { on: any, do: close }`)
      .client('MAIL FROM:<a@b>\r\n')
      .server('250 ok')
      .client('DATA\r\n')
      .server()
      .ended('close');
  });

  test('not: the conditions must not all hold (13)', () => {
    const played = greeted(
      `rules: [{ on: RCPT, when: { not: { recipient: 'ok@*', sender: 'a@b' } }, reply: '550 no' }]`,
    );
    played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<ok@y>', 'RCPT TO:<ko@y>')).server('250 OK', '250 OK', '550 no');
  });
});

describe('pass (13)', () => {
  test('takes note, waits, sets, and lets the next source answer', () => {
    const played = greeted(`
      rules:
        - { on: NOOP, pass: true, delay: 1 s, set: { state: seen } }
        - { on: NOOP, pass: true, delay: 1 s }
        - { on: NOOP, when: { argument: x }, reply: '250 rule' }`);
    played.client('NOOP\r\n').after(1999).server().after(1).server('250 OK');
    played.client('NOOP x\r\n').after(2000).server('250 rule');
    expect([...played.home.world.states.keys()]).toEqual(['seen']);
  });

  test('a pass spends its budget', () => {
    const played = greeted(`rules: [{ on: NOOP, pass: true, times: 1, delay: 1 s }]`);
    played.client(lines('NOOP', 'NOOP')).server().after(1000).server('250 OK', '250 OK');
  });

  test('what a pass sets is seen by the events that follow, not by the rules of this one', () => {
    const played = greeted(`
      rules:
        - { on: NOOP, pass: true, set: { state: seen } }
        - { on: NOOP, when: { state: seen }, reply: '250 second' }`);
    played.client(lines('NOOP', 'NOOP')).server('250 OK', '250 second');
  });
});

describe('budgets (A2)', () => {
  test('after n uses the rule is gone, and later rules, policy and persona speak', () => {
    const played = greeted(`
      rules:
        - { on: NOOP, times: 2, reply: '450 busy' }
        - { on: NOOP, times: 1, reply: '550 no' }`);
    expect(noops(played, 5)).toEqual([450, 450, 550, 250, 250]);
  });

  test('a rule without times never runs out', () => {
    expect(noops(greeted(`rules: [{ on: NOOP, reply: '450 x' }]`), 20)).toEqual(Array(20).fill(450));
  });

  test('a rule whose conditions fail spends nothing', () => {
    const played = greeted(`rules: [{ on: NOOP, when: { argument: x }, times: 1, reply: '450 busy' }]`);
    played.client(lines('NOOP', 'NOOP x', 'NOOP x')).server('250 OK', '450 busy', '250 OK');
  });

  test('times counts over the whole run, on all connections, when per: is left out', () => {
    const server = serve(`rules: [{ on: NOOP, times: 3, reply: '450 busy' }]`);
    expect(noops(server.connect(), 2)).toEqual([450, 450]);
    expect(noops(server.connect(), 2)).toEqual([450, 250]);
  });

  test('per: connection begins anew with each connection (A12)', () => {
    const server = serve(`rules: [{ on: NOOP, times: 1, per: connection, reply: '450 busy' }]`);
    expect(noops(server.connect(), 2)).toEqual([450, 250]);
    expect(noops(server.connect(), 2)).toEqual([450, 250]);
  });

  test('per: transaction begins anew behind the dot', () => {
    const played = greeted(`rules: [{ on: RCPT, times: 1, per: transaction, reply: '450 busy' }]`);
    const message = lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>', 'RCPT TO:<c@d>', 'DATA', 'x', '.');
    expect(played.client(message).codes()).toEqual([250, 450, 250, 354, 250]);
    expect(played.client(message).codes()).toEqual([250, 450, 250, 354, 250]);
  });

  test('per: transaction begins anew behind RSET, EHLO and a MAIL that a rule takes in the middle', () => {
    const played = greeted(`
      rules:
        - { on: RCPT, times: 1, per: transaction, reply: '450 busy' }
        - { on: MAIL, reply: '250 ok' }`);
    for (const between of ['RSET', 'EHLO again', 'MAIL FROM:<z@z>']) {
      past(played.client(lines('MAIL FROM:<a@b>')));
      expect(played.client(lines('RCPT TO:<c@d>', 'RCPT TO:<c@d>')).codes()).toEqual([450, 250]);
      past(played.client(lines(between)));
    }
  });

  test('per: transaction counts what is refused before the transaction, once', () => {
    const played = greeted(`rules: [{ on: MAIL, times: 1, per: transaction, reply: '450 busy' }]`);
    played.client(lines('MAIL FROM:<a@b>', 'MAIL FROM:<a@b>', 'RSET', 'MAIL FROM:<a@b>', 'MAIL FROM:<a@b>'));
    expect(played.codes()).toEqual([450, 250, 250, 450, 250]);
  });

  test('per: peer counts for each address', () => {
    const server = serve(`rules: [{ on: NOOP, times: 1, per: peer, reply: '450 busy' }]`);
    expect(noops(server.connect({ peer: '192.0.2.1' }), 2)).toEqual([450, 250]);
    expect(noops(server.connect({ peer: '192.0.2.1' }), 1)).toEqual([250]);
    expect(noops(server.connect({ peer: '192.0.2.2' }), 1)).toEqual([450]);
  });

  test('per: sender+recipient counts for each pair, whatever the case of its letters', () => {
    const server = serve(`rules: [{ on: RCPT, times: 1, per: sender+recipient, reply: '450 grey' }]`);
    const pair = (from: string, to: string): readonly number[] => {
      const played = past(server.connect().client('EHLO a\r\n'));
      return played.client(lines(`MAIL FROM:<${from}>`, `RCPT TO:<${to}>`)).codes();
    };
    expect(pair('a@x', 'b@y')).toEqual([250, 450]);
    expect(pair('A@x', 'B@Y')).toEqual([250, 250]);
    expect(pair('a@x', 'c@y')).toEqual([250, 450]);
    expect(pair('z@x', 'b@y')).toEqual([250, 450]);
  });

  test('a budget per transaction leaves nothing behind in a long session', () => {
    const played = greeted(`rules: [{ on: RCPT, times: 1, per: transaction, reply: '450 busy' }]`);
    for (let count = 0; count < 50; count++) played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>', 'RSET'));
    expect(played.session.spentHere).toEqual({});
    expect(played.session.spent).toEqual({});
  });
});

describe('nth and connection (A2)', () => {
  test('nth counts events of the kind in this session from 1, whether or not the rule was reached', () => {
    const played = greeted(`
      rules:
        - { on: NOOP, times: 1, reply: '250 first' }
        - { on: NOOP, when: { nth: 3 }, reply: '250 third' }`);
    played.client(lines('NOOP', 'NOOP', 'RSET', 'NOOP', 'NOOP'));
    played.server('250 first', '250 OK', '250 OK', '250 third', '250 OK');
  });

  test('refused events count', () => {
    const played = greeted(`rules: [{ on: RCPT, when: { nth: '2..' }, reply: '450 later' }]`);
    played.client(lines('RCPT TO:<a@b>', 'RCPT TO:<a@b>'));
    expect(played.codes()).toEqual([503, 450]);
  });

  test('nth of an event starts again with the next connection', () => {
    const server = serve(`rules: [{ on: EHLO, when: { nth: 1 }, reply: '250 once' }]`);
    for (const played of [server.connect(), server.connect()]) past(played).client('EHLO a\r\n').server('250 once');
  });

  test('connection counts accepts from 1, and those that sent nothing', () => {
    const server = serve(`rules: [{ on: EHLO, when: { connection: 3 }, reply: '250 third' }]`);
    server.connect().fin();
    past(server.connect()).client('EHLO a\r\n');
    past(server.connect()).client('EHLO a\r\n').server('250 third');
  });

  test('connections: gives each its own rules, which go before the common ones (8)', () => {
    const server = serve(`
      connections:
        - [{ on: NOOP, reply: '250 one' }]
        - { rules: [{ on: NOOP, times: 1, reply: '250 two' }] }
      rules: [{ on: [NOOP, RSET], reply: '250 common' }]`);
    past(server.connect()).client(lines('NOOP', 'RSET')).server('250 one', '250 common');
    past(server.connect()).client(lines('NOOP', 'NOOP')).server('250 two', '250 common');
    past(server.connect()).client(lines('NOOP')).server('250 common');
  });

  test('rules of one connection have timers and content of their own (8)', () => {
    const server = serve(`connections: [[{ on: timer, after: 1 s, reply: '421 one' }]]`);
    const [one, two] = [past(server.connect()), past(server.connect())];
    one.after(1000).server('421 one').ended('close');
    two.server().ended(null);
  });

  test('when: { connection: 2 } on a group of rules does the same (8)', () => {
    const server = serve(`rules: [{ when: { connection: 2 }, rules: [{ on: NOOP, reply: '250 two' }] }]`);
    past(server.connect()).client('NOOP\r\n').server('250 OK');
    past(server.connect()).client('NOOP\r\n').server('250 two');
  });
});

describe('chance (A2)', () => {
  const CHANCE = `rules: [{ on: NOOP, probability: 0.5, reply: '450 x' }]`;

  test('the same seed draws the same, another seed something else', () => {
    const draw = (seed: number): readonly number[] => noops(greeted(CHANCE, { seed }), 40);
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7)).toContain(450);
    expect(draw(7)).toContain(250);
  });

  test('connections draw differently, and do not disturb each other however their commands mix', () => {
    const alone = serve(CHANCE);
    const first = noops(alone.connect(), 20);
    const second = noops(alone.connect(), 20);
    expect(first).not.toEqual(second);

    const mixed = serve(CHANCE);
    const [one, two] = [past(mixed.connect()), past(mixed.connect())];
    for (let count = 0; count < 20; count++) {
      two.client('NOOP\r\n');
      one.client('NOOP\r\n');
    }
    expect([one.codes(), two.codes()]).toEqual([first, second]);
  });

  test('the draw comes last: a rule whose conditions or budget fail draws nothing', () => {
    const drawn = (rules: string): readonly number[] => noops(greeted(`rules: [${rules}]`), 20);
    const chance = `{ on: NOOP, probability: 0.5, reply: '450 x' }`;
    const idle = `{ on: NOOP, when: { argument: x }, probability: 0.5, reply: '550 x' }`;
    expect(drawn(`${idle}, ${chance}`)).toEqual(drawn(chance));
  });

  test('what was drawn for one event changes nothing for the next', () => {
    const drawn = (rules: string): readonly number[] => {
      const played = greeted(`rules: [${rules}]`);
      past(played.client('VRFY x\r\n'));
      return noops(played, 20);
    };
    const chance = `{ on: NOOP, probability: 0.5, reply: '450 x' }`;
    const lots = `{ on: VRFY, probability: 0.001, reply: '252 a' }, { on: VRFY, probability: 0.001, reply: '252 b' }`;
    expect(drawn(`${lots}, ${chance}`)).toEqual(drawn(chance));
  });

  test('a rule that loses its draw spends nothing', () => {
    const played = greeted(`rules: [{ on: NOOP, probability: 0.5, times: 3, reply: '450 x' }]`);
    expect(noops(played, 60).filter((code) => code === 450)).toHaveLength(3);
  });

  test('a draw behind a pause is not the one before it again (14)', () => {
    const played = greeted(`rules: [{ on: NOOP, do: [{ wait: 1 s..9 s }, { wait: 1 s..9 s }, { reply: '250 x' }] }]`);
    played.client('NOOP\r\n').after(20_000).server('250 x');
    const spans = played.events('step').map(({ ms }) => ms ?? 0);
    expect(spans).toHaveLength(2);
    expect(spans[0]).not.toBe(spans[1]);
    for (const ms of spans) {
      expect(ms).toBeGreaterThanOrEqual(1000);
      expect(ms).toBeLessThanOrEqual(9000);
    }
  });

  test('probability 0 never answers and 1 always', () => {
    const played = greeted(`
      rules:
        - { on: NOOP, probability: 0, reply: '450 never' }
        - { on: NOOP, probability: 1, reply: '250 always' }`);
    played.client('NOOP\r\n').server('250 always');
  });
});
