// Whether a connection that nobody reads is still there. A socket that is not read tells of no reset, so that a client that
// leaves a deaf server would seem to stay for ever; but the kernel, asked for the other end's name, no longer knows it. Node
// asks once and remembers, so that its handle is asked. Used by transport.ts; kernel-sight.test.ts holds the seam.

import type { Socket } from 'node:net';

/** What of a socket's handle is used: 0, or the negative number of an error. */
interface Handle {
  getpeername?(name: object): number;
}

/** @returns true only when the kernel was asked and knows no other end */
export function isForgotten(socket: Socket): boolean {
  const { _handle: handle } = socket as Socket & { readonly _handle?: Handle | null };
  return typeof handle?.getpeername === 'function' && handle.getpeername({}) !== 0;
}
