// An accepted TCP connection without Node's stream layer: octets come in and go out by the same handle that `net` would use, in
// the same order and with the same ends, and nothing is made for each connection but this (docs/performance.md has what that is
// worth). Taken wherever neither TLS nor a PROXY header can come. The listener makes them, transport.ts attaches to them. Not here: waiting for anything; whoever attaches hears at once.

import { getSystemErrorName } from 'node:util';
import { readBlock } from './lent-reads';
import { latestRead, startWrite, STREAM_SEAM, type StreamRequest, type WritingHandle } from './stream-seam';

/** Why a connection broke, as the operating system calls it. */
export interface SocketFailure {
  /** E.g. ECONNRESET. */
  readonly code?: string | undefined;
  readonly message: string;
}

/** What the one who has a connection hears of it. */
export interface SocketOwner {
  /** @param octets only lent: the next read of any connection overwrites them */
  onRead(octets: Buffer): void;
  /** FIN: the client will say no more. */
  onEnd(): void;
  onError(failure: SocketFailure): void;
  /** All that had to wait has left. */
  onDrain(): void;
  /** The connection is gone; the last that is heard. */
  onClose(): void;
}

/** The part of Node's TCP handle that is used. Calls return 0, or the number of a system error below it. */
export interface TcpHandle extends WritingHandle {
  onread: (this: OwnedHandle) => void;
  useUserBuffer(buffer: Buffer): void;
  readStart(): number;
  readStop(): number;
  shutdown(request: StreamRequest): number;
  close(closed: (this: OwnedHandle) => void): void;
  reset(closed: (this: OwnedHandle) => void): number;
  setNoDelay(on: boolean): number;
  getpeername(name: Name): number;
  getsockname(name: Name): number;
}

interface Name {
  address?: string;
  port?: number;
}

const SOCKET = Symbol('socket');
type OwnedHandle = TcpHandle & { [SOCKET]?: LeanSocket };
type OwnedRequest = StreamRequest & { [SOCKET]?: LeanSocket };

/** UV_EOF: the other side has said FIN. */
const END = -4095;
/** UV_ENOTCONN: there is nobody left to say FIN to. */
const NOT_CONNECTED = -107;

export class LeanSocket {
  /** Undefined when the client was gone before it could be asked. */
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  private readonly handle: OwnedHandle;
  private readonly gone: (socket: LeanSocket) => void;
  private owner: SocketOwner | null = null;
  /** Writes that the kernel has not taken all of. */
  private underWay = 0;
  /** Our FIN is asked for, and is out; theirs is in. */
  private ending = false;
  private endSent = false;
  private endHeard = false;
  private isDestroyed = false;
  private readInAll = 0;
  private writtenInAll = 0;

  /**
   * @param handle as it was accepted, nothing read from it yet
   * @param gone is told last
   */
  constructor(handle: TcpHandle, gone: (socket: LeanSocket) => void) {
    this.handle = handle;
    this.handle[SOCKET] = this;
    this.gone = gone;
    const { address, port } = named((name) => handle.getpeername(name));
    this.remoteAddress = address;
    this.remotePort = port;
  }

  get localAddress(): string | undefined {
    return this.localName().address;
  }

  get localPort(): number | undefined {
    return this.localName().port;
  }

  private localName(): Name {
    return this.isDestroyed ? {} : named((name) => this.handle.getsockname(name));
  }

  get destroyed(): boolean {
    return this.isDestroyed;
  }

  /** Octets that the kernel has not taken. */
  get writableLength(): number {
    return this.underWay === 0 || this.isDestroyed ? 0 : this.handle.writeQueueSize;
  }

  get bytesRead(): number {
    return this.readInAll;
  }

  get bytesWritten(): number {
    return this.writtenInAll;
  }

  /** Reading begins. */
  attach(owner: SocketOwner): void {
    this.owner = owner;
    if (this.isDestroyed) return;
    this.handle.setNoDelay(true);
    this.handle.onread = onread;
    this.handle.useUserBuffer(readBlock);
    this.resume();
  }

  /** @param octets a string is latin1; a Buffer must not be written to before it has left */
  write(octets: string | Buffer): void {
    if (this.isDestroyed || this.ending || STREAM_SEAM === null) return;
    this.writtenInAll += octets.length;
    const request: OwnedRequest | number = startWrite(STREAM_SEAM, this.handle, octets);
    if (request === 0) return;
    if (typeof request === 'number') return this.failLater(request, 'write');
    request[SOCKET] = this;
    request.oncomplete = onWritten;
    if (typeof octets !== 'string') request.octets = octets;
    this.underWay++;
  }

