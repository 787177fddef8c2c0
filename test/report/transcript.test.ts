// The annotated transcript of one record, as literal text: the field cases first, then each kind of row by itself.

import { sourceText, transcript } from '../../src/report/transcript';
import { scenario } from '../../src/scenario/builder';
import type { TraceRecord } from '../../src/wire/trace-event';
import { readTraceText } from '../../src/wire/trace-text';
import { closed, command, connected, lines, received, recordOf, reply, rowsOf, sent } from './transcript-events';

const PLAIN = { color: false, width: 80 };

function read(text: string): TraceRecord {
  const [record] = readTraceText(text);
  if (record === undefined) throw new Error('the text holds no connection');
  return record;
}

describe('the field cases', () => {
  test('a blacklisted sender dumps a spam in one packet and each line of it is refused', () => {
    const record = read(`
      # connection 7 from 192.0.2.9:40122 to 192.0.2.1:25
      +1ms
      S! by persona greeting
      S: 220 mail.example.com ESMTP
      +1ms
      C: HELO client
      C| MAIL FROM:<spam@example.net>
      C| DATA
      C| Subject: Your Meds
      C| QUIT
      S! by persona hello-ok
      S: 250 mail.example.com
      S! by policy dnsBlacklist
      S: 554 Your host 192.0.2.9 was found in the DNS Blacklist at bl.example.org
      S! by persona sequence
      S: 503 Issue RCPT first
      S! by persona unknown-command
      S: 500 Syntax error, command "Subject: Your Meds" unrecognized
      S! by persona quit
      S: 221 closing
    `);
    expect(transcript(record, PLAIN)).toBe(
      `${lines(`
      >Connection 7 from 192.0.2.9:40122 to 192.0.2.1:25
      >
      >  0.000  connected from 192.0.2.9:40122
      >  0.001  S: 220 mail.example.com ESMTP
      >                                        persona: greeting
      >  0.002  C: HELO client
      >  0.002  S: 250 mail.example.com
      >                                        persona: hello-ok
      >  0.002  C: MAIL FROM:<spam@example.net>
      >         !  came before the reply it had to wait for
      >  0.002  S: 554 Your host 192.0.2.9 was found in the DNS Blacklist at
      >              bl.example.org
      >                                        policy: dnsBlacklist
      >  0.002  C: DATA
      >         !  came before the reply it had to wait for
      >  0.002  S: 503 Issue RCPT first
      >                                        persona: sequence
      >  0.002  C: Subject: Your Meds
      >         !  came before the reply it had to wait for
      >  0.002  S: 500 Syntax error, command "Subject: Your Meds" unrecognized
      >                                        persona: unknown-command
      >  0.002  C: QUIT
      >         !  came before the reply it had to wait for
      >  0.002  S: 221 closing
      >                                        persona: quit
      >  0.002  the server closes (FIN)
      >  0.002  the client closes (FIN)
      >  0.002  closed; the server ended it first (FIN)
      >
      >5 commands; 0 × 4yz, 3 × 5yz; 0 messages accepted, 0 refused; 75 octets in, 220
      >  out; 2 ms.
      >Domino's sum: 192.0.2.9 disconnected. 0 message[s] received
    `)}\n`,
    );
  });

  test('an ordinary delivery over ESMTP, with its EHLO list and its message', () => {
    const record = read(`
      # connection 1
      S: 220 mail.example.com
      C: EHLO client
      S: 250-mail.example.com
      S: 250-PIPELINING
      S: 250 SIZE 10000000
      C: MAIL FROM:<a@example.net>
      C| RCPT TO:<b@example.com>
      C| DATA
      S: 250 ok
      S: 250 ok
      S: 354 go
      C: Subject: x
      C| 
      C| ..dot
      C| hello
      C| .
      S: 250 accepted
      C: QUIT
      S: 221 bye
    `);
    expect(transcript(record, { ...PLAIN, scenario: scenario('plain-one').build() })).toBe(
      `${lines(`
      >Connection 1 from 127.0.0.1:40001 to 127.0.0.1:2525
      >Scenario plain-one: plain-one
      >
      >  0.000  connected from 127.0.0.1:40001
      >  0.000  S: 220 mail.example.com
      >                                        default
      >  0.000  C: EHLO client
      >  0.000  S: 250-mail.example.com
      >         S: 250-PIPELINING
      >         S: 250 SIZE 10000000
      >                                        default
      >  0.000  C: MAIL FROM:<a@example.net>
      >  0.000  S: 250 ok
      >                                        default
      >  0.000  C: RCPT TO:<b@example.com>
      >                                        pipelined, as PIPELINING allows
      >  0.000  S: 250 ok
      >                                        default
      >  0.000  C: DATA
      >                                        pipelined, as PIPELINING allows
      >  0.000  S: 354 go
      >                                        default
      >  0.000  C: … 27 octets of mail data, 4 lines, 1 stuffed dot, sha256
      >              4fb73ef2d57f…
      >         |  Subject: x
      >         |
      >         |  ..dot
      >  0.000  S: 250 accepted
      >                                        default
      >  0.000  C: QUIT
      >  0.000  S: 221 bye
      >                                        default
      >  0.000  the server closes (FIN)
      >  0.000  the client closes (FIN)
      >  0.000  closed; the server ended it first (FIN)
      >
      >5 commands; 0 × 4yz, 0 × 5yz; 1 message accepted, 0 refused; 108 octets in, 126
      >  out; 0 ms.
      >Domino's sum: 127.0.0.1 disconnected. 1 message[s] received
    `)}\n`,
    );
  });
});

