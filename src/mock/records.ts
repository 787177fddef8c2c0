// What a running server remembers of its connections: living traces, the newest finished ones, and how many it let go.
// Bounded, since a server may run for months. Used by mock-server.ts and the faces.

import { NumberMap } from '../wire/number-map';
import type { Trace } from '../wire/trace';
import type { TraceRecord } from '../wire/trace-event';
import { connectionRecord, type ConnectionRecord } from './connection-record';

/** Finished connections that are kept. */
export const KEPT_CONNECTIONS = 1000;
/** Events of all of them together, and octets: connections of a load test would otherwise hold gigabytes. */
const KEPT_EVENTS = 200_000;
const KEPT_OCTETS = 256 * 2 ** 20;

/** A connection that is over, as large as it was then: that its message was saved, which it may still be told, hardly counts. */
interface Finished {
  readonly trace: Trace;
  readonly events: number;
  readonly octets: number;
}

export class ConnectionRecords {
  private readonly limit: number;
  private finished: Finished[] = [];
  private readonly living = new NumberMap<Trace>();
  /** What was made of a trace when somebody looked. */
  private readonly records = new WeakMap<Trace, TraceRecord>();
  private readonly made = new WeakMap<TraceRecord, ConnectionRecord>();
  private letGo = 0;
  private events = 0;
  private octets = 0;
  private readonly mostOctets: number;

  /**
   * @param limit finished connections that are kept
   * @param mostOctets octets of all of them together; the latest is kept though it alone has more
   */
  constructor(limit: number = KEPT_CONNECTIONS, mostOctets: number = KEPT_OCTETS) {
    this.limit = limit;
    this.mostOctets = mostOctets;
  }

  opened(trace: Trace): void {
    this.living.set(trace.connection, trace);
  }

  closed(trace: Trace): void {
    this.living.delete(trace.connection);
    const { length: events, octets } = trace;
    this.finished.push({ trace, events, octets });
    this.events += events;
    this.octets += octets;
    // Cut a fifth at a time: shifting an array for each connection would cost its length.
    if (this.finished.length > this.limit * 1.2) this.letGoOf(this.finished.length - this.limit);
    while (this.isFull && this.finished.length > 1) this.letGoOf(Math.ceil((this.finished.length - 1) / 5));
  }

  private get isFull(): boolean {
    return this.events > KEPT_EVENTS || this.octets > this.mostOctets;
  }

  private letGoOf(oldest: number): void {
    for (const { trace, events, octets } of this.finished.slice(0, oldest)) {
      trace.letGo();
      this.events -= events;
      this.octets -= octets;
    }
    this.finished = this.finished.slice(oldest);
    this.letGo += oldest;
  }

  /** Finished connections that are no longer here. */
  get dropped(): number {
    return this.letGo + Math.max(0, this.finished.length - this.limit);
  }

  get open(): number {
    return this.living.size;
  }

  /** Null when it is closed, or never was. */
  openTrace(connection: number): Trace | null {
    return this.living.get(connection) ?? null;
  }

  get openTraces(): readonly Trace[] {
    return this.living.values();
  }

  /** Newest last, at most the limit. */
  get traces(): readonly TraceRecord[] {
    return this.finished.slice(-this.limit).map(({ trace }) => {
      const record = this.records.get(trace) ?? trace.toRecord();
      this.records.set(trace, record);
      return record;
    });
  }

  /** The same as tests look at them; each is made once, when asked for. */
  get connections(): readonly ConnectionRecord[] {
    return this.traces.map((trace) => {
      const made = this.made.get(trace) ?? connectionRecord(trace);
      this.made.set(trace, made);
      return made;
    });
  }
}