  /** FIN, after all that was written. */
  end(): void {
    if (this.isDestroyed || this.ending || STREAM_SEAM === null) return;
    this.ending = true;
    const request: OwnedRequest = new STREAM_SEAM.ShutdownWrap();
    request[SOCKET] = this;
    request.oncomplete = onShutdown;
    const status = this.handle.shutdown(request);
    if (status === NOT_CONNECTED) process.nextTick(tellEndSent, this);
    else if (status < 0) this.failLater(status, 'shutdown');
  }

  /** Ends at once. @param failure is told, when there is one */
  destroy(failure?: SocketFailure): void {
    this.leave((closed) => this.handle.close(closed));
    if (failure !== undefined) process.nextTick(tellFailure, this, failure);
  }

  /** RST. What was written a moment ago may be lost. */
  resetAndDestroy(): void {
    this.leave((closed) => {
      if (this.handle.reset(closed) !== 0) this.handle.close(closed);
    });
  }

  pause(): void {
    if (!this.isDestroyed) this.handle.readStop();
  }

  resume(): void {
    if (this.isDestroyed || this.endHeard) return;
    const status = this.handle.readStart();
    if (status !== 0) this.failLater(status, 'read');
  }

  /** A socket that is not read hears of no reset, but the kernel does not know the other end any more. */
  get isForgotten(): boolean {
    return !this.isDestroyed && this.handle.getpeername({}) !== 0;
  }

  /** With the FIN of both sides the connection is over. */
  private endIfOver(): void {
    if (this.endSent && this.endHeard) this.destroy();
  }

  private leave(how: (closed: (this: OwnedHandle) => void) => void): void {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    this.handle.onread = ignored;
    how(onClosed);
  }

  /** Within a write nobody expects to hear of its failure. */
  private failLater(status: number, call: string): void {
    this.destroy(failureOf(status, call));
  }

  // --- from the handle -------------------------------------------------------------------------------------------

  takeRead(octets: number): void {
    if (octets > 0) {
      this.readInAll += octets;
      this.owner?.onRead(readBlock.subarray(0, octets));
    } else if (octets === END) {
      this.endHeard = true;
      this.owner?.onEnd();
      this.endIfOver();
    } else if (octets < 0) {
      const failure = failureOf(octets, 'read');
      this.destroy();
      this.owner?.onError(failure);
    }
  }

  takeWritten(status: number): void {
    this.underWay--;
    if (this.isDestroyed) return;
    if (status < 0) this.failLater(status, 'write');
    else if (this.underWay === 0) this.owner?.onDrain();
  }

  takeEndSent(): void {
    this.endSent = true;
    this.endIfOver();
  }

  takeFailure(failure: SocketFailure): void {
    this.owner?.onError(failure);
  }

  takeClosed(): void {
    this.owner?.onClose();
    this.owner = null;
    this.gone(this);
  }
}

function named(ask: (name: Name) => number): Name {
  const name: Name = {};
  return ask(name) === 0 ? name : {};
}

function failureOf(status: number, call: string): SocketFailure {
  const code = getSystemErrorName(status);
  return { code, message: `${call} ${code}` };
}

// One function for all connections, which Node calls on the handle, or the request, that it is about.

function onread(this: OwnedHandle): void {
  if (STREAM_SEAM !== null) this[SOCKET]?.takeRead(latestRead(STREAM_SEAM));
}

function onWritten(this: OwnedRequest, status: number): void {
  this[SOCKET]?.takeWritten(status);
}

function onShutdown(this: OwnedRequest, status: number): void {
  // Whatever went wrong, the other side will hear no more of us: a read tells what it was.
  if (status === 0 || status === NOT_CONNECTED) this[SOCKET]?.takeEndSent();
}

function onClosed(this: OwnedHandle): void {
  this[SOCKET]?.takeClosed();
}

function tellEndSent(socket: LeanSocket): void {
  socket.takeEndSent();
}

function tellFailure(socket: LeanSocket, failure: SocketFailure): void {
  socket.takeFailure(failure);
}

function ignored(): void {}
