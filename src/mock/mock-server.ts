// The mock server: a scenario made to listen. Joins what the floors below offer (ports, sessions, certificates, look-ups,
// saved mail) and keeps the records that tests and faces look at. Judges nothing.

import { join } from 'node:path';
import { systemClock, type Clock } from '../wire/clock';
import { PACKAGE_ROOT } from '../wire/package-version';
import { DEFAULT_TRACE_BOUNDS, type Sequence, type Trace, type TraceBounds } from '../wire/trace';
import type { TraceEvent, TraceRecord } from '../wire/trace-event';
import { utcDate } from '../domino/log-date';
import { receivedHeader } from '../domino/received-header';
import { scenario as buildScenario, ScenarioBuilder } from '../scenario/builder';
import { loadScenario, personaOf } from '../scenario/load';
import type { Persona } from '../scenario/persona';
import type { Scenario } from '../scenario/scenario';
import { mailDate } from '../scenario/texts';
import { createWorld, type LivingWorld } from '../scenario/world';
import { certificates, type CertificateSource } from '../server/certificate';
import { lookUp } from '../server/dns-resolver';
import type { Address, PortHost } from '../server/mail-port';
import { messageFiles, type MessageFiles } from '../server/message-files';
import { DEFAULT_STORE_BOUNDS, MessageStore, type StoreBounds } from '../server/message-store';
import type { ReceivedMessage } from '../server/received-message';
import type { ConnectionRecord } from './connection-record';
import { DominoDesk, type LineSink, type LogLook } from './domino-desk';
import { ConnectionRecords } from './records';
import { refuseRemoteResolvers } from './resolvers';
import { SmtpTask, type SmtpTaskOptions } from './smtp-task';
import { WaitingRoom, type Bound } from './waiting';

export interface MockServerOptions {
  /** Default 127.0.0.1. Anything beyond loopback is the caller's decision. */
  readonly host?: string;
  /** Default 0: any free port. With several servers the following ports are used, unless it is 0. */
  readonly port?: number;
  /** For probabilities and spans; default: drawn, and told as `server.seed`. */
  readonly seed?: number;
  readonly clock?: Clock;
  /** Folder for accepted messages, written before they are acknowledged. */
  readonly save?: string;
  /** Saved messages begin with the Received header that Domino would have written. Default false: the octets as they came. */
  readonly receivedHeader?: boolean;
  /** Default true; false trades safety against power loss for speed. */
  readonly fsync?: boolean;
  /** Default true. False keeps digest and size only. */
  readonly keepContent?: boolean;
  /** Keep credentials on the record. Default false: they are masked. */
  readonly keepSecrets?: boolean;
  /** DNS look-ups to resolvers off loopback. Default false. */
  readonly allowRemoteDns?: boolean;
  /** Where generated certificates are cached; default: `certs/` of the package, else a temporary folder. */
  readonly certificates?: string;
  readonly traceBounds?: TraceBounds;
  readonly storeBounds?: StoreBounds;
  /** Finished connections that are kept; default 1000. Fewer where they have over 200,000 events or 256 MiB of octets. */
  readonly keptConnections?: number;
  /**
   * Sees every event right after it was recorded. Keep it short: it runs in the middle of the dialogue. Octets of a
   * `received` event may still hold credentials here: they are masked when their line is taken.
   */
  readonly onEvent?: (trace: Trace, event: TraceEvent) => void;
  /** A port that could not be opened in time or broke while it listened, or a fault of our own. Default: thrown. */
  readonly onTrouble?: (error: Error) => void;
  /** Sees each connection when it is over. */
  readonly onConnection?: (trace: TraceRecord) => void;
  /** notes.ini variables for all servers of the scenario; they go before its own. */
  readonly notesIni?: Readonly<Record<string, string>>;
  /** Reads them again at `tell smtp update config`. */
  readonly rereadNotesIni?: () => Readonly<Record<string, string>>;
  /** Gets the Domino console log, line by line. Without it none is written. */
  readonly onLogLine?: LineSink;
  /** How that log looks: date format, prefix, names of hosts, inferred lines or not. */
  readonly log?: LogLook;
}

/** A line longer than this is cut on the record; its length is kept. RFC 5321 4.5.3.1.4 asks for 512. */
const MAX_LINE_OCTETS = 65_536;

/**
 * Starts a mock server.
 * @param source a scenario's name, the path of a scenario file, a built scenario or its builder
 * @throws ScenarioError for a scenario that is wrong, ListenError for a port that cannot be had
 */
