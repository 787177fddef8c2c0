// Who decided a reply or a step, in a few words: the "why" of a transcript. Used by the transcript and by whoever else
// shows a `Source`. Not here: the sentence of a rule itself (scenario/explain.ts).

import { explainRule } from '../scenario/explain';
import type { Rule, Scenario } from '../scenario/scenario';
import type { Source } from '../wire/trace-event';

/**
 * @param scenario the one that was played; with it a rule is explained and the persona has its name
 * @returns e.g. `persona domino-6.5: mail-ok`, `policy: errorLimit`, `rule rules[2]: On RCPT: reply 550 … (x.yaml:12)`
 */
export function sourceText(source: Source, scenario?: Scenario): string {
  switch (source.kind) {
    case 'rule': {
      const rule = scenario === undefined ? undefined : ruleOf(scenario, source.rule);
      return rule === undefined ? `rule ${source.rule}` : `rule ${rule.id}: ${sentence(rule)}`;
    }
    case 'policy':
      return `policy: ${source.policy}`;
    case 'persona':
      return `persona${scenario === undefined ? '' : ` ${scenario.persona}`}: ${source.situation}`;
    case 'default':
      return 'default';
  }
}

function ruleOf(scenario: Scenario, id: string): Rule | undefined {
  return [...scenario.rules, ...scenario.connections.flat()].find((rule) => rule.id === id);
}

function sentence(rule: Rule): string {
  const said = explainRule(rule);
  return rule.at === null ? said : `${said.replace(/\.$/, '')} (${rule.at})`;
}
