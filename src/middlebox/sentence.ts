// The words that the explain() sentences of the boxes share, so that a span or a direction reads the same everywhere.

import type { Direction } from './passing';

/** @returns a span in milliseconds as a person says it: "250 ms", "3 s", "5 min" */
export function span(ms: number): string {
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000} min`;
  if (ms >= 1000 && ms % 100 === 0) return `${ms / 1000} s`;
  return `${ms} ms`;
}

/** @returns "1 octet", "3 octets" */
export function octetCount(count: number): string {
  return count === 1 ? '1 octet' : `${count} octets`;
}

/** @returns a subject for a clause: "what the client sends" */
export function sentBy(direction: Direction): string {
  return direction === 'both' ? 'what either end sends' : `what the ${direction} sends`;
}

/** @returns "first", "second", "4th" … */
export function ordinal(n: number): string {
  const word = ['first', 'second', 'third'][n - 1];
  if (word !== undefined) return word;
  const teen = n % 100 >= 11 && n % 100 <= 13;
  return `${n}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')}`;
}
