// The octets of commands and mail data as they stood on the wire: CR and LF only as a pair, no look-alike of the final dot,
// no control characters (RFC 5321 2.3.8, 4.1.1.4). Nothing a server does can bring a client to break these.

import { parseCommand } from '../../smtp/command';
import {
  broken,
  inconclusive,
  pass,
  perDialogue,
  perTransaction,
  perTrial,
  place,
  referTo,
  type Check,
  type TrialView,
} from '../check';
import type { Dialogue, Exchange } from '../dialogue';
import { mailDataOf } from '../mail-octets';
import type { Transaction } from '../transactions';
import type { Finding } from '../verdict';

/** RFC 3030 3: binary chunks have no lines, and may hold any octet. */
function isBinary({ argument, message }: Transaction): boolean {
  return message?.via === 'BDAT' && argument.parameters.some(({ raw }) => /^BODY=BINARYMIME$/i.test(raw));
}

// --- no-bare-lf-cr -----------------------------------------------------------------------------------------------

const noBareLfCr = perDialogue(
  'no-bare-lf-cr',
  (dialogue) => {
    const findings = [
      ...dialogue.exchanges.flatMap((exchange) => inCommand(exchange) ?? []),
      ...dialogue.transactions.flatMap((transaction) => inContent(dialogue, transaction) ?? []),
      ...neverTaken(dialogue),
    ];
    const first = dialogue.exchanges.find(({ command }) => command !== null);
    if (findings.length > 0 || first === undefined) return findings;
    const octets = dialogue.transactions.reduce((sum, { message }) => sum + (message?.length ?? 0), 0);
    return pass(`no CR or LF stood alone in its commands and ${octets} octets of mail data`, first);
  },
  { despite: 'all' },
);

/** Of a command line its form is judged in the first place. */
function inCommand(exchange: Exchange): Finding | null {
  const { command, line } = exchange;
  if (command === null) return null;
  const inside = /[\r\n]/.exec(line);
  if (inside !== null) {
    const what = inside[0] === '\n' ? 'LF' : 'CR';
    const found = broken(`a bare ${what} stands within a command line, at octet ${inside.index}`, exchange);
    return referTo('command-crlf', found);
  }
  if (command.terminator !== 'LF' && command.terminator !== 'CR') return null;
  return referTo('command-crlf', broken(`a command line ends with ${command.terminator} alone`, exchange));
}

function inContent(dialogue: Dialogue, transaction: Transaction): Finding | null {
  const { message, dot } = transaction;
  if (message === null || dot === null || isBinary(transaction)) return null;
  const { bareLf, bareCr } = message.facts;
  if (bareLf + bareCr === 0) return null;
  const at = firstBare(mailDataOf(dialogue, transaction)?.raw ?? null);
  const where = at === null ? '' : `, the first at octet ${at}`;
  return broken(`the mail data have ${bareLf} bare LF and ${bareCr} bare CR${where}`, dot);
}

function firstBare(raw: Buffer | null): number | null {
  const at = raw?.toString('latin1').search(/\r(?!\n)|(?<!\r)\n/) ?? -1;
  return at === -1 ? null : at;
}

/** A command that ends with LF alone may never become a unit for a strict reader. */
function neverTaken(dialogue: Dialogue): readonly Finding[] {
  const read = dialogue.untaken.find(({ octets }) => {
    const text = octets.toString('latin1');
    return /(?<!\r)\n$/.test(text) && parseCommand(text.slice(0, -1)).event !== 'unknown';
  });
  if (read === undefined) return [];
  const act = place(dialogue, read, `C: ${read.octets.toString('latin1')}`);
  return [referTo('command-crlf', broken('a command that ends with LF alone came and was never taken', act))];
}

// --- no-smuggling-sequences --------------------------------------------------------------------------------------

const noSmugglingSequences = perTrial(
  'no-smuggling-sequences',
  (view) => {
    const found = view.dialogues.flatMap((dialogue) => dialogue.transactions.flatMap((one) => smuggled(one) ?? []));
    return found.length > 0 ? found : view.campaign.stories.flatMap((story) => harmless(view, story) ?? []);
  },
  { despite: 'all' },
);

function smuggled(transaction: Transaction): Finding | null {
  const { message, dot } = transaction;
  const [first] = message?.facts.smuggling ?? [];
  if (first === undefined || dot === null || isBinary(transaction)) return null;
  const count = message?.facts.smuggling.length ?? 1;
  const more = count === 1 ? '' : `, and ${count - 1} more such sequences`;
  const found = broken(`${first.sequence} stands in the mail data at octet ${first.offset}${more}`, dot);
  // Such a sequence is made of bare CR or LF, but for the one with NUL in it.
  return first.sequence.includes('NUL') ? found : referTo('no-bare-lf-cr', found);
}

/** Only a message that was submitted with such sequences puts the client to the test. */
function harmless(view: TrialView, story: TrialView['campaign']['stories'][number]): Finding | null {
  const { submission, attempts, reported } = story;
  if (submission.content !== 'smuggling') return null;
  const carried = attempts.find(({ transaction }) => transaction.message?.complete === true);
  if (carried?.transaction.dot != null) {
    return pass('what looked like the end of the mail data came with proper line ends', carried.transaction.dot);
  }
  const refused = reported.some(({ outcome }) => outcome === 'refused' || outcome === 'bounced');
  if (refused && attempts.length === 0) return pass('it refused to send what looked like the end of the mail data');
  const mail = attempts[0]?.transaction.mail;
  return inconclusive('the message with look-alikes of the final dot was never sent', ...(mail ? [mail] : []));
}

// --- headers-control-chars ---------------------------------------------------------------------------------------

const headersControlChars = perTransaction(
  'headers-control-chars',
  (transaction, dialogue) => {
    const { message, dot } = transaction;
    if (message === null || dot === null || message.size === 0 || isBinary(transaction)) return null;
    const { nul } = message.facts;
    if (nul > 0) return broken(`the mail data have ${nul} NUL`, dot);
    const content = mailDataOf(dialogue, transaction)?.content;
    if (content === undefined) return inconclusive('the trace did not keep all of the mail data', dot);
    const found = firstControl(content);
    if (found === null) return pass(`the ${content.length} octets of mail data have no control characters`, dot);
    const octet = `0x${found.octet.toString(16).toUpperCase().padStart(2, '0')}`;
    return broken(`the mail data have the control character ${octet} at octet ${found.at}`, dot);
  },
  { despite: 'all' },
);

/** By octet: a text of many megabytes need not become a string for it. CR and LF are judged as pairs. */
function firstControl(content: Buffer): { readonly octet: number; readonly at: number } | null {
  for (let at = 0; at < content.length; at += 1) {
    const octet = content[at] ?? 0;
    if (octet === 0x7f || (octet < 0x20 && octet !== 0x09 && octet !== 0x0a && octet !== 0x0d)) return { octet, at };
  }
  return null;
}

export const contentOctetChecks: readonly Check[] = [noBareLfCr, noSmugglingSequences, headersControlChars];
