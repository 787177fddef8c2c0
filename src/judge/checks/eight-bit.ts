// Octets above 127: in mail data only where 8BITMIME is offered, and declared (RFC 6152 3, RFC 5321 2.4); in addresses and
// headers only where SMTPUTF8 is (RFC 6531 3.2). What a client declares on top of need is no breach (trap 13).

import { bodyParameter } from '../../smtp/extension';
import type { SubmissionOnRecord } from '../../wire/trial-record';
import {
  broken,
  observed,
  pass,
  perTransaction,
  perTrial,
  referTo,
  warned,
  type Check,
  type TrialView,
} from '../check';
import type { Story } from '../campaign';
import type { Dialogue, Exchange } from '../dialogue';
import { mailDataOf } from '../mail-octets';
import { attemptOf, storyOf } from '../next-try';
import { isOffered } from '../offer';
import type { Transaction } from '../transactions';
import type { Finding } from '../verdict';

const EIGHT_BIT = /[\x80-\xff]/;

// --- no-8bit-without-8bitmime ------------------------------------------------------------------------------------

const no8bitWithout8bitmime = perTrial('no-8bit-without-8bitmime', (view) => {
  const inTransactions = view.dialogues.flatMap((dialogue) =>
    dialogue.transactions.flatMap((transaction) => judgeUnoffered(view, dialogue, transaction) ?? []),
  );
  const unsent = view.campaign.stories
    .filter(({ submission }) => isEightBit(submission))
    .flatMap((story) => judgeUnsent(story, 'the 8-bit message'));
  return [...inTransactions, ...unsent];
});

function isEightBit({ content }: SubmissionOnRecord): boolean {
  return content === '8bit' || content === 'utf8-headers';
}

function judgeUnoffered(view: TrialView, dialogue: Dialogue, transaction: Transaction): Finding | null {
  const { mail, message, dot } = transaction;
  if (isOffered(mail, '8BITMIME') || isOffered(mail, 'BINARYMIME')) return null;
  const attempt = attemptOf(view, transaction);
  const submission = attempt === null ? undefined : storyOf(view, attempt)?.submission;
  const wasEightBit = submission !== undefined && isEightBit(submission);
  if (message === null || dot === null) {
    return wasEightBit ? pass('no mail data came of an 8-bit message, as 8BITMIME was not offered', mail) : null;
  }
  if (!message.facts.eightBit) {
    return wasEightBit && message.complete
      ? pass('the 8-bit message came in 7 bits, as 8BITMIME was not offered', dot)
      : null;
  }
  const found = broken('octets above 127 came in the mail data although 8BITMIME was not offered', dot);
  return isInHeadersOnly(dialogue, transaction) ? referTo('smtputf8-gate', found) : found;
}

function isInHeadersOnly(dialogue: Dialogue, transaction: Transaction): boolean {
  const data = mailDataOf(dialogue, transaction);
  if (data === null || !EIGHT_BIT.test(data.headers)) return false;
  return !EIGHT_BIT.test(data.content.toString('latin1', data.headers.length));
}

/** Kept back altogether: the client said that it failed, and never tried. */
function judgeUnsent({ attempts, reported }: Story, what: string): readonly Finding[] {
  const failed = reported.some(({ outcome }) => outcome === 'refused' || outcome === 'bounced');
  return attempts.length === 0 && failed ? [pass(`it did not send ${what} at all`)] : [];
}

// --- body-8bitmime-declared --------------------------------------------------------------------------------------

