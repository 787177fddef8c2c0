// Greetings that refuse, never come, or are cut off: what the client says all the same, how long it waits, and whether it
// comes back (RFC 5321 3.1, 3.8, 4.5.3.2.1). Leaving without QUIT is judged by quit-before-close.

import { bouncedAfterFirst, findLoop, judgeComeback, judgeLoop, judgeReturn } from '../comeback';
import { broken, inconclusive, pass, perDialogue, perTrial, referTo, warned, type Check, type Shown } from '../check';
import type { Dialogue, Reply } from '../dialogue';
import { connectOf } from '../opening';
import { judgeSilence, PROBE_MS, silenceAfter } from '../patience';
import { untakenLines } from '../sequel';
import type { Finding } from '../verdict';

const MAIL_VERBS: ReadonlySet<string> = new Set(['MAIL', 'RCPT', 'DATA', 'BDAT']);

interface Word {
  readonly verb: string;
  readonly seq: number;
  readonly shown: Shown;
}

/** Everything the client said, also what we no longer took. */
function wordsOf(dialogue: Dialogue): readonly Word[] {
  return [
    ...dialogue.commands.map((command) => ({ verb: command.verb, seq: command.firstSeq, shown: command })),
    ...untakenLines(dialogue, 0),
  ];
}

const greeting554 = perDialogue('greeting-554', (dialogue) => {
  const reply = greetingOf(dialogue);
  if (reply?.digit !== 5) return null;
  const words = wordsOf(dialogue);
  const mail = words.filter(({ verb }) => MAIL_VERBS.has(verb));
  if (mail.length > 0) return sentInSpite(mail, reply, broken);
  const hello = words.filter(({ verb }) => verb === 'EHLO' || verb === 'HELO');
  if (hello.length > 0) return sentInSpite(hello, reply, warned);
  const [other] = words;
  if (other !== undefined) return pass(`after the ${reply.code} it sent nothing but ${other.verb}`, other.shown, reply);
  const { left } = dialogue.ending;
  if (left === null) return inconclusive(`the record ends before it did anything about the ${reply.code}`, reply);
  return pass(`after the ${reply.code} it left without a word`, reply);
});

function sentInSpite(words: readonly Word[], reply: Reply, judge: typeof broken): Finding {
  const verbs = words
    .slice(0, 3)
    .map(({ verb }) => verb)
    .join(', ');
  const found = judge(
    `it sent ${verbs} although the greeting was ${reply.code}`,
    ...words.slice(0, 1).map(show),
    reply,
  );
  // Sent before the refusal was there: the act is talking early.
  return words.every(({ seq }) => seq < reply.endedSeq) ? referTo('wait-for-greeting', found) : found;
}

function show({ shown }: Word): Shown {
  return shown;
}

const greeting421 = perDialogue(
  'greeting-421',
  (dialogue, view) => {
    const reply = greetingOf(dialogue);
    if (reply?.digit !== 4) return null;
    const mail = wordsOf(dialogue).filter(({ verb }) => MAIL_VERBS.has(verb));
    if (mail.length > 0) return referTo('reply-async-421', sentInSpite(mail, reply, broken));
    const bounce = bouncedAfterFirst(view, [dialogue]);
    if (bounce !== null) return broken(`it returned the mail after a single ${reply.code}`, ...bounce, reply);
    return judgeComeback(
      view,
      dialogue,
      { seq: reply.endedSeq, at: reply.endedAt },
      `sent no MAIL after ${reply.code}`,
      reply,
    );
  },
  { oneProofSuffices: true },
);

const silentAccept = perDialogue(
  'silent-accept',
  (dialogue, view) => {
    const connect = connectOf(dialogue);
    const gotOctets = dialogue.unsolicited.some(({ event }) => event.raw === true);
    const handshake = dialogue.tls.at(-1);
    if (connect === null || connect.reply !== null || gotOctets) return null;
    if (handshake !== undefined && handshake.outcome?.phase !== 'secured') return null;
    const { ms, by } = silenceAfter(view, dialogue, connect);
    if (by === 'left' && ms < PROBE_MS) return null;
    return judgeSilence(view, dialogue, connect, 'a greeting', {
      leastMs: 295_000,
      lateMs: Infinity,
      asked: 'five minutes are asked for (RFC 5321 4.5.3.2.1)',
      // Only the figure is a SHOULD: having a timeout at all is the MUST.
      earlyIsWarned: true,
    });
  },
  { despite: ['no-reply'] },
);

const connectRefusedOrReset = perTrial(
  'connect-refused-or-reset',
  (view) => {
    const died = view.dialogues.filter(diedBeforeGreeting);
    const [first] = died;
    if (first === undefined) return null;
    const bounce = bouncedAfterFirst(view, died);
    if (bounce !== null) return broken('it returned the mail after a single connection that died', ...bounce);
    const loop = findLoop(view, died);
    if (loop !== null) return judgeLoop(view, loop, 'each dying before the greeting');
    return died.map((dialogue) => judgeReturn(view, dialogue));
  },
  { oneProofSuffices: true },
);

/** By us, on purpose: at the end of a trial connections are destroyed, which is no answer to a client. */
function diedBeforeGreeting(dialogue: Dialogue): boolean {
  const { closing, first } = dialogue.ending;
  if (connectOf(dialogue)?.reply !== null || closing === null || closing.how === 'destroy') return false;
  return first === 'server' && dialogue.unsolicited.length === 0 && dialogue.commands.length === 0;
}

function greetingOf(dialogue: Dialogue): Reply | null {
  return connectOf(dialogue)?.reply ?? null;
}

export const greetingRefusalChecks: readonly Check[] = [greeting554, greeting421, silentAccept, connectRefusedOrReset];
