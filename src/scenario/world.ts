// What outlives a connection: how often rules were used, and named states with the moment they were set. The engine
// reads it and returns changes as values; whoever runs the sessions applies them before the next step is taken.

export interface NamedState {
  readonly value: string;
  /** When it got this value, ms. */
  readonly since: number;
}

export interface World {
  /** Uses of a rule: key = rule id, with what narrows the budget. */
  readonly spent: ReadonlyMap<string, number>;
  readonly states: ReadonlyMap<string, NamedState>;
  /** Events that count against a rate, per key: the moments, oldest first. */
  readonly moments: ReadonlyMap<string, readonly number[]>;
}

export type WorldChange =
  | { readonly change: 'spend'; readonly key: string }
  | { readonly change: 'state'; readonly key: string; readonly value: string | null; readonly at: number }
  | { readonly change: 'moment'; readonly key: string; readonly at: number; readonly keepMs: number };

/** Maps beyond this size forget their oldest entry: a run of millions of peers must not fill the memory. */
const MOST_ENTRIES = 100_000;

export interface LivingWorld extends World {
  readonly spent: Map<string, number>;
  readonly states: Map<string, NamedState>;
  readonly moments: Map<string, readonly number[]>;
}

export function createWorld(): LivingWorld {
  return { spent: new Map(), states: new Map(), moments: new Map() };
}

/** Carries out what a step of the engine asked for. */
export function applyChanges(world: LivingWorld, changes: readonly WorldChange[]): void {
  for (const change of changes) {
    switch (change.change) {
      case 'spend':
        put(world.spent, change.key, (world.spent.get(change.key) ?? 0) + 1);
        break;
      case 'state':
        if (change.value === null) world.states.delete(change.key);
        // Setting the value it has keeps its age, so that "seen for 5 s" counts from the first sight.
        else if (world.states.get(change.key)?.value !== change.value) {
          put(world.states, change.key, { value: change.value, since: change.at });
        }
        break;
      case 'moment': {
        const recent = (world.moments.get(change.key) ?? []).filter((at) => at > change.at - change.keepMs);
        put(world.moments, change.key, [...recent, change.at]);
        break;
      }
    }
  }
}

function put<Value>(map: Map<string, Value>, key: string, value: Value): void {
  if (!map.has(key) && map.size >= MOST_ENTRIES) {
    const oldest = map.keys().next();
    if (oldest.done !== true) map.delete(oldest.value);
  }
  map.set(key, value);
}
