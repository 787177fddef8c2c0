import * as fc from 'fast-check';
import { explainChunk, finishExplaining, startExplaining } from '../../src/domino/explain-log';
import type { ExplainOptions } from '../../src/domino/explain-log';
import type { CauseId } from '../../src/domino/log-advice';
import type { LogReport } from '../../src/domino/log-report';

function explain(text: string, options: Partial<ExplainOptions> = {}): LogReport {
  const explaining = startExplaining(options);
  explainChunk(explaining, text);
  return finishExplaining(explaining);
}

/** Lines `<seconds> <message>` as a console log of 18 February 2004, from 09:00:00. */
function log(...lines: readonly string[]): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return lines
    .map((line) => {
      const at = Number(line.slice(0, line.indexOf(' ')));
      const time = [9 + Math.floor(at / 3600), Math.floor(at / 60) % 60, at % 60].map(two).join(':');
      return `18/02/2004 ${time}   SMTP Server: ${line.slice(line.indexOf(' ') + 1)}\n`;
    })
    .join('');
}

function causes(report: LogReport): Partial<Record<CauseId, number>> {
  return Object.fromEntries(report.causes.map(({ cause, sessions }) => [cause, sessions]));
}

const certainty = (report: LogReport, wanted: CauseId): unknown =>
  report.causes.find(({ cause }) => cause === wanted)?.certainty;

const ARTICLE = `18/02/2004 09:52:07   SMTP Server: 192.168.0.1 connected
18/02/2004 09:52:07   SMTP Server: Originator: <originator>
18/02/2004 09:52:07   SMTP Server: Recipient: <recipient>
18/02/2004 09:52:07   SMTP Server: Message 00364B87 (MessageID: <21D5084642AA334AB57F4727C3E0B4A01BDDA7@someplace>) received from 192.168.0.1 size 2320 bytes
18/02/2004 09:52:07   SMTP Server: 192.168.0.1 disconnected. 1 message[s] received
`;

describe("the article's log", () => {
  it('is recognised line by line', () => {
    const report = explain(ARTICLE);
    expect(report.input).toMatchObject({ verdict: 'read', recognised: 5, unrecognised: 0 });
    expect(report.sessions).toMatchObject({ connected: 1, disconnected: 1, delivered: 1, zero: 0, mostAtOnce: 1 });
    expect(report.messages).toEqual({ byDisconnectLines: 1, byMessageLines: 1 });
    expect(report.span).toEqual({ from: '2004-02-18 09:52:07', to: '2004-02-18 09:52:07' });
    expect(report.notes).toEqual([]);
  });

  it.each([
    ['a US date', (line: string) => line.replace('18/02/2004 09:52:07  ', '02/18/2004 09:52:07 AM ')],
    ['a German date', (line: string) => line.replace('18/02/2004', '18.02.2004')],
    ['an ISO date', (line: string) => line.replace('18/02/2004', '2004-02-18')],
    ['a process prefix', (line: string) => `[12209:00021-00015] ${line}`],
    ['a field label and blanks', (line: string) => `   EventList:  ${line}`],
    ['CR before LF', (line: string) => `${line}\r`],
    ['blanks behind', (line: string) => `${line}   `],
    [
      'a name in the text that is Latin-1',
      (line: string) => line.replace('<originator>', '<m\u00fcller@b\u00e4r.example>'),
    ],
  ])('is recognised with %s', (_, change) => {
    const text = ARTICLE.split('\n')
      .map((line) => (line === '' ? '' : change(line)))
      .join('\n');
    const report = explain(text);
    expect(report.input).toMatchObject({ recognised: 5, unrecognised: 0 });
    expect(report.span?.from).toBe('2004-02-18 09:52:07');
    expect(report.sessions.delivered).toBe(1);
  });

  it('is recognised when the last line has no end', () => {
    expect(explain(ARTICLE.trimEnd()).sessions.delivered).toBe(1);
  });

  it('is recognised when an export has wrapped its lines', () => {
    const text = ARTICLE.split('\n')
      .flatMap((line) => line.match(/.{1,70}/g) ?? [])
      .join('\n      ');
    expect(explain(text.replace(/\n {6}(?=18)/g, '\n')).input).toMatchObject({ recognised: 5, unrecognised: 0 });
  });
});

