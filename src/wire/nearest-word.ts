// The word that somebody probably meant: for the "did you mean" of error messages.
// Used by the scenario loader and the catalogue of obligations. Knows no vocabulary of its own.

/** One mistake per so many letters still counts as a typing error; below that length nothing is guessed. */
const LETTERS_PER_MISTAKE = 3;

/**
 * Finds the candidate with the smallest edit distance (Damerau–Levenshtein in its restricted form: insertion, deletion,
 * substitution, and swap of two neighbours). Letter case is not a mistake.
 * @param candidates in order of preference: of equally near ones the first is taken
 * @returns undefined when even the nearest has more than one mistake per three letters
 */
export function nearestWord(word: string, candidates: Iterable<string>): string | undefined {
  const typed = word.toLowerCase();
  let nearest: string | undefined;
  let smallest = Infinity;
  for (const candidate of candidates) {
    const meant = candidate.toLowerCase();
    const mistakes = editDistance(typed, meant);
    const allowed = Math.floor(Math.max(typed.length, meant.length) / LETTERS_PER_MISTAKE);
    if (mistakes <= allowed && mistakes < smallest) {
      nearest = candidate;
      smallest = mistakes;
    }
  }
  return nearest;
}

/** The number of single edits that turn one word into the other, in UTF-16 units. */
export function editDistance(from: string, to: string): number {
  // A swap looks back two rows; the row before the first is never read, because a swap needs two letters on each side.
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let least = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) least = Math.min(least, at(beforePrevious, column - 2) + 1);
      current.push(least);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
