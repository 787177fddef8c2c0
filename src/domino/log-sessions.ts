// The sessions that are open at one point of a Domino log: lines of many, interleaved, some without their beginning or
// end because the log was rotated or lines are missing. Used by explain-log.ts.
// A line belongs to a session by its host; a line that names none only where a single session is open. The thread in the
// prefix is no help: quoted logs show one session's connect and disconnect on different threads.

import type { Confidence } from '../scenario/persona';
import type { LineMeaning } from './log-patterns';
import { hostKey } from './log-patterns';
import type { Pending } from './log-causes';
import { own } from './own-text';

export interface Session {
  /** The peer's address, or its name where no address is written. */
  readonly host: string;
  /** As the log writes it. */
  readonly peer: string;
  /** Seconds; null when the log has no connect line for it, or no date on it. */
  readonly openedAt: number | null;
  lastAt: number | null;
  sender: string | null;
  recipients: number;
  messageLines: number;
  /** What the log says of it, beside envelope and messages; null as long as nothing was said. */
  evidence: Map<LineMeaning, Confidence> | null;
  /** Replies "500 … command "XXXX": a firewall has overwritten the command (debug lines only). */
  overwritten: number;
  /** Other replies "500 … unrecognized" (debug lines only). */
  unrecognised: number;
  /** Handlers were all taken as it connected. */
  readonly crowded: boolean;
  /** Earlier sessions of the host that this one may be the return of. */
  returning: readonly Pending[];
  /** The log has its connect line. */
  readonly began: boolean;
  /** Of the disconnect line; 0 as long as it is open. */
  endedAt: number | null;
  messages: number;
}

export interface Sessions {
  readonly byHost: Map<string, Session[]>;
  readonly open: Set<Session>;
  /**
   * In the order of their connects, closed ones among them; those before `oldest` are done with. Beside the set, in which
   * looking for the first one takes the longer the more have been taken from its front.
   */
  byAge: Session[];
  oldest: number;
  peak: number;
  /** Sessions given up without a disconnect line: a restart, too long ago, or too many. */
  givenUp: number;
}

/** Sessions remembered at once, and how long one without any line is waited for. */
const MOST_OPEN = 20_000;
const LONGEST_SECONDS = 6 * 3600;

export function newSessions(): Sessions {
  return { byHost: new Map(), open: new Set(), byAge: [], oldest: 0, peak: 0, givenUp: 0 };
}

const NONE: readonly Pending[] = [];

function newSession(written: string, at: number | null, crowded: boolean, began: boolean): Session {
  const peer = own(written);
  return {
    host: hostKey(peer),
    peer,
    openedAt: at,
    lastAt: at,
    sender: null,
    recipients: 0,
    messageLines: 0,
    evidence: null,
    overwritten: 0,
    unrecognised: 0,
    crowded,
    returning: NONE,
    began,
    endedAt: null,
    messages: 0,
  };
}

function remove(sessions: Sessions, session: Session): void {
  sessions.open.delete(session);
  const ofHost = sessions.byHost.get(session.host);
  if (ofHost === undefined) return;
  if (ofHost.length <= 1) sessions.byHost.delete(session.host);
  else ofHost.splice(ofHost.indexOf(session), 1);
}

/**
 * Opens a session.
 * @param handlers how many the server has, if that is known
 * @returns the session, and those given up to make room or for their age
 */
export function openSession(
  sessions: Sessions,
  peer: string,
  at: number | null,
  handlers: number | null,
): { readonly session: Session; readonly lost: readonly Session[] } {
  const lost = giveUp(sessions, at);
  const session = newSession(peer, at, handlers !== null && sessions.open.size >= handlers, true);
  sessions.open.add(session);
  sessions.byAge.push(session);
  const ofHost = sessions.byHost.get(session.host);
  if (ofHost === undefined) sessions.byHost.set(session.host, [session]);
  else ofHost.push(session);
  sessions.peak = Math.max(sessions.peak, sessions.open.size);
  return { session, lost };
}

/** Takes out the oldest sessions as long as they are too old, or too many. */
function giveUp(sessions: Sessions, at: number | null): readonly Session[] {
  const { open, byAge } = sessions;
  const lost: Session[] = [];
  for (; sessions.oldest < byAge.length; sessions.oldest += 1) {
    const oldest = byAge[sessions.oldest];
    if (oldest === undefined || !open.has(oldest)) continue;
    const tooOld = at !== null && oldest.lastAt !== null && at - oldest.lastAt > LONGEST_SECONDS;
    if (!tooOld && open.size < MOST_OPEN) break;
    remove(sessions, oldest);
    sessions.givenUp += 1;
    lost.push(oldest);
  }
  // Cut off only now and then, so that it stays cheap per session.
  if (byAge.length > 2 * open.size + 4096) {
    sessions.byAge = byAge.filter((session) => open.has(session));
    sessions.oldest = 0;
  }
  return lost;
}

/** The session a line belongs to. Null: none is open for this host, or the line names none and it can't be told. */
export function findSession(sessions: Sessions, peer: string | null): Session | null {
  if (peer !== null) return sessions.byHost.get(hostKey(peer))?.at(-1) ?? null;
  if (sessions.open.size === 1) for (const session of sessions.open) return session;
  return null;
}

/** Ends a session by its disconnect line. One whose beginning the log does not have is made up for it. */
export function closeSession(sessions: Sessions, peer: string, at: number | null, messages: number): Session {
  const ofHost = sessions.byHost.get(hostKey(peer)) ?? [];
  // Of several sessions of one host, the one whose Message lines agree with the count; else the oldest.
  const open = ofHost.find((each) => each.messageLines === messages) ?? ofHost[0];
  const session = open ?? newSession(peer, null, false, false);
  if (open !== undefined) remove(sessions, open);
  session.endedAt = at;
  session.messages = messages;
  return session;
}

/** Ends all sessions without a disconnect line. */
export function abandonSessions(sessions: Sessions): readonly Session[] {
  const all = [...sessions.open];
  sessions.open.clear();
  sessions.byHost.clear();
  sessions.byAge = [];
  sessions.oldest = 0;
  sessions.givenUp += all.length;
  return all;
}

/** Remembers what a line said of a session; of two sources for one meaning the surer stays. */
export function addEvidence(session: Session, meaning: LineMeaning, confidence: Confidence): void {
  session.evidence ??= new Map();
  if (session.evidence.get(meaning) !== 'seen') session.evidence.set(meaning, confidence);
}
