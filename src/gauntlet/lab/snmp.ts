// The counters of one network namespace, as /proc/net/snmp shows them: pairs of lines, names above values. Pure.
// They are the router's own word on what it threw away, and the client's on whether anybody told it.

/** By group and name as the kernel writes them, e.g. `Ip.FragFails`. */
export type SnmpCounters = ReadonlyMap<string, number>;

/** Packets with DF that were too big for the link they had to take (RFC 4293, ipSystemStatsOutFragFails). */
export const TOO_BIG = 'Ip.FragFails';
/** "Destination unreachable", the type that "fragmentation needed" is a code of, by who got it. */
export const UNREACHABLE_RECEIVED = 'Icmp.InDestUnreachs';
/** Segments that were sent again, over all connections of the namespace. */
export const SENT_AGAIN = 'Tcp.RetransSegs';

/**
 * @param text the whole file
 * @returns all counters; lines that do not pair up are left out
 */
export function parseSnmp(text: string): SnmpCounters {
  const counters = new Map<string, number>();
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const [group, ...names] = line.split(' ');
    const [sameGroup, ...values] = (lines[index + 1] ?? '').split(' ');
    if (group === undefined || !group.endsWith(':') || group !== sameGroup) continue;
    for (const [place, name] of names.entries()) {
      const value = Number(values[place]);
      if (Number.isInteger(value)) counters.set(`${group.slice(0, -1)}.${name}`, value);
    }
  }
  return counters;
}

/** How far a counter went on between two readings; a kernel without it counts as 0. */
export function countedBetween(before: SnmpCounters, after: SnmpCounters, name: string): number {
  return (after.get(name) ?? 0) - (before.get(name) ?? 0);
}
