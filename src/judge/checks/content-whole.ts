// The mail data as a whole: the same message as was submitted, dots stuffed and taken off, the end exactly where it
// belongs (RFC 5321 4.1.1.4, 4.5.2), and a message at all (6.4). Submissions are known by their digests (likeness.ts).

import {
  broken,
  inconclusive,
  notApplicable,
  observed,
  pass,
  perTransaction,
  referTo,
  type Check,
  type TrialView,
} from '../check';
import { isLoneDot } from '../data-behind';
import type { Dialogue, Exchange } from '../dialogue';
import { likenessTo, type Likeness } from '../likeness';
import { mailDataOf } from '../mail-octets';
import { attemptOf, storyOf } from '../next-try';
import { leaving, seconds } from '../sequel';
import type { Transaction } from '../transactions';
import type { Finding } from '../verdict';

/** Against the submission that a transaction carries; `unknown` for a message of nobody's. */
function likenessOf(view: TrialView, dialogue: Dialogue, transaction: Transaction): Likeness {
  const attempt = attemptOf(view, transaction);
  const story = attempt?.kind === 'submission' ? storyOf(view, attempt) : null;
  return story === null ? 'unknown' : likenessTo(story.submission, dialogue, transaction);
}

// --- dot-stuffing ------------------------------------------------------------------------------------------------

const dotStuffing = perTransaction(
  'dot-stuffing',
  (transaction, dialogue, view) => {
    const { message, dot } = transaction;
    if (message?.via !== 'DATA' || dot === null) return null;
    const { stuffedDots } = message.facts;
    const unstuffedDots = message.facts.unstuffedDots - (isCutInEnd(dialogue, transaction) ? 1 : 0);
    if (unstuffedDots > 0) {
      const lines = unstuffedDots === 1 ? 'a line' : `${unstuffedDots} lines`;
      return broken(`${lines} began with a dot that was not stuffed`, dot);
    }
    const rest = restAsCommands(dialogue, dot);
    if (rest !== null) {
      return broken('the mail data ended at a dot that was not stuffed, and the rest came as commands', rest, dot);
    }
    const likeness = likenessOf(view, dialogue, transaction);
    if (likeness === 'not-stuffed') return broken('the message came as submitted, with no dot stuffed', dot);
    if (likeness === 'stuffed-twice') return broken('the message has a dot too many where it was stuffed', dot);
    if (!message.complete) return null;
    if (likeness === 'same' || likeness === 'line-added') {
      if (stuffedDots === 0) return notApplicable('no line of the message begins with a dot', dot);
      return pass(`the message is as submitted, with ${stuffedDots} of its dots stuffed`, dot);
    }
    if (stuffedDots === 0) return null;
    return inconclusive(
      `${stuffedDots} dots were stuffed, but the message cannot be held against what was submitted`,
      dot,
    );
  },
  { despite: 'all' },
);

/** Cut short within the final dot line, which looks like a line that begins with a dot. */
function isCutInEnd(dialogue: Dialogue, transaction: Transaction): boolean {
  if (transaction.message?.complete !== false) return false;
  const raw = mailDataOf(dialogue, transaction)?.raw;
  return (
    raw === undefined || /(?:^|\r\n)\.[\r\n]?$/.test(raw.toString('latin1', Math.max(0, raw.length - LONGEST_END)))
  );
}

/** Text behind the dot, before its reply: for the client the mail data were not over. A second dot alone is not text. */
function restAsCommands(dialogue: Dialogue, dot: Exchange): Exchange | null {
  const next = dialogue.exchanges[dot.index + 1];
  return next?.spew?.cause === 'after-dot' && next.line !== '.' ? next : null;
}

// --- end-of-data-exact -------------------------------------------------------------------------------------------

const endOfDataExact = perTransaction('end-of-data-exact', (transaction, dialogue, view) => {
  const { message, dot } = transaction;
  if (message?.via !== 'DATA' || dot === null) return null;
  return message.complete ? judgeEnd(view, dialogue, transaction, dot) : judgeNoEnd(view, dialogue, transaction, dot);
});

