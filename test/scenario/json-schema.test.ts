// The editor's schema: what stands in schema/ is what the code says, and every key has a description.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { scenarioJsonSchema, scenarioJsonSchemaText } from '../../src/scenario/json-schema';

test('schema/scenario.schema.json is up to date: npm run schema writes it', () => {
  const path = resolve(__dirname, '..', '..', 'schema', 'scenario.schema.json');
  expect(readFileSync(path, 'utf8')).toBe(scenarioJsonSchemaText());
});

test('every key has a description, and no map takes unknown keys', () => {
  const bare: string[] = [];
  const open: string[] = [];
  const walk = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    const { properties, additionalProperties } = node as Readonly<Record<string, unknown>>;
    if (properties !== undefined) {
      for (const [key, value] of Object.entries(properties as object)) {
        if (typeof (value as { description?: unknown }).description !== 'string') bare.push(`${path}/${key}`);
      }
      if (additionalProperties !== false) open.push(path);
    }
    for (const [key, value] of Object.entries(node)) walk(value, `${path}/${key}`);
  };
  walk(scenarioJsonSchema(), '');
  expect(bare).toEqual([]);
  expect(open).toEqual([]);
});

test('rules name every event', () => {
  const text = scenarioJsonSchemaText();
  for (const event of ['"auth-response"', '"tls-failed"', '"error-limit"', '"any"']) expect(text).toContain(event);
});
