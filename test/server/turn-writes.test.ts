import { flushAtTurnsEnd, type Writer } from '../../src/server/turn-writes';

/** Writers that say their number into one list. */
function writers(count: number, said: number[]): Writer[] {
  return Array.from({ length: count }, (_, number) => ({ flush: () => void said.push(number) }));
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('all that have something to write do so at the end of the turn, in the order they said so', async () => {
  const said: number[] = [];
  for (const writer of writers(5, said)) flushAtTurnsEnd(writer);
  expect(said).toEqual([]);
  await nextTurn();
  expect(said).toEqual([0, 1, 2, 3, 4]);
  await nextTurn();
  expect(said).toHaveLength(5);
});

test('where many have, the first ones do not wait for the last', async () => {
  const said: number[] = [];
  for (const writer of writers(70, said)) flushAtTurnsEnd(writer);
  expect(said).toHaveLength(64);
  await nextTurn();
  expect(said).toEqual(Array.from({ length: 70 }, (_, number) => number));
});

test('what is said while others write leaves in the next turn', async () => {
  const said: string[] = [];
  const answering: Writer = { flush: () => void said.push('answer') };
  flushAtTurnsEnd({
    flush: () => {
      said.push('first');
      flushAtTurnsEnd(answering);
    },
  });
  await nextTurn();
  expect(said).toEqual(['first']);
  await nextTurn();
  expect(said).toEqual(['first', 'answer']);
});
