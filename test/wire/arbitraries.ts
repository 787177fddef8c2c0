// Random parts of events and messages that several tests make.

import fc from 'fast-check';
import type { ContentFacts } from '../../src/wire/trace-event';

/** @param text for the names of smuggling sequences */
export function contentFacts(text: fc.Arbitrary<string>, count: fc.Arbitrary<number>): fc.Arbitrary<ContentFacts> {
  return fc.record(
    {
      lines: count,
      longestLine: count,
      bareLf: count,
      bareCr: count,
      nul: count,
      eightBit: fc.boolean(),
      stuffedDots: count,
      unstuffedDots: count,
      smuggling: fc.array(fc.record({ sequence: text, offset: count }), { maxLength: 2 }),
    },
    { noNullPrototype: true },
  );
}
