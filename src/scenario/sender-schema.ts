// A sender file as somebody writes it, checked for itself. Used by sender.ts, which knows about files and inheritance.
// Steps are read by sender-verbs.ts.

import { z } from 'zod';
import { nearestObligation, obligation } from '../obligations/catalogue';
import { duration } from './schema-leaf';
import { refuse, said } from './schema-issues';
import { LINE_ENDS, senderLine, stepList } from './sender-verbs';

const obligationId = z.string().superRefine((id, context) => {
  if (obligation(id) !== undefined) return;
  const near = nearestObligation(id);
  refuse(context, `unknown obligation "${id}"`, near === undefined ? null : `did you mean "${near}"?`);
});

const word = (what: string) =>
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]*$/, said(`not a name of a ${what}`, 'write small letters, digits, dots and hyphens'));

/** One file for itself. What is left out comes from the sender that it extends, or has a default in sender.ts. */
export const senderSchema = z.strictObject({
  name: word('sender'),
  title: z.string().min(1),
  source: z.string().min(1).optional(),
  extends: z.string().min(1).optional(),
  role: z.enum(['mta', 'submission', 'unknown']).optional(),
  breaks: z.array(obligationId).default([]),
  helo: senderLine.optional(),
  ending: z
    .enum(['CRLF', 'LF', 'CR'])
    .transform((name): string => LINE_ENDS[name])
    .optional(),
  reads: z.enum(['paired', 'unpaired', 'lines', 'cut']).optional(),
  claims: z.enum(['accepted', 'deferred', 'bounced', 'refused', 'unknown']).optional(),
  'at-most': duration.optional(),
  parts: z.record(word('part'), stepList).default({}),
  steps: stepList.optional(),
});

/** One sender file, read and checked, before inheritance. */
export type SenderFile = z.output<typeof senderSchema>;
