// Sessions that came to nothing, and what followed: a later connection, here or at another server, a bounce, or a storm
// of connections. Used by the checks of refused and broken sessions. Not here: retries of one message (campaign.ts).

import { broken, inconclusive, pass, place, type Shown, type TrialView } from './check';
import type { Campaign } from './campaign';
import type { Dialogue } from './dialogue';
import { isOwnPace } from './retry-series';
import { indexAfter, seconds } from './sequel';
import type { Evidence, Finding } from './verdict';

/** More connections than this in a minute, per message that was to be sent, are a loop. */
const MOST_PER_MINUTE = 3;
const MINUTE_MS = 60_000;

/** A return this soon has no delay in it. */
const DELAY_MS = 1000;

export interface Comeback {
  readonly dialogue: Dialogue;
  readonly gapMs: number;
  readonly sameServer: boolean;
}

/**
 * The first connection that the client made after a session had failed; one that only carries a bounce is none.
 * @param after when it had failed
 */
export function comebackAfter(
  view: TrialView,
  failed: Dialogue,
  after: { readonly seq: number; readonly at: number },
): Comeback | null {
  const bouncing = bouncingIn(view.campaign);
  const { dialogues } = view;
  let index = indexAfter(dialogues.length, (at) => acceptSeq(dialogues[at]), after.seq);
  while (index < dialogues.length && isNoReturn(dialogues[index], failed, bouncing)) index += 1;
  const next = dialogues[index];
  if (next === undefined) return null;
  const gapMs = Math.max(0, next.connectedAt - after.at);
  return { dialogue: next, gapMs, sameServer: next.server === failed.server };
}

const BOUNCING = new WeakMap<Campaign, ReadonlySet<Dialogue>>();

function bouncingIn(campaign: Campaign): ReadonlySet<Dialogue> {
  const known = BOUNCING.get(campaign) ?? new Set(campaign.bounces.map(({ dialogue }) => dialogue));
  BOUNCING.set(campaign, known);
  return known;
}

function isNoReturn(dialogue: Dialogue | undefined, failed: Dialogue, bouncing: ReadonlySet<Dialogue>): boolean {
  return dialogue === failed || (dialogue !== undefined && bouncing.has(dialogue));
}

/** The accept of a connection as evidence. */
export function acceptOf(dialogue: Dialogue): Evidence {
  return place(dialogue, { seq: acceptSeq(dialogue) }, '(connects)');
}

/**
 * Whether the client came back, as a finding. Only queueing clients owe that (RFC 5321 3.6.3).
 * @param kept what the failed session itself shows, for the reason: "sent nothing but QUIT"
 */
export function judgeComeback(
  view: TrialView,
  failed: Dialogue,
  after: { readonly seq: number; readonly at: number },
  kept: string,
  ...shown: readonly Shown[]
): Finding {
  const comeback = comebackAfter(view, failed, after);
  if (comeback === null) {
    if (view.client.role === 'submission') return pass(`it ${kept}, and without a queue it owes no return`, ...shown);
    return inconclusive(`it ${kept}, but did not come back within the window of ${seconds(view.windowMs)}`, ...shown);
  }
  const where = comeback.sameServer ? 'came back' : 'turned to the next server';
  return pass(`it ${kept} and ${where} after ${seconds(comeback.gapMs)}`, acceptOf(comeback.dialogue), ...shown);
}

/** The same for a connection that we ended: a return counts when it has a delay, or goes elsewhere. */
export function judgeReturn(view: TrialView, died: Dialogue): Finding {
  const after = died.ending.closing ?? { seq: died.endSeq, at: died.endAt };
  const comeback = comebackAfter(view, died, after);
  if (comeback !== null && comeback.sameServer && comeback.gapMs < DELAY_MS) {
    const reason = `it came back after ${seconds(comeback.gapMs)}, which is no delay and not yet a loop`;
    return inconclusive(reason, acceptOf(comeback.dialogue));
  }
  return judgeComeback(view, died, after, 'lost the connection');
}

/** A connection that is one too many within a minute, and how many it makes. */
export interface Loop {
  readonly last: Dialogue;
  readonly connections: number;
  readonly withinMs: number;
}

/**
 * Looks for a loop of connections that all died alike.
 * @param died in order of their accept
 */
export function findLoop(view: TrialView, died: readonly Dialogue[]): Loop | null {
  const most = MOST_PER_MINUTE * Math.max(1, view.submissions.length);
  const perServer = new Map<number, Dialogue[]>();
  for (const dialogue of died) {
    const same = perServer.get(dialogue.server) ?? [];
    perServer.set(dialogue.server, [...same.slice(-most), dialogue]);
    const first = same.at(-most);
    if (first === undefined) continue;
    const withinMs = dialogue.connectedAt - first.connectedAt;
    if (withinMs < MINUTE_MS * view.record.timeScale) return { last: dialogue, connections: most + 1, withinMs };
  }
  return null;
}

/**
 * A loop as a finding. One at the pace that the client was told to keep is none of its own.
 * @param what all of them did, for the reason: "each closing on EHLO"
 */
export function judgeLoop(view: TrialView, { last, connections, withinMs }: Loop, what: string): Finding {
  const reason = `it made ${connections} connections within ${seconds(withinMs)}, ${what}`;
  if (isOwnPace(view, withinMs / (connections - 1))) return broken(reason, acceptOf(last));
  return inconclusive(`${reason}, at the pace that it was told to keep`, acceptOf(last));
}

/** A bounce, although nothing but one dead connection had happened: on the wire, or in the client's own words. */
export function bouncedAfterFirst(view: TrialView, died: readonly Dialogue[]): readonly Shown[] | null {
  const [first] = died;
  // Any transaction may have failed for a reason of its own.
  const tried = view.campaign.attempts.some(({ kind }) => kind !== 'bounce');
  if (first === undefined || died.length > 1 || tried) return null;
  const bounce = view.campaign.bounces.find(({ transaction }) => transaction.mail.seq > acceptSeq(first));
  if (bounce !== undefined) return [bounce.transaction.mail];
  return view.record.outcomes.some(({ outcome }) => outcome === 'bounced') ? [acceptOf(first)] : null;
}

function acceptSeq(dialogue: Dialogue | undefined): number {
  return dialogue?.record.events[0]?.seq ?? Infinity;
}
