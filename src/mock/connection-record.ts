// One finished connection as a test looks at it: what was said, in order, with the trace behind it. Made from the record
// alone. Judging is judge/'s; this only makes the obvious easy to ask.

import type { EventName } from '../smtp/vocabulary';
import type { CommandEvent, Endpoint, MessageEvent, ReplyEvent, TraceEvent, TraceRecord } from '../wire/trace-event';

/** A command and what it was answered. */
export interface CommandRecord {
  readonly event: EventName;
  /** As received, latin1, without its terminator. */
  readonly line: string;
  /** Code of the reply; null when nothing answered it. */
  readonly code: number | null;
  /** The reply's lines without CRLF. */
  readonly reply: readonly string[];
  readonly at: number;
}

/** One connection that is over: its dialogue at a glance, and the trace with all there is to know. */
export interface ConnectionRecord {
  /** Accept order, from 1. */
  readonly number: number;
  /** Index in the scenario's servers. */
  readonly server: number;
  readonly peer: Endpoint;
  /** In order, SASL responses included. */
  readonly commands: readonly CommandRecord[];
  /** Just the lines, for a look at a whole dialogue: `['EHLO a', 'MAIL FROM:<…>', …]`. */
  readonly lines: readonly string[];
  readonly messages: readonly MessageEvent[];
  readonly tls: boolean;
  /** Who ended it first, and how. */
  readonly closedBy: 'client' | 'server';
  readonly closedHow: 'fin' | 'reset' | 'destroyed';
  readonly trace: TraceRecord;
}

/** @param trace of a connection that is over */
export function connectionRecord(trace: TraceRecord): ConnectionRecord {
  const { events } = trace;
  const replies = new Map<number, ReplyEvent>();
  for (const event of events) if (event.type === 'reply' && event.answers !== null) replies.set(event.answers, event);
  const commands = events.filter(isCommand).map((command) => commandRecord(command, replies.get(command.seq)));
  const connected = events.find((event) => event.type === 'connected');
  const closed = events.findLast((event) => event.type === 'closed');
  return {
    number: trace.connection,
    server: trace.server,
    peer: connected?.peer ?? { address: '', port: 0 },
    commands,
    lines: commands.map(({ line }) => line),
    messages: events.filter((event): event is MessageEvent => event.type === 'message'),
    tls: events.some((event) => event.type === 'tls' && event.phase === 'secured'),
    closedBy: closed?.by ?? 'client',
    closedHow: closed?.how ?? 'fin',
    trace,
  };
}

function isCommand(event: TraceEvent): event is CommandEvent {
  return event.type === 'command';
}

function commandRecord(command: CommandEvent, reply: ReplyEvent | undefined): CommandRecord {
  return {
    event: command.event,
    line: command.line,
    code: reply?.code ?? reply?.as ?? null,
    reply: reply === undefined ? [] : reply.octets.split('\r\n').slice(0, -1),
    at: command.at,
  };
}
