// Everything we said on a connection, in order, and what it was said to: replies, second replies, octets that are none.
// Used by the checks of replies, which judge reactions to just those that no exchange counts as its reply.

import type { Dialogue, Exchange, Reply } from './dialogue';
import { firstAfter } from './sequel';
import { reactionTo, type Reaction } from './reaction';
import { remembered } from './remembered';

export interface Utterance {
  readonly reply: Reply;
  /** The exchange it answers or, when nobody asked for it, the last one taken before it. */
  readonly to: Exchange | null;
  /** It is all that the exchange got: its reply, or octets in the place of one. */
  readonly inPlace: boolean;
}

/** In one pass over exchanges and unasked replies, both of which are in order. */
export const utterancesOf = remembered((dialogue: Dialogue): readonly Utterance[] => {
  const { exchanges, unsolicited } = dialogue;
  const utterances: Utterance[] = [];
  let next = 0;
  const unaskedBefore = (seq: number, to: Exchange | null): void => {
    for (let reply = unsolicited[next]; reply !== undefined && reply.seq < seq; reply = unsolicited[next]) {
      const first = utterances.at(-1)?.to !== to;
      utterances.push({ reply, to, inPlace: to !== null && to.reply === null && first });
      next += 1;
    }
  };
  let last: Exchange | null = null;
  for (const exchange of exchanges) {
    unaskedBefore(exchange.seq, last);
    last = exchange;
    if (exchange.reply === null) continue;
    unaskedBefore(exchange.reply.seq, exchange);
    utterances.push({ reply: exchange.reply, to: exchange, inPlace: true });
  }
  unaskedBefore(Infinity, last);
  return utterances;
});

/** Whether the next refusal behind an utterance was taken for what it is; success means that the client lost step. */
export interface StepTaken {
  readonly refused: Exchange;
  readonly reaction: Reaction;
}

/**
 * How the first exchange that was refused behind a moment was taken: a client that counts one reply too many goes by the
 * wrong one there (RFC 2920 3.1).
 * @returns null when nothing was refused
 */
export function stepAfter(dialogue: Dialogue, seq: number): StepTaken | null {
  const index = firstAfter(dialogue, seq)?.index;
  const refused = index === undefined ? undefined : nextRefusedIn(dialogue)[index];
  return refused == null ? null : { refused, reaction: reactionTo(dialogue, refused) };
}

const NEXT_REFUSED = new WeakMap<Dialogue, readonly (Exchange | null)[]>();

/** For each exchange, the first one from there on that was refused. */
function nextRefusedIn(dialogue: Dialogue): readonly (Exchange | null)[] {
  const known = NEXT_REFUSED.get(dialogue);
  if (known !== undefined) return known;
  const found: (Exchange | null)[] = [];
  let next: Exchange | null = null;
  for (const exchange of dialogue.exchanges.toReversed()) {
    const digit = exchange.reply?.digit;
    if ((digit === 4 || digit === 5) && exchange.spew === null) next = exchange;
    found.push(next);
  }
  found.reverse();
  NEXT_REFUSED.set(dialogue, found);
  return found;
}
