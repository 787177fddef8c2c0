// AUTH: only what is offered, never readable in clear, once, in the form of RFC 4954 4, and not for ever. Credentials are
// masked on the record, so the form of a response is judged by its length. Where AUTH stands in a group is
// pipeline-auth-last's.

import { findLoop, judgeLoop } from '../comeback';
import {
  broken,
  inconclusive,
  observed,
  pass,
  perDialogue,
  perTrial,
  warned,
  type Check,
  type TrialView,
} from '../check';
import type { Dialogue, Exchange, Reply } from '../dialogue';
import { keywordsSeen } from '../list-seen';
import { quote } from '../quote';
import { isCancel, mechanismsOf, saslExchangesOf, type SaslExchange } from '../sasl';
import type { Finding } from '../verdict';

// --- what is offered ---------------------------------------------------------------------------------------------

const authOnlyIfOffered = perDialogue(
  'auth-only-if-offered',
  (dialogue) =>
    saslExchangesOf(dialogue).map(({ command, mechanism }) => {
      const offered = mechanismsOf(keywordsSeen(dialogue, command));
      if (offered.has(mechanism)) return pass(`it used ${quote(mechanism)}, which was offered`, command);
      const used = quote(mechanism) || 'AUTH without a mechanism';
      const list = offered.size === 0 ? 'no mechanism' : quote([...offered].join(', '));
      return broken(`it used ${used} where ${list} was offered${command.secured ? ' inside TLS' : ''}`, command);
    }),
  // The list is the one that reached the client, whatever a box of the path did to it.
  { despite: ['path'] },
);

// --- passwords in clear ------------------------------------------------------------------------------------------

/** Mechanisms that show the secret itself, and which answer it is in (RFC 4616; LOGIN asks for the name first). */
const READABLE: ReadonlyMap<string, number> = new Map([
  ['PLAIN', 1],
  ['LOGIN', 2],
  ['XOAUTH2', 1],
  ['OAUTHBEARER', 1],
]);

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

const authOnlyOverTls = perDialogue('auth-only-over-tls', (dialogue, view) => {
  const exchanges = saslExchangesOf(dialogue);
  const shown = exchanges.find((exchange) => !exchange.command.secured && showsSecret(exchange));
  if (shown !== undefined) return judgeSecret(dialogue, view, shown);
  const [any] = exchanges;
  if (any !== undefined) {
    const how = any.command.secured ? 'inside TLS' : 'in clear, without a readable password';
    return pass(`it used ${quote(any.mechanism)} ${how}`, any.command);
  }
  const tempted = dialogue.commands.find((command) => !command.secured && offersReadable(dialogue, command));
  if (tempted === undefined || !view.submissions.some(({ auth }) => auth)) return null;
  return pass(`it went on with ${tempted.verb} where it could have sent a password in clear`, tempted);
});

function showsSecret({ mechanism, initial, responses }: SaslExchange): boolean {
  const needed = READABLE.get(mechanism);
  if (needed === undefined) return false;
  const answers = responses.filter((response) => response.line !== '' && !isCancel(response)).length;
  return answers + (initial !== null && initial.length > 1 ? 1 : 0) >= needed;
}

function judgeSecret(dialogue: Dialogue, view: TrialView, { command, mechanism }: SaslExchange): Finding {
  const reason = `it sent its credentials with ${mechanism} in clear`;
  if (LOOPBACK.test(dialogue.peer)) return observed(`${reason}, over the loopback, where nobody reads along`, command);
  // RFC 8314 5.1 binds submission clients; any other must only be able to forbid it (RFC 4954 4).
  return view.client.role === 'submission' ? broken(reason, command) : warned(reason, command);
}

function offersReadable(dialogue: Dialogue, command: Exchange): boolean {
  return [...mechanismsOf(keywordsSeen(dialogue, command))].some((mechanism) => READABLE.has(mechanism));
}

// --- once --------------------------------------------------------------------------------------------------------

const authOnce = perDialogue('auth-once', (dialogue) => {
  const findings: Finding[] = [];
  let succeeded: SaslExchange | null = null;
  for (const exchange of saslExchangesOf(dialogue)) {
    const { command, final } = exchange;
    // A handshake starts the session over, and with it what AUTH had brought (RFC 3207 4.2).
    if (succeeded !== null && succeeded.command.secured !== command.secured) succeeded = null;
    if (succeeded !== null)
      findings.push(broken('it sent AUTH again after one had succeeded', command, succeeded.command));
    else if (command.transaction?.accepted === true) {
      findings.push(broken('it sent AUTH amid a transaction', command, command.transaction.mail));
    }
    if (final?.code === 235) succeeded = exchange;
  }
  if (findings.length > 0 || succeeded === null) return findings;
  const after = dialogue.commands.find(({ seq }) => seq > (succeeded?.command.seq ?? 0));
  return after === undefined
    ? inconclusive('nothing came after the AUTH that succeeded', succeeded.command)
    : pass('it authenticated once, outside any transaction', succeeded.command);
});