describe('why', () => {
  const built = scenario('demo')
    .persona('domino-6.5')
    .on('RCPT', { recipient: 'slow@*' })
    .reply('450 Mailbox busy')
    .build();

  test('a rule is its sentence, a persona has its name', () => {
    expect(sourceText({ kind: 'rule', rule: 'rules[0]' }, built)).toBe(
      'rule rules[0]: On RCPT when the recipient matches "slow@*": reply "450 Mailbox busy".',
    );
    expect(sourceText({ kind: 'persona', situation: 'mail-ok' }, built)).toBe('persona domino-6.5: mail-ok');
    expect(sourceText({ kind: 'policy', policy: 'errorLimit' }, built)).toBe('policy: errorLimit');
    expect(sourceText({ kind: 'default' }, built)).toBe('default');
  });

  test('a rule of a file says where it stands', () => {
    const [rule] = built.rules;
    if (rule === undefined) throw new Error('no rule was built');
    const placed = { ...built, rules: [{ ...rule, id: 'slow', at: 'scenarios/x.yaml:12' }] };
    expect(sourceText({ kind: 'rule', rule: 'slow' }, placed)).toBe(
      'rule slow: On RCPT when the recipient matches "slow@*": reply "450 Mailbox busy" (scenarios/x.yaml:12)',
    );
  });

  test('without the scenario, or for a rule it does not have, the id is all', () => {
    expect(sourceText({ kind: 'rule', rule: 'rules[0]' })).toBe('rule rules[0]');
    expect(sourceText({ kind: 'rule', rule: 'rules[9]' }, built)).toBe('rule rules[9]');
    expect(sourceText({ kind: 'persona', situation: 'mail-ok' })).toBe('persona: mail-ok');
  });

  test('the sentence of a rule is told once', () => {
    const record = read(`
      # connection 1
      S! by rule rules[0]
      S: 220 hi
      C: RCPT
      S: 450 Mailbox busy
      C- FIN
    `);
    expect(rowsOf(transcript(record, { ...PLAIN, scenario: built }))).toContain(
      lines(`
      >  0.000  S: 220 hi
      >            rule rules[0]: On RCPT when the recipient matches "slow@*": reply
      >              "450 Mailbox busy".
      >  0.000  C: RCPT
      >  0.000  S: 450 Mailbox busy
      >                                        rule rules[0]
    `),
    );
  });
});

