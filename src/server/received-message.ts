// A received message, as others look at it and as it comes. Kept by message-store.ts, saved by message-files.ts.

import type { MeasuredContent } from '../wire/content-meter';
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

/** A message on its way into the store, where its content may be measured when somebody looks at it. */
export interface StoredMessage extends Omit<ReceivedMessage, 'size' | 'digest' | 'messageId' | 'facts' | 'content'> {
  /** In the pieces it came in. */
  readonly content: readonly Buffer[] | null;
  readonly summary: MeasuredContent;
}

/** The message as others look at it: measured. */
export function receivedMessage(message: StoredMessage): ReceivedMessage {
  const { id, connection, server, sender, recipients, accepted, at, tls, user, summary } = message;
  const { size, digest, messageId, facts } = summary;
  const content = message.content === null ? null : joined(message.content);
  const measured = { size, digest, messageId, facts };
  return { id, connection, server, sender, recipients, ...measured, accepted, at, tls, user, content };
}

function joined(pieces: readonly Buffer[]): Buffer {
  const [first, ...rest] = pieces;
  return first !== undefined && rest.length === 0 ? first : Buffer.concat(pieces);
}
