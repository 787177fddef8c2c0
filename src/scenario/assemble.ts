// From the author's form to the resolved Scenario: reads it with the schema, numbers rules and submissions, fills in
// what depends on several keys at once, and checks what only the whole can show. Used by load.ts and builder.ts.

import { isAbsolute, resolve } from 'node:path';
import { nearestWord } from '../wire/nearest-word';
import { Mistake } from './mistake';
import { captureNames } from './pattern';
import type { Conditions, Rule, Scenario, ServerConfig, Step, Submission, Span } from './scenario';
import { scenarioSchema } from './schema';
import type { ScenarioDraft } from './schema';
import { joinConditions } from './schema-conditions';
import { refusalsOf, sayIssue } from './schema-issues';
import type { Path, Refusal } from './schema-issues';
import { refusePlainBoxes } from './schema-path';
import type { Habits } from './schema-policies';
import type { RuleNode } from './schema-rules';
import { completeServer, serverSchema } from './schema-server';
import type { SubmissionDraft } from './schema-submit';
import { TEMPLATE_NAMES, compileTemplate } from './template';

const WINDOW_MS = { quick: 5000, minutes: 120_000, hours: 3_600_000 } as const;

/** Habits of the persona `plain`, for callers that know no persona (RFC 5321 4.5.3.2.7: five minutes at least). */
export const PLAIN_HABITS: Habits = {
  lineEndings: 'crlf',
  commands: { VRFY: true, EXPN: true, HELP: true, ETRN: false },
  errorLimit: null,
  idleTimeoutMs: 300_000,
};

export interface Assembly {
  /** For scenarios that do not name themselves: the file's name. */
  readonly name: string;
  /** Where relative file names are looked for. */
  readonly folder: string;
  /** Place of a value, "file:line", for `Rule.at`; null when built in code. */
  readonly at: (path: Path) => string | null;
  /** What a persona decides where the author is silent. */
  readonly habitsOf: (persona: string) => Habits;
}

export type Assembled =
  | { readonly scenario: Scenario; readonly refusals?: undefined }
  | { readonly scenario?: undefined; readonly refusals: readonly Refusal[] };

interface PlacedRule {
  readonly rule: Rule;
  readonly path: Path;
}

