// The report card as JUnit XML, for CI systems: a suite per client, a test case per scenario and obligation. What had no
// occasion is left out; a warning is a test that passes and says so, for JUnit has no word for it.
// Written in the dialect that Jenkins and GitLab read: testsuites, testsuite, testcase, failure, error, skipped, system-out.

import { expectationId, findingKey } from '../judge/card-findings';
import type { KnownFindings } from '../judge/known-findings';
import type { ClientCard, RanTrial, ReportCard, TrialCard } from '../judge/report-card';
import type { Verdict } from '../judge/verdict';
import { obligation } from '../obligations/catalogue';
import { escapeMarkup } from './safe-text';
import { citationText, clientText, endText, titleOf } from './wording';

export interface JunitOptions {
  /** Findings in here are skipped instead of failed. */
  readonly known?: KnownFindings | null;
}

interface TestCase {
  readonly scenario: string;
  /** Of the whole trial, on the case "runs" only: the verdicts are read off its record, and sums of times stay true. */
  readonly durationMs?: number;
  readonly name: string;
  readonly outcome:
    | { readonly kind: 'passed'; readonly said: readonly string[] }
    | {
        readonly kind: 'failure' | 'error';
        readonly type: string;
        readonly message: string;
        readonly body: readonly string[];
      }
    | { readonly kind: 'skipped'; readonly message: string };
}

