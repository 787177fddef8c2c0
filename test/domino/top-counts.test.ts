import { TopCounts } from '../../src/domino/top-counts';

const counted = (most: number, keys: Iterable<string>): TopCounts<null> => {
  const counts = new TopCounts<null>(most, () => null);
  for (const key of keys) counts.add(key);
  return counts;
};

describe('top counts', () => {
  it('are exact as long as all keys fit', () => {
    expect(counted(3, 'abcabaa').top(2)).toMatchObject([
      { key: 'a', count: 4, error: 0 },
      { key: 'b', count: 2, error: 0 },
    ]);
  });

  it('find the frequent ones among many in bounded memory, and never count one too low', () => {
    const keys = Array.from({ length: 3000 }, (_, index) => (index % 3 === 0 ? 'often' : `once${index}`));
    const counts = counted(20, keys);
    const [first] = counts.top(1);
    expect(first?.key).toBe('often');
    expect(first?.count).toBeGreaterThanOrEqual(1000);
    expect((first?.count ?? 0) - (first?.error ?? 0)).toBeLessThanOrEqual(1000);
    expect(counts.top(Infinity)).toHaveLength(20);
  });

  it('lose nothing: what is left and what was given up make the total', () => {
    const counts = counted(
      5,
      Array.from({ length: 200 }, (_, index) => `k${(index * index) % 17}`),
    );
    const left = counts.top(Infinity).reduce((sum, { count, error }) => sum + count - error, 0);
    expect(left + counts.evicted).toBe(counts.total);
  });

  it('count a key several times at once', () => {
    const counts = counted(1, 'a');
    counts.add('a', 5);
    counts.add('b', 2);
    expect(counts.top(1)).toMatchObject([{ key: 'b', count: 8, error: 6 }]);
  });
});