describe('the client', () => {
  test('octets that a terminal would obey are escaped, a blank at the end is seen', () => {
    const record = recordOf(
      [0, connected],
      [0, received('plain', 0, '\u001b[2J\u009b\t x \r\n')],
      [0, command('unknown', '\u001b[2J\u009b\t x ', 0, 2)],
    );
    expect(transcript(record, PLAIN)).toContain('  0.000  C: \\x1B[2J\\x9B\\t x\\x20\n');
  });

  test('a direction override in a file from elsewhere does not reach the terminal', () => {
    const source = { kind: 'policy', policy: 'x\u001b]0;y\u0007\u202e' } as const;
    const note = { type: 'note', fact: 'state', detail: 'a\u202eb' } as const;
    const text = transcript(recordOf([0, connected], [0, note], [0, reply('220 a\r\n', 1, { source })]), PLAIN);
    expect(text).toContain('state: a\\u202Eb');
    expect(text).toContain('policy: x\\x1B]0;y\\x07\\u202E');
  });

  test.each([
    ['LF', 'bare LF'],
    ['CR', 'bare CR'],
    ['none', 'no line end: the client went away'],
  ] as const)('a line that ends in %s', (terminator, words) => {
    const record = recordOf([0, connected], [0, command('NOOP', 'NOOP', 0, 1, { terminator })]);
    expect(transcript(record, PLAIN)).toContain(`  0.000  C: NOOP\n         !  ${words}\n`);
  });

  test('a line that was cut, and one shown in part', () => {
    const line = `MAIL ${'x'.repeat(500)}`;
    const record = recordOf([0, connected], [0, command('MAIL', line, 0, 1, { cut: true, length: 70_000 })]);
    const text = transcript(record, PLAIN);
    expect(text).toContain('xx … (505 octets)\n');
    expect(text).toContain('         !  cut: the line has 70,000 octets\n');
    expect(transcript(record, { ...PLAIN, octets: true })).not.toContain('…');
  });

  test('a bare LF inside a line of a strict reader is shown, and so is what stands behind it', () => {
    const record = recordOf([0, connected], [0, command('MAIL', 'MAIL FROM:<a@b>\nRCPT TO:<c@d>', 0, 1)]);
    expect(transcript(record, PLAIN)).toContain('  0.000  C: MAIL FROM:<a@b>\\nRCPT TO:<c@d>\n');
  });

  test('an empty line', () => {
    const record = recordOf([0, connected], [0, command('unknown', '', 0, 1)]);
    expect(transcript(record, PLAIN)).toContain('  0.000  C: … an empty line\n');
  });

  test('a SASL response is not shown', () => {
    const record = recordOf([0, connected], [0, command('auth-response', '****', 0, 1, { redacted: true })]);
    expect(transcript(record, PLAIN)).toContain(
      lines(`
      >  0.000  C: ****
      >                                        SASL response; credentials not shown
    `),
    );
  });

  test('octets behind an unsolicited reply were on their way: they are not early', () => {
    const record = recordOf(
      [0, connected],
      [0, reply('220 hi\r\n', 1)],
      [1, received('plain', 0, 'NOOP\r\n')],
      [1, reply('421 too slow\r\n', null, { unsolicited: true })],
      [1, command('NOOP', 'NOOP', 0, 3)],
    );
    expect(transcript(record, PLAIN)).not.toContain('came before');
    expect(transcript(record, PLAIN)).toContain('nobody had asked; default');
  });

  test.each([
    ['again after EHLO', 'EHLO', 'came before'],
    ['after HELO, which offers nothing', 'HELO', 'came before'],
    ['within the group', 'RSET', 'pipelined, as PIPELINING allows'],
  ] as const)('PIPELINING %s', (_, verb, words) => {
    const record = recordOf(
      [0, connected],
      [0, { type: 'offered', keywords: ['PIPELINING'] }],
      [0, received('plain', 0, `${verb}\r\n`)],
      [0, command(verb, verb, 0, 3)],
      [0, received('plain', 6, 'NOOP\r\n')],
      [0, reply('250 ok\r\n', 4)],
      [0, command('NOOP', 'NOOP', 6, 5)],
    );
    expect(transcript(record, PLAIN)).toContain(words);
  });

  test('PIPELINING does not allow anything behind DATA', () => {
    const record = recordOf(
      [0, connected],
      [0, { type: 'offered', keywords: ['SIZE', 'pipelining'] }],
      [1, received('plain', 0, 'DATA\r\nRSET\r\n')],
      [1, command('DATA', 'DATA', 0, 3)],
      [300, reply('554 no\r\n', 4)],
      [300, command('RSET', 'RSET', 6, 3, { firstAt: 1 })],
    );
    expect(transcript(record, PLAIN)).toContain('         !  came before the reply it had to wait for, 0.3 s ago\n');
  });

  test('an early talker', () => {
    const record = recordOf(
      [0, connected],
      [1, received('plain', 0, 'HELO a\r\n')],
      [5, { type: 'note', fact: 'early-talker', detail: '8 octets waited: process' }],
      [5, reply('220 hi\r\n', 1)],
      [5, command('HELO', 'HELO a', 0, 2, { firstAt: 1 })],
    );
    expect(rowsOf(transcript(record, PLAIN))).toBe(
      lines(`
      >  0.000  connected from 127.0.0.1:40122
      >  0.005  !  talked before the greeting: 8 octets waited: process
      >  0.005  S: 220 hi
      >                                        default
      >  0.005  C: HELO a
      >         !  came before the reply it had to wait for, 4 ms ago
    `),
    );
  });
});

