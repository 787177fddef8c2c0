// Pieces that arrive as one: what a delaying or buffering path makes of several writes.
//
//   "250 A\r\n" · "250 B\r\n" · "354 go\r\n"   ──►   "250 A\r\n250 B\r\n354 go\r\n"
//
// Held until a span has gone by since the first held octet, or until enough octets are there; FIN lets everything go.

import type { BoxInput, BoxOutput, BoxStep, Middlebox } from './middlebox';
import type { BothSides, Direction } from './passing';
import { covers, passOn, withSide } from './passing';
import { octetCount, sentBy, span } from './sentence';

export interface CoalesceConfig {
  readonly direction: Direction;
  /** Since the first held octet. */
  readonly holdMs: number;
  /** Let go at once when so many octets are held; null = only by time. */
  readonly octets: number | null;
}

export const COALESCE_DEFAULTS: CoalesceConfig = { direction: 'server', holdMs: 200, octets: null };

interface Held {
  readonly pieces: readonly Buffer[];
  /** When they are let go; null while nothing is held. */
  readonly dueAt: number | null;
}

export type CoalesceState = BothSides<Held>;

const EMPTY: Held = { pieces: [], dueAt: null };

export function coalesce(config: CoalesceConfig): Middlebox<CoalesceState> {
  return {
    name: 'coalesce',
    explain: () => {
      const enough = config.octets === null ? '' : ` or until there are ${octetCount(config.octets)}`;
      return `Holds ${sentBy(config.direction)} for ${span(config.holdMs)}${enough} and lets it go as one piece.`;
    },
    start: () => ({ state: { client: EMPTY, server: EMPTY }, out: [] }),
    next: (state, input) => (covers(config.direction, input.side) ? hold(config, state, input) : passing(state, input)),
  };
}

function passing(state: CoalesceState, input: BoxInput): BoxStep<CoalesceState> {
  return { state, out: passOn(input) };
}

function hold(config: CoalesceConfig, state: CoalesceState, input: BoxInput): BoxStep<CoalesceState> {
  const { at, side } = input;
  const held = state[side];
  if ('wake' in input) return held.dueAt === null || at < held.dueAt ? { state, out: [] } : letGo(state, input);
  if (!('octets' in input)) return letGo(state, input);
  const pieces = [...held.pieces, input.octets];
  const dueAt = held.dueAt ?? at + config.holdMs;
  const next = withSide(state, side, { pieces, dueAt });
  const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (config.octets !== null && total >= config.octets) return letGo(next, { at, side, wake: true });
  return { state: next, out: held.dueAt === null ? [{ at: dueAt, side, wake: true }] : [] };
}

/** Everything held, and behind it the input itself when it is an end. */
function letGo(state: CoalesceState, input: BoxInput): BoxStep<CoalesceState> {
  const { at, side } = input;
  const { pieces } = state[side];
  const out: BoxOutput[] = pieces.length === 0 ? [] : [{ at, side, octets: Buffer.concat(pieces) }];
  return { state: withSide(state, side, EMPTY), out: [...out, ...passOn(input)] };
}
