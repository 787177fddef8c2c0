// Runs the pure chain of middleboxes in real time: octets and closings in, what is due out, one alarm for what is not due
// yet. Offers a duplex stream for TLS that has to run behind a path. Used by transport.ts only.

import { Duplex } from 'node:stream';
import type { Alarm, Clock } from '../wire/clock';
import { chainNext, startChain, type ChainState, type ChainStep } from '../middlebox/chain';
import type { BoxOutput, Middlebox, Random, Side } from '../middlebox/middlebox';

type Carried = { readonly octets: Buffer } | { readonly fin: true } | { readonly rst: true };

export interface PathEnds {
  toServer(octets: Buffer): void;
  finToServer(): void;
  resetToServer(reason: string): void;
  toClient(octets: Buffer): void;
  finToClient(): void;
  resetToClient(): void;
  pauseClient(paused: boolean): void;
  /** Octets left a box. `offset` counts per box and direction. */
  crossed(box: string, side: Side, octets: Buffer, offset: number): void;
}

export interface PathContext {
  readonly connection: number;
  readonly random: Random;
  readonly clock: Clock;
}

export class PathDriver {
  private readonly clock: Clock;
  private readonly ends: PathEnds;
  private state: ChainState;
  private alarm: Alarm | null = null;
  private alarmAt = Infinity;
  private readonly offsets = new Map<string, number>();
  private stream: Duplex | null = null;
  private stopped = false;
  private finished = false;
  private readonly steps: ChainStep[] = [];
  private carrying = false;

  constructor(boxes: readonly Middlebox[], context: PathContext, ends: PathEnds) {
    this.clock = context.clock;
    this.ends = ends;
    const { connection, random } = context;
    const first = startChain(boxes, { at: this.clock.now(), connection, random });
    this.state = first.state;
    this.arm(first.wakeAt);
    // The owner is still being built: what the boxes want at once is done when it is ready.
    this.steps.push(first);
    queueMicrotask(() => this.carryOut({ ...first, delivered: [], crossings: [] }));
  }

  /** From the client. */
  input(what: Carried): void {
    this.feed('client', what);
  }

  /** From the server, who says FIN once. */
  output(what: Carried): void {
    if (this.finished) return;
    if ('fin' in what) this.finished = true;
    this.feed('server', what);
  }

  stop(): void {
    this.stopped = true;
    this.alarm?.cancel();
    this.stream?.destroy();
  }

  /** What TLS runs over: reads what comes out of the path towards the server, writes into it towards the client. */
  duplex(): Duplex {
    const stream = new Duplex({
      read: () => undefined,
      write: (octets: Buffer, _encoding, done) => {
        this.output({ octets });
        done();
      },
      final: (done) => {
        this.output({ fin: true });
        done();
      },
    });
    this.stream = stream;
    return stream;
  }

  private feed(side: Side, what: Carried): void {
    if (this.stopped) return;
    this.took(chainNext(this.state, { at: this.clock.now(), side, ...what }));
  }

  private took(step: ChainStep): void {
    this.state = step.state;
    this.arm(step.wakeAt);
    this.carryOut(step);
  }

  /** What is delivered may bring an answer at once: that is carried out afterwards, so that no octet overtakes another. */
  private carryOut(step: ChainStep): void {
    this.steps.push(step);
    if (this.carrying) return;
    this.carrying = true;
    for (let next = this.steps.shift(); next !== undefined && !this.stopped; next = this.steps.shift()) {
      this.tellCrossings(next);
      for (const delivered of next.delivered) this.deliver(delivered);
    }
    this.carrying = false;
  }

  private tellCrossings({ crossings }: ChainStep): void {
    for (const { box, side, octets } of crossings) {
      const key = `${side} ${box}`;
      const offset = this.offsets.get(key) ?? 0;
      this.offsets.set(key, offset + octets.length);
      this.ends.crossed(box, side, octets, offset);
    }
  }

  private deliver(delivered: BoxOutput): void {
    if ('pauseReading' in delivered) {
      if (delivered.side === 'client') this.ends.pauseClient(delivered.pauseReading);
    } else if (delivered.side === 'client') this.deliverToServer(delivered);
    else this.deliverToClient(delivered);
  }

  private deliverToServer(delivered: BoxOutput): void {
    if ('octets' in delivered) {
      const { octets } = delivered;
      if (this.stream === null) this.ends.toServer(octets);
      else this.stream.push(octets);
    } else if ('fin' in delivered) {
      if (this.stream === null) this.ends.finToServer();
      else this.stream.push(null);
    } else if ('rst' in delivered) this.ends.resetToServer('reset on the path');
  }

  private deliverToClient(delivered: BoxOutput): void {
    if ('octets' in delivered) this.ends.toClient(delivered.octets);
    else if ('fin' in delivered) this.ends.finToClient();
    else if ('rst' in delivered) this.ends.resetToClient();
  }

  private arm(wakeAt: number | null): void {
    if (wakeAt === this.alarmAt) return;
    this.alarm?.cancel();
    this.alarmAt = wakeAt ?? Infinity;
    this.alarm = wakeAt === null ? null : this.clock.alarm(wakeAt, () => this.wake());
  }

  private wake(): void {
    this.alarm = null;
    this.alarmAt = Infinity;
    this.took(chainNext(this.state, { at: this.clock.now(), side: 'client', wake: true }));
  }
}
