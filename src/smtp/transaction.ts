// The mail transaction of one session (RFC 5321 3.3, 4.1.4) as a value that moves by the reply code that was sent, never
// by who decided to send it: a rule that answers 250 to an impossible RCPT has accepted it.
// Used by the engine, for matchers and texts. Reading modes (content, SASL, TLS) and authentication are the engine's.

import { replyClass } from './reply';
import type { EventName } from './vocabulary';

export interface Envelope {
  /** null: no MAIL was accepted; '': the null reverse-path. */
  readonly sender: string | null;
  /** Accepted ones, in order, as written. */
  readonly recipients: readonly string[];
}

export interface Transaction extends Envelope {
  /** By what the client was greeted; null: not yet. ESMTP only after EHLO. */
  readonly hello: null | 'EHLO' | 'HELO';
  /** What the client called itself when it was greeted; '' before. */
  readonly heloName: string;
  /** The path of the latest MAIL, whatever it was answered; null once the transaction is over. */
  readonly attemptedSender: string | null;
  /** RCPT commands since, accepted or not. */
  readonly attemptedRecipients: number;
  /** SIZE= of the accepted MAIL, in octets; null when not declared. A refusal at the dot can go by it. */
  readonly declaredSize: number | null;
  /** BODY= of the accepted MAIL, upper case. BINARYMIME forbids DATA (RFC 3030 3). */
  readonly bodyParameter: string | null;
  /** A chunk has come: DATA is out of order from here on (RFC 3030 2). */
  readonly viaBdat: boolean;
  /** A chunk was refused: the message can no longer succeed (RFC 3030 2). */
  readonly failed: boolean;
  /** The last transaction of this session that is over, however it ended; refused MAILs begin none. */
  readonly last: Envelope | null;
}

/** What the command said; each event looks only at its own. */
export interface TransactionDetail {
  /** EHLO, HELO: the argument's domain. */
  readonly domain?: string;
  /** MAIL, RCPT: the address of the path. */
  readonly address?: string;
  /** MAIL. */
  readonly declaredSize?: number | null;
  /** MAIL. */
  readonly bodyParameter?: string | null;
  /** BDAT: whether this is the last chunk; left out when its size could not be read, which makes it no chunk. */
  readonly last?: boolean;
}

const NOBODY: readonly string[] = [];

/** A session nobody has greeted. */
export const freshTransaction: Transaction = noTransaction(null, '', null);

/** Between two transactions. */
function noTransaction(hello: Transaction['hello'], heloName: string, last: Envelope | null): Transaction {
  return {
    sender: null,
    recipients: NOBODY,
    attemptedSender: null,
    attemptedRecipients: 0,
    declaredSize: null,
    bodyParameter: null,
    viaBdat: false,
    failed: false,
    hello,
    heloName,
    last,
  };
}

/**
 * Moves on after an event was answered.
 * @param code that was written (or that a raw reply stands for); null when nothing was: then nothing moves
 * @returns the same value when nothing changed
 */
export function advance(
  transaction: Transaction,
  event: EventName,
  code: number | null,
  detail: TransactionDetail = {},
): Transaction {
  const answered = replyClass(code);
  if (answered === null) return transaction;
  switch (event) {
    case 'EHLO':
    case 'HELO':
      // Refused, the session stays as it was (RFC 5321 4.1.4).
      return answered === 2 ? noTransaction(event, detail.domain ?? '', latest(transaction)) : transaction;
    case 'MAIL':
      return afterMail(transaction, answered === 2, detail);
    case 'RCPT':
      return afterRcpt(transaction, answered === 2, detail.address ?? '');
    case 'BDAT':
      return afterChunk(transaction, answered < 4, detail.last);
    case 'end-of-data':
      return over(transaction);
    case 'RSET':
      return answered === 2 ? over(transaction) : transaction;
    default:
      return transaction;
  }
}

/** What remains when a TLS handshake is done: nothing the client said before counts (RFC 3207 4.2). */
export function afterHandshake(transaction: Transaction): Transaction {
  return noTransaction(null, '', latest(transaction));
}

/** The envelope that matchers see on events without one of their own: the current one, else the last of the session. */
export function currentOrLast(transaction: Transaction): Envelope | null {
  return isOpen(transaction) ? transaction : transaction.last;
}

function afterMail(transaction: Transaction, accepted: boolean, detail: TransactionDetail): Transaction {
  const address = detail.address ?? '';
  if (!accepted) return { ...transaction, attemptedSender: address, attemptedRecipients: 0 };
  // An accepted MAIL empties all buffers, also in the middle of a transaction (RFC 5321 4.1.1.2).
  return {
    sender: address,
    recipients: NOBODY,
    attemptedSender: address,
    attemptedRecipients: 0,
    declaredSize: detail.declaredSize ?? null,
    bodyParameter: detail.bodyParameter ?? null,
    viaBdat: false,
    failed: false,
    hello: transaction.hello,
    heloName: transaction.heloName,
    last: latest(transaction),
  };
}

function afterRcpt(transaction: Transaction, accepted: boolean, address: string): Transaction {
  const attemptedRecipients = transaction.attemptedRecipients + 1;
  if (!accepted) return { ...transaction, attemptedRecipients };
  return { ...transaction, attemptedRecipients, recipients: [...transaction.recipients, address] };
}

/** The last chunk ends the transaction as the dot does, refused or not (RFC 3030 2). */
function afterChunk(transaction: Transaction, accepted: boolean, last: boolean | undefined): Transaction {
  if (last === undefined) return transaction;
  if (last) return over(transaction);
  return { ...transaction, viaBdat: true, failed: transaction.failed || !accepted };
}

function over(transaction: Transaction): Transaction {
  return noTransaction(transaction.hello, transaction.heloName, latest(transaction));
}

/** The transaction that is the last one from here on. */
function latest(transaction: Transaction): Envelope | null {
  const { sender, recipients, last } = transaction;
  return isOpen(transaction) ? { sender, recipients } : last;
}

/** A RCPT that was accepted without a MAIL makes a transaction, too: an odd one, without sender. */
function isOpen({ sender, recipients }: Envelope): boolean {
  return sender !== null || recipients.length > 0;
}
