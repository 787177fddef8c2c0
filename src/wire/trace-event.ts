// What can stand on a trace: the append-only record of one connection. The server writes these and never judges;
// the judge, the transcript and the Domino log read them. Order comes from `seq`, never from comparing times.
// Octet strings are Buffers in memory and latin1 strings in JSON Lines (wire/trace-json.ts).

import type { EventName, Mode, Terminator } from '../smtp/vocabulary';

/** `wire` = the socket; `after:<box>` = behind a middlebox of the path; `plain` = what the session reads and writes. */
export type Layer = 'wire' | 'plain' | `after:${string}`;

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Who decided a step, in the order of DESIGN §4. `rule` holds the rule's id ("rules[2]" or its `id:`). */
export type Source =
  | { readonly kind: 'rule'; readonly rule: string }
  | { readonly kind: 'policy'; readonly policy: string }
  | { readonly kind: 'persona'; readonly situation: string }
  | { readonly kind: 'default' };

interface Base {
  /** Order over all connections of one server, starting at 1. */
  readonly seq: number;
  /** Milliseconds since the record's clock origin. */
  readonly at: number;
}

/** The connection was accepted. `connection` counts accepts from 1; `server` is the index in the scenario's servers. */
export interface ConnectedEvent extends Base {
  readonly type: 'connected';
  readonly connection: number;
  readonly server: number;
  readonly peer: Endpoint;
  readonly local: Endpoint;
  /** The implicit-TLS listener: the handshake comes before the greeting. */
  readonly implicitTls?: true;
  /** The real peer, when a PROXY header named another one. */
  readonly proxiedBy?: Endpoint;
}

/** Octets that were read. `octets` is absent when they are ciphertext or beyond the trace's bound. */
export interface ReceivedEvent extends Base {
  readonly type: 'received';
  readonly layer: Layer;
  /** Of the first octet, in this layer and direction, from 0. */
  readonly offset: number;
  readonly length: number;
  readonly octets?: Buffer;
}

/** Octets on their way to the client, stamped before they are handed on. */
export interface SentEvent extends Base {
  readonly type: 'sent';
  readonly layer: Layer;
  readonly offset: number;
  readonly length: number;
  readonly octets?: Buffer;
}

/** One line that was taken as a command (or as a SASL response: `event` is then `auth-response`). */
export interface CommandEvent extends Base {
  readonly type: 'command';
  readonly event: EventName;
  /** As received, latin1, without its terminator; `*` for each octet that was redacted. */
  readonly line: string;
  readonly terminator: Terminator;
  /** In the `plain` layer, received direction; the length counts the terminator. */
  readonly offset: number;
  readonly length: number;
  /** The `received` event (plain layer) that brought the first octet, and its time: what counts for "early". */
  readonly firstSeq: number;
  readonly firstAt: number;
  /** The `received` event that brought the last octet. */
  readonly lastSeq: number;
  readonly lastAt: number;
  /** Set when the line was longer than the reader keeps: `line` is cut. */
  readonly cut?: true;
  readonly redacted?: true;
}

/** A reply, or raw octets, decided and about to be written. `seq` of this event is the moment that "early" is held against. */
export interface ReplyEvent extends Base {
  readonly type: 'reply';
  /** Of the first line, as written; null for raw octets and for replies that do not begin with three digits. */
  readonly code: number | null;
  /** All octets, latin1, terminators included. */
  readonly octets: string;
  /** The seq of the event it answers: a command, message, chunk or `connected`; null when nobody asked for it. */
  readonly answers: number | null;
  readonly source: Source;
  /** Octets of the client that had been read and not yet taken when this was decided. */
  readonly inputWaiting: number;
  /** In the `plain` layer, sent direction. */
  readonly offset: number;
  readonly length: number;
  /** `raw:` octets: they move no state unless `as` says what they stand for. */
  readonly raw?: true;
  readonly as?: number;
  /** A second or later reply to one event, or one without any: never to be paired with a later command. */
  readonly unsolicited?: true;
  /** Octets were spread over time: when the last one left. Written as a `reply-ended` event, not known here. */
  readonly dribbled?: true;
}

/** The last octet of a dribbled reply, or of one that waited for a full socket, has left. */
export interface ReplyEndedEvent extends Base {
  readonly type: 'reply-ended';
  readonly reply: number;
}

/** What can be said of mail data without keeping it: counted over the raw octets, stuffed dots included. */
export interface ContentFacts {
  readonly lines: number;
  /** Without its terminator and without a stuffed dot. */
  readonly longestLine: number;
  readonly bareLf: number;
  readonly bareCr: number;
  readonly nul: number;
  readonly eightBit: boolean;
  /** Lines that began with a stuffed dot (two dots on the wire). */
  readonly stuffedDots: number;
  /** Lines that began with one dot that was not the end: a dot the sender should have stuffed. */
  readonly unstuffedDots: number;
  /** Sequences that another server might take for the end of data, e.g. "LF.LF", with the raw offset of each (first 16). */
  readonly smuggling: readonly { readonly sequence: string; readonly offset: number }[];
}

