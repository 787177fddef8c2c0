// The author's form as a JSON schema, for editors: completion, descriptions on every key, and red lines while typing.
// schema/scenario.schema.json holds it, and each shipped scenario names that file in its first line. What a schema cannot
// say (units, patterns, contradictions) is said when the scenario is loaded.

import { z } from 'zod';
import { scenarioSchema } from './schema';

/** @returns the schema as a plain value: draft 7, which YAML editors understand */
export function scenarioJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(scenarioSchema, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'smtp-gauntlet scenario',
    description: 'Who the server is, what lies on the path, what it answers, and what is expected of the client.',
    ...schema,
  };
}

/** The text of schema/scenario.schema.json. */
export function scenarioJsonSchemaText(): string {
  return `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`;
}
