// A client that sends a large group must read replies meanwhile, or both ends block on writing (RFC 2920 3.1). It shows as
// a stop in the record: we had to leave off reading because our replies did not leave, and nothing moves any more.

import { broken, inconclusive, pass, perDialogue, place, type Check } from '../check';
import type { Dialogue, Exchange } from '../dialogue';
import { isOffered } from '../offer';
import { HANG_MS } from '../reaction';
import { leaving, seconds, untakenLines } from '../sequel';

/** A group smaller than this fits any buffer. */
const LARGE_GROUP = 100;

interface Pause {
  readonly seq: number;
  readonly at: number;
  /** When reading went on; null when it never did. */
  readonly until: { readonly at: number } | null;
}

const pipelineWindow = perDialogue(
  'pipeline-window',
  (dialogue, view) => {
    const group = largestGroup(dialogue);
    const pause = group === null ? null : pauseWithin(dialogue, group.first, group.last);
    if (group === null || pause === null) return null;
    const size = `a group of ${group.size} commands`;
    const act = place(dialogue, pause, '(we stop reading)');
    if (pause.until !== null && group.last.reply !== null && group.last.reply.seq > pause.seq) {
      return pass(`${size} completed once we read and wrote in turns`, act);
    }
    const { left, first } = dialogue.ending;
    const goneAt = left !== null && first === 'client' ? left.at : dialogue.endAt;
    const stuckMs = goneAt - (pause.until?.at ?? pause.at);
    const stuck = `in ${size} nothing moved for ${seconds(stuckMs)}`;
    return stuckMs >= HANG_MS * view.record.timeScale
      ? broken(stuck, act, leaving(dialogue))
      : inconclusive(`${stuck} before the session ended`, act, leaving(dialogue));
  },
  // Not reading is the provocation.
  { despite: ['deaf', 'no-reply'] },
);

interface Group {
  readonly first: Exchange;
  readonly last: Exchange;
  readonly size: number;
}

/**
 * The longest run of commands that came before the replies in front of them, PIPELINING allowing it. While our replies do
 * not leave we take no more commands, so that the rest of a group in a deadlock was read and never taken.
 */
function largestGroup(dialogue: Dialogue): Group | null {
  const { commands } = dialogue;
  let best: Group | null = null;
  let start = 0;
  commands.forEach((command, index) => {
    const { state, allowed } = command.outstanding;
    if (state !== 'early' || !allowed) start = index;
    const first = commands[start];
    if (first === undefined) return;
    const waiting = index === commands.length - 1 ? untakenCommands(dialogue, command) : 0;
    const size = index - start + 1 + waiting;
    if (size >= LARGE_GROUP && size > (best?.size ?? 0)) best = { first, last: command, size };
  });
  return best;
}

function untakenCommands(dialogue: Dialogue, last: Exchange): number {
  if (!isOffered(last, 'PIPELINING')) return 0;
  return untakenLines(dialogue, last.lastSeq - 1).filter(({ verb }) => verb !== 'unknown').length;
}

/** The first time that we left off reading in the group: by a step with an end, or because our replies did not leave. */
function pauseWithin(dialogue: Dialogue, first: Exchange, last: Exchange): Pause | null {
  const { steps, notes, commands } = dialogue;
  const toSeq = last === commands.at(-1) ? Infinity : (last.reply?.endedSeq ?? Infinity);
  const isWithin = ({ seq }: { readonly seq: number }): boolean => seq > first.firstSeq && seq < toSeq;
  const deaf = steps.find((step) => step.step === 'deaf' && step.ms !== undefined && isWithin(step));
  if (deaf?.ms !== undefined) return { seq: deaf.seq, at: deaf.at, until: { at: deaf.at + deaf.ms } };
  const paused = notes.find((note) => note.fact === 'reading-paused' && isWithin(note));
  if (paused === undefined || isOurDoing(dialogue, paused.seq)) return null;
  const resumed = notes.find(({ fact, seq }) => fact === 'reading-resumed' && seq > paused.seq);
  return { seq: paused.seq, at: paused.at, until: resumed ?? null };
}

/** What piled up while we held a reply back, or had fallen silent, says nothing about replies that nobody read. */
function isOurDoing({ steps, commands }: Dialogue, seq: number): boolean {
  const answered = commands.findLast(({ reply }) => reply !== null && reply.seq < seq)?.reply?.seq ?? 0;
  return steps.some((step) => {
    const isPause = step.step === 'hold' || step.step === 'wait' || step.step === 'mute' || step.step === 'deaf';
    return isPause && step.seq < seq && (step.seq > answered || step.ms === undefined);
  });
}

export const pipeliningWindowChecks: readonly Check[] = [pipelineWindow];
