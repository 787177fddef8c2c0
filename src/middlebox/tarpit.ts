// A server that answers as slowly as it can: a few octets at a time.
//
//   client ◄── "2" · · · "2" · · · "0" · · · " " · · ·   ◄──  "220 mail.example.com …"
//
// The client's own octets pass at once. A client whose time-out starts anew with each octet waits very long; one that
// measures the whole reply gives up.

import type { Middlebox } from './middlebox';
import { octetCount, span } from './sentence';
import type { SlicerState } from './slicer';
import { slicer } from './slicer';

export interface TarpitConfig {
  /** Per piece. */
  readonly octets: number;
  readonly everyMs: number;
}

export const TARPIT_DEFAULTS: TarpitConfig = { octets: 1, everyMs: 1000 };

export type TarpitState = SlicerState;

export function tarpit(config: TarpitConfig): Middlebox<TarpitState> {
  return {
    ...slicer({ direction: 'server', cut: [config.octets], everyMs: config.everyMs }),
    name: 'tarpit',
    explain: () => `Lets ${octetCount(config.octets)} of what the server sends through every ${span(config.everyMs)}.`,
  };
}
