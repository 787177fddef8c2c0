// One listening server of a scenario: the door (listener), who is let in (admission), and a session for each connection.
// Used by mock/mock-server.ts. Time, records and messages belong to its host.

import type { Socket } from 'node:net';
import type { Clock } from '../wire/clock';
import { NumberMap } from '../wire/number-map';
import { OctetSlab } from '../wire/octet-slab';
import { Trace, type Sequence, type TraceBounds, type TraceListener } from '../wire/trace';
import type { Endpoint } from '../wire/trace-event';
import type { CompiledServer } from '../scenario/compile';
import type { LookUp } from '../scenario/effects';
import { buildPath } from '../scenario/path';
import type { LivingWorld } from '../scenario/world';
import type { Middlebox } from '../middlebox/middlebox';
import { createAdmission, type Admission, type AdmissionCounts } from './admission';
import type { CertificateSource } from './certificate';
import type { LeanSocket } from './lean-socket';
import { Listener, type ArrivedPeer, type ListenError } from './listener';
import type { MessageStore } from './message-store';
import type { ReceivedMessage, StoredMessage } from './received-message';
import { PortActor } from './port-actor';
import { ServerSession } from './session';
import type { SessionHost } from './session-host';
import { tlsAcceptor, type TlsAcceptor } from './tls';

/** What the ports of one server share. */
export interface PortHost {
  readonly clock: Clock;
  readonly world: LivingWorld;
  readonly seed: number;
  readonly store: MessageStore;
  readonly sequence: Sequence;
  readonly traceBounds: TraceBounds;
  readonly keepContent: boolean;
  readonly keepSecrets: boolean;
  readonly maxLineOctets: number;
  nextConnection(): number;
  lookUp(question: LookUp): Promise<boolean>;
  save(message: ReceivedMessage): Promise<string | null>;
  messageTaken(message: StoredMessage): void;
  opened(trace: Trace): void;
  closed(trace: Trace): void;
  /** Somebody came, went, or had their turn: who is served and who waits at this server now. */
  admitted(server: number, counts: AdmissionCounts): void;
  /** The port could not be opened in time, or broke while it listened. */
  failed(error: ListenError | Error): void;
  readonly onEvent: TraceListener | null;
  /** Somebody outside hears of events, and may keep them with their octets. */
  readonly eventsAreShown: boolean;
}

/** Where one server of the scenario listens. */
export interface Address {
  /** The first of `hosts`. */
  readonly host: string;
  /** An address for each family. */
  readonly hosts: readonly string[];
  readonly port: number;
}

export class MailPort {
  private readonly host: PortHost;
  private readonly index: number;
  private readonly certificates: CertificateSource;
  private compiled: CompiledServer;
  private readonly admission: Admission;
  private actor: PortActor | null = null;
  private readonly sessions = new NumberMap<ServerSession>();
  private readonly path: readonly Middlebox[];
  private readonly reads: OctetSlab;
  private readonly sessionHost: SessionHost;
  private tls: TlsAcceptor | null = null;
  private listening: Address = { host: '', hosts: [], port: 0 };

  constructor(host: PortHost, compiled: CompiledServer, index: number, certificates: CertificateSource) {
    this.host = host;
    this.compiled = compiled;
    this.index = index;
    this.certificates = certificates;
    const { policies, port, path } = compiled.server;
    const { handlers, connections } = policies;
    this.admission = createAdmission({ handlers, connections, accept: port.accept });
    this.path = buildPath(path);
    this.reads = new OctetSlab(!host.eventsAreShown);
    this.sessionHost = this.hostOfSessions();
  }

  get address(): Address {
    return this.listening;
  }

  get openSessions(): number {
    return this.sessions.size;
  }

  get speaksTls(): boolean {
    return this.tls !== null;
  }

  /**
   * @param host loopback is taken in the families that the scenario asks for, any other address as it is
   * @throws ListenError
   */
  async listen(host: string, port: number): Promise<void> {
    const { clock } = this.host;
    if (wantsTls(this.compiled)) await this.prepareTls();
    const doors = addressesFor(host, this.compiled).map((address) => ({ listener: this.newListener(), host: address }));
    const [first] = doors;
    if (first === undefined) throw new Error('a port needs an address');
    const config = this.compiled.server.port;
    this.actor = new PortActor({ doors, port, config, clock, failed: (error) => this.host.failed(error) });
    const hosts = doors.map((door) => door.host);
    this.listening = { host: first.host, hosts, port: await this.actor.start() };
  }

  /** Changes the configuration: open sessions see it from their next command. */
  reconfigure(compiled: CompiledServer, detail: string): void {
    this.compiled = compiled;
    for (const { trace } of this.sessions.values()) trace.record({ type: 'note', fact: 'config-changed', detail });
  }

  /** Ends all sessions at once; the port goes on listening. */
  drop(): void {
    for (const session of this.sessions.values()) session.destroy();
  }

