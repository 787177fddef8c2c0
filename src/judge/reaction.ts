// How a client took a reply, read off what it did next in the same session: as success, as failure, or so that nothing
// shows. Used by the checks of replies. Whether a failure counted for good or for now only later sessions show: fate.ts.

import type { Shown } from './check';
import type { Dialogue, Exchange, Reply } from './dialogue';
import { leaving, seconds, sequelOf, type Sequel } from './sequel';
import type { Transaction } from './transactions';
import { crossedLegally } from './waiting';
import { remembered } from './remembered';

export interface Reaction {
  readonly took: 'success' | 'failure' | 'hung' | 'unclear';
  /** For a reason: "went on with RCPT". The subject is the client. */
  readonly how: string;
  /** The act first. */
  readonly shown: readonly Shown[];
}

/** A reply that brings nothing for this long has been waited for in vain: the longest wait asked for in mid-session. */
export const HANG_MS = 300_000;

/** Of mail data that is nothing but its final dot (RFC 2920 3.1). */
const LONE_DOT_OCTETS = 3;

/**
 * How a client took the reply to an exchange.
 * @param reply another one than its own, where octets that are no reply came in its place
 * @param hangMs silence that counts as hanging
 */
export function reactionTo(
  dialogue: Dialogue,
  exchange: Exchange,
  reply: Reply | null = exchange.reply,
  hangMs = HANG_MS,
): Reaction {
  if (reply === null) return unclear('never got a reply');
  const next = dialogue.exchanges[exchange.index + 1];
  if (next !== undefined && next.outstanding.state === 'early' && !next.outstanding.allowed) {
    return { took: 'unclear', how: `went on with ${next.verb} before the reply`, shown: [next] };
  }
  const sequel = sequelOf(dialogue, reply);
  if (sequel.kind === 'ended' && sequel.at - reply.endedAt >= hangMs) {
    return { took: 'hung', how: `did nothing for ${seconds(sequel.at - reply.endedAt)}`, shown: [reply] };
  }
  if (exchange.verb === 'RCPT') return toRecipient(dialogue, exchange, reply);
  switch (sequel.kind) {
    case 'ended':
      return unclear('said nothing more before the end');
    case 'left':
      return tellsByLeaving(exchange)
        ? { took: 'failure', how: `left after ${seconds(sequel.at - reply.endedAt)}`, shown: [sequel.shown] }
        : unclear('left');
    case 'said': {
      const took = tookBy(exchange, reply, sequel);
      return { took, how: wentOn(sequel), shown: [sequel.shown] };
    }
  }
}

function unclear(how: string): Reaction {
  return { took: 'unclear', how, shown: [] };
}

function wentOn(sequel: Sequel & { readonly kind: 'said' }): string {
  const { verb, exchange } = sequel;
  if (verb === 'end-of-data') return isLoneDot(exchange) ? 'sent a lone dot' : 'went on with mail data';
  return verb === 'unknown' ? 'went on with a line that is no command' : `went on with ${verb}`;
}

/** Leaving is how all sessions end, once the message has been sent. */
function tellsByLeaving({ verb }: Exchange): boolean {
  return verb === 'connect' || verb === 'EHLO' || verb === 'HELO' || verb === 'MAIL' || verb === 'DATA';
}

function tookBy(exchange: Exchange, reply: Reply, next: Sequel & { readonly kind: 'said' }): Reaction['took'] {
  const refused = reply.digit === 4 || reply.digit === 5;
  // What PIPELINING let it send without waiting is no answer to a refusal; to a positive reply it does no harm.
  const crossed = refused && next.exchange !== null && next.verb !== 'end-of-data' && crossedLegally(next.exchange);
  switch (exchange.verb) {
    case 'connect':
      if (next.verb === 'QUIT') return 'failure';
      return next.verb === 'unknown' ? 'unclear' : 'success';
    case 'EHLO':
    case 'HELO':
      return tookHello(next);
    case 'MAIL':
      if (isOneOf(next.verb, ['RCPT', 'DATA', 'BDAT'])) return crossed ? 'unclear' : 'success';
      if (next.verb === 'end-of-data') return isLoneDot(next.exchange) ? 'failure' : 'success';
      return startsOver(next.verb) ? 'failure' : 'unclear';
    case 'DATA':
      if (next.verb === 'end-of-data') return isLoneDot(next.exchange) ? 'failure' : 'success';
      if (next.exchange?.spew != null || next.verb === 'unknown') return 'success';
      return startsOver(next.verb) ? 'failure' : 'unclear';
    default:
      return 'unclear';
  }
}

