// The text form of traces, `C:` and `S:` lines with times between: how tests and bug reports write a dialogue down.
// Reading gives complete trace records, as the server would have written them; docs/trace-text.md has the language.
// The way back is trace-text-print.ts, joined here. Not here: the transcript for people (report/).

import { virtualClock } from './clock';
import type { TraceRecord } from './trace-event';
import { isWhole, readTextLine, TraceTextError, type ConnectionHeader, type TextItem } from './trace-text-line';
import { TraceTextPlayer, type PlayedReply } from './trace-text-player';

export { TraceTextError } from './trace-text-line';
export { printTraceText } from './trace-text-print';

type Item = TextItem | (PlayedReply & { readonly kind: 'reply-piece' });

/** An item and the connection it belongs to. */
interface Placed {
  connection: number;
  item: Item;
}

const NO_HEADER: ConnectionHeader = { peer: null, local: null, server: null, proxiedBy: null, implicitTls: false };

/**
 * Reads a hand-written trace.
 * @param text the lines; blanks before a mark do not count, so that a template literal may be indented
 * @returns one record per connection, in order of their first header; times start at 0, `seq` at 1
 * @throws TraceTextError naming the line of a mistake
 */
export function readTraceText(text: string): TraceRecord[] {
  const placed = joinReplies(joinSegments(place(text)));
  const clock = virtualClock();
  const sequence = { last: 0 };
  const players = new Map<number, TraceTextPlayer>();
  const lastOf = new Map(placed.map(({ connection }, index) => [connection, index]));
  const followers = followersOf(placed);

  placed.forEach(({ connection, item }, index) => {
    if (item.kind === 'time') clock.advance(item.ms);
    let player = players.get(connection);
    if (player === undefined) {
      // The time before a connection's header: it is not there yet.
      if (item.kind === 'time') return;
      const header = item.kind === 'connection' ? item.header : NO_HEADER;
      player = new TraceTextPlayer(connection, header, clock, sequence);
      players.set(connection, player);
    }
    if (item.kind !== 'time') play(player, item, followers[index] ?? null);
    if (lastOf.get(connection) === index) player.finish();
  });
  return [...players.values()].map((player) => player.toRecord());
}

function place(text: string): Placed[] {
  const placed: Placed[] = [];
  let connection = 1;
  text.split(/\r?\n/).forEach((written, index) => {
    const item = readTextLine(written, index + 1);
    if (item === null) return;
    if (item.kind === 'connection') {
      connection = item.number;
      // A time right before a header passes between the connections: it is not the earlier one's last moment.
      for (let before = placed.at(-1), at = -2; before?.item.kind === 'time'; before = placed.at(at--)) {
        before.connection = connection;
      }
    }
    placed.push({ connection, item });
  });
  return placed;
}

/** `C|` lines are part of the segment before them. */
function joinSegments(placed: readonly Placed[]): Placed[] {
  const joined: Placed[] = [];
  let parts: Buffer[] = [];
  for (const { connection, item } of placed) {
    const before = joined.at(-1);
    if (item.kind === 'octets' && item.joined) {
      if (before?.item.kind !== 'octets') {
        throw new TraceTextError(item.line, 'C| continues a segment, but no C: line stands right before it');
      }
      parts.push(item.octets);
      continue;
    }
    endSegment(before, parts);
    parts = item.kind === 'octets' ? [item.octets] : [];
    joined.push({ connection, item });
  }
  endSegment(joined.at(-1), parts);
  return joined;
}

function endSegment(placed: Placed | undefined, parts: readonly Buffer[]): void {
  if (placed?.item.kind === 'octets' && parts.length > 1) {
    placed.item = { ...placed.item, octets: Buffer.concat(parts) };
  }
}

/**
 * The lines of one reply, which may have times and client lines between them. A piece ends where something else stands
 * between; the first piece knows the whole, because the reply is on the record before its first octet leaves.
 */
function joinReplies(placed: readonly Placed[]): Placed[] {
  const joined: Placed[] = [];
  const open = new Map<number, { line: number; pieces: { at: Placed; octets: string }[] }>();
  for (const { connection, item } of placed) {
    if (item.kind !== 'reply') {
      joined.push({ connection, item });
      continue;
    }
    const reply = open.get(connection) ?? { line: item.line, pieces: [] };
    const piece = reply.pieces.at(-1);
    if (piece !== undefined && joined.at(-1) === piece.at) piece.octets += item.octets;
    else {
      const at: Placed = { connection, item };
      joined.push(at);
      reply.pieces.push({ at, octets: item.octets });
    }
    open.set(connection, reply);
    const whole = reply.pieces.map(({ octets }) => octets).join('');
    if (!isWhole(whole)) continue;
    open.delete(connection);
    reply.pieces.forEach(({ at, octets }, index) => {
      const final = index === reply.pieces.length - 1;
      at.item = { kind: 'reply-piece', line: reply.line, whole, piece: octets, final };
    });
  }
  for (const { line } of open.values()) {
    throw new TraceTextError(line, 'this reply never ends: "250-" wants a last line "250 "; for octets write S\\:');
  }
  return joined;
}

/** For each item, the next one of its connection that says what happens: no time, no header, no source. */
function followersOf(placed: readonly Placed[]): (Item | null)[] {
  const next = new Map<number, Item>();
  const followers: (Item | null)[] = Array.from({ length: placed.length }, () => null);
  for (let index = placed.length - 1; index >= 0; index -= 1) {
    const at = placed[index];
    if (at === undefined) continue;
    followers[index] = next.get(at.connection) ?? null;
    if (!['time', 'connection', 'by'].includes(at.item.kind)) next.set(at.connection, at.item);
  }
  return followers;
}

function play(player: TraceTextPlayer, item: Exclude<Item, { kind: 'time' }>, follower: Item | null): void {
  const next = follower?.kind === 'step' && follower.step === 'next' ? follower.detail : null;
  const closes = next === null && follower?.kind !== 'closing';
  if (player.isClosed && item.kind !== 'connection') {
    throw new TraceTextError(item.line, `connection ${player.number} is closed already`);
  }
  switch (item.kind) {
    case 'connection':
      return;
    case 'octets':
      player.receive(item.octets, item.line);
      return;
    case 'lost':
      player.receiveLost(item.length);
      return;
    case 'peer':
      player.peer(item);
      return;
    case 'reply':
      throw new Error('the lines of a reply were not joined');
    case 'reply-piece':
      player.reply(item, closes, next !== 'plain');
      return;
    case 'raw':
      player.raw(item, closes);
      return;
    case 'unsolicited':
      player.unsolicited(item.octets, item.raw, closes);
      return;
    case 'by':
      player.by(item.source);
      return;
    case 'step':
      player.step(item);
      return;
    case 'note':
      player.note(item);
      return;
    case 'tls':
      player.tls(item);
      return;
    case 'closing':
      player.closing(item.how);
      return;
  }
}
