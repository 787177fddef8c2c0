// The events of one connection, small. The kinds that come with every message are taken apart into numbers and texts
// (event-page.ts), and put together again when somebody looks: a server under load keeps hundreds of thousands that nobody ever looks at,
// and objects would cost the garbage collector more than the dialogue itself (docs/performance.md). Used by trace.ts only.

import { EventRoom, MOST_NUMBERS, newPage, PageReader, type Page } from './event-page';
import type { CommandEvent, MessageEvent, ReceivedEvent, ReplyEvent, SentEvent, TraceEvent } from './trace-event';

/** Events of one page, which is let go as a whole. */
const PAGE_EVENTS = 256;

/** Kinds, in the lowest bits of the number an event begins with; what may be missing has a bit of its own above them. */
const AS_IT_IS = 0;
const RECEIVED = 1;
const SENT = 2;
const COMMAND = 3;
const REPLY = 4;
const MESSAGE = 5;
const KIND = 7;
const OCTETS = 8;
const CUT = 8;
const REDACTED = 16;
const CODE = 8;
const ANSWERS = 16;
const RAW = 32;
const AS = 64;
const DRIBBLED = 128;
const UNSOLICITED = 256;
const BDAT = 8;
const COMPLETE = 16;
const STORED = 32;
const EIGHT_BIT = 64;
const NAMED = 128;
const SMUGGLING = 256;

/** Three numbers each, and some for the message itself. */
const MOST_RECIPIENTS = MOST_NUMBERS / 4;

type Writable<E> = { -readonly [Key in keyof E]: E[Key] };

export class EventLog {
  private readonly room: EventRoom;
  /** The oldest ones, when somebody has looked: from then on they are objects. */
  private readonly made: TraceEvent[] = [];
  private pages: Page[] = [];
  private packed = 0;

  /** @param room where they are packed; octets stay where they are */
  constructor(room: EventRoom = new EventRoom()) {
    this.room = room;
  }

  get length(): number {
    return this.made.length + this.packed;
  }

  /** Always the same array, brought up to date by each look. */
  get events(): readonly TraceEvent[] {
    for (const page of this.pages) unpack(page, this.made);
    this.pages = [];
    this.packed = 0;
    return this.made;
  }

  push(event: TraceEvent): void {
    let page = this.pages[this.pages.length - 1];
    if (page === undefined || page.places.length === PAGE_EVENTS) {
      page = newPage();
      this.pages.push(page);
    }
    this.packed++;
    this.room.begin(page);
    pack(this.room, event);
  }

  /**
   * Lets go of events that lie behind the first `from`, the oldest of them first: `count` of them, or a page.
   * @returns how many, and the octets that were kept with them
   */
  cut(from: number, count: number): LetGo {
    let before = this.made.length;
    if (before <= from) {
      for (const [index, page] of this.pages.entries()) {
        const { length } = page.places;
        if (before >= from && length === PAGE_EVENTS) {
          this.pages.splice(index, 1);
          this.packed -= length;
          return { events: length, octets: page.octets };
        }
        before += length;
      }
    }
    const gone = (this.events as TraceEvent[]).splice(from, count);
    return { events: gone.length, octets: gone.reduce((sum, event) => sum + octetsOf(event), 0) };
  }
}

export interface LetGo {
  readonly events: number;
  readonly octets: number;
}

function octetsOf(event: TraceEvent): number {
  return event.type === 'received' || event.type === 'sent' ? (event.octets?.length ?? 0) : 0;
}

function pack(to: EventRoom, event: TraceEvent): void {
  switch (event.type) {
    case 'received':
    case 'sent':
      return packOctets(to, event);
    case 'command':
      return packCommand(to, event);
    case 'reply':
      return packReply(to, event);
    case 'message':
      if (event.recipients.length < MOST_RECIPIENTS) return packMessage(to, event);
      return packAsItIs(to, event);
    default:
      return packAsItIs(to, event);
  }
}

