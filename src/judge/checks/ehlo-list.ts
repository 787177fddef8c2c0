// The EHLO reply as a list: read to its last line, keywords from the second line on, in any letter case, and what is
// unknown passed over (RFC 5321 2.2.2, 4.1.1.1). Using what was not listed is judged by the verb or parameter in question.

import { findKeyword, offers, type Keyword } from '../../smtp/extension';
import type { SubmissionOnRecord } from '../../wire/trial-record';
import type { Attempt } from '../attempt';
import {
  broken,
  inconclusive,
  notApplicable,
  pass,
  perDialogue,
  perTrial,
  referTo,
  type Check,
  type TrialView,
} from '../check';
import type { Dialogue, Exchange } from '../dialogue';
import { storyOf } from '../next-try';
import { reactionTo } from '../reaction';
import { isLostOnPath } from '../path-end';
import { hasLeft } from '../patience';
import { parametersOf, sectionsOf, usesOf, type Section } from '../section';
import { seconds } from '../sequel';
import type { Finding } from '../verdict';
import { stayedQuiet, waiting } from '../waiting';

// --- ehlo-multiline-parse ----------------------------------------------------------------------------------------

/** Keywords whose use shows on the wire; in the first line they are words like any other. */
const TEMPTING = [
  'PIPELINING',
  'SIZE',
  '8BITMIME',
  'STARTTLS',
  'AUTH',
  'CHUNKING',
  'DSN',
  'SMTPUTF8',
  'BINARYMIME',
].map((word) => ({ word, standing: new RegExp(`\\b${word}\\b`) }));

/** So many lines are a trial in themselves. */
const MANY_LINES = 20;

const ehloMultilineParse = perDialogue(
  'ehlo-multiline-parse',
  (dialogue) => sectionsOf(dialogue).map((section) => judgeParsing(dialogue, section)),
  { oneProofSuffices: true },
);

function judgeParsing(dialogue: Dialogue, section: Section): Finding {
  const { ehlo, reply, lines, keywords, commands } = section;
  const next = dialogue.exchanges[ehlo.index + 1];
  if (next !== undefined && next.firstSeq > reply.seq && next.firstSeq < reply.endedSeq) {
    const found = broken(`${next.verb} came before the last of ${lines.length} lines`, next, reply);
    return referTo('no-pipelining-unless-advertised', found);
  }
  const first = (lines[0] ?? '').toUpperCase();
  const bait = TEMPTING.filter(({ word, standing }) => standing.test(first) && !offers(keywords, word)).map(
    ({ word }) => word,
  );
  const taken = baitTaken(section, bait);
  if (taken !== null) return taken;
  const { took, how, shown } = reactionTo(dialogue, ehlo);
  if (took === 'hung') return broken(`after an EHLO reply of ${countOf(lines)} it ${how}`, ...shown);
  const proof = proofOf(dialogue, section, bait, took === 'success');
  if (proof !== null) return pass(proof, ehlo, reply);
  const what = commands.length === 0 ? `it ${how}` : 'nothing it did depends on the list';
  return inconclusive(`after an EHLO reply of ${countOf(lines)}, ${what}`, ehlo);
}

function baitTaken({ keywords, commands }: Section, bait: readonly string[]): Finding | null {
  if (bait.length === 0) return null;
  for (const command of commands) {
    if (bait.includes('PIPELINING') && command.outstanding.state === 'early') {
      const found = broken(`${command.verb} was pipelined for a word in the first line`, command);
      return referTo('no-pipelining-unless-advertised', found);
    }
    const use = usesOf(command).find((one) => one.keywords.some((keyword) => bait.includes(keyword)));
    if (use === undefined || use.keywords.some((keyword) => offers(keywords, keyword))) continue;
    return referTo(use.primary, broken(`${use.what} was used for a word in the first line of the reply`, command));
  }
  return null;
}

/** What shows that the list was read as it should be; null when nothing does. */
function proofOf(dialogue: Dialogue, section: Section, bait: readonly string[], wentOn: boolean): string | null {
  const { ehlo, lines, keywords, commands } = section;
  if (lines.length > 1 && stayedQuiet(dialogue, ehlo)) {
    return `it waited ${seconds(waiting(dialogue, ehlo).ms)} for the last of ${lines.length} lines`;
  }
  if (bait.length > 0 && commands.some(({ verb }) => verb === 'MAIL')) {
    return `it did not take ${bait.join(' and ')} in the first line for a keyword`;
  }
  const used = commands.flatMap(usesOf).find((use) => use.keywords.some((keyword) => offers(keywords, keyword)));
  if (used !== undefined) return `it read the list, as ${used.what} shows`;
  const isTrying = lines.length === 1 || lines.length >= MANY_LINES || /^\d{3} ?$/.test(lines.at(-1) ?? '');
  return isTrying && wentOn ? `it went on after an EHLO reply of ${countOf(lines)}` : null;
}

