// Hand-made report cards for the tests of reports and of what is read off a card.

import {
  trialCard,
  type ClientCard,
  type RanTrial,
  type ReportCard,
  type UnrunTrial,
} from '../../src/judge/report-card';
import type { ExpectationResult } from '../../src/judge/expectation';
import { verdictOf, type Evidence, type Finding, type Verdict } from '../../src/judge/verdict';
import { levelUnder, obligation } from '../../src/obligations/catalogue';
import { trial } from '../judge/support';

/** Evidence on a connection; `seq` is of no matter here. */
export function said(text: string, connection = 1): Evidence {
  return { connection, seq: { from: 2, to: 3 }, text };
}

/** A verdict as the judge makes it, at the obligation's level under RFC 5321. */
export function verdict(
  id: string,
  found: Finding['found'],
  reason: string,
  evidence: readonly Evidence[] = [],
  more: { readonly refersTo?: string; readonly scaled?: boolean; readonly strict?: boolean } = {},
): Verdict {
  const entry = obligation(id);
  if (entry === undefined) throw new Error(`no obligation "${id}"`);
  const { refersTo, scaled = false, strict = false } = more;
  const finding: Finding = { found, reason, evidence, ...(refersTo === undefined ? {} : { refersTo }) };
  return verdictOf(id, levelUnder(entry, 5321), [finding], { scaled, strict });
}

export interface RanOptions extends Partial<Omit<RanTrial, 'judgement'>> {
  readonly expectations?: readonly ExpectationResult[];
}

export function ran(scenario: string, verdicts: readonly Verdict[], options: RanOptions = {}): RanTrial {
  const { expectations = [], ...more } = options;
  const record = trial('S: 220 mx.example.com', { scenario: { name: scenario, title: `About ${scenario}` } });
  return { ...trialCard(record, { verdicts, expectations, unjudged: [] }, null), durationMs: 1500, ...more };
}

export function unrun(scenario: string, reason: string, crashed = false): UnrunTrial {
  return { scenario, title: `About ${scenario}`, ran: false, reason, ...(crashed ? { crashed: true } : {}) };
}

export function client(name: string, trials: ClientCard['trials'], more: Partial<ClientCard> = {}): ClientCard {
  return { name, version: '1.0', role: 'mta', trials, ...more };
}

export function card(clients: readonly ClientCard[], more: Partial<ReportCard> = {}): ReportCard {
  return {
    schemaVersion: 1,
    writtenBy: 'smtp-gauntlet 0.1.0',
    startedAt: '2004-02-18T09:52:07.000Z',
    rfc: 5321,
    strict: false,
    seed: 7,
    timeScale: 1,
    clients,
    ...more,
  };
}
