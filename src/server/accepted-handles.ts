// The moment of an accept, before `net` makes a socket of it: the handle goes to whoever makes a lighter one, and is
// counted as one of the server's connections, so that it closes when `net` would. Held by test/server/lean-socket.test.ts;
// where a seam is missing, connections come as they always do. Used by listener.ts.

import type { Server } from 'node:net';
import type { TcpHandle } from './lean-socket';
import { STREAM_SEAM } from './stream-seam';

/** What `net.Server` listens with. */
interface ListeningHandle {
  onconnection?: (this: ListeningHandle, status: number, accepted?: TcpHandle) => void;
}

interface CountingServer {
  _handle?: ListeningHandle | null;
  _connections?: number;
  _emitCloseIfDrained?: () => void;
}

/** To be called when the server listens, each time anew. What failed to be accepted goes the usual way. */
export function acceptHandles(server: Server, accept: (handle: TcpHandle) => void): void {
  const { _handle: handle, _connections: connections, _emitCloseIfDrained: close } = server as CountingServer;
  const usual = handle?.onconnection;
  if (STREAM_SEAM === null || handle == null || usual === undefined) return;
  if (typeof connections !== 'number' || typeof close !== 'function') return;
  handle.onconnection = function onconnection(status, accepted) {
    if (status !== 0 || accepted === undefined) usual.call(this, status, accepted);
    else accept(accepted);
  };
}

/** @param change 1 for one that came, -1 for one that went */
export function countConnection(server: Server, change: 1 | -1): void {
  const counting = server as CountingServer;
  counting._connections = (counting._connections ?? 0) + change;
  if (change < 0) counting._emitCloseIfDrained?.();
}
