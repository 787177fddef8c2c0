// The connection is closed in order (FIN) at a moment of the dialogue, without a word.
//
//   client ──► DATA CRLF       ──►  DATA CRLF
//   client ◄── FIN    ⚡ FIN ──►     (its 354 never arrives)
//
// What was to travel towards a closed end is thrown away, also while the FIN itself is still to come (`afterMs`).

import type { Aim, AimedState } from './aim';
import { aimedBox, explainAim } from './aim';
import type { Middlebox, Side } from './middlebox';
import type { Direction } from './passing';
import { covers, otherSide, passOn } from './passing';
import { span } from './sentence';

export interface CloseConfig {
  readonly aim: Aim;
  /** Which end sees the FIN; with one end only, its own octets still pass, as on a half-closed connection. */
  readonly to: Direction;
  readonly afterMs: number;
  /** Only on the first n connections; null = on all. */
  readonly onlyFirst: number | null;
}

export const CLOSE_DEFAULTS: CloseConfig = {
  aim: { moment: 'after-data', octets: 1, nth: 1 },
  to: 'both',
  afterMs: 0,
  onlyFirst: null,
};

export type CloseState = AimedState | null;

const ENDS: readonly Side[] = ['client', 'server'];

export function close(config: CloseConfig): Middlebox<CloseState> {
  return aimedBox({
    name: 'close',
    explain: () => {
      const delay = config.afterMs === 0 ? '' : ` ${span(config.afterMs)}`;
      const ends = config.to === 'both' ? 'both ends' : `the ${config.to}`;
      return `Closes the connection towards ${ends}${delay} ${explainAim(config.aim)}.`;
    },
    aim: config.aim,
    onlyFirst: config.onlyFirst,
    strike: (at) =>
      ENDS.filter((end) => covers(config.to, end)).map((end) => ({
        at: at + config.afterMs,
        // What goes to the client comes from the server's side.
        side: otherSide(end),
        fin: true,
      })),
    after: (input) => (covers(config.to, otherSide(input.side)) ? [] : passOn(input)),
  });
}
