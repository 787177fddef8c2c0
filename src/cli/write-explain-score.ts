// Scores the log explainer and writes the tables into docs/explain-log.md between their marks: on the known traffic, which a
// test holds the page to, and on that of real senders. Run by `npm run explain-score` after a change to the explainer.

import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { scoreExplainer, scoreLog, scorePage, type Score } from '../gauntlet/explain-score';
import { playFieldTraffic } from '../gauntlet/field-traffic';

const PAGE = resolve(__dirname, '..', '..', 'docs', 'explain-log.md');
/** How often each real client runs each errand. */
const ROUNDS = 3;

function put(mark: string, tables: string): void {
  const marked = new RegExp(`(<!-- ${mark}: begin[^>]*-->\\n)[\\s\\S]*?(\\n<!-- ${mark}: end -->)`);
  const page = readFileSync(PAGE, 'utf8');
  if (!marked.test(page)) throw new Error(`${PAGE} has no marks for the ${mark}`);
  writeFileSync(
    PAGE,
    page.replace(marked, (_, begin: string, end: string) => `${begin}\n${tables}\n${end}`),
  );
}

async function write(): Promise<void> {
  put('score', scorePage(await scoreExplainer(1, false), await scoreExplainer(1, true)));
  const { truth, log, absent } = await playFieldTraffic(ROUNDS);
  const sessions = truth.map(({ peer, cause }) => ({ address: peer, cause }));
  const score = (inferred: boolean): Score => scoreLog(log(inferred), sessions, null);
  // A table without one of them would not be what the page says it is.
  if (absent.length === 0) put('field score', scorePage(score(false), score(true), 'Real senders: '));
  else process.stderr.write(`the field score stays as it is; not run: ${absent.join('; ')}\n`);
  process.stdout.write('docs/explain-log.md\n');
}

void write();
