// A home for what was read and said. Reads are lent (server/lent-reads.ts), and even a read of its own would come in a block
// of 64 KiB cut down to size, which leaves holes that nothing fits in. Copied side by side, octets cost their length, and the
// garbage collector does not see them. Used by server/transport.ts for what goes on the record, and by event-log.ts.

const SLAB_OCTETS = 65_536;
/** Above this something gets a block of its own: it would leave too much of a slab unused. */
const SMALL_OCTETS = 16_384;

const NONE = Buffer.alloc(0);

export class OctetSlab {
  private slab = NONE;
  /** For the next large one. */
  private spare: Buffer = NONE;
  private used = 0;
  private latest = this.slab;

  /** The block that the latest text was put into. */
  get block(): ArrayBufferLike {
    return this.latest.buffer;
  }

  /** @returns a copy that nobody else writes to */
  keep(octets: Buffer): Buffer {
    const { length } = octets;
    if (length > SMALL_OCTETS) return this.large(octets);
    const from = this.roomFor(length);
    this.slab.set(octets, from);
    return this.slab.subarray(from, this.used);
  }

  /**
   * @param text latin1, a character for each octet
   * @returns where it begins in `block`
   */
  keepText(text: string): number {
    const { length } = text;
    if (length > SMALL_OCTETS) {
      this.latest = Buffer.allocUnsafeSlow(length);
      this.latest.write(text, 'latin1');
      return 0;
    }
    const from = this.roomFor(length);
    this.latest = this.slab;
    this.slab.write(text, from, length, 'latin1');
    return from;
  }

  /**
   * Octets that `keep` gave are not kept any more, by anybody.
   * @param octets what was given, as it was given
   */
  reuse({ buffer, byteOffset, length }: Buffer): void {
    if (length <= SMALL_OCTETS || byteOffset !== 0) return;
    if (buffer.byteLength >= this.spare.length) this.spare = Buffer.from(buffer);
  }

  private large(octets: Buffer): Buffer {
    const { length } = octets;
    if (length > this.spare.length) return Buffer.from(octets);
    const block = this.spare;
    this.spare = NONE;
    block.set(octets);
    return block.subarray(0, length);
  }

  private roomFor(length: number): number {
    if (this.used + length > this.slab.length) {
      this.slab = Buffer.allocUnsafeSlow(SLAB_OCTETS);
      this.used = 0;
    }
    const from = this.used;
    this.used += length;
    return from;
  }
}
