// Using a connection: clearing a failed transaction, not idling after a refusal, sharing it among messages, and not
// closing half of it while a reply is due (RFC 5321 4.1.1.5, 4.1.4, 4.5.3.2.7). Leaving it is in session.ts and quitting.ts.

import {
  broken,
  inconclusive,
  pass,
  perDialogue,
  perTrial,
  place,
  referTo,
  type Check,
  type TrialView,
} from '../check';
import type { Dialogue, Exchange, Reply } from '../dialogue';
import { farewellOf } from '../farewell';
import { hasLeft, replyEnd, SHORTEST_TRIAL_MS } from '../patience';
import { seconds, sequelOf } from '../sequel';
import type { Finding } from '../verdict';

// --- rset-after-failure ------------------------------------------------------------------------------------------

const rsetAfterFailure = perDialogue('rset-after-failure', ({ transactions }) =>
  transactions.flatMap((transaction, index): readonly Finding[] => {
    const next = transactions[index + 1];
    const { accepted, dot, end, endedBy, exchanges } = transaction;
    // A refused MAIL opened nothing, and a refused dot has spent the buffers.
    if (next === undefined || !accepted || dot !== null) return [];
    if (end === 'rset' || end === 'hello') {
      return [pass(`${endedBy?.verb ?? 'RSET'} came between the failed transaction and the next MAIL`, next.mail)];
    }
    // A RSET that was refused is judged by rset-non-250.
    if (end !== 'mail' || exchanges.some(({ verb }) => verb === 'RSET')) return [];
    return [
      referTo('command-order', broken('the next MAIL came while a failed transaction was still open', next.mail)),
    ];
  }),
);

// --- rset-non-250 ------------------------------------------------------------------------------------------------

const rsetNon250 = perDialogue('rset-non-250', (dialogue) => {
  const findings: Finding[] = [];
  let refused: { readonly rset: Exchange; readonly reply: Reply } | null = null;
  for (const command of dialogue.commands) {
    const { verb, reply } = command;
    if (verb === 'RSET' && (reply?.digit === 4 || reply?.digit === 5)) refused = { rset: command, reply };
    else if (refused === null || command.firstSeq < refused.reply.endedSeq) continue;
    else if (verb === 'QUIT' || verb === 'EHLO' || verb === 'HELO') {
      findings.push(pass(`${verb} came after ${refused.reply.code} to RSET`, command, refused.reply));
      refused = null;
    } else if (verb === 'MAIL') {
      findings.push(judgeMailAfter(refused.rset, refused.reply, command));
      refused = null;
    }
  }
  return refused === null ? findings : [...findings, judgeEndAfter(dialogue, refused.reply)];
});

function judgeMailAfter(rset: Exchange, reply: Reply, mail: Exchange): Finding {
  const found = broken(`MAIL went on after ${reply.code} to RSET as if all were clean`, mail, reply);
  // With a transaction open it is out of order as well, which is the MUST.
  return rset.transaction?.accepted === true ? referTo('command-order', found) : found;
}

function judgeEndAfter(dialogue: Dialogue, reply: Reply): Finding {
  if (dialogue.ending.left !== null) return pass(`it left after ${reply.code} to RSET`, reply);
  return inconclusive(`the record ends before it did anything about ${reply.code} to RSET`, reply);
}

// --- idle-hang ---------------------------------------------------------------------------------------------------

const IDLE_MS = 60_000;
/** What a server waits for the next command at least (RFC 5321 4.5.3.2.7). */
const SERVER_TIMEOUT_MS = 300_000;

interface Idling {
  readonly reply: Reply;
  readonly ms: number;
  readonly how: 'used' | 'quit' | 'left' | 'ended';
}

const idleHang = perDialogue('idle-hang', (dialogue, view) => {
  const scale = view.record.timeScale;
  let longest: Idling | null = null;
  for (const { reply, spew } of dialogue.exchanges) {
    if ((reply?.digit !== 4 && reply?.digit !== 5) || spew !== null) continue;
    const idling = idlingAfter(view, dialogue, reply);
    if (longest === null || rank(idling) > rank(longest)) longest = idling;
  }
  if (longest === null) return null;
  const { reply, ms, how } = longest;
  const after = `after ${reply.code} it sat idle for ${seconds(ms)}`;
  if (how === 'used') return pass(`${after} at most before it used the connection again`, reply);
  if (ms > SERVER_TIMEOUT_MS * scale) return broken(`${after}, longer than the five minutes that servers wait`, reply);
  if (ms > IDLE_MS * scale) return broken(`${after} and did not use the connection again`, reply);
  if (how === 'ended' && ms < SHORTEST_TRIAL_MS * scale) return null;
  if (how === 'ended') return inconclusive(`${after}, and then the record or our side ended`, reply);
  return pass(`${after} at most, and then it was gone`, reply);
});

