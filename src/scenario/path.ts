// From `path:` to the machines that stand on it. Used by the server's transport, and by explain.ts for their sentences.
// The options were read and completed by schema-path.ts; what a box does is in middlebox/.

import { BOXES, isBoxName } from '../middlebox/catalogue';
import type { BoxEntry } from '../middlebox/catalogue';
import type { Middlebox } from '../middlebox/middlebox';
import { Mistake } from './mistake';
import type { PathElement } from './scenario';

/**
 * @param elements of a resolved scenario, nearest the client first
 * @returns one box per element, in the same order
 * @throws Mistake for a name that no box has, which only a record from elsewhere can hold
 */
export function buildPath(elements: readonly PathElement[]): readonly Middlebox[] {
  return elements.map(({ box, options }) => {
    if (!isBoxName(box))
      throw new Mistake(`no box is called "${box}"; expected one of ${Object.keys(BOXES).join(', ')}`);
    // The options of a name are that box's configuration: schema-path.ts made them, defaults included.
    const entry = BOXES[box] as BoxEntry<object>;
    return entry.build({ ...entry.defaults, ...options });
  });
}
