// What a scripted sender keeps book of: which replies the server still owes it, in order, and how each recipient of each
// message stands. Used by the scripted dialogue, which says what it sent and what came. Pure; judges nothing.

import { replyClass } from '../smtp/reply';
import type { Reply } from '../smtp/reply';
import type { ClientRole, ReportedOutcome } from '../wire/trial-record';
import type { MessageChoice, RecipientChoice } from '../scenario/sender-step';

/** What a reply answers, as far as the book-keeping cares. */
export type OwedKind =
  'greeting' | 'EHLO' | 'HELO' | 'MAIL' | 'RCPT' | 'DATA' | 'RSET' | 'dot' | 'last-chunk' | 'other';

/** What the reply to a line will answer, by its verb. */
export function owedFor(line: string): OwedKind {
  const verb = /^\s*([A-Za-z]+)/.exec(line)?.[1]?.toUpperCase();
  switch (verb) {
    case 'EHLO':
    case 'HELO':
    case 'MAIL':
    case 'RCPT':
    case 'DATA':
    case 'RSET':
      return verb;
    case 'BDAT':
      return /\bLAST\s*$/i.test(line) ? 'last-chunk' : 'other';
    default:
      return line === '.' ? 'dot' : 'other';
  }
}

export interface Owed {
  readonly kind: OwedKind;
  readonly message: number;
  /** Of RCPT: which recipient. */
  readonly recipient: number;
  /** Nobody will look at the reply. */
  dropped: boolean;
}

/** `left`: no answer yet; `deferred`: 4yz; `refused`: 5yz, or never to be sent. */
interface Standing {
  state: 'left' | 'deferred' | 'refused' | 'delivered';
  /** RCPT was sent, respectively accepted, in the current transaction. */
  attempted: boolean;
  pending: boolean;
  code: number | null;
  text: string;
}

/** RFC 5321 4.5.3.1.8 and .10: a server takes 100 recipients, and a 552 behind these means "later", as 452 does. */
const RECIPIENTS_EVERY_SERVER_TAKES = 100;

function wordsOf(reply: Reply): string {
  return `${reply.code ?? ''} ${reply.lines.join(' ')}`.trim();
}

/** One message's recipients. */
interface Book {
  readonly id: number;
  readonly recipients: readonly string[];
  readonly standings: readonly Standing[];
  /** Delivered to some in the last transaction, and others were one too many. */
  overLimit: boolean;
  /** The MAIL of the current transaction was refused: whatever its RCPT and DATA are told, nobody is accepted. */
  mailRefused: boolean;
  endSent: boolean;
}

export class ScriptedLedger {
  private readonly books: readonly Book[];
  private owed: Owed[] = [];

  constructor(messages: readonly { readonly id: number; readonly to: readonly string[] }[]) {
    this.books = messages.map(({ id, to }) => ({
      id,
      recipients: to,
      standings: to.map(() => ({ state: 'left', attempted: false, pending: false, code: null, text: '' })),
      overLimit: false,
      mailRefused: false,
      endSent: false,
    }));
  }

  // --- what was sent ---------------------------------------------------------------------------------------------

  /** Notes that the server owes a reply. */
  owe(kind: OwedKind, message: number, recipient: number): void {
    this.owed.push({ kind, message, recipient, dropped: false });
    const book = this.books[message];
    if (book === undefined) return;
    if (kind === 'MAIL') {
      book.overLimit = false;
      book.mailRefused = false;
      for (const standing of book.standings) Object.assign(standing, { attempted: false, pending: false });
    }
    if (kind === 'RCPT') {
      const standing = book.standings[recipient];
      if (standing !== undefined) standing.attempted = true;
    }
    if (kind === 'dot' || kind === 'last-chunk') book.endSent = true;
  }

  /** What the oldest owed reply answers, or null. */
  get oldest(): OwedKind | null {
    return this.owed[0]?.kind ?? null;
  }

  get owesNothing(): boolean {
    return this.owed.length === 0;
  }

  /** Nobody will look at the replies that are still to come. */
  dropOwed(): void {
    for (const owed of this.owed) owed.dropped = true;
  }

  /** The connection is gone, and with it what was owed and the transaction. */
  connectionOver(): void {
    this.owed = [];
    this.transactionOver();
  }

  // --- what came -------------------------------------------------------------------------------------------------

  /**
   * Takes a reply for the oldest command that waits for one (RFC 5321 4.3.1: one reply for each, in order).
   * @returns what it answers; null when nothing was owed
   */
  answered(reply: Reply): Owed | null {
    const owed = this.owed.shift();
    if (owed === undefined) return null;
    const book = this.books[owed.message];
    if (book !== undefined) this.settle(owed, book, reply);
    return owed;
  }

