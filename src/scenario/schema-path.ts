// `path:` as an author writes it: a list of middleboxes, each a name, a name with one value, or a name with options.
// Used by schema-server.ts and schema.ts. Read into complete configurations; path.ts builds the boxes from them.

import { z } from 'zod';
import { MOMENTS } from '../middlebox/aim';
import { BOXES, isBoxName } from '../middlebox/catalogue';
import type { BoxName } from '../middlebox/catalogue';
import { PIX_VERSIONS } from '../middlebox/pix-fixup';
import type { PixVersion } from '../middlebox/pix-fixup';
import type { PathElement, ServerConfig } from './scenario';
import { compact, duration, lineText, octets, positive, span } from './schema-leaf';
import { rawSchema } from './schema-reply';
import { refuse } from './schema-issues';
import type { Path, Refusal } from './schema-issues';

const side = z.enum(['client', 'server']).describe('Whose octets: what the client sends, or what the server sends.');
const direction = z.enum(['client', 'server', 'both']).describe('Whose octets.');
const ends = z.enum(['client', 'server', 'both']).describe('Which end notices.');
const onlyFirst = positive.nullable().describe('Only on the first so many connections; null for all.');

/** `{ at, octets, nth }` of reset, close and half-open. */
const aimKeys = {
  at: z.enum(MOMENTS).optional().describe('The moment of the dialogue.'),
  octets: octets.optional().describe('mid-content: behind so many octets of the mail data.'),
  nth: positive.optional().describe('The how manieth time in the connection, from 1.'),
};

type Config = Readonly<Record<string, unknown>>;

interface Aimed {
  readonly at?: (typeof MOMENTS)[number] | undefined;
  readonly octets?: number | undefined;
  readonly nth?: number | undefined;
}

/** Puts the three keys of a moment into the `aim` of a box's configuration. */
function withAim(name: 'reset' | 'close' | 'half-open', { at, octets: behind, nth, ...others }: Aimed): Config {
  const aim = { ...BOXES[name].defaults.aim, ...compact({ moment: at, octets: behind, nth }) };
  return { ...others, aim };
}

const pieces = z.array(positive).min(1);

/** YAML reads 5.1 as a number, and means the same. */
const pixVersion = z
  .union([z.enum(['4.4', '5.1', '6.x']), z.literal([4.4, 5.1])], { error: 'expected 4.4, 5.1 or 6.x' })
  .transform((version) => String(version) as PixVersion);

