// The verbs of scripted senders: one step as somebody writes it, read into what the scripted client carries out.
// Used by sender-schema.ts for `steps:` and `parts:`. A step is a bare word (`content`) or a map with exactly one verb
// and its options (`{ send: "NOOP", ending: LF }`). The verb is looked for first, so that a mistake is told in the words
// of that verb and not of all of them.

import { z } from 'zod';
import { nearestWord } from '../wire/nearest-word';
import { Mistake } from './mistake';
import { assertOctets, compact, duration, lineText, octets, positive } from './schema-leaf';
import { reading, refusalsOf, refuse, sayIssue, shown } from './schema-issues';
import { senderConditionSchema } from './sender-conditions';
import { QUIT_PATIENCE_MS } from './sender-step';
import type { Branches, ContentForm, SenderStep } from './sender-step';
import { checkSenderText } from './sender-text';

type Context = Parameters<typeof refuse>[0];

// --- small pieces ------------------------------------------------------------------------------------------------

export const senderLine = lineText.superRefine((text, context) => {
  reading(context, () => checkSenderText(text));
});

const octetText = z.string().superRefine((text, context) => {
  reading(context, () => assertOctets(text));
});

/** Line ends by the name that a file gives them. */
export const LINE_ENDS = { CRLF: '\r\n', LF: '\n', CR: '\r', none: '' } as const;
const replyCount = z.int().min(0);

/** One step or a list of them; `[]` does nothing. */
export const stepList: z.ZodType<readonly SenderStep[], unknown> = z.lazy(() =>
  z.unknown().transform((value, context): readonly SenderStep[] => {
    if (!Array.isArray(value)) return readStep(value, context, []);
    return value.flatMap((item: unknown, index) => readStep(item, context, [index]));
  }),
);

/** Reads the ends that a wait can have. @param ends which of `other silence closed stray failed` it knows */
function branches(ends: readonly string[], codes: boolean) {
  return z.record(z.string(), stepList).superRefine((given, context) => {
    for (const key of Object.keys(given)) {
      if (ends.includes(key) || (codes && /^[2-5](\d\d)?$/.test(key))) continue;
      const near = nearestWord(key, ends);
      const expected = `expected ${codes ? 'a code such as 250, a class such as 2, ' : ''}${ends.join(', ')}`;
      refuse(
        context,
        `"${key}" is no end of this wait; ${expected}`,
        near === undefined ? null : `did you mean "${near}"?`,
        [key],
      );
    }
  });
}

const replyBranches = branches(['other', 'silence', 'closed', 'stray'], true);
const failureBranch = branches(['failed'], false);

/** `expect: 250`, `expect: "2"`, `expect: any`, or a map of ends. */
const expected = z
  .union([z.int(), z.string(), replyBranches], {
    error: 'expected a code, a class such as "2", any, or a map of these',
  })
  .transform((value, context): Branches => {
    if (typeof value === 'object') return value;
    if (value === 'any') return { other: [] };
    if (!/^[2-5](\d\d)?$/.test(String(value))) {
      refuse(context, `${shown(value)} is no reply code; expected e.g. 250, "2" for any 2yz, or any`);
    }
    return { [String(value)]: [] };
  });

const within = z
  .union([z.literal('never').transform(() => null), duration], { error: 'expected a time such as 5 min, or never' })
  .optional();

const DEFAULT_CONTENT: ContentForm = {
  lineEnds: 'CRLF',
  stuffed: true,
  end: '.\r\n',
  only: null,
  slowly: null,
  withinMs: null,
};

const contentForm = z
  .strictObject({
    'line-ends': z.enum(['CRLF', 'LF', 'as-is']).optional(),
    stuffed: z.boolean().optional(),
    end: octetText.optional(),
    only: octets.optional(),
    slowly: z.strictObject({ octets: positive, every: duration }).optional(),
    within: duration.optional(),
  })
  .transform(({ end, only, slowly, within: withinMs, stuffed, 'line-ends': lineEnds }): ContentForm => ({
    ...DEFAULT_CONTENT,
    ...compact({ lineEnds, stuffed, only, withinMs }),
    ...(end === undefined ? {} : { end: end === 'none' ? null : end }),
    ...(slowly === undefined ? {} : { slowly: { octets: slowly.octets, everyMs: slowly.every } }),
  }));

