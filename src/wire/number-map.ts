// What is there by number, where many come and go: connections above all. A Map would do, but each time V8 makes its table
// anew the old one goes on naming the new one and what was in it. Once one of them has become old, all that follow are kept
// until the next major collection, and with them the session and the socket of nearly every connection
// (docs/performance.md). This is a table of open addressing whose places are written again.

const LEAST_PLACES = 32;

export class NumberMap<Value> {
  private numbers: number[] = [];
  private held: (Value | undefined)[] = [];
  private mask = -1;
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** @param number an integer from 0 on */
  set(number: number, value: Value): void {
    // At most half of the places are taken, so that what is looked for is close to where it should be.
    if (this.count * 2 > this.mask) this.resize((this.mask + 1) * 2);
    const at = this.find(number);
    if (this.numbers[at] !== number) this.count++;
    this.numbers[at] = number;
    this.held[at] = value;
  }

  get(number: number): Value | undefined {
    return this.count === 0 ? undefined : this.held[this.find(number)];
  }

  /** @returns whether it was there */
  delete(number: number): boolean {
    if (this.count === 0) return false;
    let free = this.find(number);
    if (this.numbers[free] !== number) return false;
    this.count--;
    // Those behind it move up, unless they stand where they belong: nothing marks a place that was left.
    for (let at = (free + 1) & this.mask; this.numbers[at] !== NOBODY; at = (at + 1) & this.mask) {
      const distance = (at - (this.numbers[at] ?? 0)) & this.mask;
      if (distance < ((at - free) & this.mask)) continue;
      this.put(free, this.numbers[at] ?? NOBODY, this.held[at]);
      free = at;
    }
    this.put(free, NOBODY, undefined);
    // After a rush the table shrinks: it is gone through as a whole to list what is there.
    if (this.mask >= 8 * LEAST_PLACES && this.count * 8 < this.mask) this.resize((this.mask + 1) / 2);
    return true;
  }

  /** By number. */
  values(): Value[] {
    const there = this.numbers.flatMap((number, at) =>
      number === NOBODY ? [] : [{ number, value: this.held[at] as Value }],
    );
    return there.sort((one, other) => one.number - other.number).map(({ value }) => value);
  }

  /** Where a number is, or the free place where it would be put. */
  private find(number: number): number {
    let at = number & this.mask;
    while (this.numbers[at] !== number && this.numbers[at] !== NOBODY) at = (at + 1) & this.mask;
    return at;
  }

  private put(at: number, number: number, value: Value | undefined): void {
    this.numbers[at] = number;
    this.held[at] = value;
  }

  private resize(places: number): void {
    const { numbers, held } = this;
    const size = Math.max(LEAST_PLACES, places);
    this.numbers = Array.from({ length: size }, () => NOBODY);
    this.held = Array.from({ length: size }, () => undefined);
    this.mask = size - 1;
    for (const [at, number] of numbers.entries()) {
      if (number !== NOBODY) this.put(this.find(number), number, held[at]);
    }
  }
}

const NOBODY = -1;