/** For each box, what stands behind its name: one value, or a map of options, read into a part of its configuration. */
const OPTIONS = {
  'pix-fixup': z.union([
    pixVersion.transform((version): Config => ({ ...PIX_VERSIONS[version] })),
    z
      .strictObject({
        version: pixVersion.optional().describe('Sets what the other options do not.'),
        verbs: z.enum(['noop', 'x']).optional().describe("What a refused verb becomes: NOOP, or X's."),
        argument: z.enum(['kept', 'blanked']).optional().describe('What becomes of its argument.'),
        banner: z.enum(['stars', 'all-stars', 'none']).optional().describe('What becomes of the greeting.'),
        splitDot: z.boolean().optional().describe('Loses the final dot when its CRLF comes in another segment.'),
      })
      .transform((given): Config => ({ ...PIX_VERSIONS[given.version ?? '6.x'], ...compact(given) })),
  ]),
  'asa-inspect': z.strictObject({
    maskBanner: z.boolean().optional().describe('Stars the greeting.'),
    allowTls: z.boolean().optional().describe('STARTTLS passes.'),
    keywords: z.array(z.string()).optional().describe('EHLO keywords that pass, in capitals.'),
    commands: z.array(z.string()).optional().describe('Verbs that pass, in capitals.'),
    commandLineOctets: octets.nullable().optional().describe('Longest command line; null for no limit.'),
    senderOctets: octets.nullable().optional().describe('Longest sender; null for no limit.'),
    recipients: positive.nullable().optional().describe('Most recipients; null for no limit.'),
    headerLineOctets: octets.nullable().optional().describe('Longest header line; null for no limit.'),
    fileNameOctets: octets.nullable().optional().describe('Longest MIME file name; null for no limit.'),
  }),
  'mtu-black-hole': z.union([
    octets.transform((segmentOctets): Config => ({ segmentOctets })),
    z
      .strictObject({
        segment: octets.optional().describe('A burst of so many octets has a full segment; 1460 when left out.'),
        direction: side.optional(),
        way: z.enum(['swallow', 'zero-window']).optional().describe('Whether the sender can go on writing.'),
        healAfter: duration.nullable().optional().describe('Heals so long after the first loss; null for never.'),
        onlyFirst: onlyFirst.optional(),
      })
      .transform(({ segment, healAfter, ...others }, context): Config => {
        if (others.way === 'zero-window' && others.direction === 'server') {
          refuse(context, 'zero-window stops reading what the client sends; what the server sends has "way: swallow"');
        }
        return { ...others, segmentOctets: segment, healAfterMs: healAfter };
      }),
  ]),
  latency: z.union([
    span.transform(({ min, max }): Config => ({ clientMs: min, serverMs: min, jitterMs: max - min })),
    z
      .strictObject({
        client: duration.optional().describe('Added to what the client sends; 20 ms when left out.'),
        server: duration.optional().describe('Added to what the server sends; 20 ms when left out.'),
        jitter: duration.optional().describe('Up to so much more, drawn for each piece.'),
      })
      .transform(({ client, server, jitter }): Config => ({ clientMs: client, serverMs: server, jitterMs: jitter })),
  ]),
  bandwidth: z.union([
    octets.transform((rate): Config => ({ clientOctetsPerSecond: rate, serverOctetsPerSecond: rate })),
    z
      .strictObject({
        client: octets.nullable().optional().describe('Octets per second from the client; null for no limit.'),
        server: octets.nullable().optional().describe('Octets per second from the server; null for no limit.'),
      })
      .transform(({ client, server }): Config => ({ clientOctetsPerSecond: client, serverOctetsPerSecond: server })),
  ]),
  slicer: z.union([
    positive.transform((piece): Config => ({ cut: [piece] })),
    z.enum(['inside-crlf', 'inside-code']).transform((cut): Config => ({ cut })),
    z
      .strictObject({
        direction: direction.optional(),
        cut: z
          .union([positive.transform((piece) => [piece]), pieces, z.enum(['inside-crlf', 'inside-code'])], {
            error: 'expected octets, a list of octets, inside-crlf or inside-code',
          })
          .optional()
          .describe('Octets per slice (a list is used up, its last repeated), inside-crlf, or inside-code.'),
        every: duration.optional().describe('Between two slices; 10 ms when left out.'),
      })
      .transform(({ every, ...others }): Config => ({ ...others, everyMs: every })),
  ]),
  coalesce: z.union([
    duration.transform((holdMs): Config => ({ holdMs })),
    z
      .strictObject({
        direction: direction.optional(),
        hold: duration.optional().describe('Since the first held octet; 200 ms when left out.'),
        octets: octets.nullable().optional().describe('Lets go when so many octets are held; null only by time.'),
      })
      .transform(({ hold, ...others }): Config => ({ ...others, holdMs: hold })),
  ]),
  reset: z.union([
    z.enum(MOMENTS).transform((at) => withAim('reset', { at })),
    z
      .strictObject({
        ...aimKeys,
        to: ends.optional(),
        after: duration.optional().describe('So long behind the moment.'),
        onlyFirst: onlyFirst.optional(),
      })
      .transform(({ after, ...others }): Config => ({ ...withAim('reset', others), afterMs: after })),
  ]),
  close: z.union([
    z.enum(MOMENTS).transform((at) => withAim('close', { at })),
    z
      .strictObject({
        ...aimKeys,
        to: ends.optional(),
        after: duration.optional().describe('So long behind the moment.'),
        onlyFirst: onlyFirst.optional(),
      })
      .transform(({ after, ...others }): Config => ({ ...withAim('close', others), afterMs: after })),
  ]),
  'half-open': z.union([
    z.enum(MOMENTS).transform((at) => withAim('half-open', { at })),
    z
      .strictObject({ ...aimKeys, direction: side.optional(), onlyFirst: onlyFirst.optional() })
      .transform((given) => withAim('half-open', given)),
  ]),
  corrupt: z.union([
    z
      .number()
      .min(0)
      .max(1)
      .transform((probability): Config => ({ probability })),
    z
      .strictObject({
        direction: direction.optional(),
        octet: z
          .int()
          .min(0)
          .nullable()
          .optional()
          .describe('Offset of the octet, from 0; null for none in particular.'),
        probability: z.number().min(0).max(1).optional().describe('Chance of each octet.'),
        replacement: z
          .union([z.int().min(0).max(255), z.literal('random')], { error: 'expected 0 to 255, or random' })
          .optional()
          .describe('The octet put in its place.'),
      })
      // One octet in particular means: that one and no others.
      .transform((given): Config => (given.octet == null ? given : { probability: 0, ...compact(given) })),
  ]),
  'duplicate-reply': z.union([
    z.string().transform((to): Config => ({ to })),
    z.strictObject({
      to: z
        .string()
        .nullable()
        .optional()
        .describe('Verb in capitals, greeting, or "." for the end of data; null for any.'),
      nth: positive.nullable().optional().describe('Which of those, from 1; null for every one.'),
      copies: positive.optional().describe('How often it comes again; 1 when left out.'),
    }),
  ]),
  'swap-order': z.union([
    positive.transform((nth): Config => ({ nth })),
    z
      .strictObject({
        unit: z.enum(['reply', 'segment']).optional().describe('What changes places.'),
        direction: side.optional(),
        nth: positive.optional().describe('This one changes places with the next; 2 when left out.'),
        hold: duration.optional().describe('How long it is kept for the next; 1 s when left out.'),
      })
      .transform(({ hold, ...others }): Config => ({ ...others, holdMs: hold })),
  ]),
  'starttls-strip': z.strictObject({
    list: z.enum(['delete', 'mask', 'keep']).optional().describe('What becomes of the keyword.'),
    command: z.enum(['pass', 'mask', 'refuse', 'swallow']).optional().describe('What becomes of the command.'),
    code: z.int().min(200).max(599).optional().describe('refuse: the code.'),
    text: lineText.optional().describe('refuse: the text.'),
  }),
  'starttls-response-injection': rawSchema.transform((raw): Config => ({ octets: raw.octets })),
  'transparent-proxy': z.strictObject({
    banner: lineText.nullable().optional().describe('Text behind "220 "; null leaves the greeting.'),
    hello: lineText.nullable().optional().describe('First line of the EHLO reply; null leaves it.'),
    extensions: z.array(lineText).nullable().optional().describe('The EHLO list; null leaves it.'),
  }),
  tarpit: z.union([
    duration.transform((everyMs): Config => ({ everyMs })),
    z
      .strictObject({
        octets: positive.optional().describe('Octets per piece; 1 when left out.'),
        every: duration.optional().describe('Between two pieces; 1 s when left out.'),
      })
      .transform(({ every, ...others }): Config => ({ ...others, everyMs: every })),
  ]),
  'nat-timeout': z.union([
    duration.transform((idleMs): Config => ({ idleMs })),
    z
      .strictObject({
        idle: duration.optional().describe('Without an octet either way; 5 min when left out.'),
        next: z.enum(['rst', 'silence']).optional().describe('What whoever speaks next meets.'),
      })
      .transform(({ idle, ...others }): Config => ({ ...others, idleMs: idle })),
  ]),
} as const satisfies Record<BoxName, z.ZodType>;

