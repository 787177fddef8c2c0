// The Domino console log of one connection, as a pure function of its trace: event in, lines out. The words are data
// (log-wording.ts), the form of a line is in log-line.ts; this file only knows which event calls for which line.
// Not here: where the lines go, and those of the listener itself as it starts and stops.

import type { CommandEvent, MessageEvent, NoteEvent, ReplyEvent, TraceEvent } from '../wire/trace-event';
import type { Mode } from '../smtp/vocabulary';
import type { LogOptions } from './log-line';
import { logLine } from './log-line';
import type { WordingId } from './log-wording';
import { debugLines } from './debug-io';
import { listHit } from './list-hit';
import { refusalOf } from './refusal';

/** What a connection's log has to remember between events. */
export interface LogState {
  readonly address: string;
  /** `192.168.0.1` or `mail.example.com (192.168.0.1)`. */
  readonly peer: string;
  readonly messages: number;
  readonly command: CommandEvent | null;
  readonly message: MessageEvent | null;
  readonly mode: Mode;
  /** Lines of which one per session is enough. */
  readonly said: readonly WordingId[];
}

export interface Logged {
  readonly state: LogState;
  readonly lines: readonly string[];
}

export const NEW_LOG: LogState = {
  address: '',
  peer: '',
  messages: 0,
  command: null,
  message: null,
  mode: 'command',
  said: [],
};

/** Most events say nothing. */
const NOTHING: readonly string[] = [];

/** Named one by one, for events that every session has many of: a spread takes several times as long. */
function moved(state: LogState, command: CommandEvent | null, message: MessageEvent | null, mode: Mode): LogState {
  const { address, peer, messages, said } = state;
  return { address, peer, messages, command, message, mode, said };
}

/** The reverse-path or forward-path of a command with its brackets, which are put on where a lenient client left them out. */
function pathOf(command: string): string {
  const argument = command.slice(command.indexOf(':') + 1).trimStart();
  if (!argument.startsWith('<')) return `<${argument.split(' ', 1)[0] ?? ''}>`;
  let quoted = false;
  for (let index = 1; index < argument.length; index += 1) {
    const character = argument[index];
    if (character === '\\') index += 1;
    else if (character === '"') quoted = !quoted;
    else if (character === '>' && !quoted) return argument.slice(0, index + 1);
  }
  return argument;
}

/**
 * The lines that one event puts on the console.
 * @param state `NEW_LOG` for a connection's first event, then what the last call returned
 */
export function logLines(state: LogState, event: TraceEvent, options: LogOptions): Logged {
  const logged = plainLines(state, event, options);
  if (options.debugIo === 0) return logged;
  const lines = debugLines(event, logged.state.peer, state.mode, options.debugIo).flatMap(({ id, values }) =>
    logLine(id, event.at, values, options),
  );
  return lines.length === 0 ? logged : { state: logged.state, lines: [...lines, ...logged.lines] };
}

function plainLines(state: LogState, event: TraceEvent, options: LogOptions): Logged {
  switch (event.type) {
    case 'connected': {
      const name = options.hostNameOf(event.peer.address);
      const address = event.peer.address;
      const peer = name === null ? address : `${name} (${address})`;
      return { state: { ...state, address, peer }, lines: logLine('connected', event.at, { peer }, options) };
    }
    case 'command':
      return { state: moved(state, event, null, state.mode), lines: NOTHING };
    case 'message':
      return { state: moved(state, state.command, event.complete ? event : null, state.mode), lines: NOTHING };
    case 'mode':
      return { state: moved(state, state.command, state.message, event.mode), lines: NOTHING };
    case 'reply':
      return afterReply(state, event, options);
    case 'note':
      return afterNote(state, event, options);
    case 'tls':
      if (event.phase === 'secured') {
        const values = { peer: state.peer, protocol: event.protocol ?? 'TLS', cipher: event.cipher ?? '' };
        return { state, lines: logLine('tls-secured', event.at, values, options) };
      }
      if (event.phase !== 'failed') return { state, lines: NOTHING };
      return {
        state,
        lines: logLine(
          'tls-failed',
          event.at,
          { peer: state.peer, reason: event.reason ?? 'no reason given' },
          options,
        ),
      };
    case 'closed': {
      const values = { peer: state.peer, count: String(state.messages) };
      return { state, lines: logLine('disconnected', event.at, values, options) };
    }
    case 'received':
    case 'sent':
    case 'reply-ended':
    case 'chunk':
    case 'step':
    case 'hold-ended':
    case 'offered':
    case 'peer':
    case 'closing':
      break;
  }
  return { state, lines: NOTHING };
}

