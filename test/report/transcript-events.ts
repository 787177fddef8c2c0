// Hand-built traces for the transcript tests: events without their stamps, at the moments given.

import type { ClosedEvent, ConnectedEvent, TraceEvent, TraceRecord, Unstamped } from '../../src/wire/trace-event';

export type Happening = readonly [at: number, event: Unstamped];

export const FROM = { address: '127.0.0.1', port: 40122 };
export const TO = { address: '127.0.0.1', port: 2525 };

export const connected: Unstamped<ConnectedEvent> = {
  type: 'connected',
  connection: 1,
  server: 0,
  peer: FROM,
  local: TO,
};

export const closed: Unstamped<ClosedEvent> = {
  type: 'closed',
  by: 'client',
  how: 'fin',
  receivedOctets: 0,
  sentOctets: 0,
  unread: 0,
};

/** Numbers the events from 1. */
export function stamped(happenings: readonly Happening[]): TraceEvent[] {
  return happenings.map(([at, event], index) => ({ ...event, seq: index + 1, at }));
}

export function recordOf(...happenings: readonly Happening[]): TraceRecord {
  return { connection: 1, server: 0, events: stamped(happenings), dropped: { octets: 0, events: 0 } };
}

/** The client's octets in one layer; offsets are up to the caller, who knows what went before. */
export function received(layer: 'wire' | 'plain' | `after:${string}`, offset: number, octets: string): Unstamped {
  return { type: 'received', layer, offset, length: octets.length, octets: Buffer.from(octets, 'latin1') };
}

export function sent(layer: 'wire' | 'plain' | `after:${string}`, offset: number, octets: string): Unstamped {
  return { type: 'sent', layer, offset, length: octets.length, octets: Buffer.from(octets, 'latin1') };
}

/** A command whose octets all came with the event `arrivedSeq`. */
export function command(
  event: (Unstamped & { type: 'command' })['event'],
  line: string,
  offset: number,
  arrivedSeq: number,
  more: Partial<Unstamped & { type: 'command' }> = {},
): Unstamped {
  return {
    type: 'command',
    event,
    line,
    terminator: 'CRLF',
    offset,
    length: line.length + 2,
    firstSeq: arrivedSeq,
    firstAt: 0,
    lastSeq: arrivedSeq,
    lastAt: 0,
    ...more,
  };
}

export function reply(
  octets: string,
  answers: number | null,
  more: Partial<Unstamped & { type: 'reply' }> = {},
): Unstamped {
  const code = /^\d{3}/.exec(octets)?.[0];
  return {
    type: 'reply',
    code: code === undefined ? null : Number(code),
    octets,
    answers,
    source: { kind: 'default' },
    inputWaiting: 0,
    offset: 0,
    length: octets.length,
    ...more,
  };
}

/** The rows between head and sum, as one text without the last line end. */
export function rowsOf(text: string): string {
  return text.split('\n\n').slice(1, -1).join('\n\n');
}

/** A template literal whose lines begin with `>`, without those marks: columns count, and indentation would hide them. */
export function lines(text: string): string {
  return [...text.matchAll(/^ *>(.*)$/gm)].map(([, line = '']) => line).join('\n');
}