const body8bitmimeDeclared = perTransaction('body-8bitmime-declared', (transaction, dialogue) => {
  const { mail, message, dot, argument } = transaction;
  if (!isOffered(mail, '8BITMIME') || message === null || dot === null) return null;
  const declared = argument.parameters.filter(({ keyword }) => keyword === 'BODY');
  if (declared.length > 1) return broken(`MAIL declares BODY ${declared.length} times`, mail);
  const body = bodyParameter(argument.parameters);
  if (!message.facts.eightBit) {
    return body === null || body === '7BIT' ? null : pass(`BODY=${body} for 7-bit mail data does no harm`, mail);
  }
  const headers = mailDataOf(dialogue, transaction)?.headers;
  const inHeadersOnly = isInHeadersOnly(dialogue, transaction);
  if (inHeadersOnly && body !== '8BITMIME' && body !== 'BINARYMIME') {
    // What declares headers in UTF-8 is SMTPUTF8 (RFC 6531 3.4); BODY is about the body.
    if (argument.parameters.some(({ keyword }) => keyword === 'SMTPUTF8')) {
      return pass('only the headers had octets above 127, and SMTPUTF8 declared them', dot, mail);
    }
    return referTo('smtputf8-gate', broken('headers with octets above 127 came undeclared', dot, mail));
  }
  if (body === null) return broken('8-bit mail data came without BODY=8BITMIME', dot, mail);
  if (body !== '8BITMIME' && body !== 'BINARYMIME') return broken(`8-bit mail data came under BODY=${body}`, dot, mail);
  // Headers in UTF-8 need no MIME headers (RFC 6532 3).
  if (!inHeadersOnly && headers !== undefined && !/^MIME-Version[ \t]*:/im.test(headers)) {
    return warned('8-bit mail data were declared but carry no MIME headers', dot, mail);
  }
  return pass(`8-bit mail data were declared by BODY=${body}`, dot, mail);
});

// --- smtputf8-gate -----------------------------------------------------------------------------------------------

const smtputf8Gate = perTrial('smtputf8-gate', (view) => [
  ...view.dialogues.flatMap((dialogue) =>
    dialogue.transactions.flatMap((transaction) => judgeUtf8(dialogue, view, transaction) ?? []),
  ),
  ...view.campaign.stories
    .filter(({ submission }) => needsUtf8(submission))
    .flatMap((story) => judgeUnsent(story, 'the message that needs SMTPUTF8')),
]);

function judgeUtf8(dialogue: Dialogue, view: TrialView, transaction: Transaction): Finding | null {
  const { mail, recipients, argument, dot } = transaction;
  const isOn = isOffered(mail, 'SMTPUTF8');
  const isDeclared = argument.parameters.some(({ keyword }) => keyword === 'SMTPUTF8');
  const lines: readonly Exchange[] = [mail, ...recipients.map(({ exchange }) => exchange)];
  const line = lines.find(({ line: text }) => EIGHT_BIT.test(text));
  const headers = transaction.message?.facts.eightBit === true ? mailDataOf(dialogue, transaction)?.headers : undefined;
  const inHeaders = headers !== undefined && EIGHT_BIT.test(headers) && dot !== null ? dot : null;
  const act = line ?? inHeaders;
  if (act !== null) {
    const what = line === undefined ? 'the headers' : line.verb;
    if (!isOn) return broken(`octets above 127 came in ${what} although SMTPUTF8 was not offered`, act);
    if (!isDeclared) return broken(`octets above 127 came in ${what} without the parameter SMTPUTF8`, act);
    return pass(`octets above 127 in ${what} were declared by SMTPUTF8`, act);
  }
  if (wantsUtf8(view, transaction)) return pass('no octet above 127 came in addresses and headers', mail);
  return isDeclared ? observed('SMTPUTF8 was declared for a message in ASCII', mail) : null;
}

/** The submission has a name or a header that needs it: in ASCII, it was made to fit. */
function wantsUtf8(view: TrialView, transaction: Transaction): boolean {
  const attempt = attemptOf(view, transaction);
  const submission = attempt === null ? undefined : storyOf(view, attempt)?.submission;
  return submission !== undefined && needsUtf8(submission);
}

function needsUtf8({ content, from, to }: SubmissionOnRecord): boolean {
  return content === 'utf8-headers' || /[^\x00-\x7f]/.test([from, ...to].join(''));
}

export const eightBitChecks: readonly Check[] = [no8bitWithout8bitmime, body8bitmimeDeclared, smtputf8Gate];
