// The client's half of a SASL exchange (RFC 4954 4): PLAIN, LOGIN and CRAM-MD5, as lines to send for each challenge.
// Used by the scripted dialogue. Not here: which mechanism is chosen, and whether it should have been.

import { createHmac } from 'node:crypto';

export type Mechanism = 'PLAIN' | 'LOGIN' | 'CRAM-MD5';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** What is sent first, and what answers each 334 in turn. */
export interface Exchange {
  readonly command: string;
  readonly responses: readonly ((challenge: string) => string)[];
}

/** RFC 4954 4: a line with a single "*" cancels the exchange. */
export const CANCEL = '*';

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** RFC 4954 4: a challenge that is not base64 must not be answered as if it were. */
function decoded(challenge: string, answer: (text: string) => string): string {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(challenge) ? answer(Buffer.from(challenge, 'base64').toString('utf8')) : CANCEL;
}

/** How a mechanism goes with these credentials. */
export function saslExchange(mechanism: Mechanism, { user, password }: Credentials): Exchange {
  switch (mechanism) {
    case 'PLAIN': // RFC 4616
      return { command: `AUTH PLAIN ${base64(`\0${user}\0${password}`)}`, responses: [] };
    case 'LOGIN':
      return {
        command: 'AUTH LOGIN',
        responses: [
          (challenge) => decoded(challenge, () => base64(user)),
          (challenge) => decoded(challenge, () => base64(password)),
        ],
      };
    case 'CRAM-MD5': // RFC 2195
      return {
        command: 'AUTH CRAM-MD5',
        responses: [
          (challenge) =>
            decoded(challenge, (text) => base64(`${user} ${createHmac('md5', password).update(text).digest('hex')}`)),
        ],
      };
  }
}
