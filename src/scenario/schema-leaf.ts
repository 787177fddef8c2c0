// The smallest pieces of the author's form: durations, sizes, ranges, patterns, texts, as zod schemas that read them.
// Used by all other schema files. What a value means stands in units.ts, range.ts and pattern.ts.

import { isIP } from 'node:net';
import { z } from 'zod';
import { Mistake } from './mistake';
import { compilePattern } from './pattern';
import { parseRange } from './range';
import type { Measure } from './range';
import { reading, refuse, said } from './schema-issues';
import { parseDuration, parseOctets, parseOctetsOrCaptured, parseSpan } from './units';

/** A key that was left out is not there: exactOptionalPropertyTypes, and plain JSON, want no `undefined` behind keys. */
export function compact<Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof Value]: Exclude<Value[Key], undefined> };
}

/** A text read by one of our readers; its Mistake becomes the issue. */
function read<Value, Input>(schema: z.ZodType<Input, Input>, reader: (value: Input) => Value) {
  return schema.transform((value, context): Value => reading(context, () => reader(value)) ?? z.NEVER);
}

/** A quantity that needs its unit: the bare number is refused by the reader's own words, not as a wrong type. */
const unitText = z.string({
  error: (issue) => {
    if (typeof issue.input !== 'number') return undefined;
    const number = issue.input;
    return number < 0
      ? `a duration cannot be negative: ${number}; expected e.g. 20 ms, 3 s, 5 min`
      : said(
          `the duration ${number} has no unit; expected e.g. 20 ms, 3 s, 5 min, 2 h or 1 d`,
          `write "${number} ms" or "${number} s"`,
        );
  },
});

const numberOrText = z.union([z.number(), z.string()], { error: 'expected a number or a text' });

/** "3 s" → ms. */
export const duration = read(unitText, parseDuration);
/** "3 s", "1 s..5 s", "{captured} s" → Span. */
export const span = read(unitText, parseSpan);
/** 4096, "4 KB" → octets. */
export const octets = read(
  z.union([z.number(), z.string()], { error: 'expected a size such as 4096, 4 KB, 10 MB or 1 MiB' }),
  parseOctets,
);

/** 4096, "4 KB", or "{captured} KB". */
export const octetsOrCaptured = read(
  z.union([z.number(), z.string()], { error: 'expected a size such as 4096, 4 KB, 10 MB or 1 MiB' }),
  parseOctetsOrCaptured,
);

function range(measure: Measure) {
  return read(numberOrText, (value) => parseRange(value, measure));
}
/** 3, "2..", ">= 3" → Range. */
export const countRange = range('count');
/** ">= 4 KB" → Range in octets. */
export const octetRange = range('size');

/** A whole number from 0 up. */
export const count = z.int().min(0);
/** A whole number from 1 up. */
export const positive = z.int().min(1);

/** A pattern that compiles; the source is kept. */
export const pattern = z.string().superRefine((source, context) => {
  reading(context, () => compilePattern(source));
});

/** Patterns over addresses: those are matched without brackets (semantics A3). */
export const addressPattern = pattern.superRefine((source, context) => {
  if (/^<.*>$/.test(source)) {
    refuse(
      context,
      `${source} can never match: addresses are matched without their brackets`,
      `write "${source.slice(1, -1)}"`,
    );
  }
});

/** One pattern or a list of them. */
export const addressPatterns = z
  .union([addressPattern, z.array(addressPattern)], { error: 'expected a pattern or a list of patterns' })
  .transform((value): readonly string[] => (typeof value === 'string' ? [value] : value));

/** Octets go out as latin1, so a character above U+00FF has no octet (semantics A16). @throws Mistake */
export function assertOctets(text: string): string {
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (codePoint <= 0xff) continue;
    const name = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
    const bytes = [...Buffer.from(character, 'utf8')].map((octet) => `\\x${octet.toString(16).padStart(2, '0')}`);
    throw new Mistake(
      `"${character}" (${name}) is not one octet; expected characters up to U+00FF`,
      `write its UTF-8 octets in double quotes: "${bytes.join('')}"`,
    );
  }
  return text;
}

/** A text that goes out as octets, on one line. */
export const lineText = z.string().superRefine((text, context) => {
  reading(context, () => assertOctets(text));
  if (/[\r\n]/.test(text)) refuse(context, 'a line end in a text of one line; CRLF is added by itself');
});

/** A single address or a network in CIDR form, IPv4 or IPv6. */
export const network = z.string().superRefine((text, context) => {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  const widest = family === 6 ? 128 : 32;
  const isMask = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= widest);
  if (family === 0 || !isMask || rest.length > 0) {
    refuse(context, `"${text}" is not an address or a network; expected e.g. 127.0.0.1, 10.0.0.0/8 or fe80::/10`);
  }
});

/** "127.0.0.1:5353" or "[::1]:5353". */
export const resolverAddress = z.string().superRefine((text, context) => {
  const found = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  if (found === null || isIP(found[1] ?? found[2] ?? '') === 0 || Number(found[3]) > 65_535) {
    refuse(context, `"${text}" is not the address of a DNS server; expected e.g. "127.0.0.1:5353"`);
  }
});

/** A value given alone or in a list. */
export function oneOrMany<Schema extends z.ZodType>(schema: Schema, error: string) {
  return z
    .union([schema, z.array(schema).min(1)], { error })
    .transform((value) => (Array.isArray(value) ? value : [value]) as readonly z.output<Schema>[]);
}
