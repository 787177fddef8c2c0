// A NAT or firewall that forgets idle connections: whoever speaks next speaks to nobody.
//
//   client ──► MAIL …  · · · · · idle · · · · ·  client ──► RCPT …   ✗
//                                                client ◄── RST          (next: rst; silence: nothing at all)
//
// Neither end learns anything while both are silent. The other end's own next octets meet the same.

import type { Middlebox } from './middlebox';
import { otherSide, passOn } from './passing';
import { span } from './sentence';

export interface NatTimeoutConfig {
  /** Without an octet in either direction. */
  readonly idleMs: number;
  /** What whoever speaks next meets. */
  readonly next: 'rst' | 'silence';
}

export const NAT_TIMEOUT_DEFAULTS: NatTimeoutConfig = { idleMs: 300_000, next: 'silence' };

export interface NatTimeoutState {
  readonly lastAt: number;
  readonly forgotten: boolean;
}

export function natTimeout(config: NatTimeoutConfig): Middlebox<NatTimeoutState> {
  return {
    name: 'nat-timeout',
    explain: () => {
      const then = config.next === 'rst' ? 'answers whoever speaks next with a reset' : 'swallows everything';
      return `Forgets the connection when it is idle for ${span(config.idleMs)}, and then ${then}.`;
    },
    start: ({ at }) => ({ state: { lastAt: at, forgotten: false }, out: [] }),
    next: (state, input) => {
      if ('wake' in input) return { state, out: [] };
      const { at, side } = input;
      if (!state.forgotten && at - state.lastAt < config.idleMs) {
        return { state: { lastAt: at, forgotten: false }, out: passOn(input) };
      }
      const answered = config.next === 'rst' && !('rst' in input);
      return {
        state: { lastAt: at, forgotten: true },
        out: answered ? [{ at, side: otherSide(side), rst: true }] : [],
      };
    },
  };
}
