// How a session's units and replies stand on the trace, and the message as it is kept. Pure functions from what session.ts
// knows to events.

import type { EventName } from '../smtp/vocabulary';
import type { ReplyEffect } from '../scenario/effects';
import type { Line } from '../wire/line-reader';
import type { CommandEvent, MessageEvent, ReplyEvent, Unstamped } from '../wire/trace-event';
import type { ReceivedMessage } from './message-store';
import type { TakenMessage } from './unit-reader';

/** @param redactFrom characters from here on are masked; null keeps the line as it is */
export function commandEvent(line: Line, event: EventName, redactFrom: number | null): Unstamped<CommandEvent> {
  const text = line.octets.toString('latin1');
  const { terminator, offset, length, firstSeq, firstAt, lastSeq, lastAt } = line;
  return {
    type: 'command',
    event,
    line: redactFrom === null ? text : text.slice(0, redactFrom) + '*'.repeat(Math.max(0, text.length - redactFrom)),
    terminator,
    offset,
    length,
    firstSeq,
    firstAt,
    lastSeq,
    lastAt,
    ...(line.cut ? { cut: true } : {}),
    ...(redactFrom === null ? {} : { redacted: true }),
  };
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
): Unstamped<MessageEvent> {
  const { summary, offset, length, firstSeq, firstAt, lastSeq, lastAt, complete } = message;
  const { size, digest, messageId, facts } = summary;
  return {
    type: 'message',
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
  /** Content above this is not kept. */
  readonly largest: number;
}

/** The message for the store; not accepted yet. */
export function receivedMessage(message: TakenMessage, envelope: Envelope, context: MessageContext): ReceivedMessage {
  const { size, digest, messageId, facts, content } = message.summary;
  const { largest, ...rest } = context;
  return {
    ...rest,
    ...envelope,
    size,
    digest,
    messageId,
    facts,
    accepted: false,
    content: content === null || size > largest ? null : joined(content),
  };
}

function joined(pieces: readonly Buffer[]): Buffer {
  return pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces);
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
): Unstamped<ReplyEvent> {
  return {
    type: 'reply',
    code,
    octets,
    answers,
    source,
    inputWaiting,
    offset,
    length: octets.length,
    ...(raw ? { raw: true } : {}),
    ...(as === null ? {} : { as }),
    ...(answers === null ? { unsolicited: true } : {}),
    ...(dribble === null ? {} : { dribbled: true }),
  };
}
