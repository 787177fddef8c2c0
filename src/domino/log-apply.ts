// What a recognised line does to the sessions of the log and to the counts: the middle of the explainer.
// Used by log-scan.ts, one call per line. Which cause a session gets is log-causes.ts' business.

import type { Confidence } from '../scenario/persona';
import type { Explaining } from './explaining';
import { lateEvidence, messageFrom, sessionEnded, sessionLost, sessionOpened } from './log-causes';
import { hostKey } from './log-patterns';
import type { LineMeaning, Recognised } from './log-patterns';
import { abandonSessions, addEvidence, closeSession, findSession, openSession } from './log-sessions';
import type { Session } from './log-sessions';
import { countInTimeline } from './log-timeline';
import { own } from './own-text';

const MOST_ORPHANS = 1024;

function seeMoment(explaining: Explaining, at: number | null): void {
  const { counted } = explaining;
  if (at === null) {
    counted.undated += 1;
    return;
  }
  if (counted.firstAt === null || at < counted.firstAt) counted.firstAt = at;
  if (counted.lastAt === null || at > counted.lastAt) counted.lastAt = at;
}

/** Takes in one line. @param at seconds; null when the line has no date that can be read */
export function apply(explaining: Explaining, recognised: Recognised, at: number | null): void {
  const { counted, sessions, causes } = explaining;
  const { means } = recognised.pattern;
  counted.recognised += 1;
  seeMoment(explaining, at);
  switch (means) {
    case 'connected':
      return connected(explaining, recognised.peer ?? '', at);
    case 'disconnected':
      return disconnected(explaining, closeSession(sessions, recognised.peer ?? '', at, recognised.count));
    case 'originator':
    case 'recipient': {
      const session = findSession(sessions, null);
      if (session === null) counted.unplacedEnvelopes += sessions.open.size > 1 ? 1 : 0;
      else if (means === 'recipient') session.recipients += 1;
      else session.sender = recognised.sender === null ? null : own(recognised.sender);
      return;
    }
    case 'message': {
      counted.messageLines += 1;
      const session = findSession(sessions, recognised.peer);
      if (session === null) return;
      session.messageLines += 1;
      session.lastAt = at;
      if (session.sender !== null) messageFrom(causes, session.sender, session.host);
      return;
    }
    case 'restarted':
      counted.restarts += sessions.open.size > 0 ? 1 : 0;
      for (const session of abandonSessions(sessions)) sessionLost(causes, session);
      return;
    case 'aside':
    case 'tls-secured':
    case 'authenticated':
      return;
    case 'refused-blacklist':
    case 'refused-sender':
    case 'refused-recipient':
    case 'refused-relay':
    case 'refused-host':
    case 'refused-other':
    case 'authentication-failed':
    case 'tls-failed':
    case 'error-limit':
    case 'timed-out':
    case 'handlers-exhausted':
      return tell(explaining, recognised.peer, means, recognised.pattern.confidence, at);
  }
}

function connected(explaining: Explaining, peer: string, at: number | null): void {
  explaining.counted.connected += 1;
  const { session, lost } = openSession(explaining.sessions, peer, at, explaining.options.handlers);
  for (const each of lost) sessionLost(explaining.causes, each);
  sessionOpened(explaining.causes, session);
  const orphan = explaining.orphans.get(session.host);
  if (orphan === undefined) return;
  explaining.orphans.delete(session.host);
  const near = at !== null && orphan.at !== null && at - orphan.at <= 5;
  if (near) addEvidence(session, orphan.meaning, orphan.confidence);
}

function isActivelyRefused(session: Session): boolean {
  for (const meaning of session.evidence?.keys() ?? []) {
    if (meaning.startsWith('refused-') || meaning === 'authentication-failed') return true;
  }
  return false;
}

function disconnected(explaining: Explaining, session: Session): void {
  const { counted } = explaining;
  counted.disconnected += 1;
  counted.messages += session.messages;
  if (!session.began) counted.withoutBeginning += 1;
  const refused = isActivelyRefused(session);
  if (session.messages > 0) counted.delivered += 1;
  else counted.zero += 1;
  if (refused && session.messages === 0) counted.activelyRefused += 1;
  sessionEnded(explaining.causes, session, findSession(explaining.sessions, session.host));
  if (session.endedAt === null) return;
  const what = session.messages > 0 ? 'delivered' : refused ? 'refused' : 'silent';
  countInTimeline(explaining.timeline, session.endedAt, what);
}

/**
 * Puts what a line tells where it belongs: an open session, one that has just ended, or one that is about to begin.
 * @param peer null when the line names no host
 */
export function tell(
  explaining: Explaining,
  peer: string | null,
  meaning: LineMeaning,
  confidence: Confidence,
  at: number | null,
): void {
  const { counted, sessions, causes, orphans } = explaining;
  explaining.refusalLines[meaning] = (explaining.refusalLines[meaning] ?? 0) + 1;
  const session = findSession(sessions, peer);
  if (session !== null) {
    addEvidence(session, meaning, confidence);
    return;
  }
  if (peer === null) {
    counted.unplacedRefusals += 1;
    return;
  }
  const host = hostKey(peer);
  if (lateEvidence(causes, host, meaning, confidence, at)) {
    if (meaning.startsWith('refused-') || meaning === 'authentication-failed') counted.activelyRefused += 1;
    return;
  }
  if (orphans.size >= MOST_ORPHANS) orphans.clear();
  orphans.set(own(host), { meaning, confidence, at });
}
