// The greeting: waiting for it, taking several lines as one, going by its code and not by its words (RFC 5321 4.2, 4.3.1).
// A session that is given up on a good greeting is judged once: under several lines, an odd code, or odd words.
// Greetings that refuse, and those that never come, are in greeting-refusal.ts.

import { isAddressLiteral, isDomain } from '../../smtp/path';
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
  type TrialView,
} from '../check';
import type { Dialogue, Exchange, Reply } from '../dialogue';
import { connectOf, isHello, knewEhloFails, openerOf, wireText } from '../opening';
import { replyEnd } from '../patience';
import { reactionTo } from '../reaction';
import { seconds, sequelAfter, sequelOf, type Sequel } from '../sequel';
import type { Finding } from '../verdict';
import { stayedQuiet, waiting } from '../waiting';

/** Only so long a hold shows that it was the greeting that the client waited for. */
const GREETING_HELD_MS = 5000;

// --- wait-for-greeting -------------------------------------------------------------------------------------------

const waitForGreeting = perTrial(
  'wait-for-greeting',
  (view) => {
    const findings: Finding[] = [];
    let negotiated = false;
    for (const dialogue of view.dialogues) {
      const finding = negotiated ? notApplicable('we had offered to be talked to early') : judgeWaiting(dialogue);
      if (finding !== null) findings.push(finding);
      negotiated ||= offersEarlyTalk(dialogue);
    }
    return findings;
  },
  // Silence is no leave to talk.
  { despite: ['no-reply'], oneProofSuffices: true },
);

function judgeWaiting(dialogue: Dialogue): Finding | null {
  const connect = connectOf(dialogue);
  if (connect === null) return null;
  // The handshake of implicit TLS is the client's to begin.
  if (dialogue.tls.some(({ starttls }) => starttls === null)) return notApplicable('TLS came before the greeting');
  const { reply } = connect;
  const first = sequelAfter(dialogue, connect.seq);
  if (first.kind === 'said' && first.seq < replyEnd(reply)) {
    // QUIT before the greeting is how it gives up waiting, which silent-accept judges.
    if (first.verb === 'QUIT') return null;
    const what = reply === null ? 'although no greeting had come' : 'before the end of the greeting';
    const after = seconds(first.at - dialogue.connectedAt);
    const found = broken(`its first octets came ${after} after the connection, ${what}`, first.shown);
    return isBetweenLines(reply, first) ? referTo('greeting-multiline', found) : found;
  }
  if (reply === null) return null;
  const { ms, by } = waiting(dialogue, connect);
  if (by === 'left') return null;
  if (ms >= GREETING_HELD_MS && stayedQuiet(dialogue, connect)) {
    return pass(`it stayed quiet for ${seconds(ms)}, until the greeting was complete`, reply);
  }
  return inconclusive(`the greeting was complete after ${seconds(ms)}, and a hold under 5 s proves nothing`, reply);
}

/** Early pipelining is an exception that a server offers: Exim's PIPECONNECT (trap 16). */
function offersEarlyTalk(dialogue: Dialogue): boolean {
  return dialogue.commands.some(
    ({ verb, reply }) => verb === 'EHLO' && reply?.lines.some((line) => /^\d{3}[ -](?:X_)?PIPE_?CONNECT\b/i.test(line)),
  );
}

// --- greeting-multiline ------------------------------------------------------------------------------------------

const greetingMultiline = perDialogue('greeting-multiline', (dialogue) => {
  const connect = connectOf(dialogue);
  const reply = connect?.reply;
  if (connect == null || reply?.code !== 220 || reply.lines.length < 2) return null;
  const lines = `${reply.lines.length} lines`;
  const first = sequelAfter(dialogue, connect.seq);
  if (first.kind === 'said' && first.seq < reply.seq) {
    return inconclusive('it had talked before the first line of the greeting', first.shown);
  }
  if (isBetweenLines(reply, first) && first.kind === 'said') {
    return broken(`${first.verb} came between the ${lines} of the greeting`, first.shown, reply);
  }
  const next = sequelOf(dialogue, reply);
  if (next.kind === 'left' || (next.kind === 'said' && next.verb === 'QUIT')) {
    return broken(`it left on a greeting of ${lines}`, next.shown, reply);
  }
  if (next.kind === 'ended') return inconclusive(`nothing came after the greeting of ${lines}`, reply);
  if (!isHello(next.exchange)) return inconclusive(`${next.verb} and no hello came after the greeting`, next.shown);
  const second = repeatedHello(dialogue, next.exchange);
  if (second !== null) return broken(`a second ${second.verb} came after a greeting of ${lines}`, second, reply);
  return pass(`one ${next.verb} came after the greeting of ${lines}`, next.shown, reply);
});

