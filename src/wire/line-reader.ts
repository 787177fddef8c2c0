// Command lines, pulled from the octet queue with everything a verdict may need: raw octets, offset, arrival of the
// first and last octet, exact terminator. What ends a line is the caller's rule. A line too long is a value, not an error.

import type { Terminator } from '../smtp/vocabulary';
import type { Arrival, OctetQueue } from './octet-queue';

/**
 * `crlf`: RFC 5321 2.3.8, nothing else ends a line. `lf`: a bare LF as well. `cr-or-lf`: a bare CR or a bare LF
 * (Domino before 5.0.10, and later with SMTPNonStandardLineTermination=1).
 */
export type LineRule = 'crlf' | 'lf' | 'cr-or-lf';

export interface Line {
  readonly kind: 'line';
  /** latin1, a character for each octet, without terminator; at most the reader's limit. */
  readonly text: string;
  readonly terminator: Terminator;
  readonly offset: number;
  /** Of the whole line, terminator and what was cut included. */
  readonly length: number;
  readonly cut: boolean;
  readonly firstSeq: number;
  readonly firstAt: number;
  readonly lastSeq: number;
  readonly lastAt: number;
}

/** No line yet. `bare-lf` / `bare-cr`: something waits that another rule, or a little patience, would take as a line. */
export interface NoLine {
  readonly kind: 'none';
  readonly pending: 'nothing' | 'partial' | 'bare-lf' | 'bare-cr';
}

const CR = 13;
const LF = 10;

const NOTHING: NoLine = { kind: 'none', pending: 'nothing' };
const PARTIAL: NoLine = { kind: 'none', pending: 'partial' };
const BARE_LF: NoLine = { kind: 'none', pending: 'bare-lf' };
const BARE_CR: NoLine = { kind: 'none', pending: 'bare-cr' };

interface Found {
  /** Octets of the line, counted from the front of the queue, without terminator. */
  readonly length: number;
  readonly terminator: Terminator;
  readonly last: Arrival;
}

/** The beginning of a line that has outgrown the limit; its octets are gone from the queue. */
interface Outgrown {
  readonly head: string;
  readonly skipped: number;
  readonly offset: number;
  readonly first: Arrival;
}

export class LineReader {
  private readonly queue: OctetQueue;
  private readonly limit: number;
  /** Octets from the front that hold no terminator under `scannedRule`. */
  private scanned = 0;
  private scannedRule: LineRule | null = null;
  private scannedFrom = -1;
  private sawBareLf = false;
  private outgrown: Outgrown | null = null;

  /** @param limit octets of one line that are kept */
  constructor(queue: OctetQueue, limit: number) {
    this.queue = queue;
    this.limit = limit;
  }

  /**
   * Takes the next line if it is there.
   * @param endAtCr with `cr-or-lf`, take a CR at the very end as the terminator instead of waiting for a possible LF
   */
  take(rule: LineRule, endAtCr = false): Line | NoLine {
    if (this.queue.length === 0) return this.outgrown === null ? NOTHING : PARTIAL;
    const found = this.find(rule, endAtCr);
    if (found !== null) return this.cutLine(found);
    // Two octets more than the limit may still be the terminator of a line that is just long enough.
    if (this.queue.length > this.limit + 2) this.outgrow();
    if (rule === 'cr-or-lf' && this.lastOctet() === CR) return BARE_CR;
    return this.sawBareLf ? BARE_LF : PARTIAL;
  }

  /** What is left when the peer is gone: a line without terminator, or null. */
  rest(): Line | null {
    const arrival = this.queue.arrival(this.queue.arrivalCount - 1) ?? this.outgrown?.first;
    if (arrival === undefined) return null;
    return this.cutLine({ length: this.queue.length, terminator: 'none', last: arrival });
  }

  private lastOctet(): number | undefined {
    const last = this.queue.arrival(this.queue.arrivalCount - 1);
    return last?.octets[last.octets.length - 1];
  }

  private find(rule: LineRule, endAtCr: boolean): Found | null {
    if (this.scannedRule !== rule || this.scannedFrom !== this.queue.offset) {
      this.scannedRule = rule;
      this.scannedFrom = this.queue.offset;
      this.scanned = 0;
      this.sawBareLf = false;
    }
    return rule === 'cr-or-lf' ? this.findEither(endAtCr) : this.findLf(rule);
  }

