// Why a connection ended without a message, read off its trace, where nothing has to be guessed: replies with their
// sources, handshakes, what a middlebox changed. The yardstick for what the explainer makes of the log alone.
// Used by `explain-log` on trial records and by the score of docs/explain-log.md. Judges nobody.

import type { CommandEvent, ReplyEvent, TraceRecord } from '../wire/trace-event';
import type { CauseId } from './log-advice';
import type { WordingId } from './log-wording';
import { refusalOf } from './refusal';

export interface SessionTruth {
  readonly connection: number;
  readonly peer: string;
  /** Accepted in this connection. */
  readonly messages: number;
  /** Null when a message was accepted: there is nothing to explain. */
  readonly cause: CauseId | null;
  /** What on the trace says so. */
  readonly because: string;
}

/** The refusals that end a session's hope of delivering. Error limit and time-out only say what came of something else. */
const CAUSE_OF: Readonly<Partial<Record<WordingId, CauseId>>> = {
  blacklisted: 'refused-blacklist',
  'private-blacklisted': 'refused-blacklist',
  'host-denied': 'refused-host',
  'host-unnamed': 'refused-host',
  'sender-denied': 'refused-sender',
  'sender-domain-unknown': 'refused-sender',
  'sender-mismatch': 'refused-sender',
  'relay-denied': 'refused-relay',
  'recipient-denied': 'refused-recipient',
  'recipient-unknown': 'refused-recipient',
  'recipient-ambiguous': 'refused-recipient',
  'recipient-group': 'refused-recipient',
  'too-many-recipients': 'refused-other',
  'size-exceeded': 'refused-other',
  'too-many-connections': 'handlers-exhausted',
};

/** Lines that are no commands, after which nobody can still be trying one. */
const SPEW_LINES = 3;

interface Known {
  readonly cause: CauseId;
  readonly because: string;
}

/** What one trace holds, gathered once. */
interface Seen {
  readonly trace: TraceRecord;
  readonly peer: string;
  readonly commands: readonly CommandEvent[];
  readonly replies: readonly ReplyEvent[];
  /** Reverse-paths of accepted messages. */
  readonly accepted: readonly string[];
}

/** The truth about each connection, in the order of the traces. */
export function trueCauses(traces: readonly TraceRecord[]): readonly SessionTruth[] {
  const all = traces.map(look);
  return all.map((seen) => {
    const messages = seen.accepted.length;
    const base = { connection: seen.trace.connection, peer: seen.peer, messages };
    if (messages > 0) return { ...base, cause: null, because: 'a message was accepted' };
    return { ...base, ...(withinSession(seen) ?? elsewhere(seen, all) ?? afterwards(seen)) };
  });
}

function look(trace: TraceRecord): Seen {
  const { events } = trace;
  const replies = events.filter((event) => event.type === 'reply');
  const accepted: string[] = [];
  for (const [index, event] of events.entries()) {
    if (event.type !== 'message' || !event.complete) continue;
    const reply = events.slice(index).find((later) => later.type === 'reply' && later.answers !== null);
    if (reply?.type === 'reply' && isSuccess(reply)) accepted.push(event.sender);
  }
  return {
    trace,
    peer: events.find((event) => event.type === 'connected')?.peer.address ?? '',
    commands: events.filter((event) => event.type === 'command'),
    replies,
    accepted,
  };
}

const isSuccess = ({ code }: ReplyEvent): boolean => code !== null && code >= 200 && code < 300;

/** In the order in which things go wrong in a session; the first that is found is the cause. */
function withinSession(seen: Seen): Known | null {
  return neverServed(seen) ?? refused(seen) ?? spoilt(seen) ?? spewed(seen) ?? stalled(seen);
}

function neverServed({ trace, replies }: Seen): Known | null {
  const waited = trace.events.some((event) => event.type === 'note' && event.fact === 'handler-waited');
  if (!waited || replies.length > 0) return null;
  return { cause: 'handlers-exhausted', because: 'no handler was free, and the client left before one was' };
}

