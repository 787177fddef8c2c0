// Between the final dot and the booking: how long the reply is waited for, and what a 4yz, a 5yz, a lost reply or one that
// came too early make of the message (RFC 5321 4.2.5, 4.5.3.2.6, 6.1, RFC 1047).

import { digestWithoutTraceHeaders } from '../../wire/content-facts';
import type { Attempt } from '../attempt';
import {
  broken,
  inconclusive,
  inOtherWords,
  pass,
  perExchange,
  perTransaction,
  place,
  warned,
  type Check,
  type Shown,
  type TrialView,
} from '../check';
import type { Dialogue, Exchange, Reply } from '../dialogue';
import { mailDataOf } from '../mail-octets';
import { attemptOf, bounceOf, nextTry, reportOf, storyOf, windowIsLong, windowText } from '../next-try';
import { isLostOnPath } from '../path-end';
import { judgeSilence } from '../patience';
import { judgeGivenUp, judgeTriedLater } from '../refusal';
import { leaving, seconds } from '../sequel';
import type { Transaction } from '../transactions';
import type { Finding } from '../verdict';

// --- dot-reply-timeout -------------------------------------------------------------------------------------------

const dotReplyTimeout = perExchange(
  'dot-reply-timeout',
  ['end-of-data'],
  (dot, dialogue, view) => {
    if (dot.message?.complete !== true) return null;
    const found = judgeSilence(view, dialogue, dot, 'the reply to the final dot', {
      leastMs: 595_000,
      lateMs: 570_000,
      asked: 'ten minutes are asked for',
    });
    return found?.found === 'broken' ? withDuplicate(view, dot, found) : found;
  },
  // The silence is the provocation.
  { despite: ['no-reply'] },
);

/** RFC 5321 4.5.3.2.6: who leaves too early and comes again may deliver twice. */
function withDuplicate(view: TrialView, { transaction }: Exchange, found: Finding): Finding {
  const attempt = transaction === null ? null : attemptOf(view, transaction);
  const again = attempt === null ? null : nextTry(view, attempt, null);
  if (again === null) return found;
  const reason = `${found.reason}; it came again after ${seconds(again.gapMs)}, which risks a duplicate`;
  return inOtherWords(reason, found);
}

// --- dot-4yz-retry, dot-5yz-no-retry -----------------------------------------------------------------------------

const dot4yzRetry = perTransaction('dot-4yz-retry', (transaction, _dialogue, view) => {
  const { final } = transaction;
  const attempt = attemptOf(view, transaction);
  if (final?.digit !== 4 || attempt === null) return null;
  return judgeTriedLater(view, { attempt, recipient: null, kept: gotAfterDot(final), shown: [final] });
});

const dot5yzNoRetry = perTransaction('dot-5yz-no-retry', (transaction, _dialogue, view) => {
  const { final } = transaction;
  const attempt = attemptOf(view, transaction);
  if (final?.digit !== 5 || attempt === null) return null;
  const again = nextTry(view, attempt, null)?.attempt;
  const carried = again !== undefined && again.server !== attempt.server && again.result === 'accepted';
  return judgeGivenUp(view, {
    attempt,
    recipient: null,
    kept: gotAfterDot(final),
    shown: [final],
    primary: carried ? 'mx-5yz-no-shopping' : null,
    needsLongWindow: true,
  });
});

function gotAfterDot({ code }: Reply): string {
  return `it got ${code ?? 'a refusal'} after the dot`;
}

// --- lost-after-dot ----------------------------------------------------------------------------------------------

/** The reply to a complete message that never reached the client. */
interface Loss {
  readonly what: string;
  readonly shown: Shown;
  /** A whole 250 had been written: whether it was read, nobody knows (trap 4). */
  readonly mayBeRead: boolean;
}

const lostAfterDot = perTransaction(
  'lost-after-dot',
  (transaction, dialogue, view) => {
    const attempt = attemptOf(view, transaction);
    const loss = attempt === null ? null : lossOf(dialogue, attempt);
    if (attempt === null || loss === null) return null;
    const { what, shown, mayBeRead } = loss;
    const again = nextTry(view, attempt, null);
    if (again !== null) return judgeReturn(attempt, again.attempt, `after ${what} it came again`, seconds(again.gapMs));
    if (mayBeRead) return inconclusive(`after ${what} it did not come again, and may have read the 250`, shown);
    const renamed = renamedIn(view, attempt);
    if (renamed !== null) {
      const reason = `after ${what} the same envelope came with a new Message-ID`;
      return warned(reason, renamed.transaction.dot ?? renamed.transaction.mail, shown);
    }
    return judgeNoReturn(view, attempt, what, shown);
  },
  // The loss is the provocation.
  { despite: ['reset', 'closed', 'no-reply', 'malformed-reply', 'raw-octets'] },
);

