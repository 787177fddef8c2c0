// Octets between one socket and one session: the path's middleboxes in between, TLS on top, everything put on the trace by
// layer. Knows nothing of SMTP. With an empty path TLS runs directly on the socket (its ciphertext is counted, not kept);
// with a path it runs over a duplex stream, which costs two to four times the time and is said on the trace.

import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Alarm, Clock } from '../wire/clock';
import type { OctetSlab } from '../wire/octet-slab';
import type { Held } from '../wire/recycled';
import type { Layer } from '../wire/trace-event';
import type { Trace } from '../wire/trace';
import type { Middlebox, Random } from '../middlebox/middlebox';
import { octetsQueued, writeDirectly, writeFailed } from './direct-writes';
import { isForgotten } from './kernel-sight';
import { LeanSocket, type SocketFailure, type SocketOwner } from './lean-socket';
import { lendReads } from './lent-reads';
import { PathDriver } from './path-driver';
import type { TlsAcceptor } from './tls';
import { flushAtTurnsEnd } from './turn-writes';
import { UntoldClient } from './untold-client';

/**
 * What a session still needs of the octets it was given: these, or these and others (`held`), none that it was ever given
 * (`nothing-held`), or others but not these (`passed`: a message too large to be kept).
 */
export type Afterwards = 'held' | 'nothing-held' | 'passed';

/** What the session hears; it is itself what listens, so that a connection that only waits has no closure for each. */
export interface TransportEvents {
  /**
   * Plain octets, already on the trace.
   * @param seq and time: of their event
   */
  onOctets(octets: Buffer, seq: number, at: number): Afterwards;
  /** @returns octets on their way to the client as they may stand on the record */
  shownOctets(layer: Layer, octets: Buffer): Buffer;
  onPeerGone(how: 'fin' | 'reset'): void;
  /** Everything written has left for the kernel: there is room for more. */
  pump(): void;
  /** @param failed why, or null when the handshake came out well */
  onHandshake(failed: string | null): void;
  /** The socket is gone for good. */
  onClosed(): void;
}

/** A connection, and what is to be done with it. */
export interface Carried {
  readonly socket: Socket | LeanSocket;
  readonly trace: Trace;
  readonly path: readonly Middlebox[];
  readonly connection: number;
  readonly tls: TlsAcceptor | null;
  /** Where what was read is kept. */
  readonly reads: OctetSlab;
}

/** Replies of one turn leave in one write, unless they come to more than this. */
const FLUSH_OCTETS = 16_384;

/** Above this the session waits for `drained` before it takes more input: a client that never reads costs no memory. */
export const WRITE_AHEAD_OCTETS = 65_536;

/** Reads whose slabs one session may have kept for it; a client that always has more to say would have all of them kept. */
const MOST_HELD = 128;

/** Who may stop reading. */
type Pauser = 'session' | 'path';
const NOT_PAUSED = { session: false, path: false };

/** How often a socket that is not read is looked after. */
const LOOK_MS = 2000;

/** The plain end of the connection, as the session uses it. */
export class Transport implements SocketOwner {
  private readonly socket: Socket | LeanSocket;
  private readonly trace: Trace;
  private readonly clock: Clock;
  private readonly events: TransportEvents;
  private readonly tls: TlsAcceptor | null;
  private readonly reads: OctetSlab;
  private readonly path: PathDriver | null;
  private readonly untold: UntoldClient | null;
  private secure: TLSSocket | null = null;
  private handshaking = false;
  private receivedOffset = 0;
  private sentOffset = 0;
  /** Said and not yet written, latin1. */
  private unsent = '';
  private leavesSoon = false;
  /** What reads lie in that the session is not done with. */
  private held: Held<Buffer>[] = [];
  private wireReceived = 0;
  private wireSent = 0;
  /** The kernel has not taken all of a direct write yet. */
  private queued = false;
  private ended = false;
  private over = false;
  private pausedBy: Readonly<Record<Pauser, boolean>> = NOT_PAUSED;
  private writing: Alarm | null = null;
  /** The next look for a client that left a socket that is not read. */
  private looking: Alarm | null = null;