const MIXED = `Lotus Domino (r) Server, Release 6.5.1\n${log(
  '0 10.0.0.1 connected',
  '0 mail.example.com (10.0.0.2) connected',
  '1 Connecting host 10.0.0.1 was found in the DNS blacklist at bl.example.org',
  '2 mail.example.com (10.0.0.2) disconnected. 0 message[s] received',
  '3 10.0.0.1 disconnected. 0 message[s] received',
  '4 10.0.0.2 connected',
  '5 Something nobody has seen before: 17',
  '6 Message 00364B87 (MessageID: <a@b>) received from 10.0.0.2 size 10 bytes',
  '6 10.0.0.2 disconnected. 1 message[s] received',
  '7 10.0.0.3 connected',
  '200 10.0.0.3 disconnected. 0 message[s] received',
)}18/02/2004 10:00:00   Router: Transferring mail\n`;

describe('reading in pieces', () => {
  const whole = explain(MIXED);

  it('gives the same report wherever the log is cut once', () => {
    for (let cut = 0; cut <= MIXED.length; cut += 1) {
      const explaining = startExplaining();
      explainChunk(explaining, MIXED.slice(0, cut));
      explainChunk(explaining, MIXED.slice(cut));
      expect(finishExplaining(explaining)).toEqual(whole);
    }
  });

  it('gives the same report for pieces of any size', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (sizes) => {
        const explaining = startExplaining();
        let from = 0;
        for (let index = 0; from < MIXED.length; index += 1) {
          const size = sizes[index % sizes.length] ?? 1;
          explainChunk(explaining, MIXED.slice(from, from + size));
          from += size;
        }
        expect(finishExplaining(explaining)).toEqual(whole);
      }),
    );
  });

  it('finds each cause in it', () => {
    expect(causes(whole)).toEqual({ 'refused-blacklist': 1, 'fixup-or-fallback': 1, 'mtu-or-stall': 1 });
    expect(whole.unknownLines).toEqual([{ sample: 'Something nobody has seen before: 17', count: 1 }]);
  });

  it('passes over a line without end and goes on behind it', () => {
    const explaining = startExplaining();
    for (let times = 0; times < 3; times += 1) explainChunk(explaining, 'x'.repeat(60_000));
    explainChunk(explaining, `\n${ARTICLE}`);
    const report = finishExplaining(explaining);
    expect(report.input).toMatchObject({ recognised: 5, overlong: 1 });
  });
});