  private settle(owed: Owed, book: Book, reply: Reply): void {
    const isPositive = replyClass(reply.code) === 2;
    switch (owed.kind) {
      case 'MAIL':
        book.mailRefused = !isPositive;
        if (!isPositive) fail(book.standings.filter(isLeft), reply);
        return;
      case 'RCPT': {
        const standing = book.standings[owed.recipient];
        if (standing === undefined || book.mailRefused) return;
        if (isPositive) Object.assign(standing, { pending: true, code: reply.code });
        else fail([standing], reply, book.standings.filter(({ pending }) => pending).length);
        return;
      }
      case 'DATA':
        if (replyClass(reply.code) !== 3) this.endOf(book, reply, false);
        return;
      case 'dot':
      case 'last-chunk':
        this.endOf(book, reply, isPositive);
        return;
      case 'EHLO':
      case 'HELO':
      case 'RSET':
        if (isPositive) this.transactionOver();
        return;
      case 'greeting':
      case 'other':
        return;
    }
  }

  /** RFC 5321 4.2.5: the reply to the end of data is the word on every recipient that was accepted before. */
  private endOf(book: Book, reply: Reply, isDelivered: boolean): void {
    const pending = book.standings.filter((standing) => standing.pending);
    if (!isDelivered) {
      fail(pending, reply);
      return;
    }
    for (const standing of pending)
      Object.assign(standing, { state: 'delivered', pending: false, text: wordsOf(reply) });
    book.overLimit = pending.length > 0 && book.standings.some(isOneTooMany);
  }

  private transactionOver(): void {
    for (const { standings } of this.books) {
      for (const standing of standings) Object.assign(standing, { attempted: false, pending: false });
    }
  }

  // --- how things stand ------------------------------------------------------------------------------------------

  /** Will not be sent to anybody it has not reached. */
  refuse(message: number, reason: string): void {
    for (const standing of this.books[message]?.standings ?? []) {
      if (isLeft(standing)) Object.assign(standing, { state: 'refused', text: reason });
    }
  }

  messages(choice: MessageChoice): readonly number[] {
    const chosen = (standing: Standing): boolean =>
      choice === 'all' ||
      (choice !== 'refused' && isLeft(standing)) ||
      (choice !== 'left' && standing.state === 'refused');
    return [...this.books.keys()].filter((index) => this.books[index]?.standings.some(chosen) === true);
  }

  recipients(message: number, choice: RecipientChoice): readonly number[] {
    const standings = this.books[message]?.standings ?? [];
    const chosen = (standing: Standing): boolean =>
      choice === 'all' || (choice === 'left' ? isLeft(standing) : standing.attempted);
    return standings.flatMap((standing, index) => (chosen(standing) ? [index] : []));
  }

  /** Of the recipients attempted in this transaction: how many the server took. */
  accepted(message: number): 'none' | 'some' | 'all' {
    const attempted = (this.books[message]?.standings ?? []).filter((standing) => standing.attempted);
    const pending = attempted.filter((standing) => standing.pending).length;
    if (pending === 0) return 'none';
    return pending === attempted.length ? 'all' : 'some';
  }

  overLimit(message: number): boolean {
    return this.books[message]?.overLimit === true;
  }

  get someLeft(): boolean {
    return this.messages('left').length > 0;
  }

  get someRefused(): boolean {
    return this.messages('refused').length > 0;
  }

  /**
   * What the sender says became of the mail.
   * @param role a queueing client still has what it could not deliver; any other hands it back
   * @param lastWords why the rest was not tried, e.g. a refused greeting
   */
  outcomes(role: ClientRole, claims: ReportedOutcome['outcome'] | null, lastWords: string): ReportedOutcome[] {
    return this.books.flatMap(({ id, recipients, standings, endSent }) =>
      recipients.map((recipient, index): ReportedOutcome => {
        const { state, text } = standings[index] ?? { state: 'left', text: '' };
        const words = text === '' ? lastWords : text;
        return { submission: id, recipient, outcome: claims ?? outcomeOf(state, role, endSent), text: words };
      }),
    );
  }
}

function isLeft({ state }: Standing): boolean {
  return state === 'left' || state === 'deferred';
}

function isOneTooMany({ state, code }: Standing): boolean {
  return state === 'deferred' && (code === 452 || code === 552);
}

/** @param takenBefore how many recipients of the transaction the server took before this reply */
function fail(standings: readonly Standing[], reply: Reply, takenBefore = 0): void {
  const isLimit = reply.code === 552 && takenBefore >= RECIPIENTS_EVERY_SERVER_TAKES;
  const isTransient = replyClass(reply.code) === 4 || isLimit;
  for (const standing of standings) {
    standing.pending = false;
    // What has once been delivered stays so, however often it is sent again.
    if (standing.state === 'delivered') continue;
    Object.assign(standing, { state: isTransient ? 'deferred' : 'refused', code: reply.code, text: wordsOf(reply) });
  }
}

function outcomeOf(state: Standing['state'], role: ClientRole, endSent: boolean): ReportedOutcome['outcome'] {
  switch (state) {
    case 'delivered':
      return 'accepted';
    case 'refused':
      return role === 'mta' ? 'bounced' : 'refused';
    case 'deferred':
      return role === 'mta' ? 'deferred' : 'refused';
    case 'left':
      if (role === 'mta') return 'deferred';
      return endSent ? 'unknown' : 'refused';
  }
}
