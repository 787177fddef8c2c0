// SMTP statistics in the forms somebody reads them in: the console's `show stat`, JSON, and Prometheus text.
// Used by the console and the control API. Where a name was not seen verbatim, it is built like those that were.

import { COUNTED_VERBS } from './statistics';
import type { ListCounters, Statistics } from './statistics';

export type StatisticValue = readonly [name: string, value: number];

function listValues(family: 'DNSBL' | 'DNSWL', counters: ListCounters): StatisticValue[] {
  return [
    [`SMTP.${family}.TotalHits`, counters.total],
    ...[...counters.sites].map(([site, hits]): StatisticValue => [`SMTP.${family}.${site}.TotalHits`, hits]),
    ...[...counters.hosts].map(([name, hits]): StatisticValue => {
      const blank = name.indexOf(' ');
      return [`SMTP.${family}.${name.slice(0, blank)}.${name.slice(blank + 1)}.Hits`, hits];
    }),
  ];
}

/** Every statistic under Domino's name, in the order of the alphabet, as the console lists them. */
export function statisticValues(statistics: Statistics): readonly StatisticValue[] {
  const values: StatisticValue[] = [
    ...[...COUNTED_VERBS, 'Invalid'].map((verb): StatisticValue => [
      `SMTP.Command.${verb}`,
      statistics.commands[verb] ?? 0,
    ]),
    ['SMTP.MessagesProcessed', statistics.messagesProcessed],
    ...listValues('DNSBL', statistics.blacklists),
    ...listValues('DNSWL', statistics.whitelists),
    ['SMTP.PrivateBL.TotalHits', statistics.privateBlacklistHits],
    ['SMTP.PrivateWL.TotalHits', statistics.privateWhitelistHits],
    ['SMTP.Sessions.Inbound.Accept.Queue', statistics.acceptQueue],
    ['SMTP.Sessions.Inbound.Active', statistics.active],
    ['SMTP.Sessions.Inbound.Active.SSL', statistics.activeSsl],
    ['SMTP.Sessions.Inbound.BytesReceived', statistics.bytesReceived],
    ['SMTP.Sessions.Inbound.BytesSent', statistics.bytesSent],
    ['SMTP.Sessions.Inbound.Peak', statistics.peak],
    ['SMTP.Sessions.Inbound.Peak.SSL', statistics.peakSsl],
    ['SMTP.Sessions.Inbound.Total', statistics.total],
    ['SMTP.Sessions.Inbound.Total.SSL', statistics.totalSsl],
    ['SMTP.Sessions.Inbound.Total.SSL.Bad_Handshake', statistics.badHandshakes],
    ['SMTP.Sessions.Threads.Busy', statistics.threadsBusy],
    ['SMTP.Sessions.Threads.Idle', Math.max(0, statistics.threadsInPool - statistics.threadsBusy)],
    ['SMTP.Sessions.Threads.InThreadPool', statistics.threadsInPool],
    ['SMTP.Sessions.Threads.Peak', statistics.threadsPeak],
  ];
  return values.sort(([one], [other]) => {
    const a = one.toLowerCase();
    const b = other.toLowerCase();
    return a < b ? -1 : a > b ? 1 : 0;
  });
}

/** Whether a statistic's name falls under what was asked for: `smtp`, `smtp.command`, `smtp.*.ssl`; case means nothing. */
function matcher(pattern: string): (name: string) => boolean {
  const wanted = pattern.toLowerCase();
  if (!wanted.includes('*')) return (name) => name === wanted || name.startsWith(`${wanted}.`);
  const parts = wanted.split('*').map((part) => part.replace(/[.\\+?^${}()|[\]]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('.*')}$`);
  return (name) => expression.test(name);
}

/**
 * What `show stat` prints: two blanks, `Name = value`, one to a line, then how many there were.
 * @param pattern what the administrator typed behind `show stat`; nothing means all
 */
export function showStat(statistics: Statistics, pattern: string | null = null): readonly string[] {
  const matches = matcher(pattern ?? 'SMTP');
  const lines = statisticValues(statistics)
    .filter(([name]) => matches(name.toLowerCase()))
    .map(([name, value]) => `  ${name} = ${value}`);
  return [...lines, `  ${lines.length} statistics found`];
}

/** Name → value, for JSON. */
export function statisticsJson(statistics: Statistics): Readonly<Record<string, number>> {
  return Object.fromEntries(statisticValues(statistics));
}

const label = (text: string): string => text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');

function metric(name: string, type: 'counter' | 'gauge', help: string, samples: readonly string[]): string {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples.map((sample) => `${name}${sample}`)].join(
    '\n',
  );
}

/** Text in the Prometheus exposition format, ending with a line end. Sites and verbs are labels, peers are left out. */
export function statisticsPrometheus(statistics: Statistics): string {
  const one = (name: string, type: 'counter' | 'gauge', help: string, value: number): string =>
    metric(name, type, help, [` ${value}`]);
  const sites = [...statistics.blacklists.sites].map(([site, hits]) => `{site="${label(site)}"} ${hits}`);
  const metrics = [
    metric(
      'smtp_commands_total',
      'counter',
      'Commands received, by verb.',
      [...COUNTED_VERBS, 'Invalid'].map((verb) => `{verb="${verb}"} ${statistics.commands[verb] ?? 0}`),
    ),
    one('smtp_messages_processed_total', 'counter', 'Messages accepted.', statistics.messagesProcessed),
    one('smtp_sessions_total', 'counter', 'Sessions accepted.', statistics.total),
    one('smtp_sessions_active', 'gauge', 'Sessions open now.', statistics.active),
    one('smtp_sessions_peak', 'gauge', 'Most sessions open at once.', statistics.peak),
    one('smtp_tls_sessions_total', 'counter', 'Sessions secured with TLS.', statistics.totalSsl),
    one('smtp_tls_sessions_active', 'gauge', 'Secured sessions open now.', statistics.activeSsl),
    one('smtp_tls_failed_handshakes_total', 'counter', 'TLS handshakes that failed.', statistics.badHandshakes),
    one('smtp_received_bytes_total', 'counter', 'Octets read from clients.', statistics.bytesReceived),
    one('smtp_sent_bytes_total', 'counter', 'Octets written to clients.', statistics.bytesSent),
    one('smtp_accept_queue', 'gauge', 'Connections waiting for a handler.', statistics.acceptQueue),
    one('smtp_handlers_busy', 'gauge', 'Handlers that serve a session.', statistics.threadsBusy),
    one('smtp_handlers', 'gauge', 'Handlers in the pool.', statistics.threadsInPool),
    one('smtp_blacklist_hits_total', 'counter', 'Peers found in a DNS blacklist.', statistics.blacklists.total),
    one('smtp_private_blacklist_hits_total', 'counter', 'Peers on the private list.', statistics.privateBlacklistHits),
  ];
  if (sites.length > 0) {
    metrics.push(metric('smtp_blacklist_site_hits_total', 'counter', 'Peers found, by blacklist site.', sites));
  }
  return `${metrics.join('\n')}\n`;
}
