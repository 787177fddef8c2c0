// Cuts what a client sends into the units the engine asks for: a line, mail data up to a threshold or its end, the octets of
// a BDAT chunk. Keeps where each began and ended, for the record. One per connection; session.ts feeds and asks it.

import { ContentMeter } from '../wire/content-meter';
import { LineReader, type Line, type LineRule, type NoLine } from '../wire/line-reader';
import { MailDataReader, type MailDataEnd } from '../wire/mail-data';
import { OctetQueue } from '../wire/octet-queue';

/** Mail data as it was taken, from DATA or from chunks. */
export type TakenMessage = MailDataEnd;

interface Chunks {
  readonly meter: ContentMeter;
  readonly firstSeq: number;
  readonly firstAt: number;
  lastSeq: number;
  lastAt: number;
  /** Octets of all chunks of this message, and of the one under way. */
  taken: number;
  inChunk: number;
}

/** Looking further than this for complete lines would cost more than a hold is worth. */
const PEEK_OCTETS = 65_536;

export class UnitReader {
  private readonly queue = new OctetQueue();
  private readonly lines: LineReader;
  private readonly keptOctets: number;
  private readonly measuresLate: boolean;
  private mail: MailDataReader | null = null;
  private chunks: Chunks | null = null;

  /**
   * @param maxLineOctets octets of one line that are kept
   * @param keptOctets octets of content that are worth keeping; of a larger message there are only facts
   * @param measuresLate whether the facts of mail data may be made when somebody asks for them
   */
  constructor(maxLineOctets: number, keptOctets: number, measuresLate = false) {
    this.lines = new LineReader(this.queue, maxLineOctets);
    this.keptOctets = keptOctets;
    this.measuresLate = measuresLate;
  }

  /** Octets read and not taken. */
  get waiting(): number {
    return this.queue.length;
  }

  /** Octets ever received. */
  get received(): number {
    return this.queue.total;
  }

  push(octets: Buffer, seq: number, at: number): void {
    this.queue.push(octets, seq, at);
  }

  /** Mail data that only passes by: too large to be kept. What is pushed for it is forgotten when it is taken. */
  get passing(): MailDataReader | null {
    return this.mail?.keepsOctets === false ? this.mail : null;
  }

  /** Whether octets that were pushed are still looked at: they wait, or belong to mail data that goes on. */
  get holdsOctets(): boolean {
    return this.queue.length > 0 || this.mail !== null || this.chunks !== null;
  }

  /** Throws away what waits. */
  discard(): number {
    return this.queue.clear();
  }

  /** What waits, as it is. */
  peekAll(): Buffer {
    return Buffer.from(this.queue.peek(this.queue.length));
  }

  /** Complete lines that wait, for a hold that looks at them. */
  pendingLines(): readonly string[] {
    if (this.queue.length === 0) return [];
    const text = this.queue.text(Math.min(this.queue.length, PEEK_OCTETS));
    return text.split('\r\n').slice(0, -1);
  }

  /** A TLS record of the handshake type stands where a line was expected (RFC 8446 5.1: type 22, legacy version 3.x). */
  seesClientHello(): boolean {
    return this.queue.octet(0) === 0x16 && this.queue.octet(1) === 3 && this.queue.length >= 3;
  }

  /** @param endAtCr see LineReader.take */
  line(rule: LineRule, endAtCr = false): Line | NoLine {
    return this.lines.take(rule, endAtCr);
  }

  /**
   * Goes on with mail data.
   * @param threshold raw octets at which to stop and say so
   */
  content(threshold: number | null): { readonly reached: number } | { readonly message: TakenMessage } | null {
    this.mail ??= new MailDataReader(this.keptOctets, this.measuresLate);
    const { mail } = this;
    if (threshold !== null && mail.taken >= threshold) return { reached: threshold };
    if (mail.take(this.queue, threshold ?? Infinity)) {
      this.mail = null;
      return { message: mail.finish(true) };
    }
    return threshold !== null && mail.taken >= threshold ? { reached: threshold } : null;
  }

  /**
   * Goes on with a BDAT chunk.
   * @param command the line that announced it: the first one of a message is where the message begins
   * @param threshold octets of the whole message at which to stop and say so
   * @returns null until all its octets are in
   */
  chunk(
    command: Line,
    announced: number,
    last: boolean,
    threshold: number | null,
  ): { readonly octets: number; readonly message: TakenMessage | null } | { readonly reached: number } | null {
    const { firstSeq, firstAt, lastSeq, lastAt } = command;
    this.chunks ??= {
      meter: new ContentMeter(false, this.keptOctets),
      firstSeq,
      firstAt,
      lastSeq,
      lastAt,
      taken: 0,
      inChunk: 0,
    };
    const { chunks } = this;
    this.takeOctets(chunks, announced, threshold ?? Infinity);
    if (threshold !== null && chunks.taken >= threshold) return { reached: threshold };
    if (chunks.inChunk < announced) return null;
    chunks.inChunk = 0;
    return { octets: announced, message: last ? this.endOfChunks(chunks) : null };
  }

  /** The chunks so far belong to no message any more (RSET, EHLO, a new MAIL). */
  forgetChunks(): void {
    this.chunks = null;
  }

  /** Mail data that the client never ended; null when there is none. */
  cutShort(): TakenMessage | null {
    const { mail } = this;
    if (mail === null || mail.taken === 0) return null;
    this.mail = null;
    return mail.finish(false);
  }

  private takeOctets(chunks: Chunks, announced: number, threshold: number): void {
    for (let piece = this.queue.front(); piece !== null; piece = this.queue.front()) {
      const wanted = Math.min(announced - chunks.inChunk, threshold - chunks.taken);
      if (wanted <= 0) return;
      const octets = piece.octets.subarray(0, wanted);
      chunks.meter.feed(octets);
      chunks.inChunk += octets.length;
      chunks.taken += octets.length;
      chunks.lastSeq = piece.seq;
      chunks.lastAt = piece.at;
      this.queue.skip(octets.length);
    }
  }

  private endOfChunks({ meter, taken, firstSeq, firstAt, lastSeq, lastAt }: Chunks): TakenMessage {
    this.chunks = null;
    const offset = this.queue.offset - taken;
    return { summary: meter.finish(), offset, length: taken, firstSeq, firstAt, lastSeq, lastAt, complete: true };
  }
}