/** @returns a document in UTF-8 to be, ending with a line end */
export function reportJunit(card: ReportCard, { known = null }: JunitOptions = {}): string {
  const knownKeys = new Set(known?.findings.map(findingKey));
  const suites = card.clients.map((client) => ({ client, cases: casesOf(card, client, knownKeys) }));
  const all = suites.flatMap(({ cases }) => cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="smtp-gauntlet" ${sums(all)} time="${seconds(card.clients.flatMap(({ trials }) => trials))}">`,
    ...suites.flatMap(({ client, cases }) => suiteLines(card, client, cases)),
    '</testsuites>',
    '',
  ].join('\n');
}

function suiteLines(card: ReportCard, client: ClientCard, cases: readonly TestCase[]): readonly string[] {
  const properties: Readonly<Record<string, string>> = {
    writtenBy: card.writtenBy,
    role: client.role,
    rfc: String(card.rfc),
    strict: String(card.strict),
    ...(card.seed === null ? {} : { seed: String(card.seed) }),
    timeScale: String(card.timeScale),
  };
  const facts = `timestamp="${escapeMarkup(card.startedAt)}" time="${seconds(client.trials)}"`;
  return [
    `  <testsuite name="${escapeMarkup(clientText(client))}" ${sums(cases)} ${facts}>`,
    '    <properties>',
    ...Object.entries(properties).map(
      ([name, value]) => `      <property name="${name}" value="${escapeMarkup(value)}"/>`,
    ),
    '    </properties>',
    ...cases.flatMap((testCase) => caseLines(client, testCase)),
    '  </testsuite>',
  ];
}

function sums(cases: readonly TestCase[]): string {
  const count = (kind: TestCase['outcome']['kind']): number =>
    cases.filter(({ outcome }) => outcome.kind === kind).length;
  return `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`;
}

function seconds(trials: readonly TrialCard[]): string {
  const ms = trials.reduce((sum, trial) => sum + (trial.ran ? trial.durationMs : 0), 0);
  return (ms / 1000).toFixed(3);
}

// --- cases -------------------------------------------------------------------------------------------------------------

function casesOf(card: ReportCard, client: ClientCard, knownKeys: ReadonlySet<string>): readonly TestCase[] {
  if (client.unavailable !== undefined) {
    const outcome = { kind: 'error', type: 'not-run', message: client.unavailable, body: [] } as const;
    return [{ scenario: 'all', name: 'can be run', outcome }];
  }
  return client.trials.flatMap((trial) =>
    trial.ran ? ranCases(card, client, trial, knownKeys) : [unrunCase(trial.scenario, trial.reason, trial.crashed)],
  );
}

function unrunCase(scenario: string, reason: string, crashed: true | undefined): TestCase {
  if (crashed === true) return errorCase(scenario, 'crashed', reason);
  return { scenario, name: 'runs', outcome: { kind: 'skipped', message: `not run: ${reason}` } };
}

function errorCase(scenario: string, type: string, message: string): TestCase {
  return { scenario, name: 'runs', outcome: { kind: 'error', type, message, body: [] } };
}

function ranCases(
  card: ReportCard,
  client: ClientCard,
  { scenario, end, durationMs, judgement, said }: RanTrial,
  knownKeys: ReadonlySet<string>,
): readonly TestCase[] {
  const isKnown = (id: string, verdict: 'fail' | 'warn'): boolean =>
    knownKeys.has(findingKey({ client: client.name, scenario, obligation: id, verdict }));
  const broken = end === 'client-crashed' || end === 'never-connected' || end === 'interrupted';
  return [
    broken
      ? { ...errorCase(scenario, end, said === undefined ? endText(end) : `${endText(end)}: ${said}`), durationMs }
      : { scenario, name: 'runs', outcome: { kind: 'passed', said: [] }, durationMs },
    ...judgement.verdicts
      .filter(({ verdict }) => verdict !== 'not-applicable')
      .map((verdict) => ({
        scenario,
        name: verdict.obligation,
        outcome: outcomeOf(card, verdict, verdict.verdict === 'fail' && isKnown(verdict.obligation, 'fail')),
      })),
    ...judgement.expectations.map(({ met, detail }, index): TestCase => {
      const name = expectationId(index);
      return { scenario, name, outcome: expectationOutcome(met, detail, !met && isKnown(name, 'fail')) };
    }),
  ];
}

function outcomeOf(card: ReportCard, verdict: Verdict, known: boolean): TestCase['outcome'] {
  const { obligation: id, reason, evidence, refersTo, scaled } = verdict;
  const scaledLines = scaled === true ? ['Scaled: time was not real.'] : [];
  const seen = evidence.map(({ connection, text }) => `connection ${connection}  ${text}`);
  const counted = refersTo === undefined ? null : `counted under ${refersTo}: ${reason}`;
  switch (verdict.verdict) {
    case 'fail':
      if (counted !== null) return { kind: 'skipped', message: counted };
      if (known) return { kind: 'skipped', message: `known finding: ${reason}` };
      return {
        kind: 'failure',
        type: verdict.level,
        message: reason,
        body: [
          `Expected: ${titleOf(id)} (${verdict.level}, ${citationText(id, card.rfc)})`,
          `          ${obligation(id)?.verdict ?? ''}`.trimEnd(),
          `Actual:   ${reason}`,
          ...seen.map((line) => `          ${line}`),
          ...scaledLines,
        ].filter((line) => line !== ''),
      };
    case 'inconclusive':
      return { kind: 'skipped', message: `inconclusive: ${reason}` };
    case 'warn':
    case 'observed':
      return { kind: 'passed', said: [`${verdict.verdict}: ${counted ?? reason}`, ...seen, ...scaledLines] };
    case 'pass':
    case 'not-applicable':
      return { kind: 'passed', said: scaledLines };
  }
}

function expectationOutcome(met: boolean, detail: string, known: boolean): TestCase['outcome'] {
  if (met) return { kind: 'passed', said: [] };
  if (known) return { kind: 'skipped', message: `known finding: ${detail}` };
  return { kind: 'failure', type: 'expectation', message: detail, body: [] };
}

// --- XML ---------------------------------------------------------------------------------------------------------------

function caseLines(client: ClientCard, { scenario, name, outcome, durationMs }: TestCase): readonly string[] {
  // CI systems make a tree of the dots.
  const className = `${dotless(client.name)}.${dotless(scenario)}`;
  const open = `    <testcase classname="${escapeMarkup(className)}" name="${escapeMarkup(name)}" time="${((durationMs ?? 0) / 1000).toFixed(3)}"`;
  const lines = outcomeLines(outcome);
  return lines.length === 0 ? [`${open}/>`] : [`${open}>`, ...lines, '    </testcase>'];
}

const dotless = (text: string): string => text.replaceAll('.', '_');

function outcomeLines(outcome: TestCase['outcome']): readonly string[] {
  switch (outcome.kind) {
    case 'passed':
      if (outcome.said.length === 0) return [];
      return [`      <system-out>${outcome.said.map(escapeMarkup).join('\n')}</system-out>`];
    case 'skipped':
      return [`      <skipped message="${escapeMarkup(outcome.message)}"/>`];
    case 'failure':
    case 'error': {
      const { kind, type, message, body } = outcome;
      const open = `      <${kind} type="${escapeMarkup(type)}" message="${escapeMarkup(message)}"`;
      return body.length === 0 ? [`${open}/>`] : [`${open}>${body.map(escapeMarkup).join('\n')}</${kind}>`];
    }
  }
}
