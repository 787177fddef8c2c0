import { OctetSlab } from '../../src/wire/octet-slab';

test('what is kept stays, though the block it was read into is written again', () => {
  const slab = new OctetSlab();
  const block = Buffer.from('EHLO');
  const kept = slab.keep(block);
  block.write('QUIT');
  expect(kept.toString()).toBe('EHLO');
});

test('neighbours do not overlap, also where a slab is full and for a read larger than a slab', () => {
  const slab = new OctetSlab();
  const sizes = [10_000, 16_384, 16_384, 16_384, 10_000, 16_385, 100_000, 1];
  const kept = sizes.map((size, index) => slab.keep(Buffer.alloc(size, index)));
  for (const [index, octets] of kept.entries()) expect(octets).toEqual(Buffer.alloc(sizes[index] ?? 0, index));
});

test('texts lie in the block that is named right after, octet for octet, long ones in blocks of their own', () => {
  const slab = new OctetSlab();
  const texts = ['EHLO a', '', 'é'.repeat(16_384), 'x'.repeat(16_385), 'b'.repeat(60_000), 'QUIT'];
  const placed = texts.map((text) => {
    const from = slab.keepText(text);
    return Buffer.from(slab.block, from, text.length);
  });
  expect(placed.map((octets) => octets.toString('latin1'))).toEqual(texts);
});

test('a large block that is given back serves the next one that fits, and nothing that was kept', () => {
  const slab = new OctetSlab();
  const kept = slab.keep(Buffer.alloc(30_000, 1));
  const passing = slab.keep(Buffer.alloc(50_000, 2));
  slab.reuse(passing);
  const next = slab.keep(Buffer.alloc(40_000, 3));
  expect(next.buffer).toBe(passing.buffer);
  expect(slab.keep(Buffer.alloc(40_000, 4)).buffer).not.toBe(passing.buffer);
  expect(kept).toEqual(Buffer.alloc(30_000, 1));
  expect(next).toEqual(Buffer.alloc(40_000, 3));
  slab.reuse(slab.keep(Buffer.from('in a slab with others')));
  expect(slab.keep(Buffer.alloc(20_000, 5)).buffer.byteLength).toBe(20_000);
});
