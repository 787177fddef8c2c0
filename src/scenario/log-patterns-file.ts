// An administrator's own wordings for the log explainer, from a YAML or JSON file: `patterns:`, a list of texts with what
// they mean. Used by `explain-log --patterns`. Which meanings there are is the caller's knowledge: they are domino/'s.

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ScenarioError } from './scenario-error';
import { refusalsOf, sayIssue, said } from './schema-issues';
import { readYaml } from './yaml-source';

export interface WrittenPattern<Meaning extends string> {
  /** The line behind "SMTP Server:" with fields in braces. */
  readonly text: string;
  readonly means: Meaning;
}

/**
 * Reads such a file; JSON is YAML.
 * @param meanings the words that may stand behind `means:`
 * @throws ScenarioError naming file, line, column and the nearest right word
 */
export function loadLogPatterns<const Meaning extends string>(
  path: string,
  meanings: readonly [Meaning, ...Meaning[]],
): readonly WrittenPattern<Meaning>[] {
  const pattern = z.strictObject({
    text: z
      .string()
      .min(1)
      .regex(/^(?!.*\}\{)/, said('two fields touch, and nothing tells where one ends')),
    means: z.enum(meanings),
  });
  const file = z.strictObject({ patterns: z.array(pattern).min(1) });
  const source = readYaml(textOf(path), path);
  const parsed = file.safeParse(source.value, { error: sayIssue, reportInput: true });
  if (!parsed.success) throw new ScenarioError(refusalsOf(parsed.error).map((refusal) => source.problem(refusal)));
  return parsed.data.patterns;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new ScenarioError([{ file: path, line: 0, column: 0, message: 'no such file, or it cannot be read' }]);
  }
}