export async function startMockServer(
  source: string | Scenario | ScenarioBuilder = 'domino-hardened',
  options: MockServerOptions = {},
): Promise<MockServer> {
  const scenario = resolveScenario(source);
  refuseRemoteResolvers(scenario, options.allowRemoteDns ?? false);
  const server = new MockServer(scenario, personaOf(scenario), options);
  try {
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

const HELLOS: ReadonlySet<string> = new Set(['EHLO', 'HELO']);

/** A fault that nobody listens for ends the process, as any uncaught error does. */
function rethrow(error: Error): never {
  throw error;
}

function resolveScenario(source: string | Scenario | ScenarioBuilder): Scenario {
  if (typeof source === 'string') return loadScenario(source);
  return source instanceof ScenarioBuilder ? source.build() : source;
}

/**
 * A scenario that listens, and the records of what clients did. Made by `startMockServer`; to be stopped by whoever started
 * it. Waiting methods look at what was there before as well as at what comes.
 */
export class MockServer {
  readonly scenario: Scenario;
  readonly persona: Persona;
  readonly seed: number;
  readonly clock: Clock;
  readonly records: ConnectionRecords;
  readonly store: MessageStore;
  /** Domino's statistics and console log of this server. */
  readonly desk: DominoDesk;
  /** What listens: to be stopped, started and reconfigured, as at a Domino console (domino-console.ts). */
  readonly task: SmtpTask;
  private readonly options: MockServerOptions;
  private readonly world: LivingWorld = createWorld();
  private readonly sequence: Sequence = { last: 0 };
  private readonly room: WaitingRoom;
  private readonly files: MessageFiles | null;
  private readonly certificates: CertificateSource;
  private accepted = 0;

  constructor(scenario: Scenario, persona: Persona, options: MockServerOptions) {
    this.scenario = scenario;
    this.persona = persona;
    this.options = options;
    this.clock = options.clock ?? systemClock();
    this.seed = options.seed ?? (Number(BigInt.asUintN(31, process.hrtime.bigint())) || 1);
    this.records = new ConnectionRecords(options.keptConnections);
    this.store = new MessageStore(options.storeBounds ?? DEFAULT_STORE_BOUNDS);
    this.room = new WaitingRoom(this.clock);
    this.desk = new DominoDesk(this.clock, options.onLogLine ?? null, options.log);
    this.certificates = certificates(options.certificates ?? join(PACKAGE_ROOT, 'certs'));
    this.files = options.save === undefined ? null : messageFiles(options.save, { fsync: options.fsync ?? true });
    this.task = new SmtpTask(scenario, persona, this.taskOptions(), this.desk, this.portHost(), this.certificates);
  }

  /** Where the first server listens. */
  get host(): string {
    return this.addresses[0]?.host ?? '';
  }

  /** The port that the first server has: with port 0 the one that was given. */
  get port(): number {
    return this.addresses[0]?.port ?? 0;
  }

  /** All servers of the scenario, in order. */
  get addresses(): readonly Address[] {
    return this.task.addresses;
  }

  /** PEM file of the authority behind our certificates; null while no server here can speak TLS. */
  caFile(): Promise<string | null> {
    return this.task.speaksTls ? this.certificates.caFile() : Promise.resolve(null);
  }

  /** Begins to listen; `startMockServer` has done it. @throws ListenError when a port cannot be had */
  async start(): Promise<void> {
    await this.task.startListening();
  }

  /**
   * Stops listening and ends what is open.
   * @param graceMs how long sessions may end in good order (421) before they are cut; default 0: at once
   */
  async stop(graceMs = 0): Promise<void> {
    await this.task.stopListening(graceMs);
    await this.certificates.close();
  }

  // --- looking ---------------------------------------------------------------------------------------------------

  /**
   * Finished connections, oldest first. With `count` waits until there are that many.
   * @throws WaitError when they do not come in time; the message says what did
   */
  connections(wanted: { readonly count?: number } & Bound = {}): Promise<readonly ConnectionRecord[]> {
    const { count = 0 } = wanted;
    return this.room.until(
      () => (this.records.connections.length >= count ? this.records.connections : undefined),
      () => `waited for ${count} finished connection${count === 1 ? '' : 's'}, but ${this.soFar()}`,
      wanted,
    );
  }

  /** The first finished connection, past or to come, for which `matches` holds. */
  connection(
    matches: (connection: ConnectionRecord) => boolean = () => true,
    bound: Bound = {},
  ): Promise<ConnectionRecord> {
    return this.room.until(
      () => this.records.connections.find(matches),
      () => `waited for a connection that fits, but ${this.soFar()}`,
      bound,
    );
  }

  /** Accepted messages, oldest first. With `count` waits until there are that many that fit `where`. */
  messages(
    wanted: { readonly count?: number; readonly where?: (message: ReceivedMessage) => boolean } & Bound = {},
  ): Promise<readonly ReceivedMessage[]> {
    const { count = 0, where = () => true } = wanted;
    const look = (): readonly ReceivedMessage[] =>
      this.store.all().filter((message) => message.accepted && where(message));
    return this.room.until(
      () => (look().length >= count ? look() : undefined),
      () => `waited for ${count} message${count === 1 ? '' : 's'}, ${look().length} came; ${this.soFar()}`,
      wanted,
    );
  }

  /** The first accepted message, past or to come, for which `matches` holds. */
  async message(
    matches: (message: ReceivedMessage) => boolean = () => true,
    bound: Bound = {},
  ): Promise<ReceivedMessage> {
    const found = await this.messages({ count: 1, where: matches, ...bound });
    const [first] = found;
    if (first === undefined) throw new Error('a list of at least one message was empty');
    return first;
  }

  /**
   * Proves that no message is accepted for `ms`; those already there do not count.
   * @throws WaitError as soon as one is
   */
  noMessageFor(ms: number, where: (message: ReceivedMessage) => boolean = () => true): Promise<void> {
    const before = new Set(this.store.all());
    return this.room.never(() => {
      const found = this.store.all().find((message) => message.accepted && !before.has(message) && where(message));
      return found === undefined
        ? undefined
        : `a message came: from <${found.sender}> to <${found.recipients.join('>, <')}>`;
    }, ms);
  }

  /** Proves that nobody connects for `ms`. */
  noConnectionFor(ms: number): Promise<void> {
    const before = this.accepted;
    return this.room.never(() => (this.accepted > before ? 'a client connected' : undefined), ms);
  }

  /** Resolves when no connection is open. */
  async quiet(bound: Bound = {}): Promise<void> {
    await this.room.until(
      () => (this.records.open === 0 ? true : undefined),
      () => `waited for all connections to close, but ${this.records.open} are open`,
      bound,
    );
  }

  /** Named states, as rules see them: for tests that begin in the middle of a story. */
  setState(name: string, value: string | null): void {
    if (value === null) this.world.states.delete(name);
    else this.world.states.set(name, { value, since: this.clock.now() });
  }

  private soFar(): string {
    const finished = this.records.connections.length;
    const lines = this.records.connections.at(-1)?.lines ?? [];
    const last =
      lines.length === 0
        ? ''
        : `; the last one said ${lines
            .slice(0, 8)
            .map((line) => JSON.stringify(line))
            .join(', ')}`;
    return `${finished} finished and ${this.records.open} open so far${last}`;
  }

  // --- for the ports ---------------------------------------------------------------------------------------------

  private taskOptions(): SmtpTaskOptions {
    const { host = '127.0.0.1', port = 0, notesIni = {}, rereadNotesIni = null } = this.options;
    return { host, port, saves: this.files !== null, notesIni, rereadNotesIni };
  }

  private asSaved(message: ReceivedMessage): ReceivedMessage {
    const { content } = message;
    const trace = this.records.openTrace(message.connection);
    if (this.options.receivedHeader !== true || content === null || trace === null) return message;
    const { events } = trace.toRecord();
    const peer = events.find((event) => event.type === 'connected')?.peer.address ?? '';
    const hello = events.findLast((event) => event.type === 'command' && HELLOS.has(event.event));
    const date = new Date(this.clock.date().getTime() - this.clock.now() + message.at);
    const header = receivedHeader({
      hello: hello?.type === 'command' ? hello : null,
      peer,
      host: this.scenario.servers[message.server]?.hostname ?? '',
      product: this.persona.product,
      release: this.persona.release,
      withVersion: this.task.writesVersion(message.server),
      date: utcDate(date),
      mailDate: mailDate(date.getTime()),
      number: message.id,
    });
    return { ...message, content: Buffer.concat([Buffer.from(header, 'latin1'), content]) };
  }

  private portHost(): PortHost {
    const { options, store, desk } = this;
    return {
      clock: this.clock,
      world: this.world,
      seed: this.seed,
      store,
      sequence: this.sequence,
      traceBounds: options.traceBounds ?? DEFAULT_TRACE_BOUNDS,
      keepContent: options.keepContent ?? true,
      keepSecrets: options.keepSecrets ?? false,
      maxLineOctets: MAX_LINE_OCTETS,
      nextConnection: () => ++this.accepted,
      lookUp: (question) => lookUp(question, { allowRemote: options.allowRemoteDns ?? false }),
      save: (message) => this.files?.save(this.asSaved(message)) ?? Promise.resolve(null),
      messageTaken: (message) => {
        store.add(message);
        this.room.changed();
      },
      opened: (trace) => {
        this.records.opened(trace);
        this.room.changed();
      },
      closed: (trace) => {
        this.records.closed(trace);
        options.onConnection?.(trace.toRecord());
        this.room.changed();
      },
      failed: (error) => {
        if (options.onTrouble === undefined) setImmediate(() => rethrow(error));
        else options.onTrouble(error);
      },
      admitted: (server, counts) => desk.admitted(server, counts),
      eventsAreShown: options.onEvent !== undefined,
      onEvent: (trace, event) => {
        desk.event(trace, event);
        options.onEvent?.(trace, event);
      },
    };
  }
}

export { buildScenario as scenario };
