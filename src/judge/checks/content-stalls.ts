// Mail data in rough weather: a refusal or a close in the middle of it (RFC 5321 3.8), a transfer that stalls (4.5.3.2.5),
// and one that is slow but moves (4.5.3.2). While we do not read, a client that leaves is noticed late: its leaving is
// then dated too late, never too early.

import {
  broken,
  inconclusive,
  notApplicable,
  observed,
  pass,
  perTransaction,
  place,
  type Check,
  type Shown,
  type TrialView,
} from '../check';
import type { Attempt } from '../attempt';
import type { Dialogue, Reply } from '../dialogue';
import { readsOf } from '../mail-octets';
import { attemptOf, bounceOf, nextTry, reportOf, storyOf, windowIsLong, windowText } from '../next-try';
import { CAP_MS } from '../patience';
import { judgeGivenUp } from '../refusal';
import { leaving, seconds } from '../sequel';
import type { Transaction } from '../transactions';
import type { Finding } from '../verdict';

/** From the 354 to the end of the mail data, or of the connection; null when there was no leave to send. */
function dataSpan(
  dialogue: Dialogue,
  { data, dot }: Transaction,
): { readonly from: Reply; readonly toSeq: number } | null {
  if (data?.reply?.digit !== 3) return null;
  const isOver = dot?.message?.complete === true;
  const next = dialogue.exchanges[(dot ?? data).index + 1];
  return { from: data.reply, toSeq: isOver ? dot.seq : (next?.seq ?? Infinity) };
}

// --- mid-data-reply ----------------------------------------------------------------------------------------------

/** What came in the middle: a refusal, or a close without one. */
interface Interruption {
  /** Null for a mere close. */
  readonly reply: Reply | null;
  readonly what: string;
  readonly shown: Shown;
  readonly byReset: boolean;
}

const midDataReply = perTransaction(
  'mid-data-reply',
  (transaction, dialogue, view) => {
    const interruption = interruptionOf(dialogue, transaction);
    const attempt = attemptOf(view, transaction);
    if (interruption === null || attempt === null) return null;
    const { reply, what, shown, byReset } = interruption;
    if (byReset) return inconclusive(`${what} came with a reset, which may have swallowed it`, shown);
    if (storyOf(view, attempt) === null) return inconclusive(`after ${what} nothing can be told of the message`, shown);
    const again = nextTry(view, attempt, null);
    if (again === null && reportOf(view, attempt, null) === 'accepted') {
      return broken(`after ${what} it reported the message as accepted`, shown);
    }
    return reply?.digit === 5 && reply.code !== 421
      ? judgeFailedForGood(view, attempt, what, shown)
      : judgeFailedForNow(view, attempt, what, shown);
  },
  // The interruption is the provocation.
  { despite: ['unsolicited-reply', 'closed', 'no-reply', 'deaf', 'wrong-code'] },
);

function interruptionOf(dialogue: Dialogue, transaction: Transaction): Interruption | null {
  const span = dataSpan(dialogue, transaction);
  if (span === null) return null;
  const reply = dialogue.unsolicited.find(({ seq, digit }) => {
    return seq > span.from.endedSeq && seq < span.toSeq && (digit === 4 || digit === 5);
  });
  const { closing, first } = dialogue.ending;
  const closed = closing !== null && closing.how !== 'destroy' && first === 'server' && closing.seq < span.toSeq;
  const byReset = closed && closing.how === 'reset';
  if (reply !== undefined) {
    return { reply, what: `${reply.code} in the middle of the mail data`, shown: reply, byReset };
  }
  if (!closed || transaction.message?.complete === true) return null;
  const shown = place(dialogue, closing, 'S- (closes)');
  return { reply: null, what: 'a close in the middle of the mail data', shown, byReset };
}

function judgeFailedForGood(view: TrialView, attempt: Attempt, what: string, shown: Shown): Finding {
  const report = reportOf(view, attempt, null);
  if (view.client.role === 'submission' && nextTry(view, attempt, null) === null) {
    if (report === null) return inconclusive(`after ${what} it did not say what became of the message`, shown);
    return pass(`after ${what} it reported the message as ${report}`, shown);
  }
  return judgeGivenUp(view, {
    attempt,
    recipient: null,
    kept: `after ${what} it counted the message as failed`,
    shown: [shown],
    primary: 'no-retry-after-5yz',
  });
}

