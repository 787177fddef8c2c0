// The recorder of one connection: stamps events with the global order and the monotonic time, and keeps them in bounds.
// The server's session writes here; it never reads its own record to decide anything.
// Not here: the text forms (trace-json.ts, trace-text.ts) and what the events mean (trace-event.ts).

import type { Clock } from './clock';
import { EventLog } from './event-log';
import { receivedRange } from './received-range';
import type { Layer, ReceivedEvent, TraceEvent, TraceRecord, Unstamped } from './trace-event';

/** Counts events over all connections of one server, so that order never has to be read off times. */
export interface Sequence {
  last: number;
}

export interface TraceBounds {
  /** Octets of one connection that are kept; further events keep their lengths only. */
  readonly octets: number;
  /** Events of one connection that are kept; beyond it the middle goes, the beginning and the newest stay. */
  readonly events: number;
}

export const DEFAULT_TRACE_BOUNDS: TraceBounds = { octets: 2 ** 20, events: 20_000 };

const REDACTED = 0x2a; // '*'

type Writable<E> = E extends TraceEvent ? { -readonly [K in keyof E]: E[K] } : never;
type Stampable = Writable<TraceEvent>;

/** Told each event right after it was recorded; with the trace, so that one function serves all connections. */
export type TraceListener = (trace: Trace, event: TraceEvent) => void;

export class Trace {
  readonly connection: number;
  readonly server: number;
  readonly dropped = { octets: 0, events: 0 };
  private readonly log: EventLog;
  /** A record of it is somewhere, and shows the events when somebody looks. */
  private recorded = false;
  private keptOctets = 0;
  /** When the latest event was stamped. */
  private latestAt = 0;
  private readonly clock: Clock;
  private readonly sequence: Sequence;
  private readonly bounds: TraceBounds;
  private readonly listener: TraceListener | null;

  /**
   * @param listener sees each event right after it was recorded: live transcript, statistics, Domino log
   */
  constructor(
    connection: number,
    server: number,
    clock: Clock,
    sequence: Sequence,
    bounds: TraceBounds = DEFAULT_TRACE_BOUNDS,
    listener: TraceListener | null = null,
  ) {
    this.connection = connection;
    this.server = server;
    this.clock = clock;
    this.sequence = sequence;
    this.bounds = bounds;
    this.log = new EventLog(bounds.events);
    this.listener = listener;
  }

  /**
   * Records an event. The value handed in is stamped in place and must not be used again.
   * @param at the moment to stamp, when it is already known (a read that brought several things)
   * @returns its `seq`
   */
  record(event: Unstamped, at: number = this.clock.now()): number {
    const stamped = event as Stampable;
    stamped.seq = ++this.sequence.last;
    stamped.at = this.notBefore(at);
    if (stamped.type === 'received' || stamped.type === 'sent') this.boundOctets(stamped);
    return this.append(stamped);
  }

  /**
   * The next stamp, for an event that is made complete and then appended at once.
   * @param at as in `record`: when it is known, a look at the clock is saved
   */
  stamp(at: number = this.clock.now()): { readonly seq: number; readonly at: number } {
    return { seq: ++this.sequence.last, at: this.notBefore(at) };
  }

  /** Times on a record never go back, though an event may be stamped with a moment that was looked at before another's. */
  private notBefore(at: number): number {
    if (at > this.latestAt) this.latestAt = at;
    return this.latestAt;
  }

  /** Records an event that was made with the latest stamp: what the dialogue's own, frequent events cost least with. */
  append(event: TraceEvent): number {
    this.log.push(event);
    if (this.log.length > this.bounds.events) this.dropMiddle();
    this.listener?.(this, event);
    return event.seq;
  }

