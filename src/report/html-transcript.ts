// Transcripts for the HTML report: one per trial, bounded, with the lines marked that findings rest on. Used by html.ts.
// Not here: what a transcript says (transcript.ts) and where its record comes from.

import { trialFindings } from '../judge/card-findings';
import type { RanTrial, ReportCard } from '../judge/report-card';
import type { Evidence } from '../judge/verdict';
import type { Scenario } from '../scenario/scenario';
import { PACKAGE_VERSION } from '../wire/package-version';
import type { TraceRecord } from '../wire/trace-event';
import type { TrialRecord } from '../wire/trial-record';
import { markup, type Markup } from './html-markup';
import { trialWord } from './matrix';
import { transcript } from './transcript';
import { counted } from './transcript-style';

/** Finds the record of a trial; null when it was not kept. Asked once per trial, so that records may be large. */
export type RecordOf = (client: string, trial: RanTrial) => TrialRecord | null;

/** Columns of a transcript on the page. */
const WIDTH = 100;
const MOST_LINES_OF_CONNECTION = 250;
const MOST_CONNECTIONS = 12;

/**
 * The transcripts of all trials of a card, those with findings first.
 * @param mostCharacters the room for all; the one that fills it is the last
 * @returns by client and scenario; trials whose record is not there, or for which no room is left, are missing
 */
export function transcriptsOf(
  card: ReportCard,
  recordOf: RecordOf,
  mostCharacters: number,
): (client: string, scenario: string) => Markup | null {
  const trials = card.clients.flatMap(({ name, trials }) =>
    trials.flatMap((trial) => (trial.ran ? [{ name, trial, found: WEIGHT[trialWord(trial)] ?? 0 }] : [])),
  );
  const made = new Map<string, Markup>();
  let room = mostCharacters;
  for (const { name, trial } of trials.sort((one, other) => other.found - one.found)) {
    if (room <= 0) break;
    const record = recordOf(name, trial);
    if (record === null) continue;
    const shown = record.traces.slice(0, MOST_CONNECTIONS).map((trace) => connectionLines(record, trace));
    room -= shown.flat().reduce((sum, line) => sum + line.length, 0);
    made.set(keyOf(name, trial.scenario), transcriptMarkup(record, shown, evidenceOf(name, trial)));
  }
  return (client, scenario) => made.get(keyOf(client, scenario)) ?? null;
}

const WEIGHT: Readonly<Record<string, number>> = { fail: 3, crashed: 2, warn: 1 };

const keyOf = (client: string, scenario: string): string => JSON.stringify([client, scenario]);

function connectionLines(record: TrialRecord, trace: TraceRecord): readonly string[] {
  // A scenario on the record is as its writer's version had it: explained only where that is ours.
  const ours = record.writtenBy === PACKAGE_VERSION && Array.isArray(record.scenario['servers']);
  const scenario = ours ? (record.scenario as unknown as Scenario) : undefined;
  return transcript(trace, { color: false, width: WIDTH, scenario }).trimEnd().split('\n');
}

function evidenceOf(client: string, trial: RanTrial): readonly Evidence[] {
  const broken = new Set(trialFindings(client, trial).map(({ obligation }) => obligation));
  return trial.judgement.verdicts
    .filter(({ obligation }) => broken.has(obligation))
    .flatMap(({ evidence }) => evidence);
}

function transcriptMarkup(
  record: TrialRecord,
  shown: readonly (readonly string[])[],
  evidence: readonly Evidence[],
): Markup {
  const left = record.traces.length - shown.length;
  return markup`${shown.map((lines, index) => {
    const trace = record.traces[index];
    const marks = trace === undefined ? [] : marksOn(trace, evidence);
    const more = lines.length - MOST_LINES_OF_CONNECTION;
    const cut = more > 0 ? markup`<span class="cut">… and ${counted(more, 'line')} more</span>` : null;
    const rows = lines.slice(0, MOST_LINES_OF_CONNECTION).map((line) => lineMarkup(line, marks));
    return markup`<pre class="transcript" tabindex="0" aria-label="Connection ${index + 1}">${rows}${cut}</pre>`;
  })}${left > 0 ? markup`<p class="cut">… and ${counted(left, 'connection')} more</p>` : null}`;
}

/** How the line of a piece of evidence begins, and what it holds. */
interface LineMark {
  readonly start: string;
  readonly said: string;
}

/** Enough to know a line by, and short enough to stand before any break. */
const KNOWN_BY = 40;

function marksOn(trace: TraceRecord, evidence: readonly Evidence[]): readonly LineMark[] {
  const origin = trace.events[0]?.at ?? 0;
  return evidence.flatMap(({ connection, seq, text }) => {
    if (connection !== trace.connection) return [];
    const event = trace.events.find((candidate) => candidate.seq === seq.to) ?? null;
    if (event === null) return [];
    return [{ start: ((event.at - origin) / 1000).toFixed(3).padStart(7), said: saidInTranscript(text) }];
  });
}

/** Evidence names a few events in its own words. */
function saidInTranscript(text: string): string {
  if (text.startsWith('C- RST')) return 'the client resets';
  if (text.startsWith('C- ')) return 'the client closes';
  if (text.startsWith('C: (mail data')) return 'of mail data';
  return (text.split(' / ')[0] ?? text).slice(0, KNOWN_BY);
}

const ROW = /^([ \d.]{7}) *(C'?:|S'?:|[~|!])?/;

function lineMarkup(line: string, marks: readonly LineMark[]): Markup {
  const mark = ROW.exec(line)?.[2] ?? '';
  const tone = mark.startsWith('C') ? 'c' : mark.startsWith('S') ? 's' : mark === '!' ? 'anomaly' : 'aside';
  const marked = marks.some(({ start, said }) => line.startsWith(start) && line.includes(said));
  const row = markup`<span class="${tone}">${line}</span>`;
  return marked ? markup`<mark>${row}</mark>\n` : markup`${row}\n`;
}
