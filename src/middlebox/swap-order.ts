// Two neighbours that arrive in the wrong order.
//
//   client ◄── "250 recipient" "250 sender"   ◄──  "250 sender" "250 recipient"
//
// The first of the two is kept back until the second one is there, or for `holdMs` when it does not come: a client that
// waits for each reply would else wait for ever. Segments are the pieces as they come; replies are whole, all lines of one.

import type { Unit, Watch } from './dialogue-watch';
import { nextUnit, WATCH_START } from './dialogue-watch';
import type { BoxInput, BoxOutput, BoxStep, Middlebox, Side } from './middlebox';
import { passOn } from './passing';
import { ordinal, span } from './sentence';

export interface SwapOrderConfig {
  /** `reply` works on what the server sends, whatever `direction` says. */
  readonly unit: 'reply' | 'segment';
  readonly direction: Side;
  /** The nth, from 1, changes place with the one behind it. */
  readonly nth: number;
  readonly holdMs: number;
}

export const SWAP_ORDER_DEFAULTS: SwapOrderConfig = { unit: 'reply', direction: 'server', nth: 2, holdMs: 1000 };

export interface SwapOrderState {
  readonly watch: Watch;
  /** Octets of a reply that has not ended. */
  readonly unfinished: Buffer;
  /** Wholes seen. */
  readonly seen: number;
  readonly kept: { readonly octets: Buffer; readonly until: number } | null;
}

const NONE = Buffer.alloc(0);

export function swapOrder(config: SwapOrderConfig): Middlebox<SwapOrderState> {
  const side = config.unit === 'reply' ? 'server' : config.direction;
  return {
    name: 'swap-order',
    explain: () =>
      `Swaps the ${ordinal(config.nth)} ${config.unit} of the ${side} with the next one, if that comes within ${span(config.holdMs)}.`,
    start: () => ({ state: { watch: WATCH_START, unfinished: NONE, seen: 0, kept: null }, out: [] }),
    next: (state, input) => {
      if (input.side === side) return swapSide(config, state, input);
      const watch = config.unit === 'reply' && 'octets' in input ? cut(state, input).state.watch : state.watch;
      return { state: { ...state, watch }, out: passOn(input) };
    },
  };
}

function swapSide(config: SwapOrderConfig, state: SwapOrderState, input: BoxInput): BoxStep<SwapOrderState> {
  if ('octets' in input) return swapOctets(config, state, input);
  const { at, side } = input;
  if ('wake' in input) {
    if (state.kept === null || at < state.kept.until) return { state, out: [] };
    return { state: { ...state, kept: null }, out: [{ at, side, octets: state.kept.octets }] };
  }
  const rest = Buffer.concat([state.kept?.octets ?? NONE, state.unfinished, state.watch.held[side]]);
  const out: readonly BoxOutput[] = rest.length > 0 ? [{ at, side, octets: rest }] : [];
  return { state: { ...state, kept: null, unfinished: NONE }, out: [...out, ...passOn(input)] };
}

function swapOctets(
  config: SwapOrderConfig,
  before: SwapOrderState,
  input: BoxInput & { readonly octets: Buffer },
): BoxStep<SwapOrderState> {
  const { at, side } = input;
  const { state: cutState, wholes } =
    config.unit === 'segment' ? { state: before, wholes: [input.octets] } : cut(before, input);
  let state = cutState;
  const out: BoxOutput[] = [];
  for (const octets of wholes) {
    const seen = state.seen + 1;
    if (seen === config.nth) {
      state = { ...state, seen, kept: { octets, until: at + config.holdMs } };
      out.push({ at: at + config.holdMs, side, wake: true });
      continue;
    }
    out.push({ at, side, octets });
    if (state.kept !== null) out.push({ at, side, octets: state.kept.octets });
    state = { ...state, seen, kept: null };
  }
  return { state, out };
}

/** Follows the dialogue and gathers the replies that are complete; ciphertext counts as it comes. */
function cut(
  before: SwapOrderState,
  input: BoxInput & { readonly octets: Buffer },
): { readonly state: SwapOrderState; readonly wholes: readonly Buffer[] } {
  let { watch, unfinished } = before;
  const wholes: Buffer[] = [];
  for (let offset = 0; offset < input.octets.length;) {
    const step = nextUnit(watch, input.side, input.octets.subarray(offset));
    offset += step.used;
    watch = step.watch;
    if (step.unit === null) continue;
    unfinished = Buffer.concat([unfinished, step.unit.octets]);
    if (!endsWhole(step.unit)) continue;
    wholes.push(unfinished);
    unfinished = NONE;
  }
  return { state: { ...before, watch, unfinished }, wholes };
}

function endsWhole(unit: Unit): boolean {
  return unit.kind === 'reply-line' ? unit.last : true;
}
