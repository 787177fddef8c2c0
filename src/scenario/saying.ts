// What goes to the client: the guards a reply has to pass (saved first, error limit), the reply itself with what it says of
// its place in the dialogue, and the move of the session that its code makes. Used by program.ts.

import type { EventName } from '../smtp/vocabulary';
import type { Source } from '../wire/trace-event';
import { itemsFor } from './items';
import type { KeywordList } from './keyword-list';
import { listIn } from './keyword-list';
import { awaitDribble, settled } from './pauses';
import type { Dribble } from './scenario';
import { newProgram, programWith, type Program, type ProgramItem, type Subject } from './session';
import { answeredEvent, isIntermediate, isPositive, moveState } from './state';
import { noteEvent, type Turn } from './turn';

/** Events that nobody waits for a reply to: the judge never pairs what is said here (semantics A8). */
const UNASKED: ReadonlySet<EventName> = new Set<EventName>(['idle', 'timer', 'peer-close', 'tls-failed', 'content']);
/** No command of the client has failed here, so a refusal is no error of its session. */
const NO_ERROR: ReadonlySet<EventName> = new Set<EventName>([
  'connect',
  'idle',
  'timer',
  'peer-close',
  'tls-failed',
  'error-limit',
]);

export interface Saying {
  readonly octets: string;
  /** Of the first line; null for raw octets. */
  readonly code: number | null;
  readonly raw: boolean;
  /** What raw octets stand for. */
  readonly as: number | null;
  readonly dribble: Dribble | null;
  /** The extensions it announces, when that is known without reading it. */
  readonly list: KeywordList | null;
}

/**
 * Whether this may go out now. If not, what has to be done first, or instead, has been begun.
 * @param code that it stands for
 */
export function maySay(turn: Turn, program: Program, item: ProgramItem, code: number | null): boolean {
  if (mustSaveFirst(program, code)) {
    turn.session.program = { ...program, at: program.at - 1 };
    turn.session.waiting = { for: 'save' };
    turn.effects.push({ effect: 'save' });
    return false;
  }
  if (!refusalTrips(turn, program, code, item.counts)) return true;
  trip(turn, program);
  return false;
}

/** The message must be on disk before it is acknowledged (RFC 5321 4.2.5). */
function mustSaveFirst({ subject, saved, answered }: Program, code: number | null): boolean {
  if (saved || answered !== null || !isPositive(code)) return false;
  return subject.event === 'end-of-data' || (subject.event === 'BDAT' && subject.chunk?.last === true);
}

/** Counts a refusal; true when this one goes over the limit, and so is not said (semantics A11). */
function refusalTrips(turn: Turn, program: Program, code: number | null, counts: boolean): boolean {
  const { session, compiled } = turn;
  if (code === null || code < 400 || !counts || program.answered !== null) return false;
  if (NO_ERROR.has(program.subject.event)) return false;
  session.errors++;
  return compiled.errorLimit !== null && session.errors > compiled.errorLimit;
}

/** The reply that tripped the limit is not sent: the limit's own answer is, by rule or by policy. */
function trip(turn: Turn, program: Program): void {
  const { session, compiled } = turn;
  const limit = String(compiled.errorLimit);
  const count = String(session.errors);
  const detail = `error ${count} is over the limit of ${limit}`;
  turn.effects.push({ effect: 'record', event: { type: 'note', fact: 'limit-tripped', detail } });
  const inPlaceOf = program.subject.event;
  const subject: Subject = { ...program.subject, event: 'error-limit', inPlaceOf, values: { limit, count } };
  noteEvent(turn, 'error-limit');
  session.program = newProgram(subject, itemsFor(turn, subject), program.saved, program.below);
}

/** Sends, and moves the session if this is what answers the event. */
export function say(turn: Turn, program: Program, source: Source, saying: Saying): void {
  const { session } = turn;
  const { octets, raw, as } = saying;
  const dribble = saying.dribble === null ? null : { ...saying.dribble, every: settled(turn, saying.dribble.every) };
  const code = as ?? saying.code;
  const event = answeredEvent(program.subject);
  const answers = program.answered === null && !UNASKED.has(event) && (!raw || as !== null);
  turn.effects.push({ effect: 'reply', octets, code: saying.code, source, answers, raw, as, dribble });
  session.program = programWith(program, {
    answered: program.answered ?? code,
    said421: program.said421 || code === 421,
  });
  if (dribble !== null) awaitDribble(turn);
  // A rule that speaks in a SASL exchange has taken it over.
  if (source.kind === 'rule') session.saslPlayed = false;
  if (code === null) return;
  if (program.answered === null)
    moveState(turn, program.subject, code, event === 'EHLO' ? (saying.list ?? listIn(octets)) : null);
  else if (isIntermediate(code) && (event === 'MAIL' || event === 'RCPT')) session.prepaid = code;
}

/** A 354 that went out ahead of DATA stands for its answer, and nothing more is said (semantics A8). */
export function standForData(turn: Turn, program: Program): boolean {
  const { session } = turn;
  if (program.subject.event !== 'DATA' || session.prepaid === null) return false;
  session.program = { ...program, answered: session.prepaid };
  session.prepaid = null;
  return true;
}