function judgeFailedForNow(view: TrialView, attempt: Attempt, what: string, shown: Shown): Finding {
  const again = nextTry(view, attempt, null);
  if (again !== null) return pass(`after ${what} it tried again after ${seconds(again.gapMs)}`, again.shown, shown);
  const report = reportOf(view, attempt, null);
  if (report === 'deferred') return pass(`after ${what} it reported the message as deferred`, shown);
  const bounce = bounceOf(view, attempt, null);
  if (view.client.role === 'submission') {
    if (report === null) return inconclusive(`after ${what} it did not say what became of the message`, shown);
    return pass(`after ${what} it reported the message as ${report}`, shown);
  }
  if (bounce !== null)
    return broken(`after ${what} it returned the mail to its sender`, shown, bounce.transaction.mail);
  if (report !== null) return broken(`after ${what} it reported the message as ${report}, for good`, shown);
  const within = windowText(view) ?? 'in a trial without a window';
  const silent = `after ${what} it did not come again ${within}`;
  const owes = view.client.role === 'mta' && windowIsLong(view);
  return owes ? broken(silent, shown) : inconclusive(silent, shown);
}

// --- data-block-timeout ------------------------------------------------------------------------------------------

/** RFC 5321 4.5.3.2.5, less 5 s for clients that leave on the dot (trap 7). */
const LEAST_BLOCK_MS = 175_000;
const BLOCK_MS = 180_000;

/** What both ends can hold in their buffers must not be the whole message. */
const LARGE_OCTETS = 8_000_000;

/** So near to our reading again, leaving may have happened at any time before. */
const NOTICED_MS = 100;

const dataBlockTimeout = perTransaction(
  'data-block-timeout',
  (transaction, dialogue, view) => {
    const span = dataSpan(dialogue, transaction);
    const stall =
      span === null ? undefined : stallsOf(dialogue).find(({ seq }) => seq > span.from.endedSeq && seq < span.toSeq);
    if (stall === undefined) return null;
    const attempt = attemptOf(view, transaction);
    const size = Math.max(
      transaction.message?.size ?? 0,
      attempt === null ? 0 : (storyOf(view, attempt)?.submission.size ?? 0),
    );
    const act = place(dialogue, stall, `(we stop reading${stall.ms === undefined ? '' : ` for ${seconds(stall.ms)}`})`);
    if (size < LARGE_OCTETS) {
      return notApplicable(`the whole message of ${size} octets may have fitted the buffers`, act);
    }
    const until = stall.ms === undefined ? Infinity : stall.at + stall.ms;
    return judgeStall(view, dialogue, transaction, { sinceAt: stall.at, until, act });
  },
  { despite: ['deaf', 'no-reply'] },
);

/** Where reading stops: a step of ours, or the path. `ms` is missing when it never goes on. */
function stallsOf({ steps, notes }: Dialogue): readonly { readonly seq: number; readonly at: number; ms?: number }[] {
  const paused = notes
    .filter(({ fact, detail }) => fact === 'reading-paused' && detail === 'by the path')
    .map(({ seq, at }) => {
      const resumed = notes.find((note) => note.fact === 'reading-resumed' && note.seq > seq);
      return { seq, at, ...(resumed === undefined ? {} : { ms: resumed.at - at }) };
    });
  return [...steps.filter(({ step }) => step === 'deaf'), ...paused];
}

/** While nobody reads, leaving is not noticed; but a client that has finished altogether is gone. */
function isGoneUnseen({ record }: TrialView, { ending }: Dialogue): boolean {
  const { left, closing } = ending;
  return record.end === 'client-finished' && left === null && (closing === null || closing.how === 'destroy');
}

interface Stall {
  readonly sinceAt: number;
  /** When we read again. */
  readonly until: number;
  readonly act: Shown;
}

