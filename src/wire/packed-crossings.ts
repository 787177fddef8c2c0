// What crosses and what frames it, as numbers and texts: octets, the beginning and the end of a connection, changes of mode.
// Used by event-packing.ts.

import type { PackRoom, PageReader } from './packed-page';
import { CLOSED, CLOSING, CONNECTED, MODE, PEER, RECEIVED, SENT } from './packed-kinds';
import type {
  ClosedEvent,
  ClosingEvent,
  ConnectedEvent,
  ModeEvent,
  PeerEvent,
  ReceivedEvent,
  SentEvent,
} from './trace-event';

const OCTETS = 16;
const REASON = 16;

// --- octets ------------------------------------------------------------------------------------------------------

export function packOctets(to: PackRoom, event: ReceivedEvent | SentEvent): void {
  const { type, seq, at, layer, offset, length, octets } = event;
  to.number((type === 'received' ? RECEIVED : SENT) | (octets === undefined ? 0 : OCTETS));
  to.number(seq);
  to.number(at);
  to.number(offset);
  to.number(length);
  to.word(layer);
  if (octets === undefined) return;
  to.octets(octets);
  if (type === 'received' && layer === 'plain') to.said(offset, length);
}

export function unpackOctets(from: PageReader, head: number, type: 'received' | 'sent'): ReceivedEvent | SentEvent {
  const seq = from.number();
  const at = from.number();
  const offset = from.number();
  const length = from.number();
  const layer = from.word<ReceivedEvent['layer']>();
  if ((head & OCTETS) === 0) return { type, seq, at, layer, offset, length };
  return { type, seq, at, layer, offset, length, octets: from.octets() };
}

export function packMode(to: PackRoom, { seq, at, mode }: ModeEvent): void {
  to.number(MODE);
  to.number(seq);
  to.number(at);
  to.word(mode);
}

export function unpackMode(from: PageReader): ModeEvent {
  return { type: 'mode', seq: from.number(), at: from.number(), mode: from.word<ModeEvent['mode']>() };
}

// --- the beginning and the end -----------------------------------------------------------------------------------

export function packConnected(to: PackRoom, { seq, at, connection, server, peer, local }: ConnectedEvent): void {
  to.number(CONNECTED);
  to.number(seq);
  to.number(at);
  to.number(connection);
  to.number(server);
  to.text(peer.address);
  to.number(peer.port);
  to.text(local.address);
  to.number(local.port);
}

export function unpackConnected(from: PageReader): ConnectedEvent {
  const [seq, at, connection, server] = [from.number(), from.number(), from.number(), from.number()];
  const peer = { address: from.text(), port: from.number() };
  const local = { address: from.text(), port: from.number() };
  return { type: 'connected', seq, at, connection, server, peer, local };
}

export function packPeer(to: PackRoom, { seq, at, what, reason }: PeerEvent): void {
  to.number(PEER | (reason === undefined ? 0 : REASON));
  to.number(seq);
  to.number(at);
  to.word(what);
  if (reason !== undefined) to.text(reason);
}

export function unpackPeer(from: PageReader, head: number): PeerEvent {
  const [seq, at] = [from.number(), from.number()];
  const what = from.word<PeerEvent['what']>();
  return (head & REASON) === 0 ? { type: 'peer', seq, at, what } : { type: 'peer', seq, at, what, reason: from.text() };
}

export function packClosing(to: PackRoom, { seq, at, how, source }: ClosingEvent): void {
  to.number(CLOSING);
  to.number(seq);
  to.number(at);
  to.word(how);
  to.shared(source);
}

export function unpackClosing(from: PageReader): ClosingEvent {
  const [seq, at] = [from.number(), from.number()];
  const how = from.word<ClosingEvent['how']>();
  return { type: 'closing', seq, at, how, source: from.shared<ClosingEvent['source']>() };
}

export function packClosed(to: PackRoom, { seq, at, by, how, receivedOctets, sentOctets, unread }: ClosedEvent): void {
  to.number(CLOSED);
  to.number(seq);
  to.number(at);
  to.word(by);
  to.word(how);
  to.number(receivedOctets);
  to.number(sentOctets);
  to.number(unread);
}

export function unpackClosed(from: PageReader): ClosedEvent {
  const [seq, at] = [from.number(), from.number()];
  const by = from.word<ClosedEvent['by']>();
  const how = from.word<ClosedEvent['how']>();
  const [receivedOctets, sentOctets, unread] = [from.number(), from.number(), from.number()];
  return { type: 'closed', seq, at, by, how, receivedOctets, sentOctets, unread };
}
