// A persona file as somebody writes it, read into texts and facts. Used by persona-load.ts, which knows about files and
// inheritance. Checks one file for itself: shape, reply lines, template names, provenance.

import { z } from 'zod';
import { Mistake } from './mistake';
import { SITUATIONS } from './persona';
import type { Confidence, PersonaFact, PersonaText, Situation } from './persona';
import { assertOctets, compact, duration } from './schema-leaf';
import { reading, refuse, said } from './schema-issues';
import { PERSONA_TEMPLATE_NAMES, compileTemplate } from './template';

/** RFC 5321 4.2: three digits, then a blank, or a hyphen when more lines follow. */
const REPLY_LINE = /^([2-5]\d\d)([ -])/;

const LINE_FORM = 'expected three digits from 200 to 599, a blank (or "-" when more lines follow), and the text';

/** One line of a reply, without CRLF. @throws Mistake when it could not stand on the wire, or names a wrong value */
function checkLine(line: string, isLast: boolean, code: string | undefined): void {
  assertOctets(line);
  if (/[\r\n\0]/.test(line)) throw new Mistake('a CR, LF or NUL inside a reply line; CRLF is added by itself');
  const [, ownCode, separator] = REPLY_LINE.exec(line) ?? [];
  if (ownCode === undefined) throw new Mistake(`the line "${line.slice(0, 20)}" is not a reply line; ${LINE_FORM}`);
  if (code !== undefined && ownCode !== code) {
    throw new Mistake(`the lines of one reply carry different codes: ${code} and ${ownCode}`);
  }
  if (isLast && separator === '-') {
    throw new Mistake(`"${ownCode}-" announces a further line and there is none`, `write "${ownCode} "`);
  }
  if (!isLast && separator === ' ') {
    throw new Mistake(`"${ownCode} " ends the reply, but more lines follow`, `write "${ownCode}-"`);
  }
  compileTemplate(line, PERSONA_TEMPLATE_NAMES);
}

/** A line, a block of lines, or a list of lines → the lines of one reply. */
const replyLines = z
  .union([z.string(), z.array(z.string()).min(1)], { error: 'expected a text "250 …" or a list of lines' })
  .transform((text, context): readonly string[] => {
    const lines = typeof text === 'string' ? text.replace(/\r?\n$/, '').split(/\r?\n/) : text;
    const code = REPLY_LINE.exec(lines[0] ?? '')?.[1];
    for (const [index, line] of lines.entries()) {
      reading(
        context,
        () => checkLine(line, index === lines.length - 1, code),
        typeof text === 'string' ? [] : [index],
      );
    }
    return lines;
  });

const provenance = {
  source: z.string().min(1, 'an empty source; expected where this was seen, or what it was inferred from'),
  confidence: z.enum(['seen', 'second-hand', 'inferred']),
  note: z.string().nullable().default(null),
};

/** What was chosen by us must say why, and what else it might be: nobody can check it otherwise. */
function demandNote(
  value: { readonly confidence: Confidence; readonly note: string | null },
  context: Parameters<typeof refuse>[0],
): void {
  if (value.confidence === 'inferred' && value.note === null) {
    refuse(context, 'inferred, and no note; expected what it was inferred from and what else it might be', 'add note:');
  }
}

const personaText = z
  .strictObject({ text: replyLines, ...provenance })
  .superRefine(demandNote)
  .transform(({ text, source, confidence, note }): PersonaText => ({ lines: text, source, confidence, note }));

function fact<Value>(value: z.ZodType<Value>) {
  return z
    .strictObject({ value, ...provenance })
    .superRefine(demandNote)
    .transform((given): PersonaFact<Value> => given as PersonaFact<Value>);
}

const keyword = z
  .string()
  .regex(
    /^[\x21-\xff][\x20-\xff]*$/,
    'not an EHLO keyword; expected a word such as SIZE, with parameters if it has any',
  );

const extensions = z
  .strictObject({ plain: z.array(keyword), tls: z.array(keyword).optional(), ...provenance })
  .superRefine(demandNote)
  .transform(({ plain, tls, ...known }): PersonaFact<{ readonly plain: string[]; readonly tls: string[] }> => ({
    // RFC 3207 4.2: inside TLS a server must not offer STARTTLS again.
    value: { plain, tls: tls ?? plain.filter((word) => word.toUpperCase() !== 'STARTTLS') },
    ...known,
  }));

const habits = z
  .strictObject({
    lineEndings: fact(z.enum(['crlf', 'lf', 'cr-or-lf'])).optional(),
    commands: fact(
      z.strictObject({ VRFY: z.boolean(), EXPN: z.boolean(), HELP: z.boolean(), ETRN: z.boolean() }),
    ).optional(),
    errorLimit: fact(z.int().min(0).nullable()).optional(),
    idleTimeout: fact(duration.nullable()).optional(),
    sizeAnnounce: fact(z.enum(['limit', 'bare'])).optional(),
    authStyle: fact(z.enum(['AUTH LOGIN', 'AUTH=LOGIN'])).optional(),
    lenientPaths: fact(z.boolean()).optional(),
    needsHello: fact(z.boolean()).optional(),
  })
  .transform(({ idleTimeout, ...others }) => compact({ ...others, idleTimeoutMs: idleTimeout }));

/** A value for every situation, in their order. */
export function perSituation<Value>(valueOf: (situation: Situation) => Value): Record<Situation, Value> {
  const entries = SITUATIONS.map((situation) => [situation, valueOf(situation)] as const);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fromEntries forgets which keys it was given
  return Object.fromEntries(entries) as Record<Situation, Value>;
}

/** One optional text per situation, so that an unknown situation is an unknown key with its nearest word. */
const texts = z
  .strictObject(perSituation(() => personaText.optional()))
  .transform((given): Partial<Record<Situation, PersonaText>> => compact(given));

const codes = z.record(z.string(), personaText).superRefine((given, context) => {
  for (const [code, { lines }] of Object.entries(given)) {
    if (!/^[2-5]\d\d$/.test(code)) {
      refuse(context, `"${code}" is not a reply code; expected three digits from 200 to 599`, null, [code]);
    } else if (lines[0]?.startsWith(code) === false) {
      refuse(context, `the text for ${code} begins with another code: "${lines[0]}"`, null, [code, 'text']);
    }
  }
});

const remark = z.strictObject({
  text: z.string().min(1),
  source: provenance.source,
  confidence: provenance.confidence,
});

/** A whole file. Everything but the name may be left to the persona that it extends, and to `plain`. */
export const personaSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, said('not a name', 'write small letters, digits, dots and hyphens')),
  abstract: z.boolean().default(false),
  extends: z.string().min(1).optional(),
  title: z.string().min(1),
  product: z.string().min(1),
  release: z.string(),
  texts: texts.prefault({}),
  codes: codes.default({}),
  extensions: extensions.optional(),
  habits: habits.prefault({}),
  remarks: z.array(remark).default([]),
});

/** One persona file, read and checked, before inheritance. */
export type PersonaFile = z.output<typeof personaSchema>;
