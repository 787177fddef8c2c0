// What the server would announce now, what the client was really told, and the size limit that goes with it.
// Used by policies, texts and the engine. The list itself is made in keyword-list.ts.

import { offers } from '../smtp/extension';
import type { CompiledServer } from './compile';
import { keywordList, type KeywordList } from './keyword-list';
import type { Session } from './session';

/** The list that is announced now: the session's own after `set:`, else the server's. */
export function announced(compiled: CompiledServer, session: Session): KeywordList {
  if (session.extensions === null && session.sizeLimit === undefined) {
    return session.tls ? compiled.lists.tls : compiled.lists.plain;
  }
  const explicit = session.extensions ?? compiled.server.extensions;
  return keywordList(
    compiled.server,
    compiled.persona,
    session.tls,
    explicit?.[session.tls ? 'tls' : 'plain'] ?? null,
    sizeLimitOf(compiled, session),
  );
}

/** Octets a message may have in this session; null for no limit. */
export function sizeLimitOf(compiled: CompiledServer, session: Session): number | null {
  return session.sizeLimit === undefined ? compiled.server.policies.size.limit : session.sizeLimit;
}

/** What this client may use: it was on the list that answered its EHLO, whoever wrote that (RFC 5321 2.2.1). */
export function inForce(session: Session, keyword: string): boolean {
  return session.offered !== null && offers(session.offered.keywords, keyword);
}

/** What it was told, or would be told if it asked. */
export function isPossible(compiled: CompiledServer, session: Session, keyword: string): boolean {
  return inForce(session, keyword) || offers(announced(compiled, session).keywords, keyword);
}
