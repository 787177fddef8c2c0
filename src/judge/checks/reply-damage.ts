// Replies that are none, or not as they should be: out of range, of two minds, too long, ended by a lone LF, mangled on
// their way (RFC 5321 2.3.8, 4.2, 4.2.1, 4.5.3.1.5). All of it is our doing, so what a client makes of it is mostly told
// and not judged: only a false success, a lost step, or hanging counts.

import { usesOf, sectionsOf, type Section } from '../section';
import { broken, inconclusive, observed, pass, perDialogue, referTo, type Check, type TrialView } from '../check';
import type { Dialogue, Exchange, Reply } from '../dialogue';
import { fateOf } from '../fate';
import { HANG_MS, reactionTo, tallyOf } from '../reaction';
import { firstAfter, seconds, sequelOf } from '../sequel';
import { stepAfter, utterancesOf, type Utterance } from '../utterance';
import type { Finding } from '../verdict';

/** A check of each thing we said, with what it was said to. */
function perUtterance(
  dialogue: Dialogue,
  judge: (utterance: Utterance, to: Exchange) => Finding | null,
): readonly Finding[] {
  const found: Finding[] = [];
  for (const utterance of utterancesOf(dialogue)) {
    const { to } = utterance;
    const finding = to === null || to.spew !== null ? null : judge(utterance, to);
    if (finding !== null) found.push(finding);
  }
  return found;
}

// --- reply-out-of-range ------------------------------------------------------------------------------------------

const replyOutOfRange = perDialogue(
  'reply-out-of-range',
  (dialogue, view) =>
    perUtterance(dialogue, ({ reply, inPlace }, to) => {
      const line = reply.lines[0] ?? '';
      if (!inPlace || to.verb === 'QUIT' || /^[2-5]\d\d(?:[ -]|$)/.test(line)) return null;
      const what = `"${line.slice(0, 40)}" to ${to.verb}`;
      // No rule says what to make of a code that is glued to its text.
      if (/^[2-5]\d\d[^\d]/.test(line))
        return observed(`after ${what} it ${reactionTo(dialogue, to, reply).how}`, reply);
      return judgeOutOfRange(dialogue, view, to, reply, what);
    }),
  // The malformed reply is the provocation.
  { despite: ['raw-octets', 'malformed-reply', 'no-reply'] },
);

function judgeOutOfRange(dialogue: Dialogue, view: TrialView, to: Exchange, reply: Reply, what: string): Finding {
  const sent = mailDataAfter(dialogue, to, reply);
  if (sent !== null) return broken(`after ${what} it sent mail data`, sent, reply);
  if (to.verb === 'end-of-data') {
    const fate = to.transaction === null ? null : fateOf(view, to.transaction, null);
    if (fate?.became === 'delivered') return broken(`after ${what} it ${fate.how}`, reply);
    if (fate !== null && fate.became !== 'unknown') return pass(`after ${what} it ${fate.how}`, reply);
    return inconclusive(`after ${what} nothing shows what it made of it`, reply);
  }
  const sequel = sequelOf(dialogue, reply);
  if (sequel.kind === 'left') return pass(`after ${what} it left`, sequel.shown, reply);
  if (sequel.kind === 'ended') return inconclusive(`after ${what} it did nothing more`, reply);
  if (sequel.verb === 'QUIT' || sequel.verb === 'RSET')
    return pass(`after ${what} it sent ${sequel.verb}`, sequel.shown, reply);
  return inconclusive(`after ${what} it went on with ${sequel.verb}, but came to no mail data`, sequel.shown, reply);
}

/** Mail data of the same transaction or, for what comes before one, of the next, sent in knowledge of the reply. */
function mailDataAfter(dialogue: Dialogue, to: Exchange, reply: Reply): Exchange | null {
  const next = dialogue.exchanges[to.index + 1];
  if (to.verb === 'DATA' && next?.spew?.after === to && next.firstSeq > reply.endedSeq) return next;
  const isBefore = to.verb === 'connect' || to.verb === 'EHLO' || to.verb === 'HELO';
  const transaction = isBefore ? dialogue.transactions.find(({ mail }) => mail.index > to.index) : to.transaction;
  // With another recipient accepted, the data is for that one.
  if (to.verb === 'RCPT' && transaction != null && tallyOf(transaction).accepted > 0) return null;
  const dot = transaction?.dot ?? null;
  return dot !== null && dot.index > to.index && dot.firstSeq > reply.endedSeq && isData(dot) ? dot : null;
}

function isData({ message }: Exchange): boolean {
  return message !== null && (!message.complete || message.size > 0);
}

