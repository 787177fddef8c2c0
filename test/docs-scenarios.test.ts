// The page about the scenario language: every example on it that is a whole scenario loads, and every key is on it.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { compileServer } from '../src/scenario/compile';
import { scenarioJsonSchemaText } from '../src/scenario/json-schema';
import { loadScenarioText } from '../src/scenario/load';
import { loadPersona } from '../src/scenario/persona-load';
import { TEMPLATE_NAMES } from '../src/scenario/template';
import { EVENT_NAMES } from '../src/smtp/vocabulary';

const PAGE = readFileSync(resolve(__dirname, '..', 'docs', 'scenarios.md'), 'utf8');
const EXAMPLES = [...PAGE.matchAll(/^```yaml\n(name: (.*)\n[^]*?)^```$/gm)].map(([, text = '', name = '']) => ({
  name,
  text,
}));

test('there are examples', () => {
  expect(EXAMPLES.length).toBeGreaterThan(9);
});

test.each(EXAMPLES)('$name loads and can be served', ({ name, text }) => {
  const scenario = loadScenarioText(text, `${name}.yaml`);
  for (const index of scenario.servers.keys()) compileServer(scenario, index, loadPersona(scenario.persona));
});

test('every key of the language is on the page', () => {
  const keys = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, member] of Object.entries(value)) {
      if (key === 'properties') for (const name of Object.keys(member as object)) keys.add(name);
      collect(member);
    }
  };
  collect(JSON.parse(scenarioJsonSchemaText()));
  expect([...keys].filter((key) => !new RegExp(`\\b${key}\\b`).test(PAGE))).toEqual([]);
});

test.each([...EVENT_NAMES, ...TEMPLATE_NAMES])('%s is on the page', (word) => {
  expect(PAGE).toContain(word);
});
