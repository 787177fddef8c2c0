// Mail data that nobody has asked anything about: facts, digest and Message-ID are made when somebody does, out of the octets
// that are kept in any case. A server under load is hardly ever asked, and they cost it more than the rest of a message
// together (docs/performance.md). Made by mail-data.ts; events and stored messages that have such content are packed without
// these, and read with them (packed-units.ts, the server's packed-message.ts).

import { measureContent, type ContentSummary } from './content-meter';
import type { ContentFacts } from './trace-event';

/** Mail data whose raw and unstuffed octets are the same, since no line of it begins with a dot. */
export class LateContent implements ContentSummary {
  readonly size: number;
  readonly content: readonly Buffer[] | null;
  private readonly pieces: readonly Buffer[];
  private measured: ContentSummary | null = null;

  /**
   * @param pieces without the final dot line; nobody may write to them before somebody has asked, or nobody will
   * @param keep octets that are worth keeping, see ContentMeter
   */
  constructor(pieces: readonly Buffer[], size: number, keep: number) {
    this.pieces = pieces;
    this.size = size;
    this.content = keep > 0 && size <= keep ? pieces : null;
  }

  get digest(): string {
    return this.measure().digest;
  }

  get messageId(): string | null {
    return this.measure().messageId;
  }

  get facts(): ContentFacts {
    return this.measure().facts;
  }

  private measure(): ContentSummary {
    this.measured ??= measureContent(this.pieces);
    return this.measured;
  }
}
