import { Bench, ehlo, senderFrom, submission } from './scripted-support';

const three = submission({ to: ['a@example.com', 'b@example.com', 'c@example.com'] });
const CONTENT = 'Subject: x\r\n\r\nhello\r\n.\r\n';

describe('well-behaved', () => {
  test('speaks a whole session, one command at a time, and closes after the 221', () => {
    const bench = new Bench('well-behaved');
    expect(bench.take({ event: 'start' })).toEqual(['<connect mx.example.com>']);
    expect(bench.take({ event: 'connected' })).toEqual([]);
    expect(bench.says('220 mx.example.com ESMTP\r\n')).toEqual(['EHLO client.example.org\r\n']);
    expect(bench.says(ehlo())).toEqual(['MAIL FROM:<sender@example.org>\r\n']);
    expect(bench.says('250 ok\r\n')).toEqual(['RCPT TO:<user@example.com>\r\n']);
    expect(bench.says('250 ok\r\n')).toEqual(['DATA\r\n']);
    expect(bench.says('354 go\r\n')).toEqual([CONTENT]);
    expect(bench.says('250 queued\r\n')).toEqual(['QUIT\r\n']);
    expect(bench.says('221 bye\r\n')).toEqual(['<close>', '<finish>']);
    expect(bench.outcomes()).toEqual(['1 user@example.com accepted']);
    expect(bench.log).toContain('C: (24 octets of content)');
  });

  test('says the same however the replies are cut', () => {
    const replies = `220-mx\r\n220 mx\r\n${ehlo('SIZE 1000', '8BITMIME')}250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n221 bye\r\n`;
    const whole = (pieces: readonly string[]): string => {
      const bench = new Bench('well-behaved');
      bench.take({ event: 'start' });
      bench.take({ event: 'connected' });
      // A reply is let out by the command before it, as a server would.
      return pieces.flatMap((piece) => bench.says(piece)).join('');
    };
    const lines = replies.split(/(?<=\n)/);
    const expected = whole(lines);
    expect(expected).toContain('SIZE=21 BODY=7BIT');
    for (let cut = 1; cut < 12; cut++) {
      const pieces = lines.flatMap((line) => [line.slice(0, cut), line.slice(cut)].filter((piece) => piece !== ''));
      expect(whole(pieces)).toBe(expected);
    }
  });

  test('falls back to HELO on the same connection, and then uses no parameters', () => {
    const bench = new Bench('well-behaved');
    bench.greeted();
    expect(bench.says('500 5.5.1 unrecognised\r\n')).toEqual(['HELO client.example.org\r\n']);
    expect(bench.says('250-mx\r\n250-SIZE\r\n250 8BITMIME\r\n')).toEqual(['MAIL FROM:<sender@example.org>\r\n']);
  });

  test.each(['421 busy', '451 later'])('does not downgrade to HELO after %s', (reply) => {
    const bench = new Bench('well-behaved');
    bench.greeted();
    expect(bench.says(`${reply}\r\n`)).toEqual(['QUIT\r\n']);
  });

  test('sends nothing but QUIT to a 554 greeting', () => {
    const bench = new Bench('well-behaved');
    expect(bench.greeted('554 no SMTP here\r\n')).toEqual(['QUIT\r\n']);
    expect(bench.says('221 bye\r\n')).toEqual(['<close>', '<finish>']);
    expect(bench.dialogue.outcomes()).toEqual([
      { submission: 1, recipient: 'user@example.com', outcome: 'refused', text: '554 no SMTP here' },
    ]);
  });

  test('uses SIZE, BODY and SMTPUTF8 only where each is offered', () => {
    const eightBit = submission({ to: ['jörg@example.com'], content: Buffer.from('Subject: é\r\n\r\n') });
    const offered = new Bench('well-behaved', { submissions: [eightBit] });
    expect(offered.ehloed('size 100', '8BITMIME', 'SMTPUTF8')).toEqual([
      'MAIL FROM:<sender@example.org> SIZE=15 BODY=8BITMIME SMTPUTF8\r\n',
    ]);
    expect(offered.says('250 ok\r\n')).toEqual(['RCPT TO:<j\xc3\xb6rg@example.com>\r\n']);
    const bare = new Bench('well-behaved', { submissions: [eightBit] });
    expect(bare.ehloed('SIZE 100')).toEqual(['QUIT\r\n']);
    expect(bare.dialogue.outcomes()[0]?.text).toBe('8-bit content, and the server does not offer 8BITMIME');
  });

  test('does not try what is larger than SIZE says, but takes SIZE 0 for no limit', () => {
    expect(new Bench('well-behaved').ehloed('SIZE 10')).toEqual(['QUIT\r\n']);
    expect(new Bench('well-behaved').ehloed('SIZE 0')).toEqual(['MAIL FROM:<sender@example.org> SIZE=21\r\n']);
  });

  test('sends to those that were accepted, and says what became of each', () => {
    const bench = new Bench('well-behaved', { submissions: [three] });
    bench.ehloed();
    expect(bench.all('250 ok', '250 ok', '550 no such user', '450 busy')).toEqual([
      'RCPT TO:<a@example.com>\r\n',
      'RCPT TO:<b@example.com>\r\n',
      'RCPT TO:<c@example.com>\r\n',
      'DATA\r\n',
    ]);
    bench.all('354 go', '250 queued');
    expect(bench.outcomes()).toEqual([
      '1 a@example.com accepted',
      '1 b@example.com refused',
      '1 c@example.com refused',
    ]);
    expect(bench.dialogue.outcomes()[2]?.text).toBe('450 busy');
  });

  test('sends no DATA when every recipient was refused, and RSET before the next MAIL', () => {
    const bench = new Bench('well-behaved', { submissions: [submission(), submission({ id: 2, from: '' })] });
    bench.ehloed();
    expect(bench.all('250 ok', '550 no', '250 reset')).toEqual([
      'RCPT TO:<user@example.com>\r\n',
      'RSET\r\n',
      'MAIL FROM:<>\r\n',
    ]);
  });

  test('sends what was one recipient too many in a second transaction on the same connection', () => {
    const bench = new Bench('well-behaved', { submissions: [three] });
    bench.ehloed();
    bench.all('250 ok', '250 ok', '250 ok', '452 too many', '354 go');
    expect(bench.all('250 queued', '250 ok', '250 ok')).toEqual([
      'MAIL FROM:<sender@example.org>\r\n',
      'RCPT TO:<c@example.com>\r\n',
      'DATA\r\n',
    ]);
    expect(bench.all('354 go', '250 queued')).toEqual([CONTENT, 'QUIT\r\n']);
    expect(bench.outcomes().every((outcome) => outcome.endsWith('accepted'))).toBe(true);
  });

  test('does not repeat at once what got a 452 behind the dot', () => {
    const bench = new Bench('well-behaved');
    bench.ehloed();
    expect(bench.all('250 ok', '250 ok', '354 go', '452 no room').at(-1)).toBe('QUIT\r\n');
  });

  test.each(['421 closing', '250 ok'])('sends no content after %s to DATA', (reply) => {
    const bench = new Bench('well-behaved');
    bench.ehloed();
    const next = bench.all('250 ok', '250 ok', reply).at(-1);
    expect(next).toBe(reply.startsWith('421') ? 'QUIT\r\n' : 'RSET\r\n');
  });

  test('waits five minutes for the greeting, then says QUIT', () => {
    const bench = new Bench('well-behaved');
    bench.take({ event: 'start' });
    bench.take({ event: 'connected' });
    expect(bench.after(299_999)).toEqual([]);
    expect(bench.after(1)).toEqual(['QUIT\r\n']);
    expect(bench.after(5_000)).toEqual(['<close>', '<finish>']);
  });

  test('waits two minutes for the reply to DATA and ten behind the dot', () => {
    const bench = new Bench('well-behaved');
    bench.ehloed();
    bench.all('250 ok', '250 ok');
    expect(bench.after(119_999)).toEqual([]);
    bench.says('354 go\r\n');
    expect(bench.after(599_999)).toEqual([]);
    expect(bench.says('250 queued\r\n')).toEqual(['QUIT\r\n']);
  });

  test('does not take a second 250 for the answer to RCPT', () => {
    const bench = new Bench('well-behaved');
    bench.ehloed();
    expect(bench.says('250 ok\r\n250 ok\r\n')).toEqual(['RCPT TO:<user@example.com>\r\n', 'QUIT\r\n']);
    bench.all('550 no', '221 bye');
    expect(bench.outcomes()).toEqual(['1 user@example.com refused']);
  });

  test('a 250 that came before the dot is not the word on the message', () => {
    const bench = new Bench('well-behaved');
    bench.ehloed();
    bench.all('250 ok', '250 ok');
    expect(bench.says('354 go\r\n250 queued\r\n')).toEqual([CONTENT, 'QUIT\r\n']);
    bench.all('554 no', '221 bye');
    expect(bench.outcomes()).toEqual(['1 user@example.com refused']);
  });

  test('what stands behind a LF inside a line is no reply, and LF alone is still understood', () => {
    const inside = new Bench('well-behaved');
    inside.ehloed();
    expect(inside.says('250 ok\n550 no\r\n')).toEqual(['RCPT TO:<user@example.com>\r\n']);
    const only = new Bench('well-behaved');
    only.greeted('220 mx\n');
    expect(only.says('250-mx\n250 SIZE\n')).toEqual(['MAIL FROM:<sender@example.org> SIZE=21\r\n']);
  });

  test('of a reply whose lines disagree the last one counts', () => {
    const bench = new Bench('well-behaved');
    bench.greeted();
    bench.says(ehlo());
    expect(bench.says('250-ok\r\n550 no\r\n')).toEqual(['RSET\r\n']);
  });

  test('headers beyond ASCII are kept back from a server without SMTPUTF8', () => {
    const content = Buffer.from('Subject: gr\u00fcn\r\n\r\ntext\r\n');
    const offered = (...keywords: string[]): string[] => {
      const bench = new Bench('well-behaved', { submissions: [submission({ content })] });
      bench.greeted();
      return bench.says(ehlo(...keywords));
    };
    expect(offered('8BITMIME')).toEqual(['QUIT\r\n']);
    expect(offered('8BITMIME', 'SMTPUTF8')).toEqual(['MAIL FROM:<sender@example.org> BODY=8BITMIME SMTPUTF8\r\n']);
  });

  test('an address with a line end in it never reaches the wire', () => {
    const bench = new Bench('well-behaved', { submissions: [submission({ to: ['a@b>\r\nRSET'] })] });
    expect(bench.ehloed()).toEqual(['QUIT\r\n']);
    const careless = new Bench('unescaped-addresses', { submissions: [submission({ to: ['a@b>\r\nRSET'] })] });
    careless.ehloed();
    expect(careless.says('250 ok\r\n')).toEqual(['RCPT TO:<a@b>\r\nRSET>\r\n']);
  });

  test('the server going away ends the session without another word', () => {
    const bench = new Bench('well-behaved');
    bench.ehloed();
    expect(bench.take({ event: 'closed', reason: 'ECONNRESET' })).toEqual(['<finish>']);
    expect(bench.dialogue.outcomes()[0]).toMatchObject({ outcome: 'refused', text: 'ECONNRESET' });
  });

  test('no word on the end of data is no word on the message', () => {
    const bench = new Bench('well-behaved');
    bench.ehloed();
    bench.all('250 ok', '250 ok', '354 go');
    bench.take({ event: 'closed', reason: 'the server closed the connection' });
    expect(bench.outcomes()).toEqual(['1 user@example.com unknown']);
  });
});

