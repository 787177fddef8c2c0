// A home for what was read and is not done with. Reads are lent (server/lent-reads.ts), and even a read of its own would come
// in a block of 64 KiB cut down to size, which leaves holes that nothing fits in. Copied side by side, octets cost their
// length, and a block that nobody holds any more is written again. Used by server/transport.ts.

import { Recycler, type Held } from './recycled';

const SLAB_OCTETS = 65_536;
/** Above this something gets a slab or a block of its own: it would leave too much of one unused. */
const SMALL_OCTETS = 16_384;
/** Slabs that wait to be used again: 16 MiB. */
const MOST_FREE = 256;

const NONE: Buffer = Buffer.alloc(0);

export class OctetSlab {
  private readonly slabs = new Recycler<Buffer>(() => Buffer.allocUnsafeSlow(SLAB_OCTETS), MOST_FREE);
  private readonly usedAgain: boolean;
  private slab: Held<Buffer> = { block: NONE, holders: Infinity };
  private used = 0;
  private latest: Held<Buffer> | null = null;

  /** @param usedAgain false when somebody outside may look at what was kept for as long as they like */
  constructor(usedAgain = true) {
    this.usedAgain = usedAgain;
  }

  /**
   * @param shared whether somebody else keeps them as well, and will not say when they are done with: no copy is made of many
   * @returns a copy that nobody else writes to until `letGo` of what `holds` says now
   */
  keep(octets: Buffer, shared: boolean): Buffer {
    const { length } = octets;
    this.latest = null;
    if (length > SMALL_OCTETS) return this.large(octets, shared);
    const from = this.roomFor(length);
    const { block } = this.slab;
    block.set(octets, from);
    this.slab.holders++;
    this.latest = this.slab;
    return block.subarray(from, this.used);
  }

  /** What the latest one that was kept lies in; null when it is by itself and will not be used again. */
  get holds(): Held<Buffer> | null {
    return this.latest;
  }

  /** One that lies there is done with. Whoever never says so leaves the slab to the collector. */
  letGo(slab: Held<Buffer>): void {
    if (!this.usedAgain) return;
    this.slabs.letGo(slab);
    // Held by this one alone: the next read may have all of it.
    if (slab === this.slab && slab.holders === 1) this.used = 0;
  }

  private large(octets: Buffer, shared: boolean): Buffer {
    const { length } = octets;
    if (shared || !this.usedAgain || length > SLAB_OCTETS) {
      // Never out of Node's own pool, which others share.
      const block = Buffer.allocUnsafeSlow(length);
      block.set(octets);
      return block;
    }
    const slab = this.slabs.take();
    slab.block.set(octets);
    this.latest = slab;
    return slab.block.subarray(0, length);
  }

  private roomFor(length: number): number {
    if (this.used + length > this.slab.block.length) {
      this.slabs.letGo(this.slab);
      this.slab = this.slabs.take();
      this.used = 0;
    }
    const from = this.used;
    this.used += length;
    return from;
  }
}
