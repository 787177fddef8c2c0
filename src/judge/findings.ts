// Runs the checks over a trial. Once through the record, all checks at each connection, transaction and exchange while it is at
// hand: a pass of its own for each of 144 checks would fetch a long record from memory 144 times. Used by judge.ts.

import type { EventName } from '../smtp/vocabulary';
import type { Check, Findings, Scope, TrialView } from './check';
import type { Dialogue } from './dialogue';
import { MOST_EVIDENCE, type Finding } from './verdict';

interface Found {
  readonly found: Finding[];
  /** How many of each are kept with all they say. */
  readonly whole: { pass: number; inconclusive: number };
}

/** A check with what it has found so far. */
interface Running<Of extends Scope['of']> extends Found {
  readonly check: Check;
  readonly judge: Extract<Scope, { readonly of: Of }>['judge'];
}

interface Round {
  readonly trial: Running<'trial'>[];
  readonly dialogue: Running<'dialogue'>[];
  readonly transaction: Running<'transaction'>[];
  readonly exchange: Map<EventName, Running<'exchange'>[]>;
  /** The check that is on: one that fails by itself is our bug, and says whose. */
  current: Check | null;
}

/**
 * All that the checks find, each in the order of the record.
 * @throws Error when a check fails by itself, named with its obligation
 */
export function findingsOf(checks: readonly Check[], view: TrialView): ReadonlyMap<Check, readonly Finding[]> {
  const found = new Map<Check, Finding[]>();
  const round: Round = { trial: [], dialogue: [], transaction: [], exchange: new Map(), current: null };
  for (const check of checks) {
    const mine: Found = { found: [], whole: { pass: 0, inconclusive: 0 } };
    found.set(check, mine.found);
    enter(round, check, mine);
  }
  try {
    for (const dialogue of view.dialogues) runOn(dialogue, view, round);
    for (const running of round.trial) {
      round.current = running.check;
      add(running, running.judge(view));
    }
  } catch (cause) {
    throw new Error(`the check of ${round.current?.id} failed on a record of "${view.record.scenario.name}"`, {
      cause,
    });
  }
  return found;
}

function enter(round: Round, check: Check, mine: Found): void {
  const { scope } = check;
  switch (scope.of) {
    case 'trial':
      round.trial.push({ check, judge: scope.judge, ...mine });
      return;
    case 'dialogue':
      round.dialogue.push({ check, judge: scope.judge, ...mine });
      return;
    case 'transaction':
      round.transaction.push({ check, judge: scope.judge, ...mine });
      return;
    case 'exchange':
      for (const verb of new Set(scope.verbs)) {
        const running = round.exchange.get(verb) ?? [];
        running.push({ check, judge: scope.judge, ...mine });
        round.exchange.set(verb, running);
      }
  }
}

function runOn(dialogue: Dialogue, view: TrialView, round: Round): void {
  for (const running of round.dialogue) {
    round.current = running.check;
    add(running, running.judge(dialogue, view));
  }
  for (const transaction of dialogue.transactions) {
    for (const running of round.transaction) {
      round.current = running.check;
      add(running, running.judge(transaction, dialogue, view));
    }
  }
  for (const exchange of dialogue.exchanges) {
    if (exchange.spew !== null) continue;
    for (const running of round.exchange.get(exchange.verb) ?? NONE) {
      round.current = running.check;
      add(running, running.judge(exchange, dialogue, view));
    }
  }
}

const NONE: readonly Running<'exchange'>[] = [];

function add(running: Found, findings: Findings): void {
  if (findings === null) return;
  if ('found' in findings) running.found.push(kept(running, findings));
  else for (const finding of findings) running.found.push(kept(running, finding));
}

/**
 * A verdict shows the first of its occasions and counts the others: of what accuses nobody, the rest need not be kept with
 * their evidence, which would be most of the memory that judging a long record takes.
 */
const COUNTED = {
  pass: { found: 'pass', reason: '', evidence: [] },
  inconclusive: { found: 'inconclusive', reason: '', evidence: [] },
} as const satisfies Partial<Record<Finding['found'], Finding>>;

function kept({ whole }: Found, finding: Finding): Finding {
  const { found, refersTo } = finding;
  if ((found !== 'pass' && found !== 'inconclusive') || refersTo !== undefined) return finding;
  whole[found]++;
  return whole[found] <= MOST_EVIDENCE ? finding : COUNTED[found];
}
