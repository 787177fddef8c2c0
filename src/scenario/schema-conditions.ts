// `when:` as an author writes it, read into Conditions: all given parts must hold (semantics A3, 10, 11, 13).
// Used by schema-rules.ts. What the parts are compared with is the engine's business.

import { z } from 'zod';
import { looksLikeRange, parseRange } from './range';
import type { Conditions, StateMatch } from './scenario';
import { addressPattern, compact, countRange, octetRange, pattern } from './schema-leaf';
import { reading } from './schema-issues';
import type { IssueContext } from './schema-issues';

const stateDetail = z.strictObject({
  value: z.string().optional().describe('The value it must have.'),
  age: z.string().optional().describe('How long it must have been so: ">= 5 s".'),
});

const stateTest = z.union([z.string(), z.number(), z.boolean(), z.null(), stateDetail], {
  error: 'expected a value, an age such as ">= 5 s", true, false, or { value, age }',
});

function readStateTest(name: string, test: z.output<typeof stateTest>, context: IssueContext): StateMatch {
  if (test === null || typeof test === 'boolean') return { name, set: test === true };
  if (typeof test === 'number') return { name, set: true, value: String(test) };
  const ageText = typeof test === 'string' ? (looksLikeRange(test) ? test : undefined) : test.age;
  const value = typeof test === 'string' ? (ageText === undefined ? test : undefined) : test.value;
  const age = ageText === undefined ? undefined : reading(context, () => parseRange(ageText, 'duration'), [name]);
  return { name, set: true, ...compact({ value, age }) };
}

const stateTests = z.record(z.string(), stateTest);
const stateSchema = z
  .union([z.string(), stateTests, z.array(z.union([z.string(), stateTests])).min(1)], {
    error: 'expected the name of a state, or { name: value }, or { name: ">= 5 s" }',
  })
  .transform((value, context): readonly StateMatch[] =>
    (Array.isArray(value) ? value : [value]).flatMap((item) =>
      typeof item === 'string'
        ? [{ name: item, set: true }]
        : Object.entries(item).map(([name, test]) => readStateTest(name, test, context)),
    ),
  );

/** Without `not:`, which makes it recursive. */
const flatConditions = z.strictObject({
  connection: countRange.optional().describe('Number of the connection in accept order, from 1: 1, "2..", ">= 3".'),
  nth: countRange.optional().describe('Number of this event of its kind in the session, from 1; refused ones count.'),
  sender: addressPattern.optional().describe('Reverse-path without brackets; "" is the null sender.'),
  recipient: addressPattern.optional().describe('Forward-path without brackets; behind RCPT, any accepted one.'),
  argument: pattern.optional().describe('All behind the verb and one blank.'),
  line: pattern.optional().describe('The whole line without its end.'),
  peer: pattern.optional().describe("The client's address."),
  helo: pattern.optional().describe('The name given with EHLO or HELO.'),
  mechanism: pattern.optional().describe('SASL mechanism of the exchange.'),
  user: pattern.optional().describe('User name of the SASL exchange.'),
  mode: z.enum(['command', 'content', 'sasl', 'bdat']).optional().describe('How the next octets are to be read.'),
  tls: z.boolean().optional().describe('Whether the session is inside TLS.'),
  esmtp: z.boolean().optional().describe('Whether the client greeted with EHLO.'),
  authenticated: z.boolean().optional().describe('Whether AUTH has succeeded.'),
  early: z.boolean().optional().describe('Whether the line came before the reply it had to wait for.'),
  octets: octetRange.optional().describe('Octets received in this session so far: ">= 4 KB".'),
  last: z.boolean().optional().describe('BDAT: whether this is the last chunk.'),
  chunkOctets: octetRange.optional().describe('BDAT: the announced size of the chunk.'),
  chunk: countRange.optional().describe('BDAT: number of the chunk in the transaction, from 1.'),
  recipients: countRange.optional().describe('Accepted recipients in the current transaction.'),
  state: stateSchema.optional().describe('A named state: its name, { name: value }, or its age { name: ">= 5 s" }.'),
});

export type ConditionsAuthor = z.input<typeof flatConditions> & { readonly not?: ConditionsAuthor | undefined };

/** `when:` → Conditions. */
export const conditionsSchema: z.ZodType<Conditions, ConditionsAuthor> = flatConditions
  .extend({
    get not(): z.ZodOptional<z.ZodType<Conditions, ConditionsAuthor>> {
      return conditionsSchema.optional().describe('The same conditions, which must not all hold.');
    },
  })
  .transform(({ state, ...others }): Conditions => compact({ ...others, states: state }))
  .meta({ id: 'Conditions' });

/**
 * The conditions of a group and of a rule in it, together.
 * @returns the names of keys that both of them give, when they contradict
 */
export function joinConditions(
  outer: Conditions,
  inner: Conditions,
): { readonly conditions: Conditions; readonly clashes: readonly string[] } {
  const clashes = Object.keys(outer).filter((key) => key !== 'states' && Object.hasOwn(inner, key));
  const states = [...(outer.states ?? []), ...(inner.states ?? [])];
  return { conditions: { ...outer, ...inner, ...(states.length === 0 ? {} : { states }) }, clashes };
}