function judgeEnd(view: TrialView, dialogue: Dialogue, transaction: Transaction, dot: Exchange): Finding {
  const raw = mailDataOf(dialogue, transaction)?.raw.toString('latin1');
  if (raw !== undefined && !/(?:^|\r\n)\.\r\n$/.test(raw)) {
    return referTo('no-bare-lf-cr', broken(`the mail data ended with ${endText(raw)}`, dot));
  }
  const next = dialogue.exchanges[dot.index + 1];
  if (next?.line === '.') return broken('a second dot came behind the end of the mail data', next, dot);
  switch (likenessOf(view, dialogue, transaction)) {
    case 'line-added':
      return broken('an empty line that was not submitted came before the final dot', dot);
    case 'same':
      return pass('the mail data ended by CRLF, dot, CRLF, right behind what was submitted', dot);
    default:
      return inconclusive('the end was exact, but whether a line was added cannot be told from this message', dot);
  }
}

/** The client must have had it in hand to send the end: all of the message was there, or it left of its own accord. */
function judgeNoEnd(view: TrialView, dialogue: Dialogue, transaction: Transaction, dot: Exchange): Finding {
  const data = mailDataOf(dialogue, transaction);
  const raw = data?.raw.toString('latin1', Math.max(0, data.raw.length - LONGEST_END)) ?? '';
  if (/\n\.\r?\n?$|\r\.\r$/.test(raw) && !raw.endsWith('\r\n.\r\n')) {
    return referTo('no-bare-lf-cr', broken(`the mail data ended with ${endText(raw)}`, dot));
  }
  const length = transaction.message?.length ?? 0;
  if (likenessOf(view, dialogue, transaction) === 'same') {
    return broken(`all ${length} octets of the message came, and never the final dot`, dot);
  }
  const { ending, unsolicited } = dialogue;
  const wasTold = unsolicited.some(({ seq }) => seq > dot.firstSeq);
  if (ending.left !== null && ending.first === 'client' && !wasTold) {
    const spanMs = ending.left.at - (transaction.message?.lastAt ?? ending.left.at);
    return broken(
      `it left ${seconds(spanMs)} after ${length} octets of mail data without the final dot`,
      leaving(dialogue),
      dot,
    );
  }
  return inconclusive(
    `${length} octets of mail data came, and then the session ended before the client was through`,
    dot,
  );
}

const LONGEST_END = 8;

/** `\n.\r\n` in words. */
function endText(raw: string): string {
  const end = /(?:\r\n|\r|\n)?\.(?:\r\n|\r|\n)?$/.exec(raw)?.[0] ?? '';
  return end
    .replace(/\r\n/g, ' CRLF ')
    .replace(/\r/g, ' CR ')
    .replace(/\n/g, ' LF ')
    .replace('.', ' dot ')
    .replace(/ +/g, ' ')
    .trim();
}

// --- rfc822-minimum ----------------------------------------------------------------------------------------------

const rfc822Minimum = perTransaction('rfc822-minimum', (transaction, dialogue) => {
  const { message, dot, recipients } = transaction;
  if (message === null || dot === null || !message.complete) return null;
  const isForNobody = recipients.every(({ reply }) => reply?.digit !== 2);
  if (message.size === 0) {
    return isForNobody && isLoneDot(dot) ? null : broken('the mail data were empty', dot);
  }
  const data = mailDataOf(dialogue, transaction);
  if (data === null) return inconclusive('the trace did not keep the header section', dot);
  const missing = ['Date', 'From'].filter((name) => !new RegExp(`^${name}[ \\t]*:`, 'im').test(data.headers));
  if (missing.length > 0) return observed(`the message has no ${missing.join(' and no ')}`, dot);
  return pass(`the message has ${message.size} octets, with Date and From`, dot);
});

export const contentWholeChecks: readonly Check[] = [dotStuffing, endOfDataExact, rfc822Minimum];
