// The state of one dialogue, as a value: what the engine knows between two inputs. Holds no octets, no timers, no socket.
// `step()` in engine.ts is the only thing that makes a new one from an old one.

import type { EventName, Mode } from '../smtp/vocabulary';
import type { PathCommand } from '../smtp/command';
import { freshTransaction, type Transaction } from '../smtp/transaction';
import type { Endpoint, Source } from '../wire/trace-event';
import type { CompiledStep } from './compile';
import type { KeywordList } from './keyword-list';

/** What a rule can see of the event that is being answered. */
export interface Subject {
  readonly event: EventName;
  /** The whole line for command events; '' otherwise. */
  readonly line: string;
  readonly verb: string;
  readonly argument: string;
  /** This command's path for MAIL and RCPT, even if it will be refused (semantics A3). */
  readonly path: PathCommand | null;
  readonly early: boolean;
  readonly chunk: { readonly octets: number; readonly last: boolean; readonly number: number } | null;
  /** Octets of the message, unstuffed; for end-of-data and the last BDAT chunk. */
  readonly size: number | null;
  /** The line's own faults that need another answer than its verb's. */
  readonly fault: 'cut' | 'bare-lf' | null;
  /** `connect`: why the connection is not to be served. */
  readonly refusal: 'too-many-connections' | 'rate-limited' | null;
  /** `error-limit`: the event whose reply tripped it, and which is answered now. */
  readonly inPlaceOf: EventName | null;
  /** Values for texts beyond the usual: `{limit}`, `{site}`, `{count}`. */
  readonly values: Readonly<Record<string, string>>;
}

/** A subject that nothing is known of but its event. */
export const PLAIN_SUBJECT: Subject = {
  event: 'connect',
  line: '',
  verb: '',
  argument: '',
  path: null,
  early: false,
  chunk: null,
  size: null,
  fault: null,
  refusal: null,
  inPlaceOf: null,
  values: {},
};

export interface ProgramItem {
  readonly step: CompiledStep;
  readonly source: Source;
  /** False exempts a refusal from the error limit. */
  readonly counts: boolean;
}

/** The steps that answer one event, and how far they are. */
export interface Program {
  readonly subject: Subject;
  readonly items: readonly ProgramItem[];
  readonly at: number;
  /** The code that answered the event: the first one sent (semantics A7); null while nothing was said. */
  readonly answered: number | null;
  readonly said421: boolean;
  /** An explicit `then:` was carried out. */
  readonly settled: boolean;
  /** Saving the message came out well, or nothing is to be saved. */
  readonly saved: boolean;
  readonly lastSource: Source;
  /** What goes on when this is done: a timer may speak between two steps of an answer (semantics A8). */
  readonly below: Program | null;
}

/**
 * @param saved whether there is nothing to be saved
 * @param below what goes on afterwards
 */
export function newProgram(
  subject: Subject,
  items: readonly ProgramItem[],
  saved: boolean,
  below: Program | null,
): Program {
  return {
    subject,
    items,
    at: 0,
    answered: null,
    said421: false,
    settled: false,
    saved,
    lastSource: items[0]?.source ?? NOBODY,
    below,
  };
}

/** The program with some of it changed. Written out for the same reason as `draftOf`. */
export function programWith(program: Program, change: Partial<Program>): Program {
  const { subject, items, at, answered, said421, settled, saved, lastSource, below } = program;
  return {
    subject: change.subject ?? subject,
    items: change.items ?? items,
    at: change.at ?? at,
    answered: change.answered ?? answered,
    said421: change.said421 ?? said421,
    settled: change.settled ?? settled,
    saved: change.saved ?? saved,
    lastSource: change.lastSource ?? lastSource,
    below,
  };
}

const NOBODY: Source = { kind: 'default' };

/** Why the program stands still. */
export type Waiting =
  | { readonly for: 'time'; readonly what: 'wait' | 'mute' | 'deaf' | 'dribble' }
  | {
      readonly for: 'hold';
      readonly until: EventName | null;
      readonly lines: number | null;
      readonly octets: number | null;
      readonly since: number;
    }
  | { readonly for: 'look-ups' }
  | { readonly for: 'save' }
  | { readonly for: 'sasl' };

/** What became of the blacklist question that connect asks and MAIL answers. `site` is '' when no list names the peer. */
export interface Listing {
  readonly site: string;
  readonly private: boolean;
  readonly action: 'log' | 'tag' | 'reject' | 'skip';
  readonly message: string | null;
}

/** A BDAT command whose octets are still coming. */
export interface AwaitedChunk {
  readonly line: string;
  readonly octets: number;
  readonly last: boolean;
  readonly early: boolean;
  /** What was replied before they were in: then nothing more is. */
  readonly answered: number | null;
}