function judgeStall(view: TrialView, dialogue: Dialogue, transaction: Transaction, stall: Stall): Finding {
  const { sinceAt, until, act } = stall;
  const scale = view.record.timeScale;
  const { left, first } = dialogue.ending;
  const cap = CAP_MS * scale;
  const bore = (ms: number): string => `it bore a stall of ${seconds(ms)}`;
  if (left !== null && first === 'client' && transaction.message?.complete !== true && left.at <= until + NOTICED_MS) {
    const ms = left.at - sinceAt;
    if (ms < LEAST_BLOCK_MS * scale) {
      const reason = `it left within ${seconds(ms)} of a stall, and three minutes are asked for`;
      return broken(reason, leaving(dialogue), act);
    }
    if (ms > cap) return broken(`${bore(ms)}, beyond our cap of ${seconds(cap)}`, leaving(dialogue), act);
    if (left.at < until) return pass(`${bore(ms)} and left`, leaving(dialogue), act);
    return inconclusive('it was gone when we read again, and had left at any time before', leaving(dialogue), act);
  }
  const ms = Math.min(until, dialogue.endAt) - sinceAt;
  if (ms >= cap) return broken(`${bore(ms)} and was still there at our cap of ${seconds(cap)}`, act);
  if (ms < LEAST_BLOCK_MS * scale && dialogue.endAt < until && isGoneUnseen(view, dialogue)) {
    return broken(`it was gone within ${seconds(ms)} of a stall, and three minutes are asked for`, act);
  }
  const wentOn = (transaction.message?.lastAt ?? 0) >= until;
  if (wentOn && ms >= LEAST_BLOCK_MS * scale) return pass(`${bore(ms)} and went on`, act);
  return inconclusive(`${bore(ms)}, which is less than three minutes`, act);
}

// --- slow-reader-proportional ------------------------------------------------------------------------------------

/** Longer than any single wait that is asked for (RFC 5321 4.5.3.2.6): a timer on the whole would have fired. */
const LONG_TRANSFER_MS = 600_000;

/** One pause is a stall; slow reading is several. */
const FEWEST_PAUSES = 2;

const slowReaderProportional = perTransaction(
  'slow-reader-proportional',
  (transaction, dialogue, view) => {
    const { message, dot } = transaction;
    const span = dataSpan(dialogue, transaction);
    if (span === null || message === null || dot === null) return null;
    const pauses = [...dialogue.steps.filter(({ step }) => step === 'deaf'), ...dialogue.notes.filter(isPause)];
    const within = pauses.filter(({ seq }) => seq > span.from.endedSeq && seq < span.toSeq).length;
    if (within === 0) return null;
    const { left, first } = dialogue.ending;
    const leftAt = !message.complete && left !== null && first === 'client' ? left.at : null;
    const times = [span.from.endedAt, ...readsOf(dialogue, message.offset, message.length).map(({ at }) => at)];
    if (leftAt !== null) times.push(leftAt);
    const { wholeMs, longestMs } = measure(times);
    const pace = `no block took longer than ${seconds(longestMs)}`;
    const scale = view.record.timeScale;
    if (longestMs >= BLOCK_MS * scale) return null;
    if (within < FEWEST_PAUSES) {
      if (leftAt === null) return null;
      return inconclusive(
        `it left within ${seconds(longestMs)} of a single stall, by whatever timer`,
        leaving(dialogue),
        dot,
      );
    }
    if (leftAt === null && isGoneUnseen(view, dialogue) && pauses.some((pause) => isOnAtEnd(pause, dialogue))) {
      const upTo = Math.max(wholeMs, dialogue.endAt - span.from.endedAt);
      return broken(`it was gone after ${seconds(upTo)} at most although ${pace}`, dot);
    }
    if (leftAt !== null) {
      return broken(`it cut the transfer off after ${seconds(wholeMs)} although ${pace}`, leaving(dialogue), dot);
    }
    if (!message.complete) return inconclusive(`the transfer ended with the record after ${seconds(wholeMs)}`, dot);
    if (wholeMs >= LONG_TRANSFER_MS * scale) return pass(`it carried on for ${seconds(wholeMs)}, and ${pace}`, dot);
    return observed(`it carried on for ${seconds(wholeMs)}, too short a time for a timer to show`, dot);
  },
  { despite: ['deaf', 'no-reply'] },
);

function isOnAtEnd(pause: { readonly at: number; readonly ms?: number }, { endAt }: Dialogue): boolean {
  return pause.ms !== undefined && pause.at + pause.ms > endAt;
}

function isPause({ fact }: { readonly fact: string }): boolean {
  return fact === 'reading-paused';
}

function measure(times: readonly number[]): { readonly wholeMs: number; readonly longestMs: number } {
  const longestMs = times.reduce((most, at, index) => Math.max(most, at - (times[index - 1] ?? at)), 0);
  return { wholeMs: (times.at(-1) ?? 0) - (times[0] ?? 0), longestMs };
}

export const contentStallChecks: readonly Check[] = [midDataReply, dataBlockTimeout, slowReaderProportional];
