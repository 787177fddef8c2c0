// What the explainer found out, as one plain value: the JSON of the report, and what its text and HTML are printed from.
// Made by explain-log.ts. Counts and sentences only; nothing here is read from the log again.

import type { LineMeaning } from './log-patterns';
import type { CauseId } from './log-advice';
import type { Certainty } from './log-verdict';
import type { TimelineColumn } from './log-timeline';

/** Raised when a field changes its meaning or goes away. */
export const LOG_REPORT_VERSION = 1;

/** What kind of text was given. Only `read` makes the rest of the report worth reading. */
export type InputVerdict = 'read' | 'empty' | 'binary' | 'not-domino' | 'no-smtp-lines';

export interface HostCount {
  /** As the log writes it. */
  readonly host: string;
  readonly count: number;
  /** The count may be too high by this much (bounded memory); 0 = exact. */
  readonly error: number;
}

export interface CauseReport {
  readonly cause: CauseId;
  readonly title: string;
  readonly active: boolean;
  readonly sessions: number;
  /** Of all sessions without a message, 0–1. */
  readonly share: number;
  readonly certainty: Readonly<Record<Certainty, number>>;
  readonly hosts: readonly HostCount[];
  readonly evidence: string;
  readonly advice: string;
  readonly article: string | null;
}

export interface UnknownLine {
  /** One line of this kind, cut at 300 characters. */
  readonly sample: string;
  readonly count: number;
}

export interface LogReport {
  readonly schemaVersion: typeof LOG_REPORT_VERSION;
  readonly input: {
    readonly verdict: InputVerdict;
    readonly sentence: string;
    readonly characters: number;
    /** Lines of the SMTP task that were understood, and those that were not. */
    readonly recognised: number;
    readonly unrecognised: number;
    /** Lines too long to be a log's. */
    readonly overlong: number;
  };
  /** First and last date, in the server's time zone; null when no line had one. */
  readonly span: { readonly from: string; readonly to: string } | null;
  readonly dates: {
    readonly order: 'dmy' | 'mdy' | 'ymd' | null;
    readonly settled: 'guessed' | 'by-log' | 'by-user';
  };
  readonly sessions: {
    readonly connected: number;
    readonly disconnected: number;
    /** Disconnect lines without a connect line, and the other way round. */
    readonly withoutBeginning: number;
    readonly withoutEnd: number;
    readonly delivered: number;
    readonly zero: number;
    readonly mostAtOnce: number;
  };
  readonly messages: { readonly byDisconnectLines: number; readonly byMessageLines: number };
  /** Lines per meaning, for those that refuse or explain. */
  readonly refusalLines: Readonly<Partial<Record<LineMeaning, number>>>;
  readonly reconciliation: {
    readonly zero: number;
    readonly activelyRefused: number;
    /** Zero-message sessions per refused one; null when none was refused. */
    readonly ratio: number | null;
    readonly sentence: string;
  };
  /** Most sessions first; `unknown` always last. Causes without a session are left out. */
  readonly causes: readonly CauseReport[];
  readonly unknownLines: readonly UnknownLine[];
  /** Kinds of unknown lines beyond those listed, by their number of lines. */
  readonly unknownLinesUnlisted: number;
  readonly timeline: {
    readonly from: string | null;
    readonly columnSeconds: number;
    readonly columns: readonly Readonly<TimelineColumn>[];
  };
  /** What a reader should know before trusting the numbers. */
  readonly notes: readonly string[];
}
