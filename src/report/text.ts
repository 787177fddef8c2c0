// The report card for a terminal: for each client what was broken, with its evidence, then what stays open, then what was
// kept, and the counts last, where the eye is when the run is over. Used by `run` and `judge`; the matrix of several clients
// is text-matrix.ts. Not here: progress lines while trials run.

import { findingKey, isExpectation, trialFindings } from '../judge/card-findings';
import type { KnownFindings } from '../judge/known-findings';
import {
  counts,
  obligationRow,
  type ClientCard,
  type ObligationCell,
  type RanTrial,
  type ReportCard,
  type TrialVerdict,
} from '../judge/report-card';
import type { Evidence } from '../judge/verdict';
import { clip, groupNames, nameList, paint, wrap, type TextLook } from './text-lines';
import { matrixText } from './text-matrix';
import { citationText, clientText, endText, roleText, scaleText, titleOf } from './wording';

export interface TextOptions extends TextLook {
  /** Findings in here are marked as known. */
  readonly known?: KnownFindings | null;
}

/** Trials of one finding that are shown with their evidence; more are named only. */
const SHOWN_TRIALS = 3;
/** Lines of evidence for one trial. */
const SHOWN_EVIDENCE = 4;
const TEXT_INDENT = 6;
const EVIDENCE_INDENT = 10;
const ID_COLUMNS = 33;

/**
 * @param options `color` and `width` are taken as they are; nothing here asks the terminal
 * @returns lines of `width` columns at most, each ending in LF
 */
