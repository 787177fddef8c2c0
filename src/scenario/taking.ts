// The units a client sends, as events: command lines and SASL responses, chunks, mail data at its thresholds and at its
// end. Each says first how the unit goes on the record, then takes the event. Used by engine.ts.

import { parseAuth, parseBdat, parseCommand, parseMail, parseRcpt } from '../smtp/command';
import { beginsExchange, secretFrom } from '../smtp/credentials';
import { advance } from '../smtp/transaction';
import { takeEvent } from './connection';
import { contentBegins, contentRulesAt, nextThreshold, NONE_YET, sizeTripsAt } from './content';
import type { LineIn } from './effects';
import { itemsOf } from './items';
import { setMode } from './mode';
import { inForce } from './offered';
import { begin } from './program';
import { claimedUser } from './sasl-claim';
import { indexFor, selectFrom } from './selection';
import { PLAIN_SUBJECT, type AwaitedChunk, type Subject } from './session';
import { dispose, isPositive, moveTransaction } from './state';
import { noteEvent, type Turn } from './turn';

/** RFC 4954 4: long enough for every mechanism; a longer response is refused. */
const LONGEST_RESPONSE_OCTETS = 12_288;

// --- lines -------------------------------------------------------------------------------------------------------

export function takeLine(turn: Turn, line: LineIn, fault: Subject['fault']): void {
  const { session, moment } = turn;
  const early = line.firstSeq < moment.lastReplySeq;
  if (session.mode === 'sasl') return takeResponse(turn, line, fault, early);
  const command = parseCommand(line.text);
  const { event, verb, argument } = command;
  const subject: Subject = {
    event,
    line: line.text,
    verb,
    argument,
    path: event === 'MAIL' ? parseMail(argument) : event === 'RCPT' ? parseRcpt(argument) : null,
    early,
    chunk: null,
    size: null,
    fault: line.cut ? 'cut' : fault,
    refusal: null,
    inPlaceOf: null,
    values: PLAIN_SUBJECT.values,
  };
  turn.effects.push({ effect: 'take-line', event, redactFrom: redactionOf(session, subject) });
  session.behindAuth = mayFollowAuth(session, event, line.text);
  if (event === 'AUTH') beginSasl(turn, argument);
  if (event === 'BDAT' && awaitChunk(turn, subject)) return;
  takeEvent(turn, subject);
}

/** Where what is masked on the record begins. Most lines are known by their verb to hold no credentials. */
function redactionOf({ behindAuth }: Turn['session'], { event, line }: Subject): number | null {
  if (event !== 'AUTH' && event !== 'unknown' && event !== 'NOOP') return null;
  const secret = secretFrom(line);
  return secret === null && event === 'unknown' && behindAuth ? 0 : secret;
}

/** A firewall may have made another verb of AUTH; the client goes on all the same. */
function mayFollowAuth({ behindAuth }: Turn['session'], event: Subject['event'], line: string): boolean {
  if (event === 'AUTH') return true;
  if (event !== 'unknown' && event !== 'NOOP') return false;
  return beginsExchange(line) || (event === 'unknown' && behindAuth);
}

/** Before anybody has answered, so that rules on AUTH can go by mechanism and name. */
function beginSasl({ session }: Turn, argument: string): void {
  const { mechanism, initial } = parseAuth(argument);
  session.mechanism = mechanism;
  session.claimedUser = initial === null ? null : claimedUser(mechanism, initial);
  session.saslPlayed = false;
}

function takeResponse(turn: Turn, line: LineIn, fault: Subject['fault'], early: boolean): void {
  const { session } = turn;
  const { text } = line;
  turn.effects.push({ effect: 'take-line', event: 'auth-response', redactFrom: 0 });
  if (session.claimedUser === null && text !== '*') {
    session.claimedUser = claimedUser(session.mechanism ?? '', text);
  }
  takeEvent(turn, {
    ...PLAIN_SUBJECT,
    event: 'auth-response',
    line: text,
    argument: text,
    early,
    fault: line.cut || text.length > LONGEST_RESPONSE_OCTETS ? 'cut' : fault,
  });
}

// --- chunks ------------------------------------------------------------------------------------------------------

