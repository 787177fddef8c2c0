// EHLO that is not accepted: HELO where it was not recognised, none where it was put off, at most one where policy refused
// it, and a later try where the connection died of it (RFC 5321 2.2.1, 3.2, 4.1.4).

import { bouncedAfterFirst, findLoop, judgeComeback, judgeLoop, judgeReturn } from '../comeback';
import {
  broken,
  inconclusive,
  notApplicable,
  pass,
  perDialogue,
  perTrial,
  referTo,
  warned,
  type Check,
  type CheckOptions,
  type Findings,
  type Shown,
  type TrialView,
} from '../check';
import type { Dialogue, Exchange, Reply } from '../dialogue';
import { isEhlo, openerOf } from '../opening';
import { leaving, seconds, untakenLines } from '../sequel';
import type { Finding } from '../verdict';

/** "Not recognised", by RFC 5321 4.1.4 and 4.3.2; any other 5yz is a refusal of the client. */
const NOT_RECOGNISED: ReadonlySet<number> = new Set([500, 501, 502, 504]);

/** A box that masks EHLO is the provocation: the client sees a refusal like any other. */
const MASKED: CheckOptions = { despite: ['path'] };

interface Refusal {
  readonly ehlo: Exchange;
  readonly reply: Reply;
}

function refusedEhlo(dialogue: Dialogue, matches: (reply: Reply) => boolean): Refusal | null {
  for (const ehlo of dialogue.commands) {
    if (ehlo.reply !== null && isEhlo(dialogue, ehlo) && matches(ehlo.reply)) return { ehlo, reply: ehlo.reply };
  }
  return null;
}

interface Word {
  readonly verb: string;
  readonly shown: Shown;
  readonly reply: Reply | null;
}

/** What it said in knowledge of the refusal, also what we no longer took. */
function wordsAfter(dialogue: Dialogue, { reply }: Refusal): readonly Word[] {
  const taken = dialogue.commands.filter(({ firstSeq }) => firstSeq > reply.endedSeq);
  return [
    ...taken.map((command) => ({ verb: command.verb, shown: command, reply: command.reply })),
    ...untakenLines(dialogue, reply.endedSeq).map(({ verb, shown }) => ({ verb, shown, reply: null })),
  ];
}

// --- ehlo-fallback-same-connection -------------------------------------------------------------------------------

/** How the connections behind one were opened. */
interface Later {
  readonly helo: Exchange | null;
  readonly ehlo: Exchange | null;
}

const ehloFallbackSameConnection = perTrial(
  'ehlo-fallback-same-connection',
  (view) => {
    const findings: Finding[] = [];
    let later: Later = { helo: null, ehlo: null };
    for (const dialogue of view.dialogues.toReversed()) {
      const refusal = refusedEhlo(dialogue, ({ code }) => NOT_RECOGNISED.has(code ?? 0));
      if (refusal !== null) findings.push(judgeFallback(view, dialogue, refusal, later));
      const opener = openerOf(dialogue);
      if (opener?.verb === 'HELO') later = { ...later, helo: opener };
      else if (opener !== null && isEhlo(dialogue, opener)) later = { ...later, ehlo: opener };
    }
    return findings.toReversed();
  },
  MASKED,
);

function judgeFallback(view: TrialView, dialogue: Dialogue, refusal: Refusal, later: Later): Finding {
  const { ehlo, reply } = refusal;
  const words = wordsAfter(dialogue, refusal);
  const next = words.find(({ verb }) => ['HELO', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'BDAT', 'QUIT'].includes(verb));
  if (next?.verb === 'HELO') return pass(`HELO came on the same connection after ${reply.code}`, next.shown, ehlo);
  if (next?.verb === 'EHLO' && next.reply?.digit === 2) {
    return inconclusive('it tried EHLO again, and that was accepted', next.shown);
  }
  if (next !== undefined && next.verb !== 'QUIT' && next.verb !== 'EHLO') {
    return referTo('command-order', broken(`it went on with ${next.verb} after ${reply.code} to EHLO`, next.shown));
  }
  if (words.some(({ verb }) => verb === 'HELO')) return pass('HELO came on the same connection in the end', ehlo);
  if (next === undefined && dialogue.ending.first === 'server' && dialogue.ending.closing?.how !== 'destroy') {
    return notApplicable('we closed the connection right after refusing EHLO');
  }
  return judgeElsewhere(view, dialogue, refusal, later);
}