  /**
   * Records octets that crossed, by far the most of all events: those beyond the bound are not put in at all.
   * @param octets they are kept, so nobody may write to them any more
   */
  recordOctets(type: 'received' | 'sent', layer: Layer, offset: number, octets: Buffer, at = this.clock.now()): number {
    const { length } = octets;
    const stamp = this.stamp(at);
    if (!this.keeps(length)) {
      this.dropped.octets += length;
      return this.append({ type, seq: stamp.seq, at: stamp.at, layer, offset, length });
    }
    this.keptOctets += length;
    return this.append({ type, seq: stamp.seq, at: stamp.at, layer, offset, length, octets });
  }

  /** Whether so many octets, if they crossed now, would be kept. */
  keeps(octets: number): boolean {
    return this.keptOctets + octets <= this.bounds.octets;
  }

  /**
   * Overwrites a secret in every layer it was received in. `offset` and `length` are in the plain layer; the octets are
   * masked in place, since nothing else may keep them (RFC 4954 asks servers to protect credentials in logs).
   */
  redact(offset: number, length: number): void {
    const secret = this.maskRange('plain', offset, length);
    if (secret.length === 0) return;
    const layers = new Set<Layer>();
    for (const event of this.events) if (event.type === 'received' && event.layer !== 'plain') layers.add(event.layer);
    for (const layer of layers) this.maskSecret(layer, secret);
  }

  /** All that is kept, oldest first: the same array each time, and what came since the last look is added to it. */
  get events(): readonly TraceEvent[] {
    return this.log.events;
  }

  /** How many there are, without looking at them. */
  get length(): number {
    return this.log.length;
  }

  /** Octets that are kept with them. */
  get octets(): number {
    return this.keptOctets;
  }

  /** The record so far. Its events are put together when somebody looks. */
  toRecord(): TraceRecord {
    this.recorded = true;
    const { connection, server, dropped, log } = this;
    return {
      connection,
      server,
      get events() {
        return log.events;
      },
      dropped: { ...dropped },
    };
  }

  /** Whoever kept it does so no longer: without a record of it, its events are gone, and their memory is used again. */
  letGo(): void {
    if (this.recorded) return;
    this.dropped.events += this.log.length;
    this.dropped.octets += this.keptOctets;
    this.keptOctets = 0;
    this.log.letGo();
  }

  private boundOctets(event: { length: number; octets?: Buffer }): void {
    if (event.octets === undefined) return;
    if (this.keptOctets + event.length > this.bounds.octets) {
      this.dropped.octets += event.length;
      delete event.octets;
    } else this.keptOctets += event.length;
  }

  /** The first quarter stays, and the newest; many go at once, so that the cost per event stays constant. */
  private dropMiddle(): void {
    const quarter = Math.floor(this.bounds.events / 4);
    const gone = this.log.cut(quarter, Math.max(1, quarter));
    this.keptOctets -= gone.octets;
    this.dropped.octets += gone.octets;
    this.dropped.events += gone.events;
  }

  private maskRange(layer: Layer, offset: number, length: number): Buffer {
    const pieces = receivedRange(this.events, layer, offset, offset + length);
    const secret = Buffer.concat(pieces);
    for (const piece of pieces) piece.fill(REDACTED);
    return secret;
  }

  /** Behind a middlebox or TLS the offsets differ, so the secret is looked for by its octets, newest first. */
  private maskSecret(layer: Layer, secret: Buffer): void {
    const reads: ReceivedEvent[] = [];
    let gathered = 0;
    for (let i = this.events.length - 1; i >= 0 && gathered < secret.length + 65_536; i--) {
      const event = this.events[i];
      if (event?.type !== 'received' || event.layer !== layer || event.octets === undefined) continue;
      reads.unshift(event);
      gathered += event.length;
    }
    const at = Buffer.concat(reads.map((read) => read.octets ?? Buffer.alloc(0))).lastIndexOf(secret);
    if (at < 0) return;
    let position = 0;
    for (const read of reads) {
      const from = Math.max(0, at - position);
      const to = Math.min(read.length, at + secret.length - position);
      if (from < to) read.octets?.fill(REDACTED, from, to);
      position += read.length;
    }
  }
}
