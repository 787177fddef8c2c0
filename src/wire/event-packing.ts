// How an event becomes numbers and texts, and how they become the same event again: the kinds that come with every connection
// and message, each with its own order; all others stay objects. Used by event-log.ts.

import type { PackRoom, PageReader } from './packed-page';
import {
  packClosed,
  packClosing,
  packConnected,
  packMode,
  packOctets,
  packPeer,
  unpackClosed,
  unpackClosing,
  unpackConnected,
  unpackMode,
  unpackOctets,
  unpackPeer,
} from './packed-crossings';
import {
  AS_IT_IS,
  CLOSED,
  CLOSING,
  COMMAND,
  CONNECTED,
  KIND,
  MESSAGE,
  MODE,
  PEER,
  RECEIVED,
  REPLY,
  SENT,
} from './packed-kinds';
import {
  MOST_RECIPIENTS,
  packCommand,
  packMessage,
  packReply,
  unpackCommand,
  unpackMessage,
  unpackReply,
} from './packed-units';
import { LateMessageEvent } from './late-message';
import type { TraceEvent } from './trace-event';

/** Puts an event where the room was told that it begins. */
export function pack(to: PackRoom, event: TraceEvent): void {
  switch (event.type) {
    case 'received':
    case 'sent':
      return packOctets(to, event);
    case 'command':
      return packCommand(to, event);
    case 'reply':
      return packReply(to, event);
    case 'message':
      if (event.recipients.length < MOST_RECIPIENTS) return packMessage(to, event);
      return packAsItIs(to, event instanceof LateMessageEvent ? event.measured() : event);
    case 'mode':
      return packMode(to, event);
    case 'connected':
      if (event.implicitTls === undefined && event.proxiedBy === undefined) return packConnected(to, event);
      return packAsItIs(to, event);
    case 'peer':
      return packPeer(to, event);
    case 'closing':
      return packClosing(to, event);
    case 'closed':
      return packClosed(to, event);
    default:
      return packAsItIs(to, event);
  }
}

function packAsItIs(to: PackRoom, event: TraceEvent): void {
  to.number(AS_IT_IS);
  to.value(event);
}

/** @param before events that were read before it, oldest first */
export function unpack(from: PageReader, before: readonly TraceEvent[]): TraceEvent {
  const head = from.number();
  switch (head & KIND) {
    case RECEIVED:
      return unpackOctets(from, head, 'received');
    case SENT:
      return unpackOctets(from, head, 'sent');
    case COMMAND:
      return unpackCommand(from, head);
    case REPLY:
      return unpackReply(from, head);
    case MESSAGE:
      return unpackMessage(from, head, before);
    case MODE:
      return unpackMode(from);
    case CONNECTED:
      return unpackConnected(from);
    case PEER:
      return unpackPeer(from, head);
    case CLOSING:
      return unpackClosing(from);
    case CLOSED:
      return unpackClosed(from);
    default:
      return from.value<TraceEvent>();
  }
}
