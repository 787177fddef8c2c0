// docs/scenario-list.md is made from the scenario files, and is the one that belongs to them.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listScenarios } from '../../src/scenario/load';
import { scenarioListPage } from './scenario-list';

const PAGE = join(__dirname, '..', '..', 'docs', 'scenario-list.md');

test('docs/scenario-list.md lists every scenario as it is now', () => {
  const page = scenarioListPage(listScenarios());
  if (process.env['UPDATE_SCENARIO_LIST'] !== undefined) writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});
