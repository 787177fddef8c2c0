import { logLines, NEW_LOG } from '../../src/domino/log';
import { listenerLine, logOptions, processPrefix } from '../../src/domino/log-line';
import type { LogOptions } from '../../src/domino/log-line';
import { LOG_DATE_FORMATS } from '../../src/domino/log-date';
import type { DateParts } from '../../src/domino/log-date';
import { delivery, persona, TraceOf } from './trace-of';

const MORNING: DateParts = { year: 2004, month: 2, day: 18, hour: 9, minute: 52, second: 7 };

function logOf(trace: TraceOf, given: Partial<LogOptions> = {}): string[] {
  const options = logOptions({ dateOf: () => MORNING, ...given });
  let state = NEW_LOG;
  return trace.events.flatMap((event) => {
    const logged = logLines(state, event, options);
    state = logged.state;
    return logged.lines;
  });
}

/** Character for character as the article prints them. */
const ARTICLE = `18/02/2004 09:52:07   SMTP Server: 192.168.0.1 connected
18/02/2004 09:52:07   SMTP Server: Originator: <originator>
18/02/2004 09:52:07   SMTP Server: Recipient: <recipient>
18/02/2004 09:52:07   SMTP Server: Message 00364B87 (MessageID: <21D5084642AA334AB57F4727C3E0B4A01BDDA7@someplace>) received from 192.168.0.1 size 2320 bytes
18/02/2004 09:52:07   SMTP Server: 192.168.0.1 disconnected. 1 message[s] received`.split('\n');

describe('the console log of a session', () => {
  it("writes the article's delivery character for character", () => {
    expect(logOf(delivery(), { noteOf: () => '00364B87' })).toEqual(ARTICLE);
    expect(logOf(delivery(), { noteOf: () => '00364B87', envelope: 'message', inferred: false })).toEqual(ARTICLE);
  });

  it("writes the article's title for a session without a message, with the host's name", () => {
    const trace = new TraceOf().connected().command('QUIT', 'QUIT').reply(221).closed();
    const lines = logOf(trace, { hostNameOf: () => 'mail.example.com' });
    expect(lines[1]?.slice(22)).toBe('SMTP Server: mail.example.com (192.168.0.1) disconnected. 0 message[s] received');
  });

  it.each([
    ['mm/dd/yyyy', '02/18/2004 09:52:07 AM  SMTP Server: 192.168.0.1 connected'],
    ['yyyy-mm-dd', '2004-02-18 09:52:07   SMTP Server: 192.168.0.1 connected'],
    ['dd.mm.yyyy', '18.02.2004 09:52:07   SMTP Server: 192.168.0.1 connected'],
    ['dd-mm-yyyy', '18-02-2004 09:52:07   SMTP Server: 192.168.0.1 connected'],
  ] as const)('writes dates as %s', (name, line) => {
    expect(logOf(new TraceOf().connected(), { date: LOG_DATE_FORMATS[name] })).toEqual([line]);
  });

  it.each([
    [0, '12:52:07 AM'],
    [12, '12:52:07 PM'],
    [13, '01:52:07 PM'],
  ])('knows that hour %i of the clock is %s', (hour, text) => {
    const lines = logOf(new TraceOf().connected(), {
      date: LOG_DATE_FORMATS['mm/dd/yyyy'],
      dateOf: () => ({ ...MORNING, hour }),
    });
    expect(lines[0]).toContain(text);
  });

  it('puts the process prefix before the date', () => {
    expect(logOf(new TraceOf().connected(), { prefix: processPrefix(12_209, 21, 15, 'unix') })).toEqual([
      '[12209:00021-00015] 18/02/2004 09:52:07   SMTP Server: 192.168.0.1 connected',
    ]);
    expect(processPrefix(0x6d8, 8, 0x324, 'windows')).toBe('[06D8:0008-0324] ');
  });

  it('counts neither a refused message nor one cut off in the middle', () => {
    const refused = new TraceOf().connected().message().reply(554).message({ complete: false }).closed();
    expect(logOf(refused).at(-1)).toContain('disconnected. 0 message[s] received');
    expect(logOf(refused).join()).not.toContain('(MessageID');
  });

  it('does not take an unsolicited 250 for the acceptance of a message', () => {
    const trace = new TraceOf().connected().message().reply(250, { kind: 'default' }, { unsolicited: true }).closed();
    expect(logOf(trace).at(-1)).toContain(' 0 message[s]');
  });

  it('writes a bare address in brackets and a quoted one whole', () => {
    const trace = new TraceOf()
      .connected()
      .command('MAIL', 'mail from: test@dominio.es')
      .reply(250)
      .command('RCPT', 'RCPT TO:<"a> b"@example.com> NOTIFY=NEVER')
      .reply(250);
    expect(logOf(trace).map((line) => line.slice(35))).toEqual([
      '192.168.0.1 connected',
      'Originator: <test@dominio.es>',
      'Recipient: <"a> b"@example.com>',
    ]);
  });

  it('writes authentication failures with the blank before the semicolon', () => {
    expect(logOf(new TraceOf().connected('1.2.3.4').note('authentication-failed', 'guest')).at(-1)?.slice(22)).toBe(
      'SMTP Server: Authentication failed for user guest ; connecting host 1.2.3.4',
    );
  });

  it('writes a host without a name in the form with the thread in brackets', () => {
    const trace = new TraceOf().connected('185.143.223.110').command('MAIL', 'MAIL FROM:<a@b.example>');
    trace.reply(554, persona('host-unnamed'));
    expect(logOf(trace, { prefix: '[000527:000013-0000001227564800] ' }).at(-1)?.slice(22)).toBe(
      'SMTP Server [000527:000013-0000001227564800] Connection from [185.143.223.110] rejected for policy reasons. IP address of connecting host not found in reverse DNS lookup.',
    );
  });

  it('says a blacklist hit once, though look-up and reply both tell of it', () => {
    const trace = new TraceOf()
      .connected()
      .note('blacklisted', '192.168.0.1 is listed at bl.example.org: reject')
      .command('MAIL', 'MAIL FROM:<a@b.example>')
      .reply(554, { kind: 'policy', policy: 'dnsBlacklist' });
    const lines = logOf(trace);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('bl.example.org');
  });

  it.each([
    ['relay-denied', 'Attempt to relay mail to <x@elsewhere.example>'],
    ['recipient-unknown', 'Recipient <x@elsewhere.example> from 192.168.0.1 rejected'],
    ['error-limit', 'Error limit exceeded'],
  ] as const)('writes a line for %s, which can be switched off as inferred', (situation, text) => {
    const trace = new TraceOf().connected().command('RCPT', 'RCPT TO:<x@elsewhere.example>');
    trace.reply(554, persona(situation));
    expect(logOf(trace).at(-1)).toContain(text);
    expect(logOf(trace, { inferred: false })).toHaveLength(1);
  });

  it.each([
    ['hosts.deny', 'Connecting host is denied'],
    ['senders.allow', 'Sender is denied'],
    ['recipients.known', 'User not listed'],
    ['errorLimit', 'Error limit exceeded'],
    ['size', 'exceeds the maximum size'],
  ])('knows the refusal of the policy %s', (policy, text) => {
    const trace = new TraceOf().connected().command('MAIL', 'MAIL FROM:<a@b.example>');
    expect(logOf(trace.reply(554, { kind: 'policy', policy })).at(-1)).toContain(text);
  });

  it('takes a refusal that a rule made up for the nearest of its own', () => {
    const trace = new TraceOf().connected().command('RCPT', 'RCPT TO:<c@d.example>');
    trace.reply(550, { kind: 'rule', rule: 'rules[0]' }).reply(450, { kind: 'rule', rule: 'rules[1]' });
    expect(
      logOf(trace)
        .slice(1)
        .map((line) => line.slice(35)),
    ).toEqual(['Recipient <c@d.example> from 192.168.0.1 rejected. User not listed in Domino Directory.']);
  });

  it('is silent about a mere syntax error', () => {
    const trace = new TraceOf().connected().command('unknown', 'XXXX mail.example.com');
    expect(logOf(trace.reply(500, persona('unknown-command')))).toHaveLength(1);
  });

  it('writes TLS lines', () => {
    const trace = new TraceOf().connected().tls('secured', { protocol: 'TLSv1.2', cipher: 'AES256-SHA' });
    trace.tls('failed', { reason: 'no shared cipher' });
    expect(logOf(trace).map((line) => line.slice(35))).toEqual([
      '192.168.0.1 connected',
      'TLS negotiated with 192.168.0.1: TLSv1.2 AES256-SHA',
      'TLS handshake with 192.168.0.1 failed: no shared cipher',
    ]);
  });

  it("writes the listener's own lines", () => {
    const options = logOptions({ dateOf: () => MORNING });
    expect(listenerLine('started', 0, options)).toEqual(['18/02/2004 09:52:07   SMTP Server: Started']);
  });
});