export function reportText(card: ReportCard, options: TextOptions): string {
  const clients = card.clients.map((client) => clientLines(card, client, options));
  const parts = card.clients.length > 1 ? [...clients, matrixText(card, options)] : clients;
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function clientLines(card: ReportCard, client: ClientCard, options: TextOptions): readonly string[] {
  const head = headLines(card, client, options);
  if (client.unavailable !== undefined) {
    return [...head, ...wrap(`Could not be run: ${client.unavailable}`, options, 0, 2)];
  }
  const row = obligationRow(card, client.name);
  const isKnown = knownTest(client, options);
  const blocks = [
    ...row
      .filter(isBreach)
      .sort(worstFirst)
      .map((cell) => breachLines(card, cell, isKnown, options)),
    ...unmetBlocks(client, isKnown, options),
    referringLines(row, options),
    inconclusiveLines(row, options),
    observedLines(row, options),
    nameList(
      'Passed',
      row.filter(({ verdict }) => verdict === 'pass').map(({ obligation }) => obligation),
      options,
    ),
    trialLines(client, options),
    countLines(client, row, options),
  ];
  return [...head, ...blocks.filter((lines) => lines.length > 0).flatMap((lines) => ['', ...lines])];
}

function headLines(card: ReportCard, client: ClientCard, options: TextOptions): readonly string[] {
  const ran = client.trials.filter(({ ran }) => ran).length;
  const of = ran === client.trials.length ? `${ran}` : `${ran} of ${client.trials.length}`;
  const seed = card.seed === null ? '' : `, seed ${card.seed}`;
  const judged = `judged by RFC ${card.rfc}${card.strict ? ', strictly' : ''}${seed}`;
  const trials = ran === 1 && client.trials.length === 1 ? 'trial' : 'trials';
  const said = `${clientText(client)} (${roleText(client.role)}): ${of} ${trials} run, ${judged}`;
  const scale = scaleText(card.timeScale);
  const lines = wrap(said, options, 0, 2);
  return [
    ...lines.map((line) => paint('head', line, options)),
    paint('dim', '-'.repeat(Math.max(...lines.map(({ length }) => length))), options),
    ...(scale === null ? [] : wrap(scale, options, 0)),
  ];
}

// --- what was broken ---------------------------------------------------------------------------------------------------

type KnownTest = (scenario: string, obligation: string, verdict: 'fail' | 'warn') => boolean;

function knownTest({ name }: ClientCard, { known }: TextOptions): KnownTest {
  const keys = new Set(known?.findings.map(findingKey));
  return (scenario, obligation, verdict) => keys.has(findingKey({ client: name, scenario, obligation, verdict }));
}

function isBreach({ verdict, refersTo }: ObligationCell): boolean {
  return (verdict === 'fail' || verdict === 'warn') && refersTo === undefined;
}

function worstFirst(one: ObligationCell, other: ObligationCell): number {
  return Number(other.verdict === 'fail') - Number(one.verdict === 'fail');
}

function breachLines(card: ReportCard, cell: ObligationCell, isKnown: KnownTest, look: TextLook): readonly string[] {
  const { obligation: id, verdict, level, deciding } = cell;
  if (verdict !== 'fail' && verdict !== 'warn') return [];
  const facts = `${level.padEnd(8)} ${citationText(id, card.rfc)}`;
  // Painted last: the escapes take no columns.
  const [first = '', ...others] = wrap(`${id.padEnd(ID_COLUMNS)} ${facts}`, look, TEXT_INDENT, ID_COLUMNS + 1);
  const lines = [paint(verdict, verdict.toUpperCase().padEnd(TEXT_INDENT), look) + first.slice(TEXT_INDENT), ...others];
  lines.push(...wrap(`${titleOf(id)}${cell.scaled === true ? ' (scaled)' : ''}`, look, TEXT_INDENT));
  for (const trial of deciding.slice(0, SHOWN_TRIALS)) {
    const mark = isKnown(trial.scenario, id, verdict) ? ' (known)' : '';
    lines.push(...wrap(`in ${trial.scenario}${mark}: ${trial.verdict.reason}`, look, TEXT_INDENT, 2));
    lines.push(...evidenceLines(trial, look));
  }
  const more = deciding.slice(SHOWN_TRIALS).map(({ scenario }) => scenario);
  if (more.length > 0) lines.push(...wrap(`and in ${more.join(', ')}`, look, TEXT_INDENT, 2));
  return lines;
}

function evidenceLines({ verdict: { evidence } }: TrialVerdict, look: TextLook): readonly string[] {
  const several = evidence.some(({ connection }) => connection > 1);
  const shown = (one: Evidence): string => (several ? `#${one.connection} ${one.text}` : one.text);
  const lines = evidence.slice(0, SHOWN_EVIDENCE).map((one) => clip(shown(one), look, EVIDENCE_INDENT));
  const left = evidence.length - SHOWN_EVIDENCE;
  return left > 0 ? [...lines, clip(`… and ${left} more`, look, EVIDENCE_INDENT)] : lines;
}

function unmetBlocks(client: ClientCard, isKnown: KnownTest, look: TextLook): readonly (readonly string[])[] {
  return client.trials
    .flatMap((trial) => (trial.ran ? trialFindings(client.name, trial) : []))
    .filter(({ obligation }) => isExpectation(obligation))
    .map(({ scenario, obligation, reason }) => {
      const mark = isKnown(scenario, obligation, 'fail') ? ' (known)' : '';
      const head = `${paint('fail', 'UNMET', look)} ${clip(`${scenario} ${obligation}${mark}`, look, 6).trimStart()}`;
      return [head, ...wrap(reason, look, TEXT_INDENT)];
    });
}

function referringLines(row: readonly ObligationCell[], look: TextLook): readonly string[] {
  const names = row.flatMap(({ obligation, refersTo }) =>
    refersTo === undefined ? [] : [`${obligation} (as ${refersTo})`],
  );
  return nameList('Broken as well, and counted once', names, look);
}

// --- what was not ------------------------------------------------------------------------------------------------------

const withoutCount = (reason: string): string => reason.replace(/ \(and \d+ occasions? more\)\.$/, '.');

const firstReason = ({ deciding }: ObligationCell): string => withoutCount(deciding[0]?.verdict.reason ?? '');

function inconclusiveLines(row: readonly ObligationCell[], look: TextLook): readonly string[] {
  const open = row.filter(({ verdict }) => verdict === 'inconclusive');
  if (open.length === 0) return [];
  const groups = groupNames(open, firstReason, ({ obligation }) => obligation);
  return [
    paint('inconclusive', `Inconclusive (${open.length})`, look),
    ...groups.flatMap(([reason, names]) => [...wrap(reason, look, 2), ...wrap(names.join(', '), look, 4)]),
  ];
}

function observedLines(row: readonly ObligationCell[], look: TextLook): readonly string[] {
  const seen = row.filter(({ verdict }) => verdict === 'observed');
  if (seen.length === 0) return [];
  return [
    paint('observed', `Observed (${seen.length})`, look),
    ...seen.flatMap((cell) => wrap(`${cell.obligation}: ${firstReason(cell)}`, look, 2, 2)),
  ];
}

/** Trials that gave no verdicts, or did not end by themselves, by why. */
function trialLines({ trials }: ClientCard, look: TextLook): readonly string[] {
  const unrun = trials.flatMap((trial) => (trial.ran ? [] : [trial]));
  const odd = trials.flatMap((trial): RanTrial[] =>
    trial.ran && trial.end !== 'client-finished' && (trial.end !== 'window-over' || trial.said !== undefined)
      ? [trial]
      : [],
  );
  const name = ({ scenario }: { readonly scenario: string }): string => scenario;
  const groups = [
    ...groupNames(unrun, ({ reason, crashed }) => `${crashed === true ? 'Crashed' : 'Not run'}: ${reason}`, name),
    ...groupNames(odd, ({ end }) => capital(endText(end)), name),
  ];
  const said = new Map(odd.map((trial) => [trial.scenario, trial.said]));
  return groups.flatMap(([why, names]) => {
    // One of them is told: the port alone makes each different.
    const [teller] = names.filter((scenario) => said.get(scenario) !== undefined);
    return [
      ...wrap(`${why} (${names.length})`, look, 0),
      ...wrap(names.join(', '), look, 2),
      ...(teller === undefined ? [] : wrap(`in ${teller}: ${said.get(teller) ?? ''}`, look, TEXT_INDENT, 2)),
    ];
  });
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function countLines(client: ClientCard, row: readonly ObligationCell[], look: TextLook): readonly string[] {
  const sums = counts(row);
  const ran = client.trials.flatMap((trial) => (trial.ran ? [trial] : []));
  const unmet = ran.flatMap(({ judgement }) => judgement.expectations).filter(({ met }) => !met).length;
  const unjudged = ran.reduce((most, { judgement }) => Math.max(most, judgement.unjudged.length), 0);
  const parts = [
    `${sums.fail} fail`,
    `${sums.warn} warn`,
    ...(unmet > 0 ? [`${unmet} unmet`] : []),
    ...(sums.referring > 0 ? [`${sums.referring} counted elsewhere`] : []),
    `${sums.inconclusive} inconclusive`,
    `${sums.pass} pass`,
    ...(sums.observed > 0 ? [`${sums.observed} observed`] : []),
    `${sums['not-applicable']} without occasion`,
    ...(unjudged > 0 ? [`${unjudged} not judged`] : []),
  ];
  const tone = sums.fail + unmet > 0 ? 'fail' : sums.warn > 0 ? 'warn' : 'head';
  return wrap(`${clientText(client)}: ${parts.join(', ')}`, look, 0, 2).map((line) => paint(tone, line, look));
}
