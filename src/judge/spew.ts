// Spews: mail data that arrives where commands belong, line after line. Once in one, its lines are not verbs and its dot
// ends no transaction, or one fault would become twenty (trap 10). Used by the dialogue; checks ask `exchange.spew`.

import type { Draft, Exchange } from './dialogue';

/** What let it happen. `after-dot` and `after-chunk`: the data ended earlier for us than for the client. */
export type SpewCause = 'data-refused' | 'data-unanswered' | 'after-dot' | 'after-chunk';

export interface Spew {
  readonly cause: SpewCause;
  /** The DATA, end-of-data or BDAT in front of it. */
  readonly after: Exchange;
  /** Its lines. */
  readonly lines: readonly Exchange[];
  /** Octets, line ends included. */
  readonly octets: number;
  /** `open`: the connection or the record ended in it. */
  readonly ended: 'dot' | 'silence' | 'open';
  /** At least two lines in a row have the shape of a header or of text: no misspelt command. */
  readonly looksLikeMail: boolean;
}

/** Silence after which a line that is a verb is taken for one again. */
const SILENCE_MS = 2000;

/** Marks the lines of each spew. Linear. */
export function findSpews(exchanges: readonly Draft<Exchange>[]): readonly Spew[] {
  const spews: Spew[] = [];
  let open: { spew: Draft<Spew> & { lines: Exchange[] } } | null = null;
  for (const exchange of exchanges) {
    const isLine = exchange.command !== null && exchange.verb !== 'auth-response';
    if (open !== null && (!isLine || resumes(exchange, open.spew.lines.at(-1)))) {
      open.spew.ended = 'silence';
      open = null;
    }
    if (open === null) {
      const after = exchanges[exchange.index - 1];
      const cause = isLine && exchange.verb === 'unknown' && after !== undefined ? causeOf(after, exchange) : null;
      if (cause === null || after === undefined) continue;
      open = { spew: { cause, after, lines: [], octets: 0, ended: 'open', looksLikeMail: false } };
      spews.push(open.spew);
    }
    const { spew } = open;
    spew.looksLikeMail ||= isMailShaped(exchange.line) && isMailShaped(spew.lines.at(-1)?.line);
    spew.lines.push(exchange);
    spew.octets += exchange.command?.length ?? 0;
    exchange.spew = spew;
    if (exchange.line !== '.') continue;
    spew.ended = 'dot';
    open = null;
  }
  return spews;
}

function resumes(exchange: Exchange, last: Exchange | undefined): boolean {
  return last !== undefined && exchange.verb !== 'unknown' && exchange.firstAt - last.lastAt >= SILENCE_MS;
}

function causeOf(after: Exchange, line: Exchange): SpewCause | null {
  if (after.spew !== null) return null;
  const early = after.reply === null || line.firstSeq < after.reply.endedSeq;
  switch (after.verb) {
    case 'DATA':
      if (after.reply === null) return 'data-unanswered';
      return after.reply.digit === 3 ? null : 'data-refused';
    case 'end-of-data':
      // A client that waited for the reply to its dot has ended its data where we did: this is a verb of its own.
      return early ? 'after-dot' : null;
    case 'BDAT':
      return early ? 'after-chunk' : null;
    default:
      return null;
  }
}

/** A header, its continuation, an empty line, or words. A lone token may be a misspelt verb. */
function isMailShaped(line: string | undefined): boolean {
  return line !== undefined && (line === '' || line === '.' || /^[!-9;-~]+:|^[ \t]|\S\s+\S/.test(line));
}
