// Plays the known traffic, scores the log explainer on it, and writes the tables into docs/explain-log.md between their
// marks. Run by `npm run explain-score` after a change to the explainer; a test fails while page and score differ.

import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { scoreExplainer, scorePage } from '../gauntlet/explain-score';

const PAGE = resolve(__dirname, '..', '..', 'docs', 'explain-log.md');
const MARKED = /(<!-- score: begin[^>]*-->\n)[\s\S]*?(\n<!-- score: end -->)/;

async function write(): Promise<void> {
  const tables = scorePage(await scoreExplainer(1, false), await scoreExplainer(1, true));
  writeFileSync(
    PAGE,
    readFileSync(PAGE, 'utf8').replace(MARKED, (_, begin: string, end: string) => `${begin}\n${tables}\n${end}`),
  );
  process.stdout.write('docs/explain-log.md\n');
}

void write();
