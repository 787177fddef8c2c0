// After QUIT: waiting for its reply, and going in bounded time whatever that is (RFC 5321 4.1.1.10, 4.3.2). Whether there
// was a QUIT at all is session.ts. A FIN right behind QUIT is common and breaks a SHOULD only (trap 3).

import { broken, inconclusive, pass, perDialogue, referTo, type Check, type TrialView } from '../check';
import type { Dialogue, Exchange } from '../dialogue';
import { endOf, hasLeft, replyEnd } from '../patience';
import { leaving, seconds, untakenLines } from '../sequel';
import type { Finding } from '../verdict';
import { HELD_MS } from '../waiting';

const quitWaitsFor221 = perDialogue(
  'quit-waits-for-221',
  (dialogue, view) => {
    const quit = quitOf(dialogue);
    // Read as mail data, it had no reply to wait for.
    if (quit === null || quit.command === null) return null;
    const { reply } = quit;
    const { left } = dialogue.ending;
    const left221 = replyEnd(reply);
    if (left !== null && hasLeft(view, dialogue) && left.seq < left221)
      return judgeLeaving(dialogue, quit, left.at - quit.lastAt);
    if (reply === null || left221 === Infinity) return inconclusive('its QUIT never got a whole reply', quit);
    const heldMs = reply.endedAt - quit.lastAt;
    if (heldMs >= HELD_MS)
      return pass(`it was still there when the reply to QUIT came after ${seconds(heldMs)}`, quit, reply);
    return inconclusive('the reply to QUIT was not held back, so waiting for it shows nothing', quit);
  },
  // Silence explains leaving late, not leaving at once.
  { despite: ['no-reply'], oneProofSuffices: true },
);

function judgeLeaving(dialogue: Dialogue, quit: Exchange, ms: number): Finding {
  const { outstanding, reply } = quit;
  const before = outstanding.state === 'early' ? outstanding.first : null;
  if (before?.verb === 'end-of-data' && replyEnd(before.reply) > (dialogue.ending.left?.seq ?? 0)) {
    return inconclusive(
      'it closed along with a QUIT behind the dot: the reply not awaited is that to the dot',
      leaving(dialogue),
    );
  }
  const heldBack = dialogue.holds.some(({ by, seq }) => by === 'peer-closed' && seq > quit.seq);
  if (reply === null && ms >= HELD_MS && !heldBack) {
    return inconclusive(`it waited ${seconds(ms)} for a reply to QUIT that never came`, leaving(dialogue), quit);
  }
  return broken(`it closed ${seconds(ms)} after QUIT, before the reply`, leaving(dialogue), quit);
}

// --- quit-non-221 ------------------------------------------------------------------------------------------------

const BOUND_MS = 300_000;

const quitNon221 = perDialogue(
  'quit-non-221',
  (dialogue, view) => {
    const quit = quitOf(dialogue);
    if (quit === null || quit.command === null) return null;
    const what = provocationOf(dialogue, quit);
    if (what === null) return null;
    const again = quitAgain(dialogue, quit);
    if (again !== null) return broken(`it repeated QUIT ${what}`, again, quit);
    const repeat = view.campaign.stories
      .flatMap(({ repeats }) => repeats)
      .find(({ first }) => first.dialogue === dialogue);
    if (repeat !== undefined) {
      const found = broken(`it sent a delivered message again ${what}`, repeat.again.transaction.mail);
      return referTo('single-copy-no-dup', found);
    }
    return judgeGoing(dialogue, view, quit, what);
  },
  { despite: ['no-reply'] },
);

/** What is odd about our reaction to QUIT; null when it got its 221 and our close. */
function provocationOf({ ending }: Dialogue, { reply }: Exchange): string | null {
  if (reply === null) return 'without a reply';
  if (reply.digit !== 2) return `after ${reply.lines[0]?.slice(0, 20) ?? ''}`;
  const { closing, left } = ending;
  const leftFirst = left !== null && left.seq > reply.endedSeq && left.seq < (closing?.seq ?? Infinity);
  const isKeptOpen = leftFirst || closing === null || closing.how === 'destroy';
  return isKeptOpen ? `after ${reply.code}, with the connection kept open` : null;
}

function quitAgain(dialogue: Dialogue, quit: Exchange): ReturnType<typeof leaving> | Exchange | null {
  const second = dialogue.commands.find(({ verb, index }) => verb === 'QUIT' && index > quit.index);
  if (second !== undefined) return second;
  return untakenLines(dialogue, quit.lastSeq).find(({ verb }) => verb === 'QUIT')?.shown ?? null;
}

function judgeGoing(dialogue: Dialogue, view: TrialView, quit: Exchange, what: string): Finding | null {
  const isGone = hasLeft(view, dialogue);
  const ms = endOf(dialogue) - quit.lastAt;
  if (ms > BOUND_MS * view.record.timeScale) {
    return broken(`${isGone ? 'it left only' : 'it was still there'} ${seconds(ms)} after QUIT, ${what}`, quit);
  }
  if (isGone) return pass(`it left ${seconds(ms)} after QUIT, ${what}`, leaving(dialogue), quit);
  return inconclusive(`the connection ended ${seconds(ms)} after QUIT, and not by the client`, quit);
}

function quitOf(dialogue: Dialogue): Exchange | null {
  return dialogue.commands.find(({ verb }) => verb === 'QUIT') ?? null;
}

export const quittingChecks: readonly Check[] = [quitWaitsFor221, quitNon221];
