// What the server saw of one step, from the events of its trace. The server runs in another process and sends one sighting
// per event; the lab adds them up. Pure, and octets never cross: counts and digests are enough.

import type { TraceEvent } from '../../wire/trace-event';

type TlsPhase = 'started' | 'secured' | 'failed';

/** One event of the server's trace, as it is sent to the lab. `at` in ms. */
export type Sighting = { readonly connection: number; readonly at: number } & (
  | { readonly type: 'connected'; readonly peerPort: number }
  | { readonly type: 'command'; readonly line: string }
  | { readonly type: 'reply'; readonly code: number | null; readonly text: string }
  | { readonly type: 'received'; readonly octets: number }
  | { readonly type: 'message'; readonly octets: number; readonly digest: string; readonly complete: boolean }
  | { readonly type: 'tls'; readonly phase: TlsPhase }
  | { readonly type: 'closed'; readonly by: 'client' | 'server' }
);

/** A trace event as a sighting, or null when the lab has no use for it. */
export function sightingOf(connection: number, event: TraceEvent): Sighting | null {
  const base = { connection, at: event.at };
  switch (event.type) {
    case 'connected':
      return { ...base, type: 'connected', peerPort: event.peer.port };
    case 'command':
      return { ...base, type: 'command', line: event.line };
    case 'reply':
      return { ...base, type: 'reply', code: event.code, text: event.octets.split('\r\n')[0] ?? '' };
    case 'received':
      // What the session reads: with a path or TLS in between, the wire has octets that never became mail.
      return event.layer === 'plain' ? { ...base, type: 'received', octets: event.length } : null;
    case 'message':
      return { ...base, type: 'message', octets: event.size, digest: event.digest, complete: event.complete };
    case 'tls':
      // The end of TLS is the end of the connection, and a ClientHello out of place is no handshake.
      return isHandshake(event.phase) ? { ...base, type: 'tls', phase: event.phase } : null;
    case 'closed':
      return { ...base, type: 'closed', by: event.by };
    default:
      return null;
  }
}

function isHandshake(phase: string): phase is TlsPhase {
  return phase === 'started' || phase === 'secured' || phase === 'failed';
}

export interface ServerSight {
  /** In order; by the client's port the kernel's view of a connection is found. */
  readonly connections: readonly { readonly at: number; readonly peerPort: number }[];
  /** The first 354: from here on mail data is waited for. Null: it never came to that. */
  readonly goAhead: { readonly at: number; readonly peerPort: number } | null;
  /** How far the latest TLS handshake came; null where there was none. */
  readonly handshake: TlsPhase | null;
  /** Octets behind that 354, the final dot included. */
  readonly contentOctets: number;
  /** The whole messages that were answered with 2yz, and on which connection. */
  readonly accepted: readonly {
    readonly at: number;
    readonly peerPort: number;
    readonly octets: number;
    readonly digest: string;
  }[];
  readonly last: { readonly at: number; readonly text: string } | null;
}

/** Adds up sightings. @param sightings in order */
export function serverSight(sightings: readonly Sighting[]): ServerSight {
  const goAhead = sightings.findIndex((one) => one.type === 'reply' && one.code === 354);
  const start = sightings[goAhead];
  const behind = start === undefined ? [] : sightings.slice(goAhead).filter(isOf(start.connection));
  const end = behind.findIndex((one) => one.type === 'message');
  const content = end < 0 ? behind : behind.slice(0, end);
  const connections = sightings.flatMap((one) => (one.type === 'connected' ? [one] : []));
  const last = sightings.at(-1);
  return {
    connections: connections.map(({ at, peerPort }) => ({ at, peerPort })),
    handshake: sightings.findLast((one) => one.type === 'tls')?.phase ?? null,
    goAhead: start === undefined ? null : { at: start.at, peerPort: peerPortOf(sightings, start.connection) },
    contentOctets: content.reduce((sum, one) => sum + (one.type === 'received' ? one.octets : 0), 0),
    accepted: acceptedOf(sightings),
    last: last === undefined ? null : { at: last.at, text: telling(last) },
  };
}

function isOf(connection: number): (sighting: Sighting) => boolean {
  return (sighting) => sighting.connection === connection;
}

function peerPortOf(sightings: readonly Sighting[], connection: number): number {
  for (const one of sightings) if (one.type === 'connected' && one.connection === connection) return one.peerPort;
  return 0;
}

function acceptedOf(sightings: readonly Sighting[]): ServerSight['accepted'] {
  return sightings.flatMap((message, index) => {
    if (message.type !== 'message' || !message.complete) return [];
    const answer = sightings
      .slice(index + 1)
      .filter(isOf(message.connection))
      .find((one) => one.type === 'reply');
    if (answer === undefined || Math.floor((answer.code ?? 0) / 100) !== 2) return [];
    const peerPort = peerPortOf(sightings, message.connection);
    return [{ at: message.at, peerPort, octets: message.octets, digest: message.digest }];
  });
}

function telling(sighting: Sighting): string {
  switch (sighting.type) {
    case 'connected':
      return 'a client connected';
    case 'command':
      return `took "${sighting.line}"`;
    case 'reply':
      return `said "${sighting.text}"`;
    case 'received':
      return `read ${sighting.octets} octets`;
    case 'message':
      return sighting.complete ? 'the mail data ended' : 'the mail data broke off';
    case 'tls':
      return { started: 'began the TLS handshake', secured: 'was inside TLS', failed: 'gave the TLS handshake up' }[
        sighting.phase
      ];
    case 'closed':
      return `the connection was closed, by the ${sighting.by} first`;
  }
}
