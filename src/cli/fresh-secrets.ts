// Octets as they come may hold credentials that the record masks only when their line is taken: in a live log of events,
// the octets of such reads are left out. Used by serve-log.ts.

import type { TraceEvent } from '../wire/trace-event';

/** Of one connection. */
interface Watch {
  /** The end of the newest octets of each layer: the verb may come in pieces. */
  readonly tails: Map<string, string>;
  /** Plain octets received so far. */
  received: number;
  /** Plain offset at which AUTH was seen, until a command behind it shows that the exchange is over. */
  hiddenFrom: number | null;
}

const TAIL_OCTETS = 3;

/** @returns what may be shown of an event; only octets are left out, never the event */
export function withoutFreshSecrets(): (connection: number, event: TraceEvent) => TraceEvent {
  const watches = new Map<number, Watch>();
  return (connection, event) => {
    const watch = watches.get(connection) ?? { tails: new Map<string, string>(), received: 0, hiddenFrom: null };
    watches.set(connection, watch);
    switch (event.type) {
      case 'closed':
        watches.delete(connection);
        return event;
      case 'command':
        if (watch.hiddenFrom !== null && event.offset > watch.hiddenFrom && !mayBeCredentials(event.event)) {
          watch.hiddenFrom = null;
        }
        return event;
      case 'received':
      case 'sent': {
        const { octets, ...rest } = event;
        if (octets === undefined || (event.type === 'sent' && event.layer === 'plain')) return event;
        if (event.type === 'received') look(watch, event.layer, octets);
        if (event.layer === 'plain') watch.received += event.length;
        return watch.hiddenFrom === null ? event : rest;
      }
      default:
        return event;
    }
  };
}

/** NOOP is what some firewalls make of AUTH, and of the responses. */
const mayBeCredentials = (event: string): boolean =>
  event === 'AUTH' || event === 'auth-response' || event === 'unknown' || event === 'NOOP';

function look(watch: Watch, layer: string, octets: Buffer): void {
  const before = watch.tails.get(layer) ?? '';
  const text = before + octets.toString('latin1');
  watch.tails.set(layer, text.slice(-TAIL_OCTETS));
  const at = text.toUpperCase().lastIndexOf('AUTH');
  if (at !== -1) watch.hiddenFrom = watch.received - before.length + at;
}
