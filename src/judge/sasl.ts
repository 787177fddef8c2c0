// The AUTH exchanges of a dialogue (RFC 4954 4): each AUTH with its responses, what was asked for and how it ended.
// Credentials are masked on the record, so that of a response only the length is known: one octet is the `*` that
// cancels. Used by the checks of AUTH. Not here: what is allowed.

import { parseAuth } from '../smtp/command';
import type { Keyword } from '../smtp/extension';
import type { Dialogue, Exchange, Reply } from './dialogue';
import { remembered } from './remembered';

export interface SaslExchange {
  readonly command: Exchange;
  /** Upper case. */
  readonly mechanism: string;
  /** Masked, as a rule; `=` is an empty one. Null when the client waited for the first challenge. */
  readonly initial: string | null;
  readonly responses: readonly Exchange[];
  /** The last reply; a 3yz when the exchange was left open, null when nothing was answered. */
  readonly final: Reply | null;
}

/** All of them, in order. In one pass. */
export const saslExchangesOf = remembered((dialogue: Dialogue): readonly SaslExchange[] => {
  const exchanges: (SaslExchange & { readonly responses: Exchange[]; final: Reply | null })[] = [];
  for (const exchange of dialogue.exchanges) {
    if (exchange.spew !== null) continue;
    const open = exchanges.at(-1);
    if (exchange.verb === 'AUTH') {
      const { mechanism, initial } = parseAuth(exchange.parsed.argument);
      exchanges.push({ command: exchange, mechanism, initial, responses: [], final: exchange.reply });
    } else if (exchange.verb === 'auth-response' && open !== undefined) {
      open.responses.push(exchange);
      open.final = exchange.reply;
    }
  }
  return exchanges;
});

/** The mechanisms that a list offers, upper case; those of several AUTH lines together. */
export function mechanismsOf(keywords: readonly Keyword[]): ReadonlySet<string> {
  const lines = keywords.filter(({ keyword }) => keyword === 'AUTH');
  return new Set(lines.flatMap(({ parameters }) => parameters.map((mechanism) => mechanism.toUpperCase())));
}

/** A response that ends the exchange without an answer (RFC 4954 4). */
export function isCancel({ line }: Exchange): boolean {
  return line.length === 1;
}