function countOf(lines: readonly string[]): string {
  return lines.length === 1 ? 'one line' : `${lines.length} lines`;
}

// --- ehlo-keywords-case-insensitive ------------------------------------------------------------------------------

/** What an attempt, or a session, did with a keyword in the one writing and in the other. */
interface Uses {
  capitals: { readonly used: boolean; readonly shown: Exchange } | null;
  small: { readonly used: boolean; readonly shown: Exchange } | null;
}

const ehloKeywordsCaseInsensitive = perTrial(
  'ehlo-keywords-case-insensitive',
  (view) => {
    const uses = new Map<string, Uses>();
    for (const attempt of view.campaign.attempts) noteAttempt(uses, view, attempt);
    for (const dialogue of view.dialogues) noteStarttls(uses, dialogue);
    return [...uses].flatMap(([key, use]) => judgeWriting(key.split(' ')[0] ?? key, use) ?? []);
  },
  { oneProofSuffices: true },
);

function judgeWriting(keyword: string, { capitals, small }: Uses): Finding | null {
  if (small === null) return null;
  if (small.used) return pass(`it used ${keyword}, which was not written in capitals`, small.shown);
  if (capitals === null) {
    return inconclusive(`it did not use ${keyword} in small letters, and no list had it in capitals`, small.shown);
  }
  if (!capitals.used) return null;
  return broken(`it used ${keyword} only where that was written in capitals`, small.shown, capitals.shown);
}

/** Per kind of message, because what it needs decides which parameters it brings along. */
function noteAttempt(uses: Map<string, Uses>, view: TrialView, attempt: Attempt): void {
  const { mail, recipients, chunks } = attempt.transaction;
  const submission = storyOf(view, attempt)?.submission;
  if (mail.offer === null || submission === undefined) return;
  const { from, to, content, tls, auth } = submission;
  const isAscii = [from, ...to].every((address) => /^[\x20-\x7e]+$/.test(address));
  const kind = JSON.stringify([content, attempt.kind, to, from === '', isAscii, tls, auth]).replaceAll(' ', '_');
  const rcpt = recipients.map(({ exchange }) => exchange);
  const used = new Set([mail, ...rcpt, ...chunks].flatMap(usesOf).flatMap(({ keywords }) => keywords));
  for (const { keyword, raw } of mail.offer.keywords) {
    if (!['SIZE', '8BITMIME', 'SMTPUTF8', 'DSN', 'CHUNKING'].includes(keyword)) continue;
    if (keyword === 'CHUNKING' && attempt.transaction.data === null && chunks.length === 0) continue;
    note(uses, `${keyword} ${kind}`, raw, used.has(keyword), mail);
  }
}

function noteStarttls(uses: Map<string, Uses>, dialogue: Dialogue): void {
  for (const { ehlo, keywords, commands } of sectionsOf(dialogue)) {
    const offered = findKeyword(keywords, 'STARTTLS');
    const next = commands[0];
    if (offered === null || ehlo.secured || next === undefined) continue;
    note(uses, 'STARTTLS', offered.raw, next.verb === 'STARTTLS', next);
  }
}

function note(uses: Map<string, Uses>, key: string, raw: string, used: boolean, shown: Exchange): void {
  const known = uses.get(key) ?? { capitals: null, small: null };
  uses.set(key, known);
  const writing = /[a-z]/.test(raw.split(/[ \t=]/, 1)[0] ?? '') ? 'small' : 'capitals';
  // One use is enough: from then on the writing cannot be what kept it from the extension.
  if (known[writing]?.used !== true) known[writing] = { used, shown };
}

// --- ehlo-unknown-keywords-ignored -------------------------------------------------------------------------------