// --- form --------------------------------------------------------------------------------------------------------

/** RFC 5321 4.5.3.1.4, CRLF included: RFC 4954 4 wants a longer initial response to wait for the challenge. */
const LONGEST_COMMAND_OCTETS = 512;
/** RFC 4954 4, CRLF not included. */
const LONGEST_RESPONSE_OCTETS = 12_288;

const authInitialResponse = perDialogue(
  'auth-initial-response',
  (dialogue) => saslExchangesOf(dialogue).flatMap((exchange) => judgeForm(dialogue, exchange)),
  // A challenge that is no base64 is the provocation.
  { despite: ['malformed-reply'] },
);

function judgeForm(dialogue: Dialogue, exchange: SaslExchange): readonly Finding[] {
  const { command, initial, responses } = exchange;
  const findings: Finding[] = [];
  const length = command.command?.length ?? 0;
  if (initial !== null && length > LONGEST_COMMAND_OCTETS) {
    findings.push(broken(`AUTH with its initial response was ${length} octets long, and 512 is the limit`, command));
  }
  if (initial !== null && initial.length !== 1 && !isBase64Long(initial)) {
    findings.push(broken(`the initial response of ${initial.length} octets cannot be base64`, command));
  }
  let challenge = command.reply;
  for (const response of responses) {
    const found = judgeResponse(dialogue, response, challenge);
    if (found !== null) findings.push(found);
    // What follows a challenge to a cancelled exchange is no response any more.
    if (isCancel(response)) return findings.length > 0 ? findings : [pass('it cancelled the exchange', response)];
    challenge = response.reply;
  }
  if (findings.length > 0) return findings;
  if (challenge?.digit === 3 && !isBase64(textOf(challenge))) {
    return [inconclusive('it left without an answer to the challenge that was no base64', challenge)];
  }
  if (initial === null && responses.length === 0) return [];
  return [pass(`AUTH and its ${responses.length} further responses had the form of base64`, command)];
}

function judgeResponse(dialogue: Dialogue, response: Exchange, challenge: Reply | null): Finding | null {
  const { line } = response;
  const octets = Math.max(line.length, (response.command?.length ?? 0) - 2);
  if (octets > LONGEST_RESPONSE_OCTETS)
    return broken(`a response was ${octets} octets long, and 12288 is the limit`, response);
  if (challenge !== null && !isBase64(textOf(challenge))) {
    if (isCancel(response)) return pass('it cancelled at a challenge that was no base64', response, challenge);
    // Four masked octets may as well have been QUIT.
    if (line.length === 4 && response.index === dialogue.exchanges.length - 1) {
      return inconclusive(
        'four octets came after a challenge that was no base64, which may have been QUIT',
        response,
        challenge,
      );
    }
    return broken(
      `it answered a challenge that was no base64 with ${line.length} octets, and not with "*"`,
      response,
      challenge,
    );
  }
  if (isCancel(response) || isBase64Long(line)) return null;
  return broken(`a response of ${line.length} octets cannot be base64`, response);
}

function textOf({ lines }: Reply): string {
  return lines[0]?.slice(4) ?? '';
}

/** By its length alone: the octets are masked. */
function isBase64Long(text: string): boolean {
  return text.length % 4 === 0;
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) && isBase64Long(text);
}

// --- without end -------------------------------------------------------------------------------------------------

const MOST_FAILURES = 5;

const authFailureBounded = perTrial('auth-failure-bounded', (view) => {
  const failures = view.dialogues.map((dialogue) => ({
    dialogue,
    failed: saslExchangesOf(dialogue).filter(isRefused),
  }));
  const failing = failures.filter(({ failed }) => failed.length > 0);
  const findings = failing.map(({ failed }) => {
    const tried = failed.length === 1 ? 'one AUTH was' : `${failed.length} AUTH were`;
    const shown = failed.slice(-1).map(({ command }) => command);
    const reason = `${tried} refused on one connection`;
    return failed.length > MOST_FAILURES ? broken(reason, ...shown) : pass(reason, ...shown);
  });
  const loop = findLoop(
    view,
    failing.map(({ dialogue }) => dialogue),
  );
  return loop === null ? findings : [...findings, judgeLoop(view, loop, 'each having AUTH refused')];
});

function isRefused({ final }: SaslExchange): boolean {
  return final?.digit === 4 || final?.digit === 5;
}

export const authChecks: readonly Check[] = [
  authOnlyIfOffered,
  authOnlyOverTls,
  authOnce,
  authInitialResponse,
  authFailureBounded,
];
