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
