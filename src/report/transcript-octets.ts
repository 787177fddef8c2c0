// The client's octets between arrival and being taken as a line or as mail data, so that a transcript can quote the
// beginning of a message, and what was thrown away or never read. Used by transcript-telling.ts.
// Not here: any reading of them; the trace says where each unit stood.

import type { ReceivedEvent } from '../wire/trace-event';

interface Piece {
  readonly offset: number;
  readonly octets: Buffer;
}

export class UntakenOctets {
  /** Offset behind the last octet that was taken, and behind the last one that came. */
  takenTo = 0;
  total = 0;
  private pieces: Piece[] = [];
  private kept = 0;
  private readonly most: number;

  /** @param most octets to keep; the earliest untaken ones are, since those are quoted */
  constructor(most: number) {
    this.most = most;
  }

  received({ offset, length, octets }: ReceivedEvent): void {
    this.total = offset + length;
    if (octets === undefined || this.kept >= this.most) return;
    this.pieces.push({ offset, octets });
    this.kept += octets.length;
  }

  taken(to: number): void {
    this.takenTo = Math.max(this.takenTo, to);
    while (this.pieces[0] !== undefined && this.pieces[0].offset + this.pieces[0].octets.length <= this.takenTo) {
      this.kept -= this.pieces.shift()?.octets.length ?? 0;
    }
  }

  /** What is kept of a range, from its beginning up to the first octet that is not there; latin1. */
  read(offset: number, length: number): string {
    const end = offset + length;
    const parts: string[] = [];
    let next = offset;
    for (const piece of this.pieces) {
      if (next >= end || piece.offset > next) break;
      const pieceEnd = piece.offset + piece.octets.length;
      if (pieceEnd <= next) continue;
      parts.push(piece.octets.toString('latin1', next - piece.offset, Math.min(end, pieceEnd) - piece.offset));
      next = Math.min(end, pieceEnd);
    }
    return parts.join('');
  }
}
