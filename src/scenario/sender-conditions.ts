// `if:` and `while:` of a scripted sender, as somebody writes them, read into a SenderCondition.
// Used by sender-schema.ts. What holds at a moment is for the scripted client to say.

import { z } from 'zod';
import { compact, pattern } from './schema-leaf';
import { refuse } from './schema-issues';
import type { SenderCondition } from './sender-step';

const keyword = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9-]*$/, 'not an EHLO keyword; expected one word such as SIZE')
  .transform((word) => word.toUpperCase());

const wish = z.enum(['none', 'if-offered', 'required', 'implicit']);

/** A map of conditions that must all hold. */
export const senderConditionSchema = z
  .strictObject({
    offered: keyword.optional(),
    'not-offered': keyword.optional(),
    'once-offered': keyword.optional(),
    accepted: z.enum(['none', 'some', 'all']).optional(),
    'over-limit': z.boolean().optional(),
    'eight-bit': z.boolean().optional(),
    utf8: z.boolean().optional(),
    'too-big': z.boolean().optional(),
    'null-sender': z.boolean().optional(),
    tls: z.boolean().optional(),
    'tls-wish': z.union([wish, z.array(wish).min(1)], { error: 'expected a wish or a list of wishes' }).optional(),
    'auth-wish': z.boolean().optional(),
    reply: pattern.optional(),
    left: z.boolean().optional(),
    refused: z.boolean().optional(),
    connected: z.boolean().optional(),
  })
  .transform((given, context): SenderCondition => {
    if (Object.keys(given).length === 0)
      refuse(context, 'a condition that asks nothing; expected e.g. { offered: SIZE }');
    const wishes = given['tls-wish'];
    return compact({
      offered: given.offered,
      notOffered: given['not-offered'],
      onceOffered: given['once-offered'],
      accepted: given.accepted,
      overLimit: given['over-limit'],
      eightBit: given['eight-bit'],
      utf8: given.utf8,
      tooBig: given['too-big'],
      nullSender: given['null-sender'],
      tls: given.tls,
      tlsWish: typeof wishes === 'string' ? [wishes] : wishes,
      authWish: given['auth-wish'],
      reply: given.reply,
      left: given.left,
      refused: given.refused,
      connected: given.connected,
    });
  });
