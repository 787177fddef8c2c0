// The whole catalogue: what is asked of an SMTP client, phase by phase, and the look-ups on it.
// Used by the scenario loader (ids), the judge (levels) and the reports (citations).
// Does not judge: an entry says what counts as kept and as broken, the checks in judge/ find it on the record.

import { nearestWord } from '../wire/nearest-word';
import { afterDot } from './after-dot';
import { auth } from './auth';
import { content } from './content';
import { greeting } from './greeting';
import { hello } from './hello';
import { hygiene } from './hygiene';
import { mail } from './mail';
import type { Citation, Level, Obligation } from './obligation';
import { pipelining } from './pipelining';
import { rcpt } from './rcpt';
import { replies } from './replies';
import { retries } from './retries';
import { session } from './session';
import { timeouts } from './timeouts';
import { tls } from './tls';

export { formatCitation } from './citation';

/** Which of the two base texts a run is judged by (`--rfc`). */
export type BaseRfc = 2821 | 5321;

/** Every obligation, in the order in which a session meets them. Reports keep this order. */
export const OBLIGATIONS: readonly Obligation[] = [
  ...greeting,
  ...hello,
  ...replies,
  ...pipelining,
  ...mail,
  ...rcpt,
  ...content,
  ...afterDot,
  ...session,
  ...timeouts,
  ...retries,
  ...tls,
  ...auth,
  ...hygiene,
];

const BY_ID: ReadonlyMap<string, Obligation> = new Map(OBLIGATIONS.map((entry) => [entry.id, entry]));

// RFC 5322 replaced 2822 together with 5321, and RFC 7504 adds its codes to 5321 only. The other extensions bind a
// client of either generation: whoever uses STARTTLS is held to RFC 3207.
const SPEAKING_WITH_5321: ReadonlySet<number> = new Set([5321, 5322, 7504]);

/**
 * Looks an obligation up.
 * @param id as typed, exact
 * @returns undefined when there is none of that name; `nearestObligation` then has the word for the message
 */
export function obligation(id: string): Obligation | undefined {
  return BY_ID.get(id);
}

/**
 * Guesses which obligation was meant by a mistyped id.
 * @returns its id, or undefined when nothing is near enough to be worth suggesting
 */
export function nearestObligation(id: string): string | undefined {
  return nearestWord(id, BY_ID.keys());
}

/** How strongly the obligation binds under the chosen base text. */
export function levelUnder(entry: Obligation, rfc: BaseRfc): Level {
  return rfc === 2821 ? (entry.level2821 ?? entry.level) : entry.level;
}

/**
 * Where the obligation is written under the chosen base text.
 * @returns under 2821 its sections, followed by those of the extensions' RFCs, which bind under either text;
 *   empty for good practice that nobody wrote down
 */
export function citationsUnder(entry: Obligation, rfc: BaseRfc): readonly Citation[] {
  if (rfc === 5321) return entry.sections;
  return [...entry.sections2821, ...entry.sections.filter((citation) => !SPEAKING_WITH_5321.has(citation.rfc))];
}