function afterReply(state: LogState, reply: ReplyEvent, options: LogOptions): Logged {
  const { message } = state;
  const accepted = reply.code !== null && reply.code >= 200 && reply.code < 300;
  if (message !== null && reply.answers !== null && reply.unsolicited !== true) {
    const after = moved(state, state.command, null, state.mode);
    if (!accepted) return refused(after, reply, options);
    return {
      state: { ...after, messages: state.messages + 1 },
      lines: messageLines(state.peer, message, reply, options),
    };
  }
  const command = state.command !== null && reply.answers === state.command.seq ? state.command : null;
  if (!accepted) return refused(state, reply, options);
  if (command === null || options.envelope === 'message') return { state, lines: NOTHING };
  if (command.event === 'MAIL') {
    return { state, lines: logLine('originator', reply.at, { sender: pathOf(command.line) }, options) };
  }
  if (command.event === 'RCPT') {
    return { state, lines: logLine('recipient', reply.at, { recipient: pathOf(command.line) }, options) };
  }
  return { state, lines: NOTHING };
}

function messageLines(peer: string, message: MessageEvent, reply: ReplyEvent, options: LogOptions): readonly string[] {
  const envelope =
    options.envelope === 'command'
      ? []
      : [
          ...logLine('originator', reply.at, { sender: `<${message.sender}>` }, options),
          ...message.recipients.flatMap((address) =>
            logLine('recipient', reply.at, { recipient: `<${address}>` }, options),
          ),
        ];
  const values = {
    note: options.noteOf(message),
    id: message.messageId ?? '<>',
    peer,
    size: String(message.size),
  };
  return [...envelope, ...logLine('message', reply.at, values, options)];
}

/** Said at every refusal, except for what is one fact of the whole session. */
const ONCE: ReadonlySet<WordingId> = new Set([
  'blacklisted',
  'private-blacklisted',
  'host-denied',
  'host-unnamed',
  'error-limit',
  'idle-timeout',
  'too-many-connections',
]);

function refused(state: LogState, reply: ReplyEvent, options: LogOptions): Logged {
  const command = state.command !== null && reply.answers === state.command.seq ? state.command : null;
  const id = refusalOf(reply, command);
  if (id === null) return { state, lines: NOTHING };
  const path = command === null ? '' : pathOf(command.line);
  return once(state, id, reply.at, { sender: path, recipient: path, site: 'a blacklist site' }, options);
}

function once(
  state: LogState,
  id: WordingId,
  at: number,
  values: Readonly<Record<string, string>>,
  options: LogOptions,
): Logged {
  if (!ONCE.has(id)) return { state, lines: logLine(id, at, { ...peerValues(state), ...values }, options) };
  if (state.said.includes(id)) return { state, lines: NOTHING };
  const said = { ...state, said: [...state.said, id] };
  return { state: said, lines: logLine(id, at, { ...peerValues(state), ...values }, options) };
}

const peerValues = (state: LogState): Readonly<Record<string, string>> => ({
  peer: state.peer,
  address: state.address,
});

function afterNote(state: LogState, note: NoteEvent, options: LogOptions): Logged {
  switch (note.fact) {
    case 'authentication-failed':
    case 'authenticated': {
      const id = note.fact === 'authenticated' ? 'authentication-succeeded' : 'authentication-failed';
      return { state, lines: logLine(id, note.at, { user: note.detail, peer: state.peer }, options) };
    }
    case 'blacklisted': {
      const hit = listHit(note.detail);
      if (hit.white) return { state, lines: NOTHING };
      if (hit.list === 'private') return once(state, 'private-blacklisted', note.at, {}, options);
      return once(state, 'blacklisted', note.at, { site: hit.site ?? 'a blacklist site' }, options);
    }
    case 'limit-tripped':
      return /error/i.test(note.detail) ? once(state, 'error-limit', note.at, {}, options) : { state, lines: NOTHING };
    case 'lf-without-cr':
    case 'cr-without-lf':
    case 'early-talker':
    case 'unadvertised-pipelining':
    case 'handler-waited':
    case 'bounced-input':
    case 'config-changed':
    case 'reading-paused':
    case 'reading-resumed':
    case 'path':
    case 'trace-bounded':
    case 'saved':
    case 'save-failed':
    case 'state':
      break;
  }
  return { state, lines: NOTHING };
}