describe('SMTPDebugIO', () => {
  const trace = (): TraceOf =>
    new TraceOf()
      .connected()
      .octets('received', 'plain', 'STARTTLS\r\n')
      .command('STARTTLS', 'STARTTLS')
      .reply(220, { kind: 'default' }, { octets: '220 Ready to start TLS\r\n' })
      .mode('content')
      .octets('received', 'plain', 'Subject: x\r\n.\r\n');
  const at = (debugIo: LogOptions['debugIo']): string[] =>
    logOf(trace(), {
      debugIo,
      prefix: processPrefix(0x6d8, 8, 0x324, 'windows'),
      date: LOG_DATE_FORMATS['mm/dd/yyyy'],
      dateOf: () => ({ year: 2003, month: 3, day: 18, hour: 16, minute: 5, second: 56, hundredth: 74 }),
    }).slice(1);

  it('writes the seen lines at level 3', () => {
    const lines = at(3);
    expect(lines).toContain('[06D8:0008-0324] R: STARTTLS');
    expect(lines).toContain(
      '03/18/2003 04:05:56.74 PM [06D8:0008-0324] SMTP CITask StateMachine> Sent 24 bytes to 192.168.0.1',
    );
    expect(lines).toContain('[06D8:0008-0324] S: 220 Ready to start TLS<CRLF>');
    expect(lines.join()).not.toContain('Subject');
  });

  it('adds with each level and never takes away', () => {
    expect(at(0)).toEqual([]);
    expect(at(1)).toHaveLength(3);
    expect(at(2)).toHaveLength(4);
    expect(at(3)).toHaveLength(5);
    expect(at(4)).toHaveLength(7);
    expect(at(4)).toContain('[06D8:0008-0324] R: Subject: x<CRLF>');
  });
});
