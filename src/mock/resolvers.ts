// Which DNS servers a scenario asks, and whether they may be asked: told before anything listens, since a question that is not
// asked would look like a host that nobody lists. Used by mock-server.ts.

import { Mistake } from '../scenario/mistake';
import { ScenarioError } from '../scenario/scenario-error';
import type { Policies, Scenario } from '../scenario/scenario';
import { checkResolver } from '../server/dns-resolver';

/** @throws ScenarioError for a DNS server off this machine, unless that is allowed */
export function refuseRemoteResolvers(scenario: Scenario, allowRemote: boolean): void {
  for (const resolver of scenario.servers.flatMap(({ policies }) => resolversOf(policies))) {
    try {
      checkResolver(resolver, allowRemote);
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      const fix = 'use a server on 127.0.0.1, or allow it: --allow-remote-dns, allowRemoteDns';
      throw new ScenarioError([
        { file: `scenario "${scenario.name}"`, line: 0, column: 0, message: error.message, fix },
      ]);
    }
  }
}

function resolversOf({ dnsBlacklist, dnsWhitelist, senders, hosts }: Policies): readonly string[] {
  const asked = [...dnsBlacklist, ...dnsWhitelist, senders.domainInDns, hosts.nameInDns];
  return asked.flatMap((one) => (one === null || one.resolver === null ? [] : [one.resolver]));
}
