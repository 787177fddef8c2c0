// What came after a reply had left: the client's next words, its leaving, or nothing. What it had sent before the reply
// is passed over, because it cannot have been an answer to it. Used by checks and by reaction.ts. Not here: what it means.

import { parseCommand } from '../smtp/command';
import type { EventName } from '../smtp/vocabulary';
import { place } from './check';
import type { Dialogue, Exchange, Reply } from './dialogue';
import type { Evidence } from './verdict';

export type Sequel =
  /** It spoke. `exchange` is null when nobody took the line any more. */
  | {
      readonly kind: 'said';
      readonly verb: EventName;
      readonly exchange: Exchange | null;
      readonly shown: Exchange | Evidence;
      readonly seq: number;
      readonly at: number;
    }
  /** It closed or reset, and we had not. */
  | { readonly kind: 'left'; readonly shown: Evidence; readonly seq: number; readonly at: number }
  /** We closed, or the record ended, with nothing more from the client. */
  | { readonly kind: 'ended'; readonly seq: number; readonly at: number };

/** A line that was read and never taken as a unit: behind a 421, in a mute session. */
export interface UntakenLine {
  readonly verb: EventName;
  readonly text: string;
  readonly shown: Evidence;
  readonly seq: number;
  readonly at: number;
}

/** What the client did next, once a reply had left. */
export function sequelOf(dialogue: Dialogue, reply: Reply): Sequel {
  return sequelAfter(dialogue, reply.endedSeq);
}

/** The same for any moment: the first octets behind it that began a unit, or were never taken. */
export function sequelAfter(dialogue: Dialogue, seq: number): Sequel {
  const next = firstAfter(dialogue, seq);
  const [line] = untakenLines(dialogue, seq, 1);
  if (next !== null && (line === undefined || next.firstSeq <= line.seq)) {
    return { kind: 'said', verb: next.verb, exchange: next, shown: next, seq: next.firstSeq, at: next.firstAt };
  }
  if (line !== undefined) {
    return { kind: 'said', verb: line.verb, exchange: null, shown: line.shown, seq: line.seq, at: line.at };
  }
  const { left, closing, first } = dialogue.ending;
  if (left !== null && first === 'client' && left.seq > seq) {
    return { kind: 'left', shown: leaving(dialogue), seq: left.seq, at: left.at };
  }
  const end = closing !== null && closing.seq > seq ? closing : { seq: dialogue.endSeq, at: dialogue.endAt };
  return { kind: 'ended', seq: end.seq, at: end.at };
}

/** The FIN or RST of the client as evidence; the end of the record when it never left. */
export function leaving(dialogue: Dialogue): Evidence {
  const { left } = dialogue.ending;
  if (left === null) return place(dialogue, { seq: dialogue.endSeq }, '(still connected)');
  return place(dialogue, left, left.what === 'reset' ? 'C- RST' : 'C- FIN');
}

/** The first exchange whose octets began behind a `seq`. */
export function firstAfter(dialogue: Dialogue, seq: number): Exchange | null {
  const { exchanges } = dialogue;
  return exchanges[indexAfter(exchanges.length, (index) => exchanges[index]?.firstSeq ?? Infinity, seq)] ?? null;
}

const NO_LINES: readonly UntakenLine[] = [];

/**
 * Lines among the octets that were never taken.
 * @param seq only what was read behind it
 * @param most so many lines are enough
 */
export function untakenLines(dialogue: Dialogue, seq: number, most = Infinity): readonly UntakenLine[] {
  const { untaken } = dialogue;
  if (untaken.length === 0) return NO_LINES;
  const lines: UntakenLine[] = [];
  for (let index = indexAfter(untaken.length, (at) => untaken[at]?.seq ?? Infinity, seq); ; index += 1) {
    const read = untaken[index];
    if (read === undefined) return lines;
    for (const text of read.octets
      .toString('latin1')
      .replace(/\r?\n$/, '')
      .split(/\r?\n/)) {
      if (lines.length >= most) return lines;
      const shown = place(dialogue, read, `C: ${text}`);
      lines.push({ verb: parseCommand(text).event, text, shown, seq: read.seq, at: read.at });
    }
  }
}

/** The first index behind a `seq` among things in order of theirs; found by halving. */
export function indexAfter(length: number, seqAt: (index: number) => number, seq: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (seqAt(middle) > seq) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** How long a span was, for a reason: `0.3 s`, `12 s`, `300 s`. */
export function seconds(ms: number): string {
  const rounded = ms < 10_000 ? Math.round(ms / 100) / 10 : Math.round(ms / 1000);
  return `${rounded} s`;
}
