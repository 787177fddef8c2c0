// Which log line a refused command gets: the policy or situation behind the reply, translated into a wording.
// Used by log.ts. A reply that a scenario's rule made up is taken for the nearest thing Domino would have refused.

import type { CommandEvent, ReplyEvent } from '../wire/trace-event';
import type { WordingId } from './log-wording';

/** Situations of a persona and policies of a scenario, letters only and in lower case: `errorLimit` and `error-limit` are one. */
const WORDING_OF: ReadonlyMap<string, WordingId> = new Map<string, WordingId>([
  ...named('blacklisted', 'blacklisted', 'dnsBlacklist'),
  ...named('private-blacklisted', 'private-blacklisted', 'privateBlacklist'),
  ...named('host-denied', 'host-denied', 'hosts.deny', 'hosts.allow'),
  ...named('host-unnamed', 'host-unnamed', 'hosts.nameInDns'),
  ...named('sender-denied', 'sender-denied', 'senders.deny', 'senders.allow'),
  ...named('sender-domain-unknown', 'sender-domain-unknown', 'senders.domainInDns'),
  ...named('relay-denied', 'relay-denied', 'recipients.relay'),
  ...named('recipient-denied', 'recipient-denied', 'recipients.deny', 'recipients.allow'),
  ...named('recipient-unknown', 'recipient-unknown', 'recipients.known'),
  ...named('recipient-ambiguous', 'recipient-ambiguous', 'recipients.ambiguous'),
  ...named('recipient-group', 'recipient-group', 'recipients.groups'),
  ...named('too-many-recipients', 'too-many-recipients', 'recipients.max'),
  ...named('size-exceeded', 'size-exceeded', 'size-declared', 'size'),
  ...named('error-limit', 'error-limit'),
  ...named('idle-timeout', 'idle-timeout'),
  ...named('too-many-connections', 'too-many-connections', 'connections'),
]);

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}

function named(wording: WordingId, ...names: readonly string[]): [string, WordingId][] {
  return names.map((name) => [lettersOf(name), wording]);
}

function wordingOf(reply: ReplyEvent): WordingId | null {
  switch (reply.source.kind) {
    case 'policy':
      return WORDING_OF.get(lettersOf(reply.source.policy)) ?? null;
    case 'persona':
      return WORDING_OF.get(lettersOf(reply.source.situation)) ?? null;
    case 'rule':
    case 'default':
      break;
  }
  return null;
}

/**
 * The wording for a reply that refuses something.
 * @param command what the reply answers; null for one that answers mail data, a connect, or nothing
 * @returns null when Domino would not have written a line: a success, a mere syntax error, a temporary refusal by a rule
 */
export function refusalOf(reply: ReplyEvent, command: CommandEvent | null): WordingId | null {
  if (reply.code === null || reply.code < 400) return null;
  const known = wordingOf(reply);
  if (known !== null || reply.source.kind !== 'rule' || reply.code < 550) return known;
  if (command?.event === 'MAIL') return 'sender-denied';
  if (command?.event === 'RCPT') return reply.code === 550 ? 'recipient-unknown' : 'recipient-denied';
  return null;
}
