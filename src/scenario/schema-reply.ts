// `reply:` and `raw:` as an author writes them (semantics A7): a code, a line, a block of lines, several replies, octets.
// Used by schema-steps.ts. Reads texts into ReplyForm; names in braces are checked later, when all captures are known.

import { z } from 'zod';
import { Mistake } from './mistake';
import type { ReplyForm } from './scenario';
import { assertOctets } from './schema-leaf';
import { reading, refuse } from './schema-issues';

const CODE_ONLY = /^\d{3}$/;
const CODED_LINE = /^\d{3}(?:[ -]|$)/;

function withoutLastLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}

/** Codes in front of lines that carry none: RFC 5321 4.2.1, a hyphen behind all but the last. */
function numbered(code: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, index) => `${code}${index === lines.length - 1 ? ' ' : '-'}${line}`);
}

function readBlock(lines: readonly string[]): ReplyForm {
  if (lines.every((line) => CODED_LINE.test(line))) return { kind: 'lines', lines };
  const [first = '', ...rest] = lines;
  if (CODED_LINE.test(first) && !rest.some((line) => CODED_LINE.test(line))) {
    return { kind: 'lines', lines: numbered(first.slice(0, 3), [first.slice(4), ...rest]) };
  }
  throw new Mistake(
    CODED_LINE.test(first)
      ? 'some lines of the reply carry a code and some do not; expected a code on every line or on the first alone'
      : `the reply begins with "${first.slice(0, 20)}"; expected a three-digit code`,
    CODED_LINE.test(first) ? 'use raw: for a reply that is broken on purpose' : 'write e.g. "250 …" on its first line',
  );
}

/**
 * A reply text.
 * @param text one line, or several for one multi-line reply; a line end at the very end is dropped
 * @throws Mistake
 */
export function readReplyText(text: string): ReplyForm {
  assertOctets(text);
  const lines = withoutLastLineEnd(text).split(/\r?\n/);
  if (lines.some((line) => line.includes('\r'))) {
    throw new Mistake('a CR inside a line of the reply; expected lines without CRLF', 'use raw: for such octets');
  }
  const [only = ''] = lines;
  if (lines.length > 1) return readBlock(lines);
  if (CODE_ONLY.test(only)) return { kind: 'code', code: Number(only) };
  if (/^\d{3}-/.test(only)) {
    throw new Mistake(
      `the reply "${only.slice(0, 40)}" announces a further line and has none`,
      `write "${only.slice(0, 3)} ${only.slice(4)}", or use raw: to leave the reply unfinished`,
    );
  }
  if (!CODED_LINE.test(only)) {
    const digits = /^\d+/.exec(only)?.[0];
    throw new Mistake(
      `the reply ${only === '' ? 'is empty' : `begins with "${only.slice(0, 20)}"`}; expected a three-digit code and a blank`,
      digits?.length === 3 ? `write "${digits} ${only.slice(3)}"` : 'write e.g. "550 …", or use raw: for other octets',
    );
  }
  return { kind: 'lines', lines: [only] };
}

const replyCode = z.int().min(100).max(999);

const codeAndText = z
  .strictObject({
    code: replyCode.describe('The three-digit code.'),
    text: z
      .string()
      .nullable()
      .optional()
      .describe('The text behind the code; null sends the bare code, "" a code and a blank.'),
  })
  .transform(({ code, text }, context): ReplyForm => {
    if (text === undefined) return { kind: 'code', code };
    if (text === null) return { kind: 'bare', code };
    const lines = withoutLastLineEnd(text).split(/\r?\n/);
    if (lines.some((line) => line.includes('\r'))) refuse(context, 'a CR inside a line of the reply', null, ['text']);
    reading(context, () => assertOctets(text), ['text']);
    return { kind: 'lines', lines: numbered(String(code), lines) };
  });

const replyText = z
  .string()
  .transform((text, context): ReplyForm => reading(context, () => readReplyText(text)) ?? z.NEVER);
const replyNumber = replyCode.transform((code): ReplyForm => ({ kind: 'code', code }));

const REPLY_FORMS = 'expected a code, a text "550 …", { code, text }, or a list of these';

/** One reply or a list of several → ReplyForm[]. */
export const replySchema = z
  .union(
    [
      replyNumber,
      replyText,
      codeAndText,
      z
        .array(z.union([replyNumber, replyText, codeAndText], { error: REPLY_FORMS }))
        .min(1)
        .describe('Several replies: the first answers, the others are unsolicited.'),
    ],
    { error: REPLY_FORMS },
  )
  .transform((value): readonly ReplyForm[] => (Array.isArray(value) ? value : [value]) as readonly ReplyForm[])
  .meta({ id: 'Reply' });

export interface RawOctets {
  /** Latin1. */
  readonly octets: string;
  readonly as: number | null;
}

function fromHex(hex: string): string {
  const digits = hex.replace(/[\s:]/g, '');
  if (digits.length % 2 === 1 || /[^0-9a-f]/i.test(digits)) {
    throw new Mistake(`"${hex.slice(0, 40)}" is not hexadecimal; expected pairs of digits such as "32 35 30 0d 0a"`);
  }
  return Buffer.from(digits, 'hex').toString('latin1');
}

function fromBase64(text: string): string {
  const digits = text.replace(/\s/g, '');
  const octets = Buffer.from(digits, 'base64');
  if (octets.toString('base64').replace(/=+$/, '') !== digits.replace(/=+$/, '')) {
    throw new Mistake(`"${text.slice(0, 40)}" is not base64`);
  }
  return octets.toString('latin1');
}

const rawText = z.string().transform((text, context): RawOctets => ({
  octets: reading(context, () => assertOctets(text)) ?? z.NEVER,
  as: null,
}));

const rawEncoded = z
  .strictObject({
    text: z.string().optional().describe('Octets as text, up to U+00FF, escapes in double quotes.'),
    hex: z.string().optional().describe('Octets in hexadecimal; blanks are allowed.'),
    base64: z.string().optional().describe('Octets in base64.'),
    as: replyCode.optional().describe('The code these octets stand for; without it they move no state.'),
  })
  .transform(({ text, hex, base64, as }, context): RawOctets => {
    const given = [text, hex, base64].filter((form) => form !== undefined);
    if (given.length !== 1) refuse(context, 'expected exactly one of text, hex and base64');
    const octets =
      (text !== undefined && reading(context, () => assertOctets(text), ['text'])) ||
      (hex !== undefined && reading(context, () => fromHex(hex), ['hex'])) ||
      (base64 !== undefined && reading(context, () => fromBase64(base64), ['base64'])) ||
      '';
    return { octets, as: as ?? null };
  });

/** Octets as they are: a text, or { hex }, { base64 } → RawOctets. Nothing is added, not even CRLF. */
export const rawSchema = z
  .union([rawText, rawEncoded], { error: 'expected a text, { hex: … } or { base64: … }' })
  .meta({ id: 'Raw' });
export { replyCode };
