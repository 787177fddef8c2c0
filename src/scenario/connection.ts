// The beginning, the handshake and the end of a connection, as the engine sees them: what is asked and set when it opens,
// what a handshake forgets, what a client that has gone and a server that stops leave to be done. Used by engine.ts.

import { afterHandshake } from '../smtp/transaction';
import { startClocks } from './clock-events';
import { itemsFor } from './items';
import { listingOf, questionsAtConnect } from './listing';
import { setMode } from './mode';
import { end } from './next';
import { breakHold, endMute } from './pauses';
import { begin, speak } from './program';
import { PLAIN_SUBJECT, type Subject } from './session';
import { moveTransaction } from './state';
import { noteEvent, type Turn } from './turn';

const STOP = 'stop';

/** Takes an event: counts it, chooses who answers, and begins to. */
export function takeEvent(turn: Turn, subject: Subject): void {
  noteEvent(turn, subject.event);
  begin(turn, subject, itemsFor(turn, subject));
}

export function open(turn: Turn, refusal: Subject['refusal']): void {
  const { session, compiled, effects } = turn;
  if (session.phase !== 'new') return;
  session.phase = 'open';
  for (const [look, question] of Object.entries(questionsAtConnect(compiled, session))) {
    session.lookUps = { ...session.lookUps, [look]: null };
    effects.push({ effect: 'look-up', look, question });
  }
  findListing(turn);
  startClocks(turn);
  takeEvent(turn, { ...PLAIN_SUBJECT, refusal });
}

/** An answer from DNS; MAIL may be waiting for it. */
export function takeLookUp(turn: Turn, look: string, found: boolean): void {
  const { session } = turn;
  session.lookUps = { ...session.lookUps, [look]: found };
  findListing(turn);
  if (session.waiting?.for === 'look-ups') session.waiting = null;
}

/** The blacklist's answer is there: it goes on the record once, whatever is done about it. */
function findListing(turn: Turn): void {
  const { session, compiled } = turn;
  if (session.listing !== null) return;
  session.listing = listingOf(compiled, session);
  if (session.listing === null || session.listing.site === '') return;
  const { site, action } = session.listing;
  turn.effects.push({
    effect: 'record',
    event: { type: 'note', fact: 'blacklisted', detail: `${session.peer.address} is listed at ${site}: ${action}` },
  });
}

/** RFC 3207 4.2: what the client said and was told before the handshake is forgotten. */
export function secured(turn: Turn): void {
  const { session } = turn;
  if (session.phase !== 'handshaking' && session.phase !== 'new') return;
  session.tls = true;
  session.user = null;
  session.mechanism = null;
  session.claimedUser = null;
  session.saslPlayed = false;
  session.behindAuth = false;
  session.offered = null;
  moveTransaction(turn, afterHandshake(session.transaction));
  // With implicit TLS the dialogue begins here.
  if (session.phase === 'new') return open(turn, null);
  session.phase = 'open';
  setMode(turn, 'command');
}

/** @param reason in OpenSSL's words; rules can match it as the line */
export function tlsFailed(turn: Turn, reason: string): void {
  const { session } = turn;
  if (session.phase !== 'handshaking' && session.phase !== 'new') return;
  session.phase = 'open';
  setMode(turn, 'command');
  takeEvent(turn, { ...PLAIN_SUBJECT, event: 'tls-failed', line: reason });
}

/** The client will say no more; what it has said is still answered (semantics A1). */
export function peerClosed(turn: Turn): void {
  const { session } = turn;
  session.peerClosed = true;
  switch (session.phase) {
    case 'muted':
    case 'awaiting-fin':
      return end(turn, 'close', { kind: 'default' });
    case 'handshaking':
      return tlsFailed(turn, 'the client closed the connection');
    default:
      breakHold(turn, 'peer-closed');
      endMute(turn);
  }
}

export function defer(turn: Turn, what: string): void {
  if (!turn.session.deferred.includes(what)) turn.session.deferred = [...turn.session.deferred, what];
}

/** The server stops in good order: the step that runs is finished, and no more. */
export function stop(turn: Turn): void {
  if (turn.session.phase !== 'open') return end(turn, 'close', { kind: 'default' });
  breakHold(turn, 'stopped');
  endMute(turn);
  defer(turn, STOP);
}

/** @returns false when something else was put off */
export function sayGoodbye(turn: Turn, deferred: string): boolean {
  if (deferred !== STOP) return false;
  speak(turn, { ...PLAIN_SUBJECT, event: 'idle' }, 'shutting-down');
  return true;
}