describe('a session without a message', () => {
  it.each([
    ['refused-blacklist', 'Connecting host 10.0.0.1 was found in the DNS blacklist at bl.example.org', 'likely'],
    ['refused-recipient', 'Recipient <x@y> from 10.0.0.1 rejected. User not listed in Domino Directory.', 'likely'],
    ['refused-relay', 'Attempt to relay mail to <x@y> by 10.0.0.1 rejected for policy reasons. Why.', 'likely'],
    ['refused-sender', 'Mail from <x@y> by 10.0.0.1 rejected for policy reasons. Why.', 'likely'],
    [
      'refused-host',
      'Connection from [10.0.0.1] rejected for policy reasons. IP address of connecting host not found in reverse DNS lookup.',
      'certain',
    ],
    ['authentication-failed', 'Authentication failed for user guest ; connecting host 10.0.0.1', 'certain'],
    ['tls-failed', 'TLS handshake with 10.0.0.1 failed: no shared cipher', 'likely'],
    ['early-talker-spew', 'Connection to 10.0.0.1 terminated. Error limit exceeded.', 'possible'],
    ['handlers-exhausted', 'Connection from 10.0.0.1 refused. Maximum number of sessions reached.', 'likely'],
    ['mtu-or-stall', 'Connection to 10.0.0.1 terminated. Session timed out.', 'possible'],
  ] as const)('is %s when the log says so', (cause, line, sure) => {
    const report = explain(
      log(
        '0 10.0.0.1 connected',
        `1 ${line}`,
        '2 10.0.0.1 disconnected. 0 message[s] received',
        '9 10.0.0.9 connected',
      ),
    );
    expect(causes(report)).toEqual({ [cause]: 1 });
    expect(certainty(report, cause)).toMatchObject({ [sure]: 1 });
    expect(report.causes[0]?.hosts).toEqual([{ host: '10.0.0.1', count: 1, error: 0 }]);
  });

  it('is refused for a blacklist rather than for the error limit that tripped on it', () => {
    const report = explain(
      log(
        '0 10.0.0.1 connected',
        '1 Connection to 10.0.0.1 terminated. Error limit exceeded.',
        '1 Connecting host 10.0.0.1 was found in the private blacklist',
        '2 10.0.0.1 disconnected. 0 message[s] received',
      ),
    );
    expect(causes(report)).toEqual({ 'refused-blacklist': 1 });
  });

  it('is no stall while its refusal was logged, however long it lasted', () => {
    const report = explain(
      log(
        '0 10.0.0.1 connected',
        '1 Authentication failed for user guest ; connecting host 10.0.0.1',
        '300 10.0.0.1 disconnected. 0 message[s] received',
      ),
    );
    expect(causes(report)).toEqual({ 'authentication-failed': 1 });
  });

  it('takes evidence that comes just before its connect line, or just after its disconnect line', () => {
    const report = explain(
      log(
        '0 Authentication failed for user guest ; connecting host 10.0.0.1',
        '0 10.0.0.1 connected',
        '1 10.0.0.1 disconnected. 0 message[s] received',
        '2 10.0.0.2 connected',
        '3 10.0.0.2 disconnected. 0 message[s] received',
        '4 Authentication failed for user guest ; connecting host 10.0.0.2',
      ),
    );
    expect(causes(report)).toEqual({ 'authentication-failed': 2 });
    expect(report.reconciliation).toMatchObject({ zero: 2, activelyRefused: 2, ratio: 1 });
  });

  it('does not take evidence of another host, or of long ago', () => {
    const report = explain(
      log(
        '0 Authentication failed for user guest ; connecting host 10.0.0.1',
        '60 10.0.0.1 connected',
        '61 Authentication failed for user guest ; connecting host 10.0.0.2',
        '62 10.0.0.1 disconnected. 0 message[s] received',
      ),
    );
    expect(causes(report)).toEqual({ unknown: 1 });
  });

  it("reads the directory's line on a failed authentication", () => {
    const text =
      log('0 1.2.3.4 connected') +
      '18/02/2004 09:00:01   smtp: postmaster [1.2.3.4] authentication failure using internet password\n' +
      log('2 1.2.3.4 disconnected. 0 message[s] received');
    expect(causes(explain(text))).toEqual({ 'authentication-failed': 1 });
  });

  it('ties a refusal without a host to the only session that is open, and to none of several', () => {
    const refusal = '2 Mail from spam@example.net rejected for policy reasons.';
    const alone = log('0 10.0.0.1 connected', refusal, '3 10.0.0.1 disconnected. 0 message[s] received');
    expect(causes(explain(alone))).toEqual({ 'refused-sender': 1 });
    const among = explain(
      log('0 10.0.0.1 connected', '1 10.0.0.2 connected', refusal, '3 10.0.0.1 disconnected. 0 message[s] received'),
    );
    expect(causes(among)).toEqual({ unknown: 1 });
    expect(among.notes.join()).toContain('1 refusals name no host');
  });
});

