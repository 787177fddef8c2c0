// A received message as numbers and texts, and the same message again: the store of a server under load keeps a thousand of
// them at any time, and as objects each would live just long enough to cost the garbage collector most. Used by
// message-store.ts.

import { measureContent } from '../wire/content-meter';
import { LateContent } from '../wire/late-content';
import type { PackRoom, PageReader } from '../wire/packed-page';
import { MOST_RECIPIENTS, packMeasured, packTexts, unpackMeasured, unpackTexts } from '../wire/packed-units';
import { receivedMessage, type ReceivedMessage, type StoredMessage } from './received-message';

const PACKED = 1;
const ACCEPTED = 2;
const TLS = 4;
const NAMED = 8;
const USER = 16;
const CONTENT = 32;
/** Nobody has asked about its content: that tells the rest. */
const LATE = 64;

/**
 * Puts a message where the room was told that it begins.
 * @param message its content may be written over afterwards
 */
export function packReceived(to: PackRoom, message: StoredMessage): void {
  const { recipients, user, content, summary } = message;
  if (recipients.length > MOST_RECIPIENTS) {
    to.number(content === null ? 0 : CONTENT);
    // Never with its content, which is only lent: the next read may be written over it.
    to.value(receivedMessage({ ...message, content: null }));
    if (content !== null) to.pieces(content);
    return;
  }
  const isLate = content !== null && summary instanceof LateContent;
  const messageId = isLate ? null : summary.messageId;
  to.number(
    PACKED |
      (message.accepted ? ACCEPTED : 0) |
      (message.tls ? TLS : 0) |
      (messageId === null ? 0 : NAMED) |
      (user === null ? 0 : USER) |
      (content === null ? 0 : CONTENT) |
      (isLate ? LATE : 0),
  );
  to.number(message.id);
  to.number(message.connection);
  to.number(message.server);
  to.number(message.at);
  to.text(message.sender);
  packTexts(to, recipients);
  if (user !== null) to.text(user);
  if (!isLate) packMeasured(to, summary);
  if (content !== null) to.pieces(content);
}

export function unpackReceived(from: PageReader): ReceivedMessage {
  const head = from.number();
  if ((head & PACKED) === 0) {
    const message = from.value<ReceivedMessage>();
    return head === 0 ? message : { ...message, content: from.joined() };
  }
  const [id, connection, server, at] = [from.number(), from.number(), from.number(), from.number()];
  const sender = from.text();
  const recipients = unpackTexts(from);
  const user = (head & USER) === 0 ? null : from.text();
  const measured = (head & LATE) === 0 ? unpackMeasured(from, (head & NAMED) !== 0) : null;
  const content = (head & CONTENT) === 0 ? null : from.joined();
  const [accepted, tls] = [(head & ACCEPTED) !== 0, (head & TLS) !== 0];
  const pieces = content === null ? null : [content];
  const summary = measured ?? measureContent(pieces ?? []);
  const received = { id, connection, server, sender, recipients, accepted, at, tls, user };
  return receivedMessage({ ...received, content: pieces, summary });
}
