// The door: smtp-server listens, reads PROXY headers, keeps the set of connections and closes in good order; the raw socket
// is handed on before it has said or read a word of SMTP. One of the two files that import the package; each seam is pinned
// by test/server/listener.test.ts. Decides nothing about a connection; opening and closing in time is port-actor.ts.

import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { acceptHandles, countConnection } from './accepted-handles';
import { LeanSocket, type TcpHandle } from './lean-socket';
import { plainAddress } from '../scenario/networks';
import { NumberMap } from '../wire/number-map';
import type { Endpoint } from '../wire/trace-event';

/** What closing needs of a session. */
export interface Member {
  send(code: number, text: string): void;
  /** Ends it at once. */
  close(): void;
}

export interface ArrivedPeer {
  /** IPv4 as such, also on an IPv6 socket; 0.0.0.0 when the client was gone before it could be asked. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Our end. */
  readonly local: Endpoint;
  /** Who really connected, when a PROXY header named somebody else. */
  readonly proxiedBy?: Endpoint;
}

export interface ListenerOptions {
  /** Whether every connection begins with a PROXY header, version 1. */
  readonly proxyProtocol: boolean;
  /** How long `stop` lets sessions finish, ms, before it says 421 and ends them; 30 s when left out. */
  readonly closeTimeoutMs?: number;
  /**
   * Takes over the socket: nothing has been read from it or written to it, and half-open is allowed.
   * @returns the session, or null when there will be none; when it is over, its socket is to be told to `forget`
   */
  readonly arrived: (socket: Socket | LeanSocket, peer: ArrivedPeer) => Member | null;
  /** Whether connections may come without Node's stream layer: nobody will want TLS on them. */
  readonly lean?: boolean;
  /** The listening socket failed while it listened, e.g. no file descriptors are left. */
  readonly failed?: (error: Error) => void;
}

/** Where a port was really opened. */
export interface Opened {
  readonly address: string;
  readonly port: number;
}

/** A port that cannot be opened: the user's to solve, so the message says how. */
export class ListenError extends Error {
  /** As the operating system calls it, e.g. EADDRINUSE. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ListenError';
    this.code = code;
  }
}

const CLOSE_TIMEOUT_MS = 30_000;

/** What smtp-server knows of a PROXY header. */
interface ProxyHeader {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

export class Listener extends SMTPServer {
  private readonly arrived: ListenerOptions['arrived'];
  private readonly sockets = new NumberMap<Socket | LeanSocket>();
  /** Until `stop`, when smtp-server's own set gets them. */
  private readonly members = new NumberMap<Member>();
  private accepted = 0;
  private readonly lean: boolean;
  /** What runs at each accept, before anything else. */
  private readonly atAccept: (() => void)[] = [];
  /** Where we listen, when that is one address: then it is our end of every connection. */
  private bound: Endpoint | null = null;
  private readonly gone: (this: Socket) => void;
  private stopping: Promise<void> | null = null;

  constructor(options: ListenerOptions) {
    super({
      logger: false,
      disabledCommands: ['STARTTLS'],
      hideSTARTTLS: true,
      // Never `secure: true`: the handshake would come before `connect`, and the raw socket would be lost.
      // A client that has said FIN still reads: its last replies must reach it.
      allowHalfOpen: true,
      useProxy: options.proxyProtocol,
      // Zero would be taken for "not given", which is 30 s.
      closeTimeout: Math.max(1, options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS),
    });
    this.arrived = options.arrived;
    this.lean = options.lean === true && !options.proxyProtocol;
    const { sockets } = this;
    // One function for all sockets, which Node calls on the one that it is about.
    this.gone = function gone(this: Socket): void {
      sockets.delete(numberOf(this));
    };
    // Without a header to wait for, smtp-server's way to `connect` only costs: a random name, and a turn of the loop.
    if (!options.proxyProtocol) {
      this.server.removeAllListeners('connection');
      this.server.on('connection', (socket: Socket) => this.connect(socket));
    }
    // What goes wrong while the port is being opened is told by `listenOn`.
    this.on('error', (error) => this.server.listening && options.failed?.(error));
    this.server.prependListener('connection', (socket) => this.guard(socket));
    this.server.prependListener('connection', () => this.atAccept.forEach((run) => run()));
  }

  /** smtp-server's way in: the socket is ours from here on. */
  override connect(socket: Socket | LeanSocket, header?: ProxyHeader | null): void {
    const { bound } = this;
    const local = bound ?? { address: plainAddress(socket.localAddress ?? ''), port: socket.localPort ?? 0 };
    const real = { address: plainAddress(socket.remoteAddress ?? '0.0.0.0'), port: socket.remotePort ?? 0 };
    const named = header?.remoteAddress;
    const peer: ArrivedPeer =
      named === undefined
        ? { remoteAddress: real.address, remotePort: real.port, local }
        : { remoteAddress: plainAddress(named), remotePort: header?.remotePort ?? 0, local, proxiedBy: real };
    const member = this.arrived(socket, peer);
    if (member === null || socket.destroyed) return;
    this.members.set(numberOf(socket), member);
    if (this.stopping !== null) this.smtpServerKnows.add(member);
  }