function refused({ trace, commands, replies }: Seen): Known | null {
  const commandOf = new Map(commands.map((command) => [command.seq, command]));
  for (const reply of replies) {
    const command = reply.answers === null ? null : (commandOf.get(reply.answers) ?? null);
    const wording = refusalOf(reply, command);
    const cause = wording === null ? undefined : CAUSE_OF[wording];
    if (cause !== undefined) return { cause, because: `${command?.event ?? 'the client'} was answered ${reply.code}` };
  }
  const failed = trace.events.some((event) => event.type === 'note' && event.fact === 'authentication-failed');
  return failed ? { cause: 'authentication-failed', because: 'an authentication failed' } : null;
}

/** What somebody on the way did to the dialogue: a handshake that broke, a greeting that could not be understood. */
function spoilt({ trace, commands, replies }: Seen): Known | null {
  const failed = trace.events.find((event) => event.type === 'tls' && event.phase === 'failed');
  if (failed?.type === 'tls') return { cause: 'tls-failed', because: `the handshake failed: ${failed.reason ?? ''}` };
  const overwritten = commands.some(({ line }) => /^X{4}\b/.test(line));
  if (overwritten) return { cause: 'fixup-or-fallback', because: 'a firewall overwrote EHLO, and the client left' };
  const hellos = commands.filter(({ event }) => event === 'EHLO' || event === 'HELO');
  const answers = hellos.map(({ seq }) => replies.find((reply) => reply.answers === seq)?.code ?? null);
  const left = answers.length > 0 && answers.every((code) => code !== null && code >= 500);
  return left ? { cause: 'fixup-or-fallback', because: 'EHLO was refused, and the client left' } : null;
}

function spewed({ commands }: Seen): Known | null {
  const unknown = commands.filter(({ event }) => event === 'unknown').length;
  if (unknown < SPEW_LINES) return null;
  return { cause: 'early-talker-spew', because: `${unknown} lines that were no commands` };
}

function stalled({ trace: { events }, replies }: Seen): Known | null {
  const cutShort = events.some((event) => event.type === 'message' && !event.complete);
  const mode = events.findLast((event) => event.type === 'mode');
  if (cutShort || (mode?.type === 'mode' && mode.mode === 'content')) {
    return { cause: 'mtu-or-stall', because: 'the mail data began and never ended' };
  }
  const timedOut = replies.some((reply) => refusalOf(reply, null) === 'idle-timeout');
  return timedOut ? { cause: 'mtu-or-stall', because: 'nothing was said until the session timed out' } : null;
}

/** The sender went round: its message came in over another host or another server. */
function elsewhere(seen: Seen, all: readonly Seen[]): Known | null {
  const sender = seen.commands.find(({ event }) => event === 'MAIL');
  const path = /<([^>]*)>/.exec(sender?.line ?? '')?.[1] ?? '';
  if (path === '') return null;
  const other = all.find(
    ({ trace, peer, accepted }) =>
      accepted.includes(path) && (peer !== seen.peer || trace.server !== seen.trace.server),
  );
  if (other === undefined) return null;
  return {
    cause: 'delivered-elsewhere',
    because: `a message of <${path}> came in on connection ${other.trace.connection}`,
  };
}

function afterwards({ trace, commands }: Seen): Known {
  const said = (verb: string): boolean => commands.some(({ event }) => event === verb);
  if (commands.length === 0 || (said('QUIT') && !said('MAIL'))) {
    return { cause: 'probe', because: 'the client came, asked for nothing and left in good order' };
  }
  const closed = trace.events.findLast((event) => event.type === 'closed');
  const who = closed?.type === 'closed' ? closed.by : 'client';
  return { cause: 'unknown', because: `nothing was refused; the ${who} ended it` };
}