/** Idling for nothing counts before idling with a purpose. */
function rank({ ms, how }: Idling): number {
  return how === 'used' ? -1 / (1 + ms) : ms;
}

function idlingAfter(view: TrialView, dialogue: Dialogue, reply: Reply): Idling {
  const sequel = sequelOf(dialogue, reply);
  const ms = Math.max(0, sequel.at - reply.endedAt);
  if (sequel.kind !== 'said') return { reply, ms, how: hasLeft(view, dialogue) ? sequel.kind : 'ended' };
  return { reply, ms, how: sequel.verb === 'QUIT' ? 'quit' : 'used' };
}

// --- connection-reuse --------------------------------------------------------------------------------------------

const connectionReuse = perTrial('connection-reuse', (view) => {
  const cut = view.dialogues.flatMap((dialogue) => cutShort(dialogue) ?? [])[0];
  if (cut === undefined || view.submissions.length < 2) return null;
  const { stories } = view.campaign;
  const doubled = stories.flatMap(({ repeats }) => repeats)[0];
  if (doubled !== undefined) {
    const { again, recipient } = doubled;
    return referTo('single-copy-no-dup', broken(`${recipient} was sent a message again`, again.transaction.mail, cut));
  }
  const missing = stories.filter(({ submission, acceptedFor }) => acceptedFor.length < submission.to.length);
  if (missing.length === 0) {
    return pass(`all ${stories.length} messages came once, over ${view.dialogues.length} connections`, cut);
  }
  const lost = missing.find(({ reported }) => reported.some(({ outcome }) => outcome === 'accepted'));
  if (lost !== undefined) return broken(`it reported message ${lost.submission.id} as sent, and it never came`, cut);
  return judgeMissing(view, missing.length, cut);
});

function judgeMissing(view: TrialView, missing: number, cut: Reply): Finding {
  const some = missing === 1 ? 'one message' : `${missing} messages`;
  const owned = view.record.outcomes.filter(({ outcome }) => outcome !== 'accepted' && outcome !== 'unknown').length;
  if (owned >= missing) return pass(`${some} did not come, and it said so`, cut);
  return inconclusive(`${some} did not come within the window of ${seconds(view.windowMs)}`, cut);
}

/** The reply that put an end to further messages on a connection that had carried one. */
function cutShort({ transactions }: Dialogue): Reply | null {
  const sent = transactions.findIndex(({ final }) => final?.digit === 2);
  if (sent === -1) return null;
  return transactions.slice(sent + 1).find(({ mail }) => mail.reply?.digit === 4)?.mail.reply ?? null;
}

// --- half-close --------------------------------------------------------------------------------------------------

const halfClose = perDialogue('half-close', (dialogue, view) => {
  const { fin } = dialogue.ending;
  if (fin === null || !hasLeft(view, dialogue)) return null;
  const shown = place(dialogue, fin, 'C- FIN');
  const quit = farewellOf(dialogue);
  if (quit !== null && quit.seq < fin.seq) return pass('it closed its half only after QUIT', shown, quit.shown);
  const pending = dialogue.exchanges.findLast(({ lastSeq }) => lastSeq < fin.seq);
  const isDue = pending !== undefined && replyEnd(pending.reply) > fin.seq && pending.message?.complete !== false;
  if (!isDue || (pending.verb !== 'DATA' && pending.verb !== 'BDAT' && pending.verb !== 'end-of-data')) return null;
  const what = pending.verb === 'end-of-data' ? 'the final dot' : pending.verb;
  return broken(`it closed its half while the reply to ${what} was due`, shown, pending);
});

export const sessionUseChecks: readonly Check[] = [rsetAfterFailure, rsetNon250, idleHang, connectionReuse, halfClose];
