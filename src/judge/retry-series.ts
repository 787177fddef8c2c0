// The attempts at one message as a series: which of them came back to the same address for a recipient that had failed
// there, after how long, and whether the pace was the client's own. Used by the checks of retries.
// Not here: whether a gap is too short; and what follows a single recipient wherever it goes (next-try.ts).

import type { Attempt, RecipientOutcome } from './attempt';
import type { Story } from './campaign';
import type { TrialView } from './check';
import type { Dialogue } from './dialogue';
import { DERAILING } from './server-faults';

/** One more attempt at the same address for a recipient whose last attempt there was deferred, or came to nothing. */
export interface Return {
  readonly attempt: Attempt;
  readonly previous: Attempt;
  /** What had become of the recipient: `deferred`, or `unknown` when the connection ended undecided. */
  readonly had: RecipientOutcome;
  /** From the end of the previous attempt to the MAIL of this one. */
  readonly gapMs: number;
}

interface Known {
  readonly attempt: Attempt;
  readonly outcome: RecipientOutcome;
}

/** All returns of a message, in order, at most one per attempt; attempts that try something else are none. */
export function returnsOf(story: Story): readonly Return[] {
  const latest = new Map<string, Known>();
  return story.attempts.flatMap((attempt) => {
    const address = addressOf(attempt.dialogue);
    const keyOf = (recipient: string): string => `${address} ${recipient.toLowerCase()}`;
    const before = attempt.recipients.flatMap(({ recipient }) => latest.get(keyOf(recipient)) ?? []);
    for (const outcome of attempt.recipients) latest.set(keyOf(outcome.recipient), { attempt, outcome });
    const known =
      before.find(({ outcome }) => outcome.result === 'deferred') ??
      before.find(({ attempt: other, outcome }) => outcome.result === 'unknown' && other.dialogue !== attempt.dialogue);
    if (known === undefined || isOtherTry(attempt, known.attempt, known.outcome)) return [];
    const gapMs = Math.max(0, attempt.startedAt - known.attempt.endedAt);
    return [{ attempt, previous: known.attempt, had: known.outcome, gapMs }];
  });
}

/** Another address of the same server is another destination (RFC 5321 5.1). */
function addressOf(dialogue: Dialogue): string {
  const connected = dialogue.record.events.find((event) => event.type === 'connected');
  return `${dialogue.server} ${connected?.type === 'connected' ? connected.local.address : ''}`;
}

/**
 * Whether an attempt after a failed one tries something else, so that it repeats nothing (trap 6): recipients that were
 * one too many, MAIL with fewer parameters, TLS after a refusal in clear or clear text after broken TLS, HELO after EHLO.
 */
export function isOtherTry(attempt: Attempt, previous: Attempt, outcome: RecipientOutcome): boolean {
  const { mail, argument } = attempt.transaction;
  const before = previous.transaction;
  if (isSplit(before, outcome)) return true;
  if (mail.secured !== before.mail.secured && (mail.secured || outcome.result === 'unknown')) return true;
  if (outcome.stage === 'mail' && argument.parameters.length < before.argument.parameters.length) return true;
  return helloVerb(attempt.dialogue) === 'HELO' && helloVerb(previous.dialogue) === 'EHLO';
}

/** RFC 5321 4.5.3.1.10: who was one too many is offered again in a transaction of their own; 552 counts as 452. */
function isSplit({ recipients }: Attempt['transaction'], { stage, reply }: RecipientOutcome): boolean {
  if (stage !== 'rcpt' || (reply?.code !== 452 && reply?.code !== 552)) return false;
  return recipients.some((recipient) => recipient.reply?.digit === 2);
}

function helloVerb({ commands }: Dialogue): string | null {
  return commands.find(({ verb }) => verb === 'EHLO' || verb === 'HELO')?.verb ?? null;
}

const MISLED_FROM = new WeakMap<Dialogue, number>();

/** Whether a fault of ours, or of the path, had led the client astray before the reply that decided for a recipient. */
export function wasMisled(view: TrialView, { dialogue }: Attempt, { reply }: RecipientOutcome): boolean {
  const from =
    MISLED_FROM.get(dialogue) ??
    view.faults(dialogue).find(({ kind }) => kind === 'path' || DERAILING.includes(kind))?.seq ??
    Infinity;
  MISLED_FROM.set(dialogue, from);
  return from <= (reply?.seq ?? Infinity);
}

// --- whose pace it was -------------------------------------------------------------------------------------------

const PART_OF_WINDOW = 6;
const LONGEST_SET_PACE_S = 300;
/** MTAs count in whole seconds, and round down twice. */
const ROUNDING_MS = 2000;

/**
 * How long a client whose pace can be set is told to wait between attempts, so that a window sees several of them: a
 * sixth of the window, at most five minutes.
 * @returns ms
 */
export function setPaceMs(windowMs: number): number {
  return 1000 * Math.min(LONGEST_SET_PACE_S, Math.max(1, Math.floor(windowMs / 1000 / PART_OF_WINDOW)));
}

/**
 * Below this a gap is the client's own doing: clearly shorter than what it was told, or any gap if it was told nothing.
 * @returns ms; Infinity for a client without the capability `retries`
 */
export function ownPaceMs({ client, windowMs }: TrialView): number {
  return client.capabilities.includes('retries') ? setPaceMs(windowMs) - ROUNDING_MS : Infinity;
}

/**
 * Whether a gap shows the client's own pace. One with the capability `retries` has been told when to come back, so only
 * a gap clearly shorter than that is its own doing. Any other client was told nothing: all its gaps are its own.
 */
export function isOwnPace(view: TrialView, gapMs: number): boolean {
  return gapMs < ownPaceMs(view);
}

/** A span for a reason: `0.4 s`, `90 s`, `45 min`, `3 h`, `4.5 days`. */
export function span(ms: number): string {
  const tenths = (value: number): number => Math.round(value * 10) / 10;
  if (ms < 120_000) return `${tenths(ms / 1000)} s`;
  if (ms < 7_200_000) return `${tenths(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${tenths(ms / 3_600_000)} h`;
  return `${tenths(ms / 86_400_000)} days`;
}
