// What people found out about the fails of the field report: docs/field-report-reviewed.json, read and joined with the fails
// of a card. A fail that nobody has read the transcript of is an accusation without a hearing, and is told as unreviewed.
// Used by field-page.ts and the generator. Judges nothing: an entry neither makes a fail nor takes one away.

import { isExpectation, trialFindings, type CardFinding } from '../judge/card-findings';
import type { ReportCard } from '../judge/report-card';
import type { Evidence } from '../judge/verdict';
import { compilePattern } from '../scenario/pattern';
import {
  RecordError,
  exactly,
  isObject,
  listOf,
  objectOf,
  parseJson,
  refuseOtherVersion,
  refuseUnless,
  text,
} from '../wire/guard';

export const REVIEWED_SCHEMA_VERSION = 1;

/** One kind of fail that somebody has looked into. */
export interface ReviewedEntry {
  readonly client: string;
  /** Of the client, as it was looked into. */
  readonly version: string;
  /** The obligation's id. */
  readonly obligation: string;
  /** Names or globs of the scenarios whose transcripts were read; a fail in another one is not covered. */
  readonly scenarios: readonly string[];
  /** The one that the lines are from. */
  readonly seenIn: string;
  /** Lines of its transcript, as they stood there. */
  readonly lines: readonly string[];
  /** `RFC 5321 4.1.1.10`. */
  readonly rfc: string;
  /** Why the client is at fault and not the server, the path or the scenario. Sentences. */
  readonly why: string;
}

export interface Reviewed {
  readonly schemaVersion: typeof REVIEWED_SCHEMA_VERSION;
  readonly entries: readonly ReviewedEntry[];
}

/** One trial that shows a kind of fail. */
export interface FailedTrial {
  readonly scenario: string;
  /** The judge's sentence. */
  readonly reason: string;
  readonly evidence: readonly Evidence[];
}

/** All fails of one client against one obligation. */
export interface KindOfFail {
  readonly client: string;
  readonly obligation: string;
  /** In the card's order; not empty. */
  readonly trials: readonly FailedTrial[];
  /** null: unreviewed. */
  readonly entry: ReviewedEntry | null;
  /** Trials that the entry does not cover; all of them without one. */
  readonly unread: readonly FailedTrial[];
}

/**
 * The kinds of fail of a card, each with its entry: clients in the card's order, obligations in that of `ids`. Expectations
 * of scenarios are no obligations, and not among them.
 */
export function kindsOfFail(
  card: Pick<ReportCard, 'clients'>,
  { entries }: Reviewed,
  ids: readonly string[],
): readonly KindOfFail[] {
  return card.clients.flatMap((client) => {
    const failed = failedTrials(client);
    return ids.flatMap((obligation): readonly KindOfFail[] => {
      const trials = failed.get(obligation);
      if (trials === undefined) return [];
      const entry = entries.find((one) => one.client === client.name && one.obligation === obligation) ?? null;
      const read = entry?.scenarios.map((pattern) => compilePattern(pattern)) ?? [];
      const unread = trials.filter(({ scenario }) => !read.some((pattern) => pattern.test(scenario)));
      return [{ client: client.name, obligation, trials, entry, unread }];
    });
  });
}

function failedTrials({ name, trials }: ReportCard['clients'][number]): ReadonlyMap<string, readonly FailedTrial[]> {
  const byObligation = new Map<string, FailedTrial[]>();
  for (const trial of trials) {
    if (!trial.ran) continue;
    for (const { obligation, scenario, reason } of trialFindings(name, trial).filter(isFail)) {
      const verdict = trial.judgement.verdicts.find((one) => one.obligation === obligation);
      const found = byObligation.get(obligation) ?? [];
      found.push({ scenario, reason, evidence: verdict?.evidence ?? [] });
      byObligation.set(obligation, found);
    }
  }
  return byObligation;
}

function isFail({ verdict, obligation }: CardFinding): boolean {
  return verdict === 'fail' && !isExpectation(obligation);
}

/** Entries whose fail the card does not have: mended, or no longer provoked. */
export function gone(kinds: readonly KindOfFail[], { entries }: Reviewed): readonly ReviewedEntry[] {
  const used = new Set(kinds.map(({ entry }) => entry));
  return entries.filter((entry) => !used.has(entry));
}

// --- the file --------------------------------------------------------------------------------------------------------

const REVIEWED_GUARD = objectOf<Reviewed>({
  schemaVersion: exactly(REVIEWED_SCHEMA_VERSION),
  entries: listOf(
    objectOf<ReviewedEntry>({
      client: text,
      version: text,
      obligation: text,
      scenarios: listOf(text),
      seenIn: text,
      lines: listOf(text),
      rfc: text,
      why: text,
    }),
  ),
});

/**
 * Reads the reviewed file.
 * @param file its name, for messages
 * @throws RecordError naming what is wrong; two entries for one kind of fail are, for only one of them would be seen
 */
export function readReviewed(json: string, file: string): Reviewed {
  const value = parseJson(json.replace(/^\ufeff/, ''));
  if (value === undefined) throw new RecordError(file, null, 'is not JSON: cut short, or damaged');
  if (!isObject(value)) throw new RecordError(file, null, 'should be an object with schemaVersion and entries');
  refuseOtherVersion(value['schemaVersion'], REVIEWED_SCHEMA_VERSION, 'reviewed file', file, null);
  const reviewed: unknown = value;
  refuseUnless(REVIEWED_GUARD, reviewed, file, null);
  const kinds = reviewed.entries.map(({ client, obligation }) => `${client}: ${obligation}`);
  const twin = kinds.find((kind, index) => kinds.indexOf(kind) !== index);
  if (twin !== undefined) throw new RecordError(file, null, `there are two entries for ${twin}`);
  return reviewed;
}
