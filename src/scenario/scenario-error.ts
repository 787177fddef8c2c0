// The one exception for mistakes in a scenario: every problem that was found, each with its place and its fix.
// Thrown by load.ts and builder.ts; the command line prints its message as it is and ends with exit code 2.

export interface Problem {
  /** As given by the user, or `scenario built in code`. */
  readonly file: string;
  /** From 1; 0 when the problem has no place in a file. */
  readonly line: number;
  readonly column: number;
  /** What is wrong, and what was expected. */
  readonly message: string;
  /** What to write instead, e.g. `did you mean "reply"?`. */
  readonly fix?: string;
}

/**
 * One problem as one line that editors and terminals can jump to.
 * @returns `file:line:column: what is wrong; expected …; did you mean "…"?`
 */
export function formatProblem(problem: Problem): string {
  const place = problem.line === 0 ? problem.file : `${problem.file}:${problem.line}:${problem.column}`;
  return `${place}: ${problem.message}${problem.fix === undefined ? '' : `; ${problem.fix}`}`;
}

/** Nothing starts on a scenario that has one of these. Problems stand in the order of the file. */
export class ScenarioError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const ordered = [...problems].sort(
      (a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column,
    );
    super(ordered.map(formatProblem).join('\n'));
    this.name = 'ScenarioError';
    this.problems = ordered;
  }
}
