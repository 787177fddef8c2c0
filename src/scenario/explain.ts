// Scenarios in English: every condition, step and rule as (part of) a sentence. Used by `show`, by the transcript and
// by the web page. Reads the resolved form only, so it says what will happen, not what was typed.

import { explainConditions } from './explain-conditions';
import { buildPath } from './path';
import type { Dribble, Next, ReplyForm, Rule, Scenario, ServerConfig, Step } from './scenario';
import { STATE_SET } from './schema-steps';
import { formatDuration, formatOctets, formatOctetsOrCaptured, formatSpan } from './units';

export { explainConditions } from './explain-conditions';

/** Semantics A10, measured on loopback: what the kernels take before a client notices that nobody reads. */
const BUFFER_FACTS =
  'on loopback a client notices only when both kernels’ buffers are full, behind some 3.9 MB: a smaller message is written whole';

/** A list as a sentence has it: "a, b and c". */
function listed(parts: readonly string[], word = 'and'): string {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} ${word} ${parts.at(-1) ?? ''}`;
}

/** Octets as a person can read them: escapes for what is not printable. */
function shownOctets(octets: string): string {
  const cut = octets.length > 80 ? `${octets.slice(0, 80)}…` : octets;
  return JSON.stringify(cut).replace(/[\u007f-\u00ff]/g, (octet) => `\\x${octet.charCodeAt(0).toString(16)}`);
}

// --- steps -------------------------------------------------------------------------------------------------------

function explainReply(reply: ReplyForm): string {
  switch (reply.kind) {
    case 'code':
      return `reply ${reply.code} in the persona's words`;
    case 'bare':
      return `reply the bare code ${reply.code}`;
    case 'lines':
      return `reply ${reply.lines.map(shownOctets).join(' / ')}`;
  }
}

function explainDribble(dribble: Dribble | undefined): string {
  if (dribble === undefined) return '';
  return `, ${formatOctets(dribble.octets)} every ${formatSpan(dribble.every)}`;
}

const NEXT_CLAUSES: Readonly<Record<Next, string>> = {
  continue: 'go on',
  wait: "say nothing more until the client's FIN",
  content: 'read mail data',
  commands: 'read commands',
  tls: 'start TLS',
  plain: 'go on without TLS',
  swallow: 'read mail data to its end without a second answer',
  close: 'close the connection',
  'half-close': 'send FIN and go on reading',
  reset: 'reset the connection',
  mute: 'never answer again, but still read and record',
};

function explainHold(step: Extract<Step, { step: 'hold' }>): string {
  const { until, lines, octets } = step;
  const wanted =
    until ??
    (lines === undefined ? `${formatOctets(octets ?? 1)} more` : `${lines} more ${lines === 1 ? 'line' : 'lines'}`);
  return `hold until the client has sent ${wanted}, at most ${formatSpan(step.atMost)}`;
}

function explainSet(step: Extract<Step, { step: 'set' }>): string {
  const parts = Object.entries(step.states).map(([name, value]) => {
    if (value === null) return `clear the state ${name}`;
    return value === STATE_SET ? `set the state ${name}` : `set the state ${name} to "${value}"`;
  });
  if (step.extensions !== undefined) parts.push(`announce ${listed(step.extensions.plain) || 'no extensions'}`);
  if (step.sizeLimit !== undefined) {
    parts.push(
      step.sizeLimit === null
        ? 'lift the size limit'
        : `set the size limit to ${formatOctetsOrCaptured(step.sizeLimit)}`,
    );
  }
  if (step.hostname !== undefined) parts.push(`call itself ${step.hostname}`);
  return listed(parts);
}

/** One step as a clause without a full stop: `wait 3 s`, `reply "450 Mailbox busy"`. */
export function explainStep(step: Step): string {
  switch (step.step) {
    case 'wait':
      return `wait ${formatSpan(step.ms)}`;
    case 'reply':
      return explainReply(step.reply) + explainDribble(step.dribble);
    case 'raw': {
      const as = step.as === undefined ? '' : ` as ${step.as}`;
      return `send the octets ${shownOctets(step.octets)}${as}${explainDribble(step.dribble)}`;
    }
    case 'hold':
      return explainHold(step);
    case 'set':
      return explainSet(step);
    case 'ignore':
      return 'say nothing';
    case 'mute': {
      const long = step.ms === null ? 'never answer again' : `answer nothing for ${formatDuration(step.ms)}`;
      return `${long}, but still read and record (so the client can write all it has, and waits in vain)`;
    }
    case 'deaf':
      return `${step.ms === null ? 'stop reading for good' : `stop reading for ${formatDuration(step.ms)}`} (${BUFFER_FACTS})`;
    case 'next':
      return NEXT_CLAUSES[step.next];
  }
}

// --- rules -------------------------------------------------------------------------------------------------------

const SCOPE_WORDS: Readonly<Record<Rule['per'], string>> = {
  run: '',
  connection: ' per connection',
  transaction: ' per transaction',
  peer: ' per client',
  'sender+recipient': ' per sender and recipient',
};

