// Verdicts: the words, the level that caps them, and how several findings of one obligation become one verdict.
// The caps stand here and nowhere else: only a MUST can fail. Used by the judge and by reports; checks make findings.

import type { Level } from '../obligations/obligation';

/**
 * `warn`: a SHOULD or good practice broken. `inconclusive`: the record does not prove it either way. `not-applicable`: no
 * occasion, or not this client's duty. `observed`: worth telling, no rule asks for it.
 */
export type VerdictWord = 'pass' | 'fail' | 'warn' | 'inconclusive' | 'not-applicable' | 'observed';

/** A place on the record that shows it. */
export interface Evidence {
  readonly connection: number;
  /** Events from … to, inclusive; both `seq`. */
  readonly seq: { readonly from: number; readonly to: number };
  /** In one line: `C: MAIL FROM:<a@example.com>`. */
  readonly text: string;
}

/** What a check found at one occasion, before any level is applied. */
export interface Finding {
  /** `broken` becomes fail or warn by the obligation's level; `warned` never becomes a fail by level. */
  readonly found: 'pass' | 'broken' | 'warned' | 'inconclusive' | 'not-applicable' | 'observed';
  /** One sentence, without a full stop. */
  readonly reason: string;
  readonly evidence: readonly Evidence[];
  /** The obligation that the same act on the wire breaks in the first place. */
  readonly refersTo?: string;
}

export interface Verdict {
  /** The obligation's id. */
  readonly obligation: string;
  readonly verdict: VerdictWord;
  readonly level: Level;
  /** One sentence. */
  readonly reason: string;
  readonly evidence: readonly Evidence[];
  /** The act is judged under this id, which failed or warned too; do not count it twice. */
  readonly refersTo?: string;
  /** Time was not real: thresholds were scaled with it (trap 20). */
  readonly scaled?: true;
}

/** Evidence beyond this is left out of a verdict. */
export const MOST_EVIDENCE = 8;

/** The worse, the higher. */
const RANK: Readonly<Record<VerdictWord, number>> = {
  'not-applicable': 0,
  observed: 1,
  pass: 2,
  inconclusive: 3,
  warn: 4,
  fail: 5,
};

/**
 * The word for a finding.
 * @param level under the base text of this run
 * @param strict warnings fail
 */
export function wordFor(found: Finding['found'], level: Level, strict: boolean): VerdictWord {
  switch (found) {
    case 'broken':
      return strict || level === 'MUST' ? 'fail' : 'warn';
    case 'warned':
      return strict ? 'fail' : 'warn';
    default:
      return found;
  }
}

/**
 * One verdict out of all findings of one obligation: the worst word wins, and only the evidence for it is kept.
 * @param findings an empty list means that there was no occasion
 */
export function verdictOf(
  obligation: string,
  level: Level,
  findings: readonly Finding[],
  options: { readonly strict: boolean; readonly scaled: boolean },
): Verdict {
  const words = findings.map(({ found }) => wordFor(found, level, options.strict));
  const verdict = words.reduce<VerdictWord>((one, other) => (RANK[other] > RANK[one] ? other : one), 'not-applicable');
  const deciding = findings.filter((_, index) => words[index] === verdict);
  const [first] = deciding;
  // Where one of them is the primary act, this verdict stands by itself.
  const refersTo = deciding.every((finding) => finding.refersTo !== undefined) ? first?.refersTo : undefined;
  return {
    obligation,
    verdict,
    level,
    reason: sentence(first?.reason ?? 'the record has no occasion for it', deciding.length - 1),
    evidence: deciding.flatMap(({ evidence }) => evidence).slice(0, MOST_EVIDENCE),
    ...(refersTo === undefined ? {} : { refersTo }),
    ...(options.scaled ? { scaled: true } : {}),
  };
}

function sentence(reason: string, others: number): string {
  const more = others <= 0 ? '' : ` (and ${others} ${others === 1 ? 'occasion' : 'occasions'} more)`;
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}${more}.`;
}

/** Whether a verdict counts against the client by itself. */
export function isPrimary(verdict: Verdict): boolean {
  return verdict.refersTo === undefined && (verdict.verdict === 'fail' || verdict.verdict === 'warn');
}
