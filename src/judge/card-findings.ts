// What on a report card counts against a client, and the exit code that follows from it (docs/report-card.md). Used by the
// command line, by known findings and by reports that mark them. Verdicts are made elsewhere: this only reads them.

import type { KnownFindings } from './known-findings';
import type { ClientCard, RanTrial, ReportCard } from './report-card';
import { isPrimary } from './verdict';

/** A breach or an unmet expectation in one trial. */
export interface CardFinding {
  readonly client: string;
  readonly scenario: string;
  /** An obligation's id, or `expect[0]` for the scenario's first expectation. */
  readonly obligation: string;
  readonly verdict: 'fail' | 'warn';
  readonly reason: string;
}

/** Every finding of a card, in its order: client, trial, verdicts, expectations. A breach counts once, where it is primary. */
export function cardFindings(card: Pick<ReportCard, 'clients'>): readonly CardFinding[] {
  return card.clients.flatMap((client) =>
    client.trials.flatMap((trial) => (trial.ran ? trialFindings(client.name, trial) : [])),
  );
}

/** The findings of one trial. */
export function trialFindings(client: string, { scenario, judgement }: RanTrial): readonly CardFinding[] {
  const verdicts = judgement.verdicts.flatMap((verdict): readonly CardFinding[] => {
    const { obligation, verdict: word, reason } = verdict;
    if (!isPrimary(verdict) || (word !== 'fail' && word !== 'warn')) return [];
    return [{ client, scenario, obligation, verdict: word, reason }];
  });
  const unmet = judgement.expectations.flatMap(({ met, detail }, index): readonly CardFinding[] =>
    met ? [] : [{ client, scenario, obligation: expectationId(index), verdict: 'fail', reason: detail }],
  );
  return [...verdicts, ...unmet];
}

/** What stands for an obligation's id where an expectation of a scenario is meant. */
export function expectationId(index: number): string {
  return `expect[${index}]`;
}

export function isExpectation(obligation: string): boolean {
  return obligation.startsWith('expect[');
}

/** What makes a finding the same one in another run: client, scenario, obligation and verdict. */
export function findingKey(finding: Omit<CardFinding, 'reason'>): string {
  const { client, scenario, obligation, verdict } = finding;
  return JSON.stringify([client, scenario, obligation, verdict]);
}

// --- exit code -------------------------------------------------------------------------------------------------------

export interface ExitOptions {
  /** Warnings fail too, also on a card that was not judged that way. */
  readonly strict: boolean;
  /** Findings are reported only. A client that could not be run still is no success. */
  readonly noFail: boolean;
  /** Findings in here do not fail; null where every finding is new. */
  readonly known: KnownFindings | null;
  /** The clients that were asked for by name, which must be there to run; all of the card when left out. */
  readonly askedFor?: ReadonlySet<string>;
}

export interface ExitVerdict {
  /** 0 no MUST broken; 1 a MUST broken or an expectation unmet; 3 a client that did not run, never connected or crashed. */
  readonly code: 0 | 1 | 3;
  /** Sentences without a full stop, one for each thing that speaks against code 0, the deciding ones first. */
  readonly reasons: readonly string[];
}

/** The exit code of a run. What was found weighs more than what could not be tried: 1 comes before 3. */
export function exitVerdict(card: Pick<ReportCard, 'clients'>, options: ExitOptions): ExitVerdict {
  const broken = options.noFail ? [] : brokenReasons(card, options);
  const notRun = card.clients.flatMap((client) => {
    const wanted = options.askedFor === undefined || options.askedFor.has(client.name);
    return [...(wanted ? absenceReasons(client) : []), ...crashReasons(client)];
  });
  const code = broken.length > 0 ? 1 : notRun.length > 0 ? 3 : 0;
  return { code, reasons: [...broken, ...notRun] };
}

function brokenReasons(card: Pick<ReportCard, 'clients'>, { strict, known }: ExitOptions): readonly string[] {
  const knownKeys = new Set(known?.findings.map(findingKey));
  return cardFindings(card)
    .filter((finding) => (strict || finding.verdict === 'fail') && !knownKeys.has(findingKey(finding)))
    .map(({ client, scenario, obligation, verdict }) => {
      const what = isExpectation(obligation) ? 'an expectation was not met' : `${obligation} (${verdict})`;
      return `${client}: ${what} in ${scenario}${known === null ? '' : ', which is new'}`;
    });
}

/** Nothing was judged of a client that should have been: a green result would be a lie. */
function absenceReasons({ name, unavailable, trials }: ClientCard): readonly string[] {
  if (unavailable !== undefined) return [`${name}: could not be run, ${unavailable}`];
  const ran = trials.filter((trial) => trial.ran);
  if (ran.length === 0) return [`${name}: none of its trials could be run`];
  if (!ran.every(({ end }) => end === 'never-connected')) return [];
  return [`${name}: never connected${saying(ran.find(({ said }) => said !== undefined))}`];
}

function crashReasons({ name, trials }: ClientCard): readonly string[] {
  return trials.flatMap((trial) => {
    if (!trial.ran) return trial.crashed === true ? [`${name}: ${trial.scenario} crashed, ${trial.reason}`] : [];
    return trial.end === 'client-crashed' ? [`${name}: the client crashed in ${trial.scenario}${saying(trial)}`] : [];
  });
}

function saying(trial: RanTrial | undefined): string {
  return trial?.said === undefined ? '' : `: ${trial.said}`;
}
