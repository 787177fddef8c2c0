// Octets that arrive as other octets.
//
//   "250 OK\r\n"   ──►   "2?0 OK\r\n"         octet 1 replaced
//
// One fixed octet, or each octet with a probability from the seed. Lengths stay as they are.

import type { BoxInput, BoxStep, Middlebox, Random } from './middlebox';
import type { BothSides, Direction } from './passing';
import { covers, passOn, withSide } from './passing';
import { ordinal, sentBy } from './sentence';

export interface CorruptConfig {
  readonly direction: Direction;
  /** Offset in the direction, from 0; null = none in particular. */
  readonly octet: number | null;
  /** 0..1, for each octet. */
  readonly probability: number;
  /** The octet put in its place, 0..255; `random` draws another one than was there. */
  readonly replacement: number | 'random';
}

export const CORRUPT_DEFAULTS: CorruptConfig = {
  direction: 'server',
  octet: null,
  probability: 0.001,
  replacement: 'random',
};

export interface CorruptState {
  readonly random: Random;
  /** Octets gone by in each direction. */
  readonly offset: BothSides<number>;
}

export function corrupt(config: CorruptConfig): Middlebox<CorruptState> {
  return {
    name: 'corrupt',
    explain: () => {
      const which = [
        ...(config.octet === null ? [] : [`the ${ordinal(config.octet + 1)} octet`]),
        ...(config.probability > 0 ? [`each octet with probability ${config.probability}`] : []),
      ];
      const by = config.replacement === 'random' ? 'another one' : `octet ${config.replacement}`;
      return `Replaces ${which.join(' and ') || 'no octet'} of ${sentBy(config.direction)} by ${by}.`;
    },
    start: ({ random }) => ({ state: { random, offset: { client: 0, server: 0 } }, out: [] }),
    next: (state, input) =>
      'octets' in input && covers(config.direction, input.side)
        ? corruptOctets(config, state, input)
        : { state, out: passOn(input) },
  };
}

function corruptOctets(
  config: CorruptConfig,
  state: CorruptState,
  input: BoxInput & { readonly octets: Buffer },
): BoxStep<CorruptState> {
  const { side } = input;
  const from = state.offset[side];
  const octets = Buffer.from(input.octets);
  for (let index = 0; index < octets.length; index += 1) {
    const drawn = config.probability > 0 && state.random() < config.probability;
    if (drawn || from + index === config.octet) {
      octets[index] = replaced(config.replacement, octets[index] ?? 0, state.random);
    }
  }
  const offset = withSide(state.offset, side, from + octets.length);
  return { state: { ...state, offset }, out: [{ ...input, octets }] };
}

function replaced(replacement: number | 'random', octet: number, random: Random): number {
  return replacement === 'random' ? (octet + 1 + Math.floor(random() * 255)) % 256 : replacement;
}