  /** @param random for what the path does */
  constructor(carried: Carried, clock: Clock, random: Random, events: TransportEvents) {
    const { socket, trace, path, connection } = carried;
    this.socket = socket;
    this.trace = trace;
    this.clock = clock;
    this.events = events;
    this.tls = carried.tls;
    this.reads = carried.reads;
    this.untold = path.length === 0 ? null : new UntoldClient(clock, () => this.destroy());
    this.path = path.length === 0 ? null : this.layPath(path, connection, random);
    if (socket instanceof LeanSocket) socket.attach(this);
    else {
      socket.setNoDelay(true);
      lendReads(socket, (octets) => this.onRead(octets));
      (socket as CarryingSocket)[TRANSPORT] = this;
      socket.on('end', onEnd).on('error', onError).on('drain', onDrain).on('close', onClose);
    }
  }

  /** Octets handed to the client and not yet taken by the kernel. */
  get backlog(): number {
    const queued = this.queued ? octetsQueued(this.socket as Socket) : 0;
    return this.unsent.length + (this.secure?.writableLength ?? 0) + this.socket.writableLength + queued;
  }

  get blocked(): boolean {
    return this.backlog > WRITE_AHEAD_OCTETS;
  }

  get isOver(): boolean {
    return this.over;
  }

  /** Plain octets sent so far: where the next reply begins. */
  get sent(): number {
    return this.sentOffset;
  }

  /** Octets on the socket itself, both ways: ciphertext counts. */
  get wireTotals(): { readonly received: number; readonly sent: number } {
    return { received: this.wireReceived, sent: this.wireSent };
  }

  /**
   * Puts a reply behind what was said before; it leaves with `flush`. A path takes each reply as a write of its own, since
   * what it does to segments depends on them.
   * @param octets latin1
   */
  say(octets: string): void {
    if (this.ended || this.over) return;
    this.sentOffset += octets.length;
    this.unsent += octets;
    if (this.path !== null || this.unsent.length > FLUSH_OCTETS) this.flush();
  }

  /** What was said will leave when all that came in this turn has been answered. */
  flushSoon(): void {
    if (this.unsent === '' || this.leavesSoon) return;
    if (this.secure !== null || this.path !== null) return this.flush();
    this.leavesSoon = true;
    flushAtTurnsEnd(this);
  }

  /** Writes what was said. A client that pipelines gets its replies in one segment (RFC 2920 3.2). */
  flush(): void {
    const { unsent } = this;
    this.leavesSoon = false;
    if (unsent === '' || this.over) return;
    this.unsent = '';
    if (this.secure !== null) this.secure.write(unsent, 'latin1');
    else if (this.path === null) this.writeToSocket(unsent);
    else this.path.output({ octets: Buffer.from(unsent, 'latin1') });
  }

  private writeToSocket(octets: string): void {
    if (this.socket instanceof LeanSocket) return this.socket.write(octets);
    const outcome = this.queued ? null : writeDirectly(this.socket, octets, this);
    if (outcome === null) this.socket.write(octets, 'latin1');
    else this.queued = outcome === 'queued';
  }

  /** What the kernel did not take at once has left, or never will. */
  onWritten(status: number): void {
    this.queued = false;
    if (this.over) return;
    if (status < 0) this.socket.destroy(writeFailed(status));
    else this.onDrain();
  }

  /**
   * A piece of a dribbled reply: written at once, with an event of its own.
   * @param shown what stands on the record instead, latin1
   */
  write(octets: Buffer, shown?: string): void {
    if (this.ended || this.over) return;
    this.flush();
    this.recordSent('plain', this.sentOffset, shown === undefined ? octets : Buffer.from(shown, 'latin1'));
    this.sentOffset += octets.length;
    if (this.secure !== null) this.secure.write(octets);
    else if (this.path === null) this.socket.write(octets);
    else this.path.output({ octets });
  }

  pause(why: Pauser): void {
    this.pausedBy = { ...this.pausedBy, [why]: true };
    this.socket.pause();
    this.looking ??= this.lookLater();
  }

  resume(why: Pauser): void {
    if (!this.pausedBy[why]) return;
    this.pausedBy = { ...this.pausedBy, [why]: false };
    if (this.pausedBy.session || this.pausedBy.path) return;
    this.looking?.cancel();
    this.looking = null;
    if (!this.over) this.socket.resume();
  }