  private readonly leanGone = (socket: LeanSocket): void => {
    this.sockets.delete(numberOf(socket));
    countConnection(this.server, -1);
  };

  /** The session of this socket is over. */
  forget(socket: Socket | LeanSocket): void {
    const number = numberOf(socket);
    const member = this.members.get(number);
    if (member !== undefined) this.smtpServerKnows.delete(member);
    this.members.delete(number);
  }

  /** Calls at each accept, before a PROXY header is read: the moment to close the port behind it. */
  onAccept(run: () => void): void {
    this.atAccept.unshift(run);
  }

  get isListening(): boolean {
    return this.server.listening;
  }

  /**
   * May be called again after `closePort`.
   * @param host an address of this machine
   * @param port 0 takes any free one
   * @returns what was really opened
   * @throws ListenError
   */
  listenOn(host: string, port: number): Promise<Opened> {
    return new Promise((resolve, reject) => {
      const { server } = this;
      const fail = (error: NodeJS.ErrnoException): void => {
        server.off('listening', succeed);
        reject(listenError(error, host, port));
      };
      const succeed = (): void => {
        server.off('error', fail);
        const { address, port: opened } = server.address() as AddressInfo;
        this.bound = WILDCARDS.has(address) ? null : { address: plainAddress(address), port: opened };
        if (this.lean) acceptHandles(server, (handle) => this.acceptLean(handle));
        resolve({ address, port: opened });
      };
      server.once('error', fail);
      server.once('listening', succeed);
      try {
        this.listen(port, host);
      } catch (error) {
        server.off('error', fail);
        fail(error as NodeJS.ErrnoException);
      }
    });
  }

  /** From now on connections are refused; those that were accepted go on. */
  closePort(): void {
    if (this.server.listening) this.server.close();
  }

  /**
   * Closes the port, waits for the sessions up to the close time-out, then says 421 to those that are left and ends them.
   * @returns when every socket is gone
   */
  stop(): Promise<void> {
    this.stopping ??= new Promise((resolve) => {
      for (const member of this.members.values()) this.smtpServerKnows.add(member);
      this.server.once('close', () => resolve());
      this.close(() => {
        for (const socket of this.sockets.values()) socket.destroy();
      });
    });
    return this.stopping;
  }

  /** smtp-server types its set for its own connections; of them it only calls what a Member offers. */
  private get smtpServerKnows(): Set<Member> {
    return this.connections;
  }

  /** What `guard` and the way to `connect` are to a socket of Node's. */
  private acceptLean(handle: TcpHandle): void {
    // Before the port may be closed behind it: else the server would be closed without waiting for this one.
    countConnection(this.server, 1);
    for (const run of this.atAccept) run();
    const socket = new LeanSocket(handle, this.leanGone);
    this.number(socket);
    this.connect(socket);
  }

  private number(socket: Socket | LeanSocket): void {
    this.accepted++;
    (socket as Numbered)[NUMBER] = this.accepted;
    this.sockets.set(this.accepted, socket);
  }

  private guard(socket: Socket): void {
    this.number(socket);
    socket.on('close', this.gone);
    // Between accept and `connect` nobody listens yet, and a client's RST must not end the program.
    socket.on('error', ignored);
  }
}

const NUMBER = Symbol('number');
/** The listener's own count of what it accepted. */
interface Numbered {
  [NUMBER]?: number;
}

function numberOf(socket: Socket | LeanSocket): number {
  return (socket as Numbered)[NUMBER] ?? 0;
}

/** Bound to these, a connection may come in at any address. */
const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

function ignored(): void {}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): ListenError {
  const code = error.code ?? '';
  return new ListenError(code, `cannot listen on ${host} port ${port}: ${explained(code, error, host, port)}`);
}

function explained(code: string, error: Error, host: string, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'another program has this port; stop that one, or choose another port (0 takes any free one)';
    case 'EACCES':
    case 'EPERM':
      return `this user may not open port ${port}; choose one from 1024 on, e.g. 2525`;
    case 'EADDRNOTAVAIL':
      return `${host} is not an address of this machine; use 127.0.0.1`;
    case 'EAFNOSUPPORT':
    case 'EINVAL':
      return `this machine does not do ${host.includes(':') ? 'IPv6' : 'this kind of address'}; use 127.0.0.1`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name ${host} is not known; use an address such as 127.0.0.1`;
    case 'ERR_SOCKET_BAD_PORT':
      return 'a port is a number from 0 to 65535';
    default:
      return error.message;
  }
}
