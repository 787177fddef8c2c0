// Where the path changed what was said: the client saw other replies, or the server got other commands, than those of the
// plain layer that checks read. From there on nothing can be held against the client. Delays and other segments change
// nothing; octets that vanished show as silence.

import type { TraceEvent, TraceRecord } from '../wire/trace-event';

/** A stretch of octets in one layer, with the event that holds it. */
interface Stretch {
  readonly seq: number;
  readonly octets: Buffer;
}

/** @returns the seq of the first event in the plain layer that the path had changed, per direction; empty on a direct path */
export function pathChanges(
  record: TraceRecord,
): readonly { readonly seq: number; readonly side: 'client' | 'server' }[] {
  const events = untilTls(record.events);
  if (!events.some(isOnWire)) return [];
  const replies = plainReplies(events);
  const seen = octetsOf(events, 'sent', 'wire');
  const taken = octetsOf(events, 'received', 'plain');
  const said = octetsOf(events, 'received', 'wire');
  const toClient = earlier(firstDifference(replies, seen), firstSurplus(replies, seen));
  const toServer = earlier(firstDifference(taken, said), firstSurplus(said, taken));
  return [
    ...(toClient === null ? [] : [{ seq: toClient, side: 'client' as const }]),
    ...(toServer === null ? [] : [{ seq: toServer, side: 'server' as const }]),
  ];
}

/** One direction is enough to show that there is a path: a client that is put off by the greeting says nothing. */
function isOnWire(event: TraceEvent): boolean {
  return (event.type === 'received' || event.type === 'sent') && event.layer === 'wire' && event.octets !== undefined;
}

function earlier(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

/** When more came out of the path than had gone in: a reply said twice looks like the next one if their texts are the same. */
function firstSurplus(into: readonly Stretch[], out: readonly Stretch[]): number | null {
  let fed = 0;
  let next = 0;
  let came = 0;
  for (const { seq, octets } of out) {
    for (let stretch = into[next]; stretch !== undefined && stretch.seq < seq; stretch = into[++next]) {
      fed += stretch.octets.length;
    }
    came += octets.length;
    if (came > fed) return seq;
  }
  return null;
}

/** Inside TLS the wire holds ciphertext, which no box can change without breaking it. */
function untilTls(events: readonly TraceEvent[]): readonly TraceEvent[] {
  const started = events.findIndex((event) => event.type === 'tls' && event.phase === 'started');
  return started < 0 ? events : events.slice(0, started);
}

function plainReplies(events: readonly TraceEvent[]): readonly Stretch[] {
  return events.flatMap((event) =>
    event.type === 'reply' ? [{ seq: event.seq, octets: Buffer.from(event.octets, 'latin1') }] : [],
  );
}

function octetsOf(events: readonly TraceEvent[], type: 'received' | 'sent', layer: string): readonly Stretch[] {
  return events.flatMap((event) =>
    event.type === type && event.layer === layer && event.octets !== undefined
      ? [{ seq: event.seq, octets: event.octets }]
      : [],
  );
}

/** @returns the seq of the plain stretch in which the two streams part; null when one is the beginning of the other */
function firstDifference(plain: readonly Stretch[], wire: readonly Stretch[]): number | null {
  const one = Buffer.concat(plain.map(({ octets }) => octets));
  const other = Buffer.concat(wire.map(({ octets }) => octets));
  const length = Math.min(one.length, other.length);
  const at = differsAt(one.subarray(0, length), other.subarray(0, length));
  if (at === null) return null;
  let passed = 0;
  for (const { seq, octets } of plain) {
    passed += octets.length;
    if (at < passed) return seq;
  }
  return null;
}

/** Halves until the first differing octet is found: comparing is native, a loop over octets is not. */
function differsAt(one: Buffer, other: Buffer): number | null {
  if (one.equals(other)) return null;
  let from = 0;
  let to = one.length;
  while (to - from > 1) {
    const middle = (from + to) >>> 1;
    if (one.subarray(from, middle).equals(other.subarray(from, middle))) from = middle;
    else to = middle;
  }
  return from;
}
