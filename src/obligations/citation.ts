// Where an obligation is written: how the catalogue files note citations, and how a report prints them.
// Holds no obligation itself, and knows nothing about levels.

import type { Citation } from './obligation';

/**
 * Writes citations as a table row: the RFC first, then its sections.
 * @param rows e.g. `[5321, '4.2', '4.2.1'], [2920, '3.1']`
 * @returns one citation per section, in the order given; none for no row (the text is silent)
 */
export function cite(...rows: readonly (readonly [rfc: number, ...sections: string[]])[]): readonly Citation[] {
  return rows.flatMap(([rfc, ...sections]) => sections.map((section) => ({ rfc, section })));
}

/** Prints one citation the way a reader looks it up: `RFC 5321 4.2.1`. */
export function formatCitation(citation: Citation): string {
  return `RFC ${citation.rfc} ${citation.section}`;
}