describe('gone and back', () => {
  const gone = ['0 10.0.0.1 connected', '1 10.0.0.1 disconnected. 0 message[s] received'];
  const back = (at: number): string[] => [
    `${at} 10.0.0.1 connected`,
    `${at + 1} 10.0.0.1 disconnected. 1 message[s] received`,
  ];

  it('is a fallback, likely when at once and possible when within a minute', () => {
    expect(certainty(explain(log(...gone, ...back(3))), 'fixup-or-fallback')).toMatchObject({ likely: 1 });
    expect(certainty(explain(log(...gone, ...back(40))), 'fixup-or-fallback')).toMatchObject({ possible: 1 });
  });

  it('is possibly a fallback when the host was back before it was seen to have gone', () => {
    const overlapping = (backAt: number, end: string): string =>
      log(
        '0 10.0.0.1 connected',
        `${backAt} 10.0.0.1 connected`,
        '10 10.0.0.1 disconnected. 0 message[s] received',
        end,
      );
    const delivered = '11 10.0.0.1 disconnected. 1 message[s] received';
    expect(certainty(explain(overlapping(8, delivered)), 'fixup-or-fallback')).toMatchObject({
      likely: 0,
      possible: 1,
    });
    expect(causes(explain(overlapping(2, delivered)))).toEqual({ unknown: 1 });
    expect(causes(explain(overlapping(8, '11 10.0.0.1 disconnected. 0 message[s] received')))).toEqual({ unknown: 2 });
  });

  it('keeps count of many that overlap with one session', () => {
    const crowd = Array.from({ length: 100 }, () => [
      '1 10.0.0.1 connected',
      '1 10.0.0.1 disconnected. 0 message[s] received',
    ]);
    const report = explain(log('0 10.0.0.1 connected', '0 10.0.0.1 connected', ...crowd.flat()));
    expect(report.causes.reduce((sum, { sessions }) => sum + sessions, 0)).toBe(100);
  });

  it('is unknown when later, when nothing happened the second time either, or when another host came', () => {
    expect(causes(explain(log(...gone, ...back(300))))).toEqual({ unknown: 1 });
    const again = ['3 10.0.0.1 connected', '4 10.0.0.1 disconnected. 0 message[s] received'];
    expect(causes(explain(log(...gone, ...again)))).toEqual({ unknown: 2 });
    expect(
      causes(explain(log(...gone, ...back(3)).replace(/10\.0\.0\.1 (?=connected|disconnected. 1)/g, '10.0.0.2 '))),
    ).toEqual({
      unknown: 1,
    });
  });

  it('is certain where the debug log shows the overwritten command', () => {
    const text =
      log('0 10.0.0.1 connected') +
      '18/02/2004 09:00:00.50 [06D8:0008-0324] SMTP CITask StateMachine> Sent 63 bytes to 10.0.0.1\n' +
      '[06D8:0008-0324] S: 500 Syntax error, command "XXXX mail.example.com" unrecognized<CRLF>\n' +
      log('1 10.0.0.1 disconnected. 0 message[s] received');
    expect(certainty(explain(text), 'fixup-or-fallback')).toMatchObject({ certain: 1 });
  });

  it('is spew where the debug log shows message text taken for commands', () => {
    const text =
      log('0 10.0.0.1 connected') +
      ['Subject: Your Meds', 'Buy now', '.']
        .map((line) => `[06D8:0008-0324] S: 500 Syntax error, command "${line}" unrecognized<CRLF>\n`)
        .join('') +
      log('1 10.0.0.1 disconnected. 0 message[s] received');
    expect(certainty(explain(text), 'early-talker-spew')).toMatchObject({ certain: 1 });
  });

  it('is delivered elsewhere when the sender comes through another host', () => {
    const text = log(
      '0 10.0.0.1 connected',
      '0 Originator: <a@b.example>',
      '1 10.0.0.1 disconnected. 0 message[s] received',
      '300 10.9.9.9 connected',
      '300 Originator: <a@b.example>',
      '301 Message 00364B87 (MessageID: <a@b>) received from 10.9.9.9 size 10 bytes',
      '301 10.9.9.9 disconnected. 1 message[s] received',
    );
    expect(causes(explain(text))).toEqual({ 'delivered-elsewhere': 1 });
    expect(causes(explain(text.replaceAll('<a@b.example>', '<>')))).toEqual({ unknown: 1 });
  });
});

describe('a long silence', () => {
  const silence = (seconds: number, ...between: string[]): LogReport =>
    explain(log('0 10.0.0.1 connected', ...between, `${seconds} 10.0.0.1 disconnected. 0 message[s] received`));

  it('is a stall from two minutes on, likelier with an envelope', () => {
    expect(causes(silence(119))).toEqual({ unknown: 1 });
    expect(certainty(silence(180), 'mtu-or-stall')).toMatchObject({ possible: 1, likely: 0 });
    expect(certainty(silence(180, '1 Originator: <a@b>', '1 Recipient: <c@d>'), 'mtu-or-stall')).toMatchObject({
      likely: 1,
    });
  });

  it('is measured over midnight', () => {
    const text =
      '18/02/2004 23:59:00   SMTP Server: 10.0.0.1 connected\n' +
      '19/02/2004 00:02:00   SMTP Server: 10.0.0.1 disconnected. 0 message[s] received\n';
    expect(causes(explain(text))).toEqual({ 'mtu-or-stall': 1 });
  });

  it('is not measured where the log begins in the middle', () => {
    const report = explain(log('500 10.0.0.1 disconnected. 0 message[s] received'));
    expect(causes(report)).toEqual({ unknown: 1 });
    expect(report.sessions.withoutBeginning).toBe(1);
    expect(report.notes[0]).toContain('1 sessions have no connect line');
  });
});

