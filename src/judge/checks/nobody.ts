// A transaction whose recipients were all refused: no mail data for nobody (RFC 5321 3.3), and where DATA had come along
// in the group and got 354, the lone dot and nothing else (RFC 2920 3.1).

import {
  broken,
  inconclusive,
  notApplicable,
  observed,
  pass,
  perTransaction,
  referTo,
  warned,
  type Check,
} from '../check';
import { dataBehind, isLoneDot, wayOut } from '../data-behind';
import type { Dialogue, Exchange, Reply } from '../dialogue';
import { HANG_MS } from '../reaction';
import { seconds, sequelOf } from '../sequel';
import type { Transaction } from '../transactions';
import type { Finding } from '../verdict';
import { crossedLegally } from '../waiting';

/** The last refusal; null when any recipient was accepted, or got no answer. */
function lastRefusal({ accepted, recipients }: Transaction): Reply | null {
  const allRefused = recipients.every(({ reply }) => reply?.digit === 4 || reply?.digit === 5);
  return accepted && allRefused ? (recipients.at(-1)?.reply ?? null) : null;
}

function countOf({ recipients }: Transaction): string {
  return recipients.length === 1 ? 'the only recipient' : `all ${recipients.length} recipients`;
}

// --- pipeline-354-no-valid-rcpt ----------------------------------------------------------------------------------

const pipeline354NoValidRcpt = perTransaction('pipeline-354-no-valid-rcpt', (transaction, dialogue, view) => {
  const { data, dot } = transaction;
  if (lastRefusal(transaction) === null || data?.reply?.digit !== 3 || !crossedLegally(data)) return null;
  const whom = `although ${countOf(transaction)} had been refused`;
  if (dot !== null && isLoneDot(dot)) return pass('it answered the 354 by the lone dot', dot);
  if (dot !== null) return broken(`${dot.message?.length ?? 0} octets of mail data came ${whom}`, dot, data.reply);
  const next = sequelOf(dialogue, data.reply);
  const waitedMs = next.at - data.reply.endedAt;
  switch (next.kind) {
    case 'said':
      if (next.verb === 'QUIT') return broken(`QUIT came where the lone dot belongs, ${whom}`, next.shown, data.reply);
      return broken(`mail data came ${whom}`, next.shown, data.reply);
    case 'left':
      return observed(`it left after ${seconds(waitedMs)} instead of sending the lone dot`, next.shown);
    case 'ended':
      if (waitedMs >= HANG_MS * view.record.timeScale) {
        return broken(`it waited ${seconds(waitedMs)} in silence instead of sending the lone dot`, data.reply);
      }
      return inconclusive(`nothing came for ${seconds(waitedMs)} after the 354, and then we stopped waiting`, data);
  }
});

// --- rcpt-all-rejected-no-data -----------------------------------------------------------------------------------

const rcptAllRejectedNoData = perTransaction('rcpt-all-rejected-no-data', (transaction, dialogue) => {
  const refusal = lastRefusal(transaction);
  if (refusal === null) return null;
  const { data, chunks } = transaction;
  const command = data ?? chunks[0] ?? null;
  const whom = countOf(transaction);
  if (command === null) return withoutData(dialogue, transaction, refusal);
  if (crossedLegally(command)) {
    return notApplicable(`${command.verb} had come along with the recipients, before they were refused`, command);
  }
  const found = sentForNobody(dialogue, transaction, command, `although ${whom} had been refused`, refusal);
  // Sent before the refusals could be known: the act is talking early, and this follows from it.
  return command.firstSeq < refusal.endedSeq ? referTo('no-pipelining-unless-advertised', found) : found;
});

function withoutData(dialogue: Dialogue, transaction: Transaction, refusal: Reply): Finding {
  const whom = `${countOf(transaction)} had been refused`;
  const way = wayOut(dialogue, transaction);
  if (way === null) return inconclusive(`nothing came after ${whom} before the end of the record`, refusal);
  return pass(`once ${whom} it ${way.how}`, ...way.shown, refusal);
}

function sentForNobody(
  dialogue: Dialogue,
  { dot }: Transaction,
  command: Exchange,
  whom: string,
  refusal: Reply,
): Finding {
  if (command.verb === 'BDAT')
    return broken(`${command.chunk?.received ?? 0} octets of BDAT came ${whom}`, command, refusal);
  const sent = dataBehind(dialogue, command);
  if (sent === null || (sent.loneDot && dot !== null)) {
    return warned(`DATA came ${whom}${sent === null ? '' : ', and then the lone dot'}`, command, refusal);
  }
  const found = broken(`${sent.amount} came ${whom}`, sent.shown, refusal);
  if (dot !== null) return found;
  const digit = command.reply?.digit;
  if (digit === 2) return referTo('data-2xx-is-not-354', found);
  return digit === 4 || digit === 5 ? referTo('no-content-after-data-refused', found) : found;
}

export const nobodyChecks: readonly Check[] = [pipeline354NoValidRcpt, rcptAllRejectedNoData];