function explainEvent(rule: Rule): string {
  const events = rule.on.length === 0 ? 'any event' : listed(rule.on, 'or');
  if (rule.after === null) return `On ${events}`;
  if (rule.on.includes('content')) {
    return rule.after === 0
      ? `On ${events}, as soon as it may begin`
      : `On ${events}, behind ${formatOctets(rule.after)}`;
  }
  const again = rule.every === null ? '' : ` and every ${formatDuration(rule.every)} from then on`;
  return `On ${events}, after ${formatDuration(rule.after)}${again}`;
}

function explainLimits(rule: Rule): string {
  const limits: string[] = [];
  if (rule.times !== null) {
    const times = rule.times === 1 ? 'once' : `${rule.times} times`;
    limits.push(`at most ${times}${SCOPE_WORDS[rule.per]}`);
  }
  if (rule.probability < 1) limits.push(`in ${Math.round(rule.probability * 1000) / 10} % of the cases`);
  if (!rule.counts) limits.push('not counted for the error limit');
  return limits.length === 0 ? '' : ` (${limits.join('; ')})`;
}

/** A rule as a sentence: `On RCPT when the recipient matches "slow@*": wait 3 s, then reply "450 Mailbox busy".` */
export function explainRule(rule: Rule): string {
  const when = explainConditions(rule.when);
  const steps = rule.steps.map(explainStep);
  if (rule.pass)
    steps.push(steps.length === 0 ? 'take note and let the next source answer' : 'let the next source answer');
  return `${explainEvent(rule)}${when === '' ? '' : ` when ${when}`}: ${steps.join(', then ')}${explainLimits(rule)}.`;
}

// --- scenarios ---------------------------------------------------------------------------------------------------

function explainServer(server: ServerConfig, name: string): readonly string[] {
  const { policies, tls } = server;
  const announced =
    server.extensions === null ? "the persona's extensions" : listed(server.extensions.plain) || 'no extensions';
  const facts = [`${name} is called ${server.hostname} and announces ${announced}.`];
  if (tls.implicit) facts.push(`${name} speaks TLS before its greeting.`);
  if (tls.certificate !== 'valid') {
    facts.push(
      `Its certificate is ${typeof tls.certificate === 'string' ? tls.certificate : `in ${tls.certificate.cert}`}.`,
    );
  }
  if (policies.size.limit !== null) facts.push(`Messages above ${formatOctets(policies.size.limit)} are refused.`);
  if (policies.errorLimit !== null) facts.push(`A session ends when its errors exceed ${policies.errorLimit}.`);
  if (policies.tls === 'required') facts.push('TLS is demanded.');
  if (policies.auth === 'required') facts.push('Authentication is demanded.');
  for (const list of policies.dnsBlacklist) facts.push(`Clients on the blacklist ${list.site}: ${list.action}.`);
  return [...facts, ...explainTls(tls), ...explainPath(server)];
}

function explainTls({ min, max, ciphers, closeNotify }: ServerConfig['tls']): readonly string[] {
  const facts: string[] = [];
  if (min !== null && min === max) facts.push(`Of TLS it speaks ${min} and nothing else.`);
  else if (max !== null) facts.push(`Of TLS it speaks nothing newer than ${max}.`);
  else if (min !== null) facts.push(`Of TLS it speaks nothing older than ${min}.`);
  if (ciphers !== null) facts.push(`Its ciphers are ${ciphers}.`);
  if (!closeNotify) facts.push('It closes the connection without ending TLS (no close_notify).');
  return facts;
}

/** In the order in which the client's octets meet the boxes. */
function explainPath({ path }: ServerConfig): readonly string[] {
  const boxes = buildPath(path);
  return boxes.map((box, index) => {
    const place = boxes.length === 1 ? '' : index === 0 ? ', nearest the client' : ', behind it';
    return `On the path${place}: ${box.explain()}`;
  });
}

function explainExpectations(scenario: Scenario): readonly string[] {
  const { obligations, messages, connections } = scenario.expect;
  const parts: string[] = [];
  if (messages !== null) parts.push(`${messages === 0 ? 'no message' : `${messages} of the messages`} accepted`);
  if (connections !== null) parts.push(`${connections} ${connections === 1 ? 'connection' : 'connections'}`);
  const expected = parts.length === 0 ? [] : [`Expected: ${listed(parts)}.`];
  return obligations.length === 0 ? expected : [...expected, `Judged: ${listed(obligations)}.`];
}

/** A whole scenario, one sentence per line: who the server is, what lies between, the rules in order, what is expected. */
export function explainScenario(scenario: Scenario): readonly string[] {
  const many = scenario.servers.length > 1;
  return [
    scenario.title,
    `The server speaks as ${scenario.persona}.`,
    ...scenario.servers.flatMap((server, index) => explainServer(server, many ? `Server ${index + 1}` : 'It')),
    ...scenario.connections.flatMap((rules, index) =>
      rules.map((rule) => `Connection ${index + 1} only: ${explainRule(rule)}`),
    ),
    ...scenario.rules.map(explainRule),
    ...explainExpectations(scenario),
    `Absence is waited for ${formatDuration(scenario.windowMs)} at most.`,
  ];
}
