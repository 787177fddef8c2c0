// Transcripts for the field report's page: every trial's, made short (transcript-brief.ts), with the lines marked that its
// findings rest on, as far as there is room: those with findings first. What most sessions of a scenario open and end with
// stands once, for all clients. Used by field-html.ts and field-panels.ts.

import { trialFindings } from '../judge/card-findings';
import type { RanTrial, ReportCard } from '../judge/report-card';
import type { Evidence } from '../judge/verdict';
import type { TraceRecord } from '../wire/trace-event';
import type { TrialRecord } from '../wire/trial-record';
import { markup, textOf, type Markup } from './html-markup';
import { trialWord } from './matrix';
import { briefTranscripts, closingOf, openingOf, type BriefConnection, type BriefLine } from './transcript-brief';
import { counted } from './transcript-style';

/** Finds the record of a trial; null when it was not kept. */
export type RecordOf = (client: string, scenario: string) => TrialRecord | null;

export interface FieldTranscripts {
  /** What most sessions of a scenario open and end with; null when they have nothing in common. */
  shared(scenario: string): Markup | null;
  /** Null when there is no record, or no room. */
  of(client: string, scenario: string): Markup | null;
}

/** Without findings, the first ones tell how it went. */
const MOST_WAYS = { found: 4, kept: 2 } as const;

interface Told {
  readonly client: string;
  readonly trial: RanTrial;
  readonly traces: readonly TraceRecord[];
  readonly ways: readonly BriefConnection[];
}

/**
 * The transcripts of a card.
 * @param mostCharacters the room for all of them; the one that fills it is the last
 */
export function fieldTranscripts(card: ReportCard, recordOf: RecordOf, mostCharacters: number): FieldTranscripts {
  const told = card.clients.flatMap(({ name, trials }) => trials.flatMap((trial) => tell(name, trial, recordOf)));
  const shared = sharedParts(told);
  const weight = ({ trial }: Told): number => ['fail', 'crashed', 'warn'].indexOf(trialWord(trial)) + 1 || 9;
  const made = new Map<string, Markup>();
  let room = mostCharacters;
  for (const one of told.sort((before, after) => weight(before) - weight(after))) {
    if (room <= 0) break;
    const transcript = transcriptMarkup(one, shared(one.trial.scenario));
    room -= textOf(transcript).length;
    made.set(`${one.client} ${one.trial.scenario}`, transcript);
  }
  return {
    shared: (scenario) => sharedMarkup(shared(scenario)),
    of: (client, scenario) => made.get(`${client} ${scenario}`) ?? null,
  };
}

function tell(
  client: string,
  trial: ReportCard['clients'][number]['trials'][number],
  recordOf: RecordOf,
): readonly Told[] {
  const record = trial.ran ? recordOf(client, trial.scenario) : null;
  if (!trial.ran || record === null) return [];
  return [{ client, trial, traces: record.traces, ways: briefTranscripts(record.traces) }];
}

/** What most sessions of a scenario have in common; empty where no two have it. */
interface Shared {
  readonly opening: readonly BriefLine[];
  readonly closing: readonly BriefLine[];
}

function sharedParts(told: readonly Told[]): (scenario: string) => Shared {
  const openings = mostCommon(told, openingOf);
  const closings = mostCommon(told, closingOf);
  return (scenario) => ({ opening: openings.get(scenario) ?? [], closing: closings.get(scenario) ?? [] });
}

/** By scenario: the part that most ways share. */
function mostCommon(
  told: readonly Told[],
  partOf: (lines: readonly BriefLine[]) => readonly BriefLine[],
): ReadonlyMap<string, readonly BriefLine[]> {
  const uses = new Map<string, Map<string, { readonly lines: readonly BriefLine[]; count: number }>>();
  for (const { trial, ways } of told) {
    const known =
      uses.get(trial.scenario) ?? new Map<string, { readonly lines: readonly BriefLine[]; count: number }>();
    uses.set(trial.scenario, known);
    for (const part of ways.map(({ lines }) => partOf(lines)).filter((lines) => lines.length > 0)) {
      const use = known.get(keyOf(part)) ?? { lines: part, count: 0 };
      use.count += 1;
      known.set(keyOf(part), use);
    }
  }
  const common = [...uses].flatMap(([scenario, parts]): [string, readonly BriefLine[]][] => {
    const [most] = [...parts.values()].sort((one, other) => other.count - one.count);
    return most === undefined || most.count < 2 ? [] : [[scenario, most.lines]];
  });
  return new Map(common);
}

/** Verbs have no case. */
function keyOf(lines: readonly BriefLine[]): string {
  return lines.map(({ by, text }) => (by === 'client' ? text.toLowerCase() : text)).join('\n');
}

function evidenceOf({ client, trial }: Told): readonly Evidence[] {
  const broken = new Set(trialFindings(client, trial).map(({ obligation }) => obligation));
  return trial.judgement.verdicts
    .filter(({ obligation }) => broken.has(obligation))
    .flatMap(({ evidence }) => evidence);
}

