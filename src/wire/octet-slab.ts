// A home for what was read. Reads are lent (server/lent-reads.ts), and even a read of its own would come in a block of 64 KiB
// cut down to size, which leaves holes that nothing fits in. Copied side by side, octets cost their length. Used by
// server/transport.ts for whatever goes on the record.

const SLAB_OCTETS = 65_536;
/** Above this a read gets a block of its own: it would leave too much of a slab unused. */
const SMALL_OCTETS = 16_384;

export class OctetSlab {
  private slab = Buffer.allocUnsafeSlow(SLAB_OCTETS);
  private used = 0;

  /** @returns a copy that nobody else writes to */
  keep(octets: Buffer): Buffer {
    const { length } = octets;
    if (length > SMALL_OCTETS) return Buffer.from(octets);
    if (this.used + length > SLAB_OCTETS) {
      this.slab = Buffer.allocUnsafeSlow(SLAB_OCTETS);
      this.used = 0;
    }
    const from = this.used;
    this.used += length;
    this.slab.set(octets, from);
    return this.slab.subarray(from, this.used);
  }
}
