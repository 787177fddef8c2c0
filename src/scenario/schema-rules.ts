// Rules as an author writes them, read into drafts that lack only their id and their place in the file.
// Used by schema.ts, which numbers them. Steps are read by schema-steps.ts, matchers by schema-conditions.ts.

import { z } from 'zod';
import { EVENT_NAMES } from '../smtp/vocabulary';
import type { EventName } from '../smtp/vocabulary';
import { Mistake } from './mistake';
import type { Conditions, Rule, Step } from './scenario';
import { conditionsSchema } from './schema-conditions';
import type { ConditionsAuthor } from './schema-conditions';
import { duration, span } from './schema-leaf';
import { reading, refuse } from './schema-issues';
import type { IssueContext } from './schema-issues';
import { doSchema, nextStep, refuseUnreachableSteps, stepKeys, stepsBeforeNext } from './schema-steps';
import { parseDuration, parseOctets } from './units';

/** A rule without what its place in the scenario gives it. */
export type RuleDraft = Omit<Rule, 'id' | 'at'> & { readonly id: string | null };

/** Rules, and groups of rules that share conditions. */
export type RuleNode =
  | { readonly kind: 'rule'; readonly rule: RuleDraft }
  | { readonly kind: 'group'; readonly when: Conditions; readonly rules: readonly RuleNode[] };

const EVENTS_AND_ANY = [...EVENT_NAMES, 'any'] as const;
const eventName = z.enum(EVENTS_AND_ANY);

const onSchema = z
  .union([eventName, z.array(eventName).min(1)], { error: 'expected an event such as RCPT, a list of events, or any' })
  .transform((value): readonly EventName[] => {
    const names = Array.isArray(value) ? value : [value];
    return names.flatMap((name) => (name === 'any' ? [] : [name]));
  });

const ruleShape = z.strictObject({
  id: z.string().min(1).optional().describe('A name for this rule in transcripts; its place when left out.'),
  on: onSchema.describe('The event, a list of events, or any.'),
  when: conditionsSchema.optional().describe('Conditions that must all hold.'),
  times: z
    .int({ error: 'expected a whole number from 1 up' })
    .optional()
    .describe('Uses before the rule is gone; without it the rule never runs out.'),
  per: z
    .enum(['run', 'connection', 'transaction', 'peer', 'sender+recipient'])
    .optional()
    .describe('What "times" is counted over; run when left out.'),
  probability: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('Chance that this rule answers, drawn from the printed seed.'),
  after: z
    .union([z.string(), z.number()], { error: 'expected a time for idle and timer, octets for content' })
    .optional()
    .describe('idle, timer: after this time. content: when so many octets have come.'),
  every: duration.optional().describe('idle, timer: again and again, after this time.'),
  pass: z.literal(true).optional().describe('Take note, set, wait, and let the next source answer.'),
  counts: z.boolean().optional().describe('false: refusals by this rule do not count for the error limit.'),
  delay: span.optional().describe('Thinks so long before answering: "3 s", or a seeded draw "1 s..5 s".'),
  ...stepKeys,
  do: doSchema.optional().describe('The steps in order: maps such as { wait: 1 s }, and words such as close.'),
});

type RuleShape = z.output<typeof ruleShape>;

/** `after:` is a time or a number of octets, depending on the event. */
function readAfter(rule: RuleShape, context: IssueContext): number | null {
  const timed = rule.on.includes('idle') || rule.on.includes('timer');
  const sized = rule.on.includes('content');
  const { after } = rule;
  if (after === undefined) {
    if (timed) refuse(context, `"after" is missing: ${rule.on.join(', ')} needs a time`, 'write e.g. after: 5 s');
    return sized ? 0 : null;
  }
  if (timed && sized) {
    refuse(
      context,
      '"after" is a time for idle and timer, octets for content; expected one kind',
      'make two rules of it',
      ['after'],
    );
    return null;
  }
  return (
    reading(context, () => {
      if (timed) return parseDuration(after);
      if (sized) return parseOctets(after);
      throw new Mistake(
        `"after" has no meaning for ${rule.on.length === 0 ? 'any' : rule.on.join(', ')}; expected it on idle, timer or content`,
        'use delay: to think before answering',
      );
    }, ['after']) ?? null
  );
}

