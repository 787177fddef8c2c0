// Replies as a stream: several lines are one reply, segments mean nothing, and a stray reply answers nothing (RFC 5321 2.4,
// 4.2). What comes before the end of a reply is judged by the rule it breaks by that: talking early, or mail data without
// leave. The 421 that may come at any moment is in service-ending.ts.

import { parseRcpt } from '../../smtp/command';
import type { EventName } from '../../smtp/vocabulary';
import {
  broken,
  inconclusive,
  pass,
  perDialogue,
  perExchange,
  referTo,
  warned,
  type Check,
  type TrialView,
} from '../check';
import type { Dialogue, Exchange, Reply } from '../dialogue';
import { fateOf, type Fate } from '../fate';
import { isOffered } from '../offer';
import { hasLeft, replyEnd } from '../patience';
import { piecesOf } from '../pieces';
import { leaving, seconds } from '../sequel';
import { stepAfter, utterancesOf } from '../utterance';
import type { Finding } from '../verdict';
import { HELD_MS, stayedQuiet } from '../waiting';

/** What came before the last octet of a reply, and had no leave to; mail data needs the whole 354. */
function earlyBehind(dialogue: Dialogue, exchange: Exchange, reply: Reply): Exchange | null {
  const next = dialogue.exchanges[exchange.index + 1];
  if (next === undefined || next.firstSeq < reply.seq || next.firstSeq >= replyEnd(reply)) return null;
  return next.outstanding.allowed ? null : next;
}

/** The obligation that judges talking early in the first place. */
function primaryOfEarly(exchange: Exchange, next: Exchange): string {
  if (exchange.verb === 'connect') return 'wait-for-greeting';
  if (next.verb === 'end-of-data' || next.spew !== null) return 'no-content-before-354';
  return isOffered(exchange, 'PIPELINING') ? 'pipeline-last-in-group' : 'no-pipelining-unless-advertised';
}

// --- reply-multiline-any-command ---------------------------------------------------------------------------------

/** The greeting and EHLO have checks of their own. */
const MULTILINE: readonly EventName[] = [
  'HELO',
  'MAIL',
  'RCPT',
  'DATA',
  'BDAT',
  'end-of-data',
  'RSET',
  'NOOP',
  'QUIT',
  'VRFY',
  'EXPN',
  'HELP',
  'ETRN',
  'STARTTLS',
  'AUTH',
];

const replyMultilineAnyCommand = perExchange(
  'reply-multiline-any-command',
  MULTILINE,
  (exchange, dialogue) => {
    const { reply, verb } = exchange;
    if (reply === null || reply.lines.length < 2 || new Set(reply.lines.map((line) => line.slice(0, 3))).size > 1)
      return null;
    const lines = `${reply.lines.length} lines in reply to ${verb}`;
    const early = earlyBehind(dialogue, exchange, reply);
    if (early !== null) {
      const found = broken(`${nameOf(early)} came before the last of ${lines}`, early, reply);
      return referTo(primaryOfEarly(exchange, early), found);
    }
    const spanMs = reply.endedAt - reply.at;
    if (spanMs >= HELD_MS && stayedQuiet(dialogue, exchange)) {
      return pass(`it waited ${seconds(spanMs)} for the last of ${lines}`, reply);
    }
    return inconclusive(`the ${lines} left within ${seconds(spanMs)}, so waiting for the last shows nothing`, reply);
  },
  { oneProofSuffices: true },
);

// --- reply-fragmented --------------------------------------------------------------------------------------------

/** How long the reply to a verb is waited for at least (RFC 5321 4.5.3.2); after that a client may give up. */
function leastWaitMs(verb: EventName): number {
  if (verb === 'DATA') return 120_000;
  return verb === 'end-of-data' ? 600_000 : 300_000;
}

const replyFragmented = perDialogue(
  'reply-fragmented',
  (dialogue, view) =>
    dialogue.exchanges.flatMap((exchange) => {
      const { reply, spew } = exchange;
      if (reply === null || spew !== null) return [];
      const isDribbled = reply.event.dribbled === true;
      return (
        (isDribbled ? judgeDribble(dialogue, view, exchange, reply) : judgePieces(dialogue, exchange, reply)) ?? []
      );
    }),
  { oneProofSuffices: true },
);

