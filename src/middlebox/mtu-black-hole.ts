// A path-MTU black hole: small packets pass, the first full-size one vanishes, and TCP never gets past the gap.
//
//   client ──► DATA CRLF              ──►  DATA CRLF
//   client ──► 5000 octets of content ──►  ✗               and nothing behind them, FIN included
//   client ◄── 354 …                  ◄──  354 …           the other way goes on; both sockets stay open
//
// User space sees the symptom, not the packets: a burst is what one end has sent since the other end last spoke, and it
// vanishes from the piece on that fills a segment. `swallow` goes on reading, so the sender sees an open window and
// waits for the final reply; `zero-window` stops reading, so a sender with more than the socket buffers hold (megabytes
// on loopback) hangs in the transfer itself. What is lost counts as retransmitted when the path heals.

import type { BoxInput, BoxOutput, BoxStep, Middlebox, Side } from './middlebox';
import { onlyFirst, passOn } from './passing';
import { octetCount, span } from './sentence';

/** What a message should have for `zero-window`: loopback takes about half of it before a sender notices anything. */
export const ZERO_WINDOW_OCTETS = 8_000_000;

export interface MtuBlackHoleConfig {
  /** A burst of so many octets has at least one full segment. */
  readonly segmentOctets: number;
  /** Whose full segments are lost. */
  readonly direction: Side;
  readonly way: 'swallow' | 'zero-window';
  /** From the first loss on; null = never. */
  readonly healAfterMs: number | null;
  /** Only on the first n connections; null = on all. */
  readonly onlyFirst: number | null;
}

export const MTU_BLACK_HOLE_DEFAULTS: MtuBlackHoleConfig = {
  segmentOctets: 1460,
  direction: 'client',
  way: 'swallow',
  healAfterMs: null,
  onlyFirst: null,
};

type HoleState =
  /** `burst`: octets since the other end last spoke. */
  | { readonly phase: 'open'; readonly burst: number }
  /** `lost` is kept only when the path will heal. */
  | { readonly phase: 'hole'; readonly lost: readonly BoxInput[]; readonly healAt: number | null }
  | { readonly phase: 'healed' };

export type MtuBlackHoleState = HoleState | null;

export function mtuBlackHole(config: MtuBlackHoleConfig): Middlebox<MtuBlackHoleState> {
  const box: Middlebox<HoleState> = {
    name: 'mtu-black-hole',
    explain: () => {
      const noticed =
        config.direction === 'client' ? ` (noticed in messages of ${ZERO_WINDOW_OCTETS / 1e6} MB and more)` : '';
      const way = config.way === 'swallow' ? 'vanishes' : `vanishes and is no longer read${noticed}`;
      const heals = config.healAfterMs === null ? '' : `, until the path heals after ${span(config.healAfterMs)}`;
      return `From the first burst of ${octetCount(config.segmentOctets)} on, everything the ${config.direction} sends ${way}${heals}.`;
    },
    start: () => ({ state: { phase: 'open', burst: 0 }, out: [] }),
    next: (state, input) => {
      if (state.phase === 'open') return beforeLoss(config, state.burst, input);
      if (state.phase === 'hole') return duringLoss(config, state, input);
      return { state, out: passOn(input) };
    },
  };
  return onlyFirst(box, config.onlyFirst);
}

function beforeLoss(config: MtuBlackHoleConfig, before: number, input: BoxInput): BoxStep<HoleState> {
  if (!('octets' in input)) return { state: { phase: 'open', burst: before }, out: passOn(input) };
  if (input.side !== config.direction) return { state: { phase: 'open', burst: 0 }, out: [input] };
  const burst = before + input.octets.length;
  if (burst < config.segmentOctets) return { state: { phase: 'open', burst }, out: [input] };
  const { at, side } = input;
  const healAt = config.healAfterMs === null ? null : at + config.healAfterMs;
  const out: BoxOutput[] = [];
  if (config.way === 'zero-window') out.push({ at, side, pauseReading: true });
  if (healAt !== null) out.push({ at: healAt, side, wake: true });
  return { state: { phase: 'hole', lost: healAt === null ? [] : [input], healAt }, out };
}

function duringLoss(
  config: MtuBlackHoleConfig,
  state: HoleState & { readonly phase: 'hole' },
  input: BoxInput,
): BoxStep<HoleState> {
  const { at } = input;
  if ('wake' in input) {
    if (state.healAt === null || at < state.healAt) return { state, out: [] };
    const out: BoxOutput[] = state.lost.flatMap((lost) => passOn({ ...lost, at }));
    if (config.way === 'zero-window') out.push({ at, side: config.direction, pauseReading: false });
    return { state: { phase: 'healed' }, out };
  }
  // A RST is a small packet, and its sender is gone: it gets through.
  if (input.side !== config.direction || 'rst' in input) return { state, out: passOn(input) };
  return { state: state.healAt === null ? state : { ...state, lost: [...state.lost, input] }, out: [] };
}
