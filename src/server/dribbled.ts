// A reply that leaves in pieces, each after a time of its own. Used by session.ts, which lets nothing else happen meanwhile.

import { drawSpan } from '../scenario/compile';
import type { Dribble } from '../scenario/scenario';
import type { Random } from '../middlebox/middlebox';

export interface DribbleEvents {
  write(from: number, to: number): void;
  later(afterMs: number, goOn: () => void): void;
  /** Whether there is anybody left to say it to. */
  isOver(): boolean;
  done(): void;
}

/** @param length octets of the whole reply */
export function sayInPieces(length: number, dribble: Dribble, random: Random, on: DribbleEvents): void {
  const next = (from: number): void => {
    const to = Math.min(from + dribble.octets, length);
    on.write(from, to);
    if (to < length && !on.isOver()) on.later(drawSpan(dribble.every, random), () => next(to));
    else on.done();
  };
  next(0);
}