/** Mail data that came to its end (or not: `complete`). */
export interface MessageEvent extends Base {
  readonly type: 'message';
  readonly via: 'DATA' | 'BDAT';
  /** Raw, plain layer, from behind the 354 (or the first chunk) to the last octet of the terminator. */
  readonly offset: number;
  readonly length: number;
  readonly firstSeq: number;
  readonly firstAt: number;
  readonly lastSeq: number;
  readonly lastAt: number;
  /** Octets after unstuffing, without the final dot line. */
  readonly size: number;
  /** sha256 of the unstuffed octets, hexadecimal. */
  readonly digest: string;
  /** `<…>` of the Message-ID header, or null. With the envelope this is the message's identity. */
  readonly messageId: string | null;
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly facts: ContentFacts;
  /** False when the client went away, or the server stopped taking, before the terminator. */
  readonly complete: boolean;
  /** The position in `server.messages()`; null when it was not kept. */
  readonly stored: number | null;
}

/** One BDAT chunk (RFC 3030). */
export interface ChunkEvent extends Base {
  readonly type: 'chunk';
  /** The seq of the BDAT command. */
  readonly command: number;
  readonly announced: number;
  readonly received: number;
  readonly last: boolean;
}

/** What the session does besides replying. `detail` is for people, in one line. */
export interface StepEvent extends Base {
  readonly type: 'step';
  readonly step: 'wait' | 'hold' | 'mute' | 'deaf' | 'ignore' | 'set' | 'swallow' | 'discard' | 'look-up' | 'next';
  readonly source: Source;
  readonly ms?: number;
  readonly detail?: string;
  /** For `discard`: how many octets were thrown away unparsed. */
  readonly octets?: number;
}

/** A held reply was let go: by what the client sent, by time, or by its going away. */
export interface HoldEndedEvent extends Base {
  readonly type: 'hold-ended';
  readonly by: 'input' | 'time' | 'peer-closed' | 'stopped';
  readonly heldMs: number;
  /** Octets that had come meanwhile: the proof that the client talked on. */
  readonly octets: number;
}

export interface ModeEvent extends Base {
  readonly type: 'mode';
  readonly mode: Mode;
}

/** The session's EHLO list as announced now (after EHLO), for the judge: what the client may use from here on. */
export interface OfferedEvent extends Base {
  readonly type: 'offered';
  readonly keywords: readonly string[];
}

export interface TlsEvent extends Base {
  readonly type: 'tls';
  readonly phase: 'started' | 'secured' | 'failed' | 'client-hello' | 'closed';
  readonly protocol?: string;
  readonly cipher?: string;
  readonly servername?: string;
  /** The alert or error, in OpenSSL's words. */
  readonly reason?: string;
}

/** The client's side of the end: FIN, RST, or a write of ours that could not be done. */
export interface PeerEvent extends Base {
  readonly type: 'peer';
  readonly what: 'fin' | 'reset' | 'write-failed';
  readonly reason?: string;
}

/** Our side of the end. */
export interface ClosingEvent extends Base {
  readonly type: 'closing';
  readonly how: 'close' | 'half-close' | 'reset' | 'destroy';
  readonly source: Source;
}

/** The socket is gone; always the last event of a trace. */
export interface ClosedEvent extends Base {
  readonly type: 'closed';
  /** Who ended it first. */
  readonly by: 'client' | 'server';
  readonly how: 'fin' | 'reset' | 'destroyed';
  readonly receivedOctets: number;
  readonly sentOctets: number;
  /** Octets that were read and never taken as a unit. */
  readonly unread: number;
}

/** A fact worth keeping that has no shape of its own. `fact` is a word to match on, `detail` for people. */
export interface NoteEvent extends Base {
  readonly type: 'note';
  readonly fact:
    | 'lf-without-cr'
    | 'cr-without-lf'
    | 'limit-tripped'
    | 'early-talker'
    | 'unadvertised-pipelining'
    | 'blacklisted'
    | 'handler-waited'
    | 'bounced-input'
    | 'config-changed'
    | 'reading-paused'
    | 'reading-resumed'
    | 'path'
    | 'trace-bounded'
    | 'authenticated'
    | 'authentication-failed'
    | 'saved'
    | 'save-failed'
    | 'state';
  readonly detail: string;
}

/** One thing that happened on a connection (docs/trial-record.md lists all of them). */
export type TraceEvent =
  | ConnectedEvent
  | ReceivedEvent
  | SentEvent
  | CommandEvent
  | ReplyEvent
  | ReplyEndedEvent
  | MessageEvent
  | ChunkEvent
  | StepEvent
  | HoldEndedEvent
  | ModeEvent
  | OfferedEvent
  | TlsEvent
  | PeerEvent
  | ClosingEvent
  | ClosedEvent
  | NoteEvent;

export type TraceEventType = TraceEvent['type'];

/** One connection's events, as read or as kept. */
export interface TraceRecord {
  readonly connection: number;
  readonly server: number;
  readonly events: readonly TraceEvent[];
  /** Octets and events that the bound on one trace let go. */
  readonly dropped: { readonly octets: number; readonly events: number };
}

/** An event without what the trace itself adds. */
export type Unstamped<E extends TraceEvent = TraceEvent> = E extends TraceEvent ? Omit<E, 'seq' | 'at'> : never;
