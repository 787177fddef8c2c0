// All dialogues of a trial as one story: which attempts carried which submission, what was a retry, what came twice, what
// was a bounce, where the client went next, and what it reported. Used by checks that need more than one connection.
// Not here: verdicts; absence (no retry, no bounce) is only as good as the trial's window (trap 12).

import { parseHello } from '../smtp/command';
import type { ReportedOutcome, SubmissionOnRecord, TrialRecord } from '../wire/trial-record';
import { readAttempt, sameAddress, type Attempt, type RecipientOutcome } from './attempt';
import { readDialogue, type Dialogue } from './dialogue';
import { withoutStopping } from './stopped';

/** An attempt for recipients that an earlier one was for: 452 splits and one-by-one sending are none. */
export interface Retry {
  readonly attempt: Attempt;
  /** The latest earlier attempt that shares a recipient. */
  readonly previous: Attempt;
  /** The recipients that both name, as the attempt spells them. */
  readonly recipients: readonly string[];
  /** From the end of the previous to the MAIL of this one. */
  readonly gapMs: number;
  readonly sameConnection: boolean;
  /** False: the client went to another of the servers (next MX). */
  readonly sameServer: boolean;
}

/** A recipient that had been accepted with the final 2yz, offered once more. */
export interface Repeat {
  readonly recipient: string;
  readonly first: Attempt;
  readonly again: Attempt;
  /** We accepted it both times: the recipient has two copies. */
  readonly duplicate: boolean;
}

export interface Story {
  readonly submission: SubmissionOnRecord;
  /** In order. */
  readonly attempts: readonly Attempt[];
  readonly retries: readonly Retry[];
  readonly repeats: readonly Repeat[];
  /** Null-sender messages about it. */
  readonly bounces: readonly Attempt[];
  /** What the client said became of it. */
  readonly reported: readonly ReportedOutcome[];
  /** Recipients for whom we said the final 2yz, as submitted. */
  readonly acceptedFor: readonly string[];
}

/** The name a client gave in a session. */
export interface ClientName {
  readonly connection: number;
  readonly verb: 'EHLO' | 'HELO';
  readonly name: string;
  readonly secured: boolean;
}

export interface Campaign {
  /** In order of their accept. */
  readonly dialogues: readonly Dialogue[];
  /** One per submission, in the order of the scenario. */
  readonly stories: readonly Story[];
  /** All attempts, in order, bounces and strangers too. */
  readonly attempts: readonly Attempt[];
  readonly bounces: readonly Attempt[];
  /** Messages that were never submitted, or that several submissions fit. */
  readonly unattributed: readonly Attempt[];
  readonly names: readonly ClientName[];
}

/** Reads all traces of a trial. */
export function readCampaign(record: TrialRecord): Campaign {
  const dialogues = record.traces
    .map((trace) => withoutStopping(record, readDialogue(trace)))
    .sort((one, other) => startOf(one) - startOf(other));
  const attempts = dialogues
    .flatMap((dialogue) =>
      dialogue.transactions.map((transaction) => readAttempt(dialogue, transaction, record.submissions)),
    )
    .sort((one, other) => one.transaction.mail.seq - other.transaction.mail.seq);
  return {
    dialogues,
    stories: record.submissions.map((submission) => readStory(submission, attempts, record.outcomes)),
    attempts,
    bounces: attempts.filter(({ kind }) => kind === 'bounce'),
    unattributed: attempts.filter(({ kind, submission }) => kind !== 'bounce' && submission === null),
    names: dialogues.flatMap(namesIn),
  };
}

function startOf(dialogue: Dialogue): number {
  return dialogue.record.events[0]?.seq ?? Infinity;
}

function readStory(
  submission: SubmissionOnRecord,
  all: readonly Attempt[],
  outcomes: readonly ReportedOutcome[],
): Story {
  const own = all.filter((attempt) => attempt.submission === submission.id);
  const attempts = own.filter(({ kind }) => kind === 'submission');
  const accepted = attempts.flatMap(acceptedIn);
  return {
    submission,
    attempts,
    retries: attempts.flatMap((attempt, index) => retryOf(attempt, attempts.slice(0, index))),
    repeats: attempts.flatMap((attempt, index) => repeatsOf(attempt, attempts.slice(0, index))),
    bounces: own.filter(({ kind }) => kind === 'bounce'),
    reported: outcomes.filter((outcome) => outcome.submission === submission.id),
    acceptedFor: submission.to.filter((to) => accepted.some(({ recipient }) => sameAddress(to, recipient))),
  };
}

function acceptedIn(attempt: Attempt): readonly RecipientOutcome[] {
  return attempt.recipients.filter(({ result }) => result === 'accepted');
}

function retryOf(attempt: Attempt, earlier: readonly Attempt[]): readonly Retry[] {
  const shared = (other: Attempt): readonly string[] =>
    attempt.recipients
      .map(({ recipient }) => recipient)
      .filter((recipient) => other.recipients.some((known) => sameAddress(known.recipient, recipient)));
  const previous = earlier.findLast((other) => shared(other).length > 0);
  if (previous === undefined) return [];
  return [
    {
      attempt,
      previous,
      recipients: shared(previous),
      gapMs: Math.max(0, attempt.startedAt - previous.endedAt),
      sameConnection: attempt.dialogue === previous.dialogue,
      sameServer: attempt.server === previous.server,
    },
  ];
}

function repeatsOf(attempt: Attempt, earlier: readonly Attempt[]): readonly Repeat[] {
  return attempt.recipients.flatMap(({ recipient, result }) => {
    const first = earlier.find((other) => acceptedIn(other).some((known) => sameAddress(known.recipient, recipient)));
    return first === undefined ? [] : [{ recipient, first, again: attempt, duplicate: result === 'accepted' }];
  });
}

function namesIn(dialogue: Dialogue): readonly ClientName[] {
  return dialogue.commands.flatMap(({ verb, parsed, secured, connection }) =>
    verb === 'EHLO' || verb === 'HELO' ? [{ connection, verb, name: parseHello(parsed.argument).domain, secured }] : [],
  );
}
