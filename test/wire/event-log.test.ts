import fc from 'fast-check';
import { EventLog } from '../../src/wire/event-log';
import { measureContent } from '../../src/wire/content-meter';
import { LateContent } from '../../src/wire/late-content';
import { LateMessageEvent } from '../../src/wire/late-message';
import type {
  CommandEvent,
  MessageEvent,
  ReceivedEvent,
  ReplyEvent,
  SentEvent,
  TraceEvent,
} from '../../src/wire/trace-event';
import { contentFacts } from './arbitraries';

type Optional<E, Key extends keyof E> = Pick<E, Key>;

const at = fc.double({ min: 0, max: 1e9, noNaN: true });
const count = fc.nat({ max: 2 ** 31 });
const layer = fc.constantFrom<ReceivedEvent['layer']>('plain', 'wire', 'after:pix-fixup');
/** Nearly always octets; what somebody wrote by hand may be anything. */
const latin1 = fc.string({ unit: fc.nat({ max: 255 }).map((code) => String.fromCharCode(code)) });
/** Where an utterance begins and ends, now and then in one read. */
const span = fc
  .tuple(
    fc.record({ firstSeq: count, firstAt: at, lastSeq: count, lastAt: at }, { noNullPrototype: true }),
    fc.constantFrom('apart', 'at once', 'at one moment', 'in one event'),
  )
  .map(([{ firstSeq, firstAt, lastSeq, lastAt }, how]) => ({
    firstSeq,
    firstAt,
    lastSeq: how === 'at once' || how === 'in one event' ? firstSeq : lastSeq,
    lastAt: how === 'at once' || how === 'at one moment' ? firstAt : lastAt,
  }));
const text = fc.oneof({ weight: 4, arbitrary: latin1 }, fc.string({ unit: 'binary' }));
const octets = fc.record({ octets: fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes)) });

function crossed(type: 'received' | 'sent'): fc.Arbitrary<ReceivedEvent | SentEvent> {
  const always = fc.record({ type: fc.constant(type), seq: count, at, layer, offset: count, length: count });
  return fc.tuple(always, fc.option(octets, { nil: {} })).map(([event, kept]) => ({ ...event, ...kept }));
}

const command: fc.Arbitrary<CommandEvent> = fc
  .tuple(
    fc.record({
      seq: count,
      at,
      event: fc.constantFrom<CommandEvent['event']>('EHLO', 'MAIL', 'unknown', 'auth-response'),
      line: text,
      terminator: fc.constantFrom<CommandEvent['terminator']>('CRLF', 'LF', 'CR', 'none'),
      offset: count,
      length: count,
    }),
    span,
    fc.constantFrom<Partial<Optional<CommandEvent, 'cut' | 'redacted'>>>(
      {},
      { cut: true },
      { redacted: true },
      { cut: true, redacted: true },
    ),
  )
  .map(([event, ends, more]) => ({ type: 'command', ...event, ...ends, ...more }));

const source = fc.constantFrom<ReplyEvent['source']>({ kind: 'default' }, { kind: 'rule', rule: 'rules[0]' });

const flag = (key: string): fc.Arbitrary<object> => fc.constantFrom({}, { [key]: true });

const reply: fc.Arbitrary<ReplyEvent> = fc
  .tuple(
    fc.record({
      seq: count,
      at,
      code: fc.option(fc.nat({ max: 999 })),
      octets: text,
      answers: fc.option(count),
      source,
      inputWaiting: count,
      offset: count,
      length: count,
    }),
    flag('raw'),
    fc.option(fc.record({ as: fc.nat({ max: 999 }) }), { nil: {} }),
    flag('unsolicited'),
    flag('dribbled'),
  )
  .map(([event, ...more]) => Object.assign({ type: 'reply' as const, ...event }, ...more) as ReplyEvent);

const AS_OBJECTS = { noNullPrototype: true } as const;
const message: fc.Arbitrary<MessageEvent> = fc
  .tuple(
    fc.record(
      {
        type: fc.constant('message'),
        seq: count,
        at,
        via: fc.constantFrom('DATA', 'BDAT'),
        offset: count,
        length: count,
        size: count,
        digest: text,
        messageId: fc.option(text),
        sender: text,
        recipients: fc.array(text, { maxLength: 3 }),
        facts: contentFacts(text, count),
        complete: fc.boolean(),
        stored: fc.option(count),
      },
      AS_OBJECTS,
    ),
    span,
  )
  .map(([event, ends]) => ({ ...event, ...ends }));

const note: fc.Arbitrary<TraceEvent> = fc
  .record({ seq: count, at, detail: fc.string() })
  .map((event) => ({ type: 'note', fact: 'saved', ...event }));

