// How a client of the lab encrypts, read off what the server is: from the first octet where the scenario speaks TLS there,
// else with STARTTLS where it is on the list. Pure. Used by `lab mtu --tls`, which refuses a scenario that offers neither.

import { keywordList } from '../../scenario/keyword-list';
import { loadPersona } from '../../scenario/persona-load';
import type { Scenario } from '../../scenario/scenario';
import { offers } from '../../smtp/extension';
import type { ClientCapability } from '../../wire/trial-record';

export type LabTls = 'none' | 'required' | 'implicit';

/** What a client has to be able to do for it. */
export const TLS_CAPABILITY: Readonly<Record<Exclude<LabTls, 'none'>, ClientCapability>> = {
  required: 'require-tls',
  implicit: 'implicit-tls',
};

/** @returns null when the scenario's first server offers no TLS at all */
export function tlsWayOf(scenario: Scenario): Exclude<LabTls, 'none'> | null {
  const [server] = scenario.servers;
  if (server === undefined) return null;
  if (server.tls.implicit) return 'implicit';
  const explicit = server.extensions?.plain ?? null;
  const { keywords } = keywordList(server, loadPersona(scenario.persona), false, explicit, server.policies.size.limit);
  return offers(keywords, 'STARTTLS') ? 'required' : null;
}