describe('pipelining', () => {
  test('one group where it is offered, and each reply for its own command', () => {
    const bench = new Bench('well-behaved-pipelining', { submissions: [three] });
    expect(bench.ehloed('PIPELINING')).toEqual([
      'MAIL FROM:<sender@example.org>\r\nRCPT TO:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nRCPT TO:<c@example.com>\r\nDATA\r\n',
    ]);
    expect(bench.says('250 ok\r\n250 b\r\n550 a\r\n250 c\r\n354 go\r\n')).toEqual([CONTENT]);
    bench.says('250 queued\r\n');
    expect(bench.outcomes()).toEqual([
      '1 a@example.com accepted',
      '1 b@example.com refused',
      '1 c@example.com accepted',
    ]);
  });

  test('lockstep where it is not', () => {
    expect(new Bench('well-behaved-pipelining').ehloed('SIZE')).toEqual(['MAIL FROM:<sender@example.org> SIZE=21\r\n']);
  });

  test('a 354 for nobody gets a lone dot', () => {
    const bench = new Bench('well-behaved-pipelining');
    bench.ehloed('PIPELINING');
    expect(bench.says('250 ok\r\n550 no\r\n354 go\r\n')).toEqual(['.\r\n']);
    expect(bench.says('554 nobody\r\n')).toEqual(['QUIT\r\n']);
  });

  test('a 250 to RCPT is worth nothing behind a refused MAIL', () => {
    const bench = new Bench('well-behaved-pipelining');
    bench.greeted();
    bench.says(ehlo('PIPELINING'));
    bench.says('550 no\r\n');
    bench.says('250 ok\r\n');
    expect(bench.says('354 go\r\n')).toEqual(['.\r\n']);
    bench.says('250 ok\r\n');
    expect(bench.outcomes()).toEqual(['1 user@example.com refused']);
  });

  test('a 4yz to MAIL is not made permanent by the 503 that RCPT gets', () => {
    const bench = new Bench('well-behaved-mta');
    bench.ehloed('PIPELINING');
    bench.says('450 later\r\n503 first MAIL\r\n503 first RCPT\r\n');
    expect(bench.dialogue.outcomes()[0]).toMatchObject({ outcome: 'deferred', text: '450 later' });
  });
});