/** BDAT is answered when its octets are in; a size that cannot be read announces none (semantics A9). */
function awaitChunk(turn: Turn, subject: Subject): boolean {
  const { session } = turn;
  const parsed = parseBdat(subject.argument);
  const plays = inForce(session, 'CHUNKING') || indexFor(turn).byEvent.has('BDAT');
  if (parsed === null || !plays || subject.fault !== null) return false;
  const first = !session.transaction.viaBdat;
  if (first) {
    session.bdatChunks = 0;
    session.bdatSize = 0;
  }
  session.bdat = { ...parsed, line: subject.line, early: subject.early, answered: null };
  setMode(turn, 'bdat');
  contentBegins(turn, first ? NONE_YET : session.bdatSize);
  return true;
}

export function takeChunk(turn: Turn, octets: number): void {
  const { session } = turn;
  const { bdat } = session;
  if (bdat === null) return;
  session.bdat = null;
  session.contentThreshold = null;
  session.bdatChunks++;
  session.bdatSize += octets;
  setMode(turn, 'command');
  turn.effects.push({ effect: 'take-chunk', announced: bdat.octets, octets, last: bdat.last });
  if (bdat.last) takeEnvelope(turn, 'BDAT');
  if (bdat.answered !== null) return settleChunk(turn, bdat, bdat.answered);
  const { verb, argument } = parseCommand(bdat.line);
  const chunk = { octets: bdat.octets, last: bdat.last, number: session.bdatChunks };
  const { line, early } = bdat;
  takeEvent(turn, { ...PLAIN_SUBJECT, event: 'BDAT', line, verb, argument, early, chunk, size: session.bdatSize });
}

/** The early reply was the answer to this chunk. */
function settleChunk(turn: Turn, { last }: AwaitedChunk, code: number): void {
  moveTransaction(turn, advance(turn.session.transaction, 'BDAT', code, { last }));
  if (last) settleMessage(turn, code);
}

// --- mail data ---------------------------------------------------------------------------------------------------

function takeEnvelope(turn: Turn, via: 'DATA' | 'BDAT'): void {
  const { sender, recipients } = turn.session.transaction;
  turn.session.messageOpen = true;
  turn.effects.push({ effect: 'take-message', sender: sender ?? '', recipients, via });
}

export function takeMessage(turn: Turn, size: number): void {
  const { session } = turn;
  const { swallowCode, mode } = session;
  session.contentThreshold = null;
  session.swallowCode = null;
  takeEnvelope(turn, 'DATA');
  setMode(turn, 'command');
  if (mode !== 'swallow') return takeEvent(turn, endOfData(size));
  // The early reply was the answer to this message (semantics A6).
  moveTransaction(turn, advance(session.transaction, 'end-of-data', swallowCode));
  settleMessage(turn, swallowCode);
}

/** PLAIN_SUBJECT for the final dot, written out: every message ends with one. */
function endOfData(size: number): Subject {
  return {
    event: 'end-of-data',
    line: '.',
    verb: '',
    argument: '',
    path: null,
    early: false,
    chunk: null,
    size,
    fault: null,
    refusal: null,
    inPlaceOf: null,
    values: PLAIN_SUBJECT.values,
  };
}

/** It was answered before it was here: there is nothing to hold back until it is saved. */
function settleMessage(turn: Turn, code: number | null): void {
  const accepted = isPositive(code);
  if (accepted && turn.compiled.saves) turn.effects.push({ effect: 'save' });
  dispose(turn, accepted);
}

/** The threshold that was asked for is reached. */
export function takeContent(turn: Turn, octets: number): void {
  const { session } = turn;
  if (session.mode !== 'content' && session.mode !== 'bdat') {
    session.contentThreshold = null;
    return;
  }
  session.contentThreshold = nextThreshold(turn, octets);
  const subject: Subject = { ...PLAIN_SUBJECT, event: 'content' };
  noteEvent(turn, 'content');
  const items = itemsOf(selectFrom(turn, contentRulesAt(turn, octets), subject), sizeTripsAt(turn, octets));
  if (items.length > 0) begin(turn, subject, items);
}
