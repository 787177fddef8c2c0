// Obligations, scenarios and senders held against each other, by what happens when they meet and not by what their files say:
// every judged obligation is provoked by a shipped scenario that names it, where one shipped sender is blamed for it and
// another is not; what a scenario names is applicable there; and whatever a sender is said to break it breaks.
// mapping-trials.json says which trials show it: scenario → senders, `3h` for a window of three hours, in which a queue comes
// back. A new obligation, scenario or sender may need a line there; the verdicts are those of the trials.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKS, UNJUDGED } from '../../src/judge/checks/index';
import type { VerdictWord } from '../../src/judge/verdict';
import { OBLIGATIONS } from '../../src/obligations/catalogue';
import { listScenarios } from '../../src/scenario/load';
import { listSenders } from '../../src/scenario/sender';
import { mappingPage } from './mapping-page';
import { blames, rehearse, scenarioOf, senderOf, type Pairing, type Rehearsed } from './rehearsal';

const PAGE = join(__dirname, '..', '..', 'docs', 'obligation-map.md');
const THREE_HOURS_MS = 3 * 3_600_000;

/** Obligation → why the sender that breaks it is only observed; the record written by hand beside its check shows the rest. */
const BROKEN_UNBLAMED: Readonly<Record<string, string>> = {
  'auth-only-over-tls': 'Every trial is on loopback, where nobody reads along.',
  'no-http-or-proxy': 'No rule of mail binds what is not a mail client.',
};

/** Obligation → why it is kept without a pass. */
const KEPT_WITHOUT_PASS: Readonly<Record<string, { readonly shows: VerdictWord; readonly why: string }>> = {
  'reply-multiline-mixed-codes': {
    shows: 'observed',
    why: 'The reply is our fault, and so is whatever is made of it.',
  },
  'reply-bare-lf': { shows: 'observed', why: 'Nearly everybody takes it, and no harm follows.' },
  'reply-mangled-wrap': { shows: 'observed', why: 'The reply is our fault, and so is whatever is made of it.' },
  'starttls-used-if-offered': { shows: 'observed', why: 'Nothing obliges a client to use it, unless it was told to.' },
  'rcpt-postmaster': { shows: 'not-applicable', why: 'The bare name is allowed, not asked for.' },
  'no-http-or-proxy': { shows: 'not-applicable', why: 'It is kept by leaving it undone.' },
  'xclient-xforward-gate': { shows: 'not-applicable', why: 'It is kept by leaving it undone.' },
};

const judged = OBLIGATIONS.map(({ id }) => id).filter((id) => CHECKS.some((check) => check.id === id));
const scenarios = listScenarios().map(({ name }) => scenarioOf(name));
const senders = listSenders().map(({ name }) => senderOf(name));

let trials: readonly Rehearsed[] = [];
beforeAll(async () => {
  trials = await rehearse(pairings());
}, 180_000);

function pairings(): readonly Pairing[] {
  const text = readFileSync(join(__dirname, 'mapping-trials.json'), 'utf8');
  return Object.entries(JSON.parse(text) as Readonly<Record<string, readonly string[]>>).flatMap(([scenario, list]) =>
    list.map((entry): Pairing => {
      const [sender = '', window] = entry.split(' ');
      return { scenario, sender, ...(window === undefined ? {} : { windowMs: THREE_HOURS_MS }) };
    }),
  );
}

/** The trials whose scenario names an obligation. */
function naming(obligation: string): readonly Rehearsed[] {
  return trials.filter(({ scenario }) => scenarioOf(scenario).expect.obligations.includes(obligation));
}

function breaks(sender: string, obligation: string): boolean {
  return senderOf(sender).breaks.includes(obligation);
}

function isBroken({ sender, verdicts }: Rehearsed, obligation: string): boolean {
  const verdict = verdicts.get(obligation);
  const shows = blames(verdict) || (BROKEN_UNBLAMED[obligation] !== undefined && verdict?.verdict === 'observed');
  return shows && breaks(sender, obligation);
}

function isKept({ sender, verdicts }: Rehearsed, obligation: string): boolean {
  const shows = KEPT_WITHOUT_PASS[obligation]?.shows ?? 'pass';
  return verdicts.get(obligation)?.verdict === shows && !breaks(sender, obligation);
}

function isApplicable({ verdicts }: Rehearsed, obligation: string): boolean {
  const word = verdicts.get(obligation)?.verdict;
  return word !== undefined && word !== 'not-applicable' && word !== 'inconclusive';
}

test('every judged obligation is broken by a sender that says so, where a scenario names it', () => {
  expect(judged.filter((id) => !naming(id).some((trial) => isBroken(trial, id)))).toEqual([]);
});

test('every judged obligation is kept by another sender, where a scenario names it', () => {
  expect(judged.filter((id) => !naming(id).some((trial) => isKept(trial, id)))).toEqual([]);
});

test('whatever a scenario names is applicable to a sender that plays it', () => {
  const unshown = scenarios.flatMap(({ name, expect: { obligations } }) =>
    obligations
      .filter((id) => !UNJUDGED.has(id))
      .filter((id) => !trials.some((trial) => trial.scenario === name && isApplicable(trial, id)))
      .map((id) => `${name} ${id}`),
  );
  expect(unshown).toEqual([]);
});

test('whatever a sender breaks it is blamed for, where a scenario names it', () => {
  const unshown = senders.flatMap(({ name, breaks: broken }) =>
    broken
      .filter((id) => !naming(id).some((trial) => trial.sender === name && isBroken(trial, id)))
      .map((id) => `${name} ${id}`),
  );
  expect(unshown).toEqual([]);
});

test('the exceptions are needed', () => {
  expect(Object.keys(BROKEN_UNBLAMED).filter((id) => trials.some(({ verdicts }) => blames(verdicts.get(id))))).toEqual(
    [],
  );
  const passed = (id: string): boolean => naming(id).some(({ verdicts }) => verdicts.get(id)?.verdict === 'pass');
  expect(Object.keys(KEPT_WITHOUT_PASS).filter(passed)).toEqual([]);
});

test('docs/obligation-map.md says which trials show it', () => {
  const page = mappingPage(
    judged.map((id) => ({
      id,
      kept: naming(id).find((trial) => isKept(trial, id)),
      broken: naming(id).find((trial) => isBroken(trial, id)),
    })),
    {
      kept: new Map(Object.entries(KEPT_WITHOUT_PASS).map(([id, { shows, why }]) => [id, `${shows}: ${why}`])),
      broken: new Map(Object.entries(BROKEN_UNBLAMED).map(([id, why]) => [id, `observed: ${why}`])),
    },
  );
  if (process.env['UPDATE_OBLIGATION_MAP'] !== undefined) writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});
