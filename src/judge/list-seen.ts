// The EHLO list as the client saw it: what reached the wire, where a path lies between it and the session. A box may have
// taken STARTTLS out of it. Used by the checks that hang on what the client knew. Without a path, and inside TLS, where
// no box reads along, the session's own list is the one (offer.ts).

import { offers, parseEhloReply, type Keyword } from '../smtp/extension';
import { parseReplyLines } from '../smtp/reply';
import type { Dialogue, Exchange, Reply } from './dialogue';
import { rememberedLatest } from './remembered';
import { firstAfter, indexAfter } from './sequel';
import { wireOf } from './wire-sent';

/** The keywords in force at an exchange, as they reached the client; none when there is no list. */
export function keywordsSeen(dialogue: Dialogue, { offer }: Exchange): readonly Keyword[] {
  return offer === null ? [] : listOf(dialogue, offer.hello);
}

/** Whether the client saw a keyword on the list in force. */
export function sawOffered(dialogue: Dialogue, exchange: Exchange, keyword: string): boolean {
  return offers(keywordsSeen(dialogue, exchange), keyword);
}

/** The list that an accepted EHLO brought the client; none for HELO and for a refusal. */
export function listOf(dialogue: Dialogue, hello: Exchange): readonly Keyword[] {
  const { verb, reply } = hello;
  const accepted = verb === 'EHLO' && reply?.digit === 2;
  return accepted ? readList(wireText(dialogue, hello, reply) ?? reply.event.octets) : NONE;
}

const NONE: readonly Keyword[] = [];

const readList = rememberedLatest((octets): readonly Keyword[] => {
  const { replies } = parseReplyLines(octets);
  const list = replies.find(({ code }) => code === 250) ?? replies[0];
  return list === undefined ? [] : parseEhloReply(list).keywords;
});

/** What went over the wire between the decision to reply and the next that the client said. */
function wireText(dialogue: Dialogue, hello: Exchange, reply: Reply): string | null {
  const wire = wireOf(dialogue);
  if (hello.secured || wire.length === 0) return null;
  const until = firstAfter(dialogue, reply.endedSeq)?.firstSeq ?? Infinity;
  let text = '';
  for (
    let index = indexAfter(wire.length, (at) => wire[at]?.seq ?? Infinity, reply.seq);
    index < wire.length;
    index += 1
  ) {
    const event = wire[index];
    if (event === undefined || event.seq >= until) break;
    text += event.octets?.toString('latin1') ?? '';
  }
  return text === '' ? null : text;
}
