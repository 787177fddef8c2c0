// One attempt to hand over one message: a transaction, the submission it carries, and what became of each recipient.
// Identity is envelope + Message-ID, else a digest without trace headers, else the envelope alone where that is enough.
// Used by the campaign. Not here: what follows from several attempts.

import { digestWithoutTraceHeaders, unstuff, withoutTerminator } from '../wire/content-facts';
import type { MessageEvent } from '../wire/trace-event';
import type { SubmissionOnRecord } from '../wire/trial-record';
import type { Dialogue, Exchange, Reply } from './dialogue';
import { isLostOnPath } from './path-end';
import { readsFrom } from './plain-reads';
import type { Transaction } from './transactions';

/** What our replies made of it. `unknown`: no reply decided it, be it our fault or the client's. */
export type Result = 'accepted' | 'deferred' | 'refused' | 'unknown';

/** The exchange that decided: the first refusal on the way, or the final dot. */
export type Stage = 'mail' | 'rcpt' | 'data' | 'end-of-data' | 'undecided';

export interface Outcome {
  readonly result: Result;
  readonly stage: Stage;
  /** The reply that decided. */
  readonly reply: Reply | null;
}

export interface RecipientOutcome extends Outcome {
  readonly recipient: string;
}

export interface Attempt {
  readonly dialogue: Dialogue;
  readonly transaction: Transaction;
  /** `bounce`: a null-sender message that refers to a submission; never a retry. `stranger`: none of ours. */
  readonly kind: 'submission' | 'bounce' | 'stranger';
  /** The submission it carries or, for a bounce, refers to; null when several fit or none does. */
  readonly submission: number | null;
  /** All that fit, when the envelope alone had to decide. */
  readonly candidates: readonly number[];
  readonly identifiedBy: 'message-id' | 'digest' | 'envelope' | 'nothing';
  readonly server: number;
  readonly startedAt: number;
  /** The deciding reply's end, else the last thing that happened in the transaction. */
  readonly endedAt: number;
  /** Per recipient. A refused MAIL stands for every recipient of the submission, if none was named. */
  readonly recipients: readonly RecipientOutcome[];
  /** `accepted` when at least one recipient's was. */
  readonly result: Result;
  /** The client went on after our final reply, which the path had let through, so it has read it (trap 4). */
  readonly acknowledged: boolean;
}

/**
 * Reads a transaction as an attempt.
 * @param submissions all that the client was asked to send
 */
export function readAttempt(
  dialogue: Dialogue,
  transaction: Transaction,
  submissions: readonly SubmissionOnRecord[],
): Attempt {
  const identity = identify(dialogue, transaction, submissions);
  const submitted = submissions.find(({ id }) => id === identity.submission);
  const named = transaction.recipients.map(({ address, exchange }) => ({
    recipient: address,
    ...outcomeOf(transaction, exchange),
  }));
  const meant = identity.kind === 'submission' ? (submitted?.to ?? []) : [];
  const mailOutcome = outcomeOf(transaction, null);
  const recipients =
    named.length === 0 && mailOutcome.stage === 'mail'
      ? meant.map((recipient) => ({ recipient, ...mailOutcome }))
      : named;
  return {
    dialogue,
    transaction,
    ...identity,
    server: dialogue.server,
    startedAt: transaction.mail.firstAt,
    endedAt: transaction.final?.endedAt ?? lastMoment(transaction),
    recipients,
    result: overall(recipients.length === 0 ? [mailOutcome] : recipients),
    acknowledged: isAcknowledged(dialogue, transaction),
  };
}

/** Addresses are compared without regard to case: a client that alters it is judged elsewhere, and is still known. */
export function sameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

type Identity = Pick<Attempt, 'kind' | 'submission' | 'candidates' | 'identifiedBy'>;

function identify(dialogue: Dialogue, transaction: Transaction, submissions: readonly SubmissionOnRecord[]): Identity {
  const { message } = transaction;
  const named = submissions.find(
    ({ messageId }) => message?.messageId != null && bare(messageId) === bare(message.messageId),
  );
  if (named !== undefined) return carries(named, 'message-id');
  const byDigest = message === null ? undefined : findByDigest(dialogue, message, submissions);
  if (byDigest !== undefined) return carries(byDigest, 'digest');
  if (transaction.sender === '') {
    const bounce = findBounced(dialogue, transaction, submissions);
    if (bounce !== null) return bounce;
  }
  const fitting = submissions.filter((submission) => fits(transaction, submission));
  const whole = fitting.filter(({ to }) => to.length === transaction.recipients.length);
  const chosen = fitting.length === 1 ? fitting[0] : whole.length === 1 ? whole[0] : undefined;
  if (chosen !== undefined) return carries(chosen, 'envelope');
  const candidates = fitting.map(({ id }) => id);
  const kind = candidates.length === 0 ? 'stranger' : 'submission';
  return { kind, submission: null, candidates, identifiedBy: candidates.length === 0 ? 'nothing' : 'envelope' };
}

