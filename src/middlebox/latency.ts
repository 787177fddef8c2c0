// A long way: everything arrives later by the same span, or by a span that trembles.
//
//   client ──► "EHLO a" ············ 20 ms ············ "EHLO a" ──► server
//   client ◄── "250 ok" ········ 20 ms + jitter ······· "250 ok" ◄── server
//
// Jitter never reorders: a piece that would overtake an earlier one arrives together with it, as with TCP.

import type { BoxInput, Middlebox, Random } from './middlebox';
import type { BothSides } from './passing';
import { passOn, withSide } from './passing';
import { span } from './sentence';

export interface LatencyConfig {
  /** Added to what the client sends. */
  readonly clientMs: number;
  /** Added to what the server sends. */
  readonly serverMs: number;
  /** Up to so much more, drawn for each piece. */
  readonly jitterMs: number;
}

export const LATENCY_DEFAULTS: LatencyConfig = { clientMs: 20, serverMs: 20, jitterMs: 0 };

export interface LatencyState {
  readonly random: Random;
  /** When the latest piece of each direction arrives. */
  readonly arrivesAt: BothSides<number>;
}

export function latency(config: LatencyConfig): Middlebox<LatencyState> {
  return {
    name: 'latency',
    explain: () => {
      const jitter = config.jitterMs === 0 ? '' : `, and up to ${span(config.jitterMs)} of jitter`;
      if (config.clientMs === config.serverMs) return `Delays both directions by ${span(config.clientMs)}${jitter}.`;
      return `Delays what the client sends by ${span(config.clientMs)} and what the server sends by ${span(config.serverMs)}${jitter}.`;
    },
    start: ({ at, random }) => ({ state: { random, arrivesAt: { client: at, server: at } }, out: [] }),
    next: (state, input: BoxInput) => {
      if ('wake' in input) return { state, out: [] };
      const jitter = config.jitterMs === 0 ? 0 : state.random() * config.jitterMs;
      const delay = input.side === 'client' ? config.clientMs : config.serverMs;
      const at = Math.max(input.at + delay + jitter, state.arrivesAt[input.side]);
      return {
        state: { ...state, arrivesAt: withSide(state.arrivesAt, input.side, at) },
        out: passOn({ ...input, at }),
      };
    },
  };
}
