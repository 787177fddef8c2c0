// A received message as numbers and texts, and the same message again: the store of a server under load keeps a thousand of
// them at any time, and as objects each would live just long enough to cost the garbage collector most. Used by
// message-store.ts.

import type { PackRoom, PageReader } from '../wire/packed-page';
import { MOST_RECIPIENTS, packFacts, packTexts, unpackFacts, unpackTexts } from '../wire/packed-units';
import type { ReceivedMessage } from './message-store';

const PACKED = 1;
const ACCEPTED = 2;
const TLS = 4;
const NAMED = 8;
const USER = 16;
const CONTENT = 32;

/**
 * Puts a message where the room was told that it begins.
 * @param message its content may be written over afterwards
 */
export function packReceived(to: PackRoom, message: ReceivedMessage): void {
  const { recipients, messageId, user, content } = message;
  if (recipients.length > MOST_RECIPIENTS) {
    to.number(content === null ? 0 : CONTENT);
    // Never with its content, which is only lent: the next read may be written over it.
    to.value({ ...message, content: null });
    if (content !== null) to.octets(content);
    return;
  }
  to.number(
    PACKED |
      (message.accepted ? ACCEPTED : 0) |
      (message.tls ? TLS : 0) |
      (messageId === null ? 0 : NAMED) |
      (user === null ? 0 : USER) |
      (content === null ? 0 : CONTENT),
  );
  to.number(message.id);
  to.number(message.connection);
  to.number(message.server);
  to.number(message.size);
  to.number(message.at);
  packFacts(to, message.facts);
  to.text(message.sender);
  packTexts(to, recipients);
  to.text(message.digest);
  if (messageId !== null) to.text(messageId);
  if (user !== null) to.text(user);
  if (content !== null) to.octets(content);
}

export function unpackReceived(from: PageReader): ReceivedMessage {
  const head = from.number();
  if ((head & PACKED) === 0) {
    const message = from.value<ReceivedMessage>();
    return head === 0 ? message : { ...message, content: from.octets() };
  }
  const [id, connection, server, size, at] = [
    from.number(),
    from.number(),
    from.number(),
    from.number(),
    from.number(),
  ];
  const facts = unpackFacts(from);
  const sender = from.text();
  const recipients = unpackTexts(from);
  const digest = from.text();
  const messageId = (head & NAMED) === 0 ? null : from.text();
  const user = (head & USER) === 0 ? null : from.text();
  const content = (head & CONTENT) === 0 ? null : from.octets();
  const [accepted, tls] = [(head & ACCEPTED) !== 0, (head & TLS) !== 0];
  return {
    id,
    connection,
    server,
    sender,
    recipients,
    size,
    digest,
    messageId,
    facts,
    accepted,
    at,
    tls,
    user,
    content,
  };
}
