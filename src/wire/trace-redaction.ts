// Hides, when a connection is over, credentials that never became a line: octets that were thrown away or came too late, and
// layers of the path that differ from the plain one. What became a line is hidden when it is taken (trace.ts); looking over
// the whole is only needed when something was left. Masks in place, since nothing else may keep the octets.

import { credentialsIn, echoesIn } from '../smtp/credentials';
import type { ReceivedEvent, SentEvent, TraceEvent } from './trace-event';

/** A range of plain octets received, that were never taken. */
export type LeftOver = readonly [from: number, to: number];

type Crossed = (ReceivedEvent | SentEvent) & { readonly octets: Buffer };

const ASTERISK = 0x2a;

/**
 * @param secrets that were taken: below the plain layer, what was sent may echo them
 * @param behindAuth the connection ended in the middle of an exchange
 */
export function redactLeftOvers(
  events: readonly TraceEvent[],
  leftOvers: readonly LeftOver[],
  secrets: readonly string[],
  behindAuth: boolean,
): void {
  const layers = new Map<string, Crossed[]>();
  for (const event of events) {
    if ((event.type !== 'received' && event.type !== 'sent') || event.octets === undefined) continue;
    const key = `${event.type} ${event.layer}`;
    const crossed = layers.get(key) ?? [];
    crossed.push(event as Crossed);
    layers.set(key, crossed);
  }
  const plain = layers.get('received plain') ?? [];
  redactPlain(plain, leftOvers, behindAuth);
  const plainText = textOf(plain);
  for (const [key, crossed] of layers) {
    if (key.endsWith(' plain')) continue;
    if (key.startsWith('received')) redactReceived(crossed, plainText);
    else for (const secret of secrets) redactSent(crossed, secret);
  }
}

/** Both are in the order of their offsets: one pass, however much a flood left over. */
function redactPlain(plain: readonly Crossed[], leftOvers: readonly LeftOver[], behindAuth: boolean): void {
  let first = 0;
  for (const [from, to] of leftOvers) {
    while (first < plain.length && endOf(plain[first]) <= from) first++;
    const pieces: Buffer[] = [];
    for (let i = first; i < plain.length; i++) {
      const read = plain[i];
      if (read === undefined || read.offset >= to) break;
      pieces.push(read.octets.subarray(Math.max(0, from - read.offset), to - read.offset));
    }
    for (const [start, end] of credentialsIn(Buffer.concat(pieces).toString('latin1'), behindAuth)) {
      mask(pieces, start, end);
    }
  }
}

const endOf = (crossed: Crossed | undefined): number => (crossed === undefined ? 0 : crossed.offset + crossed.length);

/** What stands in the plain layer as it is was taken for something else, mail data for one. */
function redactReceived(crossed: readonly Crossed[], plainText: string): void {
  const text = textOf(crossed);
  const pieces = crossed.map(({ octets }) => octets);
  for (const [from, to] of credentialsIn(text)) {
    if (!plainText.includes(text.slice(from, to))) mask(pieces, from, to);
  }
}

function redactSent(crossed: readonly Crossed[], secret: string): void {
  const pieces = crossed.map(({ octets }) => octets);
  for (const [from, to] of echoesIn(textOf(crossed), secret)) mask(pieces, from, to);
}

const textOf = (crossed: readonly Crossed[]): string =>
  Buffer.concat(crossed.map(({ octets }) => octets)).toString('latin1');

/** @param from counted over all pieces */
function mask(pieces: readonly Buffer[], from: number, to: number): void {
  let position = 0;
  for (const piece of pieces) {
    const end = position + piece.length;
    if (end > from && position < to) {
      piece.fill(ASTERISK, Math.max(0, from - position), Math.min(piece.length, to - position));
    }
    position = end;
  }
}
