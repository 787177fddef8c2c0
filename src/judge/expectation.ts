// What the scenario expects besides obligations: messages accepted, connections, and lines that each connection must have
// sent. Read off the record like everything else (semantics A13). An unmet one is no verdict: it ends in exit code 1.

import { compilePattern } from '../scenario/pattern';
import type { Expectations } from '../scenario/scenario';
import type { TrialRecord } from '../wire/trial-record';
import type { Campaign } from './campaign';
import type { Dialogue } from './dialogue';

export interface ExpectationResult {
  readonly met: boolean;
  /** One sentence: what was expected, and what came. */
  readonly detail: string;
}

/**
 * The `expect:` of the scenario on a record.
 * @returns what is missing in the record (it may come from elsewhere) as "not said"
 */
export function expectationsOf(record: TrialRecord): Expectations {
  const given = record.scenario['expect'] as Partial<Expectations> | undefined;
  return {
    obligations: given?.obligations ?? [],
    messages: given?.messages ?? null,
    connections: given?.connections ?? null,
    dialogue: given?.dialogue ?? [],
  };
}

/** Holds a campaign against what was expected. */
export function judgeExpectations(expect: Expectations, campaign: Campaign): readonly ExpectationResult[] {
  const results: ExpectationResult[] = [];
  if (expect.messages !== null) {
    // By identity: a message accepted twice counts once, and bounces are counted apart.
    const accepted = campaign.stories.filter(({ acceptedFor }) => acceptedFor.length > 0).length;
    results.push(countResult('submitted message', 'accepted', expect.messages, accepted));
  }
  if (expect.connections !== null) {
    results.push(countResult('connection', 'made', expect.connections, campaign.dialogues.length));
  }
  expect.dialogue.forEach(({ lines, exact }, index) => {
    results.push(judgeLines(lines, exact, index + 1, campaign.dialogues[index]));
  });
  return results;
}

function countResult(noun: string, verb: string, expected: number, came: number): ExpectationResult {
  const plural = expected === 1 ? noun : `${noun}s`;
  return { met: expected === came, detail: `Expected ${expected} ${plural} to be ${verb}; ${came} came.` };
}

/** Patterns in order, other lines between them allowed unless `exact`. */
function judgeLines(
  patterns: Expectations['dialogue'][number]['lines'],
  exact: boolean,
  connection: number,
  dialogue: Dialogue | undefined,
): ExpectationResult {
  if (dialogue === undefined) return { met: false, detail: `Expected a connection ${connection}; it never came.` };
  const sent = dialogue.exchanges.flatMap(({ command }) => (command === null ? [] : [command.line]));
  let next = 0;
  for (const pattern of patterns) {
    const test = compilePattern(pattern);
    const at = exact ? next : sent.findIndex((line, index) => index >= next && test.test(line));
    const line = sent[at];
    if (line === undefined || !test.test(line)) {
      const instead = exact && line !== undefined ? `"${line}" stood there` : 'it never came';
      return { met: false, detail: `Expected ${pattern} on connection ${connection}; ${instead}.` };
    }
    next = at + 1;
  }
  const extra = exact ? sent[next] : undefined;
  if (extra !== undefined) {
    return { met: false, detail: `Expected nothing more on connection ${connection}; "${extra}" came.` };
  }
  return { met: true, detail: `Connection ${connection} sent the ${patterns.length} expected lines.` };
}
