// The events of one connection, small. The three kinds that come with every command are taken apart into numbers and texts
// and put together again when somebody looks: a server under load keeps hundreds of thousands that nobody ever looks at, and
// objects would cost the garbage collector more than the dialogue itself (docs/performance.md). Used by trace.ts only.

import type { CommandEvent, Layer, ReceivedEvent, ReplyEvent, SentEvent, TraceEvent } from './trace-event';

/** Events of one page, which is let go as a whole. */
const PAGE_EVENTS = 256;

/** Kinds, in the lowest bits of the number an event begins with; what may be missing has a bit of its own above them. */
const AS_IT_IS = 0;
const RECEIVED = 1;
const SENT = 2;
const COMMAND = 3;
const REPLY = 4;
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

interface Page {
  readonly numbers: number[];
  readonly values: unknown[];
  count: number;
}

type Writable<E> = { -readonly [Key in keyof E]: E[Key] };

export class EventLog {
  /** The oldest ones, when somebody has looked: from then on they are objects. */
  private readonly made: TraceEvent[] = [];
  private pages: Page[] = [];
  private packed = 0;

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
    let page = this.pages.at(-1);
    if (page === undefined || page.count === PAGE_EVENTS) {
      page = { numbers: [], values: [], count: 0 };
      this.pages.push(page);
    }
    page.count++;
    this.packed++;
    pack(page, event);
  }

  /**
   * Lets go of events that lie behind the first `from`, the oldest of them first: `count` of them, or a page.
   * @returns them
   */
  cut(from: number, count: number): readonly TraceEvent[] {
    let before = this.made.length;
    if (before <= from) {
      for (const [index, page] of this.pages.entries()) {
        if (before >= from && page.count === PAGE_EVENTS) {
          this.pages.splice(index, 1);
          this.packed -= page.count;
          return unpack(page, []);
        }
        before += page.count;
      }
    }
    return (this.events as TraceEvent[]).splice(from, count);
  }
}

function pack(page: Page, event: TraceEvent): void {
  switch (event.type) {
    case 'received':
    case 'sent':
      return packOctets(page, event);
    case 'command':
      return packCommand(page, event);
    case 'reply':
      return packReply(page, event);
    default:
      page.numbers.push(AS_IT_IS);
      page.values.push(event);
  }
}

/** @param into is given back, with the events behind what it held */
function unpack({ numbers, values, count }: Page, into: TraceEvent[]): TraceEvent[] {
  const reading: Reading = { numbers, values, number: 0, value: 0 };
  for (let i = 0; i < count; i++) into.push(unpackNext(reading));
  return into;
}

interface Reading {
  readonly numbers: readonly number[];
  readonly values: readonly unknown[];
  number: number;
  value: number;
}

const nextNumber = (reading: Reading): number => reading.numbers[reading.number++] ?? NaN;
const nextValue = <Value>(reading: Reading): Value => reading.values[reading.value++] as Value;

function unpackNext(reading: Reading): TraceEvent {
  const head = nextNumber(reading);
  switch (head & KIND) {
    case RECEIVED:
      return unpackOctets(reading, head, 'received');
    case SENT:
      return unpackOctets(reading, head, 'sent');
    case COMMAND:
      return unpackCommand(reading, head);
    case REPLY:
      return unpackReply(reading, head);
    default:
      return nextValue<TraceEvent>(reading);
  }
}

// --- octets ------------------------------------------------------------------------------------------------------

function packOctets({ numbers, values }: Page, event: ReceivedEvent | SentEvent): void {
  const { type, seq, at, layer, offset, length, octets } = event;
  const head = (type === 'received' ? RECEIVED : SENT) | (octets === undefined ? 0 : OCTETS);
  numbers.push(head, seq, at, offset, length);
  values.push(layer);
  if (octets !== undefined) values.push(octets);
}

function unpackOctets(reading: Reading, head: number, type: 'received' | 'sent'): ReceivedEvent | SentEvent {
  const seq = nextNumber(reading);
  const at = nextNumber(reading);
  const offset = nextNumber(reading);
  const length = nextNumber(reading);
  const layer = nextValue<Layer>(reading);
  if ((head & OCTETS) === 0) return { type, seq, at, layer, offset, length };
  return { type, seq, at, layer, offset, length, octets: nextValue<Buffer>(reading) };
}

// --- commands ----------------------------------------------------------------------------------------------------

function packCommand({ numbers, values }: Page, event: CommandEvent): void {
  const { seq, at, offset, length, firstSeq, firstAt, lastSeq, lastAt } = event;
  const head = COMMAND | (event.cut === true ? CUT : 0) | (event.redacted === true ? REDACTED : 0);
  numbers.push(head, seq, at, offset, length, firstSeq, firstAt, lastSeq, lastAt);
  values.push(event.event, event.line, event.terminator);
}

function unpackCommand(reading: Reading, head: number): CommandEvent {
  const command: Writable<CommandEvent> = {
    type: 'command',
    seq: nextNumber(reading),
    at: nextNumber(reading),
    event: nextValue<CommandEvent['event']>(reading),
    line: nextValue<string>(reading),
    terminator: nextValue<CommandEvent['terminator']>(reading),
    offset: nextNumber(reading),
    length: nextNumber(reading),
    firstSeq: nextNumber(reading),
    firstAt: nextNumber(reading),
    lastSeq: nextNumber(reading),
    lastAt: nextNumber(reading),
  };
  if ((head & CUT) !== 0) command.cut = true;
  if ((head & REDACTED) !== 0) command.redacted = true;
  return command;
}

// --- replies -----------------------------------------------------------------------------------------------------

function packReply({ numbers, values }: Page, event: ReplyEvent): void {
  const { seq, at, code, answers, inputWaiting, offset, length, as } = event;
  const head =
    REPLY |
    (code === null ? 0 : CODE) |
    (answers === null ? 0 : ANSWERS) |
    (event.raw === true ? RAW : 0) |
    (as === undefined ? 0 : AS) |
    (event.dribbled === true ? DRIBBLED : 0) |
    (event.unsolicited === true ? UNSOLICITED : 0);
  numbers.push(head, seq, at, code ?? 0, answers ?? 0, inputWaiting, offset, length);
  if (as !== undefined) numbers.push(as);
  values.push(event.octets, event.source);
}

function unpackReply(reading: Reading, head: number): ReplyEvent {
  const seq = nextNumber(reading);
  const at = nextNumber(reading);
  const code = nextNumber(reading);
  const answers = nextNumber(reading);
  const reply: Writable<ReplyEvent> = {
    type: 'reply',
    seq,
    at,
    code: (head & CODE) === 0 ? null : code,
    octets: nextValue<string>(reading),
    answers: (head & ANSWERS) === 0 ? null : answers,
    source: nextValue<ReplyEvent['source']>(reading),
    inputWaiting: nextNumber(reading),
    offset: nextNumber(reading),
    length: nextNumber(reading),
  };
  if ((head & RAW) !== 0) reply.raw = true;
  if ((head & AS) !== 0) reply.as = nextNumber(reading);
  if ((head & UNSOLICITED) !== 0) reply.unsolicited = true;
  if ((head & DRIBBLED) !== 0) reply.dribbled = true;
  return reply;
}
