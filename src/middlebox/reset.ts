// The connection is torn down with RST at a moment of the dialogue.
//
//   client ──► … . CRLF        ──►  … . CRLF
//   client ◄── RST    ⚡ RST ──►     (its 250 never arrives)
//
// From the moment on nothing passes any more, also while the RST itself is still to come (`afterMs`).

import type { Aim, AimedState } from './aim';
import { aimedBox, explainAim } from './aim';
import type { Middlebox, Side } from './middlebox';
import type { Direction } from './passing';
import { covers, otherSide } from './passing';
import { span } from './sentence';

export interface ResetConfig {
  readonly aim: Aim;
  /** Which end gets the RST; the other one hears nothing any more. */
  readonly to: Direction;
  readonly afterMs: number;
  /** Only on the first n connections; null = on all. */
  readonly onlyFirst: number | null;
}

export const RESET_DEFAULTS: ResetConfig = {
  aim: { moment: 'after-dot', octets: 1, nth: 1 },
  to: 'both',
  afterMs: 0,
  onlyFirst: null,
};

export type ResetState = AimedState | null;

const ENDS: readonly Side[] = ['client', 'server'];

export function reset(config: ResetConfig): Middlebox<ResetState> {
  return aimedBox({
    name: 'reset',
    explain: () => {
      const delay = config.afterMs === 0 ? '' : ` ${span(config.afterMs)}`;
      const ends = config.to === 'both' ? 'both ends' : `the ${config.to}`;
      return `Resets the connection towards ${ends}${delay} ${explainAim(config.aim)}.`;
    },
    aim: config.aim,
    onlyFirst: config.onlyFirst,
    strike: (at) =>
      ENDS.filter((end) => covers(config.to, end)).map((end) => ({
        at: at + config.afterMs,
        // What goes to the client comes from the server's side.
        side: otherSide(end),
        rst: true,
      })),
    after: () => [],
  });
}
