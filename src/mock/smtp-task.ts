// The listening side of a mock server, as a Domino administrator knows it: a task that is started, stopped and
// reconfigured while it runs. Owns the ports of all servers of a scenario and the notes.ini variables in force.
// Used by mock-server.ts and, through ConsoleServer, by the console. Keeps no records.

import { applyNotesIni, type PolicyChange } from '../domino/notes-ini';
import type { CompiledServer } from '../scenario/compile';
import type { Persona } from '../scenario/persona';
import type { Scenario } from '../scenario/scenario';
import type { CertificateSource } from '../server/certificate';
import { MailPort, type Address, type PortHost } from '../server/mail-port';
import { configuredServer } from './configured-server';
import type { ConsoleServer } from './domino-console';
import type { DominoDesk } from './domino-desk';
import { NotesIniLayers } from './notes-ini-layers';

export interface SmtpTaskOptions {
  readonly host: string;
  /** Of the first server; 0: any that is free. */
  readonly port: number;
  /** Accepted messages are saved before the reply. */
  readonly saves: boolean;
  /** For all servers of the scenario; they go before its own. */
  readonly notesIni: Readonly<Record<string, string>>;
  /** Reads them again at `tell smtp update config`; null: nothing to read. */
  readonly rereadNotesIni: (() => Readonly<Record<string, string>>) | null;
}

export class SmtpTask implements ConsoleServer {
  readonly desk: DominoDesk;
  private readonly scenario: Scenario;
  private readonly persona: Persona;
  private readonly options: SmtpTaskOptions;
  private readonly variables: NotesIniLayers;
  private readonly ports: readonly MailPort[];
  private running = false;

  constructor(
    scenario: Scenario,
    persona: Persona,
    options: SmtpTaskOptions,
    desk: DominoDesk,
    host: PortHost,
    certificates: CertificateSource,
  ) {
    this.scenario = scenario;
    this.persona = persona;
    this.options = options;
    this.desk = desk;
    this.variables = new NotesIniLayers(
      scenario.servers.map(({ notesIni }) => notesIni),
      options.notesIni,
    );
    this.ports = scenario.servers.map((_, index) => new MailPort(host, this.compiled(index), index, certificates));
  }

  /** Whether the ports are open, or will be when their time has come. */
  get isListening(): boolean {
    return this.running;
  }

  /** Where the servers of the scenario listen, in order; port 0 before the first start. */
  get addresses(): readonly Address[] {
    return this.ports.map(({ address }) => address);
  }

  get port(): number {
    return this.addresses[0]?.port ?? 0;
  }

  get openSessions(): number {
    return this.ports.reduce((sum, { openSessions }) => sum + openSessions, 0);
  }

  get speaksTls(): boolean {
    return this.ports.some(({ speaksTls }) => speaksTls);
  }

  /**
   * Opens the ports; later starts take the same ones again, unless SMTPListenerPort says otherwise. The first start
   * leaves the choice to the caller: no scenario opens a port that nobody asked for.
   * @throws ListenError, with nothing left open
   */
  async startListening(): Promise<void> {
    if (this.running) return;
    this.running = true;
    const again = this.port !== 0;
    const wanted = (again ? this.changes()[0]?.port : undefined) ?? null;
    this.desk.taskStarted(this.changes(), this.threads);
    try {
      for (const [index, mailPort] of this.ports.entries()) {
        await mailPort.listen(this.options.host, this.portOf(index, mailPort, wanted));
      }
    } catch (error) {
      await this.stopListening();
      throw error;
    }
  }

  private portOf(index: number, { address }: MailPort, wanted: number | null): number {
    if (wanted !== null) return wanted + index;
    if (address.port !== 0) return address.port;
    return this.options.port === 0 ? 0 : this.options.port + index;
  }

  /**
   * Closes the ports and ends every session.
   * @param graceMs how long sessions may end in good order (421) before they are cut
   */
  async stopListening(graceMs = 0): Promise<void> {
    if (!this.running) return;
    this.running = false;
    await Promise.all(this.ports.map((port) => port.stop(graceMs)));
    this.desk.taskStopped();
  }

  /** Ends all sessions at once; the ports stay open. */
  dropAll(): void {
    for (const port of this.ports) port.drop();
  }

  notesIni(name: string): string | null {
    const wanted = name.toLowerCase();
    return Object.entries(this.variables.of(0)).find(([known]) => known.toLowerCase() === wanted)?.[1] ?? null;
  }

  setNotesIni(name: string, value: string): void {
    this.variables.set(name, value);
    this.reconfigure(value === '' ? `${name} removed` : `${name}=${value}`);
  }

  updateConfiguration(): void {
    this.desk.say('updating-configuration');
    const { rereadNotesIni } = this.options;
    if (rereadNotesIni !== null) this.variables.replaceFile(rereadNotesIni());
    this.reconfigure('tell smtp update config');
    this.desk.say('updated-configuration');
  }

  /** Variables that are not known or cannot be read, one sentence each; they change nothing. */
  get notesIniProblems(): readonly string[] {
    const problems = this.ports.flatMap((_, index) => applyNotesIni(this.variables.of(index)).problems);
    return [...new Set(problems.map(({ message }) => message))];
  }

  /** SMTPNoVersionInRcvdHdr of a server, the other way round. */
  writesVersion(server: number): boolean {
    return this.changes()[server]?.versionInReceived !== false;
  }

  private reconfigure(detail: string): void {
    this.desk.configure(this.changes(), this.threads);
    for (const [index, port] of this.ports.entries()) port.reconfigure(this.compiled(index), detail);
  }

  private changes(): readonly PolicyChange[] {
    return this.scenario.servers.map((_, index) => applyNotesIni(this.variables.of(index)).change);
  }

  private compiled(index: number): CompiledServer {
    const { scenario, persona, options } = this;
    return configuredServer(scenario, index, persona, this.changes()[index] ?? {}, { saves: options.saves });
  }

  /** Session handlers of all servers; 0: no limit. */
  private get threads(): number {
    return this.scenario.servers.reduce((sum, { policies }) => sum + (policies.handlers ?? 0), 0);
  }
}