describe('mail data', () => {
  const record = read(`
    # connection 1
    S: 220 hi
    C: MAIL FROM:<a@b>
    S: 250 ok
    C: RCPT TO:<c@d>
    S: 250 ok
    C: DATA
    C| Subject: early
    +1s
    S: 354 go
    C\\: .oops\\r\\n\\r\\n..fine\\r\\nbare\\nLF \\xe9\\r\\n
    C\\: evil\\n.\\nMAIL FROM:<x@y>\\r\\n.\\r\\n
    S: 250 ok
    C- FIN
  `);

  test('what is wrong with it stands below its first lines', () => {
    expect(transcript(record, PLAIN)).toContain(
      lines(`
      >  1.000  C: … 66 octets of mail data, 6 lines, 8 bit, 1 stuffed dot, sha256
      >              0ad27aa848bc…
      >         |  Subject: early
      >         |  .oops
      >         |
      >         !  the mail data began before the reply it had to wait for
      >         !  bare LF (3)
      >         !  1 line with a dot that was not stuffed
      >         !  LF.LF at octet 48, which another server may take for the end
    `),
    );
  });

  test('all of it when asked', () => {
    expect(transcript(record, { ...PLAIN, octets: true })).toContain(
      lines(`
      >         |  ..fine
      >         |  bare\\n
      >         |  LF \\xE9
      >         |  evil\\n
      >         |  .\\n
      >         |  MAIL FROM:<x@y>
      >         |  .
    `),
    );
  });

  test('chunks, and a message that is refused at the last one', () => {
    const chunked = read(`
      # connection 1
      S: 220 hi
      C\\: BDAT 6\\r\\nabcd\\r\\n
      S: 250 ok
      C\\: BDAT 3 LAST\\r\\nx\\ny
      S: 452 later
      C- FIN
    `);
    const text = transcript(chunked, PLAIN);
    expect(text).toContain(
      lines(`
      >  0.000  C: BDAT 3 LAST
      >  0.000  C: … a chunk of 3 octets, the last
      >         |  x\\n
      >         |  y
      >  0.000  C: … 9 octets of mail data, 2 lines, sha256 14cfeb3b2641…
      >         !  bare LF (1)
      >  0.000  S: 452 later
    `),
    );
    expect(text).toContain('1 × 4yz, 0 × 5yz; 0 messages accepted, 1 refused;');
  });

  test('a message that never ended, and octets the trace did not keep', () => {
    const torn = read(`
      # connection 1
      S: 220 hi
      C: DATA
      S: 354 go
      C~ 5000
      C- RST ECONNRESET
    `);
    expect(transcript(torn, PLAIN)).toContain('         !  the mail data never came to its end\n');
    expect(transcript(torn, PLAIN)).toContain('0 messages accepted, 0 refused, 1 cut short;');
  });
});

