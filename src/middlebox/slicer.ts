// The same octets in other pieces: cut small, at places where readers like to go wrong, with gaps between.
//
//   "250 OK\r\n"   ──►   "250" " OK\r" "\n"        sizes 3, 4, 4 …
//                  ──►   "250 OK\r" "\n"           inside-crlf
//                  ──►   "2" "50 OK\r\n"           inside-code
//
// Before a pix-fixup these pieces are its segments. Each piece that comes in is cut anew; nothing is held to fill a size.

import type { BoxInput, BoxOutput, BoxStep, Middlebox, Side } from './middlebox';
import type { BothSides, Direction } from './passing';
import { covers, passOn, withSide } from './passing';
import { octetCount, sentBy, span } from './sentence';

export interface SlicerConfig {
  readonly direction: Direction;
  /**
   * Sizes of the slices in octets, the last one repeated to the end of the piece; or a named place. `inside-code` cuts
   * behind the first digit of every reply line, so it does nothing to what the client sends.
   */
  readonly cut: readonly number[] | 'inside-crlf' | 'inside-code';
  /** Between two slices of a direction. */
  readonly everyMs: number;
}

export const SLICER_DEFAULTS: SlicerConfig = { direction: 'both', cut: [1], everyMs: 10 };

interface SlicedSide {
  /** When the latest slice leaves; null before the first. */
  readonly leftAt: number | null;
  /** The next octet begins a line. */
  readonly lineStart: boolean;
}

export type SlicerState = BothSides<SlicedSide>;

const CR = 13;
const LF = 10;

export function slicer(config: SlicerConfig): Middlebox<SlicerState> {
  const fresh: SlicedSide = { leftAt: null, lineStart: true };
  return {
    name: 'slicer',
    explain: () => `Cuts ${sentBy(config.direction)} ${explainCut(config)}.`,
    start: () => ({ state: { client: fresh, server: fresh }, out: [] }),
    next: (state, input) =>
      'wake' in input || !covers(config.direction, input.side)
        ? { state, out: passOn(input) }
        : slice(config, state, input),
  };
}

function slice(config: SlicerConfig, state: SlicerState, input: BoxInput): BoxStep<SlicerState> {
  const before = state[input.side];
  if (!('octets' in input)) return { state, out: passOn({ ...input, at: Math.max(input.at, before.leftAt ?? 0) }) };
  let leftAt = before.leftAt;
  let from = 0;
  const out: BoxOutput[] = [];
  for (const to of [...cutsOf(config, before, input.side, input.octets), input.octets.length]) {
    leftAt = leftAt === null ? input.at : Math.max(input.at, leftAt + config.everyMs);
    out.push({ at: leftAt, side: input.side, octets: input.octets.subarray(from, to) });
    from = to;
  }
  const lineStart = input.octets.at(-1) === LF;
  return { state: withSide(state, input.side, { leftAt, lineStart }), out };
}

/** @returns where to cut, ascending, strictly inside the octets */
function cutsOf(config: SlicerConfig, before: SlicedSide, side: Side, octets: Buffer): readonly number[] {
  const cuts: number[] = [];
  if (config.cut === 'inside-crlf') {
    for (let index = 1; index < octets.length; index += 1) {
      if (octets[index - 1] === CR && octets[index] === LF) cuts.push(index);
    }
    return cuts;
  }
  if (config.cut === 'inside-code') {
    if (side === 'client') return cuts;
    for (let index = 1; index < octets.length; index += 1) {
      const starts = index === 1 ? before.lineStart : octets[index - 2] === LF;
      if (starts && isDigit(octets[index - 1])) cuts.push(index);
    }
    return cuts;
  }
  let offset = 0;
  for (let nth = 0; ; nth += 1) {
    offset += Math.max(1, config.cut[nth] ?? config.cut.at(-1) ?? octets.length);
    if (offset >= octets.length) return cuts;
    cuts.push(offset);
  }
}

function isDigit(octet: number | undefined): boolean {
  return octet !== undefined && octet >= 48 && octet <= 57;
}

function explainCut({ cut, everyMs }: SlicerConfig): string {
  const gap = everyMs === 0 ? '' : `, ${span(everyMs)} apart`;
  if (cut === 'inside-crlf') return `between CR and LF${gap}`;
  if (cut === 'inside-code') return `inside the reply code${gap}`;
  const sizes = cut.length === 1 ? octetCount(cut[0] ?? 1) : `${cut.join(', ')} octets`;
  return `into slices of ${sizes}${gap}`;
}
