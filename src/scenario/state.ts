// How a reply moves the session: by the code that was sent, never by who sent it (semantics A4). Also what each code does
// next when the rule does not say (A5, A6).

import { parseHello } from '../smtp/command';
import { bodyParameter } from '../smtp/extension';
import { declaredSize, type Parameter } from '../smtp/parameter';
import { advance, type Transaction, type TransactionDetail } from '../smtp/transaction';
import type { EventName } from '../smtp/vocabulary';
import type { KeywordList } from './keyword-list';
import { setMode } from './mode';
import type { Next } from './scenario';
import type { Subject } from './session';
import type { Turn } from './turn';

export function isPositive(code: number | null): boolean {
  return code !== null && code >= 200 && code < 300;
}

export function isIntermediate(code: number | null): boolean {
  return code !== null && code >= 300 && code < 400;
}

/** The event that a reply answers: for a tripped error limit, the one whose reply tripped it. */
export function answeredEvent({ event, inPlaceOf }: Subject): EventName {
  return inPlaceOf ?? event;
}

/**
 * Moves the session after the first reply to an event.
 * @param list what the reply announces, for EHLO
 */
export function moveState(turn: Turn, subject: Subject, code: number, list: KeywordList | null): void {
  const { session } = turn;
  const event = answeredEvent(subject);
  const positive = isPositive(code);
  moveTransaction(
    turn,
    advance(session.transaction, event, code, detailOf(event, subject)),
    positive && event === 'MAIL',
  );
  switch (event) {
    case 'EHLO':
      if (!positive || list === null) break;
      session.offered = list;
      turn.effects.push({ effect: 'record', event: { type: 'offered', keywords: list.raw } });
      break;
    case 'HELO':
      if (positive) session.offered = null;
      break;
    case 'MAIL':
      if (positive) noteMessage(turn);
      break;
    case 'AUTH':
    case 'auth-response':
      moveSasl(turn, code);
      break;
    case 'BDAT':
    case 'end-of-data':
      if (session.messageOpen) dispose(turn, positive);
      break;
    default:
      break;
  }
}

/** @param begins whether another message begins here: an accepted MAIL does, also within a transaction */
export function moveTransaction(turn: Turn, next: Transaction, begins = false): void {
  const { session } = turn;
  const wasOpen = isOpen(session.transaction);
  session.transaction = next;
  if (!wasOpen || (isOpen(next) && !begins)) return;
  session.spentHere = {};
  session.prepaid = null;
}

function isOpen({ sender, recipients }: Transaction): boolean {
  return sender !== null || recipients.length > 0;
}

/** What became of the message that was taken: accepted, or not. */
export function dispose(turn: Turn, accepted: boolean): void {
  turn.session.messageOpen = false;
  turn.effects.push({ effect: 'dispose', accepted });
}

/** A message begins: what a rate over messages counts. */
function noteMessage(turn: Turn): void {
  const { rate } = turn.compiled.server.policies.connections;
  if (rate === null || rate.events !== 'messages') return;
  const key = `messages\0${turn.session.peer.address}`;
  turn.changes.push({ change: 'moment', key, at: turn.moment.now, keepMs: rate.ms });
}

/** Any 3yz opens SASL mode, anything else leaves it (RFC 4954 4, semantics 6). */
function moveSasl(turn: Turn, code: number): void {
  const { session } = turn;
  const goesOn = isIntermediate(code);
  if (!goesOn) session.saslPlayed = false;
  setMode(turn, goesOn ? 'sasl' : 'command');
  if (isPositive(code)) session.user ??= session.claimedUser ?? 'authenticated';
}

function detailOf(event: EventName, subject: Subject): TransactionDetail {
  switch (event) {
    case 'EHLO':
    case 'HELO':
      return { domain: parseHello(subject.argument).domain };
    case 'MAIL': {
      const { address, parameters } = pathOf(subject);
      return { address, declaredSize: declaredSize(parameters), bodyParameter: bodyParameter(parameters) };
    }
    case 'RCPT':
      return { address: pathOf(subject).address };
    case 'BDAT':
      return subject.chunk === null ? {} : { last: subject.chunk.last };
    default:
      return {};
  }
}

function pathOf({ path }: Subject): { readonly address: string; readonly parameters: readonly Parameter[] } {
  return { address: path?.path.address ?? '', parameters: path?.parameters ?? [] };
}

/** What follows when no `then:` says otherwise. */
export function defaultNext(subject: Subject, code: number | null, said421: boolean): Next {
  if (said421) return 'close';
  if (code === null) return 'continue';
  switch (subject.event) {
    case 'QUIT':
      return 'close';
    case 'DATA':
      return isIntermediate(code) ? 'content' : 'continue';
    case 'STARTTLS':
      return code === 220 ? 'tls' : 'continue';
    // An early final reply: read to the dot, give no second answer.
    case 'content':
      return 'swallow';
    default:
      return 'continue';
  }
}
