// What a scripted sender can do, step by step: the checked form of `steps:` in senders/*.yaml, units as numbers.
// Made by sender-schema.ts, carried out by the scripted client. Data only; docs/senders.md explains every verb.

import type { PatternSource } from './scenario';

/** How long a connection attempt is waited for, ms: what RFC 5321 4.5.3.2 gives an ordinary command. */
export const PATIENCE_MS = 300_000;
/** How long the reply to QUIT is: no span is named for it, and nothing depends on it any more. */
export const QUIT_PATIENCE_MS = 240_000;

/**
 * What to do for each end of a wait. Of a reply the exact code goes first (`"421"`), then its class (`"4"`), then
 * `other`. `silence`: the time is over; `closed`: the server went away; `stray`: a reply that no command asked for;
 * `failed`: of connect and handshake. A missing one means: give up (closed and failed: leave the session).
 */
export type Branches = Readonly<Record<string, readonly SenderStep[]>>;

/** All given parts must hold. */
export interface SenderCondition {
  /** On the list that holds now, before TLS or inside it. */
  readonly offered?: string;
  readonly notOffered?: string;
  /** On any list of any connection so far. */
  readonly onceOffered?: string;
  /** Recipients that the server has accepted in the current transaction, of those it was asked for. */
  readonly accepted?: 'none' | 'some' | 'all';
  /** The last transaction went through for some, and others were told 452 at RCPT: too many at once. */
  readonly overLimit?: boolean;
  /** The content has octets above 127. */
  readonly eightBit?: boolean;
  /** An address has characters beyond ASCII. */
  readonly utf8?: boolean;
  /** The content is larger than the number behind SIZE. */
  readonly tooBig?: boolean;
  readonly nullSender?: boolean;
  readonly tls?: boolean;
  /** What the submission asks for. */
  readonly tlsWish?: readonly ('none' | 'if-offered' | 'required' | 'implicit')[];
  readonly authWish?: boolean;
  /** The last reply, code and all, lines joined by LF. */
  readonly reply?: PatternSource;
  /** Some recipient of some message still waits for a first or another attempt. */
  readonly left?: boolean;
  /** Some recipient of some message was refused for good. */
  readonly refused?: boolean;
  readonly connected?: boolean;
}

/** How the submission's content goes out. */
export interface ContentForm {
  /** `CRLF` makes every line end one, `LF` likewise, `as-is` leaves them. */
  readonly lineEnds: 'CRLF' | 'LF' | 'as-is';
  readonly stuffed: boolean;
  /** Octets behind the last line end; null: nothing at all. */
  readonly end: string | null;
  /** Stops after so many octets, without an end. */
  readonly only: number | null;
  readonly slowly: { readonly octets: number; readonly everyMs: number } | null;
  /** How long the server may take to read all of it. */
  readonly withinMs: number | null;
}

/** Whose turn it is in a loop over messages. `left`: not yet delivered and not refused. */
export type MessageChoice = 'left' | 'refused' | 'unaccepted' | 'all';
/** `attempted`: those that RCPT was sent for since the last MAIL. */
export type RecipientChoice = 'left' | 'attempted' | 'all';

export type SenderStep =
  /** `inClear`: also where the submission asks for implicit TLS. */
  | { readonly step: 'connect'; readonly inClear: boolean; readonly on: Branches }
  | {
      readonly step: 'send';
      readonly lines: readonly string[];
      /** Octets behind each line; null: what the sender always uses. */
      readonly ending: string | null;
      /** How many replies the server owes for it; null: one per line. */
      readonly replies: number | null;
      /** Appended with a blank where the keyword is offered and the text is not empty. */
      readonly parameters: readonly { readonly keyword: string; readonly text: string }[];
    }
  | { readonly step: 'raw'; readonly octets: string; readonly replies: number }
  | { readonly step: 'burst'; readonly steps: readonly SenderStep[] }
  /** Without `withinMs`: what RFC 5321 4.5.3.2 gives the command that waits; null: for ever. */
  | { readonly step: 'expect'; readonly on: Branches; readonly withinMs?: number | null }
  | { readonly step: 'settle'; readonly ms: number }
  | { readonly step: 'wait'; readonly ms: number }
  | { readonly step: 'linger'; readonly ms: number }
  | { readonly step: 'content'; readonly form: ContentForm }
  | { readonly step: 'bdat' }
  | { readonly step: 'auth'; readonly mechanisms: readonly string[]; readonly unasked: boolean }
  | {
      readonly step: 'handshake';
      /** Replies that came in clear behind the 220 are taken to answer what is said inside TLS. */
      readonly keepPlaintext: boolean;
      /** Null: as the submission's wish has it. */
      readonly verify: boolean | null;
      readonly withinMs?: number | null;
      readonly on: Branches;
    }
  | { readonly step: 'ignore-replies' | 'half-close' | 'close' | 'reset' | 'give-up' | 'stop' }
  | { readonly step: 'next-message'; readonly reason: string | null }
  | { readonly step: 'session' | 'aside' | 'unread' | 'for-each-server'; readonly steps: readonly SenderStep[] }
  | { readonly step: 'for-each-message'; readonly of: MessageChoice; readonly steps: readonly SenderStep[] }
  | { readonly step: 'for-each-recipient'; readonly of: RecipientChoice; readonly steps: readonly SenderStep[] }
  | { readonly step: 'for-each-chunk'; readonly octets: number; readonly steps: readonly SenderStep[] }
  | {
      readonly step: 'repeat';
      readonly times: number;
      readonly while: SenderCondition | null;
      readonly steps: readonly SenderStep[];
    }
  | {
      readonly step: 'if';
      readonly condition: SenderCondition;
      readonly then: readonly SenderStep[];
      readonly else: readonly SenderStep[];
    }
  | { readonly step: 'do'; readonly part: string; readonly steps: readonly SenderStep[] };

/** The lists of steps inside a step, branches included. */
export function innerLists(step: SenderStep): readonly (readonly SenderStep[])[] {
  if (step.step === 'if') return [step.then, step.else];
  if ('on' in step) return Object.values(step.on);
  return 'steps' in step ? [step.steps] : [];
}

/** Every step of a script, outer ones first. */
export function* everyStep(steps: readonly SenderStep[]): Generator<SenderStep> {
  for (const step of steps) {
    yield step;
    for (const inner of innerLists(step)) yield* everyStep(inner);
  }
}
