import fc from 'fast-check';
import { EventLog } from '../../src/wire/event-log';
import type { CommandEvent, ReceivedEvent, ReplyEvent, SentEvent, TraceEvent } from '../../src/wire/trace-event';

type Optional<E, Key extends keyof E> = Pick<E, Key>;

const at = fc.double({ min: 0, max: 1e9, noNaN: true });
const count = fc.nat({ max: 2 ** 31 });
const layer = fc.constantFrom<ReceivedEvent['layer']>('plain', 'wire', 'after:pix-fixup');
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
      line: fc.string(),
      terminator: fc.constantFrom<CommandEvent['terminator']>('CRLF', 'LF', 'CR', 'none'),
      offset: count,
      length: count,
      firstSeq: count,
      firstAt: at,
      lastSeq: count,
      lastAt: at,
    }),
    fc.constantFrom<Partial<Optional<CommandEvent, 'cut' | 'redacted'>>>(
      {},
      { cut: true },
      { redacted: true },
      { cut: true, redacted: true },
    ),
  )
  .map(([event, more]) => ({ type: 'command', ...event, ...more }));

const flag = (key: string): fc.Arbitrary<object> => fc.constantFrom({}, { [key]: true });

const reply: fc.Arbitrary<ReplyEvent> = fc
  .tuple(
    fc.record({
      seq: count,
      at,
      code: fc.option(fc.nat({ max: 999 })),
      octets: fc.string(),
      answers: fc.option(count),
      source: fc.constantFrom<ReplyEvent['source']>({ kind: 'default' }, { kind: 'rule', rule: 'rules[0]' }),
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

const note: fc.Arbitrary<TraceEvent> = fc
  .record({ seq: count, at, detail: fc.string() })
  .map((event) => ({ type: 'note', fact: 'saved', ...event }));

const anyEvent: fc.Arbitrary<TraceEvent> = fc.oneof(crossed('received'), crossed('sent'), command, reply, note);

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

test('a look in between changes nothing: the same array, with what came since', () => {
  const log = logOf(3);
  const seen = log.events;
  for (let seq = 4; seq <= 600; seq++) log.push(noteOf(seq));
  expect(log).toHaveLength(600);
  expect(log.events).toBe(seen);
  expect(seqs(log.events)).toEqual(Array.from({ length: 600 }, (_, index) => index + 1));
});

test('a cut takes the oldest page behind the ones that stay, and nothing before it', () => {
  const log = logOf(1000);
  const gone = seqs(log.cut(250, 250));
  expect(gone).toEqual(Array.from({ length: 256 }, (_, index) => 257 + index));
  expect(log).toHaveLength(1000 - 256);
  expect(seqs(log.events)).not.toContain(gone[0]);
  expect(seqs(log.events.slice(0, 256))).toEqual(Array.from({ length: 256 }, (_, index) => index + 1));
});

test('a log too short for pages is cut to the event', () => {
  const log = logOf(5);
  expect(seqs(log.cut(1, 1))).toEqual([2]);
  expect(seqs(log.events)).toEqual([1, 3, 4, 5]);
});

test('a cut behind a look still takes the oldest that may go', () => {
  const log = logOf(1000);
  expect(log.events).toHaveLength(1000);
  expect(seqs(log.cut(250, 3))).toEqual([251, 252, 253]);
  expect(log).toHaveLength(997);
});
