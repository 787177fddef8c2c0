// Recognises one line of a Domino console log or of a text export of log.nsf: process prefix, date, task, message.
// Every locale's date is read without being told; which of two numbers is the month is worked out from the log itself.
// Used by explain-log.ts. Knows no wording: what the message says is log-patterns.ts' business.

import { civil, DAY, daysOf } from './log-calendar';
import type { DateOrder } from './log-date';
import { own } from './own-text';

/** What has been found out about the log's dates. Mutable: it belongs to one run of the explainer. */
export interface DateReading {
  /** `ymd` is seen from the line itself. Null until the first date. */
  order: 'dmy' | 'mdy' | null;
  /** Who decided the order: nobody yet (a guess), the log (a number above 12, or the course of time), or the user. */
  settled: 'guessed' | 'by-log' | 'by-user';
  /** Seconds of the last date. */
  last: number | null;
  /** The last head that was read, and its text: many lines begin alike. */
  head: { readonly text: string; readonly read: Head } | null;
}

interface Head {
  readonly at: number | null;
  readonly thread: string | null;
  /** Where what follows the date begins. */
  readonly end: number;
}

export interface LogLine {
  /** Seconds since 1970 in the server's own time zone; null when the line has no date. */
  readonly at: number | null;
  /** `12209:00021-00015` of the prefix. Not a session: one session's lines come from several threads. */
  readonly thread: string | null;
  /** What stands behind "SMTP Server:". */
  readonly text: string;
}

export const TASK = 'SMTP Server';