/** There was no HELO on this connection: another one may make up for it (trap 5). */
function judgeElsewhere(view: TrialView, dialogue: Dialogue, { reply }: Refusal, later: Later): Finding {
  if (view.submissions.some(({ tls }) => tls === 'required')) {
    return notApplicable('it had been told to require TLS, which HELO cannot give');
  }
  const left = leaving(dialogue);
  if (later.helo !== null) {
    return warned(`it left after ${reply.code} to EHLO and said HELO on a new connection`, left, later.helo);
  }
  if (later.ehlo !== null) {
    if (later.ehlo.reply?.digit === 2) {
      return inconclusive('it came back with EHLO, and that was accepted', left, later.ehlo);
    }
    return broken(`it left after ${reply.code} to EHLO and repeated EHLO on a new connection`, left, later.ehlo);
  }
  const gaveUp =
    view.campaign.bounces.length > 0 ||
    view.record.outcomes.some(({ outcome }) => outcome === 'bounced' || outcome === 'refused') ||
    (view.client.role === 'submission' && view.record.end === 'client-finished');
  if (gaveUp) return broken(`it gave up after ${reply.code} to EHLO and never tried HELO`, left, reply);
  return inconclusive(`no second connection came within the window of ${seconds(view.windowMs)}`, left, reply);
}

// --- ehlo-fallback-disconnect ------------------------------------------------------------------------------------

const ehloFallbackDisconnect = perTrial(
  'ehlo-fallback-disconnect',
  (view): Findings => {
    const died = view.dialogues.filter(diedOfEhlo);
    if (died.length === 0) return null;
    const bounce = bouncedAfterFirst(view, died);
    if (bounce !== null) return broken('it returned the mail because one connection closed on EHLO', ...bounce);
    const loop = findLoop(view, died);
    if (loop !== null) return judgeLoop(view, loop, 'each closing on EHLO');
    return died.map((dialogue) => judgeReturn(view, dialogue));
  },
  { ...MASKED, oneProofSuffices: true },
);

/** EHLO was the last thing it said, and all it got was our close. */
function diedOfEhlo(dialogue: Dialogue): boolean {
  const { closing, first } = dialogue.ending;
  const last = dialogue.commands.at(-1);
  if (last === undefined || !isEhlo(dialogue, last) || last.reply !== null) return false;
  return first === 'server' && closing !== null && closing.how !== 'destroy';
}

// --- ehlo-4xx-not-helo -------------------------------------------------------------------------------------------

const ehlo4xxNotHelo = perDialogue(
  'ehlo-4xx-not-helo',
  (dialogue, view) => {
    const refusal = refusedEhlo(dialogue, ({ digit }) => digit === 4);
    if (refusal === null) return null;
    const { reply } = refusal;
    const words = wordsAfter(dialogue, refusal).filter(({ verb }) => verb !== 'QUIT');
    // 421 ends the session, any other 4yz only puts off.
    const bad = words.find(({ verb }) => (reply.code === 421 ? verb !== 'unknown' : verb === 'HELO'));
    if (bad !== undefined) return broken(`${bad.verb} came after ${reply.code} to EHLO`, bad.shown, reply);
    const [other] = words;
    if (other !== undefined)
      return inconclusive(`it went on with ${other.verb} after ${reply.code}`, other.shown, reply);
    const at = { seq: reply.endedSeq, at: reply.endedAt };
    return judgeComeback(view, dialogue, at, `sent nothing but QUIT after ${reply.code} to EHLO`, reply);
  },
  { oneProofSuffices: true },
);

// --- ehlo-550-policy ---------------------------------------------------------------------------------------------

const ehlo550Policy = perDialogue('ehlo-550-policy', (dialogue) => {
  const refusal = refusedEhlo(dialogue, ({ digit, code }) => digit === 5 && !NOT_RECOGNISED.has(code ?? 0));
  if (refusal === null) return null;
  const { reply } = refusal;
  const words = wordsAfter(dialogue, refusal);
  const hellos = words.filter(({ verb }) => verb === 'HELO' || verb === 'EHLO');
  const accepted = hellos.some((hello) => hello.reply?.digit === 2);
  const mail = words.find(({ verb }) => ['MAIL', 'RCPT', 'DATA', 'BDAT'].includes(verb));
  if (mail !== undefined && !accepted) {
    return referTo('command-order', broken(`${mail.verb} came although every hello was refused`, mail.shown, reply));
  }
  const second = hellos[1];
  if (second !== undefined) {
    return broken(`${hellos.length} more hellos came after ${reply.code} to EHLO`, second.shown, reply);
  }
  const tried = hellos.length === 1 ? 'it tried HELO once' : 'it tried no other hello';
  const quit = words.find(({ verb }) => verb === 'QUIT');
  if (quit !== undefined || mail !== undefined) return pass(`${tried} after ${reply.code} to EHLO`, reply);
  if (dialogue.ending.left !== null && words.every(({ verb }) => isHelloVerb(verb))) {
    return pass(`${tried} after ${reply.code} to EHLO, and left`, reply);
  }
  return inconclusive(`the record does not show what it did about ${reply.code} to EHLO`, reply);
});

function isHelloVerb(verb: string): boolean {
  return verb === 'HELO' || verb === 'EHLO';
}

export const helloFallbackChecks: readonly Check[] = [
  ehloFallbackSameConnection,
  ehloFallbackDisconnect,
  ehlo4xxNotHelo,
  ehlo550Policy,
];