function refuseContradictions(rule: RuleShape, steps: readonly Step[], context: IssueContext): void {
  const { times, every, on, pass } = rule;
  if (times !== undefined && times < 1) {
    refuse(context, `a rule that is used ${times} times never answers; expected 1 or more`, 'take the rule out', [
      'times',
    ]);
  }
  if (rule.per !== undefined && times === undefined) {
    refuse(context, '"per" narrows what "times" counts, and there is no times', 'write e.g. times: 1', ['per']);
  }
  if (every !== undefined && !on.includes('idle') && !on.includes('timer')) {
    refuse(context, '"every" has no meaning here; expected it on idle or timer', null, ['every']);
  }
  const spoken = steps.find((step) => !['set', 'wait', 'hold'].includes(step.step));
  if (pass === true && spoken !== undefined) {
    refuse(
      context,
      `a rule that passes lets another source answer; expected set, delay or hold, found ${spoken.step}`,
      'take pass: away',
      ['pass'],
    );
  }
  if (pass !== true && steps.length === 0) {
    refuse(context, 'the rule does nothing; expected reply, raw, do, then, delay, hold or set', 'or write pass: true');
  }
  if (rule.then !== undefined && rule.do?.some((step) => step.step === 'next') === true) {
    refuse(context, 'do: already ends with what happens next; expected either that word or then:', null, ['then']);
  } else refuseUnreachableSteps(steps, context, rule.do === undefined ? [] : ['do']);
}

const ruleSchema = ruleShape
  .transform((rule, context): RuleNode => {
    const steps = [...stepsBeforeNext(rule, context), ...(rule.do ?? []), ...nextStep(rule.then)];
    refuseContradictions(rule, steps, context);
    return {
      kind: 'rule',
      rule: {
        id: rule.id ?? null,
        on: rule.on,
        when: rule.when ?? {},
        times: rule.times ?? null,
        per: rule.per ?? 'run',
        probability: rule.probability ?? 1,
        after: readAfter(rule, context),
        every: rule.every ?? null,
        pass: rule.pass ?? false,
        counts: rule.counts ?? true,
        steps,
      },
    };
  })
  .meta({ id: 'Rule' });

export type RuleAuthor = z.input<typeof ruleShape>;
export interface RuleGroupAuthor {
  readonly when: ConditionsAuthor;
  readonly rules: readonly (RuleAuthor | RuleGroupAuthor)[];
}

const groupSchema: z.ZodType<RuleNode, RuleGroupAuthor> = z
  .strictObject({
    when: conditionsSchema.describe('Conditions that all rules of the group share.'),
    get rules(): z.ZodType<readonly RuleNode[], readonly (RuleAuthor | RuleGroupAuthor)[]> {
      return ruleListSchema.describe('The rules of the group.');
    },
  })
  .transform(({ when, rules }): RuleNode => ({ kind: 'group', when, rules }))
  .meta({ id: 'RuleGroup' });

const ruleOrGroup: z.ZodType<RuleNode, RuleAuthor | RuleGroupAuthor> = z
  .union([ruleSchema, groupSchema], { error: 'expected a rule: a map with on: and what to do' })
  .meta({ id: 'RuleOrGroup' });

/** A list of rules and groups. */
export const ruleListSchema: z.ZodType<readonly RuleNode[], readonly (RuleAuthor | RuleGroupAuthor)[]> = z
  .array(ruleOrGroup)
  .meta({ id: 'Rules' });

/** `connections:` → one list per connection. */
export const connectionsSchema = z
  .array(
    z
      .union([ruleListSchema, z.strictObject({ rules: ruleListSchema.describe('Rules of this connection only.') })], {
        error: 'expected a list of rules, or { rules: […] }',
      })
      .transform((value): readonly RuleNode[] => ('rules' in value ? value.rules : value)),
  )
  .describe('Rules of the first, second … connection only, tried before rules.');