export function newDateReading(order: DateOrder | null): DateReading {
  return {
    order: order === 'dmy' || order === 'mdy' ? order : null,
    settled: order === null ? 'guessed' : 'by-user',
    last: null,
    head: null,
  };
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** Reads numbers off a text one after the other; a cursor, so that no line costs a regular expression. */
class Digits {
  at = 0;
  readonly #text: string;

  constructor(text: string, from: number) {
    this.#text = text;
    this.at = from;
  }

  /** The number here and how many digits it had; -1 when none stands here. */
  number(): { readonly value: number; readonly digits: number } {
    let value = 0;
    const from = this.at;
    for (;;) {
      const code = this.#text.charCodeAt(this.at);
      if (!isDigit(code) || this.at - from > 4) break;
      value = value * 10 + code - 48;
      this.at += 1;
    }
    return this.at === from ? { value: -1, digits: 0 } : { value, digits: this.at - from };
  }

  /** The character code here, taken. */
  take(): number {
    const code = this.#text.charCodeAt(this.at);
    this.at += 1;
    return code;
  }
}

interface RawDate {
  readonly first: number;
  readonly second: number;
  readonly third: number;
  readonly yearFirst: boolean;
  readonly seconds: number;
  readonly halfDay: boolean;
  /** Where the date ended. */
  readonly end: number;
}

const SEPARATORS: ReadonlySet<number> = new Set(['/', '-', '.'].map((character) => character.charCodeAt(0)));
const COLON = 58;
const DOT = 46;
const BLANK = 32;

function rawDate(text: string, from: number): RawDate | null {
  const digits = new Digits(text, from);
  const first = digits.number();
  const separator = digits.take();
  const second = digits.number();
  if (first.digits === 0 || second.digits === 0 || !SEPARATORS.has(separator) || digits.take() !== separator)
    return null;
  const third = digits.number();
  if (third.digits === 0 || digits.take() !== BLANK) return null;
  const hour = digits.number();
  if (digits.take() !== COLON) return null;
  const minute = digits.number();
  let second60 = { value: 0, digits: 0 };
  if (text.charCodeAt(digits.at) === COLON) {
    digits.at += 1;
    second60 = digits.number();
  }
  if (text.charCodeAt(digits.at) === DOT) {
    digits.at += 1;
    digits.number();
  }
  if (hour.value < 0 || hour.value > 23 || minute.value < 0 || minute.value > 59 || second60.value > 60) return null;
  const half = text.slice(digits.at, digits.at + 3).toUpperCase();
  const halfDay = half === ' AM' || half === ' PM';
  const hour24 = halfDay ? (hour.value % 12) + (half === ' PM' ? 12 : 0) : hour.value;
  return {
    first: first.value,
    second: second.value,
    third: third.value,
    yearFirst: first.digits === 4,
    seconds: hour24 * 3600 + minute.value * 60 + second60.value,
    halfDay,
    end: halfDay ? digits.at + 3 : digits.at,
  };
}

/** Two-digit years: the window that POSIX uses. */
const fullYear = (year: number): number => (year >= 100 ? year : year >= 69 ? 1900 + year : 2000 + year);

function secondsAs(order: DateOrder, raw: RawDate): number | null {
  const [day, month, year] =
    order === 'ymd'
      ? [raw.third, raw.second, raw.first]
      : order === 'dmy'
        ? [raw.first, raw.second, raw.third]
        : [raw.second, raw.first, raw.third];
  if (month < 1 || month > 12 || day < 1 || day > 31) return null;
  return daysOf(fullYear(year), month, day) * 86_400 + raw.seconds;
}

/** Settles the order where the log gives it away, and turns the date into seconds. */
function settledSeconds(raw: RawDate, reading: DateReading): number | null {
  if (raw.yearFirst) return secondsAs('ymd', raw);
  reading.order ??= raw.halfDay ? 'mdy' : 'dmy';
  const other = reading.order === 'dmy' ? 'mdy' : 'dmy';
  const here = secondsAs(reading.order, raw);
  if (reading.settled !== 'guessed') return here;
  const there = secondsAs(other, raw);
  if (here === null && there !== null) {
    reading.order = other;
    reading.settled = 'by-log';
    return there;
  }
  if (here !== null && there === null) reading.settled = 'by-log';
  // At midnight 18/02 → 19/02 is one day in the right order, a month or nonsense in the wrong one.
  else if (here !== null && there !== null && reading.last !== null) {
    const jump = here - reading.last;
    const back = Math.abs(there - swapped(reading.last));
    if ((jump < 0 || jump > 20 * DAY) && back < 2 * DAY) {
      reading.order = other;
      reading.settled = 'by-log';
      return there;
    }
  }
  return here;
}

/** A moment with day and month exchanged: what the last date would have been in the other order. */
function swapped(seconds: number): number {
  const days = Math.floor(seconds / DAY);
  const { year, month, day } = civil(days);
  return (day <= 12 ? daysOf(year, day, month) : days) * DAY + (seconds - days * DAY);
}

/** `12209:00021-00015`: process, virtual thread, native thread. */
function isThread(text: string): boolean {
  const colon = text.indexOf(':');
  return colon > 0 && text.indexOf('-', colon) > colon + 1 && !text.includes(' ');
}

/**
 * Reads prefix and date from the front of a line. Blanks, form feeds and a field's label ("EventList:") may stand before
 * them, as text exports have it.
 * @returns null when neither stands there
 */
export function readHead(line: string, reading: DateReading): Head | null {
  // A date equal to the last one tells nothing new about the order either.
  if (reading.head !== null && line.startsWith(reading.head.text)) return reading.head.read;
  const read = newHead(line, reading);
  // What follows the date decides on AM and PM.
  if (read !== null && read.at !== null) reading.head = { text: own(line.slice(0, read.end + 3)), read };
  return read;
}

function newHead(line: string, reading: DateReading): Head | null {
  let at = 0;
  let thread: string | null = null;
  const most = Math.min(line.length, 64);
  while (at < most && !isDigit(line.charCodeAt(at))) {
    if (line[at] === '[') {
      const close = line.indexOf(']', at);
      if (close < 0 || close - at > 48) return null;
      const inside = line.slice(at + 1, close);
      if (!isThread(inside)) return null;
      thread = inside;
      at = close;
    }
    at += 1;
  }
  const raw = rawDate(line, at);
  if (raw === null) {
    return thread === null ? null : { at: null, thread, end: line.indexOf(']') + 1 };
  }
  const seconds = settledSeconds(raw, reading);
  if (seconds !== null) reading.last = seconds;
  return { at: seconds, thread, end: raw.end };
}

/**
 * Reads a line in which "SMTP Server" was found.
 * @param task where it was found
 * @returns null when the words belong to another task's message, or to a list of tasks
 */
export function readLogLine(line: string, task: number, reading: DateReading): LogLine | null {
  let from = task + TASK.length;
  let thread: string | null = null;
  // The form `SMTP Server [12209:00021-00015] …`, without a colon.
  if (line.startsWith(' [', from)) {
    const close = line.indexOf('] ', from);
    if (close < 0) return null;
    thread = line.slice(from + 2, close);
    from = close + 2;
  } else if (line.startsWith(':', from)) from += 1;
  else return null;
  const text = line.slice(from).trim();
  if (task === 0) return { at: null, thread, text };
  const head = readHead(line, reading);
  const between = line.slice(head?.end ?? 0, task);
  if (between.trim() !== '' && !(head === null && between.trim().endsWith(':'))) return null;
  return { at: head?.at ?? null, thread: thread ?? head?.thread ?? null, text };
}
