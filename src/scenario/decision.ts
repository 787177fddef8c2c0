// What policies and persona can decide: a situation, who decided it, and the values its text may name. The words shared by
// answers.ts and its parts; the steps that come of a decision are made in deciding.ts.

import type { Source } from '../wire/trace-event';
import type { CompiledServer } from './compile';
import type { Situation } from './persona';
import type { Session, Subject } from './session';
import type { World } from './world';

export interface Decision {
  readonly situation: Situation;
  /** Null: the persona speaks for itself. */
  readonly policy: string | null;
  /** A text of the scenario's own instead of the persona's, with its code. */
  readonly text: string | null;
  readonly values: Readonly<Record<string, string>>;
}

export interface Question {
  readonly compiled: CompiledServer;
  readonly session: Session;
  readonly subject: Subject;
  readonly world: World;
  readonly now: number;
}

export const NO_VALUES: Readonly<Record<string, string>> = {};

/** The persona's own word. */
export function plainly(situation: Situation): Decision {
  return { situation, policy: null, text: null, values: NO_VALUES };
}

/** A policy's, in the persona's words. */
export function refusal(
  situation: Situation,
  policy: string,
  values: Readonly<Record<string, string>> = NO_VALUES,
): Decision {
  return { situation, policy, text: null, values };
}

/** The source to be put on the record for a decision. */
export function sourceOf(compiled: CompiledServer, decision: Decision): Source {
  return decision.policy === null ? compiled.sources[decision.situation] : { kind: 'policy', policy: decision.policy };
}
