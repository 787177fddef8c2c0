// Lines as a client really ends them, lines too long, words that are no command; and what of a scenario is not the engine's
// (primitives 9 and 12).

import { loadScenarioText } from '../../src/scenario/load';
import { greeted, lines, past, play, serve } from './play';

describe('line ends', () => {
  test('a strict reader waits ten seconds for the CR, notes it, and refuses the line', () => {
    const played = greeted('').client('NOOP\n').after(9999).server().after(1);
    played.server('500 Syntax error, the line was not ended by CRLF');
    expect(played.events('note')).toMatchObject([{ fact: 'lf-without-cr' }]);
    expect(played.events('command').at(-1)).toMatchObject({ line: 'NOOP', terminator: 'LF' });
  });

  test('a LF in the middle of a line that ends in CRLF belongs to it', () => {
    greeted('').client('FOO\nNOOP\r\n').server('500 Syntax error, command unrecognized');
  });

  test('a rule goes before that refusal', () => {
    greeted(`rules: [{ on: NOOP, reply: '250 fine' }]`).client('NOOP\n').after(10_000).server('250 fine');
  });

  test('lf takes both, cr-or-lf takes a bare CR as well', () => {
    greeted('server: { lineEndings: lf }').client('NOOP\nRSET\r\n').server('250 OK', '250 OK');
    greeted('server: { lineEndings: cr-or-lf }').client('NOOP\rRSET\nNOOP\r\n').server('250 OK', '250 OK', '250 OK');
  });

  test('a CR at the very end is taken after a short patience', () => {
    greeted('server: { lineEndings: cr-or-lf }').client('NOOP\r').server().after(200).server('250 OK');
  });

  test('Domino before 5.0.10 reads so by habit', () => {
    past(play('persona: domino-5.0.4'))
      .client('HELO a\n')
      .server('250 mail.example.com Hello a ([192.0.2.7]), pleased to meet you');
  });
});

describe('odd lines', () => {
  test('a line too long is refused, and the next one is read', () => {
    const played = greeted('', { maxLineOctets: 512 }).client(`${'x'.repeat(600)}\r\nNOOP\r\n`);
    played.server('500 Line too long', '250 OK');
    expect(played.events('command').at(-2)).toMatchObject({ cut: true });
  });

  test('a rule goes before that refusal', () => {
    const scenario = `rules: [{ on: unknown, reply: '250 fine' }]`;
    greeted(scenario, { maxLineOctets: 512 })
      .client(`${'x'.repeat(600)}\r\n`)
      .server('250 fine');
  });

  test.each(['', ' ', 'FOO', 'MAILX', 'EHLOO a'])('%j is an unknown command', (line) => {
    greeted(`rules: [{ on: unknown, reply: '500 unknown' }]`).client(`${line}\r\n`).server('500 unknown');
  });

  test('verbs in small letters, and glued to their argument, are what they are', () => {
    expect(
      greeted('')
        .client(lines('mail from:<a@b>', 'RcptTo:<c@d>', 'data', '.'))
        .codes(),
    ).toEqual([250, 250, 354, 250]);
  });

  test.each(['RSET now', 'QUIT now', 'DATA now'])('%s: an argument where none belongs gets 501', (line) => {
    expect(greeted('').client(`${line}\r\n`).codes()).toEqual([501]);
  });
});

describe('not the business of the engine', () => {
  test('expect.dialogue is judged afterwards, never live (9, A13)', () => {
    const played = greeted(`expect: { dialogue: [{ lines: [QUIT], exact: true }] }`);
    played.client('NOOP\r\n').server('250 OK').ended(null);
  });

  test('the port is an actor of its own: listen, closed and accept change no dialogue (12)', () => {
    const port = `server: { listen: { after: 2 s }, closed: { for: 10 s }, accept: { atOnce: 1, excess: reset, total: 3 } }`;
    expect(loadScenarioText(`name: port\n${port}`, 'port.yaml').servers[0]?.port).toMatchObject({
      listenAfterMs: 2000,
      closed: { forMs: 10_000, afterConnections: null },
      accept: { atOnce: 1, excess: 'reset', total: 3 },
    });
    greeted(port).client('NOOP\r\n').server('250 OK');
  });

  test('handlers are counted by the shell: a session that waits for one says nothing, and nothing is lost', () => {
    const played = serve('server: { policies: { handlers: 1 } }').connect({ begins: false });
    played.client(lines('EHLO a', 'NOOP')).after(3_600_000).server();
    expect(played.begin().codes()).toEqual([220, 250, 250]);
  });
});
