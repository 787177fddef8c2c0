// A narrow line: so many octets per second, each direction by itself.
//
//   client ──► [64 KB at once]   ──►  ▪▪▪▪  ▪▪▪▪  ▪▪▪▪  …     a piece arrives when its last octet has been on the line
//
// The arithmetic is exact: the nth octet of a busy stretch arrives n × 1000 / rate ms after the stretch began; nothing
// is rounded on the way, and an idle line saves up nothing.

import type { BoxInput, BoxOutput, BoxStep, Middlebox } from './middlebox';
import type { BothSides } from './passing';
import { passOn, withSide } from './passing';

export interface BandwidthConfig {
  /** Of what the client sends; null = unlimited. */
  readonly clientOctetsPerSecond: number | null;
  /** Of what the server sends; null = unlimited. */
  readonly serverOctetsPerSecond: number | null;
}

export const BANDWIDTH_DEFAULTS: BandwidthConfig = { clientOctetsPerSecond: 16_000, serverOctetsPerSecond: 16_000 };

/** A stretch in which the line is never idle. */
interface Busy {
  readonly since: number;
  readonly octets: number;
}

export type BandwidthState = BothSides<Busy>;

/** No piece is larger than an Ethernet segment's payload. */
const PIECE_OCTETS = 1460;

export function bandwidth(config: BandwidthConfig): Middlebox<BandwidthState> {
  const rates = { client: config.clientOctetsPerSecond, server: config.serverOctetsPerSecond };
  return {
    name: 'bandwidth',
    explain: () => {
      const words = (rate: number | null): string => (rate === null ? 'unlimited' : `${rate} octets per second`);
      return rates.client === rates.server
        ? `Limits each direction to ${words(rates.client)}.`
        : `Limits what the client sends to ${words(rates.client)} and what the server sends to ${words(rates.server)}.`;
    },
    start: ({ at }) => ({ state: { client: { since: at, octets: 0 }, server: { since: at, octets: 0 } }, out: [] }),
    next: (state, input) => {
      const rate = rates[input.side];
      return rate === null || 'wake' in input ? { state, out: passOn(input) } : onLine(rate, state, input);
    },
  };
}

function onLine(rate: number, state: BandwidthState, input: BoxInput): BoxStep<BandwidthState> {
  let busy = state[input.side];
  const freeAt = (): number => busy.since + (busy.octets * 1000) / rate;
  if (freeAt() <= input.at) busy = { since: input.at, octets: 0 };
  if (!('octets' in input)) return { state, out: passOn({ ...input, at: freeAt() }) };
  // At most a tenth of a second's worth, so that a slow line trickles instead of jumping.
  const piece = Math.max(1, Math.min(PIECE_OCTETS, Math.ceil(rate / 10)));
  const out: BoxOutput[] = [];
  for (let offset = 0; offset < input.octets.length; offset += piece) {
    const octets = input.octets.subarray(offset, offset + piece);
    busy = { since: busy.since, octets: busy.octets + octets.length };
    out.push({ at: freeAt(), side: input.side, octets });
  }
  return { state: withSide(state, input.side, busy), out };
}
