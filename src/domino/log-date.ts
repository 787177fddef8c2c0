// How Domino writes a moment on its console: the date in the order and with the separator of the server's locale, then
// the time in 24 or 12 hours. Used by log.ts to write; log-reader.ts reads all of these without being told which.
// Holds no calendar: what day an event happened on comes in as parts.

export interface DateParts {
  readonly year: number;
  /** 1–12. */
  readonly month: number;
  readonly day: number;
  /** 0–23. */
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Hundredths of a second, for debug lines only. */
  readonly hundredth?: number;
}

/** In UTC, for logs that are to be the same on every machine. */
export function utcDate(date: Date): DateParts {
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    hundredth: Math.floor(date.getUTCMilliseconds() / 10),
  };
}

export type DateOrder = 'dmy' | 'mdy' | 'ymd';

export interface LogDateFormat {
  readonly order: DateOrder;
  readonly separator: '/' | '-' | '.';
  readonly clock: 12 | 24;
}

/** Formats met in quoted logs, by what an administrator would call them. */
export const LOG_DATE_FORMATS = {
  'dd/mm/yyyy': { order: 'dmy', separator: '/', clock: 24 },
  'dd-mm-yyyy': { order: 'dmy', separator: '-', clock: 24 },
  'dd.mm.yyyy': { order: 'dmy', separator: '.', clock: 24 },
  'mm/dd/yyyy': { order: 'mdy', separator: '/', clock: 12 },
  'yyyy-mm-dd': { order: 'ymd', separator: '-', clock: 24 },
} as const satisfies Record<string, LogDateFormat>;

export type LogDateFormatName = keyof typeof LOG_DATE_FORMATS;

const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

/** `18/02/2004 09:52:07`, `02/18/2004 09:52:07 AM`, `2004-02-18 09:52:07`; hundredths behind the seconds on request. */
export function logDate(parts: DateParts, format: LogDateFormat, hundredths = false): string {
  const year = String(parts.year).padStart(4, '0');
  const fields = {
    dmy: [two(parts.day), two(parts.month), year],
    mdy: [two(parts.month), two(parts.day), year],
    ymd: [year, two(parts.month), two(parts.day)],
  }[format.order];
  const hour = format.clock === 24 ? parts.hour : parts.hour % 12 || 12;
  const fraction = hundredths ? `.${two(parts.hundredth ?? 0)}` : '';
  const half = format.clock === 24 ? '' : parts.hour < 12 ? ' AM' : ' PM';
  return `${fields.join(format.separator)} ${two(hour)}:${two(parts.minute)}:${two(parts.second)}${fraction}${half}`;
}

/** What stands between the date and the task: three blanks, two behind AM or PM (both as seen in quoted logs). */
export function dateGap(format: LogDateFormat): string {
  return format.clock === 24 ? '   ' : '  ';
}
