// Input that came before it was allowed to: earlyTalkers and unadvertisedPipelining, in all four values.

import { greeted, inContent, lines, past, play, serve, type Played } from './play';

const GREETING = '220 mail.example.com ESMTP Service ready';
const talked = (value: string): Played =>
  serve(`server: { policies: { earlyTalkers: ${value} } }`).connect({ begins: false }).client('EHLO a\r\n').begin();

describe('earlyTalkers', () => {
  test('process: greeted, and answered', () => {
    expect(talked('process').codes()).toEqual([220, 250]);
  });

  test('discard: greeted, and what came early is thrown away', () => {
    const played = talked('discard').server(GREETING);
    expect(played.events('note')).toMatchObject([{ fact: 'early-talker', detail: '8 octets waited: discard' }]);
    expect(played.events('step')).toMatchObject([{ step: 'discard', octets: 8 }]);
    expect(played.client('EHLO a\r\n').codes()).toEqual([250]);
  });

  test('refuse: 554 instead of the greeting, then close', () => {
    talked('refuse').server('554 mail.example.com No SMTP service here, you spoke before the greeting').ended('close');
  });

  test('drop: closed without a word', () => {
    talked('drop').server().ended('close');
  });

  test.each(['discard', 'refuse', 'drop'])('%s: who waits is greeted', (value) => {
    const played = play(`server: { policies: { earlyTalkers: ${value} } }`).server(GREETING);
    expect(played.client('EHLO a\r\n').codes()).toEqual([250]);
  });

  test('a pass rule that delays the greeting gives the client time to talk', () => {
    const played = play(`
      server: { policies: { earlyTalkers: refuse } }
      rules: [{ on: connect, pass: true, delay: 5 s }]`);
    played.client('EHLO a\r\n').after(5000);
    expect(played.codes()).toEqual([554]);
  });
});

describe('unadvertisedPipelining', () => {
  const scenario = (value: string, list = 'SIZE'): string =>
    `server: { extensions: [${list}], policies: { unadvertisedPipelining: ${value} } }`;
  const TWO = lines('NOOP', 'RSET', 'VRFY x');

  test('process: all are answered', () => {
    expect(greeted(scenario('process')).client(TWO).codes()).toEqual([250, 250, 252]);
  });

  test('discard: the first is answered, what lay behind it is thrown away', () => {
    const played = greeted(scenario('discard')).client(TWO).server('250 OK');
    expect(played.events('note')).toMatchObject([
      { fact: 'unadvertised-pipelining', detail: '14 octets waited: discard' },
    ]);
    expect(played.client('NOOP\r\n').codes()).toEqual([250]);
  });

  test('refuse: 503 to each line that came early', () => {
    expect(greeted(scenario('refuse')).client(TWO).codes()).toEqual([250, 503, 503]);
  });

  test('drop: closed instead of an answer', () => {
    greeted(scenario('drop')).client(TWO).server().ended('close');
  });

  test.each(['discard', 'refuse', 'drop'])('%s: a client that waits is served', (value) => {
    const played = greeted(scenario(value));
    expect([played.client('NOOP\r\n').codes(), played.client('RSET\r\n').codes()]).toEqual([[250], [250]]);
  });

  test.each(['discard', 'refuse', 'drop'])('%s: nothing happens while PIPELINING is offered', (value) => {
    expect(greeted(scenario(value, 'PIPELINING')).client(TWO).codes()).toEqual([250, 250, 252]);
  });

  test('behind HELO it is not offered, whatever the list says', () => {
    const played = past(play(scenario('refuse', 'PIPELINING'))).client('HELO a\r\n');
    past(played);
    expect(played.client(TWO).codes()).toEqual([250, 503, 503]);
  });

  test('content behind DATA before the 354 is early', () => {
    const played = greeted(scenario('drop'));
    past(played.client('MAIL FROM:<a@b>\r\n').client('RCPT TO:<c@d>\r\n'));
    played
      .client(lines('DATA', 'x', '.'))
      .server()
      .ended('close');
  });

  test('content behind the 354 is not', () => {
    const played = inContent(scenario('drop')).client(lines('x', 'y', '.'));
    expect(played.codes()).toEqual([250]);
  });

  test('commands behind the dot are', () => {
    inContent(scenario('drop'))
      .client(lines('x', '.', 'QUIT'))
      .server()
      .ended('close');
  });

  test('an error limit that trips is said all the same', () => {
    const limited = `server: { extensions: [SIZE], policies: { unadvertisedPipelining: refuse, errorLimit: 0 } }`;
    expect(greeted(limited).client(lines('FOO', 'BAR')).codes()).toEqual([421]);
  });

  test('half a line behind FIN is no pipelining', () => {
    const played = greeted(scenario('drop')).client('NOO').fin();
    expect(played.events('note')).toEqual([]);
  });

  test('a rule goes first', () => {
    const played = greeted(`${scenario('drop')}\nrules: [{ on: NOOP, reply: '250 rule' }]`).client(
      lines('NOOP', 'NOOP'),
    );
    played.server('250 rule', '250 rule');
  });
});