describe('TLS and AUTH', () => {
  const account = submission({ tls: 'required', auth: { user: 'tim', password: 'tanstaaftanstaaf' } });

  test('forgets list and replies from before the handshake', () => {
    const bench = new Bench('well-behaved-tls');
    expect(bench.ehloed('STARTTLS', 'SIZE')).toEqual(['STARTTLS\r\n']);
    expect(bench.says('220 go\r\n250-evil\r\n250 SIZE 1\r\n')).toEqual(['<handshake>']);
    expect(bench.take({ event: 'secured' })).toEqual(['EHLO client.example.org\r\n']);
    expect(bench.says(ehlo())).toEqual(['MAIL FROM:<sender@example.org>\r\n']);
  });

  test('tls-keeps-plaintext takes the injected reply for the one to its EHLO', () => {
    const bench = new Bench('tls-keeps-plaintext');
    bench.ehloed('STARTTLS');
    bench.says('220 go\r\n250-evil\r\n250 SIZE 100\r\n');
    expect(bench.take({ event: 'secured' })).toEqual([
      'EHLO client.example.org\r\n',
      'MAIL FROM:<sender@example.org> SIZE=21\r\n',
    ]);
  });

  test('a failed handshake is followed by a new connection in clear, unless TLS is required', () => {
    const opportunistic = new Bench('well-behaved-tls', { submissions: [submission({ tls: 'if-offered' })] });
    opportunistic.ehloed('STARTTLS');
    opportunistic.says('220 go\r\n');
    expect(opportunistic.take({ event: 'handshake-failed', reason: 'alert 40' })).toEqual([
      '<close>',
      '<connect mx.example.com>',
    ]);
    const required = new Bench('well-behaved-tls', { submissions: [account], canVerify: true });
    required.ehloed('STARTTLS');
    expect(required.says('220 go\r\n')).toEqual(['<handshake, verifying>']);
    expect(required.take({ event: 'handshake-failed', reason: 'alert 40' })).toEqual(['<close>', '<finish>']);
  });

  test('STARTTLS that is gone is the end where TLS is required', () => {
    const bench = new Bench('well-behaved-tls', { submissions: [account] });
    expect(bench.ehloed('AUTH PLAIN')).toEqual(['QUIT\r\n']);
  });

  /** Inside TLS, at AUTH. */
  function atAuth(mechanisms: string): { bench: Bench; said: string[] } {
    const bench = new Bench('well-behaved-tls', { submissions: [account] });
    bench.ehloed('STARTTLS');
    bench.says('220 go\r\n');
    bench.take({ event: 'secured' });
    return { bench, said: bench.says(ehlo(`AUTH ${mechanisms}`)) };
  }

  test('CRAM-MD5 as in the example of RFC 2195', () => {
    const { bench, said } = atAuth('PLAIN CRAM-MD5');
    expect(said).toEqual(['AUTH CRAM-MD5\r\n']);
    const challenge = Buffer.from('<1896.697170952@postoffice.reston.mci.net>').toString('base64');
    expect(bench.says(`334 ${challenge}\r\n`)).toEqual(['dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw\r\n']);
    expect(bench.says('235 welcome\r\n')).toEqual(['MAIL FROM:<sender@example.org>\r\n']);
  });

  test('PLAIN in one line, which the log does not show', () => {
    const { bench, said } = atAuth('PLAIN');
    expect(said).toEqual([`AUTH PLAIN ${Buffer.from('\0tim\0tanstaaftanstaaf').toString('base64')}\r\n`]);
    expect(bench.log).toContain('C: AUTH PLAIN ****');
    expect(bench.says('535 no\r\n')).toEqual(['QUIT\r\n']);
  });

  test('a challenge that is no base64 is cancelled', () => {
    const { bench } = atAuth('LOGIN');
    expect(bench.says('334 ???\r\n')).toEqual(['*\r\n']);
    expect(bench.says('501 cancelled\r\n')).toEqual(['QUIT\r\n']);
  });
});

