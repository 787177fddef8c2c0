// Mail data after a 354, pulled from the octet queue up to the one sequence that ends it: CRLF.CRLF (RFC 5321 4.1.1.4).
// Strict on purpose: a server that takes LF.LF for the end hides the client's fault and can be smuggled.
// Streams with native search; the raw octets are on the trace already, the unstuffed view goes to the content meter.

import { ContentMeter, type ContentSummary } from './content-meter';
import type { OctetQueue } from './octet-queue';

const END = Buffer.from('\r\n.\r\n', 'latin1');
const HELD = [Buffer.from('.', 'latin1'), Buffer.from('.\r', 'latin1')];
const EMPTY = Buffer.alloc(0);

export interface MailDataEnd extends ContentSummary {
  /** Raw, plain layer: of the first octet, and how many up to the last octet of the terminator. */
  readonly offset: number;
  readonly length: number;
  readonly firstSeq: number;
  readonly firstAt: number;
  readonly lastSeq: number;
  readonly lastAt: number;
  /** False when the octets ended before CRLF.CRLF. */
  readonly complete: boolean;
}

export class MailDataReader {
  private readonly meter: ContentMeter;
  /** Octets of CRLF.CRLF seen so far at the very end. DATA's own CRLF counts: a first line "." is the end. */
  private matched = 2;
  private offset = -1;
  private raw = 0;
  private firstSeq = 0;
  private firstAt = 0;
  private lastSeq = 0;
  private lastAt = 0;

  /** @param keep octets of unstuffed content that are worth keeping, see ContentMeter */
  constructor(keep: number) {
    this.meter = new ContentMeter(true, keep);
  }

  /** Raw octets taken so far. */
  get taken(): number {
    return this.raw;
  }

  /** Whether octets that are taken now may be kept; once it is false it stays so. */
  get keepsOctets(): boolean {
    return this.meter.keepsOctets;
  }

  /**
   * Takes what is there, at most until `until` raw octets are taken in all.
   * @returns true when the end of data was taken
   */
  take(queue: OctetQueue, until = Infinity): boolean {
    for (let piece = queue.front(); piece !== null && this.raw < until; piece = queue.front()) {
      if (this.offset < 0) {
        this.offset = queue.offset;
        this.firstSeq = piece.seq;
        this.firstAt = piece.at;
      }
      this.lastSeq = piece.seq;
      this.lastAt = piece.at;
      const room = until - this.raw;
      const octets = piece.octets.length > room ? piece.octets.subarray(0, room) : piece.octets;
      const taken = this.scan(octets);
      queue.skip(taken.count);
      this.raw += taken.count;
      if (taken.ended) return true;
    }
    return false;
  }

  /** @param complete whether the end of data was taken */
  finish(complete: boolean): MailDataEnd {
    if (!complete && this.matched > 2) this.meter.feed(HELD[this.matched - 3] ?? EMPTY);
    const { offset, raw: length, firstSeq, firstAt, lastSeq, lastAt } = this;
    const { size, digest, messageId, facts, content } = this.meter.finish();
    return {
      size,
      digest,
      messageId,
      facts,
      content,
      offset: Math.max(0, offset),
      length,
      firstSeq,
      firstAt,
      lastSeq,
      lastAt,
      complete,
    };
  }

  private scan(octets: Buffer): { count: number; ended: boolean } {
    let from = 0;
    while (this.matched > 0 && from < octets.length && octets[from] === END[this.matched]) {
      from++;
      if (++this.matched === END.length) {
        this.meter.feed(octets.subarray(0, Math.max(0, from - 3)));
        return { count: from, ended: true };
      }
    }
    if (from === octets.length && this.matched > 0) return this.stillMatching(octets);
    return this.search(octets, from);
  }

  /** The piece is used up in the middle of what may be the end: its dot, and the CR behind it, are held back. */
  private stillMatching(octets: Buffer): { count: number; ended: boolean } {
    const heldHere = Math.min(octets.length, Math.max(0, this.matched - 2));
    this.meter.feed(octets.subarray(0, octets.length - heldHere));
    return { count: octets.length, ended: false };
  }

  /**
   * The match that was under way ended at `from` without success; go on natively. Nothing of what was matched can begin
   * another CRLF.CRLF: its only inner CR is followed by something else than LF.
   */
  private search(octets: Buffer, from: number): { count: number; ended: boolean } {
    const heldBefore = this.matched - from - 2;
    if (heldBefore > 0) this.meter.feed(HELD[heldBefore - 1] ?? EMPTY);
    const end = octets.indexOf(END, from);
    this.matched = end >= 0 ? END.length : trailingMatch(octets);
    const content = end >= 0 ? end + 2 : octets.length - Math.max(0, this.matched - 2);
    this.meter.feed(octets.subarray(0, content));
    return { count: end >= 0 ? end + END.length : octets.length, ended: end >= 0 };
  }
}

/** How many octets of CRLF.CRLF the piece ends with. */
function trailingMatch(octets: Buffer): number {
  for (let count = Math.min(END.length - 1, octets.length); count > 0; count--) {
    if (octets.compare(END, 0, count, octets.length - count) === 0) return count;
  }
  return 0;
}
