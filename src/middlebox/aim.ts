// When a fault strikes: a named moment of the dialogue, found to the octet, and the box that passes everything until then.
//
//   client ──► MAIL FROM:<a@example.com> CRLF │ RCPT …
//                                             └ after-mail: the command has gone through, its reply has not
//
// Used by reset.ts, close.ts and half-open.ts. Nothing is held back: octets up to the moment go on as they came.
// Not here: what happens then. After a TLS handshake no moment can be seen any more.

import type { Unit, Watch } from './dialogue-watch';
import { chunkOf, nextUnit, WATCH_START } from './dialogue-watch';
import type { BoxInput, BoxOutput, BoxStep, Middlebox, Side } from './middlebox';
import { onlyFirst, passOn } from './passing';
import { octetCount, ordinal } from './sentence';

/** In the order of a session. `after-x` is behind the client's x and before its reply. */
export const MOMENTS = [
  'connect',
  'greeting',
  'after-ehlo',
  'after-mail',
  'after-rcpt',
  'after-data',
  'mid-content',
  'after-dot',
  'after-quit',
] as const;

export type MomentName = (typeof MOMENTS)[number];

export interface Aim {
  readonly moment: MomentName;
  /** For `mid-content`: octets of the mail data that have gone through, at least 1. */
  readonly octets: number;
  /** Which of the times that the moment comes in a connection, from 1. */
  readonly nth: number;
}

export interface AimedState {
  readonly watch: Watch;
  /** How often the moment has come. */
  readonly seen: number;
  /** Octets of the current mail data. */
  readonly content: number;
  readonly struck: boolean;
}

interface AimedBox {
  readonly name: string;
  explain(): string;
  readonly aim: Aim;
  readonly onlyFirst: number | null;
  /** What the box does at the moment itself. */
  strike(at: number): readonly BoxOutput[];
  /** What it still lets through afterwards. */
  after(input: BoxInput): readonly BoxOutput[];
}

/** Makes a box that does nothing until the moment comes. */
export function aimedBox(box: AimedBox): Middlebox<AimedState | null> {
  const begin: AimedState = { watch: WATCH_START, seen: 0, content: 0, struck: false };
  const aimed: Middlebox<AimedState> = {
    name: box.name,
    explain: () => box.explain(),
    start: ({ at }) =>
      box.aim.moment === 'connect'
        ? { state: { ...begin, struck: true }, out: box.strike(at) }
        : { state: begin, out: [] },
    next: (state, input) => {
      if (state.struck) return { state, out: box.after(input) };
      return 'octets' in input ? passUntil(box, state, input) : { state, out: passOn(input) };
    },
  };
  return onlyFirst(aimed, box.onlyFirst);
}

function passUntil(
  box: AimedBox,
  before: AimedState,
  input: BoxInput & { readonly octets: Buffer },
): BoxStep<AimedState> {
  const { state, offset } = follow(box.aim, before, input.side, input.octets);
  if (offset === null) return { state, out: [input] };
  const head = input.octets.subarray(0, offset);
  const rest = input.octets.subarray(offset);
  return {
    state: { ...state, struck: true },
    out: [
      ...(head.length > 0 ? [{ ...input, octets: head }] : []),
      ...box.strike(input.at),
      ...(rest.length > 0 ? box.after({ ...input, octets: rest }) : []),
    ],
  };
}

/** @returns the offset in `octets` behind which the moment lies, or null when it is not in them */
function follow(
  aim: Aim,
  from: AimedState,
  side: Side,
  octets: Buffer,
): { readonly state: AimedState; readonly offset: number | null } {
  let state = from;
  for (let offset = 0; offset < octets.length;) {
    const { watch, unit, used } = nextUnit(state.watch, side, octets.subarray(offset));
    offset += used;
    state = { ...state, watch };
    if (unit === null) continue;
    const behind = reach(aim, unit, state.content);
    state = { ...state, content: contentAfter(unit, state.content) };
    if (behind === null) continue;
    state = { ...state, seen: state.seen + 1 };
    // Octets held from an earlier piece have already been passed.
    if (state.seen === aim.nth) return { state, offset: Math.max(0, offset - behind) };
  }
  return { state, offset: null };
}

/** The moments that are a command of the client. */
const COMMANDS: Partial<Record<MomentName, readonly string[]>> = {
  'after-ehlo': ['EHLO', 'HELO'],
  'after-mail': ['MAIL'],
  'after-rcpt': ['RCPT'],
  'after-data': ['DATA'],
  'after-quit': ['QUIT'],
};

/** @returns how many octets of the unit lie behind the moment; null when the moment is not in it */
function reach(aim: Aim, unit: Unit, content: number): number | null {
  const verbs = COMMANDS[aim.moment];
  if (verbs !== undefined) return unit.kind === 'command' && verbs.includes(unit.verb) ? 0 : null;
  if (aim.moment === 'greeting') {
    return unit.kind === 'reply-line' && unit.answers === 'greeting' && unit.last ? 0 : null;
  }
  if (aim.moment === 'after-dot') return endsData(unit) ? 0 : null;
  if (aim.moment === 'connect' || (unit.kind !== 'content' && unit.kind !== 'chunk')) return null;
  const after = content + unit.octets.length;
  return content < aim.octets && after >= aim.octets ? after - aim.octets : null;
}

function endsData(unit: Unit): boolean {
  if (unit.kind === 'chunk') return unit.endsData;
  if (unit.kind === 'command' && unit.verb === 'BDAT') {
    // RFC 3030 2: an empty last chunk is the end of the message too.
    const chunk = chunkOf(unit.octets);
    return chunk !== null && chunk.octets === 0 && chunk.last;
  }
  return unit.kind === 'end-of-data';
}

function contentAfter(unit: Unit, content: number): number {
  if (endsData(unit)) return 0;
  if (unit.kind === 'content' || unit.kind === 'chunk') return content + unit.octets.length;
  return unit.kind === 'command' && unit.verb !== 'BDAT' ? 0 : content;
}

/** @returns the moment as the end of a sentence: "after 3000 octets of content" */
export function explainAim(aim: Aim): string {
  if (aim.moment === 'connect') return 'as soon as the connection is made';
  if (aim.moment === 'greeting') return 'right after the greeting';
  const times = aim.nth === 1 ? '' : ` the ${ordinal(aim.nth)} time`;
  if (aim.moment === 'mid-content') return `after ${octetCount(aim.octets)} of content${times}`;
  const what = COMMANDS[aim.moment]?.join(' or ') ?? 'the final dot';
  return `after ${what}, before its reply${times}`;
}