function tookHello(next: Sequel & { readonly kind: 'said' }): Reaction['took'] {
  if (isOneOf(next.verb, ['EHLO', 'HELO', 'QUIT'])) return 'failure';
  return isOneOf(next.verb, ['MAIL', 'STARTTLS', 'AUTH', 'RCPT', 'DATA', 'BDAT', 'ETRN', 'VRFY', 'EXPN'])
    ? 'success'
    : 'unclear';
}

function startsOver(verb: string): boolean {
  return isOneOf(verb, ['QUIT', 'RSET', 'MAIL', 'EHLO', 'HELO']);
}

function isOneOf(verb: string, verbs: readonly string[]): boolean {
  return verbs.includes(verb);
}

function isLoneDot(exchange: Exchange | null): boolean {
  return exchange?.message?.complete === true && exchange.message.length <= LONE_DOT_OCTETS;
}

// --- recipients --------------------------------------------------------------------------------------------------

/** How many recipients of a transaction were taken, and how many not. */
export interface Tally {
  readonly accepted: number;
  readonly refused: number;
}

/** Counted once per transaction: it may have thousands of recipients, each asked about. */
export const tallyOf = remembered((transaction: Transaction): Tally => {
  const count = (digits: readonly number[]): number =>
    transaction.recipients.filter(({ reply }) => reply?.digit != null && digits.includes(reply.digit)).length;
  return { accepted: count([2]), refused: count([4, 5]) };
});

/** A recipient among others: whether mail data came for it shows only when no other one decides. */
function toRecipient(dialogue: Dialogue, rcpt: Exchange, reply: Reply): Reaction {
  const { transaction } = rcpt;
  if (transaction === null) return unclear('had no transaction open');
  const { accepted, refused } = tallyOf(transaction);
  const positive = reply.digit === 2;
  const sent = sendingOf(transaction, reply, positive);
  if (sent !== null) {
    const others = accepted - (positive ? 1 : 0);
    return others > 0
      ? { took: 'unclear', how: `sent the mail for ${others} other recipients at least`, shown: [sent] }
      : {
          took: 'success',
          how: `went on with ${sent.verb === 'end-of-data' ? 'mail data' : sent.verb}`,
          shown: [sent],
        };
  }
  if (positive ? refused > 0 : accepted > 0) return unclear('had other recipients, which decide as well');
  if (transaction.endedBy !== null) {
    return { took: 'failure', how: `went on with ${transaction.endedBy.verb}`, shown: [transaction.endedBy] };
  }
  const { left, first } = dialogue.ending;
  if (left === null || first !== 'client' || transaction.index < dialogue.transactions.length - 1) {
    return unclear('said nothing more before the end');
  }
  return { took: 'failure', how: `left after ${seconds(left.at - reply.endedAt)}`, shown: [leaving(dialogue)] };
}

/** The act that counts on the recipient: mail data, or a DATA that was sent in knowledge of the reply. */
function sendingOf(transaction: Transaction, reply: Reply, positive: boolean): Exchange | null {
  const { dot, data, chunks } = transaction;
  const command = data ?? chunks[0] ?? null;
  const knowing = command !== null && command.firstSeq > reply.endedSeq && (positive || !crossedLegally(command));
  if (knowing) return command;
  return dot !== null && !isLoneDot(dot) ? dot : null;
}