function carries(submission: SubmissionOnRecord, identifiedBy: Identity['identifiedBy']): Identity {
  return { kind: 'submission', submission: submission.id, candidates: [submission.id], identifiedBy };
}

function bare(messageId: string): string {
  return messageId.replace(/^<|>$/g, '');
}

function fits(transaction: Transaction, submission: SubmissionOnRecord): boolean {
  return (
    sameAddress(transaction.sender, submission.from) &&
    transaction.recipients.every(({ address }) => submission.to.some((recipient) => sameAddress(recipient, address)))
  );
}

function findByDigest(
  dialogue: Dialogue,
  message: MessageEvent,
  submissions: readonly SubmissionOnRecord[],
): SubmissionOnRecord | undefined {
  if (submissions.length === 0) return undefined;
  const plain = submissions.find(({ digest }) => digest === message.digest);
  if (plain !== undefined || !message.complete) return plain;
  const content = contentOf(dialogue, message);
  const digest = content === null ? null : digestWithoutTraceHeaders(content);
  return submissions.find((submission) => submission.digest === digest);
}

/** A message to the sender of a submission, from nobody: which one it is about, its text may say (RFC 5321 4.5.5). */
function findBounced(
  dialogue: Dialogue,
  transaction: Transaction,
  submissions: readonly SubmissionOnRecord[],
): Identity | null {
  const senders = submissions.filter(
    ({ from }) => from !== '' && transaction.recipients.some(({ address }) => sameAddress(address, from)),
  );
  if (senders.length === 0) return null;
  const text = transaction.message === null ? null : contentOf(dialogue, transaction.message)?.toString('latin1');
  const mentioned = senders.filter(({ messageId }) => text?.includes(bare(messageId)) === true);
  const [about] = mentioned.length > 0 ? mentioned : senders;
  const candidates = (mentioned.length > 0 ? mentioned : senders).map(({ id }) => id);
  const submission = candidates.length === 1 ? (about?.id ?? null) : null;
  return { kind: 'bounce', submission, candidates, identifiedBy: mentioned.length > 0 ? 'message-id' : 'envelope' };
}

/**
 * The unstuffed content of a message, put together from the reads on the trace.
 * @returns null when the trace did not keep all of it, and for BDAT, whose chunks have command lines between them
 */
export function contentOf(dialogue: Dialogue, message: MessageEvent): Buffer | null {
  if (message.via === 'BDAT') return null;
  const end = message.offset + message.length;
  const parts: Buffer[] = [];
  let length = 0;
  for (const event of readsFrom(dialogue.record.events, message.offset)) {
    if (event.offset >= end) break;
    if (event.octets === undefined) continue;
    const part = event.octets.subarray(Math.max(0, message.offset - event.offset), end - event.offset);
    parts.push(part);
    length += part.length;
  }
  if (length !== message.length) return null;
  const raw = Buffer.concat(parts);
  return unstuff(message.complete ? withoutTerminator(raw) : raw);
}

function outcomeOf(transaction: Transaction, rcpt: Exchange | null): Outcome {
  const { mail, data, dot } = transaction;
  for (const [stage, exchange] of [['mail', mail] as const, ['rcpt', rcpt] as const]) {
    if (exchange !== null && exchange.reply?.digit !== 2) return decided(stage, exchange.reply);
  }
  if (dot !== null) return decided('end-of-data', dot.reply);
  // No content came: a refusal of DATA decides, and a 354 leaves it open.
  if (data?.reply != null && data.reply.digit !== 3) return decided('data', data.reply);
  const chunk = transaction.chunks.find(({ reply }) => reply !== null && reply.digit !== 2);
  return chunk === undefined ? { result: 'unknown', stage: 'undecided', reply: null } : decided('data', chunk.reply);
}

function decided(stage: Stage, reply: Reply | null): Outcome {
  const results: Readonly<Record<number, Result>> = { 4: 'deferred', 5: 'refused' };
  // A 2yz to DATA takes no message: only the reply to the dot does (RFC 5321 4.1.1.4).
  const positive = reply?.digit === 2 && stage === 'end-of-data';
  return { result: positive ? 'accepted' : (results[reply?.digit ?? 0] ?? 'unknown'), stage, reply };
}

function overall(outcomes: readonly Outcome[]): Result {
  const order: readonly Result[] = ['accepted', 'unknown', 'deferred', 'refused'];
  return order.find((result) => outcomes.some((outcome) => outcome.result === result)) ?? 'unknown';
}

function lastMoment(transaction: Transaction): number {
  const last = transaction.exchanges.at(-1) ?? transaction.mail;
  return last.reply?.endedAt ?? last.lastAt;
}

function isAcknowledged(dialogue: Dialogue, { dot, final }: Transaction): boolean {
  if (dot === null || final === null) return false;
  const { fin } = dialogue.ending;
  if (isLostOnPath(dialogue, final)) return false;
  const next = dialogue.exchanges[dot.index + 1];
  return (next !== undefined && next.firstSeq > final.endedSeq) || (fin !== null && fin.seq > final.endedSeq);
}
