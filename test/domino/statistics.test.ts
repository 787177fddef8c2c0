import { count, countHandlers, countSession, createStatistics } from '../../src/domino/statistics';
import type { Statistics } from '../../src/domino/statistics';
import { showStat, statisticsJson, statisticsPrometheus, statisticValues } from '../../src/domino/statistics-print';
import { delivery, TraceOf } from './trace-of';

function counted(traces: readonly TraceOf[], statistics: Statistics = createStatistics()): Statistics {
  for (const trace of traces) {
    const session = countSession(statistics);
    for (const event of trace.events) count(session, event);
  }
  return statistics;
}

describe('SMTP statistics', () => {
  it('counts a delivery', () => {
    const values = statisticsJson(counted([delivery()]));
    expect(values).toMatchObject({
      'SMTP.Command.EHLO': 1,
      'SMTP.Command.HELO': 0,
      'SMTP.Command.QUIT': 1,
      'SMTP.Command.Invalid': 0,
      'SMTP.MessagesProcessed': 1,
      'SMTP.Sessions.Inbound.Active': 0,
      'SMTP.Sessions.Inbound.Peak': 1,
      'SMTP.Sessions.Inbound.Total': 1,
    });
  });

  it('counts every content line that is taken for a command as Invalid, and BDAT, which Domino does not know', () => {
    const trace = new TraceOf().connected().command('unknown', 'Subject: Your Meds').command('unknown', '.');
    expect(counted([trace.command('BDAT', 'BDAT 10')]).commands['Invalid']).toBe(3);
  });

  it('does not count a SASL response as a command', () => {
    const values = counted([
      new TraceOf().connected().command('AUTH', 'AUTH LOGIN').command('auth-response', 'dXNlcg=='),
    ]);
    expect([values.commands['AUTH'], values.commands['Invalid']]).toEqual([1, 0]);
  });

  it('does not count a message that was refused, or cut off', () => {
    const trace = new TraceOf().connected().message().reply(554).message({ complete: false }).reply(250);
    expect(counted([trace]).messagesProcessed).toBe(0);
  });

  it('counts secured sessions, their peak, and bad handshakes', () => {
    const statistics = createStatistics();
    const [one, other] = [countSession(statistics), countSession(statistics)];
    const [first, second] = [new TraceOf().connected().tls('secured'), new TraceOf().connected().tls('secured')];
    for (const event of first.events) count(one, event);
    for (const event of second.tls('failed').closed().events) count(other, event);
    expect(statistics).toMatchObject({ totalSsl: 2, peakSsl: 2, activeSsl: 1, badHandshakes: 1, active: 1, peak: 2 });
  });

  it('counts octets without a path by what was read and replied, and what TLS added at the close', () => {
    const statistics = createStatistics();
    const session = countSession(statistics);
    const trace = new TraceOf().connected().octets('received', 'plain', 'NOOP\r\n').reply(250);
    for (const event of trace.events) count(session, event);
    expect(statistics).toMatchObject({ bytesReceived: 6, bytesSent: 10 });
    const [closed] = new TraceOf().closed().events;
    if (closed?.type !== 'closed') throw new Error('no closed event');
    count(session, { ...closed, receivedOctets: 900, sentOctets: 2000 });
    expect(statistics).toMatchObject({ bytesReceived: 900, bytesSent: 2000 });
  });

  it('counts octets of the wire and not once more for each layer above it', () => {
    const trace = new TraceOf()
      .connected()
      .octets('received', 'wire', 'NOOP\r\n')
      .octets('received', 'plain', 'NOOP\r\n');
    expect(counted([trace.octets('sent', 'wire', '250 OK\r\n')])).toMatchObject({ bytesReceived: 6, bytesSent: 8 });
  });

  it('keeps blacklist hits as a total, and per site and host only with SMTPExpandDNSBLStats', () => {
    const hit = (): TraceOf =>
      new TraceOf().connected('10.1.2.3').note('blacklisted', 'listed at bl.example.org, reject');
    expect(showStat(counted([hit(), hit()]), 'smtp.dnsbl')).toEqual([
      '  SMTP.DNSBL.TotalHits = 2',
      '  1 statistics found',
    ]);
    const expanded = counted([hit(), hit()], createStatistics({ expandDnsblStats: true }));
    expect(showStat(expanded, 'smtp.dnsbl')).toEqual([
      '  SMTP.DNSBL.bl.example.org.10.1.2.3.Hits = 2',
      '  SMTP.DNSBL.bl.example.org.TotalHits = 2',
      '  SMTP.DNSBL.TotalHits = 2',
      '  3 statistics found',
    ]);
  });

  it('stops making new names at the bound, and goes on counting the total', () => {
    const statistics = createStatistics({ expandDnsblStats: true, maxExpanded: 2 });
    const traces = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((address) =>
      new TraceOf().connected(address).note('blacklisted', 'bl.example.org'),
    );
    counted(traces, statistics);
    expect([statistics.blacklists.total, statistics.blacklists.hosts.size]).toEqual([3, 2]);
  });

  it('tells a private list from a DNS list', () => {
    const statistics = counted([new TraceOf().connected().note('blacklisted', 'private blacklist: reject')]);
    expect([statistics.privateBlacklistHits, statistics.blacklists.total]).toEqual([1, 0]);
  });

  it('counts handlers and the accept queue', () => {
    const statistics = createStatistics();
    countHandlers(statistics, { type: 'pool', threads: 4 });
    for (const type of ['taken', 'taken', 'freed', 'queued', 'queued', 'unqueued', 'freed', 'freed'] as const) {
      countHandlers(statistics, { type });
    }
    expect(showStat(statistics, 'smtp.sessions.threads')).toEqual([
      '  SMTP.Sessions.Threads.Busy = 0',
      '  SMTP.Sessions.Threads.Idle = 4',
      '  SMTP.Sessions.Threads.InThreadPool = 4',
      '  SMTP.Sessions.Threads.Peak = 2',
      '  4 statistics found',
    ]);
    expect(statistics.acceptQueue).toBe(1);
  });

  it('names every statistic once, in the order of the alphabet', () => {
    const names = statisticValues(createStatistics()).map(([name]) => name.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual([...names].sort());
    for (const name of ['SMTP.Command.STARTTLS', 'SMTP.PrivateWL.TotalHits', 'SMTP.Sessions.Inbound.Accept.Queue']) {
      expect(names).toContain(name.toLowerCase());
    }
  });
});

describe('show stat', () => {
  it('prints two blanks, name and value', () => {
    const trace = new TraceOf().connected();
    for (let times = 0; times < 12; times += 1) trace.command('EHLO', 'EHLO x');
    expect(showStat(counted([trace]), 'SMTP.Command.EHLO')).toEqual([
      '  SMTP.Command.EHLO = 12',
      '  1 statistics found',
    ]);
  });

  it('takes patterns with stars, without regard to case', () => {
    const lines = showStat(createStatistics(), 'smtp.*.ssl');
    expect(lines.map((line) => line.trim().split(' ')[0])).toEqual([
      'SMTP.Sessions.Inbound.Active.SSL',
      'SMTP.Sessions.Inbound.Peak.SSL',
      'SMTP.Sessions.Inbound.Total.SSL',
      '3',
    ]);
  });

  it('finds nothing for another task', () => {
    expect(showStat(createStatistics(), 'mail')).toEqual(['  0 statistics found']);
  });
});

describe('Prometheus text', () => {
  it('gives each metric a type and ends with a line end', () => {
    const text = statisticsPrometheus(counted([delivery()], createStatistics({ expandDnsblStats: true })));
    expect(text).toContain('# TYPE smtp_commands_total counter\nsmtp_commands_total{verb="EHLO"} 1\n');
    expect(text).toContain('\nsmtp_sessions_active 0\n');
    expect(text.endsWith('\n')).toBe(true);
    for (const line of text.trimEnd().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) |[a-z_]+(\{[a-z]+="[^"]*"\})? \d+$)/);
  });
});
