// Certificates, ports for implicit TLS, and TLS that is required or waived: by the client's configuration, by 530, by
// REQUIRETLS, by the message's header (RFC 3207 4.1, RFC 8314 3.3 and 5.2, RFC 8689). A missing close_notify is not
// judged: with or without it the record shows the same end.

import {
  broken,
  inconclusive,
  observed,
  pass,
  perDialogue,
  perExchange,
  perTrial,
  place,
  referTo,
  type Check,
  type Shown,
  type TrialView,
} from '../check';
import type { Dialogue, Exchange, TlsSection } from '../dialogue';
import { listOf } from '../list-seen';
import { isOffered } from '../offer';
import { hasLeft } from '../patience';
import { quote } from '../quote';
import { firstAfter, leaving } from '../sequel';
import { asksForTls, certificateFault, gotPlaintext, requiresTls, waivesTls, wishFor } from '../tls-wish';
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

const mustStarttls530 = perExchange('530-must-starttls', ['MAIL'], (mail, dialogue, view) => {
  const { reply, secured, transaction } = mail;
  if (reply?.code !== 530 || secured || transaction === null) return null;
  const data = mailDataFor(dialogue, transaction);
  if (data !== null) return broken('mail data came in clear although MAIL had been answered with 530', data, reply);
  const answer = dialogue.commands.find(
    ({ verb, index }) => index > mail.index && (verb === 'STARTTLS' || verb === 'AUTH' || verb === 'QUIT'),
  );
  if (answer !== undefined) return pass(`after 530 it said ${answer.verb}`, answer, reply);
  if (hasLeft(view, dialogue)) return pass('after 530 it left', leaving(dialogue), reply);
  return inconclusive('nothing that answers the 530 came before the end of the record', mail, reply);
});

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

// --- TLS required, and gone --------------------------------------------------------------------------------------

const strippingDetected = perDialogue('stripping-detected', (dialogue, view) => {
  if (dialogue.tls.some(({ outcome }) => outcome?.phase === 'secured')) return null;
  const hello = dialogue.commands.find(({ verb, reply, secured }) => {
    return (verb === 'EHLO' || verb === 'HELO') && reply?.digit === 2 && !secured;
  });
  if (hello === undefined) return null;
  const list = listOf(dialogue, hello);
  if (list.some(({ keyword }) => keyword === 'STARTTLS')) return null;
  const wish = wishFor(view, dialogue);
  const went = dialogue.commands.find(({ verb, index }) => index > hello.index && (verb === 'MAIL' || verb === 'AUTH'));
  if (wish !== 'required') {
    const masked = list.find(({ keyword }) => /^X{4,}[A-Z]?$/.test(keyword));
    if (masked === undefined || went === undefined) return null;
    return observed(
      `it went on with ${went.verb} in clear, with ${quote(masked.raw)} where STARTTLS may have been`,
      went,
      hello,
    );
  }
  return judgeStripped(view, dialogue, hello, went);
});

function judgeStripped(
  view: TrialView,
  dialogue: Dialogue,
  hello: Exchange,
  went: Exchange | undefined,
): Finding | null {
  if (went !== undefined) {
    if (went.transaction !== null && waivesTls(dialogue, went.transaction)) return null;
    const reason = `it sent ${went.verb} in clear where STARTTLS was not offered, although it was told to require TLS`;
    const asked = dialogue.commands.find(({ verb, index }) => verb === 'STARTTLS' && index < went.index);
    const found = broken(reason, went, hello);
    // It asked all the same, and went on in spite of the refusal.
    return asked === undefined ? found : referTo('starttls-454', found);
  }
  const next = dialogue.commands.find(({ index }) => index > hello.index);
  if (next !== undefined) return pass(`without STARTTLS on the list it sent no mail, but ${next.verb}`, next, hello);
  if (hasLeft(view, dialogue)) return pass('without STARTTLS on the list it left', leaving(dialogue), hello);
  return inconclusive('the record ends right after the list without STARTTLS', hello);
}

// --- REQUIRETLS --------------------------------------------------------------------------------------------------