function idOf(path: Path): string {
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${key}`)).join('');
}

/** Rules in order, groups opened; each keeps the path it was written at. */
function placeRules(
  nodes: readonly RuleNode[],
  path: Path,
  outer: Conditions,
  assembly: Assembly,
  refusals: Refusal[],
): readonly PlacedRule[] {
  return nodes.flatMap((node, index): readonly PlacedRule[] => {
    const here: Path = [...path, index];
    const { conditions, clashes } = joinConditions(outer, node.kind === 'rule' ? node.rule.when : node.when);
    if (clashes.length > 0) {
      const message = `${clashes.join(', ')} is a condition of the group already; expected it in one place`;
      refusals.push({ path: [...here, 'when'], message, fix: null, onKey: true });
    }
    if (node.kind === 'group') return placeRules(node.rules, [...here, 'rules'], conditions, assembly, refusals);
    const rule: Rule = { ...node.rule, id: node.rule.id ?? idOf(here), when: conditions, at: assembly.at(here) };
    return [{ rule, path: here }];
  });
}

function refuseSameIds(rules: readonly PlacedRule[]): readonly Refusal[] {
  const seen = new Set<string>();
  return rules.flatMap(({ rule, path }) => {
    const again = seen.has(rule.id);
    seen.add(rule.id);
    return again
      ? [
          {
            path: [...path, 'id'],
            message: `two rules are called "${rule.id}"; expected different ids`,
            fix: null,
            onKey: false,
          },
        ]
      : [];
  });
}

/** Every pattern under a `when:`, for the names it captures. */
function patternsOf(conditions: Conditions): readonly string[] {
  const { sender, recipient, argument, line, peer, helo, mechanism, user } = conditions;
  return [sender, recipient, argument, line, peer, helo, mechanism, user].filter((source) => source !== undefined);
}

/** Every text of some steps in which a name may stand in braces, times and sizes that are captured among them. */
function textsOf(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) => {
    switch (step.step) {
      case 'reply':
        return [...(step.reply.kind === 'lines' ? step.reply.lines : []), ...capturedIn(step.dribble?.every)];
      case 'raw':
        return capturedIn(step.dribble?.every);
      case 'wait':
        return capturedIn(step.ms);
      case 'hold':
        return capturedIn(step.atMost);
      case 'set':
        return typeof step.sizeLimit === 'object' && step.sizeLimit !== null ? [`{${step.sizeLimit.name}}`] : [];
      default:
        return [];
    }
  });
}

function capturedIn(span: Span | undefined): readonly string[] {
  return span?.captured === undefined ? [] : [`{${span.captured.name}}`];
}

/** Where, at or below a path of the author's value, a text stands: steps do not remember where they were written. */
function placeOfText(value: unknown, path: Path, text: string): Path {
  const search = (inside: unknown, here: Path): Path | null => {
    if (typeof inside === 'string') return here.at(-1) !== 'id' && inside.includes(text) ? here : null;
    if (typeof inside !== 'object' || inside === null) return null;
    for (const [key, member] of Object.entries(inside)) {
      const found = search(member, [...here, key]);
      if (found !== null) return found;
    }
    return null;
  };
  let inside = value;
  for (const key of path) inside = (inside as Readonly<Record<string, unknown>> | undefined)?.[key];
  return search(inside, path) ?? path;
}

/** Names in braces: those of every text, and what any pattern of the scenario captures. */
function refuseUnknownNames(value: unknown, rules: readonly PlacedRule[]): readonly Refusal[] {
  const captured = rules.flatMap(({ rule }) => patternsOf(rule.when).flatMap(captureNames));
  const known = new Set([...TEMPLATE_NAMES, ...captured]);
  return rules.flatMap(({ rule, path }) =>
    textsOf(rule.steps).flatMap((line) => {
      try {
        compileTemplate(line, known);
        return [];
      } catch (error) {
        if (!(error instanceof Mistake)) throw error;
        const place = placeOfText(value, path, line.startsWith('{') ? line : line.slice(4));
        return [{ path: place, message: error.message, fix: error.fix, onKey: false }];
      }
    }),
  );
}

function serversOf(draft: ScenarioDraft, habits: Habits, refusals: Refusal[]): readonly ServerConfig[] {
  const drafts = draft.servers ?? [draft.server ?? serverSchema.parse({})];
  return drafts.map((each, index) => {
    const server = completeServer(each, draft.path ?? [], habits);
    const own: Path = draft.servers === undefined ? ['server'] : ['servers', index];
    refusals.push(...refusePlainBoxes(server, each.path === undefined ? ['path'] : [...own, 'path']));
    return server;
  });
}

function submissionsOf(drafts: readonly SubmissionDraft[], implicit: boolean, folder: string): readonly Submission[] {
  return drafts
    .flatMap(({ count, ...draft }) => Array.from({ length: count }, () => draft))
    .map((draft, index) => ({
      ...draft,
      id: index + 1,
      tls: draft.tls ?? (implicit ? 'implicit' : 'none'),
      file: draft.file === null || isAbsolute(draft.file) ? draft.file : resolve(folder, draft.file),
    }));
}

function namedStates(draft: ScenarioDraft, rules: readonly PlacedRule[]): Scenario['states'] {
  const used = rules.flatMap(({ rule }) => [
    ...(rule.when.states ?? []).map((state) => state.name),
    ...(rule.when.not?.states ?? []).map((state) => state.name),
    ...rule.steps.flatMap((step) => (step.step === 'set' ? Object.keys(step.states) : [])),
  ]);
  const declared = Array.isArray(draft.states)
    ? Object.fromEntries(draft.states.map((name) => [name, 'global' as const]))
    : (draft.states ?? {});
  return { ...Object.fromEntries(used.map((name) => [name, 'global' as const])), ...declared };
}

/** With declared states, a name that is not among them is a slip; without any, names declare themselves. */
function refuseUndeclaredStates(draft: ScenarioDraft, rules: readonly PlacedRule[]): readonly Refusal[] {
  if (draft.states === undefined) return [];
  const declared = Array.isArray(draft.states) ? draft.states : Object.keys(draft.states);
  return rules.flatMap(({ rule, path }) => {
    return Object.keys(namedStates({}, [{ rule, path }]))
      .filter((name) => !declared.includes(name))
      .map((name) => {
        const near = nearestWord(name, declared);
        const fix = near === undefined ? `add it under states:` : `did you mean "${near}"?`;
        return {
          path,
          message: `the state "${name}" is not declared; expected one of ${declared.join(', ')}`,
          fix,
          onKey: false,
        };
      });
  });
}

function assembleDraft(value: unknown, draft: ScenarioDraft, assembly: Assembly): Assembled {
  const refusals: Refusal[] = [];
  const rules = placeRules(draft.rules ?? [], ['rules'], {}, assembly, refusals);
  const connections = (draft.connections ?? []).map((nodes, index) =>
    placeRules(nodes, ['connections', index], {}, assembly, refusals),
  );
  const all = [...rules, ...connections.flat()];
  const name = draft.name ?? assembly.name;
  const persona = draft.persona ?? 'plain';
  const servers = serversOf(draft, assembly.habitsOf(persona), refusals);
  refusals.push(...refuseSameIds(all), ...refuseUnknownNames(value, all), ...refuseUndeclaredStates(draft, all));
  if (refusals.length > 0) return { refusals };
  const patience = draft.patience ?? 'quick';
  const implicit = servers[0]?.tls.implicit ?? false;
  return {
    scenario: {
      name,
      title: draft.title ?? name,
      source: draft.source ?? null,
      tags: draft.tags ?? [],
      patience,
      persona,
      servers,
      states: namedStates(draft, all),
      submit: submissionsOf(draft.submit ?? DEFAULT_SUBMIT, implicit, assembly.folder),
      rules: rules.map(({ rule }) => rule),
      connections: connections.map((list) => list.map(({ rule }) => rule)),
      expect: draft.expect ?? { obligations: [], messages: null, connections: null, dialogue: [] },
      windowMs: draft.window ?? WINDOW_MS[patience],
      sender: draft.sender ?? null,
    },
  };
}

const DEFAULT_SUBMIT: NonNullable<ScenarioDraft['submit']> = scenarioSchema.parse({ submit: {} }).submit ?? [];

/**
 * Reads and completes an author's value.
 * @param value what YAML or the builder gave, `extends` already resolved
 * @returns the scenario, or everything that is wrong with the value, by path
 */
export function assembleScenario(value: unknown, assembly: Assembly): Assembled {
  const parsed = scenarioSchema.safeParse(value, { error: sayIssue, reportInput: true });
  return parsed.success ? assembleDraft(value, parsed.data, assembly) : { refusals: refusalsOf(parsed.error) };
}
