// Known findings: a file that is committed beside the code of a client, so that a gate in CI fails on new findings only and
// tells when a known one is gone. Used by `run --known` and `--update-known`, which read and write the file.
// A finding is known by client, scenario, obligation and verdict; reasons and evidence may change from run to run.

import {
  RecordError,
  exactly,
  isObject,
  listOf,
  objectOf,
  oneOf,
  parseJson,
  refuseOtherVersion,
  refuseUnless,
  text,
} from '../wire/guard';
import { cardFindings, expectationId, findingKey, type CardFinding } from './card-findings';
import type { ReportCard, TrialCard } from './report-card';

export const KNOWN_SCHEMA_VERSION = 1;

export type KnownFinding = Pick<CardFinding, 'client' | 'scenario' | 'obligation' | 'verdict'>;

export interface KnownFindings {
  readonly schemaVersion: typeof KNOWN_SCHEMA_VERSION;
  /** Sorted, none twice. */
  readonly findings: readonly KnownFinding[];
}

export interface KnownComparison {
  /** Not in the file. */
  readonly fresh: readonly CardFinding[];
  readonly known: readonly CardFinding[];
  /** In the file, and the trial ran without it; `now` is what came instead. */
  readonly gone: readonly (KnownFinding & { readonly now: string })[];
  /** In the file, and its trial did not run: nothing can be said. */
  readonly untried: readonly KnownFinding[];
}

/** Holds a card against what is known. */
export function compareKnown(known: KnownFindings, card: Pick<ReportCard, 'clients'>): KnownComparison {
  const found = cardFindings(card);
  const foundKeys = new Set(found.map(findingKey));
  const knownKeys = new Set(known.findings.map(findingKey));
  const missing = known.findings.filter((finding) => !foundKeys.has(findingKey(finding)));
  const tried = missing.map((finding) => ({ finding, now: wordNow(finding, trialOf(card, finding)) }));
  return {
    fresh: found.filter((finding) => !knownKeys.has(findingKey(finding))),
    known: found.filter((finding) => knownKeys.has(findingKey(finding))),
    gone: tried.flatMap(({ finding, now }) => (now === null ? [] : [{ ...finding, now }])),
    untried: tried.flatMap(({ finding, now }) => (now === null ? [finding] : [])),
  };
}

/** One line for people: `gone: postfix dnsbl-554 quit-before-close was fail, is pass now`. */
export function goneText({ client, scenario, obligation, verdict, now }: KnownComparison['gone'][number]): string {
  return `gone: ${client} ${scenario} ${obligation} was ${verdict}, is ${now} now`;
}

/**
 * What to write back: the card's findings, and those of earlier runs whose trials this run did not try.
 * @param known what the file held, null when there was none
 */
export function updatedKnown(known: KnownFindings | null, card: Pick<ReportCard, 'clients'>): KnownFindings {
  const kept = known === null ? [] : compareKnown(known, card).untried;
  return knownFindings([...kept, ...cardFindings(card)]);
}

function knownFindings(findings: readonly KnownFinding[]): KnownFindings {
  const byKey = new Map(
    findings.map(({ client, scenario, obligation, verdict }) => {
      const finding: KnownFinding = { client, scenario, obligation, verdict };
      return [findingKey(finding), finding] as const;
    }),
  );
  // By code unit, not by the machine's language: the file must not differ between machines.
  const sorted = [...byKey].sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  return { schemaVersion: KNOWN_SCHEMA_VERSION, findings: sorted.map(([, finding]) => finding) };
}

function trialOf(card: Pick<ReportCard, 'clients'>, { client, scenario }: KnownFinding): TrialCard | undefined {
  return card.clients.find(({ name }) => name === client)?.trials.find((trial) => trial.scenario === scenario);
}

/** What stands in the place of a finding now; null when the trial did not run to an end of its own. */
function wordNow({ obligation }: KnownFinding, trial: TrialCard | undefined): string | null {
  if (trial?.ran !== true || !JUDGED_ENDS.has(trial.end)) return null;
  const { verdicts, expectations } = trial.judgement;
  const expectation = expectations.findIndex((_, index) => expectationId(index) === obligation);
  if (expectation !== -1) return expectations[expectation]?.met === true ? 'met' : 'unmet';
  const verdict = verdicts.find((candidate) => candidate.obligation === obligation);
  if (verdict === undefined) return 'not judged';
  return verdict.refersTo === undefined ? verdict.verdict : `counted under ${verdict.refersTo}`;
}

/** After any other end the absence of a finding proves nothing. */
const JUDGED_ENDS: ReadonlySet<string> = new Set(['client-finished', 'window-over']);

// --- the file --------------------------------------------------------------------------------------------------------

/** One finding per line, so that a change reads well in a review. */
export function printKnown({ schemaVersion, findings }: KnownFindings): string {
  const lines = findings.map((finding) => {
    const fields = Object.entries(finding).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
    return `    { ${fields.join(', ')} }`;
  });
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`;
  return `{\n  "schemaVersion": ${schemaVersion},\n  "findings": ${list}\n}\n`;
}

const KNOWN_GUARD = objectOf<KnownFindings>({
  schemaVersion: exactly(KNOWN_SCHEMA_VERSION),
  findings: listOf(
    objectOf<KnownFinding>({ client: text, scenario: text, obligation: text, verdict: oneOf(['fail', 'warn']) }),
  ),
});

/**
 * Reads a file of known findings. Order and repetitions do not matter: it may have been edited by hand.
 * @param file its name, for messages
 * @throws RecordError saying what is wrong
 */
export function readKnown(json: string, file: string): KnownFindings {
  const value = parseJson(json.replace(/^\ufeff/, ''));
  if (value === undefined) throw new RecordError(file, null, 'is not JSON: cut short, or damaged');
  if (!isObject(value) || !Object.hasOwn(value, 'findings')) {
    throw new RecordError(file, null, 'is no file of known findings: `--update-known` writes one');
  }
  refuseOtherVersion(value['schemaVersion'], KNOWN_SCHEMA_VERSION, 'known findings format', file, null);
  const known: unknown = value;
  refuseUnless(KNOWN_GUARD, known, file, null);
  return knownFindings(known.findings);
}