describe('probes and crowds', () => {
  const knocks = (every: (index: number) => number, more: readonly string[] = []): LogReport => {
    let at = 0;
    const lines = Array.from({ length: 8 }, (_, index) => {
      at += every(index);
      return [`${at} 10.0.0.5 connected`, `${at} 10.0.0.5 disconnected. 0 message[s] received`];
    });
    return explain(log(...lines.flat(), ...more.map((line) => `${at + 200} ${line}`)));
  };

  it('finds a monitor by its even intervals', () => {
    expect(causes(knocks(() => 300))).toEqual({ probe: 8 });
    expect(causes(knocks(() => 30))).toEqual({ probe: 8 });
  });

  it('leaves uneven knocks unknown, and a host that also delivers', () => {
    expect(causes(knocks((index) => (index % 2 === 0 ? 80 : 900)))).toEqual({ unknown: 8 });
    const delivers = ['10.0.0.5 connected', '10.0.0.5 disconnected. 1 message[s] received'];
    expect(causes(knocks(() => 300, delivers))).toEqual({ unknown: 8 });
  });

  it('finds a shortage of handlers only when told how many there are', () => {
    const text = log(
      '0 10.0.0.1 connected',
      '0 10.0.0.2 connected',
      '1 10.0.0.3 connected',
      '90 10.0.0.3 disconnected. 0 message[s] received',
    );
    expect(causes(explain(text, { handlers: 2 }))).toEqual({ 'handlers-exhausted': 1 });
    expect(causes(explain(text, { handlers: 3 }))).toEqual({ unknown: 1 });
    expect(causes(explain(text))).toEqual({ unknown: 1 });
  });
});

describe('interleaved and incomplete logs', () => {
  it('keeps sessions of one host apart by their message counts', () => {
    const report = explain(
      log(
        '0 10.0.0.1 connected',
        '150 10.0.0.1 connected',
        '151 Message 00364B87 (MessageID: <a@b>) received from 10.0.0.1 size 10 bytes',
        '152 10.0.0.1 disconnected. 1 message[s] received',
        '160 10.0.0.1 disconnected. 0 message[s] received',
      ),
    );
    expect(causes(report)).toEqual({ 'mtu-or-stall': 1 });
    expect(report.sessions).toMatchObject({ mostAtOnce: 2, delivered: 1, zero: 1, withoutEnd: 0 });
  });

  it('does not believe the thread of the prefix, which changes within a session', () => {
    const text =
      '[000738:000012-00007F1159ACF700] 06-11-2022 11:53:55   SMTP Server: 5.34.207.55 connected\n' +
      '[000738:000027-00007F11599CD700] 06-11-2022 11:53:55   SMTP Server: 5.34.207.55 disconnected. 0 message[s] received\n';
    expect(explain(text).sessions).toMatchObject({ withoutBeginning: 0, withoutEnd: 0, zero: 1 });
  });

  it('ends all sessions where the task was started anew', () => {
    const report = explain(log('0 10.0.0.1 connected', '5 Starting...', '6 Started', '7 10.0.0.2 connected'));
    expect(report.sessions.withoutEnd).toBe(2);
    expect(report.notes[0]).toContain('restarted (1 times');
  });

  it('notes messages that the counts do not agree on', () => {
    const report = explain(ARTICLE + log('9999 10.0.0.1 disconnected. 2 message[s] received'));
    expect(report.notes.join()).toContain('count 3 messages, but there are 1 Message lines');
  });

  it('accounts for every session without a message, under one cause each', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 90 })),
          {
            maxLength: 120,
          },
        ),
        (steps) => {
          let at = 0;
          const lines = steps.map(([host, what, later]) => {
            at += later;
            const peer = `10.0.0.${host}`;
            return `${at} ${
              [
                `${peer} connected`,
                `${peer} disconnected. 0 message[s] received`,
                `${peer} disconnected. 1 message[s] received`,
                `Authentication failed for user x ; connecting host ${peer}`,
                'Originator: <a@b.example>',
              ][what] ?? ''
            }`;
          });
          const report = explain(log(...lines));
          const attributed = report.causes.reduce((sum, { sessions }) => sum + sessions, 0);
          expect(attributed).toBe(report.sessions.zero);
          expect(report.input.unrecognised).toBe(0);
        },
      ),
    );
  });

  it('accounts for every session of more hosts than it remembers', () => {
    const lines = Array.from({ length: 6000 }, (_, index) => {
      const peer = `10.${index >> 8}.${index & 255}.1`;
      return `${Math.floor(index / 10)} ${peer} connected\n${Math.floor(index / 10)} ${peer} disconnected. 0 message[s] received`;
    });
    const report = explain(log(...lines.flatMap((line) => line.split('\n'))));
    expect(causes(report)).toEqual({ unknown: 6000 });
  });
});