  /** A reset that comes while we do not read: what it took with it would have been lost in any case. */
  private lookLater(): Alarm {
    return this.clock.alarm(this.clock.now() + LOOK_MS, () => {
      if (this.over) return;
      if (!this.isForgotten()) this.looking = this.lookLater();
      else this.socket.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    });
  }

  private isForgotten(): boolean {
    return this.socket instanceof LeanSocket ? this.socket.isForgotten : isForgotten(this.socket);
  }

  /** FIN, after all that was written; with TLS a close_notify first unless the scenario keeps it back. */
  end(): void {
    if (this.ended || this.over) return;
    this.flush();
    this.ended = true;
    if (this.secure !== null && this.tls?.closeNotify !== false) this.secure.end();
    else if (this.path === null) this.socket.end();
    else this.path.output({ fin: true });
  }

  /** RST. What was written a moment ago may be lost. */
  reset(): void {
    if (this.over) return;
    this.flush();
    this.socket.resetAndDestroy();
  }

  /**
   * Our side is done with it. Where a path has swallowed our FIN, or has reset our end only, the client's end stays open until
   * it leaves by itself: who is cut off is told by nobody.
   */
  release(): void {
    // Node's TLS over a stream now and then never comes to the end it was asked for.
    if (this.ended && this.secure !== null) this.path?.output({ fin: true });
    if (this.untold?.leave() !== true) this.destroy();
    else this.resume('session');
  }

  /** Done with, and open only for a client that does not know; how our side ended is on the trace already. */
  get isLeft(): boolean {
    return this.untold?.isLeft === true;
  }

  destroy(): void {
    this.flush();
    this.secure?.destroy();
    this.socket.destroy();
  }

  /**
   * Begins the handshake; `secured` or `tlsFailed` follows.
   * @param behind plaintext that came behind the STARTTLS line and is to be fed to the session afterwards, or null
   */
  startTls(behind: Buffer | null): void {
    if (this.tls === null || this.socket instanceof LeanSocket) {
      return this.events.onHandshake('this server has no certificate');
    }
    this.flush();
    this.handshaking = true;
    const secure = this.tls.accept(this.path === null ? this.socket : this.path.duplex());
    this.secure = secure;
    this.trace.record({ type: 'tls', phase: 'started' });
    secure.on('secure', () => {
      this.handshaking = false;
      const { version, name } = { version: secure.getProtocol(), name: secure.getCipher()?.name };
      const servername = typeof secure.servername === 'string' ? { servername: secure.servername } : {};
      this.trace.record({ type: 'tls', phase: 'secured', protocol: version ?? '', cipher: name ?? '', ...servername });
      this.events.onHandshake(null);
      if (behind !== null && behind.length > 0) this.onPlain(behind);
    });
    secure.on('data', (octets: Buffer) => this.onPlain(octets));
    secure.on('end', () => this.onPlainEnd());
    secure.on('drain', () => this.onDrain());
    secure.on('error', (error: NodeJS.ErrnoException) => this.onTlsError(error));
    secure.on('close', () => {
      if (this.handshaking) this.onTlsError(new Error('the connection was closed during the handshake'));
    });
  }

  // --- from the client -------------------------------------------------------------------------------------------

  /** @param read only lent: whoever goes on with it takes a copy */
  onRead(read: Buffer): void {
    if (this.path !== null) {
      const octets = this.reads.keep(read, true);
      this.recordReceived('wire', this.wireReceived, octets);
      this.wireReceived += octets.length;
      this.path.input({ octets });
      return;
    }
    this.wireReceived += read.length;
    if (this.secure === null) this.onPlain(read);
  }

  private onPlain(read: Buffer): void {
    const at = this.clock.now();
    const octets = this.reads.keep(read, this.trace.keeps(read.length));
    const seq = this.recordReceived('plain', this.receivedOffset, octets, at);
    this.receivedOffset += octets.length;
    const { holds } = this.reads;
    const afterwards = this.events.onOctets(octets, seq, at);
    if (holds !== null) this.letGoOf(holds, afterwards);
  }

  /** @param slab what the latest read lies in */
  private letGoOf(slab: Held<Buffer>, afterwards: Afterwards): void {
    // A message of gigabytes goes through one slab.
    if (afterwards === 'passed') return this.reads.letGo(slab);
    if (afterwards !== 'nothing-held') {
      // Never let go, they are the collector's once the session is done with them.
      if (this.held.length === MOST_HELD) this.held = [];
      this.held.push(slab);
      return;
    }
    this.reads.letGo(slab);
    if (this.held.length === 0) return;
    for (const earlier of this.held) this.reads.letGo(earlier);
    this.held = [];
  }

