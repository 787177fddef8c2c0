// Rules by the event they are about and, where many of them name recipients, by recipient: ten thousand rules that each
// stand for one mailbox are not all asked about every RCPT. Which of those that are found really match is selection.ts's;
// here none may be missed, and their order stays.

import { VERB_EVENTS, type EventName } from '../smtp/vocabulary';
import type { CompiledRule } from './compile';
import { literalParts } from './pattern';

export interface RuleIndex {
  readonly byEvent: ReadonlyMap<EventName, Candidates>;
  readonly content: readonly CompiledRule[];
  readonly idle: readonly CompiledRule[];
  readonly timer: readonly CompiledRule[];
}

/** The rules about one event. */
export interface Candidates {
  readonly all: readonly CompiledRule[];
  /** Null: too few name a recipient. */
  readonly byRecipient: ByRecipient | null;
}

interface ByRecipient {
  /** Places in `all`, ascending. Keys are `user@host`, `user@` (`user@*`) and `@host` (`*@host`), in small letters. */
  readonly named: ReadonlyMap<string, readonly number[]>;
  /** Rules about any recipient, or about more than one of these keys can tell. */
  readonly others: readonly number[];
  readonly otherRules: readonly CompiledRule[];
}

/** Below this asking them all costs no more. */
const LEAST_NAMED = 16;

/** Events that `on: any` stands for: whatever a line of the client, or its final dot, can be. */
export const ANY_EVENT: readonly EventName[] = [...VERB_EVENTS, 'auth-response', 'end-of-data', 'unknown'];

export function indexRules(rules: readonly CompiledRule[]): RuleIndex {
  const lists = new Map<EventName, CompiledRule[]>();
  for (const compiled of rules) {
    for (const event of compiled.rule.on.length === 0 ? ANY_EVENT : new Set(compiled.rule.on)) {
      const list = lists.get(event) ?? [];
      list.push(compiled);
      lists.set(event, list);
    }
  }
  const of = (event: EventName): readonly CompiledRule[] => lists.get(event) ?? [];
  const byEvent = new Map([...lists].map(([event, all]) => [event, { all, byRecipient: recipientIndex(all) }]));
  return { byEvent, content: of('content'), idle: of('idle'), timer: of('timer') };
}

function recipientIndex(all: readonly CompiledRule[]): ByRecipient | null {
  const named = new Map<string, number[]>();
  const others: number[] = [];
  all.forEach(({ rule }, place) => {
    const key = rule.when.recipient === undefined ? null : keyOf(rule.when.recipient);
    if (key === null) {
      others.push(place);
      return;
    }
    const places = named.get(key) ?? [];
    places.push(place);
    named.set(key, places);
  });
  if (all.length - others.length < LEAST_NAMED) return null;
  return { named, others, otherRules: rulesAt(all, others) };
}

/** @returns null for a pattern that no key stands for */
function keyOf(pattern: string): string | null {
  const parts = literalParts(pattern);
  if (parts === null || parts.length > 2) return null;
  const [head = '', tail] = parts;
  if (tail === undefined) return head;
  if (tail === '' && head.endsWith('@')) return head;
  return head === '' && tail.startsWith('@') ? tail : null;
}

/**
 * The rules that may match, in order; every one that does is among them.
 * @param recipients of the event, as patterns see them; asked for only where it matters
 */
export function candidatesFor(
  { all, byRecipient }: Candidates,
  recipients: () => readonly string[],
): readonly CompiledRule[] {
  if (byRecipient === null) return all;
  const { named, others, otherRules } = byRecipient;
  const found = new Set<number>();
  for (const recipient of recipients()) {
    for (const key of keysOf(recipient.toLowerCase())) for (const place of named.get(key) ?? []) found.add(place);
  }
  if (found.size === 0) return otherRules;
  return rulesAt(
    all,
    [...others, ...found].sort((one, other) => one - other),
  );
}

/** A quoted local part may hold an @, too. */
function keysOf(recipient: string): readonly string[] {
  const keys = [recipient];
  for (let at = recipient.indexOf('@'); at >= 0; at = recipient.indexOf('@', at + 1)) {
    keys.push(recipient.slice(0, at + 1), recipient.slice(at));
  }
  return keys;
}

function rulesAt(all: readonly CompiledRule[], places: readonly number[]): readonly CompiledRule[] {
  return places.flatMap((place) => all[place] ?? []);
}
