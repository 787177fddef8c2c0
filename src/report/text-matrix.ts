// The matrix of several clients for a terminal: obligations by clients, leaving out rows where everybody did well. Used by
// text.ts, at the end of its report.

import type { ObligationCell, ReportCard } from '../judge/report-card';
import { hasOccasion, obligationMatrix, type ObligationRow } from './matrix';
import { safeLine } from './safe-text';
import { paint, widthOf, wrap, type Paint, type TextLook } from './text-lines';
import { clientText } from './wording';

const ID_COLUMNS = 32;
const LEAST_COLUMN = 6;
const MOST_COLUMN = 16;

const SHORT = {
  fail: 'FAIL',
  warn: 'warn',
  inconclusive: 'open',
  pass: 'pass',
  observed: 'seen',
  'not-applicable': '-',
} as const;

interface Column {
  readonly index: number;
  readonly heading: string;
}

/** @returns lines; wide runs make several tables below each other */
export function matrixText(card: ReportCard, look: TextLook): readonly string[] {
  const matrix = obligationMatrix(card);
  const shown = matrix.filter(({ cells }) => cells.some(isNotable));
  const clean = matrix.filter((row) => hasOccasion(row) && !shown.includes(row)).length;
  const columns = card.clients.map((client, index) => ({ index, heading: safeLine(clientText(client)) }));
  const room = widthOf(look) - ID_COLUMNS;
  const longest = Math.max(...columns.map(({ heading }) => heading.length));
  // Names that leave no room for the others are told by number.
  const numbered = (Math.min(longest, MOST_COLUMN) + 1) * columns.length > room || longest > MOST_COLUMN;
  const width = Math.max(LEAST_COLUMN, (numbered ? 3 : longest) + 1);
  const headed = columns.map(({ index, heading }): Column => ({
    index,
    heading: numbered ? `[${index + 1}]` : heading,
  }));
  const perTable = Math.max(1, Math.floor(room / width));
  const legend = numbered ? columns.flatMap(({ index, heading }) => wrap(`[${index + 1}] ${heading}`, look, 2)) : [];
  const lines = [paint('head', 'All clients', look), ...legend];
  for (let from = 0; shown.length > 0 && from < headed.length; from += perTable) {
    lines.push('', ...tableLines(shown, headed.slice(from, from + perTable), width, look));
  }
  return [...lines, '', ...wrap(footText(shown.length, clean), look, 0)];
}

function isNotable(cell: ObligationCell | null): boolean {
  return cell !== null && cell.verdict !== 'pass' && cell.verdict !== 'observed' && cell.verdict !== 'not-applicable';
}

function tableLines(
  rows: readonly ObligationRow[],
  columns: readonly Column[],
  width: number,
  look: TextLook,
): string[] {
  const head = ' '.repeat(ID_COLUMNS) + columns.map(({ heading }) => heading.padEnd(width)).join('');
  return [
    paint('head', head.trimEnd(), look),
    ...rows.map(({ id, cells }) => {
      const words = columns.map(({ index }) => cellText(cells[index] ?? null));
      // Trimmed before painting: blanks at the end of a line are nobody's.
      const last = words.length - 1;
      const painted = words.map(([tone, word], index) => paint(tone, index === last ? word : word.padEnd(width), look));
      return (
        safeLine(id)
          .slice(0, ID_COLUMNS - 1)
          .padEnd(ID_COLUMNS) + painted.join('')
      );
    }),
  ];
}

function cellText(cell: ObligationCell | null): readonly [Paint, string] {
  if (cell === null) return ['dim', '-'];
  if (cell.refersTo !== undefined) return ['dim', '(ref)'];
  return [cell.verdict, SHORT[cell.verdict]];
}

function footText(shown: number, clean: number): string {
  const kept = `${clean} more ${clean === 1 ? 'obligation was' : 'obligations were'} kept by every client that had the occasion.`;
  const signs = 'open = inconclusive, seen = observed, (ref) = counted under another obligation, - = no occasion.';
  return shown === 0 ? kept : `${kept} ${signs}`;
}