const requireTls = perTrial('requiretls', (view) => [
  ...view.dialogues.flatMap((dialogue) =>
    dialogue.transactions.filter(asksForTls).map(({ mail }) => judgeParameter(view, dialogue, mail)),
  ),
  ...view.campaign.stories.flatMap(({ attempts }) => {
    const asking = attempts.find(({ transaction }) => asksForTls(transaction));
    const later = attempts.slice(asking === undefined ? attempts.length : attempts.indexOf(asking) + 1);
    return later
      .filter(({ transaction }) => !asksForTls(transaction) && transaction.message !== null)
      .map(({ transaction: { mail, dot } }) =>
        broken('a message that had asked for REQUIRETLS was sent without it', mail, ...(dot === null ? [] : [dot])),
      );
  }),
]);

function judgeParameter(view: TrialView, dialogue: Dialogue, mail: Exchange): Finding {
  if (!isOffered(mail, 'REQUIRETLS')) {
    const where = mail.secured ? 'unoffered inside TLS' : 'unoffered and in clear';
    return referTo('mail-params-only-if-advertised', broken(`MAIL had the parameter REQUIRETLS ${where}`, mail));
  }
  if (!mail.secured) return broken('MAIL had the parameter REQUIRETLS in clear', mail);
  const fault = certificateFault(view, dialogue);
  if (fault !== null) return broken(`MAIL had the parameter REQUIRETLS after ${fault}`, mail);
  return pass('REQUIRETLS was used inside TLS, where it was offered', mail);
}

// --- TLS waived --------------------------------------------------------------------------------------------------

/**
 * That a message carries the header shows only once it has come; before that, a scenario made for this obligation says so.
 */
const tlsRequiredNo = perTrial('tls-required-no', (view) => {
  const hadNoTls = (dialogue: Dialogue): boolean => wentWithoutTls(view, dialogue);
  const failed = view.dialogues.find(hadNoTls);
  if (failed === undefined) return null;
  const declared = view.expected.has('tls-required-no');
  return view.campaign.stories.flatMap(({ attempts, acceptedFor, bounces, reported }) => {
    const waiving = attempts.filter(({ dialogue, transaction }) => waivesTls(dialogue, transaction));
    const delivered = waiving.find(({ result, transaction: { mail } }) => result === 'accepted' && !mail.secured);
    if (delivered !== undefined) {
      return [pass('the message that waives TLS was delivered in clear where TLS failed', delivered.transaction.mail)];
    }
    if (acceptedFor.length > 0 || (!declared && waiving.length === 0)) return [];
    const back = bounces[0]?.transaction.mail;
    const shown: readonly Shown[] = [back ?? leaving(failed)];
    const given = reported.find(({ outcome }) => outcome === 'bounced' || outcome === 'refused');
    if (back !== undefined || given !== undefined) {
      return [broken('the message that waives TLS was returned because TLS failed', ...shown)];
    }
    const deferred = view.dialogues.some((later) => later.connectedAt > failed.endAt && hadNoTls(later));
    if (deferred || view.client.role === 'submission') {
      return [broken('the message that waives TLS was kept back because TLS failed', ...shown)];
    }
    return [inconclusive('the message that waives TLS did not come in clear before the trial was over', ...shown)];
  });
});

/** A handshake that failed or was left at once, STARTTLS refused, or not offered to a client that requires it. */
function wentWithoutTls(view: TrialView, dialogue: Dialogue): boolean {
  const { tls, commands } = dialogue;
  const outcome = tls.at(-1)?.outcome;
  if (outcome?.phase === 'secured') return firstAfter(dialogue, outcome.seq) === null;
  const hello = commands.find(({ verb, reply }) => verb === 'EHLO' && reply?.digit === 2);
  if (hello === undefined) return tls.length > 0;
  if (tls.length > 0 || commands.some(({ verb }) => verb === 'STARTTLS')) return true;
  const offered = listOf(dialogue, hello).some(({ keyword }) => keyword === 'STARTTLS');
  return !offered && requiresTls(wishFor(view, dialogue));
}

export const tlsChecks: readonly Check[] = [
  tlsInsufficientQuit,
  mustStarttls530,
  implicitTls465,
  strippingDetected,
  requireTls,
  tlsRequiredNo,
];
