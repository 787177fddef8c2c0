import fc from 'fast-check';
import { MessageStore } from '../../src/server/message-store';
import type { ReceivedMessage, StoredMessage } from '../../src/server/received-message';
import { measureContent } from '../../src/wire/content-meter';
import { LateContent } from '../../src/wire/late-content';
import { contentFacts } from '../wire/arbitraries';

const AS_OBJECT = { noNullPrototype: true } as const;
const count = fc.nat({ max: 2 ** 31 });
const text = fc.string({ unit: fc.nat({ max: 255 }).map((code) => String.fromCharCode(code)) });

const message: fc.Arbitrary<ReceivedMessage> = fc.record(
  {
    id: count,
    connection: count,
    server: count,
    sender: text,
    recipients: fc.oneof(
      { weight: 9, arbitrary: fc.array(text, { maxLength: 3 }) },
      fc.array(text, { minLength: 130, maxLength: 140 }),
    ),
    size: count,
    digest: text,
    messageId: fc.option(text),
    facts: contentFacts(text, count),
    accepted: fc.boolean(),
    at: fc.double({ min: 0, max: 1e9, noNaN: true }),
    tls: fc.boolean(),
    user: fc.option(text),
    content: fc.option(fc.uint8Array({ maxLength: 5 }).map((octets) => Buffer.from(octets))),
  },
  AS_OBJECT,
);

const [example] = fc.sample(message, { numRuns: 1, seed: 1 });
/** Measured before it comes. */
const stored = ({ size, digest, messageId, facts, content, ...message }: ReceivedMessage): StoredMessage => ({
  ...message,
  content: content === null ? null : [content],
  summary: { size, digest, messageId, facts },
});
const messageOf = (id: number, octets = 0): StoredMessage => {
  if (example === undefined) throw new Error('no example');
  return stored({ ...example, id, content: Buffer.alloc(octets) });
};
const ids = (store: MessageStore): number[] => store.all().map(({ id }) => id);
const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('what was stored is there as it was, no property more or less, though its octets are written over', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), (messages) => {
      const store = new MessageStore();
      for (const one of messages) {
        const content = one.content === null ? null : Buffer.from(one.content);
        store.add(stored({ ...one, content }));
        content?.fill('!');
      }
      expect(store.all()).toStrictEqual(messages);
    }),
  );
});

test('content that nobody asked about is measured when somebody looks, though its octets are written over', () => {
  const octets = fc.uint8Array({ maxLength: 60 }).map((content) => Buffer.from(content).toString('latin1'));
  const content = octets.map((body) => `Message-ID: <1@a>\r\n\r\n${body.replaceAll('.', ',')}`);
  fc.assert(
    fc.property(message, content, fc.nat({ max: 80 }), fc.boolean(), (one, text, cut, kept) => {
      const store = new MessageStore();
      const raw = Buffer.from(text, 'latin1');
      const pieces = [raw.subarray(0, cut), raw.subarray(cut)];
      const summary = new LateContent(pieces, raw.length, Infinity);
      const { size, digest, messageId, facts } = measureContent([Buffer.from(raw)]);
      store.add({ ...stored(one), content: kept ? pieces : null, summary });
      raw.fill('!');
      const measured = { ...one, size, digest, messageId, facts };
      expect(store.all()).toStrictEqual([{ ...measured, content: kept ? Buffer.from(text, 'latin1') : null }]);
    }),
  );
});

test.each([
  ['in many pieces', [...Array.from({ length: 3000 }, () => 1), 60_000, 1, 65_536, 65_537]],
  ['in large ones', [200_000, 3, 500_000]],
  ['beyond what is spread', [65_536, 4_194_304, 1]],
  ['in none', []],
])('content that came %s is one again, though what it came in is written over', (_, sizes) => {
  const store = new MessageStore();
  const expected = [1, 2, 3].map((id) => {
    const pieces = sizes.map((size, index) => Buffer.alloc(size, index + id));
    const whole = Buffer.concat(pieces);
    store.add({ ...messageOf(id), content: pieces });
    for (const piece of pieces) piece.fill('!');
    return whole;
  });
  const kept = store.all().map(({ content }) => content ?? Buffer.alloc(0));
  for (const [index, content] of kept.entries())
    expect(content.equals(expected[index] ?? Buffer.from('none'))).toBe(true);
});

test('a message is the same object at every look', () => {
  const store = new MessageStore();
  store.add(messageOf(1));
  const [first] = store.all();
  store.add(messageOf(2));
  expect(store.all()[0]).toBe(first);
  expect(ids(store)).toEqual([1, 2]);
});

test.each([['nobody looks', false] as const, ['somebody looks at each', true] as const])(
  'the newest stay within the bound when %s, and the others are counted',
  (_, looks) => {
    const store = new MessageStore({ messages: 1000, octets: Infinity });
    for (let id = 1; id <= 5000; id++) {
      store.add(messageOf(id));
      if (looks) store.all();
      expect(store.length).toBeLessThanOrEqual(1250);
    }
    expect(store.length).toBeGreaterThanOrEqual(1000);
    expect(store.dropped).toBe(5000 - store.length);
    expect(ids(store)).toEqual(numbers(store.dropped + 1, 5000));
  },
);

test('a few large messages go one by one, and the newest always stays', () => {
  const store = new MessageStore({ messages: 1000, octets: 100 });
  for (let id = 1; id <= 4; id++) store.add(messageOf(id, 30));
  expect(ids(store)).toEqual([2, 3, 4]);
  store.add(messageOf(5, 500));
  expect(ids(store)).toEqual([5]);
});

test('many small ones go by the page when the octets are too many', () => {
  const store = new MessageStore({ messages: 1000, octets: 300 });
  for (let id = 1; id <= 301; id++) store.add(messageOf(id, 1));
  expect(store.length).toBeGreaterThan(200);
  expect(ids(store)).toEqual(numbers(store.dropped + 1, 301));
});

test('cleared, it begins again', () => {
  const store = new MessageStore();
  store.add(messageOf(1));
  store.clear();
  expect(store.all()).toEqual([]);
  expect(store).toHaveLength(0);
});
