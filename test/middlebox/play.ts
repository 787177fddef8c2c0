// How the tests of this room drive a box, or a chain on a clock that only they move: literal octets in, literal octets out.

import { chainNext, startChain } from '../../src/middlebox/chain';
import type { ChainStep, Crossing } from '../../src/middlebox/chain';
import type { BoxInput, BoxOutput, Middlebox, Random, Side } from '../../src/middlebox/middlebox';

/** Latin1 octets, or an end, from one side; the moment is 0 when not given. */
export type Turn = readonly [
  side: Side,
  what: string | { readonly fin: true } | { readonly rst: true } | { readonly wake: true },
  at?: number,
];

interface Circumstances {
  readonly connection?: number;
  readonly random?: Random;
}

function inputOf([side, what, at = 0]: Turn): BoxInput {
  return typeof what === 'string' ? { at, side, octets: Buffer.from(what, 'latin1') } : { at, side, ...what };
}

/** Feeds the turns to one box and gives back everything it puts out, in order. */
export function play(box: Middlebox, turns: readonly Turn[], with_: Circumstances = {}): readonly BoxOutput[] {
  const start = box.start({ at: 0, connection: with_.connection ?? 1, random: with_.random ?? (() => 0.5) });
  let { state } = start;
  const out = [...start.out];
  for (const turn of turns) {
    const step = box.next(state, inputOf(turn));
    state = step.state;
    out.push(...step.out);
  }
  return out;
}

/** All octets that come out of one side's direction, joined. */
export function heard(out: readonly BoxOutput[], side: Side): string {
  return pieces(out, side).join('');
}

/** The pieces of one side's direction. */
export function pieces(out: readonly BoxOutput[], side: Side): readonly string[] {
  return out.flatMap((output) =>
    'octets' in output && output.side === side ? [output.octets.toString('latin1')] : [],
  );
}

/** Every output as one line: `12 client "EHLO a\r\n"`, `0 server rst`. */
export function lines(out: readonly BoxOutput[]): readonly string[] {
  return out.map((output) => `${output.at} ${output.side} ${wordFor(output)}`);
}

function wordFor(output: BoxOutput): string {
  if ('octets' in output) return JSON.stringify(output.octets.toString('latin1'));
  if ('fin' in output) return 'fin';
  if ('rst' in output) return 'rst';
  return 'wake' in output ? 'wake' : output.pauseReading ? 'pause' : 'resume';
}

/** The same turns once for each place at which one of them can be cut in two. */
export function everySplit(turns: readonly Turn[]): readonly (readonly Turn[])[] {
  return turns.flatMap((turn, index) => {
    const [side, what, at] = turn;
    if (typeof what !== 'string') return [];
    return Array.from({ length: what.length - 1 }, (_, cut): readonly Turn[] => [
      ...turns.slice(0, index),
      [side, what.slice(0, cut + 1), at ?? 0],
      [side, what.slice(cut + 1), at ?? 0],
      ...turns.slice(index + 1),
    ]);
  });
}

/** The octets of a turn; nothing for an end. */
export function textOf([, what]: Turn): string {
  return typeof what === 'string' ? what : '';
}

/** The same turns with every octet by itself. */
export function octetByOctet(turns: readonly Turn[]): readonly Turn[] {
  return turns.flatMap(([side, what, at]): readonly Turn[] =>
    typeof what === 'string' ? what.split('').map((octet): Turn => [side, octet, at ?? 0]) : [[side, what, at ?? 0]],
  );
}

/** Demands the same octets in both directions whatever way the turns are cut. */
export function expectSameHowever(box: Middlebox, turns: readonly Turn[]): void {
  const whole = play(box, turns);
  for (const variant of [...everySplit(turns), octetByOctet(turns)]) {
    const out = play(box, variant);
    expect([heard(out, 'client'), heard(out, 'server')]).toEqual([heard(whole, 'client'), heard(whole, 'server')]);
  }
}

export interface Simulated {
  readonly delivered: readonly BoxOutput[];
  readonly crossings: readonly Crossing[];
}

/** Plays the turns through a chain, waking it whenever it wants to be woken, until nothing is left to do. */
export function simulate(boxes: readonly Middlebox[], turns: readonly Turn[], with_: Circumstances = {}): Simulated {
  let step: ChainStep = startChain(boxes, {
    at: 0,
    connection: with_.connection ?? 1,
    random: with_.random ?? (() => 0.5),
  });
  const delivered = [...step.delivered];
  const crossings = [...step.crossings];
  const feed = (input: BoxInput): void => {
    step = chainNext(step.state, input);
    delivered.push(...step.delivered);
    crossings.push(...step.crossings);
  };
  const wakeUntil = (until: number): void => {
    while (step.wakeAt !== null && step.wakeAt <= until) feed({ at: step.wakeAt, side: 'client', wake: true });
  };
  for (const turn of turns) {
    wakeUntil(turn[2] ?? 0);
    feed(inputOf(turn));
  }
  wakeUntil(Infinity);
  return { delivered, crossings };
}
