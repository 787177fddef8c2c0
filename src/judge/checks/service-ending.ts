// The 421 that ends a session whenever it comes, in reply or unasked (RFC 5321 3.8, 4.2.2): no more of the transaction, no
// new one, and the mail is kept for later. What crossed it on the way is no breach.

import { parseRcpt } from '../../smtp/command';
import type { EventName } from '../../smtp/vocabulary';
import { broken, inconclusive, pass, perDialogue, referTo, warned, type Check, type TrialView } from '../check';
import type { Dialogue, Exchange, Reply } from '../dialogue';
import { fateOf } from '../fate';
import { isOffered } from '../offer';
import { type leaving, seconds, untakenLines } from '../sequel';
import { utterancesOf } from '../utterance';
import { crossedLegally, HELD_MS } from '../waiting';

/** Twice the way to a client and back: what was grouped and came sooner can have crossed the 421 (trap 2). */
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
  const offences = offencesAfter(dialogue, reply, inPlace ? to : null);
  const [first] = offences;
  if (first === undefined) {
    if (dialogue.ending.left === null) return inconclusive(`the record ends before it left after ${where}`, reply);
    return pass(`after ${where} it ended the session`, reply);
  }
  const offence = offences.find((one) => !mayHaveCrossed(one, reply, inPlace ? to : null));
  if (offence === undefined) {
    return inconclusive(`${first.verb} can have been under way when ${where} left`, first.shown, reply);
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

/**
 * Without PIPELINING it had to wait for a 421 that answers. Nobody waits for one that comes unasked: a client will read it
 * after its next command (RFC 5321 3.8), so that only a later reply, or the time, proves that it was read.
 */
function mayHaveCrossed({ exchange, at }: Offence, reply: Reply, to: Exchange | null): boolean {
  if (to === null) return at - reply.endedAt < HELD_MS && !hasReadOn(exchange, reply);
  if (exchange !== null) return crossedLegally(exchange);
  return isOffered(to, 'PIPELINING') && at - reply.endedAt < UNDER_WAY_MS;
}

/** It came after a reply to something that had been said behind the 421. */
function hasReadOn(exchange: Exchange | null, { endedAt }: Reply): boolean {
  return exchange !== null && exchange.outstanding.state !== 'early' && (exchange.repliedBeforeAt ?? 0) > endedAt;
}

/** Refused at one of these, mail has failed by it; at RSET it had failed before. */
const DECIDING: ReadonlySet<EventName> = new Set<EventName>(['MAIL', 'RCPT', 'DATA', 'BDAT', 'end-of-data']);

/** A message sent back for good because of the 421: an MTA has to keep it. */
function returnedAfter(view: TrialView, to: Exchange | null): ReturnType<typeof fateOf> | null {
  if (to?.transaction == null || view.client.role === 'submission' || !DECIDING.has(to.verb)) return null;
  const fate = fateOf(view, to.transaction, to.verb === 'RCPT' ? parseRcpt(to.parsed.argument).path.address : null);
  return fate.became === 'bounced' ? fate : null;
}

export const serviceEndingChecks: readonly Check[] = [replyAsync421];
