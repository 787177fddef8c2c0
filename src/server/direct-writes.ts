// Writes of a reply straight to the handle of one of Node's sockets: the kernel nearly always takes it at once, and what the
// stream layer does around that, a request, a callback and a turn of the loop for each, costs more than the dialogue. For
// sockets that have to be Node's, because TLS or a PROXY header may come; all others are lean-socket.ts. Used by transport.ts.

import type { Socket } from 'node:net';
import { getSystemErrorName } from 'node:util';
import { startWrite, STREAM_SEAM, type WritingHandle } from './stream-seam';

/** Hears when what had to wait has left (0), or failed (a number below 0). */
export interface WriteWaiter {
  onWritten(status: number): void;
}

/**
 * Only while nothing else is on its way to the client: what waits in the stream comes first.
 * @param octets latin1
 * @returns null when nothing was done and it has to go the usual way
 */
export function writeDirectly(socket: Socket, octets: string, waiter: WriteWaiter): 'taken' | 'queued' | null {
  const handle = writingHandleOf(socket);
  if (STREAM_SEAM === null || handle === null || socket.writableLength > 0) return null;
  const request = startWrite(STREAM_SEAM, handle, octets);
  if (request === 0) return 'taken';
  // A write that failed has written nothing: the usual way finds out the same, and tells it as usual.
  if (typeof request === 'number') return null;
  request.oncomplete = (status) => waiter.onWritten(status);
  return 'queued';
}

/** Octets of direct writes, and of others, that the kernel has not taken. */
export function octetsQueued(socket: Socket): number {
  return writingHandleOf(socket)?.writeQueueSize ?? 0;
}

/** @param status the number of a system error, below 0 */
export function writeFailed(status: number): NodeJS.ErrnoException {
  const code = getSystemErrorName(status);
  return Object.assign(new Error(`write ${code}`), { code, errno: status, syscall: 'write' });
}

/** Null for a socket that is destroyed. */
function writingHandleOf(socket: Socket): WritingHandle | null {
  return (socket as { _handle?: WritingHandle | null })._handle ?? null;
}
