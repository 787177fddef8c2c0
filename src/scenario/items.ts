// From an event to the steps that answer it: the rules that take it, else the question to policies and persona.

import type { CompiledRule, CompiledStep } from './compile';
import { select, type Selection } from './selection';
import type { ProgramItem, Subject } from './session';
import type { Turn } from './turn';

const DECIDE: ProgramItem = { step: { step: 'decide' }, source: { kind: 'default' }, counts: true };
/** What nearly every event gets: shared, since a program never changes its items. */
export const ONLY_DECIDE: readonly ProgramItem[] = [DECIDE];
const NOTHING: readonly ProgramItem[] = [];

export function itemsFor(turn: Turn, subject: Subject): readonly ProgramItem[] {
  return itemsOf(select(turn, subject.event, subject));
}

/** @param orElse whether policies and persona are asked when no rule answers */
export function itemsOf(selection: Selection, orElse = true): readonly ProgramItem[] {
  const { passes, answer } = selection;
  const asks = answer === null && orElse;
  if (passes.length === 0 && answer === null) return asks ? ONLY_DECIDE : NOTHING;
  const items = [...passes, ...(answer === null ? [] : [answer])].flatMap(itemsOfRule);
  return asks ? [...items, DECIDE] : items;
}

function itemsOfRule({ steps, source, rule }: CompiledRule): ProgramItem[] {
  return steps.map((step) => ({ step, source, counts: rule.counts }));
}

/** Steps that a decision asks for. */
export function itemsFrom(steps: readonly CompiledStep[], source: ProgramItem['source']): readonly ProgramItem[] {
  return steps.map((step) => ({ step, source, counts: true }));
}
