// The administrator's view of a running mock server: Domino's statistics and console log, fed from the events of all
// connections. Used by mock-server.ts, which tells it everything; the faces read it. Changes nothing: what is typed at
// the console is acted on in domino-console.ts.

import { logLines, NEW_LOG, type LogState } from '../domino/log';
import type { DateParts } from '../domino/log-date';
import { listenerLine, logOptions, processPrefix, type LogOptions } from '../domino/log-line';
import type { WordingId } from '../domino/log-wording';
import type { PolicyChange } from '../domino/notes-ini';
import {
  count,
  countHandlers,
  countSession,
  createStatistics,
  type SessionCount,
  type Statistics,
} from '../domino/statistics';
import type { AdmissionCounts } from '../server/admission';
import type { Clock } from '../wire/clock';
import { NumberMap } from '../wire/number-map';
import type { Trace } from '../wire/trace';
import type { TraceEvent } from '../wire/trace-event';

/** How the log looks, as far as it is not Domino's usual form. `prefix` and `debugIo` are the desk's own business. */
export type LogLook = Partial<Omit<LogOptions, 'prefix' | 'debugIo'>> & {
  /** `[process:thread-thread] ` before each line, as in console.log; SMTPDebugIO puts it there in any case. */
  readonly prefix?: 'none' | 'unix' | 'windows';
};

/** @param connection null for a line of the listener itself */
export type LineSink = (line: string, connection: number | null) => void;

/** One open connection. */
interface Seat {
  readonly connection: number;
  readonly count: SessionCount;
  /** As its last line was written; null before the first. */
  options: LogOptions | null;
  log: LogState;
}

/** Moments from `from` on, and before `to`, that have one date. */
interface Instant {
  readonly from: number;
  readonly to: number;
  readonly parts: DateParts;
}

function localParts(date: Date): DateParts {
  return {
    year: date.getFullYear(),
    month: date.getMonth() + 1,
    day: date.getDate(),
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
    hundredth: Math.floor(date.getMilliseconds() / 10),
  };
}

type Present = Pick<AdmissionCounts, 'busy' | 'waiting'>;

const NOBODY: Present = { busy: 0, waiting: 0 };

export class DominoDesk {
  /** Begins again with the SMTP task. */
  statistics: Statistics = createStatistics();
  private readonly clock: Clock;
  private readonly look: LogLook;
  /** Without prefix and debug lines: what most lines are written with. */
  private readonly plain: LogOptions;
  private readonly sink: LineSink | null;
  private readonly seats = new NumberMap<Seat>();
  /** Whose event was the last: the next is mostly the same one's. */
  private latest: Seat | null = null;
  private readonly counts: Present[] = [];
  private changes: readonly PolicyChange[] = [];
  /** The hundredth of a second of the last line, on the record's clock, and its date. */
  private instant: Instant = { from: 0, to: 0, parts: localParts(new Date(0)) };

  /** @param sink gets each line of the log; null: no log is kept, and none costs anything */
  constructor(clock: Clock, sink: LineSink | null, look: LogLook = {}) {
    this.clock = clock;
    this.sink = sink;
    this.look = look;
    const { prefix: _prefix, ...rest } = look;
    this.plain = logOptions({ dateOf: (at) => this.localDate(at), ...rest });
  }

  /** @param changes what the variables of each server amount to; @param threads session handlers in all, 0: no limit */
  configure(changes: readonly PolicyChange[], threads: number): void {
    this.changes = changes;
    this.statistics.options = {
      ...this.statistics.options,
      expandDnsblStats: changes.some(({ expandDnsblStats }) => expandDnsblStats === true),
      expandDnswlStats: changes.some(({ expandDnswlStats }) => expandDnswlStats === true),
    };
    countHandlers(this.statistics, { type: 'pool', threads });
  }

  /** The SMTP task starts: its counters begin again. */
  taskStarted(changes: readonly PolicyChange[], threads: number): void {
    this.statistics = createStatistics();
    this.configure(changes, threads);
    this.say('starting');
    this.say('started');
  }

  taskStopped(): void {
    this.say('shutting-down');
    this.say('shut-down');
  }

  /** A line of the listener itself. */
  say(id: WordingId): void {
    if (this.sink === null) return;
    for (const line of listenerLine(id, this.clock.now(), this.optionsFor(0, 0))) this.sink(line, null);
  }

  /** To be called for every event of every connection. */
  event(trace: Trace, event: TraceEvent): void {
    const { connection } = trace;
    const seat = this.seatOf(trace, event);
    if (seat === null) return;
    count(seat.count, event);
    if (event.type === 'closed') this.leave(connection);
    if (this.sink === null) return;
    const debugIo = this.changes[trace.server]?.debugIo ?? 0;
    if (seat.options?.debugIo !== debugIo) seat.options = this.optionsFor(trace.server, connection);
    const { state, lines } = logLines(seat.log, event, seat.options);
    seat.log = state;
    for (const line of lines) this.sink(line, connection);
  }

  /** Null for what a connection still has to say after its end, that a message was saved for instance: no line of the log. */
  private seatOf({ connection }: Trace, event: TraceEvent): Seat | null {
    if (this.latest?.connection === connection) return this.latest;
    let seat = this.seats.get(connection);
    if (seat === undefined) {
      if (event.type !== 'connected') return null;
      seat = { connection, count: countSession(this.statistics), options: null, log: NEW_LOG };
      this.seats.set(connection, seat);
    }
    this.latest = seat;
    return seat;
  }

  private leave(connection: number): void {
    this.seats.delete(connection);
    this.latest = null;
  }

  /** Who is served and who waits at one server, told after every change. */
  admitted(server: number, counts: Present): void {
    const before = this.counts[server] ?? NOBODY;
    const { busy, waiting } = counts;
    this.counts[server] = { busy, waiting };
    this.tellHandlers(before.busy - busy, 'freed');
    this.tellHandlers(before.waiting - waiting, 'unqueued');
    this.tellHandlers(waiting - before.waiting, 'queued');
    this.tellHandlers(busy - before.busy, 'taken');
  }

  private tellHandlers(times: number, type: 'taken' | 'freed' | 'queued' | 'unqueued'): void {
    for (let time = 0; time < times; time += 1) countHandlers(this.statistics, { type });
  }

  private optionsFor(server: number, connection: number): LogOptions {
    const { prefix = 'none' } = this.look;
    const debugIo = this.changes[server]?.debugIo ?? 0;
    // The debug lines of the technote stand behind a prefix; without it they would be nobody's.
    const style = debugIo > 0 && prefix === 'none' ? 'unix' : prefix;
    if (style === 'none') return this.plain;
    return {
      ...this.plain,
      debugIo,
      prefix: processPrefix(process.pid % 100_000, connection % 100_000, 1, style),
    };
  }

  /**
   * The wall-clock date of a moment on the record's clock, in the time zone of this machine, as Domino's log has it.
   * Worked out once for all lines of a hundredth of a second: a busy server writes many.
   */
  private localDate(at: number): DateParts {
    const { from, to, parts } = this.instant;
    if (at >= from && at < to) return parts;
    const date = new Date(this.clock.date().getTime() - this.clock.now() + at);
    const begun = at - (date.getMilliseconds() % 10);
    this.instant = { from: begun, to: begun + 10, parts: localParts(date) };
    return this.instant.parts;
  }
}
