// The port as an actor (scenario: `listen:`, `closed:`, `accept.total`): opens late, goes away and comes back, so that
// connections are refused by the operating system and not accepted and dropped. Drives one listener per address, all on the
// same port, by the clock. Used by mail-port.ts. Who may talk after accept is admission.ts.

import type { Alarm, Clock } from '../wire/clock';
import type { PortConfig } from '../scenario/scenario';
import { ListenError, type Listener } from './listener';

export interface Door {
  readonly listener: Listener;
  readonly host: string;
}

export interface PortActorOptions {
  /** At least one. */
  readonly doors: readonly Door[];
  /** 0: any that is free on all addresses. */
  readonly port: number;
  readonly config: Pick<PortConfig, 'listenAfterMs' | 'closed' | 'accept'>;
  readonly clock: Clock;
  /** The port has been opened or closed. */
  readonly changed?: (isOpen: boolean) => void;
  /** The port could not be opened when its time had come. */
  readonly failed: (error: ListenError) => void;
}

/** A free port must be free on every address; so often another one is tried. */
const PORT_TRIES = 20;
/** An outgoing connection of some client may sit on our port for a moment: how often, and how long after, we come back. */
const REOPEN_TRIES = 50;
const REOPEN_AFTER_MS = 100;

/**
 * What a scenario's words mean: `closed: {for}` refuses from the start, for that time; `closed: {connections: n}` refuses
 * after n accepts, for good; both: after n accepts, for that time, once. `accept.total` refuses after so many, for good.
 * A connection that was in the backlog when the port was closed is reset by the operating system.
 */
export class PortActor {
  private readonly options: PortActorOptions;
  private port: number;
  private accepted = 0;
  private alarm: Alarm | null = null;
  private open = false;
  private closing = false;

  /** Counts the accepts of its listeners from here on. */
  constructor(options: PortActorOptions) {
    this.options = options;
    this.port = options.port;
    for (const { listener } of options.doors) listener.onAccept(() => this.onAccept());
  }

  get isOpen(): boolean {
    return this.open;
  }

  /**
   * With port 0 and a late opening the port is opened for a moment, to have its number; a given port stays untouched.
   * @returns the port that clients are to be told, open or not yet
   * @throws ListenError when it is to be open now and cannot
   */
  async start(): Promise<number> {
    const { config, clock } = this.options;
    const { closed, listenAfterMs } = config;
    const refusedMs = closed !== null && closed.afterConnections === null ? (closed.forMs ?? 0) : 0;
    const lateMs = Math.max(listenAfterMs ?? 0, refusedMs);
    if (lateMs === 0 || this.port === 0) this.port = await this.openDoors();
    if (this.closing) this.closeDoors();
    else if (lateMs === 0) this.became(true);
    else {
      this.closeDoors();
      this.openAt(clock.now() + lateMs);
    }
    return this.port;
  }

  /** Closes the port for good; accepted connections go on. */
  close(): void {
    this.closing = true;
    this.alarm?.cancel();
    this.closeDoors();
    this.became(false);
  }

  /** Closes the port and stops the listeners: returns when every socket is gone. */
  async stop(): Promise<void> {
    this.close();
    await Promise.all(this.options.doors.map(({ listener }) => listener.stop()));
  }

  private onAccept(): void {
    const { closed, accept } = this.options.config;
    this.accepted++;
    const isLast = accept.total !== null && this.accepted >= accept.total;
    const goesAway = closed !== null && closed.afterConnections === this.accepted;
    if (!isLast && !goesAway) return;
    // Within the accept itself: the next client finds the port closed.
    this.closeDoors();
    this.became(false);
    if (!isLast && closed !== null && closed.forMs !== null) this.openAt(this.options.clock.now() + closed.forMs);
  }

  private openAt(at: number, tries = 1): void {
    if (!this.closing) this.alarm = this.options.clock.alarm(at, () => void this.reopen(tries));
  }

  private async reopen(tries: number): Promise<void> {
    try {
      await this.openDoors();
      if (this.closing) this.closeDoors();
      else this.became(true);
    } catch (error) {
      if (!(error instanceof ListenError)) throw error;
      if (this.closing) return;
      if (error.code === 'EADDRINUSE' && tries < REOPEN_TRIES) {
        this.openAt(this.options.clock.now() + REOPEN_AFTER_MS, tries + 1);
      } else this.options.failed(error);
    }
  }

  /** Opens the same port on every address, or none. */
  private async openDoors(): Promise<number> {
    for (let tries = 1; ; tries++) {
      let { port } = this;
      try {
        for (const { listener, host } of this.options.doors) ({ port } = await listener.listenOn(host, port));
        return port;
      } catch (error) {
        this.closeDoors();
        const another = this.port === 0 && error instanceof ListenError && error.code === 'EADDRINUSE';
        if (!another || tries >= PORT_TRIES) throw error;
      }
    }
  }

  private closeDoors(): void {
    for (const { listener } of this.options.doors) listener.closePort();
  }

  private became(open: boolean): void {
    if (this.open === open) return;
    this.open = open;
    this.options.changed?.(open);
  }
}
