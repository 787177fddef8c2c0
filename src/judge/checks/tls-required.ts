// TLS that is required and cannot be had, by the client's configuration or by the message's REQUIRETLS, and TLS that the
// message waives (RFC 3207 6, RFC 8314 5.2, RFC 8689). What the client saw offered is what reached the wire.

import {
  broken,
  inconclusive,
  observed,
  pass,
  perDialogue,
  perTrial,
  place,
  referTo,
  type Check,
  type Shown,
  type TrialView,
} from '../check';
import type { Dialogue, Exchange } from '../dialogue';
import { listOf } from '../list-seen';
import { isOffered } from '../offer';
import { hasLeft } from '../patience';
import { quote } from '../quote';
import { firstAfter, leaving } from '../sequel';
import { asksForTls, certificateFault, requiresTls, waivesTls, wishFor } from '../tls-wish';
import type { Finding } from '../verdict';

// --- TLS required, and gone --------------------------------------------------------------------------------------

const strippingDetected = perDialogue(
  'stripping-detected',
  (dialogue, view) => {
    if (dialogue.tls.some(({ outcome }) => outcome?.phase === 'secured')) return null;
    const hello = dialogue.commands.find(({ verb, reply, secured }) => {
      return (verb === 'EHLO' || verb === 'HELO') && reply?.digit === 2 && !secured;
    });
    if (hello === undefined) return null;
    const list = listOf(dialogue, hello);
    if (list.some(({ keyword }) => keyword === 'STARTTLS')) return null;
    const wish = wishFor(view, dialogue);
    const went = dialogue.commands.find(
      ({ verb, index }) => index > hello.index && (verb === 'MAIL' || verb === 'AUTH'),
    );
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
  },
  // The masking is the provocation, and the list is the one that reached the client.
  { despite: ['path'] },
);

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
const tlsRequiredNo = perTrial(
  'tls-required-no',
  (view) => {
    const hadNoTls = (dialogue: Dialogue): boolean => wentWithoutTls(view, dialogue);
    const failed = view.dialogues.find(hadNoTls);
    if (failed === undefined) return null;
    const declared = view.expected.has('tls-required-no');
    return view.campaign.stories.flatMap(({ attempts, acceptedFor, bounces, reported }) => {
      const waiving = attempts.filter(({ dialogue, transaction }) => waivesTls(dialogue, transaction));
      const delivered = waiving.find(({ result, transaction: { mail } }) => result === 'accepted' && !mail.secured);
      if (delivered !== undefined) {
        return [
          pass('the message that waives TLS was delivered in clear where TLS failed', delivered.transaction.mail),
        ];
      }
      if (acceptedFor.length > 0 || (!declared && waiving.length === 0)) return [];
      const back = bounces[0]?.transaction.mail;
      const shown: readonly Shown[] = [back ?? failureOf(failed)];
      const given = reported.find(({ outcome }) => outcome === 'bounced' || outcome === 'refused');
      // The header tells relays what to do (RFC 8689 3); who hands the message in has its user to ask.
      if (view.client.role === 'submission') {
        return [observed('the message that waives TLS was given back to the user because TLS failed', ...shown)];
      }
      if (back !== undefined || given !== undefined) {
        return [broken('the message that waives TLS was returned because TLS failed', ...shown)];
      }
      const deferred = view.dialogues.some((later) => later.connectedAt > failed.endAt && hadNoTls(later));
      if (deferred) {
        return [broken('the message that waives TLS was kept back because TLS failed', ...shown)];
      }
      return [inconclusive('the message that waives TLS did not come in clear before the trial was over', ...shown)];
    });
  },
  // A server whose handshake fails closes: that is how TLS fails.
  { despite: ['path', 'closed', 'reset'] },
);

/** What showed that there would be no TLS: the end of the handshake, or the last reply. */
function failureOf(dialogue: Dialogue): Shown {
  const outcome = dialogue.tls.at(-1)?.outcome;
  if (outcome != null) return place(dialogue, outcome, `TLS ${outcome.phase} ${outcome.reason ?? ''}`);
  return dialogue.exchanges.at(-1)?.reply ?? leaving(dialogue);
}

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

export const tlsRequiredChecks: readonly Check[] = [strippingDetected, requireTls, tlsRequiredNo];
