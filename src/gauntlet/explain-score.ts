// How far the log explainer can be trusted: known traffic is played, its log explained, and what the log alone led to is
// compared with what was true, host by host. Prints the tables of docs/explain-log.md. Used by write-explain-score.ts.

import { explainChunk, finishExplaining, startExplaining } from '../domino/explain-log';
import { CAUSE_ADVICE, CAUSE_IDS, type CauseId } from '../domino/log-advice';
import { hostKey } from '../domino/log-patterns';
import { HANDLERS, knownTraffic, type KnownVisit } from './known-traffic';
import { playTraffic } from './traffic-player';

/** What sessions of one true cause were taken for. */
type Row = ReadonlyMap<CauseId, number>;

export interface Score {
  /** By true cause, in the order of the catalogue. */
  readonly rows: ReadonlyMap<CauseId, Row>;
  /** Sessions without a message. */
  readonly zero: number;
  /** Of them, those that were put down to a cause other than "unknown". */
  readonly attributed: number;
  readonly wrong: number;
}

/** Sessions of a host by cause. */
type Counts = Map<CauseId, number>;

/** Plays the traffic and scores what the explainer made of its log. @param inferred lines of inferred wording are in it */
export async function scoreExplainer(seed: number, inferred: boolean): Promise<Score> {
  const visits = knownTraffic(seed);
  const { log } = await playTraffic(visits, inferred);
  return scoreLog(log, visits);
}

/**
 * @param visits why each session ended without a message
 * @param handlers of the server; null: there is no limit
 */
export function scoreLog(
  log: readonly string[],
  visits: readonly Pick<KnownVisit, 'address' | 'cause'>[],
  handlers: number | null = HANDLERS,
): Score {
  const explaining = startExplaining({ handlers });
  explainChunk(explaining, log.map((line) => `${line}\n`).join(''));
  finishExplaining(explaining);
  const named = new Map<string, Counts>();
  for (const [cause, { hosts }] of explaining.causes.counts) {
    for (const { key, count } of hosts.top(Infinity)) add(named, hostKey(key), cause, count);
  }
  const truth = new Map<string, Counts>();
  for (const { cause, address } of visits) if (cause !== null) add(truth, address, cause, 1);
  return compared(truth, named);
}

function add(counts: Map<string, Counts>, host: string, cause: CauseId, times: number): void {
  const ofHost = counts.get(host) ?? new Map<CauseId, number>();
  counts.set(host, ofHost.set(cause, (ofHost.get(cause) ?? 0) + times));
}

/** Sessions of one host and one cause are not told apart; what is left over on both sides was mistaken. */
function compared(truth: ReadonlyMap<string, Counts>, named: ReadonlyMap<string, Counts>): Score {
  const rows = new Map<CauseId, Counts>(CAUSE_IDS.map((cause) => [cause, new Map()]));
  const put = (cause: CauseId, as: CauseId, times: number): void => {
    const row = rows.get(cause);
    if (times > 0) row?.set(as, (row.get(as) ?? 0) + times);
  };
  for (const [host, causes] of truth) {
    const left = new Map(named.get(host));
    const missing: CauseId[] = [];
    for (const [cause, times] of causes) {
      const right = Math.min(times, left.get(cause) ?? 0);
      put(cause, cause, right);
      left.set(cause, (left.get(cause) ?? 0) - right);
      missing.push(...Array<CauseId>(times - right).fill(cause));
    }
    const taken = [...left].flatMap(([cause, times]) => Array<CauseId>(times).fill(cause));
    for (const [index, cause] of missing.entries()) put(cause, taken[index] ?? 'unknown', 1);
  }
  return summed(new Map([...rows].filter(([, row]) => row.size > 0)));
}

function summed(rows: ReadonlyMap<CauseId, Row>): Score {
  let [zero, attributed, wrong] = [0, 0, 0];
  for (const [cause, row] of rows) {
    for (const [as, times] of row) {
      zero += times;
      if (as !== 'unknown') attributed += times;
      if (as !== 'unknown' && as !== cause) wrong += times;
    }
  }
  return { rows, zero, attributed, wrong };
}

// --- the page ----------------------------------------------------------------------------------------------------

/**
 * Two tables in Markdown, each with a sentence that sums it up.
 * @param heading before each of the two headings
 */
export function scorePage(seen: Score, all: Score, heading = ''): string {
  return [
    `### ${heading}${heading === '' ? 'V' : 'v'}erified wordings only`,
    '',
    'The log has no line whose words were only inferred: refusals leave no trace in it but the missing message.',
    '',
    ...scoreTable(seen),
    '',
    `### ${heading}${heading === '' ? 'I' : 'i'}nferred wordings too`,
    '',
    'The log has a line for every refusal, in the words we believe in. A server that uses others needs `--patterns`.',
    '',
    ...scoreTable(all),
  ].join('\n');
}

function scoreTable({ rows, zero, attributed, wrong }: Score): readonly string[] {
  const cells = [...rows].map(([cause, row]): readonly string[] => {
    const total = [...row.values()].reduce((sum, times) => sum + times, 0);
    const others = [...row].filter(([as]) => as !== cause && as !== 'unknown');
    const taken = others.map(([as, times]) => `${times} ${CAUSE_ADVICE[as].title}`).join('; ');
    const unknown = cause === 'unknown' ? 0 : (row.get('unknown') ?? 0);
    return [CAUSE_ADVICE[cause].title, String(total), String(row.get(cause) ?? 0), String(unknown), taken];
  });
  const share = attributed === 0 ? '0' : ((wrong / attributed) * 100).toFixed(1);
  return [
    ...markdownTable(['true cause', 'sessions', 'so named', 'left unknown', 'taken for something else'], cells),
    '',
    `Of ${zero} sessions without a message ${attributed} were put down to a cause, ${wrong} of them wrongly (${share} %).`,
  ];
}

/** Padded as prettier does; numbers on the right. */
function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const isNumber = (column: number): boolean => column >= 1 && column <= 3;
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (isNumber(column) ? (cells[column] ?? '').padStart(width) : (cells[column] ?? '').padEnd(width))).join(' | ')} |`;
  const rule = widths.map((width, column) => (isNumber(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)];
}
