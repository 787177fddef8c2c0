// Commands, replies and messages as numbers and texts. Used by event-packing.ts.

import { MOST_NUMBERS, type PackRoom, type PageReader } from './packed-page';
import { COMMAND, MESSAGE, REPLY } from './packed-kinds';
import { measureContent, type MeasuredContent } from './content-meter';
import { LateMessageEvent } from './late-message';
import { receivedRange } from './received-range';
import type { CommandEvent, ContentFacts, MessageEvent, ReplyEvent, TraceEvent } from './trace-event';

const CUT = 16;
const REDACTED = 32;
const CODE = 16;
const ANSWERS = 32;
const RAW = 64;
const AS = 128;
const DRIBBLED = 256;
const UNSOLICITED = 512;
const BDAT = 16;
const COMPLETE = 32;
const STORED = 64;
const NAMED = 128;
/** Its octets lie on the same page, and tell the rest. */
const LATE = 256;
/** In commands and messages: their last octet came with their first. */
const AT_ONCE = 1024;
const EIGHT_BIT = 1;
const SMUGGLING = 2;
/** ".", CR and LF. */
const FINAL_DOT_OCTETS = 3;

/** Three numbers each, and some for the message itself. */
export const MOST_RECIPIENTS = MOST_NUMBERS / 4;

function atOnce({ firstSeq, firstAt, lastSeq, lastAt }: CommandEvent | MessageEvent): boolean {
  return lastSeq === firstSeq && lastAt === firstAt;
}

type Writable<E> = { -readonly [Key in keyof E]: E[Key] };

// --- commands ----------------------------------------------------------------------------------------------------

export function packCommand(to: PackRoom, event: CommandEvent): void {
  const { seq, at, offset, length, firstSeq, firstAt, lastSeq, lastAt } = event;
  to.number(
    COMMAND | (event.cut === true ? CUT : 0) | (event.redacted === true ? REDACTED : 0) | (atOnce(event) ? AT_ONCE : 0),
  );
  to.number(seq);
  to.number(at);
  to.number(offset);
  to.number(length);
  to.number(firstSeq);
  to.number(firstAt);
  if (!atOnce(event)) {
    to.number(lastSeq);
    to.number(lastAt);
  }
  to.word(event.event);
  to.text(event.line);
  to.word(event.terminator);
}

export function unpackCommand(from: PageReader, head: number): CommandEvent {
  const [seq, at, offset, length] = [from.number(), from.number(), from.number(), from.number()];
  const [firstSeq, firstAt] = [from.number(), from.number()];
  const [lastSeq, lastAt] = (head & AT_ONCE) === 0 ? [from.number(), from.number()] : [firstSeq, firstAt];
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

export function packReply(to: PackRoom, event: ReplyEvent): void {
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

export function unpackReply(from: PageReader, head: number): ReplyEvent {
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

export function packMessage(to: PackRoom, event: MessageEvent): void {
  const { seq, at, via, offset, length, firstSeq, firstAt, lastSeq, lastAt, stored, complete } = event;
  const isLate = event instanceof LateMessageEvent && complete && to.hasSaid(offset, length);
  const messageId = isLate ? null : event.messageId;
  to.number(
    MESSAGE |
      (via === 'BDAT' ? BDAT : 0) |
      (complete ? COMPLETE : 0) |
      (stored === null ? 0 : STORED) |
      (messageId === null ? 0 : NAMED) |
      (isLate ? LATE : 0) |
      (atOnce(event) ? AT_ONCE : 0),
  );
  to.number(seq);
  to.number(at);
  to.number(offset);
  to.number(length);
  to.number(firstSeq);
  to.number(firstAt);
  if (!atOnce(event)) {
    to.number(lastSeq);
    to.number(lastAt);
  }
  to.number(stored ?? 0);
  to.text(event.sender);
  packTexts(to, event.recipients);
  if (!isLate) packMeasured(to, event);
}

export function unpackMessage(from: PageReader, head: number, before: readonly TraceEvent[]): MessageEvent {
  const [seq, at, offset, length] = [from.number(), from.number(), from.number(), from.number()];
  const [firstSeq, firstAt] = [from.number(), from.number()];
  const [lastSeq, lastAt] = (head & AT_ONCE) === 0 ? [from.number(), from.number()] : [firstSeq, firstAt];
  const stored = from.number();
  const sender = from.text();
  const recipients = unpackTexts(from);
  const measured =
    (head & LATE) === 0
      ? unpackMeasured(from, (head & NAMED) !== 0)
      : measureContent(receivedRange(before, 'plain', offset, offset + length - FINAL_DOT_OCTETS));
  const { size, digest, messageId, facts } = measured;
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
    facts,
    complete: (head & COMPLETE) !== 0,
    stored: (head & STORED) === 0 ? null : stored,
  };
}

/** Whether it has a Message-ID is kept with the item's other yes and no. */
export function packMeasured(to: PackRoom, { size, digest, messageId, facts }: MeasuredContent): void {
  to.number(size);
  packFacts(to, facts);
  to.text(digest);
  if (messageId !== null) to.text(messageId);
}

export function unpackMeasured(from: PageReader, isNamed: boolean): MeasuredContent {
  const size = from.number();
  const facts = unpackFacts(from);
  return { size, facts, digest: from.text(), messageId: isNamed ? from.text() : null };
}

/** Not more of them than MOST_RECIPIENTS. */
export function packTexts(to: PackRoom, texts: readonly string[]): void {
  to.number(texts.length);
  for (const text of texts) to.text(text);
}

export function unpackTexts(from: PageReader): readonly string[] {
  return Array.from({ length: from.number() }, () => from.text());
}

function packFacts(to: PackRoom, facts: ContentFacts): void {
  const { lines, longestLine, bareLf, bareCr, nul, eightBit, stuffedDots, unstuffedDots, smuggling } = facts;
  to.number((eightBit ? EIGHT_BIT : 0) | (smuggling.length === 0 ? 0 : SMUGGLING));
  to.number(lines);
  to.number(longestLine);
  to.number(bareLf);
  to.number(bareCr);
  to.number(nul);
  to.number(stuffedDots);
  to.number(unstuffedDots);
  if (smuggling.length > 0) to.value(smuggling);
}

function unpackFacts(from: PageReader): ContentFacts {
  const head = from.number();
  const [lines, longestLine, bareLf, bareCr] = [from.number(), from.number(), from.number(), from.number()];
  const [nul, stuffedDots, unstuffedDots] = [from.number(), from.number(), from.number()];
  const eightBit = (head & EIGHT_BIT) !== 0;
  const smuggling = (head & SMUGGLING) === 0 ? [] : from.value<ContentFacts['smuggling']>();
  return { lines, longestLine, bareLf, bareCr, nul, eightBit, stuffedDots, unstuffedDots, smuggling };
}