// --- verbs -------------------------------------------------------------------------------------------------------

const QUIT: readonly SenderStep[] = [
  { step: 'send', lines: ['QUIT'], ending: null, replies: null, parameters: [] },
  { step: 'settle', ms: QUIT_PATIENCE_MS },
  { step: 'close' },
];

/** What stands without options. */
const WORDS: Readonly<Record<string, readonly SenderStep[]>> = {
  connect: [{ step: 'connect', inClear: false, on: {} }],
  reconnect: [{ step: 'close' }, { step: 'connect', inClear: false, on: {} }],
  content: [{ step: 'content', form: DEFAULT_CONTENT }],
  bdat: [{ step: 'bdat' }],
  handshake: [{ step: 'handshake', keepPlaintext: false, verify: null, on: {} }],
  'ignore-replies': [{ step: 'ignore-replies' }],
  'next-message': [{ step: 'next-message', reason: null }],
  quit: QUIT,
  'half-close': [{ step: 'half-close' }],
  close: [{ step: 'close' }],
  reset: [{ step: 'reset' }],
  'give-up': [{ step: 'give-up' }],
  stop: [{ step: 'stop' }],
};

function verb<Shape extends z.ZodRawShape>(
  shape: Shape,
  make: (given: z.output<z.ZodObject<Shape, z.core.$strict>>) => SenderStep,
): z.ZodType<SenderStep, unknown> {
  return z.strictObject(shape).transform(make);
}

const oneLineOrMore = z.union([senderLine, z.array(senderLine).min(1)], {
  error: 'expected a line or a list of lines',
});

const VERBS: Readonly<Record<string, z.ZodType<SenderStep, unknown>>> = {
  connect: verb(
    { connect: failureBranch, 'in-clear': z.boolean().default(false) },
    ({ connect, 'in-clear': inClear }) => ({
      step: 'connect',
      inClear,
      on: connect,
    }),
  ),
  send: verb(
    {
      send: oneLineOrMore,
      ending: z.enum(['CRLF', 'LF', 'CR', 'none']).optional(),
      replies: replyCount.optional(),
      parameters: z.record(z.string(), senderLine).default({}),
    },
    ({ send, ending, replies, parameters }) => ({
      step: 'send',
      lines: typeof send === 'string' ? [send] : send,
      ending: ending === undefined ? null : LINE_ENDS[ending],
      // An unfinished line is answered when its end comes.
      replies: replies ?? (ending === 'none' ? 0 : null),
      parameters: Object.entries(parameters).map(([keyword, text]) => ({ keyword: keyword.toUpperCase(), text })),
    }),
  ),
  raw: verb({ raw: octetText, replies: replyCount.default(0) }, (given) => ({
    step: 'raw',
    octets: given.raw,
    replies: given.replies,
  })),
  burst: verb({ burst: stepList }, ({ burst }) => ({ step: 'burst', steps: burst })),
  expect: verb({ expect: expected, within }, (given) => ({
    step: 'expect',
    on: given.expect,
    ...(given.within === undefined ? {} : { withinMs: given.within }),
  })),
  settle: verb({ settle: duration }, ({ settle }) => ({ step: 'settle', ms: settle })),
  wait: verb({ wait: duration }, ({ wait }) => ({ step: 'wait', ms: wait })),
  linger: verb({ linger: duration }, ({ linger }) => ({ step: 'linger', ms: linger })),
  content: verb({ content: contentForm }, ({ content }) => ({ step: 'content', form: content })),
  auth: verb(
    {
      auth: z.array(z.enum(['PLAIN', 'LOGIN', 'CRAM-MD5'])).min(1),
      unasked: z.boolean().default(false),
    },
    ({ auth, unasked }) => ({ step: 'auth', mechanisms: auth, unasked }),
  ),
  handshake: verb(
    { handshake: failureBranch, 'keep-plaintext': z.boolean().default(false), verify: z.boolean().optional(), within },
    ({ handshake, 'keep-plaintext': keepPlaintext, verify, within: withinMs }) => ({
      step: 'handshake',
      keepPlaintext,
      verify: verify ?? null,
      on: handshake,
      ...(withinMs === undefined ? {} : { withinMs }),
    }),
  ),
  'next-message': verb({ 'next-message': z.string().min(1) }, (given) => ({
    step: 'next-message',
    reason: given['next-message'],
  })),
  session: verb({ session: stepList }, ({ session }) => ({ step: 'session', steps: session })),
  aside: verb({ aside: stepList }, ({ aside }) => ({ step: 'aside', steps: aside })),
  unread: verb({ unread: stepList }, ({ unread }) => ({ step: 'unread', steps: unread })),
  'for-each-server': verb({ 'for-each-server': stepList }, (given) => ({
    step: 'for-each-server',
    steps: given['for-each-server'],
  })),
  'for-each-message': verb(
    { 'for-each-message': stepList, of: z.enum(['left', 'refused', 'unaccepted', 'all']).default('left') },
    ({ of, ...given }) => ({ step: 'for-each-message', of, steps: given['for-each-message'] }),
  ),
  'for-each-recipient': verb(
    { 'for-each-recipient': stepList, of: z.enum(['left', 'attempted', 'all']).default('left') },
    ({ of, ...given }) => ({ step: 'for-each-recipient', of, steps: given['for-each-recipient'] }),
  ),
  'for-each-chunk': verb({ 'for-each-chunk': stepList, octets }, (given) => ({
    step: 'for-each-chunk',
    octets: Math.max(1, given.octets),
    steps: given['for-each-chunk'],
  })),
  repeat: verb({ repeat: positive, while: senderConditionSchema.optional(), steps: stepList }, (given) => ({
    step: 'repeat',
    times: given.repeat,
    while: given.while ?? null,
    steps: given.steps,
  })),
  if: verb({ if: senderConditionSchema, then: stepList, else: stepList.default([]) }, (given) => ({
    step: 'if',
    condition: given.if,
    then: given.then,
    else: given.else,
  })),
  do: verb({ do: z.string() }, (given) => ({ step: 'do', part: given.do, steps: [] })),
};

