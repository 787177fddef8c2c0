// One line of the Domino console log, put together from a wording, a moment and the options of the log.
// Used by log.ts for a connection's lines and by the faces for those of the listener itself (`listenerLine`).
// Does not know which event calls for which line.

import type { MessageEvent } from '../wire/trace-event';
import { dateGap, LOG_DATE_FORMATS, logDate } from './log-date';
import type { DateParts, LogDateFormat } from './log-date';
import { LOG_WORDINGS } from './log-wording';
import type { Wording, WordingForm, WordingId } from './log-wording';
import { fillTemplate, lineTemplate } from './line-template';
import type { LineTemplate } from './line-template';

export interface LogOptions {
  readonly date: LogDateFormat;
  /** The wall-clock date of a moment on the trace's clock. */
  readonly dateOf: (at: number) => DateParts;
  /** As made by `processPrefix`, trailing blank included; null for log.nsf, which has none. */
  readonly prefix: string | null;
  /** The peer's name in reverse DNS; null where it has none (the line then shows the address alone). */
  readonly hostNameOf: (address: string) => string | null;
  /** SMTPDebugIO. */
  readonly debugIo: 0 | 1 | 2 | 3 | 4;
  /** False leaves out every line whose wording is inferred. */
  readonly inferred: boolean;
  /**
   * Whether Originator and Recipient are written as the commands are accepted, or together with the message. Not settled
   * by the article, where all lines share one second; `command` shows more of a session that ends without a message.
   */
  readonly envelope: 'command' | 'message';
  /** The eight hexadecimal digits behind "Message". */
  readonly noteOf: (message: MessageEvent) => string;
}

/** Options with Domino's usual choices for what is not given: dd/mm/yyyy, no prefix, addresses only, no debug lines. */
export function logOptions(given: Partial<LogOptions> & Pick<LogOptions, 'dateOf'>): LogOptions {
  return {
    date: LOG_DATE_FORMATS['dd/mm/yyyy'],
    prefix: null,
    hostNameOf: () => null,
    debugIo: 0,
    inferred: true,
    envelope: 'command',
    // Counted up over the whole server like a note id, so that two messages of one content stay apart.
    noteOf: (message) => message.seq.toString(16).toUpperCase().padStart(8, '0'),
    ...given,
  };
}

/**
 * `[12209:00021-00015] ` as on Unix (decimal), `[06D8:0008-0324] ` as on Windows (hexadecimal).
 * @param thread the virtual thread's number; `native` the operating system's
 */
export function processPrefix(process: number, thread: number, native: number, style: 'unix' | 'windows'): string {
  if (style === 'unix') {
    return `[${String(process).padStart(5, '0')}:${String(thread).padStart(5, '0')}-${String(native).padStart(5, '0')}] `;
  }
  const hex = (value: number): string => value.toString(16).toUpperCase().padStart(4, '0');
  return `[${hex(process)}:${hex(thread)}-${hex(native)}] `;
}

interface Ready {
  readonly form: WordingForm;
  readonly isInferred: boolean;
  readonly template: LineTemplate;
}

const READY: ReadonlyMap<WordingId, Ready> = new Map(
  Object.entries(LOG_WORDINGS).map(([id, { text, form, confidence }]: [string, Wording]) => [
    id as WordingId,
    { form, isInferred: confidence === 'inferred', template: lineTemplate(text) },
  ]),
);

/** The last date that was written, and how: lines of one second share it. */
let written: { readonly parts: DateParts; readonly format: LogDateFormat; readonly text: string } | null = null;

const inOneSecond = (one: DateParts, other: DateParts): boolean =>
  one === other ||
  (one.second === other.second &&
    one.minute === other.minute &&
    one.hour === other.hour &&
    one.day === other.day &&
    one.month === other.month &&
    one.year === other.year);

/** As `logDate` has it. Remembering the last one changes nothing but what a line costs. */
function dateText(parts: DateParts, format: LogDateFormat): string {
  if (written !== null && written.format === format && inOneSecond(written.parts, parts)) return written.text;
  written = { parts, format, text: logDate(parts, format) };
  return written.text;
}

/**
 * One line of the log, or none when its wording is inferred and those are off.
 * @param at on the trace's clock; `options.dateOf` turns it into a date
 */
export function logLine(
  id: WordingId,
  at: number,
  values: Readonly<Record<string, string>>,
  options: LogOptions,
): string[] {
  const ready = READY.get(id);
  if (ready === undefined || (ready.isInferred && !options.inferred)) return [];
  const text = fillTemplate(ready.template, values);
  const prefix = options.prefix ?? '';
  const date = (): string => dateText(options.dateOf(at), options.date);
  switch (ready.form) {
    case 'debug':
      return [`${prefix}${text}`];
    case 'debug-dated':
      return [`${logDate(options.dateOf(at), options.date, true)} ${prefix}${text}`];
    case 'thread':
      if (prefix !== '') return [`${date()}${dateGap(options.date)}SMTP Server ${prefix}${text}`];
      return [`${date()}${dateGap(options.date)}SMTP Server: ${text}`];
    case 'task':
      break;
  }
  return [`${prefix}${date()}${dateGap(options.date)}SMTP Server: ${text}`];
}

/**
 * A line of the listener itself, which belongs to no connection.
 * @param id one of the wordings without fields, `started` for instance
 */
export function listenerLine(id: WordingId, at: number, options: LogOptions): readonly string[] {
  return logLine(id, at, {}, options);
}
