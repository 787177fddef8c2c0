// How a session was opened: the hellos of a dialogue, an EHLO that a firewall had masked, and whether the client could
// know from an earlier connection that EHLO gets it nowhere. Used by the checks of greeting, hello and replies.
// Not here: the keywords of the reply (offer.ts).

import type { EventName } from '../smtp/vocabulary';
import type { TrialView } from './check';
import type { Dialogue, Exchange } from './dialogue';

/** Verbs that belong behind a hello (RFC 5321 4.1.4); QUIT, NOOP, RSET, HELP, VRFY and EXPN may come before it. */
const BEHIND_HELLO: ReadonlySet<EventName> = new Set<EventName>(['MAIL', 'RCPT', 'DATA', 'BDAT', 'STARTTLS', 'AUTH']);

export function isHello(exchange: Exchange | null | undefined): boolean {
  return exchange?.verb === 'EHLO' || exchange?.verb === 'HELO';
}

/** The first command that opens the session, or that should not have come before it was open; null for neither. */
export function openerOf(dialogue: Dialogue): Exchange | null {
  return (
    dialogue.commands.find(
      (command) => isHello(command) || BEHIND_HELLO.has(command.verb) || isMaskedEhlo(dialogue, command),
    ) ?? null
  );
}

/**
 * Whether a firewall on the path made something else of an EHLO: the X's of a fixup, or whatever the session took while
 * the wire shows EHLO. Only for the first command of a connection.
 */
export function isMaskedEhlo(dialogue: Dialogue, command: Exchange): boolean {
  if (command !== dialogue.commands[0] || command.verb === 'EHLO') return false;
  if (command.verb === 'unknown' && command.parsed.verb === 'XXXX') return true;
  return /^EHLO\b/i.test(wireText(dialogue, 'received'));
}

/** EHLO, as the client sent it. */
export function isEhlo(dialogue: Dialogue, command: Exchange): boolean {
  return command.verb === 'EHLO' || isMaskedEhlo(dialogue, command);
}

/**
 * The first line on the wire in one direction, where a path lies between it and the session.
 * @returns '' without a path: then the session's own record is what went over the wire
 */
export function wireText(dialogue: Dialogue, direction: 'received' | 'sent'): string {
  let text = '';
  for (const event of dialogue.record.events) {
    if (event.type === 'command' && text !== '') break;
    if (event.type !== direction || event.layer !== 'wire') continue;
    text += event.octets?.toString('latin1') ?? '';
    if (text.includes('\n')) break;
  }
  return text.split(/\r?\n/, 1)[0] ?? '';
}

const WARNED = new WeakMap<TrialView, ReadonlySet<Dialogue>>();

/** Whether an earlier connection had its EHLO refused, or died of it: then opening with HELO is no bad form. */
export function knewEhloFails(view: TrialView, dialogue: Dialogue): boolean {
  const known = WARNED.get(view) ?? dialoguesAfterRefusal(view.dialogues);
  WARNED.set(view, known);
  return known.has(dialogue);
}

function dialoguesAfterRefusal(dialogues: readonly Dialogue[]): ReadonlySet<Dialogue> {
  const first = dialogues.findIndex((dialogue) => dialogue.commands.some((command) => failedEhlo(dialogue, command)));
  return new Set(first === -1 ? [] : dialogues.slice(first + 1));
}

function failedEhlo(dialogue: Dialogue, command: Exchange): boolean {
  if (!isEhlo(dialogue, command)) return false;
  return command.reply === null ? dialogue.ending.first === 'server' : command.reply.digit !== 2;
}

/** The exchange that the greeting answers; null for a trace that does not begin with the connection. */
export function connectOf(dialogue: Dialogue): Exchange | null {
  const [first] = dialogue.exchanges;
  return first?.verb === 'connect' ? first : null;
}