// --- reply-multiline-mixed-codes ---------------------------------------------------------------------------------

const replyMixedCodes = perDialogue(
  'reply-multiline-mixed-codes',
  (dialogue, view) =>
    perUtterance(dialogue, ({ reply }, to) => {
      if (reply.lines.length < 2) return null;
      const codes = [...new Set(reply.lines.map((line) => line.slice(0, 3)).filter((code) => /^\d{3}$/.test(code)))];
      if (codes.length < 2) return null;
      const what = `${codes.join(' and ')} in one reply to ${to.verb}`;
      const next = dialogue.exchanges[to.index + 1];
      if (next !== undefined && next.firstSeq > reply.seq && next.firstSeq < reply.endedSeq) {
        return broken(`with ${what}, ${next.verb} came before its last line`, next, reply);
      }
      const refusing = /^[45]/.test(codes.at(-1) ?? '');
      const fate = to.verb === 'end-of-data' && to.transaction !== null ? fateOf(view, to.transaction, null) : null;
      if (refusing && fate?.became === 'delivered')
        return broken(`with ${what}, the last one a refusal, it ${fate.how}`, reply);
      return observed(`after ${what} it ${fate?.how ?? reactionTo(dialogue, to, reply).how}`, reply);
    }),
  { despite: ['mixed-codes'] },
);

// --- reply-long-line ---------------------------------------------------------------------------------------------

/** RFC 5321 4.5.3.1.5, without its CRLF. */
const LONGEST_LINE_OCTETS = 510;

const replyLongLine = perDialogue(
  'reply-long-line',
  (dialogue, view) =>
    perUtterance(dialogue, ({ reply }, to) => {
      const longest = reply.lines.reduce((most, { length }) => Math.max(most, length), 0);
      if (longest <= LONGEST_LINE_OCTETS) return null;
      const what = `a line of ${longest + 2} octets in reply to ${to.verb}`;
      const { took, how, shown } = reactionTo(dialogue, to, reply);
      if ((reply.digit === 4 || reply.digit === 5) && took === 'success') {
        return broken(`after ${what}, a refusal, it ${how}`, ...shown, reply);
      }
      const lost = lostStep(dialogue, reply, what);
      if (lost !== null) return lost;
      const sequel = sequelOf(dialogue, reply);
      if (sequel.kind === 'said') return pass(`after ${what} it went on with ${sequel.verb}`, sequel.shown, reply);
      if (sequel.kind === 'left') return pass(`after ${what} it ended the session`, sequel.shown, reply);
      const waitedMs = sequel.at - reply.endedAt;
      const isHanging = waitedMs >= HANG_MS * view.record.timeScale;
      return (isHanging ? broken : inconclusive)(`after ${what} it did nothing for ${seconds(waitedMs)}`, reply);
    }),
  // What stands behind the 512th octet may look like anything.
  { despite: ['malformed-reply', 'mixed-codes', 'raw-octets'] },
);

/** A client that took a part of one reply for another reply answers the next command's reply before it is there. */
function lostStep(dialogue: Dialogue, reply: Reply, what: string): Finding | null {
  const step = stepAfter(dialogue, reply.endedSeq);
  if (step?.reaction.took === 'success') {
    const { reaction, refused } = step;
    const how = `refused at ${refused.verb}, it ${reaction.how}`;
    return broken(`after ${what} it lost step: ${how}`, ...reaction.shown, refused);
  }
  const next = firstAfter(dialogue, reply.endedSeq);
  const early = next === null ? undefined : dialogue.exchanges[next.index + 1];
  if (next === null || early === undefined || early.outstanding.state !== 'early') return null;
  if (!early.outstanding.allowed) {
    const found = broken(
      `after ${what} it lost step: ${early.verb} came before the reply to ${next.verb}`,
      early,
      reply,
    );
    return referTo('no-pipelining-unless-advertised', found);
  }
  // RSET ends a group of its own accord only when something was refused.
  if (early.verb !== 'RSET' || next.reply?.digit !== 2) return null;
  return broken(`after ${what} it lost step: ${next.verb} was accepted, and it went on with RSET`, early, reply);
}

// --- reply-bare-lf -----------------------------------------------------------------------------------------------

/** Silent for this long, it still waits for the CRLF. */
const STILL_WAITING_MS = 5000;

const replyBareLf = perDialogue(
  'reply-bare-lf',
  (dialogue, view) =>
    perUtterance(dialogue, ({ reply }, to) => {
      const { octets } = reply.event;
      if (isOneLine(octets) || !/(?:^|[^\r])\n|\r(?!\n)/.test(octets)) return null;
      return octets.endsWith('\r\n') ? judgeInside(dialogue, to, reply) : judgeEnd(dialogue, view, to, reply);
    }),
  { despite: ['malformed-reply', 'raw-octets', 'no-reply'] },
);

