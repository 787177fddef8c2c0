// What Node's own `net` uses of the runtime for reading, writing and ending, for the two files that do it without `net`
// (lean-socket.ts, direct-writes.ts). None of it is public, so that it is used in the versions it was tried in only, and only if
// all of it is there: else everything goes the usual way, at its price (docs/performance.md). Held by
// test/server/lean-socket.test.ts.

/** A request to the runtime. It is looked at only when the kernel does not do at once what was asked. */
export interface StreamRequest {
  oncomplete?: (this: StreamRequest, status: number) => void;
  /** Kept from the collector until it has left. */
  octets?: Buffer;
}

interface StreamSeam {
  readonly WriteWrap: new () => StreamRequest;
  readonly ShutdownWrap: new () => StreamRequest;
  /** How the latest call went, at the places that the next two tell. */
  readonly streamBaseState: Int32Array;
  readonly kReadBytesOrError: number;
  readonly kLastWriteWasAsync: number;
}

/** Major versions of Node that the tests of the server ran with. */
const KNOWN_VERSIONS: ReadonlySet<string> = new Set(['20', '22', '24']);

/** Null where it is not to be had. */
export const STREAM_SEAM: StreamSeam | null = find();

function find(): StreamSeam | null {
  const [major = ''] = process.versions.node.split('.', 1);
  const { binding } = process as { binding?: (name: string) => Partial<StreamSeam> };
  if (!KNOWN_VERSIONS.has(major) || binding === undefined) return null;
  try {
    const found = binding.call(process, 'stream_wrap');
    return isWhole(found) ? found : null;
  } catch {
    // The permission model forbids it.
    return null;
  }
}

function isWhole(found: Partial<StreamSeam>): found is StreamSeam {
  const { WriteWrap, ShutdownWrap, streamBaseState, kReadBytesOrError, kLastWriteWasAsync } = found;
  return (
    typeof WriteWrap === 'function' &&
    typeof ShutdownWrap === 'function' &&
    // Another realm's, under jest: no `instanceof`.
    ArrayBuffer.isView(streamBaseState) &&
    typeof kReadBytesOrError === 'number' &&
    typeof kLastWriteWasAsync === 'number'
  );
}

/** Octets of the read that is being told, or the number of an error below 0. */
export function latestRead({ streamBaseState, kReadBytesOrError }: StreamSeam): number {
  return streamBaseState[kReadBytesOrError] ?? 0;
}

/** The part of a stream handle that writes. */
export interface WritingHandle {
  /** @returns 0, or the number of a system error below it */
  writeLatin1String(request: StreamRequest, octets: string): number;
  writeBuffer(request: StreamRequest, octets: Buffer): number;
  /** Octets that the kernel has not taken. */
  readonly writeQueueSize: number;
}

/** For the next write of any connection; one that the kernel takes at once leaves it unused. */
let spare: StreamRequest | null = null;

/**
 * Writes at once what the kernel takes at once, which is nearly always everything.
 * @param octets a string is latin1; a Buffer must not be written to before it has left
 * @returns 0 when all has left, the number of a system error below it when nothing has, or else the request to be told by
 */
export function startWrite(seam: StreamSeam, handle: WritingHandle, octets: string | Buffer): StreamRequest | number {
  const request = (spare ??= new seam.WriteWrap());
  const status =
    typeof octets === 'string' ? handle.writeLatin1String(request, octets) : handle.writeBuffer(request, octets);
  if (status !== 0) return status;
  if (seam.streamBaseState[seam.kLastWriteWasAsync] === 0) return 0;
  spare = null;
  return request;
}
