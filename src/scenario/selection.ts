// Which rules take an event: candidates top to bottom, budgets, seeded chance, `pass` rules on the way (semantics A2).

import type { EventName } from '../smtp/vocabulary';
import type { CompiledRule } from './compile';
import { recipientsOf, scopedKey, unquoted, type View } from './matching';
import { candidatesFor, type RuleIndex } from './rule-index';
import type { Subject } from './session';
import { draw, type Turn } from './turn';

export interface Selection {
  /** Rules that only take note, in order. */
  readonly passes: readonly CompiledRule[];
  /** The one that answers; null leaves it to policies and persona. */
  readonly answer: CompiledRule | null;
}

const NOBODY: Selection = { passes: [], answer: null };

/** The rules that this connection meets: its own go first (semantics, primitive 8). */
export function indexFor({ compiled, session }: Turn): RuleIndex {
  return compiled.perConnection[session.connection - 1] ?? compiled.common;
}

export function select(turn: Turn, event: EventName, subject: Subject): Selection {
  const candidates = indexFor(turn).byEvent.get(event);
  if (candidates === undefined) return NOBODY;
  const { session } = turn;
  const recipients = (): readonly string[] => recipientsOf({ session, subject }).map(unquoted);
  return selectFrom(turn, candidatesFor(candidates, recipients), subject);
}

/** The same over given candidates: `content`, `idle` and `timer` rules are chosen by their moment first. */
export function selectFrom(turn: Turn, candidates: readonly CompiledRule[], subject: Subject): Selection {
  const passes: CompiledRule[] = [];
  for (const candidate of candidates) {
    if (!takes(turn, candidate, subject)) continue;
    if (!candidate.rule.pass) return { passes, answer: candidate };
    passes.push(candidate);
  }
  return { passes, answer: null };
}

/** `on` held already; then every `when`, then the budget, and only then a draw. */
function takes(turn: Turn, candidate: CompiledRule, subject: Subject): boolean {
  const { session, world, moment } = turn;
  const { rule } = candidate;
  const view: View = { session, subject, world, now: moment.now, received: moment.received };
  const captures: Record<string, string> = {};
  if (!candidate.matches(view, captures)) return false;
  if (rule.times !== null && usesOf(turn, candidate, view) >= rule.times) return false;
  if (rule.probability < 1 && draw(turn) >= rule.probability) return false;
  if (rule.times !== null) spend(turn, candidate, view);
  if (Object.keys(captures).length > 0) session.captures = { ...session.captures, ...captures };
  return true;
}

/** Budgets within one connection live and die with its session, or its transaction; the others belong to the world. */
function usesOf(turn: Turn, candidate: CompiledRule, view: View): number {
  const { id, per } = candidate.rule;
  if (per === 'connection') return turn.session.spent[id] ?? 0;
  if (per === 'transaction') return turn.session.spentHere[id] ?? 0;
  const key = worldKey(candidate, view);
  const pending = turn.changes.filter((change) => change.change === 'spend' && change.key === key).length;
  return (turn.world.spent.get(key) ?? 0) + pending;
}

function spend(turn: Turn, candidate: CompiledRule, view: View): void {
  const { session, changes } = turn;
  const { id, per } = candidate.rule;
  if (per === 'connection') session.spent = { ...session.spent, [id]: (session.spent[id] ?? 0) + 1 };
  else if (per === 'transaction') session.spentHere = { ...session.spentHere, [id]: (session.spentHere[id] ?? 0) + 1 };
  else changes.push({ change: 'spend', key: worldKey(candidate, view) });
}

function worldKey({ rule }: CompiledRule, view: View): string {
  const scope = rule.per === 'peer' || rule.per === 'sender+recipient' ? rule.per : 'run';
  return scopedKey(rule.id, scope, view);
}
