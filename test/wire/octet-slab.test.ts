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
