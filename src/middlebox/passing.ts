// What every box does when it does nothing: octets, FIN and RST go on as they came, at the moment they came.
//
//   "EHLO a\r\n"  ───►  "EHLO a\r\n"
//
// Used by all boxes for the direction, the connection or the time that is not theirs. Not here: order and time between
// boxes (chain.ts).

import type { BoxInput, BoxOutput, Middlebox, Side } from './middlebox';

/** Whose octets a box works on: `client` is what the client sends, `server` what the server sends. */
export type Direction = Side | 'both';

/** One value for each direction. */
export interface BothSides<T> {
  readonly client: T;
  readonly server: T;
}

/** @returns whether a box that works on `direction` works on what comes from `side` */
export function covers(direction: Direction, side: Side): boolean {
  return direction === 'both' || direction === side;
}

/** @returns the other end */
export function otherSide(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}

/** @returns the same pair with the value of one side replaced */
export function withSide<T>(both: BothSides<T>, side: Side, value: T): BothSides<T> {
  return side === 'client' ? { client: value, server: both.server } : { client: both.client, server: value };
}

/** @returns the input as an output at the same moment; nothing for a wake-up */
export function passOn(input: BoxInput): readonly BoxOutput[] {
  return 'wake' in input ? [] : [input];
}

/**
 * Restricts a box to the first connections of a run.
 * @param connections how many connections, in order of accepting, meet the box; null = all
 * @returns a box that passes everything on from connection `connections + 1` (its state is then null)
 */
export function onlyFirst<State>(box: Middlebox<State>, connections: number | null): Middlebox<State | null> {
  return {
    name: box.name,
    explain: () => {
      if (connections === null) return box.explain();
      const which = connections === 1 ? 'the first connection' : `the first ${connections} connections`;
      return box.explain().replace(/\.$/, `; on ${which} only.`);
    },
    start: (with_) =>
      connections !== null && with_.connection > connections ? { state: null, out: [] } : box.start(with_),
    next: (state, input) => (state === null ? { state, out: passOn(input) } : box.next(state, input)),
  };
}
