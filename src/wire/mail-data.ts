// Mail data after a 354, pulled from the octet queue up to the one sequence that ends it: CRLF.CRLF (RFC 5321 4.1.1.4).
// Strict on purpose: a server that takes LF.LF for the end hides the client's fault and can be smuggled.
// Streams with native search; the raw octets are on the trace already, the unstuffed view goes to the content meter.

import { ContentMeter, type ContentSummary } from './content-meter';
import { LateContent } from './late-content';
import type { OctetQueue } from './octet-queue';

const END = Buffer.from('\r\n.\r\n', 'latin1');
const HELD = [Buffer.from('.', 'latin1'), Buffer.from('.\r', 'latin1')];
const EMPTY = Buffer.alloc(0);
/** Where the end is, or a line that begins with a dot. */
const LINE_DOT = Buffer.from('\n.', 'latin1');
const CR = 13;
const LF = 10;
const DOT = 46;
/** More than this is measured as it comes, and need not be there as a whole. */
const MOST_LATE_OCTETS = 65_536;

export interface MailDataEnd {
  readonly summary: ContentSummary;
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
  private readonly keep: number;
  /** Null while all may still be measured later. */
  private meter: ContentMeter | null;
  /** What came while there was no meter. */
  private readonly pieces: Buffer[] = [];
  private piecesOctets = 0;
  private atLineStart = true;
  /** Octets of CRLF.CRLF seen so far at the very end. DATA's own CRLF counts: a first line "." is the end. */
  private matched = 2;
  private offset = -1;
  private raw = 0;
  private firstSeq = 0;
  private firstAt = 0;
  private lastSeq = 0;
  private lastAt = 0;

  /**
   * @param keep octets of unstuffed content that are worth keeping, see ContentMeter
   * @param late whether facts and digest may be made when somebody asks for them
   */
  constructor(keep: number, late = false) {
    this.keep = keep;
    this.meter = late ? null : new ContentMeter(true, keep);
  }

  /** Raw octets taken so far. */
  get taken(): number {
    return this.raw;
  }

  /** Whether octets that are taken now may be kept; once it is false it stays so. */
  get keepsOctets(): boolean {
    return this.meter === null || this.meter.keepsOctets;
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
    if (!complete && this.matched > 2) this.feed(HELD[this.matched - 3] ?? EMPTY);
    const { offset, raw: length, firstSeq, firstAt, lastSeq, lastAt, pieces, piecesOctets, keep } = this;
    const summary = this.meter?.finish() ?? new LateContent(pieces, piecesOctets, keep);
    return { summary, offset: Math.max(0, offset), length, firstSeq, firstAt, lastSeq, lastAt, complete };
  }

  private feed(octets: Buffer): void {
    if (octets.length === 0) return;
    if (this.meter === null) {
      const isStuffed = this.atLineStart && octets[0] === DOT;
      if (!isStuffed && this.piecesOctets + octets.length <= MOST_LATE_OCTETS) {
        this.pieces.push(octets);
        this.piecesOctets += octets.length;
        this.atLineStart = octets[octets.length - 1] === LF;
        return;
      }
    }
    this.meterNow().feed(octets);
  }

  /** All that came so far, and what comes from here on, is measured as it comes. */
  private meterNow(): ContentMeter {
    if (this.meter !== null) return this.meter;
    const meter = new ContentMeter(true, this.keep);
    this.meter = meter;
    for (const piece of this.pieces) meter.feed(piece);
    this.pieces.length = 0;
    return meter;
  }

  private scan(octets: Buffer): { count: number; ended: boolean } {
    let from = 0;
    while (this.matched > 0 && from < octets.length && octets[from] === END[this.matched]) {
      from++;
      if (++this.matched === END.length) {
        this.feed(octets.subarray(0, Math.max(0, from - 3)));
        return { count: from, ended: true };
      }
    }
    if (from === octets.length && this.matched > 0) return this.stillMatching(octets);
    return this.search(octets, from);
  }

  /** The piece is used up in the middle of what may be the end: its dot, and the CR behind it, are held back. */
  private stillMatching(octets: Buffer): { count: number; ended: boolean } {
    const heldHere = Math.min(octets.length, Math.max(0, this.matched - 2));
    this.feed(octets.subarray(0, octets.length - heldHere));
    return { count: octets.length, ended: false };
  }

  /**
   * The match that was under way ended at `from` without success; go on natively. Nothing of what was matched can begin
   * another CRLF.CRLF: its only inner CR is followed by something else than LF.
   */
  private search(octets: Buffer, from: number): { count: number; ended: boolean } {
    const heldBefore = this.matched - from - 2;
    if (heldBefore > 0) this.feed(HELD[heldBefore - 1] ?? EMPTY);
    const end = this.findEnd(octets, from);
    this.matched = end >= 0 ? END.length : trailingMatch(octets);
    const content = end >= 0 ? end + 2 : octets.length - Math.max(0, this.matched - 2);
    this.feed(octets.subarray(0, content));
    return { count: end >= 0 ? end + END.length : octets.length, ended: end >= 0 };
  }

  /** One search tells both where the end is and that no line before it begins with a dot, as long as none did. */
  private findEnd(octets: Buffer, from: number): number {
    if (this.meter === null) {
      const at = octets.indexOf(LINE_DOT);
      if (at < 0) return -1;
      const end = at - 1;
      if (end >= from && octets[end] === CR && octets[end + 3] === CR && octets[end + 4] === LF) return end;
      this.meterNow();
    }
    return octets.indexOf(END, from);
  }
}

/** How many octets of CRLF.CRLF the piece ends with. */
function trailingMatch(octets: Buffer): number {
  for (let count = Math.min(END.length - 1, octets.length); count > 0; count--) {
    if (octets.compare(END, 0, count, octets.length - count) === 0) return count;
  }
  return 0;
}
