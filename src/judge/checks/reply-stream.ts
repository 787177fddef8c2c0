// Replies as a stream: several lines are one reply, segments mean nothing, a stray reply answers nothing, and a 421 ends
// the session whenever it comes (RFC 5321 2.4, 3.8, 4.2). What comes before the end of a reply is judged by the rule it
// breaks by that: talking early, or mail data without leave.

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
import { fateOf } from '../fate';
import { isOffered } from '../offer';
import { hasLeft, replyEnd } from '../patience';
import { piecesOf } from '../pieces';
import { leaving, seconds, untakenLines } from '../sequel';
import { stepAfter, utterancesOf } from '../utterance';
import type { Finding } from '../verdict';
import { crossedLegally, HELD_MS, stayedQuiet } from '../waiting';

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

/** A client that counts the stray as an answer is one reply ahead: at a refusal it goes by another one. */
function judgeStep(dialogue: Dialogue, view: TrialView, stray: Reply): Finding {
  const what = `a stray "${(stray.lines[0] ?? '').slice(0, 40)}"`;
  const step = stepAfter(dialogue, stray.seq);
  if (step === null) return inconclusive(`nothing was refused after ${what}, so nothing shows what it went by`, stray);
  const { refused, reaction } = step;
  const reply = refused.reply === null ? [] : [refused.reply];
  if (refused.verb === 'end-of-data' && refused.transaction !== null) {
    const { became, how, shown } = fateOf(view, refused.transaction, null);
    if (became === 'delivered') return broken(`after ${what} and a refusal of the mail it ${how}`, refused, ...reply);
    if (became === 'unknown')
      return inconclusive(`after ${what} nothing shows what it made of the refusal of the mail`, refused);
    return pass(`after ${what} and a refusal of the mail it ${how}`, ...shown, ...reply);
  }
  const reason = `after ${what}, refused at ${refused.verb}, it ${reaction.how}`;
  if (reaction.took === 'success') return broken(reason, ...reaction.shown, ...reply, stray);
  if (reaction.took === 'failure') return pass(reason, ...reaction.shown, ...reply);
  return inconclusive(reason, ...reply);
}

// --- reply-async-421 ---------------------------------------------------------------------------------------------

/** Twice the way to a client and back: what came sooner can have crossed the 421 (trap 2). */
const UNDER_WAY_MS = 100;

interface Offence {
  readonly exchange: Exchange | null;
  readonly verb: string;
  readonly at: number;
  readonly shown: Exchange | ReturnType<typeof leaving>;
}

const replyAsync421 = perDialogue('reply-async-421', (dialogue, view) => {
  const said = utterancesOf(dialogue).find(({ reply, to }) => reply.code === 421 && to?.verb !== 'QUIT');
  if (said === undefined) return null;
  const { reply, to, inPlace } = said;
  const where =
    inPlace && to !== null ? `421 to ${to.verb === 'connect' ? 'the connection' : to.verb}` : 'a 421 that came unasked';
  const returned = inPlace ? returnedAfter(view, to) : null;
  if (returned !== null)
    return referTo('retry-after-4yz', broken(`after ${where} it ${returned.how}`, ...returned.shown));
  const [offence] = offencesAfter(dialogue, reply, inPlace ? to : null);
  if (offence === undefined) {
    if (dialogue.ending.left === null) return inconclusive(`the record ends before it left after ${where}`, reply);
    return pass(`after ${where} it ended the session`, reply);
  }
  if (mayHaveCrossed(offence, reply, inPlace ? to : null)) {
    return inconclusive(`${offence.verb} can have been under way when ${where} left`, offence.shown, reply);
  }
  const reason = `${offence.verb} came ${seconds(offence.at - reply.endedAt)} after ${where}`;
  // What it costs at EHLO is a downgrade, and judged as one.
  if (inPlace && to?.verb === 'EHLO') return referTo('ehlo-4xx-not-helo', warned(reason, offence.shown, reply));
  const primary = inPlace ? PRIMARIES[to?.verb ?? ''] : undefined;
  const found = broken(reason, offence.shown, reply);
  return primary === undefined ? found : referTo(primary, found);
});

/** Going on after a refusal has its own obligations; where they found nothing, the act is judged here. */
const PRIMARIES: Readonly<Record<string, string | undefined>> = {
  MAIL: 'mail-rejected-stops',
  RCPT: 'rcpt-all-rejected-no-data',
  DATA: 'no-content-after-data-refused',
};

/** Commands of a transaction, and mail data where 421 refused it; also what we no longer took. */
function offencesAfter(dialogue: Dialogue, reply: Reply, to: Exchange | null): readonly Offence[] {
  const isOffence = (verb: string): boolean =>
    ['MAIL', 'RCPT', 'DATA', 'BDAT'].includes(verb) ||
    (to?.verb === 'DATA' && ['unknown', 'end-of-data'].includes(verb));
  const name = (verb: string): string => (verb === 'unknown' || verb === 'end-of-data' ? 'mail data' : verb);
  const taken = dialogue.exchanges
    .filter(({ firstSeq, verb }) => firstSeq > reply.endedSeq && isOffence(verb))
    .map((exchange) => ({ exchange, verb: name(exchange.verb), at: exchange.firstAt, shown: exchange }));
  if (taken.length > 0) return taken;
  return untakenLines(dialogue, reply.endedSeq)
    .filter(({ verb }) => isOffence(verb))
    .map(({ verb, at, shown }) => ({ exchange: null, verb: name(verb), at, shown }));
}

/** Without PIPELINING it had to wait for a 421 that answers; nobody waits for one that comes unasked. */
function mayHaveCrossed({ exchange, at }: Offence, reply: Reply, to: Exchange | null): boolean {
  if (to === null) return at - reply.endedAt < UNDER_WAY_MS;
  if (exchange !== null) return crossedLegally(exchange);
  return isOffered(to, 'PIPELINING') && at - reply.endedAt < UNDER_WAY_MS;
}

/** Refused at one of these, mail has failed by it; at RSET it had failed before. */
const DECIDING: ReadonlySet<EventName> = new Set<EventName>(['MAIL', 'RCPT', 'DATA', 'BDAT', 'end-of-data']);

/** A message sent back for good because of the 421: an MTA has to keep it. */
function returnedAfter(view: TrialView, to: Exchange | null): ReturnType<typeof fateOf> | null {
  if (to?.transaction == null || view.client.role === 'submission' || !DECIDING.has(to.verb)) return null;
  const fate = fateOf(view, to.transaction, to.verb === 'RCPT' ? parseRcpt(to.parsed.argument).path.address : null);
  return fate.became === 'bounced' ? fate : null;
}

export const replyStreamChecks: readonly Check[] = [
  replyMultilineAnyCommand,
  replyFragmented,
  replyCoalescedUnsolicited,
  replyAsync421,
];
