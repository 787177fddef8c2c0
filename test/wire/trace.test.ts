import { virtualClock } from '../../src/wire/clock';
import { Trace, type TraceBounds } from '../../src/wire/trace';
import type { TraceEvent } from '../../src/wire/trace-event';

const traceWith = (bounds: TraceBounds): Trace => new Trace(1, 0, virtualClock(), { last: 0 }, bounds);
const octets = (text: string): Buffer => Buffer.from(text, 'latin1');

function readInto(trace: Trace, ...texts: readonly string[]): void {
  let offset = 0;
  for (const text of texts) {
    trace.recordOctets('received', 'plain', offset, octets(text));
    offset += text.length;
  }
}

const textsOf = (events: readonly TraceEvent[]): (string | null)[] =>
  events.flatMap((event) => (event.type === 'received' ? [event.octets?.toString('latin1') ?? null] : []));

test('octets beyond the bound leave their length, and are counted as dropped', () => {
  const trace = traceWith({ octets: 8, events: 100 });
  readInto(trace, 'EHLO', 'a.b.c.d.e', 'QUIT');
  expect(textsOf(trace.events)).toEqual(['EHLO', null, 'QUIT']);
  expect(trace.events[1]).toEqual({ type: 'received', seq: 2, at: 0, layer: 'plain', offset: 4, length: 9 });
  expect(trace.toRecord().dropped).toEqual({ octets: 9, events: 0 });
});

test('events beyond the bound go from the middle: the beginning and the newest stay', () => {
  const trace = traceWith({ octets: 1000, events: 8 });
  readInto(trace, ...'0123456789'.split(''));
  expect(textsOf(trace.events)).toEqual(['0', '1', '4', '5', '6', '7', '8', '9']);
  expect(trace.toRecord().dropped).toEqual({ octets: 2, events: 2 });
});

test('octets that went with their events make room for others', () => {
  const trace = traceWith({ octets: 8, events: 8 });
  readInto(trace, ...'0123456789'.split(''));
  expect(textsOf(trace.events).at(-1)).toBe('9');
});

test('a record that was asked for early shows what came later', () => {
  const trace = traceWith({ octets: 100, events: 100 });
  readInto(trace, 'EHLO');
  const record = trace.toRecord();
  readInto(trace, 'QUIT');
  expect(textsOf(record.events)).toEqual(['EHLO', 'QUIT']);
});

test.each([100, 1000])('what was let go is gone and counted, and a record that somebody has keeps it: %s', (events) => {
  const [forgotten, shown] = [traceWith({ octets: 100, events }), traceWith({ octets: 100, events })];
  for (const trace of [forgotten, shown]) readInto(trace, 'EHLO', 'QUIT');
  const record = shown.toRecord();
  for (const trace of [forgotten, shown]) trace.letGo();
  expect(forgotten.events).toEqual([]);
  expect(forgotten.dropped).toEqual({ octets: 8, events: 2 });
  // Where it lay, others write.
  readInto(traceWith({ octets: 100, events }), 'RSET', 'NOOP');
  expect(textsOf(record.events)).toEqual(['EHLO', 'QUIT']);
});

test('a stamp and its event count as one, in the order of the others', () => {
  const trace = traceWith({ octets: 100, events: 100 });
  readInto(trace, 'QUIT');
  const { seq, at } = trace.stamp();
  expect(trace.append({ type: 'note', fact: 'saved', detail: '', seq, at })).toBe(2);
  expect(trace.record({ type: 'note', fact: 'saved', detail: '' })).toBe(3);
  expect(trace.events.map((event) => event.seq)).toEqual([1, 2, 3]);
});

test('a secret is masked in the layer it was typed in and in those below', () => {
  const trace = traceWith({ octets: 1000, events: 100 });
  trace.recordOctets('received', 'wire', 0, octets('AUTH PLAIN c2VjcmV0\r\n'));
  readInto(trace, 'AUTH PLAIN c2VjcmV0\r\n');
  trace.redact(11, 8);
  expect(textsOf(trace.events)).toEqual(['AUTH PLAIN ********\r\n', 'AUTH PLAIN ********\r\n']);
});

test('times never go back, whatever moment an event comes with', () => {
  const clock = virtualClock();
  const trace = new Trace(1, 0, clock, { last: 0 });
  clock.advance(5);
  trace.record({ type: 'mode', mode: 'command' });
  trace.record({ type: 'mode', mode: 'content' }, 3);
  expect(trace.stamp(4)).toEqual({ seq: 3, at: 5 });
  trace.recordOctets('received', 'plain', 0, Buffer.from('a'), 2);
  trace.record({ type: 'mode', mode: 'command' }, 7);
  expect(trace.events.map(({ at }) => at)).toEqual([5, 5, 5, 7]);
});
