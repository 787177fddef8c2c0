// Messages as they were received, newest kept: what `server.messages()` and the matchers look at. Content stays in memory up
// to a bound; the record keeps digest and size in any case. Saving to disk is message-files.ts.

import type { ContentFacts } from '../wire/trace-event';

/** A message whose mail data came to its end, accepted or not. */
export interface ReceivedMessage {
  /** 1, 2, … in the order of their final dots. */
  readonly id: number;
  readonly connection: number;
  readonly server: number;
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly size: number;
  /** sha256, hexadecimal, of the unstuffed content. */
  readonly digest: string;
  readonly messageId: string | null;
  readonly facts: ContentFacts;
  /** Whether the reply to the final dot (or last chunk) was 2yz. */
  readonly accepted: boolean;
  /** ms on the record's clock. */
  readonly at: number;
  readonly tls: boolean;
  readonly user: string | null;
  /** Unstuffed; null when it was over the bound or has been let go for newer ones. */
  readonly content: Buffer | null;
}

export interface StoreBounds {
  readonly messages: number;
  readonly octets: number;
}

export const DEFAULT_STORE_BOUNDS: StoreBounds = { messages: 1000, octets: 64 * 2 ** 20 };

export class MessageStore {
  private readonly bounds: StoreBounds;
  private kept: ReceivedMessage[] = [];
  private octets = 0;
  private counted = 0;
  private letGo = 0;

  constructor(bounds: StoreBounds = DEFAULT_STORE_BOUNDS) {
    this.bounds = bounds;
  }

  /** The next message's id. */
  nextId(): number {
    return ++this.counted;
  }

  /** Messages that were stored and are no longer here. */
  get dropped(): number {
    return this.letGo;
  }

  /** Octets of one message that are worth keeping: half of all, or it would push out nearly everything else. */
  get largest(): number {
    return Math.floor(this.bounds.octets / 2);
  }

  add(message: ReceivedMessage): void {
    this.kept.push(message);
    this.octets += message.content?.length ?? 0;
    while (
      this.kept.length > this.bounds.messages * 1.25 ||
      (this.octets > this.bounds.octets && this.kept.length > 1)
    ) {
      this.shrink();
    }
  }

  /** Oldest first. */
  all(): readonly ReceivedMessage[] {
    return this.kept;
  }

  clear(): void {
    this.kept = [];
    this.octets = 0;
  }

  /** Lets go a fifth at once, so that shifting an array is not paid for each message. */
  private shrink(): void {
    const count = Math.max(1, Math.floor(this.kept.length / 5));
    for (const message of this.kept.slice(0, count)) this.octets -= message.content?.length ?? 0;
    this.kept = this.kept.slice(count);
    this.letGo += count;
  }
}
