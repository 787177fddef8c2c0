// A scenario made ready to run: texts split into templates, patterns compiled, rules indexed by event, lists joined.
// Done once per server, so that a command costs a map look-up and not a search. Holds no state of any run.

import type { EventName } from '../smtp/vocabulary';
import type { Source } from '../wire/trace-event';
import { compilePolicies, type CompiledPolicies } from './compile-policies';
import { compileText, constantText, type CompiledText } from './compile-text';
import { keywordList, type KeywordList } from './keyword-list';
import { compileConditions, type Matcher } from './matching';
import { captureNames } from './pattern';
import type { Persona, Situation } from './persona';
import { wordsForCode } from './reply-words';
import { ANY_EVENT, indexRules, type RuleIndex } from './rule-index';
import type { Conditions, Dribble, Rule, Scenario, ServerConfig, Span, Step } from './scenario';
import { PERSONA_TEMPLATE_NAMES, TEMPLATE_NAMES } from './template';

export type CompiledStep =
  | { readonly step: 'reply'; readonly text: CompiledText; readonly dribble: Dribble | null }
  /** The first line of the EHLO reply; the list of extensions is put behind it. */
  | { readonly step: 'ehlo'; readonly text: CompiledText }
  /** 334 with a base64 challenge. */
  | { readonly step: 'challenge'; readonly challenge: string }
  | { readonly step: 'raw'; readonly octets: string; readonly as: number | null; readonly dribble: Dribble | null }
  /** Policies and persona decide, at the moment this is reached. */
  | { readonly step: 'decide' }
  | Exclude<Step, { step: 'reply' | 'raw' }>;

export interface CompiledRule {
  readonly rule: Rule;
  readonly source: Source;
  readonly matches: Matcher;
  readonly steps: readonly CompiledStep[];
}

export interface CompiledServer {
  readonly scenario: Scenario;
  readonly server: ServerConfig;
  readonly persona: Persona;
  readonly texts: Readonly<Record<Situation, CompiledText>>;
  readonly sources: Readonly<Record<Situation, Source>>;
  readonly common: RuleIndex;
  /** For the first, second … connection: the rules of that one alone, then the common ones (semantics, primitive 8). */
  readonly perConnection: readonly RuleIndex[];
  /** Events whose occurrences are counted because some rule asks for `nth`. */
  readonly counted: ReadonlySet<EventName>;
  readonly policies: CompiledPolicies;
  readonly lists: { readonly plain: KeywordList; readonly tls: KeywordList };
  readonly errorLimit: number | null;
  readonly idleTimeoutMs: number | null;
  /** Messages are written to disk before they are acknowledged. */
  readonly saves: boolean;
  /** Some rule holds a reply back until certain lines have come: the engine then needs to see what is pending. */
  readonly holdsForLines: boolean;
}

/**
 * @param options.saves whether accepted messages are saved before the reply
 * @throws Mistake for a pattern, template or network that cannot be compiled (the loader has looked before)
 */
export function compileServer(
  scenario: Scenario,
  serverIndex: number,
  persona: Persona,
  options: { readonly saves: boolean } = { saves: false },
): CompiledServer {
  const server = scenario.servers[serverIndex];
  if (server === undefined) throw new Error(`scenario ${scenario.name} has no server ${serverIndex}`);
  const known = new Set([...TEMPLATE_NAMES, ...capturesOf(scenario)]);
  const texts = {} as Record<Situation, CompiledText>;
  const sources = {} as Record<Situation, Source>;
  for (const situation of Object.keys(persona.texts) as Situation[]) {
    texts[situation] = compileText(persona.texts[situation].lines, PERSONA_TEMPLATE_NAMES);
    sources[situation] = persona.defaulted.includes(situation) ? { kind: 'default' } : { kind: 'persona', situation };
  }
  const compileAll = (rules: readonly Rule[]): readonly CompiledRule[] =>
    rules.map((rule) => compileRule(rule, scenario, persona, known));
  const common = compileAll(scenario.rules);
  return {
    scenario,
    server,
    persona,
    texts,
    sources,
    common: indexRules(common),
    perConnection: scenario.connections.map((own) => indexRules([...compileAll(own), ...common])),
    counted: countedEvents([...scenario.rules, ...scenario.connections.flat()]),
    policies: compilePolicies(server),
    lists: {
      plain: keywordList(server, persona, false, server.extensions?.plain ?? null, server.policies.size.limit),
      tls: keywordList(server, persona, true, server.extensions?.tls ?? null, server.policies.size.limit),
    },
    errorLimit: server.policies.errorLimit,
    idleTimeoutMs: server.policies.idleTimeout,
    saves: options.saves,
    holdsForLines: [...scenario.rules, ...scenario.connections.flat()].some(holdsForLines),
  };
}

function compileRule(rule: Rule, scenario: Scenario, persona: Persona, known: ReadonlySet<string>): CompiledRule {
  return {
    rule,
    source: { kind: 'rule', rule: rule.id },
    matches: compileConditions(rule.when, scenario.states),
    steps: rule.steps.map((step) => compileStep(step, persona, known)),
  };
}

function compileStep(step: Step, persona: Persona, known: ReadonlySet<string>): CompiledStep {
  if (step.step === 'raw') {
    return { step: 'raw', octets: step.octets, as: step.as ?? null, dribble: step.dribble ?? null };
  }
  if (step.step !== 'reply') return step;
  const { reply } = step;
  const dribble = step.dribble ?? null;
  switch (reply.kind) {
    case 'lines':
      return { step: 'reply', text: compileText(reply.lines, known), dribble };
    case 'bare':
      return { step: 'reply', text: constantText(reply.code, `${reply.code}\r\n`), dribble };
    case 'code': {
      const own = persona.codes[String(reply.code)];
      const text =
        own === undefined
          ? compileText([wordsForCode(reply.code)], known)
          : compileText(own.lines, PERSONA_TEMPLATE_NAMES);
      return { step: 'reply', text, dribble };
    }
  }
}

function capturesOf(scenario: Scenario): readonly string[] {
  const names: string[] = [];
  const collect = (when: Conditions): void => {
    for (const value of Object.values(when)) if (typeof value === 'string') names.push(...captureNames(value));
    if (when.not !== undefined) collect(when.not);
  };
  for (const rule of [...scenario.rules, ...scenario.connections.flat()]) collect(rule.when);
  return names;
}

function countedEvents(rules: readonly Rule[]): ReadonlySet<EventName> {
  const asksNth = (when: Conditions): boolean =>
    when.nth !== undefined || (when.not !== undefined && asksNth(when.not));
  return new Set(
    rules.filter((rule) => asksNth(rule.when)).flatMap((rule) => (rule.on.length === 0 ? ANY_EVENT : rule.on)),
  );
}

function holdsForLines({ steps }: Rule): boolean {
  return steps.some((step) => step.step === 'hold' && (step.until !== undefined || step.lines !== undefined));
}

/** A draw between the two ends of a span. */
export function drawSpan(span: Span, random: () => number): number {
  return span.min === span.max ? span.min : span.min + random() * (span.max - span.min);
}
