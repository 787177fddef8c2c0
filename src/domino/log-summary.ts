// Makes the report of a log that was read to its end: reconciles the counts, ranks the causes, says what to beware of.
// Used by explain-log.ts. Everything said here is said of counts; no line is looked at again.

import { CAUSE_ADVICE, CAUSE_IDS } from './log-advice';
import type { CauseId } from './log-advice';
import { countOf } from './log-causes';
import type { Explaining } from './explaining';
import { judgeInput } from './log-input';
import { momentText } from './log-calendar';
import { LOG_REPORT_VERSION } from './log-report';
import type { CauseReport, LogReport } from './log-report';

const TOP_HOSTS = 10;
const TOP_LINES = 40;

/** The report of a log that was read to its end. */
export function summarise(explaining: Explaining): LogReport {
  const { counted, reading, timeline, unknownLines, sessions } = explaining;
  const unknown = unknownLines.top(TOP_LINES);
  const listed = unknown.reduce((sum, { count, error }) => sum + count - error, 0);
  return {
    schemaVersion: LOG_REPORT_VERSION,
    input: {
      ...judgeInput(explaining.input, counted.recognised + unknownLines.total),
      characters: counted.characters,
      recognised: counted.recognised,
      unrecognised: unknownLines.total,
      overlong: counted.overlong,
    },
    span:
      counted.firstAt === null || counted.lastAt === null
        ? null
        : { from: momentText(counted.firstAt), to: momentText(counted.lastAt) },
    dates: {
      order: counted.firstAt === null ? null : (reading.order ?? 'ymd'),
      settled: reading.order === null && counted.firstAt !== null ? 'by-log' : reading.settled,
    },
    sessions: {
      connected: counted.connected,
      disconnected: counted.disconnected,
      withoutBeginning: counted.withoutBeginning,
      withoutEnd: sessions.givenUp,
      delivered: counted.delivered,
      zero: counted.zero,
      mostAtOnce: sessions.peak,
    },
    messages: { byDisconnectLines: counted.messages, byMessageLines: counted.messageLines },
    refusalLines: explaining.refusalLines,
    reconciliation: reconcile(counted.zero, counted.activelyRefused),
    causes: causeReports(explaining),
    unknownLines: unknown.map(({ count, value }) => ({ sample: value.sample, count })),
    unknownLinesUnlisted: unknownLines.total - listed,
    timeline: {
      from: timeline.from === null ? null : momentText(timeline.from),
      columnSeconds: timeline.columnSeconds,
      columns: timeline.columns,
    },
    notes: notesOf(explaining),
  };
}

/** The article's rule: sessions refused and sessions without a message should very roughly agree. */
function reconcile(zero: number, activelyRefused: number): LogReport['reconciliation'] {
  const ratio = activelyRefused === 0 ? null : zero / activelyRefused;
  const base = { zero, activelyRefused, ratio };
  if (zero === 0) return { ...base, sentence: 'No session ended with "0 message[s] received".' };
  if (ratio === null) {
    return {
      ...base,
      sentence: `${zero} sessions ended without a message, and the log shows no refusal for any of them.`,
    };
  }
  const times = ratio.toFixed(1);
  const counts = `${zero} sessions ended without a message, ${activelyRefused} of them were refused (${times} to 1)`;
  if (ratio < 1.3) return { ...base, sentence: `${counts}: they agree, nothing is amiss.` };
  if (ratio < 2) return { ...base, sentence: `${counts}: somewhat more than refusals explain.` };
  return { ...base, sentence: `${counts}: a wide gap, the causes below are worth pursuing.` };
}

function causeReports({ causes, counted }: Explaining): readonly CauseReport[] {
  const sessionsOf = (id: CauseId): number => {
    const { certain, likely, possible } = countOf(causes, id).certainty;
    return certain + likely + possible;
  };
  const reports = CAUSE_IDS.map((cause): CauseReport => {
    const { title, active, evidence, advice, article } = CAUSE_ADVICE[cause];
    const sessions = sessionsOf(cause);
    return {
      cause,
      title,
      active,
      sessions,
      share: counted.zero === 0 ? 0 : sessions / counted.zero,
      certainty: countOf(causes, cause).certainty,
      hosts: countOf(causes, cause)
        .hosts.top(TOP_HOSTS)
        .map(({ key, count, error }) => ({ host: key, count, error })),
      evidence,
      advice,
      article,
    };
  });
  const rank = (report: CauseReport): number => (report.cause === 'unknown' ? -1 : report.sessions);
  return reports.filter(({ sessions }) => sessions > 0).sort((one, other) => rank(other) - rank(one));
}

function notesOf({ counted, sessions, reading, options, unknownLines }: Explaining): readonly string[] {
  const notes: (string | false)[] = [
    counted.withoutBeginning > 0 &&
      `${counted.withoutBeginning} sessions have no connect line: the log begins in their middle, or lines are missing. How long they lasted is not known.`,
    sessions.givenUp > 0 &&
      `${sessions.givenUp} sessions have no disconnect line and are counted under no cause: the log ends before they did, the server was restarted (${counted.restarts} times with sessions open), or lines are missing.`,
    counted.unplacedRefusals > 0 &&
      `${counted.unplacedRefusals} refusals name no host while several sessions were open, so they explain none of them: as many sessions may wrongly stand under other causes.`,
    counted.unplacedEnvelopes > 0 &&
      `${counted.unplacedEnvelopes} Originator and Recipient lines could not be tied to a session, since several were open.`,
    counted.messages !== counted.messageLines &&
      counted.messageLines > 0 &&
      `Disconnect lines count ${counted.messages} messages, but there are ${counted.messageLines} Message lines.`,
    counted.undated > 0 && `${counted.undated} lines have no date that can be read.`,
    reading.settled === 'guessed' &&
      reading.order !== null &&
      `Whether dates are day/month or month/day could not be told from the log; ${reading.order === 'dmy' ? 'day/month' : 'month/day'} was assumed.`,
    options.handlers === null &&
      counted.zero > 0 &&
      'How many session handlers the server has was not given, so a shortage of them shows only where the log says so.',
    unknownLines.total > 0 && `${unknownLines.total} lines of the SMTP task were not understood; they are listed.`,
  ];
  return notes.filter((note) => note !== false);
}
