// What the author of a scenario got wrong in one value, before anybody knows in which file it stands.
// Thrown by units, range, pattern and template; the schema turns it into an issue at its place (schema-leaf.ts).
// Not a ScenarioError: that one has positions and may hold many.

/** One wrong value: `message` says what is wrong and what was expected, `fix` what to write instead. */
export class Mistake extends Error {
  readonly fix: string | null;

  constructor(message: string, fix: string | null = null) {
    super(message);
    this.name = 'Mistake';
    this.fix = fix;
  }
}
