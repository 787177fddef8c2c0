// Everything the explainer remembers while it reads a log. Mutable, since it is on the hot path and has an identity: one
// run over one log. Made by explain-log.ts, changed by log-scan.ts and log-apply.ts, read by log-summary.ts.

import type { DateOrder } from './log-date';
import { newCauses } from './log-causes';
import type { Causes } from './log-causes';
import { CAUSE_OPTIONS } from './log-verdict';
import type { CauseOptions } from './log-verdict';
import { linePatterns } from './log-patterns';
import type { CompiledPattern, LineMeaning, LinePattern } from './log-patterns';
import { newDateReading } from './log-reader';
import type { DateReading } from './log-reader';
import { newSessions } from './log-sessions';
import type { Sessions } from './log-sessions';
import { newTimeline } from './log-timeline';
import type { Timeline } from './log-timeline';
import { newInputSample } from './log-input';
import type { InputSample } from './log-input';
import { TopCounts } from './top-counts';
import type { Confidence } from '../scenario/persona';

export interface ExplainOptions {
  /** Which number of a date is the day, where the log leaves it open. Null: find out. */
  readonly dateOrder: DateOrder | null;
  /** Session handlers of the server, for telling when all were taken. Null: not known. */
  readonly handlers: number | null;
  /** Tried before the built-in ones. */
  readonly patterns: readonly LinePattern[];
  readonly causes: CauseOptions;
}

/** Tells of a host that came when it had no open session. */
interface Orphan {
  readonly meaning: LineMeaning;
  readonly confidence: Confidence;
  readonly at: number | null;
}

export interface Explaining {
  readonly options: ExplainOptions;
  readonly patterns: readonly CompiledPattern[];
  readonly reading: DateReading;
  readonly sessions: Sessions;
  readonly causes: Causes;
  readonly timeline: Timeline;
  readonly input: InputSample;
  /** The line that the last chunk cut off. */
  tail: string;
  /** A line too long to keep is being passed over. */
  skipping: boolean;
  /** A line of the task that no pattern fits, and may go on in the next: exports wrap their lines. */
  held: { readonly text: string; readonly at: number | null; readonly joined: string; readonly pieces: number } | null;
  readonly orphans: Map<string, Orphan>;
  /** Thread → host of the last "Sent … bytes to" line of the debug log. */
  readonly debugHosts: Map<string, string>;
  readonly unknownLines: TopCounts<{ sample: string }>;
  readonly refusalLines: Partial<Record<LineMeaning, number>>;
  readonly counted: {
    characters: number;
    recognised: number;
    overlong: number;
    undated: number;
    connected: number;
    disconnected: number;
    withoutBeginning: number;
    delivered: number;
    zero: number;
    activelyRefused: number;
    messages: number;
    messageLines: number;
    unplacedRefusals: number;
    unplacedEnvelopes: number;
    restarts: number;
    firstAt: number | null;
    lastAt: number | null;
  };
}

/** Kinds of unknown lines that are told apart. */
const MOST_UNKNOWN = 200;

/** The state before the first character. @throws Error when an own pattern is not well-formed */
export function newExplaining(options: Partial<ExplainOptions> = {}): Explaining {
  const whole: ExplainOptions = { dateOrder: null, handlers: null, patterns: [], causes: CAUSE_OPTIONS, ...options };
  return {
    options: whole,
    patterns: linePatterns(whole.patterns),
    reading: newDateReading(whole.dateOrder),
    sessions: newSessions(),
    causes: newCauses(whole.causes),
    timeline: newTimeline(),
    input: newInputSample(),
    tail: '',
    skipping: false,
    held: null,
    orphans: new Map(),
    debugHosts: new Map(),
    unknownLines: new TopCounts(MOST_UNKNOWN, () => ({ sample: '' })),
    refusalLines: {},
    counted: {
      characters: 0,
      recognised: 0,
      overlong: 0,
      undated: 0,
      connected: 0,
      disconnected: 0,
      withoutBeginning: 0,
      delivered: 0,
      zero: 0,
      activelyRefused: 0,
      messages: 0,
      messageLines: 0,
      unplacedRefusals: 0,
      unplacedEnvelopes: 0,
      restarts: 0,
      firstAt: null,
      lastAt: null,
    },
  };
}