const mode: fc.Arbitrary<TraceEvent> = fc
  .record({ seq: count, at, mode: fc.constantFrom<'content' | 'command'>('content', 'command') })
  .map((event) => ({ type: 'mode', ...event }));

const endpoint = fc.record({ address: text, port: count }, AS_OBJECTS);

const connected: fc.Arbitrary<TraceEvent> = fc
  .tuple(
    fc.record({ seq: count, at, connection: count, server: count, peer: endpoint, local: endpoint }),
    flag('implicitTls'),
    fc.option(fc.record({ proxiedBy: endpoint }), { nil: {} }),
  )
  .map(([event, ...more]) => Object.assign({ type: 'connected' as const, ...event }, ...more) as TraceEvent);

const gone: fc.Arbitrary<TraceEvent> = fc
  .tuple(
    fc.record({ seq: count, at, what: fc.constantFrom<'fin' | 'reset'>('fin', 'reset') }),
    fc.option(fc.record({ reason: text }), { nil: {} }),
  )
  .map(([event, more]) => ({ type: 'peer', ...event, ...more }));

const closing: fc.Arbitrary<TraceEvent> = fc
  .record({ seq: count, at, how: fc.constantFrom<'close' | 'reset'>('close', 'reset'), source })
  .map((event) => ({ type: 'closing', ...event }));

const closed: fc.Arbitrary<TraceEvent> = fc
  .record({
    seq: count,
    at,
    by: fc.constantFrom<'client' | 'server'>('client', 'server'),
    how: fc.constantFrom<'fin' | 'destroyed'>('fin', 'destroyed'),
    receivedOctets: count,
    sentOctets: count,
    unread: count,
  })
  .map((event) => ({ type: 'closed', ...event }));

const anyEvent: fc.Arbitrary<TraceEvent> = fc.oneof(
  crossed('received'),
  crossed('sent'),
  command,
  reply,
  message,
  mode,
  connected,
  gone,
  closing,
  closed,
  note,
);

const noteOf = (seq: number): TraceEvent => ({ type: 'note', fact: 'saved', seq, at: seq, detail: '' });

function logOf(events: number): EventLog {
  const log = new EventLog();
  for (let seq = 1; seq <= events; seq++) log.push(noteOf(seq));
  return log;
}

const seqs = (events: readonly TraceEvent[]): number[] => events.map(({ seq }) => seq);

test('what was taken apart is put together as it was, no property more or less', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 20 }), (events) => {
      const log = new EventLog();
      for (const event of events) log.push(event);
      expect(log.events).toStrictEqual(events);
    }),
    { numRuns: 500 },
  );
});

test('a log of few events keeps them as they are, with octets of its own', () => {
  const log = new EventLog(4);
  const octets = Buffer.from('EHLO');
  log.push({ type: 'received', seq: 1, at: 1, layer: 'plain', offset: 0, length: 4, octets });
  log.push(noteOf(2));
  octets.fill(0);
  expect(log.events).toStrictEqual([
    { type: 'received', seq: 1, at: 1, layer: 'plain', offset: 0, length: 4, octets: Buffer.from('EHLO') },
    noteOf(2),
  ]);
  expect(log.cut(0, 1)).toEqual({ events: 1, octets: 4 });
  expect(log).toHaveLength(1);
});

/** A message as a session records it: each read, and then the message, which nobody has asked about. */
function recordMessage(log: EventLog, text: string, cuts: readonly number[], from: Said, lost: boolean): TraceEvent[] {
  const raw = Buffer.from(`${text}\r\n.\r\n`, 'latin1');
  const ends = [...cuts.filter((cut) => cut < raw.length).sort((a, b) => a - b), raw.length];
  const expected: TraceEvent[] = [];
  const pieces: Buffer[] = [];
  ends.forEach((end, index) => {
    const piece = raw.subarray(ends[index - 1] ?? 0, end);
    const { length } = piece;
    const offset = from.offset + end - length;
    const read = { type: 'received', seq: ++from.seq, at: 1, layer: 'plain', offset, length } as const;
    const event = lost && index === 0 ? read : { ...read, octets: piece };
    log.push(event);
    expected.push('octets' in event ? { ...event, octets: Buffer.from(piece) } : event);
    pieces.push(piece.subarray(0, Math.max(0, Math.min(length, raw.length - 3 - (end - length)))));
  });
  const span = { firstSeq: from.seq, firstAt: 1, lastSeq: from.seq, lastAt: 1 };
  const { offset } = from;
  const envelope = { sender: 'a@b', recipients: ['c@d'], complete: true, stored: null };
  const frame = { seq: ++from.seq, at: 2, via: 'DATA', offset, length: raw.length, ...span, ...envelope } as const;
  log.push(new LateMessageEvent(frame, new LateContent(pieces, raw.length - 3, Infinity)));
  const { size, digest, messageId, facts } = measureContent([Buffer.from(raw.subarray(0, -3))]);
  expected.push({ type: 'message', ...frame, size, digest, messageId, facts });
  from.offset += raw.length;
  // What was read is only lent.
  raw.fill('!');
  return expected;
}

