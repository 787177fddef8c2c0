// What a log says of one session that ended without a message: cause and certainty, from the session's own lines.
// Used by log-causes.ts, which waits for the sessions that this can say nothing of.

import type { Confidence } from '../scenario/persona';
import type { CauseId } from './log-advice';
import type { LineMeaning } from './log-patterns';
import type { Session } from './log-sessions';

/** certain = the log says it; likely = it fits and little else does; possible = it fits. */
export type Certainty = 'certain' | 'likely' | 'possible';

export interface CauseOptions {
  /** A host back within this many seconds is trying again. */
  readonly returnSeconds: number;
  /** A sender whose message comes from elsewhere within this many seconds has gone round. */
  readonly elsewhereSeconds: number;
  /** Open for this long without a word is a stall. Below Domino's time-out of 180 s, above any hurried client. */
  readonly silenceSeconds: number;
  /** Sessions at even intervals that make a probe. */
  readonly probeLeast: number;
}

export const CAUSE_OPTIONS: CauseOptions = {
  returnSeconds: 60,
  elsewhereSeconds: 900,
  silenceSeconds: 120,
  probeLeast: 5,
};

/** Unrecognised lines after which nobody can still be trying a command. */
const SPEW_LINES = 3;

/** In the order in which one wins over another: the server's own refusals, then what the client ran into. */
const BY_EVIDENCE: readonly (readonly [LineMeaning, CauseId])[] = [
  ['refused-blacklist', 'refused-blacklist'],
  ['refused-relay', 'refused-relay'],
  ['refused-recipient', 'refused-recipient'],
  ['refused-sender', 'refused-sender'],
  ['refused-host', 'refused-host'],
  ['refused-other', 'refused-other'],
  ['authentication-failed', 'authentication-failed'],
  ['tls-failed', 'tls-failed'],
  ['handlers-exhausted', 'handlers-exhausted'],
];

/** A wording that we only believe to know makes the cause likely, not certain. */
export const certaintyOf = (confidence: Confidence): Certainty => (confidence === 'inferred' ? 'likely' : 'certain');

export interface Verdict {
  readonly cause: CauseId;
  readonly certainty: Certainty;
}

/** What the log says of the session itself; null when it says nothing. */
export function verdictOf(session: Session, options: CauseOptions): Verdict | null {
  for (const [meaning, cause] of BY_EVIDENCE) {
    const confidence = session.evidence?.get(meaning);
    if (confidence !== undefined) return { cause, certainty: certaintyOf(confidence) };
  }
  if (session.overwritten > 0) return { cause: 'fixup-or-fallback', certainty: 'certain' };
  if (session.unrecognised >= SPEW_LINES) return { cause: 'early-talker-spew', certainty: 'certain' };
  // The limit also trips on refusals that this log does not show.
  if (session.evidence?.has('error-limit')) return { cause: 'early-talker-spew', certainty: 'possible' };
  const envelope = session.sender !== null && session.recipients > 0;
  if (session.crowded && !envelope) return { cause: 'handlers-exhausted', certainty: 'possible' };
  const openFor = session.openedAt === null || session.endedAt === null ? 0 : session.endedAt - session.openedAt;
  if (openFor < options.silenceSeconds && !session.evidence?.has('timed-out')) return null;
  return { cause: 'mtu-or-stall', certainty: envelope ? 'likely' : 'possible' };
}

/** The cause that a line with this meaning gives; null for what explains no missing message. */
export function causeOf(meaning: LineMeaning): CauseId | null {
  return BY_EVIDENCE.find(([known]) => known === meaning)?.[1] ?? null;
}
