// The boxes of a path, one behind the other, as one state machine with one schedule.
//
//   client ──► box 0 ──► box 1 ──► … ──► box n ──► server      client octets: in the order of `path:`
//   client ◄── box 0 ◄── box 1 ◄── … ◄── box n ◄── server      server octets: the other way round
//
// Used by server/transport, which feeds it and performs what is `delivered`. Output that leaves a box later waits in the
// schedule and goes on into the next box at exactly its own moment, even if the wake-up comes late: spans add up
// exactly. Within a direction nothing overtakes what left the same box before it; a box that reorders does so by what
// it puts out first.

import type { BoxInput, BoxOutput, BoxStart, Middlebox, Side } from './middlebox';
import type { BothSides } from './passing';
import { withSide } from './passing';

/** Octets that have just left a box, for the trace layer `after:<box>`. */
export interface Crossing {
  /** The box's name; `name#2` for the second of that name, counted from the client. */
  readonly box: string;
  readonly side: Side;
  readonly at: number;
  readonly octets: Buffer;
}

interface Scheduled {
  readonly at: number;
  /** Index of the box it comes out of; -1 is the client's end, `boxes.length` the server's. */
  readonly from: number;
  readonly output: BoxOutput;
}

interface Place {
  readonly box: Middlebox;
  readonly label: string;
  readonly state: unknown;
  /** When the last thing of each direction leaves, or left. */
  readonly leftAt: BothSides<number>;
  /** Which ends this box keeps from being read. */
  readonly pausing: BothSides<boolean>;
}

export interface ChainState {
  readonly places: readonly Place[];
  /** By `at`; of equal moments, what was put in first. */
  readonly schedule: readonly Scheduled[];
}

export interface ChainStep {
  readonly state: ChainState;
  /**
   * Due now: side `client` is for the server session, side `server` for the client's socket. `pauseReading` is for the
   * end named by its side, and comes only when the boxes together change their mind.
   */
  readonly delivered: readonly BoxOutput[];
  readonly crossings: readonly Crossing[];
  /** When the chain wants a `wake` input (either side), or null. */
  readonly wakeAt: number | null;
}

/**
 * Puts the boxes between a client and the server.
 * @param boxes in the order of `path:`, nearest the client first; none at all delivers everything at once
 */
export function startChain(boxes: readonly Middlebox[], with_: BoxStart): ChainStep {
  const run = new Run({ places: [], schedule: [] });
  for (const [index, box] of boxes.entries()) {
    const { state, out } = box.start(with_);
    const both = { client: false, server: false };
    const leftAt = { client: with_.at, server: with_.at };
    run.places.push({ box, label: labelOf(boxes, index), state, leftAt, pausing: both });
    run.put(index, out, with_.at);
  }
  return run.until(with_.at);
}

/**
 * Takes one input at an end of the path. Whatever is due by then goes first, each at its own moment.
 * @param input octets, FIN or RST of one end, or the `wake` the chain asked for
 */
export function chainNext(state: ChainState, input: BoxInput): ChainStep {
  const run = new Run(state);
  if (!('wake' in input)) run.insert(input.side === 'client' ? -1 : run.places.length, input);
  return run.until(input.at);
}

function labelOf(boxes: readonly Middlebox[], index: number): string {
  const name = boxes[index]?.name ?? '';
  const nth = boxes.slice(0, index + 1).filter((box) => box.name === name).length;
  return boxes.filter((box) => box.name === name).length > 1 ? `${name}#${nth}` : name;
}

/** One call's working copy: filled in place, then handed out as a new state. */
class Run {
  readonly places: Place[];
  private readonly schedule: Scheduled[];
  private readonly delivered: BoxOutput[] = [];
  private readonly crossings: Crossing[] = [];

  constructor(state: ChainState) {
    this.places = [...state.places];
    this.schedule = [...state.schedule];
  }

  until(at: number): ChainStep {
    // The schedule also grows while it is worked off, so its end is not a loop bound.
    let done = 0;
    for (;;) {
      const due = this.schedule[done];
      if (due === undefined || due.at > at) break;
      done += 1;
      this.leave(due, done);
    }
    const schedule = this.schedule.slice(done);
    return {
      state: { places: this.places, schedule },
      delivered: this.delivered,
      crossings: this.crossings,
      wakeAt: schedule[0]?.at ?? null,
    };
  }

  /** Schedules what a box puts out, never before `now` and never before what it put out earlier in that direction. */
  put(from: number, out: readonly BoxOutput[], now: number, floor = 0): void {
    for (const output of out) {
      const place = this.places[from];
      const at = Math.max(output.at, now);
      if (place === undefined || 'wake' in output || 'pauseReading' in output) {
        this.insert(from, { ...output, at }, floor);
        continue;
      }
      const leavesAt = Math.max(at, place.leftAt[output.side]);
      this.places[from] = { ...place, leftAt: withSide(place.leftAt, output.side, leavesAt) };
      this.insert(from, { ...output, at: leavesAt }, floor);
    }
  }

  /** Sorted insertion, looked for from the end: nearly everything belongs there. */
  insert(from: number, output: BoxOutput, floor = 0): void {
    let index = this.schedule.length;
    while (index > floor && (this.schedule[index - 1]?.at ?? 0) > output.at) index -= 1;
    this.schedule.splice(index, 0, { at: output.at, from, output });
  }

  private leave({ from, output }: Scheduled, done: number): void {
    const place = this.places[from];
    if ('wake' in output) {
      this.feed(from, output, done);
      return;
    }
    if ('pauseReading' in output) {
      this.pause(from, output.side, output);
      return;
    }
    if (place !== undefined && 'octets' in output) {
      this.crossings.push({ box: place.label, side: output.side, at: output.at, octets: output.octets });
    }
    const to = from + (output.side === 'client' ? 1 : -1);
    if (this.places[to] === undefined) this.delivered.push(output);
    else this.feed(to, output, done);
  }

  private feed(index: number, input: BoxInput, done: number): void {
    const place = this.places[index];
    if (place === undefined) return;
    const { state, out } = place.box.next(place.state, input);
    this.places[index] = { ...place, state };
    this.put(index, out, input.at, done);
  }

  /** An end is read again only when no box keeps it from being read any more. */
  private pause(from: number, side: Side, output: BoxOutput & { readonly pauseReading: boolean }): void {
    const place = this.places[from];
    if (place === undefined) return;
    const anyPausing = (): boolean => this.places.some(({ pausing }) => pausing[side]);
    const before = anyPausing();
    this.places[from] = { ...place, pausing: withSide(place.pausing, side, output.pauseReading) };
    if (anyPausing() !== before) this.delivered.push(output);
  }
}