describe('content', () => {
  const odd = submission({ content: Buffer.from('.a\n..b\rc\r\n.', 'latin1') });

  function contentOf(step: string): string[] {
    const bench = new Bench(senderFrom(`steps: [connect, {expect: any}, ${step}, {expect: any}]`), {
      submissions: [odd],
    });
    return bench.greeted();
  }

  test.each([
    ['content', '..a\r\n...b\r\nc\r\n..\r\n.\r\n'],
    ['{ content: { stuffed: false } }', '.a\r\n..b\r\nc\r\n.\r\n.\r\n'],
    ['{ content: { line-ends: LF, end: ".\\n" } }', '..a\n...b\nc\n..\n.\n'],
    ['{ content: { line-ends: as-is, end: none } }', '..a\n...b\rc\r\n..'],
    ['{ content: { end: "\\n.\\n" } }', '..a\r\n...b\r\nc\r\n..\r\n\n.\n'],
    ['{ content: { only: 5 } }', '..a\r\n'],
  ])('%s', (step, octets) => {
    expect(contentOf(step)).toEqual([octets]);
  });

  test('slowly: so many octets at a time, and the reply is owed by the last piece', () => {
    const slow = senderFrom(
      'steps: [connect, {expect: any}, {content: {slowly: {octets: 9, every: 1 s}}}, {expect: "2", within: 3 s}]',
    );
    const bench = new Bench(slow);
    expect(bench.greeted()).toEqual(['Subject: ']);
    expect(bench.after(999)).toEqual([]);
    expect(bench.after(1)).toEqual(['x\r\n\r\nhell']);
    expect(bench.after(1000)).toEqual(['o\r\n.\r\n']);
    expect(bench.after(2999)).toEqual([]);
    expect(bench.after(1)).toEqual(['QUIT\r\n']);
  });

  test('within: reset when the server does not take it in time', () => {
    const bench = new Bench('hasty-writer');
    bench.ehloed();
    bench.drains = false;
    bench.all('250 ok', '250 ok', '354 go');
    expect(bench.after(4_999)).toEqual([]);
    expect(bench.after(1)).toEqual(['<reset>', '<finish>']);
    const taken = new Bench('hasty-writer');
    taken.ehloed();
    taken.all('250 ok', '250 ok', '354 go');
    expect(taken.after(5_000)).toEqual([]);
  });

  test('three minutes for each block, however many there are, and the ten behind the dot begin with the last', () => {
    const bench = new Bench('well-behaved');
    bench.ehloed();
    bench.drains = false;
    bench.all('250 ok', '250 ok', '354 go');
    for (let block = 0; block < 5; block++) {
      expect(bench.after(179_999)).toEqual([]);
      expect(bench.take({ event: 'moved' })).toEqual([]);
    }
    expect(bench.after(179_999)).toEqual([]);
    expect(bench.take({ event: 'drained' })).toEqual([]);
    expect(bench.after(599_999)).toEqual([]);
    expect(bench.after(1)).toEqual(['QUIT\r\n']);

    const stuck = new Bench('well-behaved');
    stuck.ehloed();
    stuck.drains = false;
    stuck.all('250 ok', '250 ok', '354 go');
    stuck.take({ event: 'moved' });
    expect(stuck.after(180_000)).toEqual(['<reset>', '<finish>']);
  });

  test('a refusal in the middle of it is not overlooked', () => {
    const bench = new Bench('well-behaved');
    bench.ehloed();
    bench.drains = false;
    bench.all('250 ok', '250 ok', '354 go');
    expect(bench.says('552 too big\r\n')).toEqual(['QUIT\r\n']);
  });

  test('in chunks, each waiting for its reply, the last one marked', () => {
    const bench = new Bench(
      senderFrom('extends: bdat-sender\nparts: { data: { for-each-chunk: [bdat, {expect: "2"}], octets: 12 } }'),
    );
    bench.ehloed('CHUNKING');
    bench.all('250 ok');
    expect(bench.all('250 ok', '250 12 octets')).toEqual(['BDAT 12\r\nSubject: x\r\n', 'BDAT 9 LAST\r\n\r\nhello\r\n']);
    bench.all('250 queued');
    expect(bench.outcomes()).toEqual(['1 user@example.com accepted']);
  });
});

