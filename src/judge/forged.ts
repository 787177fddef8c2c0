// A reply forged between the 220 to STARTTLS and the handshake: it comes in clear, and stands in the buffer of a client that
// does not discard it (RFC 3207 4.2). Used by the checks of STARTTLS and of talking early, which is what it leads to.

import type { TrialView } from './check';
import type { Dialogue, TlsSection } from './dialogue';

/** What followed the 220 in clear: said by us, or slipped in by a box of the path. Null when nothing did. */
export function forgedIn(view: TrialView, dialogue: Dialogue, { starttls, outcome }: TlsSection): string | null {
  const reply = starttls?.reply;
  if (reply == null) return null;
  const until = outcome?.seq ?? Infinity;
  const said = dialogue.unsolicited.filter(({ seq }) => seq > reply.seq && seq < until);
  if (said.length > 0) return said.map(({ event }) => event.octets).join('');
  return forgedByPath(view, dialogue);
}

function forgedByPath({ record }: TrialView, { server }: Dialogue): string | null {
  const servers = record.scenario['servers'];
  const config: unknown = Array.isArray(servers) ? servers[server] : undefined;
  if (typeof config !== 'object' || config === null || !('path' in config) || !Array.isArray(config.path)) return null;
  const boxes = config.path as readonly { readonly box?: unknown; readonly options?: { readonly octets?: unknown } }[];
  const box = boxes.find((candidate) => candidate.box === 'starttls-response-injection');
  if (box === undefined) return null;
  return typeof box.options?.octets === 'string' ? box.options.octets : '';
}
