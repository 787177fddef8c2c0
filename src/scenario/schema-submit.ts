// `submit:` and `expect:` as an author writes them: what the client is asked to send, and what is expected of it.
// Used by schema.ts. submission.ts makes the messages; the judge holds the expectations against the record.

import { z } from 'zod';
import { OBLIGATIONS, nearestObligation } from '../obligations/catalogue';
import type { Expectations, Submission } from './scenario';
import { count, octets, oneOrMany, pattern, positive } from './schema-leaf';
import { refuse, said } from './schema-issues';
import { parseOctets } from './units';
import { nearestWord } from '../wire/nearest-word';

/** The kinds of content that submission.ts can make. */
export const CONTENT_KINDS = [
  'plain',
  'dots',
  '8bit',
  'long-lines',
  'bare-lf',
  'bare-cr',
  'smuggling',
  'no-final-newline',
  'empty',
  'nul',
  'utf8-headers',
] as const;

export type ContentKind = (typeof CONTENT_KINDS)[number];

/** The headers alone take some hundred octets; a sized message must have room for them. */
export const SMALLEST_MESSAGE_OCTETS = 1000;

const DEFAULT_FROM = 'sender@example.org';
const DEFAULT_TO = 'recipient@example.com';

/** Numbered by schema.ts; `file` still as written; `tls` null until the server is known. */
export type SubmissionDraft = Omit<Submission, 'id' | 'tls'> & {
  readonly tls: Submission['tls'] | null;
  readonly count: number;
};

type Content = Pick<Submission, 'content' | 'size' | 'file'>;

const SIZE_WORDS = /^\d+(?:\.\d+)?\s*[A-Za-z]+$/;

const contentSchema = z
  .union([z.string(), z.strictObject({ file: z.string().min(1).describe('A message file, from here.') })], {
    error: 'expected a kind of content, a size such as 12 MB, or { file: … }',
  })
  .transform((value, context): Content => {
    if (typeof value !== 'string') return { content: 'file', size: null, file: value.file };
    // `8bit` looks like a size and is none.
    if (!CONTENT_KINDS.some((kind) => kind === value) && SIZE_WORDS.test(value.trim())) {
      try {
        return { content: value.trim(), size: parseOctets(value), file: null };
      } catch (error) {
        refuse(context, error instanceof Error ? error.message : String(error));
        return z.NEVER;
      }
    }
    if (!CONTENT_KINDS.some((kind) => kind === value)) {
      const near = nearestWord(value, CONTENT_KINDS);
      refuse(
        context,
        `unknown content "${value}"; expected ${CONTENT_KINDS.join(', ')}, a size such as 12 MB, or { file: … }`,
        near === undefined ? null : `did you mean "${near}"?`,
      );
    }
    return { content: value, size: null, file: null };
  });

const address = z.string().superRefine((text, context) => {
  if (/^<.*>$/.test(text))
    refuse(context, `${text} stands in brackets; expected a bare address`, `write "${text.slice(1, -1)}"`);
  else if (/[\s<>]/.test(text)) refuse(context, `"${text}" is not an address`);
});

export const submissionSchema = z
  .strictObject({
    from: address
      .optional()
      .describe(`Reverse-path without brackets; ${DEFAULT_FROM} when left out, "" for the null sender.`),
    to: oneOrMany(address.min(1), 'expected an address or a list of addresses')
      .optional()
      .describe(`Recipients; ${DEFAULT_TO} when left out.`),
    content: contentSchema
      .optional()
      .describe(`What the message is made of: ${CONTENT_KINDS.join(', ')}, a size such as 12 MB, or { file }.`),
    size: octets.optional().describe('Exact octets of a plain message.'),
    tls: z
      .enum(['none', 'if-offered', 'required', 'implicit'])
      .optional()
      .describe('What the client is asked to do about TLS; none when left out, implicit if the server is.'),
    auth: z
      .strictObject({ user: z.string().describe('User name.'), password: z.string().describe('Password or token.') })
      .nullable()
      .optional()
      .describe('What the client is to log in with.'),
    count: positive.max(10_000).optional().describe('Sends so many such messages; 1 when left out.'),
  })
  .transform((given, context): SubmissionDraft => {
    const content = given.content ?? { content: 'plain', size: null, file: null };
    const size = given.size ?? content.size;
    if (given.size !== undefined && (content.size !== null || content.content !== 'plain')) {
      refuse(context, `a size can be given to plain content only, found ${content.content}`, null, ['size']);
    }
    if (size !== null && size < SMALLEST_MESSAGE_OCTETS) {
      refuse(
        context,
        `a message of ${size} octets has no room for its headers; expected ${SMALLEST_MESSAGE_OCTETS} or more`,
        null,
        [given.size === undefined ? 'content' : 'size'],
      );
    }
    return {
      ...content,
      size,
      from: given.from ?? DEFAULT_FROM,
      to: given.to ?? [DEFAULT_TO],
      tls: given.tls ?? null,
      auth: given.auth ?? null,
      count: given.count ?? 1,
    };
  });

/** `submit:` → drafts; one ordinary message when left out. */
export const submitSchema = oneOrMany(
  submissionSchema,
  'expected a submission or a list of them: { from, to, content }',
);

const KNOWN_OBLIGATIONS: ReadonlySet<string> = new Set(OBLIGATIONS.map((entry) => entry.id));

const obligationId = z.string().superRefine((id, context) => {
  if (KNOWN_OBLIGATIONS.has(id)) return;
  const near = nearestObligation(id);
  context.addIssue({
    code: 'custom',
    message: said(`unknown obligation "${id}"`, near === undefined ? null : `did you mean "${near}"?`),
  });
});

const dialogueItem = z
  .union(
    [
      z.array(pattern),
      z.strictObject({
        lines: z.array(pattern).describe('Line patterns the client must have sent, in this order.'),
        exact: z.boolean().optional().describe('And nothing else.'),
      }),
    ],
    { error: 'expected a list of line patterns, or { lines, exact }' },
  )
  .transform((value): Expectations['dialogue'][number] =>
    Array.isArray(value) ? { lines: value, exact: false } : { lines: value.lines, exact: value.exact ?? false },
  );

export const expectSchema = z
  .strictObject({
    obligations: z.array(obligationId).optional().describe('Obligations this scenario is made to judge, by id.'),
    messages: count
      .nullable()
      .optional()
      .describe('Submitted messages accepted, by identity; bounces are counted apart.'),
    connections: count.nullable().optional().describe('Connections made.'),
    dialogue: z.array(dialogueItem).optional().describe('Per connection, what the client must have sent, in order.'),
  })
  .transform((given): Expectations => ({
    obligations: given.obligations ?? [],
    messages: given.messages ?? null,
    connections: given.connections ?? null,
    dialogue: given.dialogue ?? [],
  }));