function packAsItIs(to: EventRoom, event: TraceEvent): void {
  to.number(AS_IT_IS);
  to.value(event);
}

/** @param into is given back, with the events behind what it held */
function unpack(page: Page, into: TraceEvent[]): TraceEvent[] {
  const from = new PageReader(page);
  for (let event = 0; event < page.places.length; event++) {
    from.begin(event);
    into.push(unpackNext(from));
  }
  return into;
}

function unpackNext(from: PageReader): TraceEvent {
  const head = from.number();
  switch (head & KIND) {
    case RECEIVED:
      return unpackOctets(from, head, 'received');
    case SENT:
      return unpackOctets(from, head, 'sent');
    case COMMAND:
      return unpackCommand(from, head);
    case REPLY:
      return unpackReply(from, head);
    case MESSAGE:
      return unpackMessage(from, head);
    default:
      return from.value<TraceEvent>();
  }
}

// --- octets ------------------------------------------------------------------------------------------------------

function packOctets(to: EventRoom, event: ReceivedEvent | SentEvent): void {
  const { type, seq, at, layer, offset, length, octets } = event;
  to.number((type === 'received' ? RECEIVED : SENT) | (octets === undefined ? 0 : OCTETS));
  to.number(seq);
  to.number(at);
  to.number(offset);
  to.number(length);
  to.word(layer);
  if (octets !== undefined) to.octets(octets);
}

function unpackOctets(from: PageReader, head: number, type: 'received' | 'sent'): ReceivedEvent | SentEvent {
  const seq = from.number();
  const at = from.number();
  const offset = from.number();
  const length = from.number();
  const layer = from.word<ReceivedEvent['layer']>();
  if ((head & OCTETS) === 0) return { type, seq, at, layer, offset, length };
  return { type, seq, at, layer, offset, length, octets: from.octets() };
}

// --- commands ----------------------------------------------------------------------------------------------------

function packCommand(to: EventRoom, event: CommandEvent): void {
  const { seq, at, offset, length, firstSeq, firstAt, lastSeq, lastAt } = event;
  to.number(COMMAND | (event.cut === true ? CUT : 0) | (event.redacted === true ? REDACTED : 0));
  to.number(seq);
  to.number(at);
  to.number(offset);
  to.number(length);
  to.number(firstSeq);
  to.number(firstAt);
  to.number(lastSeq);
  to.number(lastAt);
  to.word(event.event);
  to.text(event.line);
  to.word(event.terminator);
}

function unpackCommand(from: PageReader, head: number): CommandEvent {
  const [seq, at, offset, length] = [from.number(), from.number(), from.number(), from.number()];
  const [firstSeq, firstAt, lastSeq, lastAt] = [from.number(), from.number(), from.number(), from.number()];
  const command: Writable<CommandEvent> = {
    type: 'command',
    seq,
    at,
    event: from.word<CommandEvent['event']>(),
    line: from.text(),
    terminator: from.word<CommandEvent['terminator']>(),
    offset,
    length,
    firstSeq,
    firstAt,
    lastSeq,
    lastAt,
  };
  if ((head & CUT) !== 0) command.cut = true;
  if ((head & REDACTED) !== 0) command.redacted = true;
  return command;
}

// --- replies -----------------------------------------------------------------------------------------------------

function packReply(to: EventRoom, event: ReplyEvent): void {
  const { seq, at, code, answers, inputWaiting, offset, length, as } = event;
  const head =
    REPLY |
    (code === null ? 0 : CODE) |
    (answers === null ? 0 : ANSWERS) |
    (event.raw === true ? RAW : 0) |
    (as === undefined ? 0 : AS) |
    (event.dribbled === true ? DRIBBLED : 0) |
    (event.unsolicited === true ? UNSOLICITED : 0);
  to.number(head);
  to.number(seq);
  to.number(at);
  to.number(code ?? 0);
  to.number(answers ?? 0);
  to.number(inputWaiting);
  to.number(offset);
  to.number(length);
  if (as !== undefined) to.number(as);
  to.text(event.octets);
  to.shared(event.source);
}

