// One step of the engine while it is being made: a draft of the next session, the effects and the world changes so far.
// Lives only inside `step()`; the session handed in is never changed. Also how an event is counted, and chance.

import type { EventName } from '../smtp/vocabulary';
import type { Effect, Moment } from './effects';
import type { CompiledServer } from './compile';
import { draws } from './random';
import { draftOf, type Session, type SessionDraft } from './session';
import type { World, WorldChange } from './world';

export interface Turn {
  readonly compiled: CompiledServer;
  readonly world: World;
  readonly moment: Moment;
  readonly session: SessionDraft;
  readonly effects: Effect[];
  readonly changes: WorldChange[];
}

export function startTurn(compiled: CompiledServer, world: World, session: Session, moment: Moment): Turn {
  return { compiled, world, moment, session: draftOf(session), effects: [], changes: [] };
}

/** Counts an event before anybody looks at it: `nth` counts it whether or not a rule is reached (semantics A2). */
export function noteEvent({ session, compiled }: Turn, event: EventName): void {
  session.eventNumber++;
  session.drawn = 0;
  if (compiled.counted.has(event)) session.nth = { ...session.nth, [event]: (session.nth[event] ?? 0) + 1 };
}

/**
 * The next number of this event's stream (semantics A2), in [0, 1). It depends on the seed, the connection, the event and
 * how many were drawn for it, so that a draw after a pause does not repeat the ones before it.
 */
export function draw({ session }: Turn): number {
  return draws(session.seed, session.connection, session.eventNumber, session.drawn++)();
}
