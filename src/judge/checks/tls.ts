// Certificates, a 530 that demands TLS, and ports for implicit TLS (RFC 3207 4.1, RFC 8314 3.3). A missing close_notify is
// not judged: with or without it the record shows the same end. TLS that is required or waived is in tls-required.ts.

import { broken, inconclusive, observed, pass, perDialogue, place, type Check, type TrialView } from '../check';
import type { Dialogue, Exchange, TlsSection } from '../dialogue';
import { hasLeft } from '../patience';
import { firstAfter, leaving } from '../sequel';
import { certificateFault, gotPlaintext, requiresTls, wishFor } from '../tls-wish';
import type { Transaction } from '../transactions';
import type { Finding } from '../verdict';

// --- certificates ------------------------------------------------------------------------------------------------

const tlsInsufficientQuit = perDialogue('tls-insufficient-quit', (dialogue, view) => {
  const fault = certificateFault(view, dialogue);
  return fault === null ? null : dialogue.tls.flatMap((section) => judgeTrust(view, dialogue, section, fault) ?? []);
});

function judgeTrust(view: TrialView, dialogue: Dialogue, section: TlsSection, fault: string): Finding | null {
  const { outcome } = section;
  if (outcome === null || gotPlaintext(section)) return null;
  const end = place(dialogue, outcome, `TLS ${outcome.phase} ${outcome.reason ?? ''}`);
  if (outcome.phase === 'failed') return pass(`shown ${fault}, it broke the handshake off`, end);
  const next = firstAfter(dialogue, outcome.seq);
  if (next === null) {
    if (!hasLeft(view, dialogue)) return inconclusive('the record ends right after the handshake', end);
    return pass(`shown ${fault}, it left right after the handshake`, leaving(dialogue), end);
  }
  if (next.verb === 'QUIT') return pass(`shown ${fault}, it said QUIT right after the handshake`, next, end);
  const trusted = dialogue.commands.find(({ verb, seq }) => seq > outcome.seq && (verb === 'MAIL' || verb === 'AUTH'));
  if (trusted === undefined)
    return observed(`shown ${fault}, it went on with ${next.verb}, but sent no mail`, next, end);
  const reason = `shown ${fault}, it went on with ${trusted.verb}`;
  // Relays commonly require encryption and verify nothing (RFC 7435); only submission clients must (RFC 8314 5).
  const toldToVerify = requiresTls(wishFor(view, dialogue)) && view.client.role !== 'mta';
  return toldToVerify
    ? broken(`${reason}, although it was told to require TLS`, trusted, end)
    : observed(reason, trusted, end);
}

// --- 530 ---------------------------------------------------------------------------------------------------------

const mustStarttls530 = perDialogue('530-must-starttls', (dialogue, view) => {
  const findings: Finding[] = [];
  // Backwards: what answers a 530 is the first of these behind it.
  let answer: Exchange | null = null;
  for (const command of dialogue.commands.toReversed()) {
    const { verb, reply, secured } = command;
    if (verb === 'STARTTLS' || verb === 'AUTH' || verb === 'QUIT') answer = command;
    else if (verb === 'MAIL' && reply?.code === 530 && !secured) {
      findings.push(judgeAnswer(view, dialogue, command, answer));
    }
  }
  return findings.toReversed();
});

function judgeAnswer(view: TrialView, dialogue: Dialogue, mail: Exchange, answer: Exchange | null): Finding {
  const { reply, transaction } = mail;
  const shown = reply === null ? [] : [reply];
  const data = transaction === null ? null : mailDataFor(dialogue, transaction);
  if (data !== null) return broken('mail data came in clear although MAIL had been answered with 530', data, ...shown);
  if (answer !== null) return pass(`after 530 it said ${answer.verb}`, answer, ...shown);
  if (hasLeft(view, dialogue)) return pass('after 530 it left', leaving(dialogue), ...shown);
  return inconclusive('nothing that answers the 530 came before the end of the record', mail, ...shown);
}

/** Content, or lines of it that were refused one by one. */
function mailDataFor({ exchanges }: Dialogue, { data, dot, chunks }: Transaction): Exchange | null {
  const behind = data === null ? undefined : exchanges[data.index + 1];
  const astray = behind !== undefined && behind.spew?.after === data ? behind : null;
  return dot ?? chunks[0] ?? astray;
}

// --- ports for implicit TLS --------------------------------------------------------------------------------------

const implicitTls465 = perDialogue('implicit-tls-465', (dialogue, view) => {
  const [connected] = dialogue.record.events;
  if (connected?.type === 'connected' && connected.implicitTls === true) return judgeTlsPort(dialogue);
  return wishFor(view, dialogue) === 'implicit' ? judgeClearPort(dialogue) : null;
});

function judgeTlsPort(dialogue: Dialogue): Finding | null {
  const [section] = dialogue.tls;
  const outcome = section?.outcome;
  if (section === undefined || outcome == null) return null;
  const end = place(dialogue, outcome, `TLS ${outcome.phase} ${outcome.reason ?? ''}`);
  if (gotPlaintext(section)) return broken('octets in clear came first on a port for implicit TLS', end);
  if (outcome.phase === 'secured') return pass('the handshake came first on the port for implicit TLS', end);
  if (/closed/i.test(outcome.reason ?? ''))
    return inconclusive('it left the port for implicit TLS without a word', end);
  return pass('a handshake came first on the port for implicit TLS, though it failed', end);
}

/** A listener in clear where the client expects TLS: it must not notice by speaking in clear itself. */
function judgeClearPort(dialogue: Dialogue): Finding | null {
  const hello = dialogue.record.events.find((event) => event.type === 'tls' && event.phase === 'client-hello');
  if (hello !== undefined) {
    return pass('it began with TLS at once, as it was told to', place(dialogue, hello, 'C: (ClientHello)'));
  }
  const [said] = dialogue.commands;
  if (said === undefined) return null;
  return broken(`it said ${said.verb} in clear, although it was told to begin with TLS`, said);
}

export const tlsChecks: readonly Check[] = [tlsInsufficientQuit, mustStarttls530, implicitTls465];