interface Said {
  seq: number;
  offset: number;
}

const mailText = fc
  .tuple(fc.constantFrom('', 'Message-ID: <1@a>\r\n\r\n'), fc.array(fc.constantFrom('a', '\r\n', '\n', '\r', '\0')))
  .map(([head, body]) => head + body.join(''));

test('a message that nobody asked about is measured by its octets, wherever they lie and whatever is kept of them', () => {
  const step = fc.record({
    text: mailText,
    cuts: fc.array(fc.nat({ max: 30 }), { maxLength: 4 }),
    lost: fc.boolean(),
    notes: fc.oneof(fc.nat({ max: 3 }), fc.integer({ min: 245, max: 256 })),
    look: fc.nat({ max: 9 }).map((chance) => chance === 0),
  });
  fc.assert(
    fc.property(fc.constantFrom(4, Infinity), fc.array(step, { maxLength: 8 }), (most, steps) => {
      const log = new EventLog(most);
      const from: Said = { seq: 0, offset: 17 };
      const expected: TraceEvent[] = [];
      for (const { text, cuts, lost, notes, look } of steps) {
        for (let count = 0; count < notes; count++) {
          log.push(noteOf(++from.seq));
          expected.push(noteOf(from.seq));
        }
        expected.push(...recordMessage(log, text, cuts, from, lost));
        if (look) expect(log.events).toStrictEqual(expected);
      }
      expect(log.events).toStrictEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test('logs side by side keep their own, while others among them are let go', () => {
  const step = fc.tuple(
    fc.nat({ max: 3 }),
    fc.constantFrom('push', 'push', 'push', 'push', 'let go', 'look'),
    anyEvent,
  );
  fc.assert(
    fc.property(fc.array(step, { minLength: 50, maxLength: 200 }), (steps) => {
      const logs = Array.from({ length: 4 }, () => ({ log: new EventLog(), expected: [] as TraceEvent[] }));
      for (const [index, action, event] of steps) {
        const one = logs[index] ?? { log: new EventLog(), expected: [] };
        if (action === 'look') expect(one.log.events).toStrictEqual(one.expected);
        else if (action === 'push') {
          one.log.push(event);
          one.expected.push(event);
        } else {
          one.log.letGo();
          logs[index] = { log: new EventLog(), expected: [] };
        }
      }
      for (const { log, expected } of logs) expect(log.events).toStrictEqual(expected);
    }),
    { numRuns: 100 },
  );
});

test('a look in between changes nothing: the same array, with what came since', () => {
  const log = logOf(3);
  const seen = log.events;
  for (let seq = 4; seq <= 600; seq++) log.push(noteOf(seq));
  expect(log).toHaveLength(600);
  expect(log.events).toBe(seen);
  expect(seqs(log.events)).toEqual(Array.from({ length: 600 }, (_, index) => index + 1));
});

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('a cut takes the oldest page behind the ones that stay, and nothing before it', () => {
  const log = logOf(1000);
  expect(log.cut(250, 250)).toEqual({ events: 256, octets: 0 });
  expect(log).toHaveLength(1000 - 256);
  expect(seqs(log.events)).toEqual([...numbers(1, 256), ...numbers(513, 1000)]);
});

test('a log too short for pages is cut to the event', () => {
  const log = logOf(5);
  expect(log.cut(1, 1)).toEqual({ events: 1, octets: 0 });
  expect(seqs(log.events)).toEqual([1, 3, 4, 5]);
});

test('a cut behind a look still takes the oldest that may go', () => {
  const log = logOf(1000);
  expect(log.events).toHaveLength(1000);
  expect(log.cut(250, 3)).toEqual({ events: 3, octets: 0 });
  expect(seqs(log.events)).toEqual([...numbers(1, 250), ...numbers(254, 1000)]);
});

test.each(['before', 'after'])('a cut tells the octets that go with it, %s a look', (when) => {
  const log = new EventLog();
  for (let seq = 1; seq <= 600; seq++) {
    const place = { seq, at: seq, layer: 'plain', offset: 0 } as const;
    log.push({ type: 'received', ...place, length: 3, octets: Buffer.from('abc') });
    log.push({ type: 'sent', ...place, length: 1000 });
  }
  if (when === 'after') expect(log.events).toHaveLength(1200);
  expect(log.cut(0, 256)).toEqual({ events: 256, octets: 128 * 3 });
});
