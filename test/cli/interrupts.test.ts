import { getMaxListeners } from 'node:events';
import { takeInterrupts } from '../../src/cli/interrupts';

const listening = (): number[] => (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) => process.listenerCount(name));

test('the first interrupt stops, and no later one kills until the clients are gone', () => {
  const before = listening();
  const { signal, release } = takeInterrupts();
  expect(signal.aborted).toBe(false);
  process.emit('SIGINT');
  expect(signal.aborted).toBe(true);
  process.emit('SIGINT');
  process.emit('SIGTERM');
  expect(listening()).toEqual(before.map((count) => count + 1));
  release();
  expect(listening()).toEqual(before);
});

test('sixteen trials listen without a warning about a leak', () => {
  const { signal, release } = takeInterrupts();
  expect(getMaxListeners(signal)).toBe(Infinity);
  release();
});
