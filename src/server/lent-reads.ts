// Reads without an allocation for each: all connections are read into one block, and what came is lent to whoever takes it.
// Node does this for sockets it connects (`onread` of net.connect) and has no option for those it accepts, so this reaches
// for the same three properties. Pinned by test/server/lent-reads.test.ts; where they are missing, reads come as they
// always do. It halves what a small read costs (docs/performance.md). Used by transport.ts.

import type { Socket } from 'node:net';

const BLOCK_OCTETS = 65_536;
/** All connections are read into it, those without Node's stream layer (lean-socket.ts) as well. */
export const readBlock = Buffer.allocUnsafeSlow(BLOCK_OCTETS);

/** A stream handle of Node's that can read into a given buffer. */
interface LendingHandle {
  useUserBuffer(buffer: Buffer): void;
}

/** Called with the number of octets in the block; true goes on reading. */
type BlockReader = (octets: number) => boolean;

/** @param take is called with each read; the octets are only lent: the next read of any connection overwrites them */
export function lendReads(socket: Socket, take: (octets: Buffer) => void): void {
  // Also with lent reads: what a PROXY header left over comes this way.
  socket.on('data', take);
  const handle = lendingHandleOf(socket);
  const [buffer, reader] = seamsOf(socket);
  if (handle === null || buffer === undefined || reader === undefined) return;
  const read: BlockReader = (octets) => {
    take(readBlock.subarray(0, octets));
    return true;
  };
  Object.assign(socket, { [buffer]: readBlock, [reader]: read });
  handle.useUserBuffer(readBlock);
}

function lendingHandleOf(socket: Socket): LendingHandle | null {
  const { _handle: handle } = socket as { _handle?: Partial<LendingHandle> | null };
  return typeof handle?.useUserBuffer === 'function' ? (handle as LendingHandle) : null;
}

/** Node's own names for them; every socket has the same two, so they are looked up once. */
let seams: readonly [buffer: symbol | undefined, reader: symbol | undefined] | null = null;

function seamsOf(socket: Socket): NonNullable<typeof seams> {
  if (seams === null) {
    const symbols = Object.getOwnPropertySymbols(socket);
    const named = (description: string): symbol | undefined =>
      symbols.find((symbol) => symbol.description === description);
    seams = [named('kBuffer'), named('kBufferCb')];
  }
  return seams;
}