function unknown(message: string, word: string, words: readonly string[]): Mistake {
  const near = nearestWord(word, words);
  return new Mistake(message, near === undefined ? null : `did you mean "${near}"?`);
}

/** @throws Mistake */
function wordStep(word: string): readonly SenderStep[] {
  const steps = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
  if (steps !== undefined) return steps;
  if (Object.hasOwn(VERBS, word)) {
    throw new Mistake(`"${word}" needs to be told more; expected a map { ${word}: … }`);
  }
  const words = Object.keys(WORDS);
  throw unknown(`unknown step "${word}"; expected one of ${words.join(', ')}, or a map { send: … }`, word, words);
}

/** The one key of a step that is a verb; all others are its options. @throws Mistake */
function verbOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Mistake(`found ${shown(value)}; expected a step, such as { send: "NOOP" } or content`);
  }
  const keys = Object.keys(value);
  const [name, ...more] = keys.filter((key) => Object.hasOwn(VERBS, key));
  if (name === undefined) {
    const verbs = Object.keys(VERBS);
    throw unknown(`a step without a verb; expected one of ${verbs.join(', ')}`, keys[0] ?? '', verbs);
  }
  if (more.length > 0) throw new Mistake(`${[name, ...more].join(' and ')} in one step; expected one verb`);
  return name;
}

/** Reads one item of a list. Its mistakes become issues at `path` and below. */
function readStep(value: unknown, context: Context, path: (string | number)[]): readonly SenderStep[] {
  if (typeof value === 'string') return reading(context, () => wordStep(value), path) ?? [];
  const name = reading(context, () => verbOf(value), path);
  const parsed = name === undefined ? undefined : VERBS[name]?.safeParse(value, { error: sayIssue, reportInput: true });
  if (parsed?.success === true) return [parsed.data];
  for (const { message, fix, path: inside } of parsed === undefined ? [] : refusalsOf(parsed.error)) {
    refuse(context, message, fix, [...path, ...inside]);
  }
  return [];
}
