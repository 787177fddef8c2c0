// How long a client waits for the reply to a command, and how it leaves when none comes (RFC 5321 4.5.3.2). The wait for
// the greeting is in greeting-refusal.ts. Figures are the text's, less 5 s for clients that leave on the dot (trap 7).

import type { EventName } from '../../smtp/vocabulary';
import { broken, inconclusive, pass, perDialogue, perExchange, place, type Check } from '../check';
import type { Dialogue, Exchange } from '../dialogue';
import {
  CAP_MS,
  endOf,
  hasLeft,
  judgeSilence,
  PROBE_MS,
  replyEnd,
  SHORTEST_TRIAL_MS,
  silenceAfter,
  type Limits,
} from '../patience';
import { leaving, seconds } from '../sequel';

/** The silence is the provocation. */
const PROVOKED = { despite: ['no-reply'] } as const;

function perWait(id: string, verbs: readonly EventName[], limits: Limits): Check {
  return perExchange(
    id,
    verbs,
    (exchange, dialogue, view) => judgeSilence(view, dialogue, exchange, `the reply to ${exchange.verb}`, limits),
    PROVOKED,
  );
}

const timeoutEhlo = perWait('timeout-ehlo', ['EHLO', 'HELO'], {
  leastMs: 60_000,
  lateMs: Infinity,
  asked: 'less than a minute is too little for any command',
  earlyIsWarned: true,
});

const FIVE_MINUTES: Limits = {
  leastMs: 295_000,
  lateMs: 290_000,
  asked: 'five minutes are asked for',
};

const timeoutMail = perWait('timeout-mail', ['MAIL'], FIVE_MINUTES);
const timeoutRcpt = perWait('timeout-rcpt', ['RCPT'], FIVE_MINUTES);

const timeoutDataInit = perWait('timeout-data-init', ['DATA'], {
  leastMs: 118_000,
  lateMs: 115_000,
  asked: 'two minutes are asked for',
});

// --- timeout-then-quit -------------------------------------------------------------------------------------------

const timeoutThenQuit = perDialogue(
  'timeout-then-quit',
  (dialogue, view) => {
    const waited = unansweredAtEnd(dialogue);
    if (waited === null) return null;
    const { ms, by, quit, shown } = silenceAfter(view, dialogue, waited);
    if (by !== 'left' || (waited.verb === 'connect' && ms < PROBE_MS)) return null;
    const what = waited.verb === 'connect' ? 'the greeting' : `the reply to ${waited.verb}`;
    if (quit !== null) return pass(`it said QUIT after waiting ${seconds(ms)} for ${what}`, quit, waited);
    return broken(`it left without QUIT after waiting ${seconds(ms)} for ${what}`, shown, waited);
  },
  PROVOKED,
);

/** The oldest exchange without a reply, if it has nothing but QUIT and its own group behind it. */
function unansweredAtEnd(dialogue: Dialogue): Exchange | null {
  const { exchanges } = dialogue;
  const last = exchanges.findLast(({ verb }) => verb !== 'QUIT');
  if (last === undefined || last.spew !== null) return null;
  // Inside a handshake, a SASL exchange or mail data, QUIT would be no command.
  if (last.verb === 'auth-response' || last.message?.complete === false) return null;
  const handshake = dialogue.tls.at(-1);
  if (handshake !== undefined && handshake.outcome?.phase !== 'secured') return null;
  let oldest = last.outstanding.first ?? last;
  while (oldest.index < last.index && replyEnd(oldest.reply) < Infinity) oldest = exchanges[oldest.index + 1] ?? last;
  return oldest;
}

// --- timeout-starttls --------------------------------------------------------------------------------------------

const timeoutStarttls = perExchange(
  'timeout-starttls',
  ['STARTTLS'],
  (starttls, dialogue, view) => {
    const { reply } = starttls;
    const section = dialogue.tls.find((tls) => tls.starttls === starttls);
    if (reply?.code !== 220 || (section !== undefined && section.outcome !== null)) return null;
    const isGone = hasLeft(view, dialogue);
    const ms = endOf(dialogue) - reply.endedAt;
    const scale = view.record.timeScale;
    const cap = CAP_MS * scale;
    const waited = `it waited ${seconds(ms)} for the TLS handshake`;
    const act = isGone ? leaving(dialogue) : place(dialogue, starttls, `C: ${starttls.line}`);
    if (ms > cap) return broken(`${waited}, beyond our cap of ${seconds(cap)}`, act, starttls);
    if (isGone) return pass(`${waited} and left`, act, starttls);
    return ms < SHORTEST_TRIAL_MS * scale ? null : inconclusive(`${waited}, and then we stopped waiting`, starttls);
  },
  PROVOKED,
);

export const timeoutChecks: readonly Check[] = [
  timeoutEhlo,
  timeoutMail,
  timeoutRcpt,
  timeoutDataInit,
  timeoutThenQuit,
  timeoutStarttls,
];
