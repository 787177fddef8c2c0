// The whole scenario as an author writes it, in YAML or in code. One schema: assemble.ts makes a Scenario of what it
// reads, json-schema.ts the editor's schema, builder.ts its types. Everything is strict: an unknown key is a mistake.

import { z } from 'zod';
import { duration } from './schema-leaf';
import { refuse } from './schema-issues';
import { pathSchema } from './schema-path';
import { connectionsSchema, ruleListSchema } from './schema-rules';
import { serverSchema } from './schema-server';
import { expectSchema, submitSchema } from './schema-submit';

const stateKey = z.enum(['global', 'peer', 'sender+recipient']);

const rulesSchema = z
  .union(
    [
      ruleListSchema,
      z
        .strictObject({
          before: ruleListSchema.optional().describe('Rules in front of the inherited ones.'),
          after: ruleListSchema.optional().describe('Rules behind the inherited ones.'),
        })
        .transform((value, context) => {
          refuse(context, 'before and after add to inherited rules, and there is no extends', 'write a list of rules');
          return [...(value.before ?? []), ...(value.after ?? [])];
        }),
    ],
    { error: 'expected a list of rules' },
  )
  .describe('What is answered, top to bottom; the first rule that matches answers.');

export const scenarioSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]*$/, 'expected a name of small letters, digits, dots and hyphens')
      .describe('What one types to run it; the name of the file when left out.')
      .optional(),
    title: z.string().optional().describe('One sentence of what happens.'),
    source: z.string().optional().describe('Where this was seen.'),
    tags: z.array(z.string()).optional().describe('Words to choose scenarios by.'),
    patience: z
      .enum(['quick', 'minutes', 'hours'])
      .optional()
      .describe('How long a trial may take: quick is up to half a minute, and is meant when left out.'),
    persona: z.string().min(1).optional().describe('Whose voice the server speaks with; plain when left out.'),
    extends: z.string().min(1).optional().describe('A scenario to start from: maps merge, lists replace.'),
    server: serverSchema.optional().describe('The server.'),
    servers: z
      .array(serverSchema)
      .min(1)
      .optional()
      .describe('Several servers, tried in order by a client that knows them.'),
    path: pathSchema.optional().describe('What lies between client and server; nearest the client first.'),
    states: z
      .union([z.record(z.string(), stateKey), z.array(z.string())], {
        error: 'expected { name: global | peer | sender+recipient }, or a list of names',
      })
      .optional()
      .describe('Named states, and what each is kept for: global, peer, or sender+recipient.'),
    submit: submitSchema.optional().describe('What the client is asked to send; one ordinary message when left out.'),
    rules: rulesSchema.optional(),
    connections: connectionsSchema.optional(),
    expect: expectSchema.optional().describe('What is expected of the client.'),
    window: duration.optional().describe('How long absence (no retry, no QUIT) is waited for, at most.'),
    sender: z.string().min(1).optional().describe('A scripted sender that shows this scenario best.'),
  })
  .superRefine((scenario, context) => {
    if (scenario.server !== undefined && scenario.servers !== undefined) {
      refuse(context, 'both server and servers; expected one of them', null, ['servers']);
    }
  });

/** What an author may write. Also what `scenario()` in code builds. */
export type ScenarioAuthor = z.input<typeof scenarioSchema>;
export type ScenarioDraft = z.output<typeof scenarioSchema>;