describe('the server', () => {
  test('a hold is proved by what came meanwhile', () => {
    const held = (octets: number, input: boolean): string =>
      rowsOf(
        transcript(
          recordOf(
            [0, connected],
            [0, { type: 'step', step: 'hold', source: { kind: 'rule', rule: 'rules[0]' }, ms: 2000 }],
            ...(input ? ([[100, received('plain', 0, 'x'.repeat(octets))]] as const) : []),
            [2000, { type: 'hold-ended', by: 'time', heldMs: 2000, octets }],
          ),
          PLAIN,
        ),
      );
    expect(held(34, true)).toBe(
      lines(`
      >  0.000  connected from 127.0.0.1:40122
      >  0.000  holds the reply back, for at most 2 s
      >                                        rule rules[0]
      >  2.000  !  held back 2 s: the client talked on after 0.1 s (34 octets)
    `),
    );
    expect(held(34, false)).toContain('!  held back 2 s: the client had talked on already (34 octets)');
    expect(held(0, false)).toContain('  2.000  held back 2 s: the client waited');
  });

  test('silence has a row unless a wait explains it', () => {
    const record = read(`
      # connection 1
      S! by rule slow
      S! wait 3s
      S: 220 hi
      C: NOOP
      S! ignore
      C: NOOP
      S! mute
      +30s
      C: QUIT
      C- FIN
    `);
    expect(rowsOf(transcript(record, PLAIN))).toBe(
      lines(`
      >  0.000  connected from 127.0.0.1:40001
      >  0.000  waits 3 s
      >                                        rule slow
      >  3.000  S: 220 hi
      >                                        rule slow
      >  3.000  C: NOOP
      >  3.000  gives no reply
      >                                        rule slow
      >  3.000  C: NOOP
      >  3.000  mute: says nothing from here on, but reads and records
      >                                        rule slow
      >         … nothing said for 30 s
      > 33.000  the client closes (FIN)
      > 33.000  the server closes (FIN)
      > 33.000  closed; the client ended it first (FIN)
      >         !  6 octets of the client were read and never taken as a command:
      >              "QUIT\\r\\n"
    `),
    );
  });

  test('raw octets, a dribble, and a reply that waited for the client to read', () => {
    const record = recordOf(
      [0, connected],
      [0, reply('25\r\n0\n', 1, { raw: true, as: 250, code: null, dribbled: true })],
      [0, sent('plain', 0, '25\r')],
      [400, sent('plain', 3, '\n0\n')],
      [400, { type: 'reply-ended', reply: 2 }],
      [500, reply('250 ok\r\n', 1, { offset: 6 })],
      [900, { type: 'reply-ended', reply: 6 }],
      [900, sent('plain', 14, '421 shutting down\r\n')],
    );
    expect(rowsOf(transcript(record, PLAIN))).toBe(
      lines(`
      >  0.000  connected from 127.0.0.1:40122
      >  0.000  S: 25\\r\\n
      >         S: 0\\n
      >                        raw octets that stand for 250; spread over time; default
      >  0.400  dribbled in 2 pieces over 0.4 s
      >  0.500  S: 250 ok
      >                                        default
      >  0.900  the last octet of that reply has left after 0.4 s: the client took none
      >  0.900  S: 421 shutting down
      >                                        said out of turn
    `),
    );
  });

  test('TLS: what was thrown away before it, its parameters, credentials inside it', () => {
    const record = read(`
      # connection 1
      S: 220 hi
      C: STARTTLS
      C| RSET
      S: 220 go
      TLS secured TLSv1.3 TLS_AES_256_GCM_SHA384 servername=mail.example.com
      C: AUTH PLAIN AGZvbwBiYXI=
      S: 235 ok
      C- RST ECONNRESET
    `);
    expect(rowsOf(transcript(record, PLAIN))).toContain(
      lines(`
      >  0.000  !  6 octets thrown away unread: plaintext behind STARTTLS: "RSET\\r\\n"
      >  0.000  TLS handshake
      >  0.000  TLS from here on: TLSv1.3, TLS_AES_256_GCM_SHA384, for mail.example.com
      >  0.000  C: AUTH PLAIN ************
      >                                        credentials not shown
      >  0.000  S: 235 ok
      >                                        default
      >  0.000  !  the client resets the connection (RST): ECONNRESET
      >  0.000  closed; the client ended it first (RST)
    `),
    );
  });

  test('a limit that trips, a blacklist, and a failed handshake stand out', () => {
    const record = recordOf(
      [0, { ...connected, implicitTls: true }],
      [0, { type: 'tls', phase: 'failed', reason: 'ERR_SSL_UNKNOWN_CA' }],
      [0, { type: 'note', fact: 'blacklisted', detail: '127.0.0.1 is listed at bl.example.org: reject' }],
      [0, { type: 'note', fact: 'limit-tripped', detail: 'error 6 is over the limit of 5' }],
      [0, { type: 'closing', how: 'reset', source: { kind: 'rule', rule: 'rules[1]' } }],
      [10, received('plain', 0, 'QUIT\r\n')],
      [10, closed],
    );
    expect(rowsOf(transcript(record, PLAIN))).toBe(
      lines(`
      >  0.000  connected from 127.0.0.1:40122; TLS comes first
      >  0.000  !  the TLS handshake failed: ERR_SSL_UNKNOWN_CA
      >  0.000  !  blacklisted: 127.0.0.1 is listed at bl.example.org: reject
      >  0.000  !  limit tripped: error 6 is over the limit of 5
      >  0.000  the server resets the connection (RST)
      >                                        rule rules[1]
      >  0.010  closed; the client ended it first (FIN)
      >         6 octets came after the server had closed
    `),
    );
  });
});

