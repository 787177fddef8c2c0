// Plaintext that somebody slips in behind the 220 to STARTTLS, to be read by a client that does not empty its buffer.
//
//   client ◄── "220 Ready\r\n250 injected\r\n"   ◄──  "220 Ready\r\n"
//              └──────── one piece ────────┘
//
// A client must throw away whatever it knew from before the handshake (RFC 3207 4.2); what it takes from these octets
// afterwards it takes from a stranger.

import type { Middlebox } from './middlebox';
import { octetCount } from './sentence';
import type { TextBoxState } from './text-box';
import { textBox } from './text-box';

export interface StarttlsResponseInjectionConfig {
  /** The octets as they are, latin1, line ends included. */
  readonly octets: string;
}

export const STARTTLS_RESPONSE_INJECTION_DEFAULTS: StarttlsResponseInjectionConfig = {
  octets: '250-injected.example\r\n250 AUTH PLAIN\r\n',
};

export type StarttlsResponseInjectionState = TextBoxState<null>;

export function starttlsResponseInjection(
  config: StarttlsResponseInjectionConfig,
): Middlebox<StarttlsResponseInjectionState> {
  const injected = Buffer.from(config.octets, 'latin1');
  return textBox<null>({
    name: 'starttls-response-injection',
    explain: () =>
      `Puts ${octetCount(injected.length)} of plaintext behind the 220 to STARTTLS, in the same piece: ${JSON.stringify(config.octets)}.`,
    begin: null,
    unit: (own, unit) => {
      const accepted = unit.kind === 'reply-line' && unit.answers === 'STARTTLS' && unit.code === 220 && unit.last;
      return { own, pass: accepted ? Buffer.concat([unit.octets, injected]) : unit.octets };
    },
  });
}