/** Those that a client may know and use: registered ones, and well-known private ones. */
const KNOWN: ReadonlySet<string> = new Set(
  (
    '8BITMIME ATRN AUTH BINARYMIME BURL CHECKPOINT CHUNKING CONNEG CONPERM DELIVERBY DSN ENHANCEDSTATUSCODES ETRN EXPN ' +
    'FUTURERELEASE HELP LIMITS MT-PRIORITY MTRK NO-SOLICITING ONEX PIPECONNECT PIPELINING REQUIRETLS RRVS SAML SEND ' +
    'SIZE SMTPUTF8 SOML STARTTLS SUBMITTER TIME TURN UTF8SMTP VERB VRFY XCLIENT XFORWARD X_PIPE_CONNECT'
  ).split(' '),
);

const WITHOUT_PARAMETERS: ReadonlySet<string> = new Set(['8BITMIME', 'PIPELINING', 'STARTTLS', 'CHUNKING', 'DSN']);
const LONG_LINE_OCTETS = 500;

const ehloUnknownKeywordsIgnored = perDialogue('ehlo-unknown-keywords-ignored', (dialogue, view) =>
  sectionsOf(dialogue).flatMap((section) => judgeOddList(dialogue, section, view) ?? []),
);

function judgeOddList(dialogue: Dialogue, section: Section, view: TrialView): Finding | null {
  const { ehlo, reply, keywords, commands } = section;
  const odd = oddityOf(section);
  if (odd === null) return null;
  if (isLostOnPath(dialogue, reply)) return notApplicable('the path kept the list for itself', ehlo);
  const unknown = new Set(keywords.map(({ keyword }) => keyword).filter((keyword) => !KNOWN.has(keyword)));
  const use = commands.find((command) => putsToUse(command, unknown));
  if (use !== undefined) return broken(`it put a keyword to use that nobody defines: ${use.line}`, use);
  const { took, how, shown } = reactionTo(dialogue, ehlo);
  if (commands.some(({ verb }) => verb === 'MAIL') || took === 'success') {
    return pass(`a list with ${odd} did not keep it from going on`, ehlo);
  }
  if (commands.length === 0 && !hasLeft(view, dialogue)) {
    return inconclusive(`after a list with ${odd} it was stopped, since the trial was over`, ehlo);
  }
  const wantsMore = view.submissions.some(({ tls, auth }) => tls === 'required' || auth);
  const fitsNone = view.submissions.some((submission) => !isTakenBy(keywords, submission));
  if (took === 'unclear' || wantsMore || fitsNone) return inconclusive(`after a list with ${odd} it ${how}`, ehlo);
  return broken(`after a list with ${odd} it ${how}`, ...shown, ehlo);
}

/** Whether a server with this list takes a message as it was submitted: else giving it up is no answer to the list. */
function isTakenBy(keywords: readonly Keyword[], { from, to, content, size }: SubmissionOnRecord): boolean {
  const wantsUtf8 = content === 'utf8-headers' || /[^\x00-\x7f]/.test([from, ...to].join(''));
  if (wantsUtf8 && !offers(keywords, 'SMTPUTF8')) return false;
  if (content === '8bit' && !offers(keywords, '8BITMIME')) return false;
  const limit = Number(findKeyword(keywords, 'SIZE')?.parameters[0] ?? 0);
  return !(limit > 0 && size > limit);
}

function putsToUse(command: Exchange, unknown: ReadonlySet<string>): boolean {
  if (command.verb === 'unknown' && unknown.has(command.parsed.verb)) return true;
  return parametersOf(command).some(({ keyword }) => unknown.has(keyword));
}

/** What an untrained eye would stumble over; null for a list like any other. */
function oddityOf({ lines, keywords }: Section): string | null {
  if (lines.slice(1).some((line) => line.slice(4).trim() === '')) return 'an empty line';
  if (lines.some((line) => line.length >= LONG_LINE_OCTETS)) return `a line of ${LONG_LINE_OCTETS} octets or more`;
  const odd = keywords.find(({ keyword, raw, parameters }) => {
    if (/^AUTH=/i.test(raw) || !KNOWN.has(keyword)) return true;
    if (keyword === 'SIZE') return !/^[1-9]\d*$/.test(parameters.join(' '));
    return WITHOUT_PARAMETERS.has(keyword) && parameters.length > 0;
  });
  return odd === undefined ? null : `"${odd.raw.slice(0, 40)}"`;
}

export const ehloListChecks: readonly Check[] = [
  ehloMultilineParse,
  ehloKeywordsCaseInsensitive,
  ehloUnknownKeywordsIgnored,
];