// --- markup ------------------------------------------------------------------------------------------------------------

function transcriptMarkup(told: Told, shared: Shared): Markup {
  const { traces, ways } = told;
  const evidence = evidenceOf(told);
  const shown = ways.slice(0, evidence.length > 0 ? MOST_WAYS.found : MOST_WAYS.kept);
  const left = traces.length - shown.reduce((sum, { connections }) => sum + connections.length, 0);
  return markup`${shown.map((way) => wayMarkup(way, traces, evidence, shared))}${
    left === 0 ? null : markup`<p class="cut">… and ${counted(left, 'connection')} more</p>`
  }`;
}

/** Times are those of one session: the words are what is shared. */
function sharedMarkup({ opening, closing }: Shared): Markup | null {
  if (opening.length + closing.length === 0) return null;
  const part = (title: string, lines: readonly BriefLine[]): Markup | null =>
    lines.length === 0 ? null : markup`<i>${title}</i>\n${lines.map((line) => lineMarkup(line, '', false))}`;
  return markup`<pre>${part('Most sessions open with this, which is … below', opening)}${part('and end with this, which is … as well', closing)}</pre>`;
}

/** Stands for what is shared. */
const AS_ABOVE: BriefLine = { at: null, by: 'server', text: '…' };

function wayMarkup(
  { connections, lines }: BriefConnection,
  traces: readonly TraceRecord[],
  evidence: readonly Evidence[],
  shared: Shared,
): Markup {
  const name = traces.length === 1 ? null : markup`<i>${connectionsText(connections)}</i>\n`;
  const marks = marksOn(
    traces,
    evidence.filter(({ connection }) => connections.includes(connection)),
  );
  const without = (own: readonly BriefLine[], part: readonly BriefLine[]): number =>
    own.length > 0 && keyOf(own) === keyOf(part) && !own.some((line) => isMarked(line, marks)) ? own.length : 0;
  const from = without(openingOf(lines), shared.opening);
  const until = lines.length - without(closingOf(lines), shared.closing);
  const rows = [
    ...(from > 0 ? [AS_ABOVE] : []),
    ...lines.slice(from, until),
    ...(until < lines.length ? [AS_ABOVE] : []),
  ];
  return markup`<pre>${name}${rowsMarkup(rows, marks)}</pre>`;
}

function connectionsText(connections: readonly number[]): string {
  const [first = 0] = connections;
  const last = connections.at(-1) ?? first;
  if (connections.length === 1) return `Connection ${first}`;
  if (last - first === connections.length - 1) return `Connections ${first} to ${last}`;
  return `Connections ${connections.join(', ')}`;
}

/** Seconds, where they change by a hundredth: an order is what the lines have. */
function rowsMarkup(lines: readonly BriefLine[], marks: readonly LineMark[]): readonly Markup[] {
  let shownAt = '';
  return lines.map((line) => {
    const time = line.at === null ? shownAt : (line.at / 1000).toFixed(2);
    const row = lineMarkup(line, time === shownAt ? '' : time, isMarked(line, marks));
    shownAt = time;
    return row;
  });
}

/** Who speaks shows by the mark; the elements only colour it. */
function lineMarkup({ by, text }: BriefLine, time: string, marked: boolean): Markup {
  const said = marked ? markup`<mark>${text}</mark>` : markup`${text}`;
  switch (by) {
    case 'client':
      return markup`${time}\t<b>${said}</b>\n`;
    case 'server':
      return markup`${time}\t${said}\n`;
    case 'aside':
      return markup`${time}\t<i>${said}</i>\n`;
    case 'anomaly':
      return markup`${time}\t<em>${said}</em>\n`;
  }
}

// --- marks -------------------------------------------------------------------------------------------------------------

interface LineMark {
  readonly at: number;
  readonly said: string;
}

/** Enough to know a line by, and short enough to stand before any cut. */
const KNOWN_BY = 40;

function marksOn(traces: readonly TraceRecord[], evidence: readonly Evidence[]): readonly LineMark[] {
  return evidence.flatMap(({ connection, seq, text }) => {
    const trace = traces.find((candidate) => candidate.connection === connection);
    const event = trace?.events.find((candidate) => candidate.seq === seq.to);
    const origin = trace?.events[0]?.at ?? 0;
    return event === undefined ? [] : [{ at: event.at - origin, said: saidInTranscript(text) }];
  });
}

function isMarked({ at, text }: BriefLine, marks: readonly LineMark[]): boolean {
  return at !== null && marks.some((mark) => Math.abs(mark.at - at) < 0.5 && text.includes(mark.said));
}

/** Evidence names a few events in its own words. */
function saidInTranscript(text: string): string {
  if (text.startsWith('C- RST')) return 'the client resets';
  if (text.startsWith('C: (mail data')) return 'of mail data';
  return (text.split(' / ')[0] ?? text).slice(0, KNOWN_BY);
}
