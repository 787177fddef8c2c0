// `extends:`: a scenario on top of another, before either is read with the schema. Maps merge, lists replace, and
// `rules: { before, after }` adds to the inherited rules. Used by load.ts; keeps the place of every value.

import type { Located, Origin } from './origin';

/** Keys that say who a scenario is, not what it does: never inherited. */
const OWN_KEYS: ReadonlySet<string> = new Set(['name', 'extends']);
/** Of these two, the one that is given takes the place of whichever was inherited. */
const ALTERNATIVES: Readonly<Record<string, string>> = { server: 'servers', servers: 'server' };

type Map_ = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is Map_ {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function memberOf(located: Located, key: string): Located {
  const value = isMap(located.value) ? located.value[key] : undefined;
  return { value, origin: located.origin.members.get(key)?.origin ?? located.origin };
}

/** Lists, one behind the other, each item with its own place. */
function join(lists: readonly Located[], at: Origin): Located {
  const value: unknown[] = [];
  const members = new Map<string, { key: Origin['at']; origin: Origin }>();
  for (const list of lists) {
    if (!Array.isArray(list.value)) continue;
    for (const [index, item] of (list.value as unknown[]).entries()) {
      const origin = list.origin.members.get(String(index))?.origin ?? list.origin;
      members.set(String(value.length), { key: origin.at, origin });
      value.push(item);
    }
  }
  return { value, origin: { at: at.at, members } };
}

function isAddition(value: unknown): boolean {
  return isMap(value) && Object.keys(value).every((key) => key === 'before' || key === 'after');
}

function mergeRules(base: Located, over: Located): Located {
  if (!isAddition(over.value)) return over;
  return join([memberOf(over, 'before'), base, memberOf(over, 'after')], over.origin);
}

/**
 * @param base what is inherited
 * @param over what is given; stands wherever both say something
 */
function merge(base: Located, over: Located): Located {
  if (!isMap(base.value) || !isMap(over.value)) return over;
  const value: Record<string, unknown> = { ...base.value };
  const members = new Map(base.origin.members);
  for (const key of Object.keys(over.value)) {
    const merged = merge(memberOf(base, key), memberOf(over, key));
    value[key] = merged.value;
    members.set(key, { key: over.origin.members.get(key)?.key ?? over.origin.at, origin: merged.origin });
  }
  return { value, origin: { at: over.origin.at, members } };
}

function without(located: Located, keys: readonly string[]): Located {
  if (!isMap(located.value)) return located;
  const value = Object.fromEntries(Object.entries(located.value).filter(([key]) => !keys.includes(key)));
  const members = new Map([...located.origin.members].filter(([key]) => !keys.includes(key)));
  return { value, origin: { at: located.origin.at, members } };
}

/**
 * A whole scenario on top of the one it extends.
 * @returns the author's form, without `extends`
 */
export function extendScenario(base: Located, over: Located): Located {
  const given = isMap(over.value) ? Object.keys(over.value) : [];
  const replaced = given.map((key) => ALTERNATIVES[key]).filter((key) => key !== undefined);
  const inherited = without(base, [...OWN_KEYS, ...replaced]);
  const own = without(over, ['extends', 'rules']);
  const merged = merge(inherited, own);
  if (!given.includes('rules')) return merged;
  const rules = mergeRules(memberOf(inherited, 'rules'), memberOf(over, 'rules'));
  const members = new Map(merged.origin.members);
  members.set('rules', { key: over.origin.members.get('rules')?.key ?? over.origin.at, origin: rules.origin });
  return { value: { ...(merged.value as object), rules: rules.value }, origin: { at: merged.origin.at, members } };
}
