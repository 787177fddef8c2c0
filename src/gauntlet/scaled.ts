// `--time-scale`: a scenario whose clock runs faster or slower. Every span of its own is multiplied: window, waits, holds,
// dribbles, silences, timers, the age of states, the server's time-outs and ports. The path keeps its pace: what it does to
// octets is not a matter of patience. Verdicts are marked "scaled" by the judge.

import type { Conditions, Dribble, Range, Rule, Scenario, ServerConfig, Span, Step } from '../scenario/scenario';

export function scaled(scenario: Scenario, factor: number): Scenario {
  if (factor === 1) return scenario;
  return {
    ...scenario,
    windowMs: scenario.windowMs * factor,
    servers: scenario.servers.map((server) => scaleServer(server, factor)),
    rules: scenario.rules.map((rule) => scaleRule(rule, factor)),
    connections: scenario.connections.map((rules) => rules.map((rule) => scaleRule(rule, factor))),
  };
}

function scaleServer(server: ServerConfig, factor: number): ServerConfig {
  const { policies, port } = server;
  const { rate } = policies.connections;
  return {
    ...server,
    policies: {
      ...policies,
      idleTimeout: times(policies.idleTimeout, factor),
      connections: { ...policies.connections, rate: rate === null ? null : { ...rate, ms: rate.ms * factor } },
    },
    port: {
      ...port,
      listenAfterMs: times(port.listenAfterMs, factor),
      closed: port.closed === null ? null : { ...port.closed, forMs: times(port.closed.forMs, factor) },
    },
  };
}

function scaleRule(rule: Rule, factor: number): Rule {
  const clockRule = rule.on.includes('idle') || rule.on.includes('timer');
  return {
    ...rule,
    when: scaleConditions(rule.when, factor),
    after: clockRule ? times(rule.after, factor) : rule.after,
    every: times(rule.every, factor),
    steps: rule.steps.map((step) => scaleStep(step, factor)),
  };
}

function scaleConditions(when: Conditions, factor: number): Conditions {
  const { states, not } = when;
  return {
    ...when,
    ...(states === undefined
      ? {}
      : {
          states: states.map((state) =>
            state.age === undefined ? state : { ...state, age: scaleRange(state.age, factor) },
          ),
        }),
    ...(not === undefined ? {} : { not: scaleConditions(not, factor) }),
  };
}

function scaleStep(step: Step, factor: number): Step {
  switch (step.step) {
    case 'wait':
      return { ...step, ms: scaleSpan(step.ms, factor) };
    case 'hold':
      return { ...step, atMost: scaleSpan(step.atMost, factor) };
    case 'mute':
    case 'deaf':
      return { ...step, ms: times(step.ms, factor) };
    case 'reply':
    case 'raw':
      return step.dribble === undefined ? step : { ...step, dribble: scaleDribble(step.dribble, factor) };
    case 'set':
    case 'ignore':
    case 'next':
      return step;
  }
}

const scaleDribble = ({ octets, every }: Dribble, factor: number): Dribble => ({
  octets,
  every: scaleSpan(every, factor),
});

/** What a client said it wants to wait is multiplied, too. */
function scaleSpan({ min, max, captured }: Span, factor: number): Span {
  return {
    min: min * factor,
    max: max * factor,
    ...(captured === undefined ? {} : { captured: { ...captured, factor: captured.factor * factor } }),
  };
}

function scaleRange(range: Range, factor: number): Range {
  const { max } = range;
  return { ...range, min: range.min * factor, max: max === Number.MAX_SAFE_INTEGER ? max : max * factor }; // no end is none
}

function times(ms: number | null, factor: number): number | null {
  return ms === null ? null : ms * factor;
}
