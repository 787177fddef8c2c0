// `do:` in a scripted sender: every part is put where it is named, so that a script is steps all the way down.
// Used by sender.ts once all files of a lineage are read. Says what is wrong with parts, and with bursts made of them.

import { nearestWord } from '../wire/nearest-word';
import { Mistake } from './mistake';
import type { Path, Refusal } from './schema-issues';
import { everyStep } from './sender-step';
import type { SenderStep } from './sender-step';

/** Named lists of steps. */
export type Parts = Readonly<Record<string, readonly SenderStep[]>>;

/** What may stand in a burst: what only writes. Nothing can be waited for while nothing has been sent. */
const WRITING: ReadonlySet<SenderStep['step']> = new Set([
  'send',
  'raw',
  'content',
  'bdat',
  'burst',
  'aside',
  'for-each-message',
  'for-each-recipient',
  'for-each-chunk',
  'repeat',
  'if',
  'do',
]);

/** A step with its inner lists replaced. */
function withInner(step: SenderStep, replace: (steps: readonly SenderStep[]) => readonly SenderStep[]): SenderStep {
  if (step.step === 'if') return { ...step, then: replace(step.then), else: replace(step.else) };
  if ('on' in step) {
    return { ...step, on: Object.fromEntries(Object.entries(step.on).map(([end, steps]) => [end, replace(steps)])) };
  }
  return 'steps' in step ? { ...step, steps: replace(step.steps) } : step;
}

/** @throws Mistake for a part that leads back to itself: a script has an end */
function putInPlace(steps: readonly SenderStep[], parts: Parts, above: readonly string[]): readonly SenderStep[] {
  return steps.map((step): SenderStep => {
    if (step.step !== 'do') return withInner(step, (inner) => putInPlace(inner, parts, above));
    if (above.includes(step.part)) throw new Mistake(`the part "${step.part}" leads back to itself`);
    return { ...step, steps: putInPlace(parts[step.part] ?? [], parts, [...above, step.part]) };
  });
}

/** @throws Mistake for a burst that waits */
function checkBursts(steps: readonly SenderStep[]): void {
  for (const step of everyStep(steps)) {
    if (step.step !== 'burst') continue;
    const waiting = [...everyStep(step.steps)].find((inner) => !WRITING.has(inner.step) || isSlow(inner));
    if (waiting !== undefined)
      throw new Mistake(`"${waiting.step}" in a burst, which is one write and waits for nothing`);
  }
}

function isSlow(step: SenderStep): boolean {
  return step.step === 'content' && (step.form.slowly !== null || step.form.withinMs !== null);
}

/** Where `do:` stands in a file as written, at any depth, with the part it names. */
function* namedParts(value: unknown, path: Path): Generator<{ path: Path; part: string }> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if (key === 'do' && typeof inner === 'string') yield { path: at, part: inner };
    else yield* namedParts(inner, at);
  }
}

function unknownParts(written: unknown, names: readonly string[]): readonly Refusal[] {
  return [...namedParts(written, [])]
    .filter(({ part }) => !names.includes(part))
    .map(({ path, part }) => {
      const near = nearestWord(part, names);
      const message = `there is no part "${part}"; expected ${names.length === 0 ? 'one under parts:' : names.join(', ')}`;
      return { path, message, fix: near === undefined ? null : `did you mean "${near}"?`, onKey: false };
    });
}

/**
 * @param parts its own and those it inherits
 * @param written the sender's own file, to say where a mistake stands
 * @returns the script, or what is wrong with it
 */
export function putPartsInPlace(
  steps: readonly SenderStep[],
  parts: Parts,
  written: unknown,
): { readonly steps: readonly SenderStep[]; readonly refusals: readonly Refusal[] } {
  const unknown = unknownParts(written, Object.keys(parts));
  if (unknown.length > 0) return { steps: [], refusals: unknown };
  try {
    const complete = putInPlace(steps, parts, []);
    checkBursts(complete);
    return { steps: complete, refusals: [] };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    const hasParts = typeof written === 'object' && written !== null && 'parts' in written;
    const path = [hasParts ? 'parts' : 'steps'];
    return { steps: [], refusals: [{ path, message: error.message, fix: null, onKey: true }] };
  }
}
