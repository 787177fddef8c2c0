// How an event becomes numbers and texts, and how they become the same event again: the kinds that come with every message,
// each with its own order; all others stay objects. Used by event-log.ts.

import { MOST_NUMBERS, PageReader, type EventRoom, type Page } from './event-page';
import type {
  CommandEvent,
  MessageEvent,
  ModeEvent,
  ReceivedEvent,
  ReplyEvent,
  SentEvent,
  TraceEvent,
} from './trace-event';

/** Kinds, in the lowest bits of the number an event begins with; what may be missing has a bit of its own above them. */
const AS_IT_IS = 0;
const RECEIVED = 1;
const SENT = 2;
const COMMAND = 3;
const REPLY = 4;
const MESSAGE = 5;
const MODE = 6;
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

/** Puts an event where the room was told that it begins. */
export function pack(to: EventRoom, event: TraceEvent): void {
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
    case 'mode':
      return packMode(to, event);
    default:
      return packAsItIs(to, event);
  }
}

function packAsItIs(to: EventRoom, event: TraceEvent): void {
  to.number(AS_IT_IS);
  to.value(event);
}

/** @param into is given back, with the events behind what it held */
export function unpack(page: Page, into: TraceEvent[]): TraceEvent[] {
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
    case MODE:
      return { type: 'mode', seq: from.number(), at: from.number(), mode: from.word<ModeEvent['mode']>() };
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

function packMode(to: EventRoom, { seq, at, mode }: ModeEvent): void {
  to.number(MODE);
  to.number(seq);
  to.number(at);
  to.word(mode);
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