  /** FIN, on the socket. */
  onEnd(): void {
    if (this.path === null) {
      this.onPlainEnd();
      return;
    }
    this.path.input({ fin: true });
    this.untold?.hearFin();
    // Nobody hears it on our side any more; when the client left is on the record all the same.
    if (this.isLeft) this.trace.record({ type: 'peer', what: 'fin' });
  }

  private onPlainEnd(): void {
    if (this.isLeft) return;
    this.trace.record({ type: 'peer', what: 'fin' });
    this.events.onPeerGone('fin');
  }

  onError(error: SocketFailure): void {
    this.untold?.tell();
    const reset = error.code === 'ECONNRESET';
    this.trace.record({ type: 'peer', what: reset ? 'reset' : 'write-failed', reason: error.code ?? error.message });
    this.events.onPeerGone('reset');
  }

  private onTlsError(error: NodeJS.ErrnoException): void {
    const reason = error.code ?? error.message;
    if (!this.handshaking) {
      this.trace.record({ type: 'tls', phase: 'closed', reason });
      return;
    }
    this.handshaking = false;
    this.secure = null;
    this.trace.record({ type: 'tls', phase: 'failed', reason });
    this.events.onHandshake(reason);
  }

  onDrain(): void {
    if (!this.blocked) this.events.pump();
  }

  onClose(): void {
    if (this.over) return;
    this.over = true;
    this.writing?.cancel();
    this.untold?.stop();
    this.looking?.cancel();
    this.path?.stop();
    this.wireReceived = this.path === null ? this.socket.bytesRead : this.wireReceived;
    this.wireSent = this.socket.bytesWritten;
    this.events.onClosed();
  }

  // --- the path --------------------------------------------------------------------------------------------------

  private layPath(boxes: readonly Middlebox[], connection: number, random: Random): PathDriver {
    const { clock, trace } = this;
    return new PathDriver(
      boxes,
      { connection, random, clock },
      {
        toServer: (octets) => (this.secure === null ? this.onPlain(octets) : undefined),
        finToServer: () => this.onPlainEnd(),
        toClient: (octets) => {
          this.recordSent('wire', this.wireSent, this.events.shownOctets('wire', octets));
          this.wireSent += octets.length;
          this.socket.write(octets);
        },
        finToClient: () => {
          this.socket.end();
          this.untold?.tell();
        },
        resetToClient: () => {
          this.untold?.tell();
          this.reset();
        },
        resetToServer: (reason) => {
          trace.record({ type: 'peer', what: 'reset', reason });
          this.events.onPeerGone('reset');
        },
        pauseClient: (paused) => {
          trace.record({ type: 'note', fact: paused ? 'reading-paused' : 'reading-resumed', detail: 'by the path' });
          if (paused) this.pause('path');
          else this.resume('path');
        },
        crossed: (box, side, octets, offset) => {
          if (side === 'client') this.recordReceived(`after:${box}`, offset, octets);
          else this.recordSent(`after:${box}`, offset, this.events.shownOctets(`after:${box}`, octets));
        },
      },
    );
  }

  private recordReceived(layer: Layer, offset: number, octets: Buffer, at?: number): number {
    return this.trace.recordOctets('received', layer, offset, octets, at);
  }

  private recordSent(layer: Layer, offset: number, octets: Buffer): void {
    this.trace.recordOctets('sent', layer, offset, octets);
  }
}

// One function for all sockets, which Node calls on the one that it is about.

const TRANSPORT = Symbol('transport');
type CarryingSocket = Socket & { [TRANSPORT]?: Transport };

function onEnd(this: CarryingSocket): void {
  this[TRANSPORT]?.onEnd();
}

function onError(this: CarryingSocket, error: NodeJS.ErrnoException): void {
  this[TRANSPORT]?.onError(error);
}

function onDrain(this: CarryingSocket): void {
  this[TRANSPORT]?.onDrain();
}

function onClose(this: CarryingSocket): void {
  this[TRANSPORT]?.onClose();
}
