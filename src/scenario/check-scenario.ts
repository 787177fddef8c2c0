// What is allowed and probably not meant: `check` prints these, and nothing refuses to start because of them.
// Mistakes that no scenario may have are the schema's business (schema-*.ts, assemble.ts).

import { ZERO_WINDOW_OCTETS } from '../middlebox/mtu-black-hole';
import { REPLY_LINE_OCTETS } from './template';
import type { Rule, Scenario, Step } from './scenario';

export interface Warning {
  /** The id of the rule, or null when it is about the scenario. */
  readonly rule: string | null;
  readonly message: string;
}

/** Octets that a reader's buffers swallow before a client notices that nobody reads (semantics A10). */
const LOOPBACK_BUFFER_OCTETS = 3_908_608;

function key(rule: Rule): string {
  const { on, when, after } = rule;
  return JSON.stringify([[...on].sort(), Object.entries(when).sort(([a], [b]) => (a < b ? -1 : 1)), after]);
}

/** Takes every event it matches, for ever. */
function isExhaustive(rule: Rule): boolean {
  return !rule.pass && rule.times === null && rule.probability === 1;
}

function unreachableRules(rules: readonly Rule[]): readonly Warning[] {
  return rules.flatMap((rule, index) => {
    const before = rules.slice(0, index).find((other) => {
      if (!isExhaustive(other)) return false;
      const matchesAll = other.on.length === 0 && Object.keys(other.when).length === 0;
      return matchesAll || key(other) === key(rule);
    });
    return before === undefined
      ? []
      : [{ rule: rule.id, message: `is never reached: ${before.id} matches the same and never runs out` }];
  });
}

function longLines(lines: readonly string[]): readonly string[] {
  return lines
    .filter((line) => line.length + 2 > REPLY_LINE_OCTETS)
    .map((line) => `sends a reply line of ${line.length + 2} octets; RFC 5321 4.5.3.1.5 allows ${REPLY_LINE_OCTETS}`);
}

function mixedCodes(lines: readonly string[]): readonly string[] {
  const codes = new Set(lines.map((line) => line.slice(0, 3)));
  if (codes.size > 1) return [`sends different codes in one reply: ${[...codes].join(', ')}`];
  return lines.at(-1)?.charAt(3) === '-' ? ['sends a reply that announces a further line and has none'] : [];
}

function outOfRange(step: Step): readonly string[] {
  if (step.step !== 'reply') return [];
  const code = step.reply.kind === 'lines' ? Number(step.reply.lines[0]?.slice(0, 3)) : step.reply.code;
  return code < 200 || code > 599 ? [`sends the code ${code}; RFC 5321 4.2 knows 200 to 599`] : [];
}

function rawOddities(octets: string, as: number | undefined): readonly string[] {
  const messages: string[] = [];
  if (!/^\d{3}/.test(octets) && as === undefined) messages.push('sends raw octets without a code, which move no state');
  else if (as === undefined)
    messages.push(`sends raw octets that look like ${octets.slice(0, 3)} but move no state; "as" would say so`);
  if (!octets.endsWith('\n')) messages.push('sends raw octets without a line end');
  return messages;
}

function stepWarnings(step: Step): readonly string[] {
  switch (step.step) {
    case 'reply':
      return step.reply.kind === 'lines'
        ? [...longLines(step.reply.lines), ...mixedCodes(step.reply.lines), ...outOfRange(step)]
        : outOfRange(step);
    case 'raw':
      return rawOddities(step.octets, step.as);
    case 'deaf':
      return [`stops reading; on loopback a client notices only behind ${LOOPBACK_BUFFER_OCTETS} octets`];
    case 'wait':
    case 'hold':
    case 'set':
    case 'ignore':
    case 'mute':
    case 'next':
      return [];
  }
}

function ruleWarnings(rule: Rule): readonly Warning[] {
  const messages = rule.steps.flatMap(stepWarnings);
  const spoken = rule.steps.filter((step) => step.step === 'reply' || step.step === 'raw');
  if (rule.probability === 0) messages.push('has probability 0 and never answers');
  if (rule.on.includes('peer-close') && spoken.length > 0) messages.push('answers a client that has gone');
  return messages.map((message) => ({ rule: rule.id, message }));
}

/** States that are waited for and that no rule sets: only the control interface could. */
function unsetStates(rules: readonly Rule[]): readonly Warning[] {
  const set = new Set(
    rules.flatMap((rule) => rule.steps.flatMap((step) => (step.step === 'set' ? Object.keys(step.states) : []))),
  );
  return rules.flatMap((rule) =>
    (rule.when.states ?? [])
      .filter((state) => state.set && !set.has(state.name))
      .map((state) => ({ rule: rule.id, message: `waits for the state "${state.name}", which no rule sets` })),
  );
}

/** A window that closes shows only to who has more to send than the socket buffers take. */
function smallForZeroWindow({ servers, submit }: Scenario): readonly Warning[] {
  const closes = servers.some(({ path }) =>
    path.some(({ box, options }) => box === 'mtu-black-hole' && options['way'] === 'zero-window'),
  );
  const isLarge = submit.some(({ file, size }) => file !== null || (size ?? 0) >= ZERO_WINDOW_OCTETS);
  if (!closes || isLarge) return [];
  const least = `${ZERO_WINDOW_OCTETS / 1e6} MB`;
  return [
    { rule: null, message: `no message has ${least}: behind a zero window a smaller one stalls as with swallow` },
  ];
}

/** What the client is asked for and no server can do. */
function scenarioWarnings(scenario: Scenario): readonly Warning[] {
  const asksImplicit = scenario.submit.some((submission) => submission.tls === 'implicit');
  const offersImplicit = scenario.servers.some((server) => server.tls.implicit);
  if (asksImplicit && !offersImplicit) {
    return [{ rule: null, message: 'the client is asked for implicit TLS, and no server speaks it' }];
  }
  return [];
}

/** @returns what is allowed and odd, in the order of the rules; empty for an ordinary scenario */
export function checkScenario(scenario: Scenario): readonly Warning[] {
  const all = [...scenario.connections.flat(), ...scenario.rules];
  return [
    ...scenarioWarnings(scenario),
    ...smallForZeroWindow(scenario),
    ...scenario.connections.flatMap(unreachableRules),
    ...unreachableRules(scenario.rules),
    ...all.flatMap(ruleWarnings),
    ...unsetStates(all),
  ];
}
