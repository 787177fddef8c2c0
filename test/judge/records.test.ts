// For every obligation that is judged there are records written by hand beside its check's tests: one that keeps it and one
// that breaks it. The tests themselves prove what they expect; this one, that none is left out.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKS } from '../../src/judge/checks/index';

const FOLDER = join(__dirname, 'checks');

/** Obligation → why its records never end so. */
const NEVER: Readonly<Record<string, { readonly pass?: string; readonly fail?: string }>> = {
  'reply-multiline-mixed-codes': { pass: 'The reply is our fault: what is made of it is observed at best.' },
  'reply-mangled-wrap': { pass: 'The reply is our fault: what is made of it is observed at best.' },
  'starttls-used-if-offered': { pass: 'Nothing obliges a client to use it: it is observed at best.' },
  'no-http-or-proxy': {
    pass: 'A mail client gives no occasion for it.',
    fail: 'No rule of mail binds what is not a mail client: it is observed at worst.',
  },
};

const blocks = readdirSync(FOLDER)
  .map((file) => readFileSync(join(FOLDER, file), 'utf8'))
  .flatMap((text) => {
    const parts = text.split(/^(?=describe)/m);
    // A file about a single obligation needs no describe.
    return parts.length === 1 ? parts : parts.slice(1);
  });

/** The tests of one obligation: the blocks that it names, alone or as their `id`. */
function testsOf(id: string): string {
  return blocks.filter((block) => block.includes(`'${id}'`)).join('\n');
}

/** Obligations whose tests do not have this expectation, but for those with a reason. */
function without(expectation: RegExp, reason: 'pass' | 'fail'): readonly string[] {
  return CHECKS.map(({ id }) => id).filter((id) => !expectation.test(testsOf(id)) && NEVER[id]?.[reason] === undefined);
}

test('every judged obligation has a record that passes', () => {
  expect(without(/'pass'/, 'pass')).toEqual([]);
});

test('every judged obligation has a record that is blamed', () => {
  expect(without(/'(?:fail|warn)'/, 'fail')).toEqual([]);
});

test('the reasons are needed', () => {
  const needless = Object.entries(NEVER).filter(([id, { pass, fail }]) => {
    const text = testsOf(id);
    return (
      (pass !== undefined && /\).toBe\('pass'\)/.test(text)) || (fail !== undefined && /'(?:fail|warn)'/.test(text))
    );
  });
  expect(needless.map(([id]) => id)).toEqual([]);
});