const BOX_NAMES = Object.keys(OPTIONS) as [BoxName, ...BoxName[]];

/** A box with what it was given, and its defaults for the rest. */
function element(name: BoxName, given: object): PathElement {
  return { box: name, options: { ...BOXES[name].defaults, ...compact(given) } };
}

/** `name: null` is what `- name:` with nothing behind it gives: the defaults. */
function optionsOf<Schema extends z.ZodType>(name: BoxName, schema: Schema) {
  return z
    .union([z.null(), schema], { error: 'expected nothing, or the options of the box' })
    .optional()
    .describe(`${BOXES[name].title}.`);
}

/** What may stand behind a box's name, for the types of whoever builds a scenario in code. */
type OptionsAuthor<Name extends BoxName> = z.input<(typeof OPTIONS)[Name]> | null | undefined;

const shape = Object.fromEntries(BOX_NAMES.map((name) => [name, optionsOf(name, OPTIONS[name])])) as unknown as {
  [Name in BoxName]: z.ZodType<Config | null | undefined, OptionsAuthor<Name>> & {
    _zod: { optin: 'optional'; optout: 'optional' };
  };
};

const namedBox = z.enum(BOX_NAMES).transform((name): PathElement => element(name, {}));

const optionedBox = z.strictObject(shape).transform((given, context): PathElement => {
  const names = Object.keys(given).filter(isBoxName);
  const [name] = names;
  if (name === undefined || names.length > 1) {
    refuse(
      context,
      `one item of the path holds ${names.length === 0 ? 'no box' : names.join(' and ')}; expected one box per item`,
    );
    return z.NEVER;
  }
  return element(name, given[name] ?? {});
});

/** `path:` → PathElement[], nearest the client first. */
export const pathSchema = z
  .array(z.union([namedBox, optionedBox], { error: `expected a box: ${BOX_NAMES.join(', ')}` }))
  .meta({ id: 'Path' });

/** Whether a box as configured has to read the dialogue. */
function readsDialogue({ box, options }: PathElement): boolean {
  if (!isBoxName(box) || !BOXES[box].needsPlainText) return false;
  return options['unit'] !== 'segment';
}

/** Implicit TLS leaves nothing to read for a box that works on commands and replies (RFC 8314 3). */
export function refusePlainBoxes(server: ServerConfig, path: Path): readonly Refusal[] {
  if (!server.tls.implicit) return [];
  return server.path.flatMap((each, index) =>
    readsDialogue(each)
      ? [
          {
            path: [...path, index],
            message: `${each.box} reads the dialogue, and with implicit TLS it would see ciphertext only`,
            fix: 'take it out of the path, or let the client use STARTTLS',
            onKey: false,
          },
        ]
      : [],
  );
}