function isOneLine(octets: string): boolean {
  const end = octets.length - 2;
  return octets.indexOf('\r') === end && octets.indexOf('\n') === end + 1;
}

/** A lone LF or CR inside a line: two replies for who takes it for an end, one for who does not. */
function judgeInside(dialogue: Dialogue, to: Exchange, reply: Reply): Finding {
  const what = `a lone ${/[^\r]\n/.test(reply.event.octets) ? 'LF' : 'CR'} inside the reply to ${to.verb}`;
  return lostStep(dialogue, reply, what) ?? observed(`after ${what} it ${reactionTo(dialogue, to, reply).how}`, reply);
}

function judgeEnd(dialogue: Dialogue, view: TrialView, to: Exchange, reply: Reply): Finding {
  const what = `a reply to ${to.verb} that no CRLF ended`;
  const sequel = sequelOf(dialogue, reply);
  if (sequel.kind === 'said') {
    // Nearly every client is as lenient, and no harm comes of it.
    return (view.strict ? broken : observed)(`it took ${what} and went on with ${sequel.verb}`, sequel.shown, reply);
  }
  const waitedMs = sequel.at - reply.endedAt;
  if (waitedMs < STILL_WAITING_MS)
    return inconclusive(`after ${what} only ${seconds(waitedMs)} are on the record`, reply);
  return pass(`after ${what} it waited ${seconds(waitedMs)} for the end of the line`, reply);
}

// --- reply-mangled-wrap ------------------------------------------------------------------------------------------

const replyMangledWrap = perDialogue(
  'reply-mangled-wrap',
  (dialogue, view) => {
    const fragments = sectionsOf(dialogue).flatMap((section) => fragmentUsed(section) ?? []);
    if (fragments.length > 0) return fragments;
    return perUtterance(dialogue, ({ reply }, to) => {
      const mangled = manglingOf(reply, to);
      return mangled === null ? null : judgeMangled(dialogue, view, to, reply, mangled);
    });
  },
  { despite: ['malformed-reply', 'mixed-codes', 'raw-octets'] },
);

function judgeMangled(dialogue: Dialogue, view: TrialView, to: Exchange, reply: Reply, mangled: string): Finding {
  const { took, how, shown } = reactionTo(dialogue, to, reply);
  const refused = reply.digit === 4 || reply.digit === 5;
  const fate = to.verb === 'end-of-data' && to.transaction !== null ? fateOf(view, to.transaction, null) : null;
  if (refused && fate?.became === 'delivered') return broken(`refused with ${mangled}, it ${fate.how}`, reply);
  if (refused && took === 'success') return broken(`refused with ${mangled}, it ${how}`, ...shown, reply);
  return observed(`after ${mangled} in reply to ${to.verb} it ${how}`, reply);
}

/** A line without a code amid others, a NUL, or a list with something masked in it. */
function manglingOf({ event, lines }: Reply, to: Exchange): string | null {
  if (event.octets.includes('\0')) return 'a NUL';
  if (lines.length > 1 && lines.some((line) => !/^\d{3}/.test(line))) return 'a line without its code';
  const isMasked = to.verb === 'EHLO' && lines.slice(1).some((line) => /^\d{3}[ -](?:X{4,}[A-Z]?|\*{3,})/.test(line));
  return isMasked ? 'a masked keyword' : null;
}

/** An extension that stands on the list only as a fragment: a line without a code. */
function fragmentUsed({ lines, commands, reply }: Section): Finding | null {
  const words = (line: string): string => line.split(/[ \t]/, 1)[0]?.toUpperCase() ?? '';
  const fragments = new Set(lines.filter((line) => !/^\d{3}/.test(line)).map((line) => words(line.trim())));
  if (fragments.size === 0) return null;
  const listed = new Set(lines.filter((line) => /^\d{3}[ -]/.test(line)).map((line) => words(line.slice(4))));
  for (const command of commands) {
    const use = usesOf(command).find(({ keywords }) => keywords.some((keyword) => fragments.has(keyword)));
    if (use === undefined || use.keywords.some((keyword) => listed.has(keyword))) continue;
    return broken(`it used ${use.what}, which stands on the list only as a fragment`, command, reply);
  }
  return null;
}

export const replyDamageChecks: readonly Check[] = [
  replyOutOfRange,
  replyMixedCodes,
  replyLongLine,
  replyBareLf,
  replyMangledWrap,
];
