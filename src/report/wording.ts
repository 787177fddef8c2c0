// The words that all reports share: verdicts, ends of trials, clients, where an obligation is written. Nothing is laid out
// or escaped here; ids that this version's catalogue does not have are shown as they are.

import { citationsUnder, obligation, type BaseRfc } from '../obligations/catalogue';
import type { VerdictWord } from '../judge/verdict';
import type { ClientRole, TrialEnd } from '../wire/trial-record';

/** What became of a trial in one word: its verdicts', or why it has none. */
export type TrialWord = VerdictWord | 'not-run' | 'crashed' | 'never-connected' | 'interrupted';

/** For narrow columns, and always beside a word: nothing is told by a sign or a colour alone. */
export const SIGNS: Readonly<Record<TrialWord, string>> = {
  fail: '✗',
  warn: '!',
  inconclusive: '?',
  pass: '✓',
  observed: '○',
  'not-applicable': '–',
  'not-run': '∅',
  crashed: '✗',
  'never-connected': '∅',
  interrupted: '?',
};

export const WORDS: Readonly<Record<TrialWord, string>> = {
  fail: 'fail',
  warn: 'warn',
  inconclusive: 'inconclusive',
  pass: 'pass',
  observed: 'observed',
  'not-applicable': 'no occasion',
  'not-run': 'not run',
  crashed: 'crashed',
  'never-connected': 'never connected',
  interrupted: 'interrupted',
};

const ENDS: Readonly<Record<TrialEnd, string>> = {
  'client-finished': 'the client finished',
  'window-over': 'the window was over',
  interrupted: 'interrupted',
  'client-crashed': 'the client crashed',
  'never-connected': 'the client never connected',
};

const ROLES: Readonly<Record<ClientRole, string>> = {
  mta: 'MTA',
  submission: 'submission client',
  unknown: 'role unknown',
};

export const endText = (end: TrialEnd): string => ENDS[end];

export const roleText = (role: ClientRole): string => ROLES[role];

/** `postfix 3.7.11`; the version once only, where the name has it already. */
export function clientText({ name, version }: { readonly name: string; readonly version: string | null }): string {
  return version === null || name.includes(version) ? name : `${name} ${version}`;
}

export function titleOf(id: string): string {
  return obligation(id)?.title ?? id;
}

/** `RFC 5321 4.1.1.10, 4.1.4; RFC 7504 3`; `good practice` where no text has it. */
export function citationText(id: string, rfc: BaseRfc): string {
  const entry = obligation(id);
  if (entry === undefined) return '';
  const byRfc = new Map<number, string[]>();
  for (const { rfc: number, section } of citationsUnder(entry, rfc)) {
    byRfc.set(number, [...(byRfc.get(number) ?? []), section]);
  }
  if (byRfc.size === 0) return 'good practice';
  return [...byRfc].map(([number, sections]) => `RFC ${number} ${sections.join(', ')}`).join('; ');
}

/** `0.1`, `60`: what the head of a report says of scaled time; null for real time. */
export function scaleText(timeScale: number): string | null {
  return timeScale === 1 ? null : `Time was scaled by ${timeScale}: every result is marked scaled.`;
}
