// What a scenario asks of a client: held against a driver's capabilities, a missing one makes the trial "not run: can't …",
// never a pass.

import type { Scenario } from '../scenario/scenario';
import type { ClientCapability } from '../wire/trial-record';

/** loopback takes about 4 MB before a client notices that nobody reads; anything near it is a large message. */
const LARGE_OCTETS = 2 ** 20;

const WORDS: Readonly<Record<ClientCapability, string>> = {
  'several-recipients': 'send one message to several recipients',
  'several-messages': 'send several messages in one go',
  'several-servers': 'be given several servers to try',
  starttls: 'use STARTTLS',
  'require-tls': 'be told to insist on TLS',
  'implicit-tls': 'connect with TLS from the first octet',
  auth: 'authenticate',
  'null-sender': 'send with the null reverse-path',
  'eight-bit': 'be handed 8-bit content',
  'utf8-addresses': 'be given internationalised addresses',
  'bare-newlines': 'be handed content with bare CR or LF',
  'large-messages': 'send messages of several megabytes',
  dsn: 'ask for delivery status notifications',
  retries: 'try again later',
  bounces: 'send bounces',
};

/** @returns the capabilities without which this scenario says nothing about a client */
export function neededCapabilities(scenario: Scenario): readonly ClientCapability[] {
  const needs = new Set<ClientCapability>();
  if (scenario.submit.length > 1) needs.add('several-messages');
  if (scenario.servers.length > 1) needs.add('several-servers');
  for (const { to, from, content, size, tls, auth } of scenario.submit) {
    if (to.length > 1) needs.add('several-recipients');
    if (from === '') needs.add('null-sender');
    if (content === '8bit') needs.add('eight-bit');
    if (content === 'bare-lf' || content === 'bare-cr' || content === 'smuggling') needs.add('bare-newlines');
    if ((size ?? 0) > LARGE_OCTETS) needs.add('large-messages');
    if ([from, ...to].some((address) => /[^\0-\x7f]/.test(address))) needs.add('utf8-addresses');
    if (tls === 'if-offered') needs.add('starttls');
    if (tls === 'required') needs.add('require-tls');
    if (tls === 'implicit') needs.add('implicit-tls');
    if (auth !== null) needs.add('auth');
  }
  return [...needs];
}

/** @returns "can't send one message to several recipients", or null when nothing is missing */
export function missingCapability(scenario: Scenario, has: readonly ClientCapability[]): string | null {
  const missing = neededCapabilities(scenario).find((need) => !has.includes(need));
  return missing === undefined ? null : `can't ${WORDS[missing]}`;
}
