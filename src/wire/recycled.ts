// Memory that is used again: blocks of one size, each held by those who put something into it, and free for the next one
// when the last of them lets go. Under load a server would otherwise make and drop a hundred megabytes of them a second,
// which the collector marks and the kernel clears (docs/performance.md). Used by packed-page.ts and octet-slab.ts.
// A holder that is forgotten without letting go costs nothing but the block, which the collector then takes.

/** A block with those who hold it counted. */
export interface Held<Block> {
  readonly block: Block;
  /** Infinite for one that is never used again: somebody else made it, and may look at it for ever. */
  holders: number;
}

export class Recycler<Block> {
  private readonly make: () => Block;
  private readonly mostFree: number;
  private readonly free: Held<Block>[] = [];

  /** @param mostFree more than these are left to the collector */
  constructor(make: () => Block, mostFree: number) {
    this.make = make;
    this.mostFree = mostFree;
  }

  /** One that nobody else holds, with whatever was in it last. */
  take(): Held<Block> {
    const held = this.free.pop() ?? { block: this.make(), holders: 0 };
    held.holders = 1;
    return held;
  }

  letGo(held: Held<Block>): void {
    if (--held.holders === 0 && this.free.length < this.mostFree) this.free.push(held);
  }
}
