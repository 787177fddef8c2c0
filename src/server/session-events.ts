// How a session's units and replies stand on the trace, and the message as it is kept. Pure functions from what session.ts
// knows to events.

import type { EventName } from '../smtp/vocabulary';
import type { Effect, ReplyEffect } from '../scenario/effects';
import { LateContent } from '../wire/late-content';
import { LateMessageEvent } from '../wire/late-message';
import type { Line } from '../wire/line-reader';
import type { ClosedEvent, CommandEvent, MessageEvent, ReplyEvent, Unstamped } from '../wire/trace-event';
import type { StoredMessage } from './received-message';
import type { SessionStart } from './session-host';
import type { TakenMessage } from './unit-reader';

/**
 * Given from the beginning: a property that is filled in later makes V8 change the object's shape, again and again, and
 * these are made for every unit.
 */
export interface Stamp {
  readonly seq: number;
  readonly at: number;
}

type Writable<E> = { -readonly [Key in keyof E]: E[Key] };

export function connectedEvent(start: SessionStart, implicitTls: boolean): Unstamped {
  const { connection, server, peer, local, proxiedBy } = start;
  return {
    type: 'connected',
    connection,
    server,
    peer,
    local,
    ...(implicitTls ? { implicitTls: true as const } : {}),
    ...(proxiedBy === null ? {} : { proxiedBy }),
  };
}

/**
 * @param totals octets on the socket itself
 * @param unread octets that came while nothing was taken any more
 */
export function closedEvent(
  by: ClosedEvent['by'],
  how: ClosedEvent['how'],
  totals: { readonly received: number; readonly sent: number },
  unread: number,
): Unstamped {
  return { type: 'closed', by, how, receivedOctets: totals.received, sentOctets: totals.sent, unread };
}

/** @param command seq of the BDAT line */
export function chunkEvent(
  { announced, octets, last }: Extract<Effect, { effect: 'take-chunk' }>,
  command: number,
): Unstamped {
  return { type: 'chunk', command, announced, received: octets, last };
}

/** @param redactFrom characters from here on are masked; null keeps the line as it is */
export function commandEvent(
  line: Line,
  event: EventName,
  redactFrom: number | null,
  { seq, at }: Stamp,
): CommandEvent {
  const { text, terminator, offset, length, firstSeq, firstAt, lastSeq, lastAt } = line;
  const command: Writable<CommandEvent> = {
    type: 'command',
    seq,
    at,
    event,
    line: redactFrom === null ? text : text.slice(0, redactFrom) + '*'.repeat(Math.max(0, text.length - redactFrom)),
    terminator,
    offset,
    length,
    firstSeq,
    firstAt,
    lastSeq,
    lastAt,
  };
  if (line.cut) command.cut = true;
  if (redactFrom !== null) command.redacted = true;
  return command;
}

export interface Envelope {
  readonly sender: string;
  readonly recipients: readonly string[];
}

export function messageEvent(
  message: TakenMessage,
  { sender, recipients }: Envelope,
  via: 'DATA' | 'BDAT',
  stored: number,
  { seq, at }: Stamp,
): MessageEvent {
  const { offset, length, firstSeq, firstAt, lastSeq, lastAt, complete, summary } = message;
  if (summary instanceof LateContent) {
    const arrival = { offset, length, firstSeq, firstAt, lastSeq, lastAt };
    return new LateMessageEvent({ seq, at, via, ...arrival, sender, recipients, complete, stored }, summary);
  }
  const { size, digest, messageId, facts } = summary;
  return {
    type: 'message',
    seq,
    at,
    via,
    offset,
    length,
    firstSeq,
    firstAt,
    lastSeq,
    lastAt,
    size,
    digest,
    messageId,
    sender,
    recipients,
    facts,
    complete,
    stored,
  };
}

export interface MessageContext {
  readonly id: number;
  readonly connection: number;
  readonly server: number;
  readonly at: number;
  readonly tls: boolean;
  readonly user: string | null;
}

/** The message for the store; not accepted yet. */
export function storedMessage(
  { summary }: TakenMessage,
  { sender, recipients }: Envelope,
  { id, connection, server, at, tls, user }: MessageContext,
): StoredMessage {
  const { content } = summary;
  return { id, connection, server, sender, recipients, accepted: false, at, tls, user, content, summary };
}

/**
 * @param answers seq of what it answers, or null
 * @param offset of its first octet among all octets sent
 */
export function replyEvent(
  { octets, code, source, raw, as, dribble }: ReplyEffect,
  answers: number | null,
  inputWaiting: number,
  offset: number,
  { seq, at }: Stamp,
): ReplyEvent {
  const reply: Writable<ReplyEvent> = {
    type: 'reply',
    seq,
    at,
    code,
    octets,
    answers,
    source,
    inputWaiting,
    offset,
    length: octets.length,
  };
  if (raw) reply.raw = true;
  if (as !== null) reply.as = as;
  if (answers === null) reply.unsolicited = true;
  if (dribble !== null) reply.dribbled = true;
  return reply;
}
