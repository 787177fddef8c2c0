// The steps of a rule: `do:` lists, and the sugar `set hold delay reply raw then dribble` that stands for them.
// Used by schema-rules.ts. Sugar becomes steps in this order: set, hold, wait, reply or raw, mute or deaf, what is next.

import { z } from 'zod';
import { EVENT_NAMES } from '../smtp/vocabulary';
import type { Dribble, Next, ReplyForm, SetStep, Span, Step } from './scenario';
import { compact, duration, lineText, octets, octetsOrCaptured, positive, span } from './schema-leaf';
import { rawSchema, replyCode, replySchema } from './schema-reply';
import type { RawOctets } from './schema-reply';
import { refuse } from './schema-issues';
import type { IssueContext } from './schema-issues';

/** What can happen after the steps, as a word. */
export const NEXT_WORDS = [
  'continue',
  'wait',
  'content',
  'commands',
  'tls',
  'plain',
  'swallow',
  'close',
  'half-close',
  'reset',
  'mute',
] as const satisfies readonly Next[];

const STEP_WORDS = ['ignore', 'mute', 'deaf', ...NEXT_WORDS.filter((word) => word !== 'mute')] as const;

/** How long a hold lasts when nobody says: what the judge needs for a proof of pipelining. */
const HOLD_MS = 2000;
/** What a state is set to when only its name is given. */
export const STATE_SET = 'set';

// --- extensions, also used by the server's schema ------------------------------------------------------------------

const keywords = z
  .array(lineText.describe('An EHLO keyword with its parameters, as it is to be announced.'))
  .describe('EHLO keywords, exactly these, in this order.');

/** A list, or one before and one inside TLS. STARTTLS is never announced inside TLS (RFC 3207 4.2). */
export const extensionsSchema = z
  .union(
    [
      keywords,
      z.strictObject({
        plain: keywords.describe('The list before TLS.'),
        tls: keywords.optional().describe('The list inside TLS; the same without STARTTLS when left out.'),
      }),
    ],
    { error: 'expected a list of keywords, or { plain: […], tls: […] }' },
  )
  .transform((value): { plain: readonly string[]; tls: readonly string[] } => {
    const plain = Array.isArray(value) ? value : value.plain;
    const tls = Array.isArray(value) ? undefined : value.tls;
    return { plain, tls: tls ?? plain.filter((keyword) => !/^STARTTLS\b/i.test(keyword)) };
  })
  .meta({ id: 'Extensions' });

// --- single steps --------------------------------------------------------------------------------------------------

const stateValue = z.union([z.string(), z.number(), z.null()], {
  error: 'expected a value, or null to clear the state',
});

const setSchema = z
  .strictObject({
    state: z
      .union([z.string(), z.record(z.string(), stateValue)], {
        error: 'expected the name of a state, or { name: value }',
      })
      .optional()
      .describe('Named states to set: a name, or { name: value }; null clears.'),
    extensions: extensionsSchema.optional().describe('The EHLO list of this session from here on.'),
    size: octetsOrCaptured
      .nullable()
      .optional()
      .describe('The size limit of this session from here on; null lifts it.'),
    hostname: lineText.optional().describe('The host name of this session from here on.'),
  })
  .transform(({ state, size, extensions, hostname }, context): SetStep => {
    if ([state, size, extensions, hostname].every((part) => part === undefined)) {
      refuse(context, 'sets nothing; expected state, extensions, size or hostname');
    }
    const named = typeof state === 'string' ? { [state]: STATE_SET } : (state ?? {});
    const states = Object.fromEntries(
      Object.entries(named).map(([name, value]) => [name, value === null ? null : String(value)]),
    );
    return { step: 'set', states, ...compact({ extensions, sizeLimit: size, hostname }) };
  })
  .meta({ id: 'Set' });

type HoldStep = Extract<Step, { step: 'hold' }>;

const holdSchema = z
  .union(
    [
      span.transform((atMost): HoldStep => ({ step: 'hold', octets: 1, atMost })),
      z
        .strictObject({
          until: z.enum(EVENT_NAMES).optional().describe('Until the client has sent this command.'),
          lines: positive.optional().describe('Until the client has sent this many more lines.'),
          octets: octets.optional().describe('Until the client has sent this many more octets.'),
          atMost: span.optional().describe('And no longer than this; 2 s when left out.'),
        })
        .transform(({ atMost, ...until }, context): HoldStep => {
          const given = Object.values(until).filter((part) => part !== undefined).length;
          if (given > 1) refuse(context, 'holds until several things; expected one of until, lines and octets');
          const reason = given === 0 ? { octets: 1 } : compact(until);
          return { step: 'hold', ...reason, atMost: atMost ?? { min: HOLD_MS, max: HOLD_MS } };
        }),
    ],
    { error: 'expected a time, or { until | lines | octets, atMost }' },
  )
  .meta({ id: 'Hold' });

const dribbleSchema = z
  .union(
    [
      span.transform((every): Dribble => ({ octets: 1, every })),
      z
        .strictObject({
          octets: positive.optional().describe('Octets per piece; 1 when left out.'),
          every: span.describe('The time between two pieces.'),
        })
        .transform(({ octets: piece, every }): Dribble => ({ octets: piece ?? 1, every })),
    ],
    { error: 'expected a time, or { octets, every }' },
  )
  .meta({ id: 'Dribble' });

const silence = z
  .union([duration, z.strictObject({ for: duration.describe('How long.') }).transform((value) => value.for)], {
    error: 'expected a time, or { for: … }',
  })
  .transform((ms): number => ms);

