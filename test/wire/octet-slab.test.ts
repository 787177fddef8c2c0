import { OctetSlab } from '../../src/wire/octet-slab';

test('what is kept stays, though the block it was read into is written again', () => {
  const slab = new OctetSlab();
  const block = Buffer.from('EHLO');
  const kept = slab.keep(block, false);
  block.write('QUIT');
  expect(kept.toString()).toBe('EHLO');
});

test('neighbours do not overlap, also where a slab is full and for a read larger than a slab', () => {
  const slab = new OctetSlab();
  const sizes = [10_000, 16_384, 16_384, 16_384, 10_000, 16_385, 100_000, 1];
  const kept = sizes.map((size, index) => slab.keep(Buffer.alloc(size, index), false));
  for (const [index, octets] of kept.entries()) expect(octets).toEqual(Buffer.alloc(sizes[index] ?? 0, index));
});

test('a slab that nobody holds is written again, and one that somebody holds is not', () => {
  const slab = new OctetSlab();
  const kept = slab.keep(Buffer.alloc(10_000, 1), false);
  const passing = slab.keep(Buffer.alloc(10_000, 2), false);
  const holds = slab.holds ?? fail();
  slab.letGo(holds);
  expect(slab.keep(Buffer.alloc(10_000, 3), false).byteOffset).toBe(20_000);
  expect(kept).toEqual(Buffer.alloc(10_000, 1));
  slab.letGo(holds);
  slab.letGo(holds);
  const next = slab.keep(Buffer.alloc(10_000, 4), false);
  expect(next.byteOffset).toBe(0);
  expect(next.buffer).toBe(passing.buffer);
});

test('a full slab serves again once all that lies in it was let go, and never when somebody outside may look', () => {
  const blocksOf = (slab: OctetSlab): Set<ArrayBufferLike> => {
    const blocks = new Set<ArrayBufferLike>();
    for (let filled = 0; filled < 10; filled++) {
      const held = Array.from({ length: 4 }, () => {
        blocks.add(slab.keep(Buffer.alloc(16_384), false).buffer);
        return slab.holds ?? fail();
      });
      for (const holds of held) slab.letGo(holds);
    }
    return blocks;
  };
  expect(blocksOf(new OctetSlab()).size).toBe(1);
  expect(blocksOf(new OctetSlab(false)).size).toBe(10);
});

function fail(): never {
  throw new Error('nothing is held');
}

test('a read too large for others beside it has a slab of its own, which serves again when it was let go', () => {
  const slab = new OctetSlab();
  const passing = slab.keep(Buffer.alloc(50_000, 1), false);
  const holds = slab.holds ?? fail();
  const other = slab.keep(Buffer.alloc(50_000, 2), false);
  expect(other.buffer).not.toBe(passing.buffer);
  slab.letGo(holds);
  expect(slab.keep(Buffer.alloc(40_000, 3), false).buffer).toBe(passing.buffer);
  expect(other).toEqual(Buffer.alloc(50_000, 2));
});

test.each([
  ['that somebody else keeps too', new OctetSlab(), 50_000, true],
  ['that somebody outside may look at', new OctetSlab(false), 50_000, false],
  ['larger than a slab', new OctetSlab(), 100_000, false],
])('a large read %s has a block of just its size, that is never used again', (_, slab, size, shared) => {
  const kept = slab.keep(Buffer.alloc(size, 1), shared);
  expect(slab.holds).toBeNull();
  expect(kept.buffer.byteLength).toBe(size);
  expect(kept).toEqual(Buffer.alloc(size, 1));
});
