// Writes of a reply straight to the handle of a socket: the kernel nearly always takes it at once, and what Node's stream
// layer does around that, a request, a callback and a turn of the loop for each, costs more than the dialogue. It reaches for
// what Node's own `net` calls; pinned by test/server/direct-writes.test.ts, and where something is missing, writes go
// the usual way. What is gained is in docs/performance.md. Used by transport.ts.

import type { Socket } from 'node:net';
import { getSystemErrorName } from 'node:util';

/** Node's own request object for a write. It is looked at only when the kernel does not take everything. */
interface WriteRequest {
  oncomplete?: (status: number) => void;
}

/** A stream handle of Node's that can write a string. */
interface WritingHandle {
  /** @returns 0, or the number of a system error below it */
  writeLatin1String(request: WriteRequest, octets: string): number;
  readonly writeQueueSize: number;
}

/** Hears when what had to wait has left (0), or failed (a number below 0). */
export interface WriteWaiter {
  onWritten(status: number): void;
}

/** Node's class of requests, seen at the first write that goes the usual way. */
let Request: (new () => WriteRequest) | null = null;
/** For the next write; one that the kernel takes at once leaves it unused. */
let spare: WriteRequest | null = null;

/**
 * Only while nothing else is on its way to the client: what waits in the stream comes first.
 * @param octets latin1
 * @returns null when nothing was done and it has to go the usual way
 */
export function writeDirectly(socket: Socket, octets: string, waiter: WriteWaiter): 'taken' | 'queued' | null {
  const handle = writingHandleOf(socket);
  if (handle === null || socket.writableLength > 0) return null;
  const request = nextRequest(handle);
  // A write that failed has written nothing: the usual way finds out the same, and tells it as usual.
  if (request === null || handle.writeLatin1String(request, octets) !== 0) return null;
  if (handle.writeQueueSize === 0) return 'taken';
  request.oncomplete = (status) => waiter.onWritten(status);
  spare = null;
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

function nextRequest(handle: WritingHandle): WriteRequest | null {
  if (Request === null) watchFirstWrite(handle);
  else spare ??= new Request();
  return spare;
}

/** Looks over the shoulder of the next write: of what class the request is that `net` makes. */
function watchFirstWrite(handle: Partial<WritingHandle>): void {
  const { writeLatin1String, writeQueueSize } = handle;
  if (typeof writeLatin1String !== 'function' || typeof writeQueueSize !== 'number') return;
  handle.writeLatin1String = (request, octets) => {
    Request = request.constructor as new () => WriteRequest;
    handle.writeLatin1String = writeLatin1String;
    return writeLatin1String.call(handle, request, octets);
  };
}