// --- sugar and lists -----------------------------------------------------------------------------------------------

/** The keys that a rule and an item of `do:` share. */
export const stepKeys = {
  set: setSchema.optional().describe('Changes named states, or values of this session.'),
  hold: holdSchema.optional().describe('Keeps the reply back until the client has sent more, or the time is over.'),
  reply: replySchema.optional().describe('What is answered: a code, a text "550 …", a block of lines, or a list.'),
  raw: rawSchema.optional().describe('Octets sent as they are: "text\\r\\n", { hex: … } or { base64: … }.'),
  as: replyCode.optional().describe('The code that raw octets stand for; without it they move no state.'),
  dribble: dribbleSchema.optional().describe('Writes the octets in pieces, so many at a time.'),
  then: z.enum(NEXT_WORDS).optional().describe('What happens next, whatever the code was.'),
};

export interface StepSugar {
  readonly set?: SetStep | undefined;
  readonly hold?: HoldStep | undefined;
  readonly delay?: Span | undefined;
  readonly reply?: readonly ReplyForm[] | undefined;
  readonly raw?: RawOctets | undefined;
  readonly as?: number | undefined;
  readonly dribble?: Dribble | undefined;
  readonly mute?: number | undefined;
  readonly deaf?: number | undefined;
  readonly then?: Next | undefined;
}

function refuseContradictions(sugar: StepSugar, context: IssueContext): void {
  if (sugar.reply !== undefined && sugar.raw !== undefined) {
    refuse(context, 'reply and raw side by side; expected one of them', 'write both in order in a list: do: [ … ]', [
      'raw',
    ]);
  }
  if (sugar.as !== undefined && sugar.raw === undefined) {
    refuse(context, '"as" says what raw octets stand for, and there is no raw', null, ['as']);
  }
  if (sugar.as !== undefined && sugar.raw !== undefined && sugar.raw.as !== null) {
    refuse(context, '"as" is given twice, here and inside raw', null, ['as']);
  }
  if (sugar.dribble !== undefined && sugar.reply === undefined && sugar.raw === undefined) {
    refuse(context, '"dribble" needs a reply or raw octets to be written slowly', null, ['dribble']);
  }
}

/** Everything but what happens next, in the order of semantics 1 and 4. */
export function stepsBeforeNext(sugar: StepSugar, context: IssueContext): readonly Step[] {
  refuseContradictions(sugar, context);
  const dribble = compact({ dribble: sugar.dribble });
  const steps: Step[] = [];
  if (sugar.set !== undefined) steps.push(sugar.set);
  if (sugar.hold !== undefined) steps.push(sugar.hold);
  if (sugar.delay !== undefined) steps.push({ step: 'wait', ms: sugar.delay });
  for (const reply of sugar.reply ?? []) steps.push({ step: 'reply', reply, ...dribble });
  if (sugar.raw !== undefined) {
    const as = sugar.as ?? sugar.raw.as;
    steps.push({ step: 'raw', octets: sugar.raw.octets, ...(as === null ? {} : { as }), ...dribble });
  }
  if (sugar.mute !== undefined) steps.push({ step: 'mute', ms: sugar.mute });
  if (sugar.deaf !== undefined) steps.push({ step: 'deaf', ms: sugar.deaf });
  return steps;
}

/** `then:` as a step, or none. */
export function nextStep(next: Next | undefined): readonly Step[] {
  return next === undefined ? [] : [{ step: 'next', next }];
}

const stepWord = z.enum(STEP_WORDS).transform((word): readonly Step[] => {
  if (word === 'ignore') return [{ step: 'ignore' }];
  if (word === 'mute' || word === 'deaf') return [{ step: word, ms: null }];
  return [{ step: 'next', next: word }];
});

const stepMap = z
  .strictObject({
    wait: span.optional().describe('Thinks so long: "3 s", or a seeded draw "1 s..5 s".'),
    ...stepKeys,
    mute: silence.optional().describe('Answers nothing for so long, still reads and records.'),
    deaf: silence.optional().describe('Does not read for so long.'),
  })
  .transform(({ wait, ...sugar }, context): readonly Step[] => {
    const steps = [...stepsBeforeNext({ ...sugar, delay: wait }, context), ...nextStep(sugar.then)];
    if (wait === undefined && Object.keys(sugar).length === 0) {
      refuse(context, 'a step that does nothing; expected wait, reply, raw, hold, set, mute, deaf or then');
    }
    return steps;
  });

const STEP_FORMS = `expected a map such as { reply: "…" }, or a word: ${STEP_WORDS.join(', ')}`;
const stepItem = z.union([stepWord, stepMap], { error: STEP_FORMS }).meta({ id: 'Step' });

/** Nothing runs behind a step that ends it all. */
export function refuseUnreachableSteps(steps: readonly Step[], context: IssueContext, path: readonly string[]): void {
  const end = steps.findIndex(
    (step) => step.step === 'next' || ((step.step === 'mute' || step.step === 'deaf') && step.ms === null),
  );
  const last = steps[end];
  if (last === undefined || end === steps.length - 1) return;
  const word = last.step === 'next' ? last.next : last.step;
  refuse(
    context,
    `steps stand behind "${word}", where none is ever run; expected "${word}" to be the last`,
    null,
    path,
  );
}

/** `do:` → Step[]: a word, a map, or a list of them in order. */
export const doSchema = z
  .union([stepItem, z.array(stepItem).min(1)], { error: `${STEP_FORMS}; or a list of these` })
  .transform((value): readonly Step[] => value.flat());
