// One direction dies without a sign; the other one goes on, and both sockets stay open.
//
//   client ──► RCPT …          ──►  RCPT …
//   client ◄──        ✂        ◄──  250 OK          (direction: server, after-rcpt)
//
// FIN and RST of the dead direction are lost as well: the other end learns nothing until its own time-out.

import type { Aim, AimedState } from './aim';
import { aimedBox, explainAim } from './aim';
import type { Middlebox, Side } from './middlebox';
import { passOn } from './passing';

export interface HalfOpenConfig {
  readonly aim: Aim;
  /** Whose octets are lost. */
  readonly direction: Side;
  /** Only on the first n connections; null = on all. */
  readonly onlyFirst: number | null;
}

export const HALF_OPEN_DEFAULTS: HalfOpenConfig = {
  aim: { moment: 'after-mail', octets: 1, nth: 1 },
  direction: 'server',
  onlyFirst: null,
};

export type HalfOpenState = AimedState | null;

export function halfOpen(config: HalfOpenConfig): Middlebox<HalfOpenState> {
  return aimedBox({
    name: 'half-open',
    explain: () => {
      const aim = explainAim(config.aim);
      return `${aim.charAt(0).toUpperCase()}${aim.slice(1)}, everything the ${config.direction} sends is lost without a sign.`;
    },
    aim: config.aim,
    onlyFirst: config.onlyFirst,
    strike: () => [],
    after: (input) => (input.side === config.direction ? [] : passOn(input)),
  });
}
