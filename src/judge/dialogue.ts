// A trace read as a dialogue: what the client said, paired with what we answered by the `answers` of each reply and never
// by counting; transactions, TLS sections, the EHLO list in force, spews, and who ended it. Checks read this, not events.
// Built in one pass over the events and a few over the exchanges, all linear. Not here: verdicts, other connections.

import type { Command } from '../smtp/command';
import type { EventName } from '../smtp/vocabulary';
import type {
  ChunkEvent,
  ClosedEvent,
  ClosingEvent,
  CommandEvent,
  HoldEndedEvent,
  MessageEvent,
  NoteEvent,
  PeerEvent,
  ReplyEvent,
  StepEvent,
  TlsEvent,
  TraceRecord,
} from '../wire/trace-event';
import { setOffers, type Offer } from './offer';
import { lineUpOutstanding, type Outstanding } from './outstanding';
import { readEvents, type Reading } from './reading';
import { findSpews, type Spew } from './spew';
import { readTransactions, type Transaction } from './transactions';
import { collectUntaken, type Untaken } from './untaken';

/** What we said, as the client could read it. */
export interface Reply {
  readonly connection: number;
  readonly event: ReplyEvent;
  readonly seq: number;
  readonly at: number;
  /** The code on its first line, or what raw octets stand for; null when they stand for none. */
  readonly code: number | null;
  /** Its first digit, by which a client decides (RFC 5321 4.3.2); null for codes of no class and for no code. */
  readonly digit: 2 | 3 | 4 | 5 | null;
  /** Text lines, codes included, line ends not. */
  readonly lines: readonly string[];
  /** When its last octet was handed over: what "early" is held against, also for a reply that dribbled. */
  readonly endedSeq: number;
  readonly endedAt: number;
}

/**
 * One thing that asks for a reply, and the reply: the connection itself (`connect`, answered by the greeting), a command
 * line, a SASL response, or mail data with its final dot (`end-of-data`). BDAT is one exchange with its chunk.
 */
export interface Exchange {
  readonly connection: number;
  /** Position in `dialogue.exchanges`. */
  readonly index: number;
  readonly verb: EventName;
  /** The command line without its end; '' for `connect` and `end-of-data`. */
  readonly line: string;
  /** The line taken apart; its argument is read by `parseMail`, `parseRcpt`, … of smtp/command. */
  readonly parsed: Command;
  /** When it was taken as a unit: after the reply before it, however early its octets came. */
  readonly seq: number;
  readonly at: number;
  /** Arrival of its first and of its last octet. For `connect`, the accept. */
  readonly firstSeq: number;
  readonly firstAt: number;
  readonly lastSeq: number;
  readonly lastAt: number;
  /** When the last reply before its own had left; null when there was none. */
  readonly repliedBeforeAt: number | null;
  /** The reply to it; null when it got none. */
  readonly reply: Reply | null;
  readonly offer: Offer | null;
  /** Inside TLS. */
  readonly secured: boolean;
  readonly transaction: Transaction | null;
  /** It is a line of a spew, so its verb means nothing (trap 10). */
  readonly spew: Spew | null;
  /** Whether it came before the replies it had to wait for, and whether PIPELINING allowed that. */
  readonly outstanding: Outstanding;
  readonly command: CommandEvent | null;
  /** For `end-of-data`, and for the last BDAT. */
  readonly message: MessageEvent | null;
  readonly chunk: ChunkEvent | null;
}

/** A TLS handshake: asked for by STARTTLS, or implicit. */
export interface TlsSection {
  /** Null when implicit. */
  readonly starttls: Exchange | null;
  readonly started: TlsEvent;
  /** `secured` or `failed`; null when it never came to an end. */
  readonly outcome: TlsEvent | null;
}

/** How the connection came to its end. */
export interface Ending {
  readonly fin: PeerEvent | null;
  readonly reset: PeerEvent | null;
  readonly writeFailed: PeerEvent | null;
  readonly closing: ClosingEvent | null;
  readonly closed: ClosedEvent | null;
  /** The first of FIN and RST from the client; null while it was still there. */
  readonly left: PeerEvent | null;
  /** Who went first; null when the record ends with both there. */
  readonly first: 'client' | 'server' | null;
}

export interface Dialogue {
  readonly record: TraceRecord;
  readonly connection: number;
  readonly server: number;
  readonly peer: string;
  readonly connectedAt: number;
  /** In order; the first is `connect`, if the trace begins with it. */
  readonly exchanges: readonly Exchange[];
  /** The commands that are commands: neither SASL responses nor lines of a spew. */
  readonly commands: readonly Exchange[];
  readonly transactions: readonly Transaction[];
  readonly spews: readonly Spew[];
  /** Replies that answer nothing. */
  readonly unsolicited: readonly Reply[];
  readonly tls: readonly TlsSection[];
  readonly steps: readonly StepEvent[];
  readonly holds: readonly HoldEndedEvent[];
  readonly notes: readonly NoteEvent[];
  readonly ending: Ending;
  /** Octets that were read and never became a unit, in order: behind QUIT, in a mute session, discarded. */
  readonly untaken: readonly Untaken[];
  /** Seq and time of the last event. */
  readonly endSeq: number;
  readonly endAt: number;
}

/** While a dialogue is read; frozen by type once it is handed out. */
export type Draft<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/**
 * Reads a trace as a dialogue.
 * @param record one connection; a trace that lost events to its bound is read as far as it goes
 */
export function readDialogue(record: TraceRecord): Dialogue {
  const reading = readEvents(record);
  setOffers(reading.exchanges);
  const spews = findSpews(reading.exchanges);
  const transactions = readTransactions(reading.exchanges);
  lineUpOutstanding(reading.exchanges);
  return dialogueOf(reading, spews, transactions);
}

function dialogueOf(reading: Reading, spews: readonly Spew[], transactions: readonly Transaction[]): Dialogue {
  const { record, exchanges, unsolicited, tls, steps, holds, notes, connected } = reading;
  const last = record.events.at(-1);
  return {
    record,
    connection: record.connection,
    server: record.server,
    peer: connected?.peer.address ?? '',
    connectedAt: connected?.at ?? record.events[0]?.at ?? 0,
    exchanges,
    commands: exchanges.filter(
      ({ verb, command, spew }) => (command !== null || verb === 'QUIT') && verb !== 'auth-response' && spew === null,
    ),
    transactions,
    spews,
    unsolicited,
    tls,
    steps,
    holds,
    notes,
    ending: endingOf(reading),
    untaken: collectUntaken(record.events),
    endSeq: last?.seq ?? 0,
    endAt: last?.at ?? 0,
  };
}

function endingOf(reading: Reading): Ending {
  const { peers, closing, closed } = reading;
  const find = (what: PeerEvent['what']): PeerEvent | null => peers.find((event) => event.what === what) ?? null;
  const left = peers.find((event) => event.what !== 'write-failed') ?? null;
  const first =
    left !== null && (closing === null || left.seq < closing.seq) ? 'client' : closing === null ? null : 'server';
  return {
    fin: find('fin'),
    reset: find('reset'),
    writeFailed: find('write-failed'),
    closing,
    closed,
    left,
    first: first ?? closed?.by ?? null,
  };
}
