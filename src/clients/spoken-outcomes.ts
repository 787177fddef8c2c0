// Reads what became of each recipient from the protocol that some clients print: commands and replies, line by line.
// Used by swaks and curl, which say more there than by their exit code. Pure.

import type { ReportedOutcome } from '../wire/trial-record';
import type { SubmissionToSend } from './driver';

/** One line of the protocol, without the client's own marks. */
export interface SpokenLine {
  readonly by: 'client' | 'server';
  readonly text: string;
}

/**
 * What the client said of each recipient.
 * @param accepted whether the client, by its exit code, takes the message for delivered
 * @param failure what it said when it does not
 * @returns one outcome per recipient: `accepted` only if its RCPT was answered 2yz and the message was delivered
 */
export function spokenOutcomes(
  submission: SubmissionToSend,
  lines: readonly SpokenLine[],
  accepted: boolean,
  failure: string,
): ReportedOutcome[] {
  const replies = repliesToRecipients(lines);
  const last = lines.findLast(
    (line) => line.by === 'server' && /^2\d\d /.test(line.text) && !line.text.startsWith('221'),
  );
  return submission.to.map((recipient, index) => {
    const reply = replies[index];
    const refused = reply !== undefined && !reply.startsWith('2');
    const outcome = { submission: submission.id, recipient };
    if (refused) return { ...outcome, outcome: 'refused', text: reply };
    if (!accepted) return { ...outcome, outcome: 'refused', text: failure };
    return { ...outcome, outcome: 'accepted', text: last?.text ?? '' };
  });
}

/** The last line of the reply to each RCPT, in their order. These clients send one command at a time. */
function repliesToRecipients(lines: readonly SpokenLine[]): string[] {
  const replies: string[] = [];
  let waiting = false;
  for (const { by, text } of lines) {
    if (by === 'client') waiting = /^RCPT TO:/i.test(text);
    else if (waiting && /^\d{3}(?!-)/.test(text)) {
      replies.push(text);
      waiting = false;
    }
  }
  return replies;
}