function judgeDribble(dialogue: Dialogue, view: TrialView, exchange: Exchange, reply: Reply): Finding | null {
  const name = exchange.verb === 'connect' ? 'the greeting' : `the reply to ${exchange.verb}`;
  const early = earlyBehind(dialogue, exchange, reply);
  if (early !== null && early.verb !== 'QUIT') {
    const found = broken(`${nameOf(early)} came before the last octet of ${name}`, early, reply);
    return referTo(primaryOfEarly(exchange, early), found);
  }
  const { left } = dialogue.ending;
  const isGone = left !== null && hasLeft(view, dialogue) && left.seq < replyEnd(reply);
  if (early !== null || isGone) {
    // Leaving in the middle of the 221 is judged by quit-waits-for-221.
    if (exchange.verb === 'QUIT') return null;
    const ms = (early?.firstAt ?? left?.at ?? 0) - exchange.lastAt;
    const reason = `it gave up after ${seconds(ms)}, while octets of ${name} were still coming`;
    const tooSoon = ms < leastWaitMs(exchange.verb) * view.record.timeScale;
    return (tooSoon ? broken : inconclusive)(reason, early ?? leaving(dialogue), reply);
  }
  const spanMs = reply.endedAt - reply.at;
  if (replyEnd(reply) === Infinity) return inconclusive(`we ended before the last octet of ${name} had left`, reply);
  if (spanMs >= HELD_MS && stayedQuiet(dialogue, exchange)) {
    return pass(`it waited ${seconds(spanMs)} for the last octet of ${name}`, reply);
  }
  return inconclusive(`${name} was complete after ${seconds(spanMs)}, which shows nothing`, reply);
}

/** Cut up on the way: what came before the last piece was said to a part of the reply. */
function judgePieces(dialogue: Dialogue, exchange: Exchange, reply: Reply): Finding | null {
  const pieces = piecesOf(dialogue, exchange, reply);
  if (pieces === null) return null;
  const { count, first, last } = pieces;
  const what = `the ${count} pieces of ${exchange.verb === 'connect' ? 'the greeting' : `the reply to ${exchange.verb}`}`;
  const next = dialogue.exchanges[exchange.index + 1];
  if (
    next !== undefined &&
    next.firstSeq > first.seq &&
    next.firstSeq < last.seq &&
    !isOffered(exchange, 'PIPELINING')
  ) {
    const found = broken(`${nameOf(next)} came before the last of ${what}`, next, reply);
    return referTo(primaryOfEarly(exchange, next), found);
  }
  const spanMs = last.at - first.at;
  const waited = next !== undefined && next.firstSeq > last.seq;
  if (waited && spanMs >= HELD_MS) return pass(`it waited ${seconds(spanMs)} for the last of ${what}`, reply);
  return inconclusive(`${what} left within ${seconds(spanMs)}, which shows nothing`, reply);
}

function nameOf({ verb, spew }: Exchange): string {
  return verb === 'end-of-data' || spew !== null ? 'mail data' : verb;
}

// --- reply-coalesced-unsolicited ---------------------------------------------------------------------------------

const replyCoalescedUnsolicited = perDialogue(
  'reply-coalesced-unsolicited',
  (dialogue, view) => {
    const stray = utterancesOf(dialogue).find(
      ({ reply, inPlace }) => !inPlace && /^[23]\d\d/.test(reply.lines[0] ?? ''),
    );
    if (stray === undefined) return null;
    return judgeStep(dialogue, view, stray.reply);
  },
  // The stray reply is the provocation.
  { despite: ['unsolicited-reply', 'raw-octets'] },
);

/**
 * A client that counts the stray as an answer is one reply ahead: at a refusal it goes by another one. That does no harm as
 * long as it does not count the mail as delivered in the end.
 */
function judgeStep(dialogue: Dialogue, view: TrialView, stray: Reply): Finding {
  const what = `a stray "${(stray.lines[0] ?? '').slice(0, 40)}"`;
  const step = stepAfter(dialogue, stray.seq);
  if (step === null) return inconclusive(`nothing was refused after ${what}, so nothing shows what it went by`, stray);
  const { refused, reaction } = step;
  const reply = refused.reply === null ? [] : [refused.reply];
  const isDot = refused.verb === 'end-of-data';
  const after = `after ${what}, refused at ${isDot ? 'the dot' : refused.verb}`;
  if (!isDot && reaction.took !== 'success') {
    const found = reaction.took === 'failure' ? pass : inconclusive;
    return found(`${after}, it ${reaction.how}`, ...reaction.shown, ...reply);
  }
  const went = isDot ? '' : ` it ${reaction.how}, and`;
  const { became, how, shown } = fateOfRefused(view, refused);
  if (became === 'unknown') {
    return inconclusive(`${after},${went} nothing shows what it booked the mail as`, refused, ...reply);
  }
  if (became !== 'delivered') return pass(`${after},${went} it ${how}`, ...shown, ...reply);
  const sentFrom = refused.transaction?.data?.reply?.endedSeq ?? Infinity;
  // By counting, as it must (RFC 2920 3.1), the next reply is that to the dot: no MUST forbids to believe it.
  return isDot && stray.seq > sentFrom
    ? referTo('early-dot-reply', warned(`${after}, it ${how}`, refused, ...reply, stray))
    : broken(`${after},${went} it ${how}`, refused, ...reply, stray);
}

function fateOfRefused(view: TrialView, { transaction, verb, parsed }: Exchange): Fate {
  if (transaction === null) return { became: 'unknown', how: 'cannot be followed', shown: [] };
  return fateOf(view, transaction, verb === 'RCPT' ? parseRcpt(parsed.argument).path.address : null);
}

export const replyStreamChecks: readonly Check[] = [
  replyMultilineAnyCommand,
  replyFragmented,
  replyCoalescedUnsolicited,
];
