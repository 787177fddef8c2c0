import { ConnectionRecords } from '../../src/mock/records';
import { virtualClock } from '../../src/wire/clock';
import { Trace } from '../../src/wire/trace';

/** Connections that are over, each with so many events and octets. */
function finish(records: ConnectionRecords, from: number, count: number, events: number, octets = 0): void {
  for (let connection = from; connection < from + count; connection++) {
    const trace = new Trace(connection, 0, virtualClock(), { last: 0 });
    if (octets > 0) trace.recordOctets('received', 'plain', 0, Buffer.alloc(octets));
    for (let event = octets > 0 ? 1 : 0; event < events; event++) trace.record({ type: 'mode', mode: 'command' });
    records.opened(trace);
    records.closed(trace);
  }
}

const numbers = (records: ConnectionRecords): number[] => records.traces.map(({ connection }) => connection);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('the newest connections are kept, and those that went are counted', () => {
  const records = new ConnectionRecords(10);
  finish(records, 1, 12, 1);
  expect([numbers(records), records.dropped]).toEqual([range(3, 12), 2]);
  finish(records, 13, 8, 1);
  expect([numbers(records), records.dropped]).toEqual([range(11, 20), 10]);
});

test('connections of many octets are fewer, and the latest is there however large', () => {
  const records = new ConnectionRecords(100, 10_000);
  finish(records, 1, 10, 1, 1000);
  expect(numbers(records)).toEqual(range(1, 10));
  finish(records, 11, 1, 1, 1000);
  expect([numbers(records), records.dropped]).toEqual([range(3, 11), 2]);
  finish(records, 12, 1, 1, 20_000);
  expect([numbers(records), records.dropped]).toEqual([[12], 11]);
  finish(records, 13, 1, 1, 10);
  expect(numbers(records)).toEqual([13]);
});

test('connections of many events are fewer', () => {
  const records = new ConnectionRecords();
  finish(records, 1, 10, 20_000);
  expect(numbers(records)).toEqual(range(1, 10));
  finish(records, 11, 1, 1);
  expect(numbers(records)).toEqual(range(3, 11));
});
