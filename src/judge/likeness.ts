// Whether mail data are what was submitted and, where they are not, whether one of the usual faults explains it: a line
// added, dots not stuffed, dots stuffed twice. Submissions are on record by their digest, so each fault is undone and the
// digest taken again. Used by the checks of content. Headers that hosts on the way add do not count (RFC 5321 4.4).

import { digestWithoutTraceHeaders, unstuff, withoutTerminator } from '../wire/content-facts';
import type { SubmissionOnRecord } from '../wire/trial-record';
import type { Dialogue } from './dialogue';
import { mailDataOf, type MailData } from './mail-octets';
import type { Transaction } from './transactions';

/** `unknown`: the trace did not keep the octets. `different`: none of the faults explains it; relays may add headers. */
export type Likeness = 'same' | 'line-added' | 'not-stuffed' | 'stuffed-twice' | 'different' | 'unknown';

const CRLF = Buffer.from('\r\n', 'latin1');

/** Holds the mail data of a transaction, complete or not, against a submission. */
export function likenessTo(submission: SubmissionOnRecord, dialogue: Dialogue, transaction: Transaction): Likeness {
  const { message } = transaction;
  if (message === null) return 'unknown';
  if (message.digest === submission.digest) return 'same';
  const data = mailDataOf(dialogue, transaction);
  if (data === null) return 'unknown';
  const is = (content: Buffer): boolean => digestWithoutTraceHeaders(content) === submission.digest;
  return alike(data.content, is, message.complete) ?? (message.via === 'DATA' ? withDots(data, is) : 'different');
}

type IsSubmitted = (content: Buffer) => boolean;

/** Content that ends without CRLF gets one before the dot (RFC 5321 4.1.1.4); one more than that is an added line. */
function alike(content: Buffer, is: IsSubmitted, complete: boolean): Likeness | null {
  if (is(content)) return 'same';
  const once = withoutLineEnd(content);
  const twice = once === null ? null : withoutLineEnd(once);
  if (once !== null && is(once)) return once.length === 0 || twice !== null ? 'line-added' : 'same';
  if (twice !== null && is(twice)) return 'line-added';
  return !complete && is(Buffer.concat([content, CRLF])) ? 'same' : null;
}

function withDots({ raw, content }: MailData, is: IsSubmitted): Likeness {
  const asSent = withoutTerminator(raw);
  if (asSent.length !== content.length && alike(asSent, is, true) !== null) return 'not-stuffed';
  const again = unstuff(content);
  return again.length !== content.length && alike(again, is, true) !== null ? 'stuffed-twice' : 'different';
}

function withoutLineEnd(content: Buffer): Buffer | null {
  const end = content.length - CRLF.length;
  return end >= 0 && content.subarray(end).equals(CRLF) ? content.subarray(0, end) : null;
}
