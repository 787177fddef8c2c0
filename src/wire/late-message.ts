// A message event whose content nobody has asked about yet (late-content.ts). Made by the session, packed by packed-units.ts;
// in a trace that somebody looks at it is a plain event like any other.

import type { LateContent } from './late-content';
import type { ContentFacts, MessageEvent } from './trace-event';

/** All of a message event but what is told by its content. */
export type MessageFrame = Omit<MessageEvent, 'type' | 'size' | 'digest' | 'messageId' | 'facts'>;

export class LateMessageEvent implements MessageEvent {
  readonly type = 'message';
  readonly seq: number;
  readonly at: number;
  readonly via: 'DATA' | 'BDAT';
  readonly offset: number;
  readonly length: number;
  readonly firstSeq: number;
  readonly firstAt: number;
  readonly lastSeq: number;
  readonly lastAt: number;
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly complete: boolean;
  readonly stored: number | null;
  private readonly content: LateContent;

  constructor(frame: MessageFrame, content: LateContent) {
    this.seq = frame.seq;
    this.at = frame.at;
    this.via = frame.via;
    this.offset = frame.offset;
    this.length = frame.length;
    this.firstSeq = frame.firstSeq;
    this.firstAt = frame.firstAt;
    this.lastSeq = frame.lastSeq;
    this.lastAt = frame.lastAt;
    this.sender = frame.sender;
    this.recipients = frame.recipients;
    this.complete = frame.complete;
    this.stored = frame.stored;
    this.content = content;
  }

  get size(): number {
    return this.content.size;
  }

  get digest(): string {
    return this.content.digest;
  }

  get messageId(): string | null {
    return this.content.messageId;
  }

  get facts(): ContentFacts {
    return this.content.facts;
  }

  /** The same as a plain event. */
  measured(): MessageEvent {
    const { content: _, ...frame } = this;
    const { size, digest, messageId, facts } = this;
    return { ...frame, size, digest, messageId, facts };
  }
}
