// Steps that take time: wait, hold, and the silences (semantics 4, 5, A10). Each leaves an alarm and a reason for waiting.

import type { EventName } from '../smtp/vocabulary';
import { parseCommand } from '../smtp/command';
import type { HoldEndedEvent, Source } from '../wire/trace-event';
import { drawSpan } from './compile';
import { fallSilent } from './next';
import type { Captured, Span, Step } from './scenario';
import type { Waiting } from './session';
import { draw, type Turn } from './turn';

/** The alarm of the step that is running. */
export const STEP_ALARM = 'step';

type Hold = Extract<Waiting, { for: 'hold' }>;
type HoldStep = Extract<Step, { step: 'hold' }>;

/** Thinks. */
export function wait(turn: Turn, span: Span, source: Source): void {
  pause(turn, 'wait', drawn(turn, span), source);
}

/** Never answers again, or not for a while; goes on reading and recording. */
export function mute(turn: Turn, ms: number | null, source: Source): void {
  if (ms !== null) return pause(turn, 'mute', ms, source);
  turn.effects.push({ effect: 'record', event: { type: 'step', step: 'mute', source } });
  fallSilent(turn);
}

/** Stops reading. The client notices only when the buffers of both kernels are full (semantics A10). */
export function deaf(turn: Turn, ms: number | null, source: Source): void {
  turn.effects.push({ effect: 'pause-reading' });
  if (ms !== null) return pause(turn, 'deaf', ms, source);
  turn.effects.push({ effect: 'record', event: { type: 'step', step: 'deaf', source } });
  fallSilent(turn);
}

function pause(turn: Turn, what: 'wait' | 'mute' | 'deaf', ms: number, source: Source): void {
  turn.effects.push({ effect: 'record', event: { type: 'step', step: what, source, ms } });
  turn.effects.push({ effect: 'alarm', alarm: STEP_ALARM, at: turn.moment.now + ms });
  turn.session.waiting = { for: 'time', what };
}

/** A dribbled reply is one step: the shell keeps this alarm back until its last octet is written (semantics A1). */
export function awaitDribble(turn: Turn): void {
  turn.session.waiting = { for: 'time', what: 'dribble' };
  turn.effects.push({ effect: 'alarm', alarm: STEP_ALARM, at: turn.moment.now });
}

function drawn(turn: Turn, span: Span): number {
  return span.captured === undefined ? drawSpan(span, () => draw(turn)) : capturedAmount(turn, span.captured);
}

/** A span without a name left in it, for whoever draws from it later. */
export function settled(turn: Turn, span: Span): Span {
  if (span.captured === undefined) return span;
  const ms = capturedAmount(turn, span.captured);
  return { min: ms, max: ms };
}

/** One day: what a client names must not hold a connection for ever. */
const MOST_CAPTURED_MS = 86_400_000;

/** The number a pattern captured, 0 when it is none. */
function capturedAmount({ session }: Turn, { name, factor }: Captured): number {
  return Math.min(capturedNumber(session.captures[name]) * factor, MOST_CAPTURED_MS);
}

/** @returns 0 for what is no number from 0 up */
export function capturedNumber(text: string | undefined): number {
  const number = Number(text ?? '');
  return Number.isFinite(number) && number > 0 ? number : 0;
}

/** The time of the step that runs is over. */
export function stepIsOver(turn: Turn): void {
  const { session } = turn;
  const { waiting } = session;
  if (waiting?.for === 'hold') return endHold(turn, 'time');
  if (waiting?.for !== 'time') return;
  session.waiting = null;
  if (waiting.what === 'deaf') turn.effects.push({ effect: 'resume-reading' });
}

/** A silence for a time ends early when there is nobody to be silent to (semantics A10). */
export function endMute(turn: Turn): void {
  const { waiting } = turn.session;
  if (waiting?.for !== 'time' || waiting.what !== 'mute') return;
  turn.effects.push({ effect: 'cancel', alarm: STEP_ALARM });
  turn.session.waiting = null;
}

// --- hold --------------------------------------------------------------------------------------------------------

export function hold(turn: Turn, step: HoldStep, source: Source): void {
  const { moment, session } = turn;
  const ms = drawn(turn, step.atMost);
  const { until = null, lines = null, octets = null } = step;
  const waiting: Hold = { for: 'hold', until, lines, octets, since: moment.now };
  turn.effects.push({ effect: 'record', event: { type: 'step', step: 'hold', source, ms } });
  session.waiting = waiting;
  // The client may have talked on before: then the proof is there at once. One that has gone will say no more.
  if (isMet(turn, waiting)) return endHold(turn, 'input');
  if (session.peerClosed) return endHold(turn, 'peer-closed');
  turn.effects.push({ effect: 'alarm', alarm: STEP_ALARM, at: moment.now + ms });
}

/** More input came while a hold is on. */
export function inputDuringHold(turn: Turn): void {
  const { waiting } = turn.session;
  if (waiting?.for === 'hold' && isMet(turn, waiting)) breakHold(turn, 'input');
}

/** Lets the reply go before its time; nothing happens without a hold. */
export function breakHold(turn: Turn, by: HoldEndedEvent['by']): void {
  if (turn.session.waiting?.for !== 'hold') return;
  turn.effects.push({ effect: 'cancel', alarm: STEP_ALARM });
  endHold(turn, by);
}

function endHold(turn: Turn, by: HoldEndedEvent['by']): void {
  const { waiting } = turn.session;
  if (waiting?.for !== 'hold') return;
  turn.effects.push({
    effect: 'record',
    event: { type: 'hold-ended', by, heldMs: turn.moment.now - waiting.since, octets: turn.moment.waiting },
  });
  turn.session.waiting = null;
}

/** Whether the client has sent what the hold waits for. Needs the pending lines for `until` and `lines`. */
function isMet({ moment }: Turn, { until, lines, octets }: Hold): boolean {
  if (until !== null) return moment.pendingLines.some((line) => isLineOf(line, until));
  if (lines !== null) return moment.pendingLines.length >= lines;
  return moment.waiting >= Math.max(1, octets ?? 1);
}

/** What a line will be taken for is not known before the reply is out: it is looked at as a command, or as content. */
function isLineOf(line: string, event: EventName): boolean {
  if (event === 'end-of-data') return line === '.';
  if (event === 'content' || event === 'auth-response') return true;
  return parseCommand(line).event === event;
}
