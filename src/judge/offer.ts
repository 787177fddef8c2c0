// The EHLO list in force at each exchange: replaced by every EHLO that was accepted, forgotten at HELO and inside TLS.
// Used by the dialogue; checks ask `isOffered`. Not here: lists of other connections, which bind nobody.

import { offers, parseEhloReply, type Keyword } from '../smtp/extension';
import { parseReplyLines } from '../smtp/reply';
import type { Draft, Exchange, Reply } from './dialogue';
import { rememberedLatest } from './remembered';

/** What the client may use until the next EHLO, HELO or TLS handshake (RFC 5321 4.1.4, RFC 3207 4.2). */
export interface Offer {
  /** The EHLO that it answers. */
  readonly hello: Exchange;
  readonly keywords: readonly Keyword[];
}

/** Sets the `offer` of every exchange: the list in force when it began. Linear. */
export function setOffers(exchanges: readonly Draft<Exchange>[]): void {
  let offer: Offer | null = null;
  let secured = false;
  for (const exchange of exchanges) {
    if (exchange.secured !== secured) offer = null;
    secured = exchange.secured;
    exchange.offer = offer;
    if (exchange.reply?.digit !== 2) continue;
    if (exchange.verb === 'HELO') offer = null;
    else if (exchange.verb === 'EHLO') offer = { hello: exchange, keywords: keywordsOf(exchange.reply) };
  }
}

/** Read from the octets that left, whoever decided them: that is the list the client saw. */
export function keywordsOf(reply: Reply): readonly Keyword[] {
  return keywordsIn(reply.event.octets);
}

const keywordsIn = rememberedLatest((octets): readonly Keyword[] => {
  const [read] = parseReplyLines(octets).replies;
  return read === undefined ? [] : parseEhloReply(read).keywords;
});

/** Whether an extension was on the list in force when an exchange began. */
export function isOffered(exchange: Exchange, keyword: string): boolean {
  return exchange.offer !== null && offers(exchange.offer.keywords, keyword);
}
