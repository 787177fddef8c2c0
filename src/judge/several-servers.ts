// Which servers a trial had, whether the client knew more than one of them, and which of them it could not have reached.
// Used by the checks of other servers. A refused connection leaves no trace: only the scenario tells of it.

import type { PortConfig } from '../scenario/scenario';
import type { TrialView } from './check';

/** How many servers the client had to choose from: by the scenario, or by where it was seen. */
export function serverCount({ record, dialogues }: TrialView): number {
  const given = record.scenario['servers'];
  const seen = dialogues.reduce((most, { server }) => Math.max(most, server + 1), 0);
  return Array.isArray(given) ? Math.max(given.length, seen) : seen;
}

/** Whether the client had been told of several, or went to several; with a fixed relay there is no choice (trap 14). */
export function knowsSeveralServers(view: TrialView): boolean {
  if (serverCount(view) < 2) return false;
  const [first] = view.dialogues;
  return (
    view.client.capabilities.includes('several-servers') ||
    view.dialogues.some(({ server }) => server !== first?.server)
  );
}

/**
 * Whether the port of a server took connections whenever it was tried.
 * @returns null when the record does not say
 */
export function alwaysListened({ record }: TrialView, server: number): boolean | null {
  const given = record.scenario['servers'];
  const config: unknown = Array.isArray(given) ? given[server] : undefined;
  const port = portOf(config);
  if (port === null) return null;
  const { closed, listenAfterMs, accept } = port;
  return closed == null && listenAfterMs == null && accept?.atOnce == null && accept?.total == null;
}

function portOf(config: unknown): Partial<PortConfig> | null {
  if (typeof config !== 'object' || config === null || !('port' in config)) return null;
  return typeof config.port === 'object' ? config.port : null;
}
