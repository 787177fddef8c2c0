// Mail transactions of a dialogue: from MAIL to whatever ended it, with every recipient's reply and the final one.
// A refused MAIL begins one too: what the client sends for it afterwards belongs to it. Used by the dialogue.

import { parseMail, parseRcpt, type PathCommand } from '../smtp/command';
import type { MessageEvent } from '../wire/trace-event';
import type { Draft, Exchange, Reply } from './dialogue';

export interface Recipient {
  /** The mailbox, without brackets; '' when the line shows none. */
  readonly address: string;
  /** The whole argument: path, parameters, departures from the grammar. */
  readonly argument: PathCommand;
  readonly exchange: Exchange;
  readonly reply: Reply | null;
}

/** `mail`: by the next MAIL. `closed`: by the end of the connection or of the record. */
export type TransactionEnd = 'end-of-data' | 'rset' | 'hello' | 'mail' | 'quit' | 'tls' | 'closed';

export interface Transaction {
  readonly connection: number;
  /** Position in `dialogue.transactions`. */
  readonly index: number;
  readonly mail: Exchange;
  /** The mailbox, without brackets; '' for the null reverse-path. */
  readonly sender: string;
  /** The whole argument of MAIL: path, parameters, departures from the grammar. */
  readonly argument: PathCommand;
  /** MAIL was answered 2yz: the transaction is open on our side. */
  readonly accepted: boolean;
  readonly recipients: readonly Recipient[];
  readonly data: Exchange | null;
  /** BDAT, in order. */
  readonly chunks: readonly Exchange[];
  /** The mail data, complete or not; null when none came. */
  readonly message: MessageEvent | null;
  /** The exchange whose reply decides: the final dot, or the last BDAT. */
  readonly dot: Exchange | null;
  /** Its reply. */
  readonly final: Reply | null;
  readonly end: TransactionEnd;
  readonly endedBy: Exchange | null;
  /** Every exchange from MAIL on, the one that ended it left out unless it is the dot. */
  readonly exchanges: readonly Exchange[];
}

interface OpenTransaction extends Draft<Transaction> {
  recipients: Recipient[];
  chunks: Exchange[];
  exchanges: Exchange[];
}

/** Reads the transactions and marks the exchanges that belong to each. Linear. */
export function readTransactions(exchanges: readonly Draft<Exchange>[]): readonly Transaction[] {
  const transactions: Transaction[] = [];
  let open: OpenTransaction | null = null;
  let secured = false;
  for (const exchange of exchanges) {
    if (open !== null && exchange.secured !== secured) open = finish(open, 'tls', null);
    secured = exchange.secured;
    if (exchange.spew !== null) continue;
    const end = open === null ? null : endBy(exchange);
    if (open !== null && end !== null) open = finish(open, end, exchange);
    if (exchange.verb === 'MAIL') {
      open = begin(exchange, transactions.length);
      transactions.push(open);
    }
    if (open === null) continue;
    exchange.transaction = open;
    open.exchanges.push(exchange);
    if (join(open, exchange)) open = finish(open, 'end-of-data', exchange);
  }
  return transactions;
}

function begin(mail: Exchange, index: number): OpenTransaction {
  const argument = parseMail(mail.parsed.argument);
  return {
    connection: mail.connection,
    index,
    mail,
    sender: argument.path.address,
    argument,
    accepted: mail.reply?.digit === 2,
    recipients: [],
    data: null,
    chunks: [],
    message: null,
    dot: null,
    final: null,
    end: 'closed',
    endedBy: null,
    exchanges: [],
  };
}

function finish(open: OpenTransaction, end: TransactionEnd, by: Exchange | null): null {
  open.end = end;
  open.endedBy = by;
  return null;
}

/** RFC 5321 4.1.4: EHLO, HELO and RSET clear everything, but only when they are accepted. */
function endBy(exchange: Exchange): TransactionEnd | null {
  switch (exchange.verb) {
    case 'EHLO':
    case 'HELO':
      return exchange.reply?.digit === 2 ? 'hello' : null;
    case 'RSET':
      return exchange.reply?.digit === 2 ? 'rset' : null;
    case 'MAIL':
      return 'mail';
    case 'QUIT':
      return 'quit';
    default:
      return null;
  }
}

/** @returns whether the transaction is over by it, whatever the reply */
function join(open: OpenTransaction, exchange: Exchange): boolean {
  const { message, reply } = exchange;
  switch (exchange.verb) {
    case 'RCPT': {
      const argument = parseRcpt(exchange.parsed.argument);
      open.recipients.push({ address: argument.path.address, argument, exchange, reply });
      return false;
    }
    case 'DATA':
      open.data = exchange;
      return false;
    case 'BDAT':
      open.chunks.push(exchange);
      if (message === null) return false;
      break;
    case 'end-of-data':
      break;
    default:
      return false;
  }
  open.message = message;
  open.dot = exchange;
  open.final = reply;
  return true;
}
