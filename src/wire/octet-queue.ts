// Octets that were read and not yet taken, with the moment each came. The session pulls from here one unit at a time,
// in the mode the engine has just decided (line-reader.ts, mail-data.ts), and never parses ahead.

/** Arrivals that were taken, and are still in the list of those that wait. */
const MOST_TAKEN = 16;

/** One read: its octets from `start` on are still untaken. */
export interface Arrival {
  readonly octets: Buffer;
  /** Of octets[0], in the stream. */
  readonly offset: number;
  /** The `received` event that brought it, and its time. */
  readonly seq: number;
  readonly at: number;
}

/** A run of octets within one arrival. */
export interface Piece {
  readonly octets: Buffer;
  readonly seq: number;
  readonly at: number;
}

export class OctetQueue {
  private arrivals: Arrival[] = [];
  private head = 0;
  private start = 0;
  private waiting = 0;
  private taken = 0;
  private pushed = 0;

  /** Octets waiting. */
  get length(): number {
    return this.waiting;
  }

  /** Stream offset of the next octet to be taken. */
  get offset(): number {
    return this.taken;
  }

  /** Octets that were ever pushed. */
  get total(): number {
    return this.pushed;
  }

  push(octets: Buffer, seq: number, at: number): void {
    if (octets.length === 0) return;
    this.arrivals.push({ octets, offset: this.pushed, seq, at });
    this.pushed += octets.length;
    this.waiting += octets.length;
  }

  /** How many arrivals still hold untaken octets. */
  get arrivalCount(): number {
    return this.arrivals.length - this.head;
  }

  /** The nth arrival that still holds untaken octets; the first may be partly taken (see `firstStart`). */
  arrival(index: number): Arrival | undefined {
    return this.arrivals[this.head + index];
  }

  /** Where the untaken octets of the first arrival begin. */
  get firstStart(): number {
    return this.start;
  }

  /** The octets at the front that lie in one arrival, not taken yet; null when nothing waits. */
  front(): Piece | null {
    const first = this.arrivals[this.head];
    if (first === undefined) return null;
    const octets = this.start === 0 ? first.octets : first.octets.subarray(this.start);
    return { octets, seq: first.seq, at: first.at };
  }

  /** The octet so many places behind the front; undefined when it is not there yet. Does not take it. */
  octet(index: number): number | undefined {
    let at = this.start + index;
    for (let i = this.head; i < this.arrivals.length; i++) {
      const octets = this.arrivals[i]?.octets;
      if (octets === undefined || at < octets.length) return octets?.[at];
      at -= octets.length;
    }
    return undefined;
  }

  /** Copies nothing when the octets lie in one arrival. Does not take them. */
  peek(count: number): Buffer {
    const first = this.arrivals[this.head];
    if (first === undefined || count === 0) return Buffer.alloc(0);
    if (this.start + count <= first.octets.length) return first.octets.subarray(this.start, this.start + count);
    const parts: Buffer[] = [];
    let left = Math.min(count, this.waiting);
    for (let i = 0; left > 0; i++) {
      const arrival = this.arrivals[this.head + i];
      if (arrival === undefined) break;
      const from = i === 0 ? this.start : 0;
      const part = arrival.octets.subarray(from, from + left);
      parts.push(part);
      left -= part.length;
    }
    return Buffer.concat(parts);
  }

  /** As latin1: what a line is read as. Does not take them. */
  text(count: number): string {
    const first = this.arrivals[this.head];
    if (first === undefined) return '';
    const end = this.start + count;
    return end <= first.octets.length
      ? first.octets.toString('latin1', this.start, end)
      : this.peek(count).toString('latin1');
  }

  /** Drops the first `count` octets: they were taken as (part of) a unit. */
  skip(count: number): void {
    let left = Math.min(count, this.waiting);
    this.waiting -= left;
    this.taken += left;
    while (left > 0) {
      const first = this.arrivals[this.head];
      if (first === undefined) return;
      const there = first.octets.length - this.start;
      if (left < there) {
        this.start += left;
        break;
      }
      left -= there;
      this.start = 0;
      this.head++;
    }
    this.compact();
  }

  /** Drops everything. */
  clear(): number {
    const dropped = this.waiting;
    this.skip(dropped);
    return dropped;
  }

  /**
   * Shifting an array per read would cost its length each time; this does it once in a while, and not so late that arrivals
   * that were taken keep more memory than those that wait.
   */
  private compact(): void {
    if (this.head === this.arrivals.length) {
      if (this.head > 0) this.arrivals = [];
      this.head = 0;
    } else if (this.head > MOST_TAKEN && this.head * 2 > this.arrivals.length) {
      this.arrivals = this.arrivals.slice(this.head);
      this.head = 0;
    }
  }
}
