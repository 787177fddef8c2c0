// A box that reads the dialogue and changes it unit by unit: lines, content, ciphertext (dialogue-watch.ts).
//
//   "EH" "LO a\r\nMA" "IL …\r\n"  ───►  —  "EHLO a\r\n" changed  "MAIL …\r\n" changed
//
// Used by pix-fixup, asa-inspect, starttls-strip, starttls-response-injection, transparent-proxy and duplicate-reply.
// A line goes on when it is complete; everything that one input completes leaves as one piece. What comes out never
// depends on how the octets were cut. Not here: any decision about a unit.

import type { Unit, Watch } from './dialogue-watch';
import { lastUnit, nextUnit, WATCH_START } from './dialogue-watch';
import type { BoxInput, BoxOutput, BoxStep, Middlebox, Side } from './middlebox';
import { otherSide, passOn } from './passing';

/** What a box does with one unit. */
export interface UnitStep<Own> {
  readonly own: Own;
  /** What goes on in the unit's place; empty takes it away. */
  readonly pass: Buffer;
  /** What the box itself says to the end the unit came from. */
  readonly back?: Buffer;
  /** The watch, when the far end will see something else than what was cut (`recast`, `stillInContent`). */
  readonly watch?: Watch;
  /** The connection is reset towards both ends, behind what `pass` still lets through. */
  readonly drop?: true;
}

export interface TextBoxState<Own> {
  readonly watch: Watch;
  readonly own: Own;
  readonly dropped: boolean;
}

interface TextBox<Own> {
  readonly name: string;
  explain(): string;
  readonly begin: Own;
  /** @param watch as it stands behind the unit */
  unit(own: Own, unit: Unit, watch: Watch): UnitStep<Own>;
  /** What the box keeps back of a side that ends. */
  rest?(own: Own, side: Side): { readonly own: Own; readonly pass: Buffer };
}

const NONE = Buffer.alloc(0);

/** Makes a box of a function over units. */
export function textBox<Own>(box: TextBox<Own>): Middlebox<TextBoxState<Own>> {
  return {
    name: box.name,
    explain: () => box.explain(),
    start: () => ({ state: { watch: WATCH_START, own: box.begin, dropped: false }, out: [] }),
    next: (state, input) => {
      if (state.dropped || 'wake' in input) return { state, out: [] };
      return 'octets' in input ? takeOctets(box, state, input) : takeEnd(box, state, input);
    },
  };
}

/** Collects what one input lets through. */
interface Passed<Own> {
  state: TextBoxState<Own>;
  readonly pass: Buffer[];
  readonly back: Buffer[];
}

function takeOctets<Own>(
  box: TextBox<Own>,
  state: TextBoxState<Own>,
  input: BoxInput & { readonly octets: Buffer },
): BoxStep<TextBoxState<Own>> {
  const passed: Passed<Own> = { state, pass: [], back: [] };
  for (let offset = 0; offset < input.octets.length && !passed.state.dropped;) {
    const cut = nextUnit(passed.state.watch, input.side, input.octets.subarray(offset));
    offset += cut.used;
    passed.state = { ...passed.state, watch: cut.watch };
    if (cut.unit !== null) decide(box, passed, cut.unit);
  }
  return { state: passed.state, out: outputs(passed, input) };
}

function takeEnd<Own>(box: TextBox<Own>, state: TextBoxState<Own>, input: BoxInput): BoxStep<TextBoxState<Own>> {
  const passed: Passed<Own> = { state, pass: [], back: [] };
  const cut = lastUnit(state.watch, input.side);
  passed.state = { ...state, watch: cut.watch };
  if (cut.unit !== null) decide(box, passed, cut.unit);
  const rest = passed.state.dropped ? undefined : box.rest?.(passed.state.own, input.side);
  if (rest !== undefined) {
    passed.state = { ...passed.state, own: rest.own };
    passed.pass.push(rest.pass);
  }
  const out = outputs(passed, input);
  return { state: passed.state, out: passed.state.dropped ? out : [...out, ...passOn(input)] };
}

function decide<Own>(box: TextBox<Own>, passed: Passed<Own>, unit: Unit): void {
  const step = box.unit(passed.state.own, unit, passed.state.watch);
  passed.state = { watch: step.watch ?? passed.state.watch, own: step.own, dropped: step.drop ?? false };
  passed.pass.push(step.pass);
  passed.back.push(step.back ?? NONE);
}

function outputs<Own>({ state, pass, back }: Passed<Own>, { at, side }: BoxInput): readonly BoxOutput[] {
  const out: BoxOutput[] = [];
  const forward = Buffer.concat(pass);
  const backward = Buffer.concat(back);
  if (forward.length > 0) out.push({ at, side, octets: forward });
  if (backward.length > 0) out.push({ at, side: otherSide(side), octets: backward });
  if (state.dropped) out.push({ at, side: 'client', rst: true }, { at, side: 'server', rst: true });
  return out;
}
