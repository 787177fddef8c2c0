// Notifications: from the null reverse-path, and none about a notification (RFC 5321 3.6.3, 4.5.5, 6.1). What is one shows
// in its header section: a report, an automatic answer, or a mailer daemon for author.

import type { Attempt } from '../attempt';
import { broken, inconclusive, pass, perTrial, type Check, type TrialView } from '../check';
import { mailDataOf } from '../mail-octets';
import { storyOf } from '../next-try';
import type { Finding } from '../verdict';

const NOTIFICATION =
  /^content-type:[ \t]*multipart\/report\b|^auto-submitted:[ \t]*auto-(?:replied|generated)\b|^from:.*\b(?:mailer-daemon|mail delivery (?:sub)?system)\b/im;

const nullSenderForBounces = perTrial('null-sender-for-bounces', (view) => {
  const findings: Finding[] = [];
  const refused: Attempt[] = [];
  for (const attempt of view.campaign.attempts) {
    // What was submitted as it stands is no notification of the client's own.
    if (attempt.identifiedBy === 'digest' || (attempt.identifiedBy === 'message-id' && attempt.kind === 'submission')) {
      continue;
    }
    const finding = bounceOfBounce(attempt, refused) ?? judgeSender(view, attempt);
    if (finding !== null) findings.push(finding);
    if (attempt.kind === 'bounce' && attempt.result === 'refused') refused.push(attempt);
  }
  return findings;
});

function judgeSender(view: TrialView, attempt: Attempt): Finding | null {
  const { transaction, kind } = attempt;
  const { mail, sender } = transaction;
  // Nearly all mail is somebody's own, and its headers need no reading.
  if (kind !== 'bounce' && (sender === '' || kind !== 'stranger')) return null;
  if (kind === 'stranger' && !isForUs(view, attempt)) return null;
  const isNotification = NOTIFICATION.test(headersOf(attempt));
  if (kind === 'bounce') {
    if (isNotification || attempt.identifiedBy === 'message-id') return pass('the notification came from <>', mail);
    // Refused before it could show itself, and yet to the right address at the right time.
    if (followsFailure(view, attempt)) return pass('what came to the sender after the failure came from <>', mail);
    const reason = 'a message came from <> to a sender of ours, but nothing shows that it is a notification';
    return inconclusive(reason, mail);
  }
  const { dot } = transaction;
  if (isNotification || DAEMON.test(sender)) {
    return broken(`a notification came from <${sender}>`, mail, ...(dot === null ? [] : [dot]));
  }
  if (dot !== null) return null;
  return inconclusive(`a message came from <${sender}> to a sender of ours, and may have been a notification`, mail);
}

/** Names that only programs which report on mail go by. */
const DAEMON = /^(?:mailer-daemon|double-bounce)@/i;

function followsFailure(view: TrialView, bounce: Attempt): boolean {
  const story = storyOf(view, bounce);
  const isBefore = ({ transaction }: Attempt): boolean => transaction.mail.seq < bounce.transaction.mail.seq;
  return story?.attempts.some((attempt) => isBefore(attempt) && attempt.result !== 'accepted') === true;
}

/** To somebody who had sent something, or about something that was sent. */
function isForUs({ submissions }: TrialView, attempt: Attempt): boolean {
  const to = new Set(attempt.transaction.recipients.map(({ address }) => address.toLowerCase()));
  if (submissions.some(({ from }) => from !== '' && to.has(from.toLowerCase()))) return true;
  if (submissions.length === 0) return false;
  const text = textOf(attempt);
  return submissions.some(({ messageId }) => text.includes(messageId.replace(/^<|>$/g, '')));
}

/** A notification to somebody else about one that had been refused: it names that one, or its subject. */
function bounceOfBounce(attempt: Attempt, refused: readonly Attempt[]): Finding | null {
  if (refused.length === 0 || !NOTIFICATION.test(headersOf(attempt))) return null;
  const text = textOf(attempt);
  const about = refused.find(({ transaction }) => {
    const id = transaction.message?.messageId?.replace(/^<|>$/g, '');
    return (
      id !== undefined && id !== attempt.transaction.message?.messageId?.replace(/^<|>$/g, '') && text.includes(id)
    );
  });
  if (about === undefined) return null;
  return broken('a refused notification was answered by another one', attempt.transaction.mail, about.transaction.mail);
}

function headersOf({ dialogue, transaction }: Attempt): string {
  return mailDataOf(dialogue, transaction)?.headers ?? '';
}

function textOf({ dialogue, transaction }: Attempt): string {
  return mailDataOf(dialogue, transaction)?.content.toString('latin1') ?? '';
}

export const bounceChecks: readonly Check[] = [nullSenderForBounces];