/** Said behind the first line and before the last one. */
function isBetweenLines(reply: Reply | null, first: Sequel): boolean {
  if (reply === null || first.kind !== 'said' || reply.code !== 220 || reply.lines.length < 2) return false;
  return isHello(first.exchange) && first.seq > reply.seq && first.seq < replyEnd(reply);
}

/** A hello for a second line: right behind one that was accepted, or before its reply. A fallback to HELO is none. */
function repeatedHello(dialogue: Dialogue, hello: Exchange | null): Exchange | null {
  const next = hello === null ? undefined : dialogue.exchanges[hello.index + 1];
  if (next === undefined || !isHello(next) || next.secured !== hello?.secured) return null;
  return hello.reply?.digit === 2 || next.outstanding.state === 'early' ? next : null;
}

// --- greeting-by-first-digit -------------------------------------------------------------------------------------

const greetingByFirstDigit = perDialogue('greeting-by-first-digit', (dialogue) => {
  const connect = connectOf(dialogue);
  const reply = connect?.reply;
  if (connect == null || reply?.digit !== 2) return null;
  const isBare = textOf(reply) === '';
  if (reply.code === 220 && !isBare) return null;
  const what = isBare ? `a bare ${reply.code}` : String(reply.code);
  const { took, how, shown } = reactionTo(dialogue, connect);
  switch (took) {
    case 'success':
      return pass(`greeted with ${what}, it ${how}`, ...shown, reply);
    case 'failure': {
      const reason = `greeted with ${what}, it ${how}`;
      // Only 220 is listed for a greeting, and 250 says something else: such strictness is defensible.
      return reply.code === 250 ? warned(reason, ...shown, reply) : broken(reason, ...shown, reply);
    }
    case 'hung':
      return broken(`greeted with ${what}, it ${how}`, ...shown);
    case 'unclear':
      return inconclusive(`greeted with ${what}, it ${how}`, ...shown, reply);
  }
});

// --- greeting-text-ignored ---------------------------------------------------------------------------------------

const greetingTextIgnored = perDialogue('greeting-text-ignored', (dialogue, view) => {
  const connect = connectOf(dialogue);
  const reply = connect?.reply;
  if (connect == null || reply?.code !== 220 || reply.lines.length > 1) return null;
  const text = seenText(dialogue, reply);
  const oddity = oddityOf(text);
  if (oddity === null) return null;
  const { took, how, shown } = reactionTo(dialogue, connect);
  if (took === 'failure' || took === 'hung') return broken(`greeted ${oddity}, it ${how}`, ...shown, reply);
  if (took === 'unclear') return inconclusive(`greeted ${oddity}, it ${how}`, ...shown, reply);
  return (
    judgeOpener(dialogue, view, /\bESMTP\b/i.test(text), oddity) ??
    pass(`greeted ${oddity}, it ${how}`, ...shown, reply)
  );
});

/** HELO because the banner does not say ESMTP is legal, and bad form all the same. */
function judgeOpener(dialogue: Dialogue, view: TrialView, saysEsmtp: boolean, oddity: string): Finding | null {
  const opener = openerOf(dialogue);
  if (opener?.verb !== 'HELO' || saysEsmtp || knewEhloFails(view, dialogue)) return null;
  return referTo('ehlo-first', warned(`greeted ${oddity}, it opened with HELO and never tried EHLO`, opener));
}

/** What a client could stumble over; null for a banner like any other. */
function oddityOf(text: string): string | null {
  if (text === '') return null;
  if (/\*{3}/.test(text)) return 'with a masked banner';
  if (/[\x80-\xff]/.test(text)) return 'with octets above 127';
  const [host = ''] = text.split(/[ \t]/, 1);
  if (!(isDomain(host) && host.includes('.')) && !isAddressLiteral(host)) return 'without a host name';
  return /\bESMTP\b/i.test(text) ? null : 'without the word ESMTP';
}

/** As the client saw it: a firewall on the path may have masked what we said. */
function seenText(dialogue: Dialogue, reply: Reply): string {
  const line = wireText(dialogue, 'sent');
  return /^220[ -]/.test(line) ? line.slice(4).trim() : textOf(reply);
}

function textOf(reply: Reply): string {
  return reply.lines
    .map((line) => line.slice(4).trim())
    .join(' ')
    .trim();
}

export const greetingChecks: readonly Check[] = [
  waitForGreeting,
  greetingMultiline,
  greetingByFirstDigit,
  greetingTextIgnored,
];