  /** May be followed by another `listen`. */
  async stop(graceMs: number): Promise<void> {
    this.actor?.close();
    if (graceMs > 0 && this.sessions.size > 0) {
      for (const session of this.sessions.values()) session.stop();
      await this.sessionsGone(graceMs);
    }
    this.drop();
    await this.actor?.stop();
    // The sockets are gone; what their sessions say last comes with their own close events.
    if (this.sessions.size > 0) await new Promise<void>((resolve) => (this.whenEmpty = resolve));
  }

  private sessionsGone(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const alarm = this.host.clock.alarm(this.host.clock.now() + graceMs, resolve);
      this.whenEmpty = () => {
        alarm.cancel();
        resolve();
      };
    });
  }

  private whenEmpty: () => void = () => undefined;

  private async prepareTls(): Promise<void> {
    const { hostname, tls } = this.compiled.server;
    this.tls = tlsAcceptor(tls, await this.certificates.pair(tls.certificate, hostname), new Map());
  }

  private newListener(): Listener {
    const listener: Listener = new Listener({
      proxyProtocol: this.compiled.server.port.proxyProtocol,
      closeTimeoutMs: 1,
      lean: this.tls === null,
      arrived: (socket, peer) => this.arrive(listener, socket, peer),
      failed: (error) => this.host.failed(error),
    });
    return listener;
  }

  private arrive(listener: Listener, socket: Socket | LeanSocket, arrived: ArrivedPeer): ServerSession {
    const { host, path, tls, index } = this;
    const connection = host.nextConnection();
    // No closure of this function: a finished trace is kept, and would keep the session and its socket.
    const trace = new Trace(connection, index, host.clock, host.sequence, host.traceBounds, host.onEvent);
    host.opened(trace);
    const peer: Endpoint = { address: arrived.remoteAddress, port: arrived.remotePort };
    const { local } = arrived;
    const proxiedBy = arrived.proxiedBy ?? null;
    const { reads } = this;
    const closed = (): void => this.leave(listener, socket, session);
    const start = { socket, connection, server: index, peer, local, proxiedBy, trace, path, tls, reads, closed };
    const session: ServerSession = new ServerSession(this.sessionHost, start);
    this.sessions.set(connection, session);
    this.admit(session);
    return session;
  }

  private admit(session: ServerSession): void {
    const { connection, peer, trace } = session;
    const word = this.admission.arrive(connection, peer.address, this.host.clock.now());
    this.host.admitted(this.index, this.admission.counts);
    switch (word) {
      case 'serve':
        return session.begin();
      case 'wait':
        trace.record({
          type: 'note',
          fact: 'handler-waited',
          detail: 'accepted, and nothing said until a handler is free',
        });
        return;
      case 'too-many-connections':
      case 'rate-limited':
        return session.begin(word);
      case 'reset':
        return session.refuse();
    }
  }

  private hostOfSessions(): SessionHost {
    const { host } = this;
    return {
      compiled: () => this.compiled,
      clock: host.clock,
      world: host.world,
      seed: host.seed,
      store: host.store,
      keepContent: host.keepContent,
      keepSecrets: host.keepSecrets,
      measuresLate: !host.eventsAreShown,
      maxLineOctets: host.maxLineOctets,
      lookUp: (question) => host.lookUp(question),
      save: (message) => host.save(message),
      messageTaken: (message) => host.messageTaken(message),
      failed: (error) => host.failed(error),
    };
  }

  private leave(listener: Listener, socket: Socket | LeanSocket, session: ServerSession): void {
    this.sessions.delete(session.connection);
    listener.forget(socket);
    for (const next of this.admission.leave(session.connection)) this.sessions.get(next)?.begin();
    this.host.admitted(this.index, this.admission.counts);
    this.host.closed(session.trace);
    if (this.sessions.size === 0) this.whenEmpty();
  }
}

/** What stands for "this machine" in whatever families; `::1` was asked for by name. */
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost']);

function addressesFor(host: string, { server }: CompiledServer): readonly string[] {
  if (!LOOPBACK.has(host)) return [host];
  return server.port.families.map((family) => (family === 'ipv6' ? '::1' : '127.0.0.1'));
}

/** Whether any way leads to a handshake: made only then, since keys cost time at start. */
function wantsTls({ server, scenario, lists }: CompiledServer): boolean {
  if (server.tls.implicit || server.policies.tls !== 'off') return true;
  const offered = [...lists.plain.keywords, ...lists.tls.keywords].some(({ keyword }) => keyword === 'STARTTLS');
  const rules = [...scenario.rules, ...scenario.connections.flat()];
  return (
    offered ||
    rules.some(
      (rule) => rule.on.includes('STARTTLS') || rule.steps.some((step) => step.step === 'next' && step.next === 'tls'),
    )
  );
}