function unpackReply(from: PageReader, head: number): ReplyEvent {
  const [seq, at, code, answers] = [from.number(), from.number(), from.number(), from.number()];
  const [inputWaiting, offset, length] = [from.number(), from.number(), from.number()];
  const as = (head & AS) === 0 ? undefined : from.number();
  const reply: Writable<ReplyEvent> = {
    type: 'reply',
    seq,
    at,
    code: (head & CODE) === 0 ? null : code,
    octets: from.text(),
    answers: (head & ANSWERS) === 0 ? null : answers,
    source: from.shared<ReplyEvent['source']>(),
    inputWaiting,
    offset,
    length,
  };
  if ((head & RAW) !== 0) reply.raw = true;
  if (as !== undefined) reply.as = as;
  if ((head & UNSOLICITED) !== 0) reply.unsolicited = true;
  if ((head & DRIBBLED) !== 0) reply.dribbled = true;
  return reply;
}

// --- messages ----------------------------------------------------------------------------------------------------

function packMessage(to: EventRoom, event: MessageEvent): void {
  const { seq, at, via, offset, length, firstSeq, firstAt, lastSeq, lastAt, size, stored, complete, facts } = event;
  const { messageId, recipients } = event;
  const head =
    MESSAGE |
    (via === 'BDAT' ? BDAT : 0) |
    (complete ? COMPLETE : 0) |
    (stored === null ? 0 : STORED) |
    (facts.eightBit ? EIGHT_BIT : 0) |
    (messageId === null ? 0 : NAMED) |
    (facts.smuggling.length === 0 ? 0 : SMUGGLING);
  to.number(head);
  to.number(seq);
  to.number(at);
  to.number(offset);
  to.number(length);
  to.number(firstSeq);
  to.number(firstAt);
  to.number(lastSeq);
  to.number(lastAt);
  to.number(size);
  to.number(stored ?? 0);
  to.number(facts.lines);
  to.number(facts.longestLine);
  to.number(facts.bareLf);
  to.number(facts.bareCr);
  to.number(facts.nul);
  to.number(facts.stuffedDots);
  to.number(facts.unstuffedDots);
  to.number(recipients.length);
  to.text(event.digest);
  to.text(event.sender);
  for (const recipient of recipients) to.text(recipient);
  if (messageId !== null) to.text(messageId);
  if (facts.smuggling.length > 0) to.value(facts.smuggling);
}

function unpackMessage(from: PageReader, head: number): MessageEvent {
  const [seq, at, offset, length, firstSeq] = [
    from.number(),
    from.number(),
    from.number(),
    from.number(),
    from.number(),
  ];
  const [firstAt, lastSeq, lastAt, size, stored] = [
    from.number(),
    from.number(),
    from.number(),
    from.number(),
    from.number(),
  ];
  const [lines, longestLine, bareLf, bareCr] = [from.number(), from.number(), from.number(), from.number()];
  const [nul, stuffedDots, unstuffedDots, count] = [from.number(), from.number(), from.number(), from.number()];
  const [digest, sender] = [from.text(), from.text()];
  const recipients = Array.from({ length: count }, () => from.text());
  const messageId = (head & NAMED) === 0 ? null : from.text();
  const smuggling = (head & SMUGGLING) === 0 ? [] : from.value<MessageEvent['facts']['smuggling']>();
  const eightBit = (head & EIGHT_BIT) !== 0;
  return {
    type: 'message',
    seq,
    at,
    via: (head & BDAT) === 0 ? 'DATA' : 'BDAT',
    offset,
    length,
    firstSeq,
    firstAt,
    lastSeq,
    lastAt,
    size,
    digest,
    messageId,
    sender,
    recipients,
    facts: { lines, longestLine, bareLf, bareCr, nul, eightBit, stuffedDots, unstuffedDots, smuggling },
    complete: (head & COMPLETE) !== 0,
    stored: (head & STORED) === 0 ? null : stored,
  };
}
