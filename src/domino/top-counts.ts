// Which keys occur most, in bounded memory: "space-saving" counters (Metwally, Agrawal, El Abbadi 2005). A key that comes
// new into a full table takes over the smallest counter, and the error this may bring is kept beside the count.
// Used for hosts per cause, probes and unknown lines. Mutable and O(1) per key: on the explainer's hot path.

export interface Counted<Value> {
  readonly key: string;
  count: number;
  /** By how much `count` may be too high. */
  readonly error: number;
  readonly value: Value;
}

export class TopCounts<Value> {
  /** What all keys together were counted. */
  total = 0;
  /** What the counters given up had been counted, all together. */
  evicted = 0;
  readonly #most: number;
  readonly #create: (key: string) => Value;
  readonly #counters = new Map<string, Counted<Value>>();
  /** Counters by their count, so that the smallest is found without looking at all. */
  readonly #byCount = new Map<number, Set<Counted<Value>>>();
  /** No counter is smaller. */
  #least = 1;

  /** @param most counters kept; `create` makes what is kept beside a new key's count */
  constructor(most: number, create: (key: string) => Value) {
    this.#most = most;
    this.#create = create;
  }

  /** Counts a key, once or several times, and returns its counter. */
  add(key: string, times = 1): Counted<Value> {
    this.total += times;
    const known = this.#counters.get(key);
    if (known !== undefined) {
      this.#leave(known);
      known.count += times;
      this.#enter(known);
      return known;
    }
    const taken = this.#counters.size >= this.#most ? this.#giveUpSmallest() : 0;
    const counter = { key, count: taken + times, error: taken, value: this.#create(key) };
    this.#counters.set(key, counter);
    this.#least = Math.min(this.#least, counter.count);
    this.#enter(counter);
    return counter;
  }

  #enter(counter: Counted<Value>): void {
    const equals = this.#byCount.get(counter.count);
    if (equals === undefined) this.#byCount.set(counter.count, new Set([counter]));
    else equals.add(counter);
  }

  #leave(counter: Counted<Value>): void {
    const equals = this.#byCount.get(counter.count);
    equals?.delete(counter);
    if (equals?.size === 0) this.#byCount.delete(counter.count);
  }

  #giveUpSmallest(): number {
    // Goes up only as often as counts have gone up.
    while (!this.#byCount.has(this.#least)) this.#least += 1;
    for (const counter of this.#byCount.get(this.#least) ?? []) {
      this.#leave(counter);
      this.#counters.delete(counter.key);
      this.evicted += counter.count - counter.error;
      return counter.count;
    }
    return 0;
  }

  /** The highest counters, highest first; of equal ones the key that is first in the alphabet. */
  top(most: number): readonly Counted<Value>[] {
    const all = [...this.#counters.values()];
    all.sort((one, other) => other.count - one.count || (one.key < other.key ? -1 : 1));
    return all.slice(0, most);
  }
}
