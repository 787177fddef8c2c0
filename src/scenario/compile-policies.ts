// The lists of a server's policies made ready to be asked: patterns compiled, networks joined. Done once per server.
// What a hit means is said in answers-*.ts and listing.ts.

import { networks, type Networks } from './networks';
import { compilePattern, type Pattern } from './pattern';
import type { ServerConfig } from './scenario';

export interface CompiledPolicies {
  readonly recipientsLocal: readonly Pattern[] | null;
  readonly recipientsKnown: readonly Pattern[] | null;
  readonly recipientsAllow: readonly Pattern[] | null;
  readonly recipientsDeny: readonly Pattern[];
  readonly recipientsAmbiguous: readonly Pattern[];
  readonly recipientsGroups: readonly Pattern[];
  readonly sendersAllow: readonly Pattern[] | null;
  readonly sendersDeny: readonly Pattern[];
  readonly senderDomains: readonly Pattern[] | null;
  readonly hostsAllow: Networks | null;
  readonly hostsDeny: Networks;
  readonly hostsNamed: Networks | null;
  readonly privateWhitelist: Networks | null;
  readonly privateBlacklist: Networks | null;
  readonly dnsWhitelist: readonly Networks[];
  readonly dnsBlacklist: readonly Networks[];
}

/** @throws Mistake for a pattern or network that cannot be read */
export function compilePolicies(server: ServerConfig): CompiledPolicies {
  const { recipients, senders, hosts, ...lists } = server.policies;
  const patterns = (sources: readonly string[]): readonly Pattern[] => sources.map(compilePattern);
  const optional = (sources: readonly string[] | null): readonly Pattern[] | null =>
    sources === null ? null : patterns(sources);
  return {
    recipientsLocal: optional(recipients.local),
    recipientsKnown: optional(recipients.known),
    recipientsAllow: optional(recipients.allow),
    recipientsDeny: patterns(recipients.deny),
    recipientsAmbiguous: patterns(recipients.ambiguous),
    recipientsGroups: patterns(recipients.groups),
    sendersAllow: optional(senders.allow),
    sendersDeny: patterns(senders.deny),
    senderDomains: senders.domainInDns === null ? null : patterns(senders.domainInDns.exists),
    hostsAllow: hosts.allow === null ? null : networks(hosts.allow),
    hostsDeny: networks(hosts.deny),
    hostsNamed: hosts.nameInDns === null ? null : networks(hosts.nameInDns.named),
    privateWhitelist: lists.privateWhitelist === null ? null : networks(lists.privateWhitelist.hosts),
    privateBlacklist: lists.privateBlacklist === null ? null : networks(lists.privateBlacklist.hosts),
    dnsWhitelist: lists.dnsWhitelist.map((list) => networks(list.listed)),
    dnsBlacklist: lists.dnsBlacklist.map((list) => networks(list.listed)),
  };
}

export function anyMatches(patterns: readonly Pattern[], text: string): boolean {
  return patterns.some((pattern) => pattern.test(text));
}
