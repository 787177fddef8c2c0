// The socket under a scripted sender: one connection, plain or TLS, whose happenings become events of the dialogue.
// Used by scripted.ts. Decides nothing: it does what an action says and tells what came of it.

import { connect as connectPlain, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import type { Target } from './driver';
import type { DialogueEvent } from './scripted-event';

/** What TLS is made of on our side. */
export interface LinkTls {
  readonly ca: Buffer | null;
  /** False takes any certificate. */
  readonly verify: boolean;
}

/** What goes to the kernel at a time: one write of anything smaller. */
const BLOCK_OCTETS = 64 * 1024;

export class ScriptedLink {
  /** Resolves when the socket is gone, whoever closed it. */
  readonly gone: Promise<void>;
  private readonly target: Target;
  private readonly tell: (event: DialogueEvent) => void;
  private readonly raw: Socket;
  private socket: Socket;
  private isUp = false;
  private isSecuring = false;
  /** Nothing is told any more: we closed, or the end has been told. */
  private isMute = false;
  /** Blocks that have not left the process; the first of them is with the kernel. */
  private readonly unsent: Buffer[] = [];

  /**
   * Begins to connect.
   * @param tls null for a plain connection
   * @param tell called for every happening until the connection is over; never before this returns
   */
  constructor(target: Target, tls: LinkTls | null, tell: (event: DialogueEvent) => void) {
    this.target = target;
    this.tell = tell;
    this.raw = connectPlain({ host: target.host, port: target.port, allowHalfOpen: true, noDelay: true });
    this.gone = new Promise((resolve) => this.raw.once('close', () => resolve()));
    this.raw.on('error', () => undefined);
    this.socket = tls === null ? this.raw : this.tlsSocket(tls);
    this.socket.once(tls === null ? 'connect' : 'secureConnect', () => {
      this.isUp = true;
      this.say({ event: 'connected' });
    });
    this.listen();
  }

  private tlsSocket({ ca, verify }: LinkTls): TLSSocket {
    const options: ConnectionOptions = {
      socket: this.raw,
      rejectUnauthorized: verify,
      // RFC 6066 3: a server name is never an address.
      ...(isIP(this.target.host) === 0 ? { servername: this.target.host } : { host: this.target.host }),
      ...(ca === null ? {} : { ca }),
    };
    return connectTls(options);
  }

  private listen(): void {
    const { socket } = this;
    socket.on('data', (octets: Buffer) => this.say({ event: 'octets', octets: octets.toString('latin1') }));
    socket.once('end', () => this.over(socket, 'the server closed the connection'));
    socket.once('error', (error: NodeJS.ErrnoException) => this.over(socket, error.code ?? error.message));
    socket.once('close', () => this.over(socket, 'the connection is gone'));
  }

  private say(event: DialogueEvent): void {
    if (!this.isMute) this.tell(event);
  }

  /** @param socket the plain one has nothing to tell any more once it carries TLS */
  private over(socket: Socket, reason: string): void {
    if (this.isMute || socket !== this.socket) return;
    if (this.isSecuring) {
      this.isSecuring = false;
      this.say({ event: 'handshake-failed', reason });
      return;
    }
    this.isMute = true;
    this.tell(this.isUp ? { event: 'closed', reason } : { event: 'connect-failed', reason });
    this.leave();
  }

  /** Sends octets; `moved` is told for every block that has left the process, and `drained` when none is left. */
  write(octets: Buffer): void {
    const isIdle = this.unsent.length === 0;
    for (let from = 0; from < octets.length; from += BLOCK_OCTETS) {
      this.unsent.push(octets.subarray(from, from + BLOCK_OCTETS));
    }
    if (isIdle) this.writeNext();
  }

  private writeNext(): void {
    const [block] = this.unsent;
    if (block === undefined) return;
    this.socket.write(block, (error) => {
      this.unsent.shift();
      this.say({ event: this.unsent.length === 0 ? 'drained' : 'moved' });
      if (!error) this.writeNext();
    });
  }

  /** Nothing can be written behind our FIN, so that all of it goes in front. */
  private end(): void {
    for (const block of this.unsent.splice(1)) this.socket.write(block);
    this.socket.end();
  }

  /** Begins TLS on a plain connection; tells `secured` or `handshake-failed`. */
  handshake(tls: LinkTls): void {
    this.raw.removeAllListeners('data');
    this.isSecuring = true;
    this.socket = this.tlsSocket(tls);
    this.socket.once('secureConnect', () => {
      this.isSecuring = false;
      this.say({ event: 'secured' });
    });
    this.listen();
  }

  stopReading(): void {
    this.socket.pause();
  }

  startReading(): void {
    this.socket.resume();
  }

  /** FIN for our half; the other goes on. */
  halfClose(): void {
    this.end();
  }

  /** FIN, and what still comes is read and thrown away: with octets unread the kernel would send a RST instead. */
  close(): void {
    this.isMute = true;
    this.leave();
  }

  private leave(): void {
    this.socket.removeAllListeners('data');
    this.socket.on('error', () => undefined);
    this.socket.resume();
    this.socket.once('end', () => this.raw.destroySoon());
    this.end();
    if (this.socket.readableEnded || this.socket.destroyed) this.raw.destroySoon();
  }

  /** RST. */
  reset(): void {
    this.isMute = true;
    this.socket.on('error', () => undefined);
    if (this.isUp) this.raw.resetAndDestroy();
    this.socket.destroy();
    this.raw.destroy();
  }

  /** At once, whatever the server thinks of it. */
  destroy(): void {
    this.isMute = true;
    this.socket.on('error', () => undefined);
    this.socket.destroy();
    this.raw.destroy();
  }
}