describe('the record itself', () => {
  test('a bounded trace says what it let go, and where octets are missing', () => {
    const record = recordOf(
      [0, connected],
      [0, received('plain', 500, 'NOOP\r\n')],
      [0, command('NOOP', 'NOOP', 500, 2)],
    );
    const text = transcript({ ...record, dropped: { octets: 12_000, events: 300 } }, PLAIN);
    expect(text).toContain('         !  the record has a gap here: 500 octets of the client are not in it\n');
    expect(text).toContain('         !  the trace is bounded: 300 events and 12,000 octets are not in it\n');
  });

  test('a connection that is still open', () => {
    expect(transcript(recordOf([0, connected]), PLAIN)).toContain(
      "Domino's sum: 127.0.0.1 still connected. 0 message[s] received\n",
    );
  });

  test('an IPv6 peer behind a proxy', () => {
    const peer = { address: '2001:db8::1', port: 25 };
    const record = recordOf([0, { ...connected, peer, proxiedBy: { address: '192.0.2.1', port: 80 } }]);
    expect(transcript(record, PLAIN)).toContain('connected from [2001:db8::1]:25, through the proxy 192.0.2.1:80\n');
  });
});

describe('the look', () => {
  const record = recordOf(
    [0, connected],
    [0, reply(`220 ${'mail.example.com '.repeat(8)}\r\n`, 1, { source: { kind: 'persona', situation: 'greeting' } })],
    [0, received('plain', 0, `${'x'.repeat(300)}\r\n`)],
    [0, command('unknown', 'x'.repeat(300), 0, 3)],
    [0, reply('500 Syntax error\r\n', 4)],
    [3_600_000, closed],
  );

  test.each([40, 60, 80, 132])('no line is longer than %i columns', (width) => {
    for (const line of transcript(record, { color: false, width }).split('\n'))
      expect(line.length).toBeLessThanOrEqual(width);
  });

  test('below 40 columns it stays at 40', () => {
    expect(transcript(record, { color: false, width: 10 })).toBe(transcript(record, { color: false, width: 40 }));
  });

  test('colours change nothing but the colours', () => {
    const colored = transcript(record, { color: true, width: 80 });
    expect(colored).toContain('\u001b[1;34mS:\u001b[0m \u001b[31m500 Syntax error\u001b[0m');
    expect(colored.replace(/\u001b\[[\d;]*m/g, '')).toBe(transcript(record, { color: false, width: 80 }));
  });

  test('an hour fits into the column of times', () => {
    expect(transcript(record, PLAIN)).toContain('\n         … nothing said for 60 min\n 3600.0  closed;');
  });
});
