// The report card as JSON, and back: for `--format json`, for joining the cards of several machines, and for whatever a user
// builds on it. docs/report-card.md has every field. What is read is held against guards, wholly.

import type { ExpectationResult } from '../judge/expectation';
import type { Judgement, Unjudged } from '../judge/judge';
import {
  CARD_SCHEMA_VERSION,
  type ClientCard,
  type RanTrial,
  type ReportCard,
  type TrialCard,
  type UnrunTrial,
} from '../judge/report-card';
import type { Evidence, Verdict, VerdictWord } from '../judge/verdict';
import type { BaseRfc } from '../obligations/catalogue';
import type { Level } from '../obligations/obligation';
import {
  RecordError,
  amount,
  count,
  exactly,
  isObject,
  listOf,
  objectOf,
  oneOf,
  optional,
  orNull,
  parseJson,
  refuseOtherVersion,
  refuseUnless,
  text,
  truth,
  type Guard,
} from '../wire/guard';
import type { ClientRole, TrialEnd } from '../wire/trial-record';

/** From this depth on a value stands on one line: a verdict with all its evidence, so that files compare line by line. */
const DEEPEST_BROKEN = 6;

/** The card as JSON, ending with a line end. `readCard` gives an equal card. */
export function cardJson(card: ReportCard): string {
  return `${layOut(card, 0)}\n`;
}

function layOut(value: unknown, depth: number): string {
  const entries = depth > DEEPEST_BROKEN ? [] : entriesOf(value, depth);
  if (entries.length === 0) return JSON.stringify(value);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const indent = ' '.repeat(depth);
  return `${open}\n${entries.map((entry) => `${indent} ${entry}`).join(',\n')}\n${indent}${close}`;
}

function entriesOf(value: unknown, depth: number): readonly string[] {
  if (Array.isArray(value)) return value.map((item: unknown) => layOut(item, depth + 1));
  if (!isObject(value)) return [];
  return Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([name, field]) => `${JSON.stringify(name)}: ${layOut(field, depth + 1)}`);
}

// --- reading -----------------------------------------------------------------------------------------------------------

/**
 * Reads a report card.
 * @param file its name, for messages
 * @throws RecordError naming the field that is wrong
 */
export function readCard(json: string, file: string): ReportCard {
  const value = parseJson(json.replace(/^\ufeff/, ''));
  if (value === undefined) throw new RecordError(file, null, 'is not JSON: cut short, or damaged');
  if (!isObject(value) || !Object.hasOwn(value, 'clients')) {
    throw new RecordError(file, null, 'is no report card of smtp-gauntlet: it has no clients');
  }
  // Before the guards: what another version means by a field is not for this one to complain about.
  refuseOtherVersion(value['schemaVersion'], CARD_SCHEMA_VERSION, 'report card format', file, null);
  const card: unknown = value;
  refuseUnless(CARD_GUARD, card, file, null);
  refuseTwins(card, file);
  return card;
}

/** Reports look clients and trials up by name. */
function refuseTwins({ clients }: ReportCard, file: string): void {
  const twin = firstTwin(clients.map(({ name }) => name));
  if (twin !== undefined) throw new RecordError(file, null, `there are two clients named "${twin}"`);
  for (const { name, trials } of clients) {
    const scenario = firstTwin(trials.map((trial) => trial.scenario));
    if (scenario !== undefined) throw new RecordError(file, null, `${name} has two trials of "${scenario}"`);
  }
}

function firstTwin(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index);
}

const level = oneOf<Level>({ MUST: true, SHOULD: true, MAY: true, practice: true, fixture: true });

const verdictWord = oneOf<VerdictWord>({
  pass: true,
  fail: true,
  warn: true,
  inconclusive: true,
  'not-applicable': true,
  observed: true,
});

const evidence = objectOf<Evidence>({
  connection: count,
  seq: objectOf<Evidence['seq']>({ from: count, to: count }),
  text,
});

const verdict = objectOf<Verdict>({
  obligation: text,
  verdict: verdictWord,
  level,
  reason: text,
  evidence: listOf(evidence),
  refersTo: optional(text),
  scaled: optional(exactly(true)),
});

const judgement = objectOf<Judgement>({
  verdicts: listOf(verdict),
  expectations: listOf(objectOf<ExpectationResult>({ met: truth, detail: text })),
  unjudged: listOf(objectOf<Unjudged>({ id: text, reason: text })),
});

const ranTrial = objectOf<RanTrial>({
  scenario: text,
  title: text,
  ran: exactly(true),
  end: oneOf<TrialEnd>({
    'client-finished': true,
    'window-over': true,
    interrupted: true,
    'client-crashed': true,
    'never-connected': true,
  }),
  durationMs: amount,
  aims: listOf(text),
  judgement,
  recordFolder: orNull(text),
  said: optional(text),
});

const unrunTrial = objectOf<UnrunTrial>({
  scenario: text,
  title: text,
  ran: exactly(false),
  reason: text,
  crashed: optional(exactly(true)),
});

const trial: Guard<TrialCard> = (value, path) => {
  const ran = isObject(value) ? value['ran'] : undefined;
  if (typeof ran !== 'boolean') return `${path}.ran should be true or false`;
  return ran ? ranTrial(value, path) : unrunTrial(value, path);
};

const rfc: Guard<BaseRfc> = (value, path) =>
  value === 2821 || value === 5321 ? null : `${path} should be 2821 or 5321`;

const CARD_GUARD = objectOf<ReportCard>({
  schemaVersion: exactly(CARD_SCHEMA_VERSION),
  writtenBy: text,
  startedAt: text,
  rfc,
  strict: truth,
  seed: orNull(amount),
  timeScale: amount,
  clients: listOf(
    objectOf<ClientCard>({
      name: text,
      version: orNull(text),
      role: oneOf<ClientRole>({ mta: true, submission: true, unknown: true }),
      unavailable: optional(text),
      trials: listOf(trial),
    }),
  ),
});