describe('a queueing sender', () => {
  test('tries every server, waits half an hour, and stays quiet about what was delivered', () => {
    const targets = [
      { host: 'mx10.example.com', port: 25 },
      { host: 'mx20.example.com', port: 25 },
    ];
    const bench = new Bench('well-behaved-mta', { targets, submissions: [three] });
    expect(bench.take({ event: 'start' })).toEqual(['<connect mx10.example.com>']);
    expect(bench.take({ event: 'connect-failed', reason: 'ECONNREFUSED' })).toEqual(['<connect mx20.example.com>']);
    bench.take({ event: 'connected' });
    bench.all('220 mx20', '250 mx20', '250 ok', '250 ok', '450 grey', '250 ok', '354 go', '250 queued');
    expect(bench.all('221 bye')).toEqual(['<close>']);
    expect(bench.after(30 * 60_000 - 1)).toEqual([]);
    expect(bench.after(1)).toEqual(['<connect mx10.example.com>']);
    bench.take({ event: 'connected' });
    expect(bench.all('220 mx10', '250 mx10', '250 ok')).toEqual([
      'EHLO client.example.org\r\n',
      'MAIL FROM:<sender@example.org>\r\n',
      'RCPT TO:<b@example.com>\r\n',
    ]);
  });

  test('still has its mail when the window is over', () => {
    const bench = new Bench('well-behaved-mta');
    bench.take({ event: 'start' });
    bench.take({ event: 'connect-failed', reason: 'ECONNREFUSED' });
    expect(bench.take({ event: 'window-over' })).toEqual(['<finish>']);
    expect(bench.end).toBe('deferred');
    expect(bench.outcomes()).toEqual(['1 user@example.com deferred']);
  });

  test('bounces with the null reverse-path, and what came with it not at all', () => {
    const bench = new Bench('well-behaved-mta', { submissions: [submission(), submission({ id: 2, from: '' })] });
    bench.ehloed();
    bench.all('250 ok', '550 no', '250 reset', '250 ok', '550 no', '250 reset');
    expect(bench.all('221 bye')).toEqual(['<close>', '<connect mx.example.com>']);
    bench.take({ event: 'connected' });
    const [, mail, rcpt, , text = '', dot] = bench.all('220 mx', '250 mx', '250 ok', '250 ok', '354 go');
    expect([mail, rcpt, dot]).toEqual(['MAIL FROM:<>\r\n', 'RCPT TO:<sender@example.org>\r\n', '.\r\n']);
    expect(text).toContain('Your message <1@example.org> could not be delivered.\r\n');
    bench.all('250 queued');
    expect(bench.all('221 bye')).toEqual(['<close>', '<finish>']);
    expect(bench.outcomes()).toEqual(['1 user@example.com bounced', '2 user@example.com bounced']);
  });

  test('retry-tight-loop is back before any time has gone by', () => {
    const bench = new Bench('retry-tight-loop');
    bench.ehloed();
    bench.all('450 later', '250 reset');
    expect(bench.all('221 bye')).toEqual(['<close>', '<connect mx.example.com>']);
    expect(bench.now).toBe(0);
  });

  test('shops-mx-after-550 takes a refused message to the next server', () => {
    const targets = [
      { host: 'mx10.example.com', port: 25 },
      { host: 'mx20.example.com', port: 25 },
    ];
    const bench = new Bench('shops-mx-after-550', { targets });
    bench.ehloed();
    bench.all('250 ok', '550 no', '250 reset');
    expect(bench.all('221 bye')).toEqual(['<close>', '<connect mx20.example.com>']);
    bench.take({ event: 'connected' });
    expect(bench.all('220 mx20', '250 mx20', '250 ok').at(-1)).toBe('RCPT TO:<user@example.com>\r\n');
  });
});