describe('the reconciliation', () => {
  const refusedAndSilent = (refused: number, silent: number): LogReport =>
    explain(
      log(
        ...Array.from({ length: refused + silent }, (_, index) => [
          `${index} 10.0.${index}.1 connected`,
          ...(index < refused ? [`${index} Authentication failed for user x ; connecting host 10.0.${index}.1`] : []),
          `${index} 10.0.${index}.1 disconnected. 0 message[s] received`,
        ]).flat(),
      ),
    );

  it.each([
    [10, 1, 1.1, 'they agree'],
    [10, 6, 1.6, 'somewhat more'],
    [10, 15, 2.5, 'a wide gap'],
  ])('of %i refused and %i silent sessions is %f to 1', (refused, silent, ratio, text) => {
    expect(refusedAndSilent(refused, silent).reconciliation).toMatchObject({ ratio, zero: refused + silent });
    expect(refusedAndSilent(refused, silent).reconciliation.sentence).toContain(text);
  });

  it('has no ratio without a refusal', () => {
    expect(refusedAndSilent(0, 3).reconciliation).toMatchObject({ ratio: null, activelyRefused: 0 });
  });
});

describe('what is not such a log', () => {
  it.each([
    ['', 'empty', 'empty'],
    ['\u0000\u0001binary\u0000\u0002'.repeat(40), 'binary', 'not text'],
    ['Feb 18 09:52:07 host postfix/smtpd[1]: connect from x\n'.repeat(9), 'not-domino', 'right file'],
    ['18/02/2004 09:52:07   Router: Message delivered\n', 'no-smtp-lines', 'no line of the SMTP server'],
    ['18/02/2004 09:52:07   Router: Message delivered', 'no-smtp-lines', 'no line of the SMTP server'],
  ] as const)('%j is %s', (text, verdict, words) => {
    const { input } = explain(text);
    expect(input.verdict).toBe(verdict);
    expect(input.sentence).toContain(words);
  });
});

describe('lines nobody knows', () => {
  it('are listed by kind, most frequent first, and bounded', () => {
    const many = Array.from({ length: 500 }, (_, index) => `0 Odd ${'x'.repeat(index % 250)} happening`);
    const report = explain(log(...many, '1 Peculiar thing 1', '1 Peculiar thing 2', '1 Peculiar thing 3'));
    expect(report.input.unrecognised).toBe(503);
    expect(report.unknownLines).toHaveLength(40);
    const shown = report.unknownLines.reduce((sum, { count }) => sum + count, 0);
    expect(shown + report.unknownLinesUnlisted).toBeGreaterThanOrEqual(503);
    expect(explain(log('1 Peculiar thing 1', '1 Odd', '1 Peculiar thing 2')).unknownLines).toEqual([
      { sample: 'Peculiar thing 1', count: 2 },
      { sample: 'Odd', count: 1 },
    ]);
  });

  it("can be taught with a user's own pattern", () => {
    const text = log(
      '0 10.0.0.1 connected',
      '1 Tsch\u00fcss 10.0.0.1!',
      '2 10.0.0.1 disconnected. 0 message[s] received',
    );
    const own = { text: 'Tsch\u00fcss {peer}!', means: 'refused-sender', source: 'ours', confidence: 'seen' } as const;
    expect(causes(explain(text, { patterns: [own] }))).toEqual({ 'refused-sender': 1 });
    expect(explain(text).unknownLines).toHaveLength(1);
  });
});
