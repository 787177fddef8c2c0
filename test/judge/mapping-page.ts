// The page docs/obligation-map.md as it should be: per obligation a trial that shows it kept and one that shows it broken.
// Made from trials that were played; mapping.test.ts compares it with the page, or writes it.

import { levelUnder, OBLIGATIONS } from '../../src/obligations/catalogue';
import type { Pairing } from './rehearsal';

const INTRODUCTION = `# Obligations, scenarios and senders

Where each judged obligation can be seen: a scenario and a scripted sender that keeps it, and one that breaks it. Any of
them can be played: \`smtp-gauntlet run SCENARIO --client sender:SENDER\`, for a long one with \`--patience minutes\` or \`hours\`. Where
it says 3 h the trial had a window of three hours, since a queue comes back only after half an hour. More scenarios may
name an obligation: \`smtp-gauntlet run --dry-run --obligation ID\` lists them.

The trials behind this page are played by a test, on a clock that leaps over what is only waited for;
\`UPDATE_OBLIGATION_MAP=1 npx jest test/judge/mapping\` writes it anew.

| obligation | level | kept | broken |
| ---------- | ----- | ---- | ------ |
`;

export interface Shown {
  /** The obligation's id. */
  readonly id: string;
  readonly kept: Pairing | undefined;
  readonly broken: Pairing | undefined;
}

/**
 * @param remarks by obligation: why a trial shows less than a pass or a fail
 * @returns Markdown, with a line end behind the last line
 */
export function mappingPage(
  shown: readonly Shown[],
  remarks: { readonly kept: ReadonlyMap<string, string>; readonly broken: ReadonlyMap<string, string> },
): string {
  const rows = shown.map(({ id, kept, broken }) => {
    const entry = OBLIGATIONS.find((one) => one.id === id);
    const level = entry === undefined ? '' : levelUnder(entry, 5321);
    return `| \`${id}\` | ${level} | ${cell(kept, remarks.kept.get(id))} | ${cell(broken, remarks.broken.get(id))} |\n`;
  });
  return INTRODUCTION + rows.join('');
}

function cell(trial: Pairing | undefined, remark: string | undefined): string {
  if (trial === undefined) return 'not shown';
  const window = trial.windowMs === undefined ? '' : `, ${trial.windowMs / 3_600_000} h`;
  return `${trial.scenario}, ${trial.sender}${window}${remark === undefined ? '' : ` (${remark})`}`;
}
