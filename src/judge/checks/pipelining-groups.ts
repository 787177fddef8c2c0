// What may stand where in a group of commands, once PIPELINING is offered (RFC 2920 3.1): some verbs only at its end.
// Proof is as in pipelining.ts: order shows what came too early, and only a held reply shows that a client waits.

import {
  broken,
  inconclusive,
  pass,
  perExchange,
  perTransaction,
  place,
  referTo,
  type Check,
  type Findings,
} from '../check';
import type { Dialogue, Exchange } from '../dialogue';
import { isOffered } from '../offer';
import type { Evidence } from '../verdict';
import { stayedQuiet } from '../waiting';

/** Octets behind a command before the end of its reply. */
interface Behind {
  readonly shown: Exchange | Evidence;
  readonly what: string;
  /** Null when nobody took them. */
  readonly unit: Exchange | null;
}

/** A TLS record of the handshake type (RFC 8446 5.1). */
const TLS_RECORD = '\x16\x03';

/** @returns null when nothing came, and where we never answered: then there was nothing to wait for */
function behind(dialogue: Dialogue, exchange: Exchange): Behind | null {
  const { reply, command } = exchange;
  if (reply === null || command === null) return null;
  const next = dialogue.exchanges[exchange.index + 1];
  if (next !== undefined && next.firstSeq < reply.endedSeq) return { shown: next, what: nameOf(next), unit: next };
  const from = command.offset + command.length;
  const untaken = dialogue.untaken.find(({ offset, seq }) => offset >= from && seq < reply.endedSeq);
  if (untaken === undefined) return null;
  const text = untaken.octets.toString('latin1');
  const isTls = text.startsWith(TLS_RECORD);
  const what = isTls ? 'a TLS record' : `${untaken.length} octets`;
  return { shown: place(dialogue, untaken, isTls ? 'C: (TLS record)' : `C: ${text}`), what, unit: null };
}

function nameOf({ verb }: Exchange): string {
  if (verb === 'end-of-data') return 'mail data';
  if (verb === 'auth-response') return 'a SASL response';
  return verb === 'unknown' ? 'a line that is no command' : verb;
}

/** Quiet behind a verb that ends its group is proved by a held reply only. */
function wasQuiet(dialogue: Dialogue, exchange: Exchange): Findings {
  if (exchange.reply === null) return null;
  if (stayedQuiet(dialogue, exchange))
    return pass(`nothing came behind ${nameOf(exchange)} while its reply was held`, exchange);
  return inconclusive(`the reply to ${nameOf(exchange)} was not held back, so quiet behind it shows nothing`, exchange);
}

// --- pipeline-last-in-group --------------------------------------------------------------------------------------

const pipelineLastInGroup = perExchange(
  'pipeline-last-in-group',
  ['EHLO', 'DATA', 'VRFY', 'EXPN', 'QUIT', 'NOOP', 'unknown'],
  (exchange, dialogue) => {
    if (exchange.verb === 'unknown' && exchange.parsed.verb !== 'TURN') return null;
    if (!isOffered(exchange, 'PIPELINING')) return null;
    const early = behind(dialogue, exchange);
    if (early === null) return wasQuiet(dialogue, exchange);
    const found = broken(
      `${early.what} came behind ${exchange.parsed.verb} before the reply to it`,
      early.shown,
      exchange,
    );
    return isContent(early.unit) ? referTo(contentCheck(exchange), found) : found;
  },
  { oneProofSuffices: true },
);

function isContent(unit: Exchange | null): boolean {
  return unit !== null && (unit.verb === 'end-of-data' || unit.spew !== null);
}

function contentCheck({ reply }: Exchange): string {
  return reply?.digit === 4 || reply?.digit === 5 ? 'no-content-after-data-refused' : 'no-content-before-354';
}

// --- STARTTLS and AUTH -------------------------------------------------------------------------------------------

/** Verbs of extensions end a group unless their RFC says otherwise (RFC 2920 3.1). */
function endsGroup(exchange: Exchange, dialogue: Dialogue): Findings {
  const early = behind(dialogue, exchange);
  if (early === null) return wasQuiet(dialogue, exchange);
  const found = broken(`${early.what} came behind ${nameOf(exchange)} before the reply to it`, early.shown, exchange);
  const isPlainTalk = early.unit !== null && !isOffered(exchange, 'PIPELINING');
  return isPlainTalk ? referTo('no-pipelining-unless-advertised', found) : found;
}

const pipelineStarttlsLast = perExchange('pipeline-starttls-last', ['STARTTLS'], endsGroup, { oneProofSuffices: true });

const pipelineAuthLast = perExchange('pipeline-auth-last', ['AUTH', 'auth-response'], endsGroup, {
  oneProofSuffices: true,
});

// --- pipeline-bdat -----------------------------------------------------------------------------------------------

const pipelineBdat = perTransaction(
  'pipeline-bdat',
  ({ chunks }, dialogue) => {
    const [first] = chunks;
    if (first === undefined || !isOffered(first, 'PIPELINING')) return null;
    const { state, first: oldest } = first.outstanding;
    // Replies come in order: while any is due, so is the one to the command right before the chunk.
    if (state === 'early') {
      const waitedFor = dialogue.exchanges[first.index - 1] ?? oldest;
      return broken(
        `BDAT came before the reply to ${waitedFor?.verb ?? 'RCPT'}`,
        first,
        ...(waitedFor ? [waitedFor] : []),
      );
    }
    const before = dialogue.exchanges[first.index - 1];
    if (before !== undefined && stayedQuiet(dialogue, before)) {
      return pass(`BDAT waited for the held reply to ${before.verb}`, first);
    }
    return inconclusive('the reply before BDAT was not held back, so waiting for it shows nothing', first);
  },
  { oneProofSuffices: true },
);

export const pipeliningGroupChecks: readonly Check[] = [
  pipelineLastInGroup,
  pipelineStarttlsLast,
  pipelineAuthLast,
  pipelineBdat,
];
