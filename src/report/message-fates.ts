// What became of the messages of each trial, in a few words: taken by the server or not, once or twice, and what the client
// says of it. Used by the field report, for the scenarios in which the path or TLS is at fault and the outcome is the point.
// Pure: records in, words out. Not here: whether any of it breaks an obligation.

import { isExpectation, trialFindings } from '../judge/card-findings';
import { readCampaign, type Story } from '../judge/campaign';
import type { ReportCard, TrialCard } from '../judge/report-card';
import type { ReportedOutcome, TrialEnd, TrialRecord } from '../wire/trial-record';
import type { RecordOf } from './field-transcript';
import { scenarioMatrix } from './matrix';

export interface FateRow {
  readonly scenario: string;
  /** In the order of the clients: "accepted", "deferred; 1 warn", "accepted twice; 1 fail". */
  readonly cells: readonly string[];
}

/** Scenarios with one of these have the path or TLS at fault. */
export const FAULT_TAGS: readonly string[] = ['path', 'pix', 'mtu', 'tls'];

/** @returns a row for each scenario with one of the tags, in the order of the card */
export function fateRows(card: ReportCard, recordOf: RecordOf, tags: readonly string[]): readonly FateRow[] {
  return scenarioMatrix(card).flatMap(({ scenario, trials }): readonly FateRow[] => {
    const records = card.clients.map(({ name }, index) =>
      trials[index]?.ran === true ? recordOf(name, scenario) : null,
    );
    if (!records.some((record) => record !== null && tagsOf(record).some((tag) => tags.includes(tag)))) return [];
    const cells = card.clients.map(({ name }, index) => cellOf(name, trials[index] ?? null, records[index] ?? null));
    return [{ scenario, cells }];
  });
}

function tagsOf({ scenario }: TrialRecord): readonly string[] {
  const tags: unknown = scenario['tags'];
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
}

function cellOf(client: string, trial: TrialCard | null, record: TrialRecord | null): string {
  if (trial === null || !trial.ran || record === null) return 'not run';
  // What a scenario expects besides is no obligation.
  const found = trialFindings(client, trial).filter(({ obligation }) => !isExpectation(obligation));
  const count = (word: string): number => found.filter(({ verdict }) => verdict === word).length;
  const findings = ['fail', 'warn'].flatMap((word) => (count(word) === 0 ? [] : [`${count(word)} ${word}`]));
  return [fateText(record), ...findings].join('; ');
}

/** What became of all messages of a trial. */
export function fateText(record: TrialRecord): string {
  const { stories } = readCampaign(record);
  const wanted = stories.reduce((sum, { submission }) => sum + submission.to.length, 0);
  const taken = stories.reduce((sum, { acceptedFor }) => sum + acceptedFor.length, 0);
  const isTwice = stories.some(({ repeats }) => repeats.some(({ duplicate }) => duplicate));
  const accepted = `accepted${isTwice ? ' twice' : ''}`;
  if (taken === wanted && wanted > 0) return [accepted, ...disownedIn(stories)].join(', ');
  const others = stories.flatMap((story) => saidOfTheRest(story, record.end));
  return [...(taken === 0 ? [] : [`${accepted} for ${taken} of ${wanted}`]), ...tallied(others)].join(', ');
}

/** Taken by the server, and yet the client does not say so: it will send it once more, or tell its user a falsehood. */
function disownedIn(stories: readonly Story[]): readonly string[] {
  const said = new Set(stories.flatMap(({ reported }) => reported.map(({ outcome }) => outcome)));
  const [other] = [...said].filter((outcome) => outcome !== 'accepted' && outcome !== 'unknown');
  return other === undefined ? [] : [`reported as ${other}`];
}

/** One word for each recipient that the server did not take the message for. */
function saidOfTheRest({ submission, acceptedFor, reported }: Story, end: TrialEnd): readonly string[] {
  const accepted = new Set(acceptedFor);
  return submission.to
    .filter((to) => !accepted.has(to))
    .map((to) => {
      const said = reported.findLast(
        ({ recipient }) => recipient === null || recipient.toLowerCase() === to.toLowerCase(),
      );
      return said === undefined || said.outcome === 'unknown' ? (UNTOLD[end] ?? 'nothing said') : SAID[said.outcome];
    });
}

const SAID: Readonly<Record<Exclude<ReportedOutcome['outcome'], 'unknown'>, string>> = {
  accepted: 'lost: reported as accepted',
  deferred: 'deferred',
  bounced: 'bounced',
  // A client without a queue hands it back to its user.
  refused: 'given back',
};

/** Why a client has said nothing yet. */
const UNTOLD: Readonly<Partial<Record<TrialEnd, string>>> = {
  'window-over': 'still trying',
  'client-crashed': 'crashed',
};

function tallied(words: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => (words.length === count ? word : `${word} ${count}`));
}