  private findLf(rule: 'crlf' | 'lf'): Found | null {
    let passed = 0; // octets in arrivals before this one
    let previous = -1; // last octet of the arrival before
    for (let i = 0; ; i++) {
      const arrival = this.queue.arrival(i);
      if (arrival === undefined) break;
      const start = i === 0 ? this.queue.firstStart : 0;
      const size = arrival.octets.length - start;
      let from = start + Math.max(0, this.scanned - passed);
      while (from < arrival.octets.length) {
        const at = arrival.octets.indexOf(LF, from);
        if (at < 0) break;
        const before = at > start ? arrival.octets[at - 1] : previous;
        const length = passed + at - start;
        if (before === CR) return { length: length - 1, terminator: 'CRLF', last: arrival };
        if (rule === 'lf') return { length, terminator: 'LF', last: arrival };
        this.sawBareLf = true;
        from = at + 1;
      }
      passed += size;
      previous = arrival.octets[arrival.octets.length - 1] ?? -1;
    }
    this.scanned = passed;
    return null;
  }

  private findEither(endAtCr: boolean): Found | null {
    let passed = 0;
    for (let i = 0; ; i++) {
      const arrival = this.queue.arrival(i);
      if (arrival === undefined) break;
      const start = i === 0 ? this.queue.firstStart : 0;
      const from = start + Math.max(0, this.scanned - passed);
      const at = firstOf(arrival.octets, from);
      if (at >= 0) {
        const length = passed + at - start;
        if (arrival.octets[at] === LF) return { length, terminator: 'LF', last: arrival };
        return this.endAtCarriageReturn(arrival, at, i, length, endAtCr);
      }
      passed += arrival.octets.length - start;
    }
    this.scanned = passed;
    return null;
  }

  /** A CR ends the line; whether a LF belongs to it shows with the next octet only. */
  private endAtCarriageReturn(
    arrival: Arrival,
    at: number,
    index: number,
    length: number,
    endAtCr: boolean,
  ): Found | null {
    const inside = arrival.octets[at + 1];
    const nextArrival = this.queue.arrival(index + 1);
    const next = inside ?? nextArrival?.octets[0];
    if (next === LF) {
      return { length, terminator: 'CRLF', last: inside === undefined ? (nextArrival ?? arrival) : arrival };
    }
    if (next !== undefined || endAtCr) return { length, terminator: 'CR', last: arrival };
    this.scanned = length;
    return null;
  }

  private cutLine(found: Found): Line {
    const { queue, outgrown } = this;
    const first = outgrown?.first ?? queue.arrival(0) ?? found.last;
    const ending = found.terminator === 'CRLF' ? 2 : found.terminator === 'none' ? 0 : 1;
    // A CR that ended the outgrown part belongs to this line's terminator, hence never below zero.
    const line: Line = {
      kind: 'line',
      text: outgrown?.head ?? queue.text(Math.min(Math.max(0, found.length), this.limit)),
      terminator: found.terminator,
      offset: outgrown?.offset ?? queue.offset,
      length: (outgrown?.skipped ?? 0) + found.length + ending,
      cut: (outgrown?.skipped ?? 0) + found.length > this.limit,
      firstSeq: first.seq,
      firstAt: first.at,
      lastSeq: found.last.seq,
      lastAt: found.last.at,
    };
    queue.skip(found.length + ending);
    this.outgrown = null;
    this.scanned = 0;
    this.sawBareLf = false;
    return line;
  }

  /** Forgets the middle of a line that is too long, keeping one octet in the queue: it may be the CR of its end. */
  private outgrow(): void {
    const first = this.queue.arrival(0);
    if (first === undefined) return;
    const skip = this.queue.length - 1;
    this.outgrown = {
      head: this.outgrown?.head ?? this.queue.text(this.limit),
      skipped: (this.outgrown?.skipped ?? 0) + skip,
      offset: this.outgrown?.offset ?? this.queue.offset,
      first: this.outgrown?.first ?? first,
    };
    const bareLf = this.sawBareLf;
    this.queue.skip(skip);
    this.scanned = 0;
    this.scannedFrom = this.queue.offset;
    this.sawBareLf = bareLf;
  }
}

function firstOf(octets: Buffer, from: number): number {
  const cr = octets.indexOf(CR, from);
  const lf = octets.indexOf(LF, from);
  if (cr < 0) return lf;
  return lf < 0 ? cr : Math.min(cr, lf);
}