function lossOf(dialogue: Dialogue, { transaction, acknowledged }: Attempt): Loss | null {
  const { dot, final } = transaction;
  const { closing, first } = dialogue.ending;
  if (dot?.message?.complete !== true || dot.verb !== 'end-of-data') return null;
  const next = dialogue.exchanges[dot.index + 1];
  const spokeOn = final !== null && next !== undefined && next.firstSeq > final.endedSeq;
  if (final !== null && !spokeOn && isLostOnPath(dialogue, final)) return lossOnPath(dialogue);
  // Only our own close: at the end of a trial connections are destroyed.
  if (closing === null || closing.how === 'destroy' || first !== 'server') return null;
  if (next !== undefined && next.firstSeq < closing.seq && next.reply !== null) return null;
  const how = closing.how === 'reset' ? 'reset' : 'close';
  const shown = place(dialogue, closing, closing.how === 'reset' ? 'S- RST' : 'S- FIN');
  const half = dialogue.unsolicited.some(({ seq, event }) => seq > dot.seq && event.raw === true);
  if (final === null || !final.event.octets.endsWith('\n')) {
    const what =
      half || final !== null ? `half a reply to the dot and a ${how}` : `a ${how} instead of the reply to the dot`;
    return { what, shown, mayBeRead: false };
  }
  if (final.digit !== 2 || closing.how !== 'reset' || acknowledged) return null;
  return { what: `${final.code} and a reset`, shown, mayBeRead: true };
}

/** The path closed or reset the connection, and our reply with it. */
function lossOnPath(dialogue: Dialogue): Loss {
  const { left } = dialogue.ending;
  const how = left?.what === 'reset' ? 'reset' : 'close';
  return { what: `a ${how} on the path instead of the reply to the dot`, shown: leaving(dialogue), mayBeRead: false };
}

/** A duplicate is what is asked for here, so that it can be known for one (RFC 1047). */
function judgeReturn(lost: Attempt, again: Attempt, came: string, after: string): Finding {
  const { message, mail, dot } = again.transaction;
  const act = dot ?? mail;
  if (message === null) return pass(`${came} after ${after}`, act);
  if (message.messageId !== lost.transaction.message?.messageId) {
    return warned(`${came} after ${after}, under a new Message-ID`, act);
  }
  const [one, other] = [bodyOf(lost), bodyOf(again)];
  if (one !== null && other !== null && one !== other) {
    return warned(`${came} after ${after}, with other mail data under the same Message-ID`, act);
  }
  return pass(`${came} after ${after}, as the same message`, act);
}

function bodyOf({ dialogue, transaction }: Attempt): string | null {
  if (transaction.message?.complete !== true) return null;
  const data = mailDataOf(dialogue, transaction);
  return data === null ? null : digestWithoutTraceHeaders(data.content);
}

/** A message of nobody's that was for the same recipients, from the same sender. */
function renamedIn(view: TrialView, lost: Attempt): Attempt | null {
  const envelope = envelopeOf(lost.transaction);
  const later = view.campaign.unattributed.find(({ transaction }) => {
    return transaction.mail.seq > lost.transaction.mail.seq && envelopeOf(transaction) === envelope;
  });
  return later ?? null;
}

function envelopeOf({ sender, recipients }: Transaction): string {
  return [sender, ...recipients.map(({ address }) => address).sort()].join('\n').toLowerCase();
}

function judgeNoReturn(view: TrialView, attempt: Attempt, what: string, shown: Shown): Finding {
  if (storyOf(view, attempt) === null) return inconclusive(`after ${what} nothing can be told of the message`, shown);
  const bounce = bounceOf(view, attempt, null);
  if (bounce !== null)
    return broken(`after ${what} it returned the mail to its sender`, bounce.transaction.mail, shown);
  const report = reportOf(view, attempt, null);
  if (report !== null && report !== 'deferred') {
    return broken(`after ${what} it reported the message as ${report} and did not send it again`, shown);
  }
  const within = windowText(view) ?? 'in a trial without a window';
  const silent = `after ${what} it did not come again ${within}`;
  return windowIsLong(view) ? broken(silent, shown) : inconclusive(silent, shown);
}

// --- early-dot-reply ---------------------------------------------------------------------------------------------

const earlyDotReply = perTransaction(
  'early-dot-reply',
  (transaction, dialogue, view) => {
    const { data, dot, final } = transaction;
    const attempt = attemptOf(view, transaction);
    if (data?.reply?.digit !== 3 || dot === null || (final?.digit !== 4 && final?.digit !== 5)) return null;
    const from = data.reply.endedSeq;
    const early = dialogue.unsolicited.find(({ digit, seq }) => digit === 2 && seq > from && seq < dot.lastSeq);
    if (early === undefined || attempt === null) return null;
    const what = `${early.code} before the dot and ${final.code} after it`;
    const again = nextTry(view, attempt, null);
    if (again !== null) return pass(`after ${what} it tried again`, again.shown, early, final);
    const report = reportOf(view, attempt, null);
    if (report === 'accepted') {
      return broken(`after ${what} it reported the message as accepted`, dot, early, final);
    }
    const bounce = bounceOf(view, attempt, null);
    if (bounce !== null) return pass(`after ${what} it returned the mail`, bounce.transaction.mail, early, final);
    if (report !== null) return pass(`after ${what} it reported the message as ${report}`, early, final);
    return inconclusive(`after ${what} nothing shows what it booked the message as`, early, final);
  },
  // The early reply is the provocation.
  { despite: ['unsolicited-reply'] },
);

export const afterDotChecks: readonly Check[] = [
  dotReplyTimeout,
  dot4yzRetry,
  dot5yzNoRetry,
  lostAfterDot,
  earlyDotReply,
];
