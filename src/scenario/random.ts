// Chance that can be repeated: streams of numbers from the printed seed. A stream belongs to one event of one
// connection, so that connections served at once do not disturb each other's draws (semantics A2).

/** Uniform in [0, 1). */
export type Random = () => number;

/** Mixes numbers into one 32-bit state; the constants are those of the SplitMix finaliser. */
function mix(...numbers: readonly number[]): number {
  let state = 0x9e3779b9;
  for (const number of numbers) {
    state = Math.imul(state ^ (number >>> 0), 0x85ebca6b);
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    state ^= state >>> 16;
  }
  return state >>> 0;
}

/**
 * @param seed of the run
 * @param numbers what the stream belongs to, e.g. connection and event number
 */
export function draws(seed: number, ...numbers: readonly number[]): Random {
  let state = mix(seed, ...numbers);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