describe('senders of the field', () => {
  test('ratware-one-packet: one write before any greeting, and half a minute of silence', () => {
    const bench = new Bench('ratware-one-packet', { submissions: [three] });
    bench.take({ event: 'start' });
    expect(bench.take({ event: 'connected' })).toEqual([
      'EHLO client.example.org\r\nMAIL FROM:<sender@example.org>\r\nRCPT TO:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nRCPT TO:<c@example.com>\r\nDATA\r\n' +
        `${CONTENT}QUIT\r\n`,
    ]);
    bench.all('220 mx', '250 mx', '554 listed', '503 no', '503 no', '503 no', '503 no', '500 Syntax error', '221 bye');
    expect(bench.after(29_999)).toEqual([]);
    expect(bench.after(1)).toEqual(['<close>', '<finish>']);
    expect(bench.outcomes()).toEqual(three.to.map((recipient) => `1 ${recipient} refused`));
  });

  test('reconnect-with-helo: a second connection, and HELO on it', () => {
    const bench = new Bench('reconnect-with-helo');
    bench.greeted();
    expect(bench.all('500 Syntax error', '221 bye')).toEqual(['QUIT\r\n', '<close>', '<connect mx.example.com>']);
    bench.take({ event: 'connected' });
    expect(bench.all('220 mx')).toEqual(['HELO client.example.org\r\n']);
  });

  test('early-talker: EHLO before the greeting, and nothing else', () => {
    const bench = new Bench('early-talker');
    bench.take({ event: 'start' });
    expect(bench.take({ event: 'connected' })).toEqual(['EHLO client.example.org\r\n']);
    expect(bench.all('220 mx')).toEqual([]);
    expect(bench.says(ehlo())).toEqual(['MAIL FROM:<sender@example.org>\r\n']);
  });

  test('line-by-line answers the first line of a greeting of two', () => {
    const bench = new Bench('line-by-line');
    bench.take({ event: 'start' });
    bench.take({ event: 'connected' });
    expect(bench.says('220-mx\r\n')).toEqual(['EHLO client.example.org\r\n']);
    expect(bench.says('220 mx\r\n')).toEqual(['MAIL FROM:<sender@example.org>\r\n']);
  });

  test('line-cutter finds a reply behind the 512th octet', () => {
    const bench = new Bench('line-cutter');
    bench.ehloed();
    expect(bench.says(`250 ${'x'.repeat(508)}550 no\r\n`)).toEqual(['RCPT TO:<user@example.com>\r\n', 'RSET\r\n']);
  });

  test('unpaired-reader takes a second 250 for the answer to RCPT', () => {
    const bench = new Bench('unpaired-reader');
    bench.ehloed();
    expect(bench.says('250 ok\r\n250 ok\r\n')).toEqual(['RCPT TO:<user@example.com>\r\n', 'DATA\r\n']);
  });

  test('lf-only ends every line with LF, those that others have no word in as well', () => {
    const bench = new Bench('lf-only');
    expect(bench.greeted()).toEqual(['EHLO client.example.org\n']);
    bench.says(ehlo());
    expect(bench.all('250 ok', '250 ok', '354 go', '250 queued')).toEqual([
      'RCPT TO:<user@example.com>\n',
      'DATA\n',
      'Subject: x\n\nhello\n.\n',
      'QUIT\n',
    ]);
  });

  test('half-closer can say nothing more, and closes when it has heard the reply', () => {
    const bench = new Bench('half-closer');
    bench.ehloed();
    expect(bench.all('250 ok', '250 ok', '354 go').slice(-2)).toEqual([CONTENT, '<half-close>']);
    expect(bench.all('250 queued')).toEqual(['<close>', '<finish>']);
    expect(bench.outcomes()).toEqual(['1 user@example.com accepted']);
  });

  test('remembers-extensions pipelines on a connection that offers nothing', () => {
    const bench = new Bench('remembers-extensions');
    expect(bench.ehloed('PIPELINING')).toEqual(['QUIT\r\n']);
    expect(bench.all('221 bye')).toEqual(['<close>', '<connect mx.example.com>']);
    bench.take({ event: 'connected' });
    bench.all('220 mx');
    expect(bench.says(ehlo())).toEqual(['MAIL FROM:<sender@example.org>\r\nRCPT TO:<user@example.com>\r\n']);
  });

  test('blocking-writer reads nothing, and leaves when it has been stuck for six minutes', () => {
    const bench = new Bench('blocking-writer');
    bench.ehloed();
    const [stop, written = '', ...none] = bench.all('250 ok');
    expect([stop, none]).toEqual(['<stop-reading>', []]);
    expect(written).toHaveLength(1500 * 'RCPT TO:<user@example.com>\r\n'.length);
    expect(bench.after(359_999)).toEqual([]);
    expect(bench.after(1)).toEqual(['<reset>', '<finish>']);
  });

  test('unread: nothing is read until all is written', () => {
    const bench = new Bench(senderFrom('steps: [connect, {expect: any}, {unread: {send: NOOP}}, {expect: any}]'));
    bench.drains = false;
    expect(bench.greeted()).toEqual(['<stop-reading>', 'NOOP\r\n']);
    expect(bench.after(3_600_000)).toEqual([]);
    expect(bench.take({ event: 'drained' })).toEqual(['<start-reading>']);
  });

  test('follows-551 goes where the reply points', () => {
    const bench = new Bench('follows-551');
    bench.ehloed();
    expect(bench.all('250 ok', '551 try <other@example.net>').at(-1)).toBe('RCPT TO:<other@example.net>\r\n');
  });
});