export interface Session {
  readonly connection: number;
  readonly seed: number;
  readonly peer: Endpoint;
  readonly local: Endpoint;
  readonly phase: 'new' | 'open' | 'handshaking' | 'awaiting-fin' | 'muted' | 'closing';
  readonly mode: Mode;
  readonly transaction: Transaction;
  readonly tls: boolean;
  /** Who is authenticated. */
  readonly user: string | null;
  /** Of the exchange that is on, or was last; and who the client says it is, as far as its responses show. */
  readonly mechanism: string | null;
  readonly claimedUser: string | null;
  /** The exchange is played by SASL, not by rules. */
  readonly saslPlayed: boolean;
  /** AUTH was the last command: what else comes may be credentials that a refusal did not stop. */
  readonly behindAuth: boolean;
  readonly nth: Readonly<Partial<Record<EventName, number>>>;
  /** Events taken, and numbers drawn for this one: a draw belongs to its event (semantics A2). */
  readonly eventNumber: number;
  readonly drawn: number;
  readonly errors: number;
  readonly captures: Readonly<Record<string, string>>;
  readonly extensions: { readonly plain: readonly string[]; readonly tls: readonly string[] } | null;
  readonly sizeLimit: number | null | undefined;
  readonly hostname: string | null;
  /** The list the client was given with the last accepted EHLO: what it may use. Null after HELO and a handshake. */
  readonly offered: KeywordList | null;
  /** Uses of rules with a budget per connection, and per transaction: those of the one that is on. */
  readonly spent: Readonly<Record<string, number>>;
  readonly spentHere: Readonly<Record<string, number>>;
  readonly program: Program | null;
  readonly waiting: Waiting | null;
  /** Timers, and the server's stop, that came while a step was running. */
  readonly deferred: readonly string[];
  readonly peerClosed: boolean;
  /** The 3yz that was sent ahead of DATA and stands for its answer (semantics A8). */
  readonly prepaid: number | null;
  /** A message was taken, and nothing has been said to it yet. */
  readonly messageOpen: boolean;
  /** Raw octets of content at which the shell is to report next; null = at the end only. */
  readonly contentThreshold: number | null;
  /** The chunk whose octets are awaited; its command is answered when they are in (semantics A9). */
  readonly bdat: AwaitedChunk | null;
  readonly bdatChunks: number;
  readonly bdatSize: number;
  readonly listing: Listing | null;
  readonly lookUps: Readonly<Record<string, boolean | null>>;
  /** The early final reply that stands for the dot (semantics A6); null = the dot is answered. */
  readonly swallowCode: number | null;
}

/** Shared by all sessions that have none yet: values are replaced, never written to. */
const NOTHING: Readonly<Record<string, never>> = {};
const NONE_DEFERRED: readonly string[] = [];

export function newSession(connection: number, seed: number, peer: Endpoint, local: Endpoint): Session {
  return {
    connection,
    seed,
    peer,
    local,
    phase: 'new',
    mode: 'command',
    transaction: freshTransaction,
    tls: false,
    user: null,
    mechanism: null,
    claimedUser: null,
    saslPlayed: false,
    behindAuth: false,
    nth: NOTHING,
    eventNumber: 0,
    drawn: 0,
    errors: 0,
    captures: NOTHING,
    extensions: null,
    sizeLimit: undefined,
    hostname: null,
    offered: null,
    spent: NOTHING,
    spentHere: NOTHING,
    program: null,
    waiting: null,
    deferred: NONE_DEFERRED,
    peerClosed: false,
    prepaid: null,
    messageOpen: false,
    contentThreshold: null,
    bdat: null,
    bdatChunks: 0,
    bdatSize: 0,
    listing: null,
    lookUps: NOTHING,
    swallowCode: null,
  };
}

/** The session as one step works on it. */
export type SessionDraft = { -readonly [Key in keyof Session]: Session[Key] };

/**
 * Written out, and in the order of `newSession`: there is one for every input, and a spread of so many properties takes
 * twenty-five times as long.
 */
export function draftOf(session: Session): SessionDraft {
  return {
    connection: session.connection,
    seed: session.seed,
    peer: session.peer,
    local: session.local,
    phase: session.phase,
    mode: session.mode,
    transaction: session.transaction,
    tls: session.tls,
    user: session.user,
    mechanism: session.mechanism,
    claimedUser: session.claimedUser,
    saslPlayed: session.saslPlayed,
    behindAuth: session.behindAuth,
    nth: session.nth,
    eventNumber: session.eventNumber,
    drawn: session.drawn,
    errors: session.errors,
    captures: session.captures,
    extensions: session.extensions,
    sizeLimit: session.sizeLimit,
    hostname: session.hostname,
    offered: session.offered,
    spent: session.spent,
    spentHere: session.spentHere,
    program: session.program,
    waiting: session.waiting,
    deferred: session.deferred,
    peerClosed: session.peerClosed,
    prepaid: session.prepaid,
    messageOpen: session.messageOpen,
    contentThreshold: session.contentThreshold,
    bdat: session.bdat,
    bdatChunks: session.bdatChunks,
    bdatSize: session.bdatSize,
    listing: session.listing,
    lookUps: session.lookUps,
    swallowCode: session.swallowCode,
  };
}
