// Reads found by offset: the same ones that a look through all events finds, also when the record has grown meanwhile.

import * as fc from 'fast-check';
import { readsFrom } from '../../src/judge/plain-reads';
import type { Layer, ReceivedEvent, TraceEvent } from '../../src/wire/trace-event';

const read = (seq: number, offset: number, text: string, layer: Layer = 'plain'): ReceivedEvent => ({
  type: 'received',
  seq,
  at: seq,
  layer,
  offset,
  length: text.length,
  octets: Buffer.from(text, 'latin1'),
});

/** Plain reads behind one another, each with a ciphertext read before it. */
function recordOf(lengths: readonly number[]): TraceEvent[] {
  let offset = 0;
  return lengths.flatMap((length, index) => {
    const events = [read(2 * index + 1, offset * 2, 'tls', 'wire'), read(2 * index + 2, offset, 'x'.repeat(length))];
    offset += length;
    return events;
  });
}

const offsetsFrom = (events: readonly TraceEvent[], offset: number): number[] =>
  [...readsFrom(events, offset)].map((found) => found.offset);

test('begins with the read that holds the offset', () => {
  const events = recordOf([5, 3, 4]);
  expect(offsetsFrom(events, 0)).toEqual([0, 5, 8]);
  expect(offsetsFrom(events, 4)).toEqual([0, 5, 8]);
  expect(offsetsFrom(events, 5)).toEqual([5, 8]);
  expect(offsetsFrom(events, 11)).toEqual([8]);
  expect(offsetsFrom(events, 12)).toEqual([]);
});

test('a record that has grown since is looked at again', () => {
  const events = recordOf([5]);
  expect(offsetsFrom(events, 5)).toEqual([]);
  events.push(read(9, 5, 'more'));
  expect(offsetsFrom(events, 5)).toEqual([5]);
});

test('finds what looking through all events finds', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(6), { maxLength: 30 }), fc.nat(200), (lengths, offset) => {
      const events = recordOf(lengths);
      const slowly = events.filter(
        (event): event is ReceivedEvent =>
          event.type === 'received' &&
          event.layer === 'plain' &&
          event.offset + event.length > offset &&
          event.length > 0,
      );
      expect([...readsFrom(events, offset)]).toEqual(slowly);
    }),
  );
});
