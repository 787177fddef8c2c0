// A home for small reads. Node hands out a block of 64 KiB for each read and cuts it down to what came, which leaves holes
// that nothing fits in: a record of a thousand commands would hold on to megabytes. Copied side by side they cost their
// length. Used by server/transport.ts for whatever goes on the record.

const SLAB_OCTETS = 65_536;
/** A read above this is kept as it is: a copy would cost more than the hole. */
const SMALL_OCTETS = 16_384;

export class OctetSlab {
  private slab = Buffer.allocUnsafeSlow(SLAB_OCTETS);
  private used = 0;

  /** @returns the same octets, in memory that is theirs alone */
  keep(octets: Buffer): Buffer {
    const { length } = octets;
    if (length > SMALL_OCTETS) return octets;
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
