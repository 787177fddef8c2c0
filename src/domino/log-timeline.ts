// Sessions over time in a bounded number of columns: when the log grows longer than they reach, pairs of columns are
// joined and each stands for twice the time. Used by explain-log.ts for the chart of the report.

export interface TimelineColumn {
  /** Sessions that delivered a message. */
  delivered: number;
  /** Sessions without a message that were refused, as the log says itself. */
  refused: number;
  /** Sessions without a message, and without a refusal in the log. */
  silent: number;
}

export interface Timeline {
  /** Seconds at the first column's beginning; null until something was counted. */
  from: number | null;
  columnSeconds: number;
  readonly columns: TimelineColumn[];
}

const MOST_COLUMNS = 96;

const newColumn = (): TimelineColumn => ({ delivered: 0, refused: 0, silent: 0 });

export function newTimeline(): Timeline {
  return { from: null, columnSeconds: 60, columns: [] };
}

/** Counts one session at its end. A moment before the first one (clock set back) counts in the first column. */
export function countInTimeline(timeline: Timeline, at: number, what: keyof TimelineColumn): void {
  timeline.from ??= Math.floor(at / 60) * 60;
  let index = Math.max(0, Math.floor((at - timeline.from) / timeline.columnSeconds));
  while (index >= MOST_COLUMNS) {
    halve(timeline);
    index = Math.floor((at - timeline.from) / timeline.columnSeconds);
  }
  while (timeline.columns.length <= index) timeline.columns.push(newColumn());
  const column = timeline.columns[index];
  if (column !== undefined) column[what] += 1;
}

function halve(timeline: Timeline): void {
  const joined: TimelineColumn[] = [];
  for (let index = 0; index < timeline.columns.length; index += 2) {
    const one = timeline.columns[index] ?? newColumn();
    const other = timeline.columns[index + 1] ?? newColumn();
    joined.push({
      delivered: one.delivered + other.delivered,
      refused: one.refused + other.refused,
      silent: one.silent + other.silent,
    });
  }
  timeline.columns.splice(0, timeline.columns.length, ...joined);
  timeline.columnSeconds *= 2;
}
