// Feeding the readers: octets in given chunks, as if each had been one read.

import { OctetQueue } from '../../src/wire/octet-queue';

export const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A queue that has received each chunk as one read; seq = 1, 2, …, at = 10, 20, … */
export function queueOf(...chunks: readonly string[]): OctetQueue {
  const queue = new OctetQueue();
  chunks.forEach((chunk, index) => queue.push(bytes(chunk), index + 1, (index + 1) * 10));
  return queue;
}

/** All ways to cut a text in two. */
export function splits(text: string): readonly (readonly [string, string])[] {
  return Array.from({ length: text.length + 1 }, (_, at) => [text.slice(0, at), text.slice(at)] as const);
}
