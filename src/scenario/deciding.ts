// Turns what policies and persona decide into steps of the running program, at the moment the answer is due. What has to
// be asked first (DNS, SASL) leaves the program waiting. Also the moment at which early input is dealt with.

import { parseAuth } from '../smtp/command';
import { VERB_EVENTS, type EventName } from '../smtp/vocabulary';
import { decide } from './answers';
import { domainLook } from './answers-mail';
import type { CompiledServer, CompiledStep } from './compile';
import { compileText } from './compile-text';
import { NO_VALUES, plainly, refusal, sourceOf, type Decision } from './decision';
import type { SaslOutcome } from './effects';
import { itemsFrom } from './items';
import { inForce } from './offered';
import type { Situation } from './persona';
import { standForData } from './saying';
import type { EarlyInput } from './scenario';
import { programWith, type Program, type ProgramItem, type Subject } from './session';
import type { Turn } from './turn';

const NO_NAMES: ReadonlySet<string> = new Set();
/** Situations after which nothing more can be done with the connection. */
const FINAL: ReadonlySet<Situation> = new Set<Situation>([
  'early-talker',
  'too-many-connections',
  'rate-limited',
  'idle-timeout',
  'error-limit',
  'shutting-down',
]);
/** How long an answer about a sender's domain is waited for. */
const LOOK_UP_MS = 5000;

export function answerByDecision(turn: Turn, program: Program): void {
  const { session, compiled, world, moment } = turn;
  const { subject } = program;
  if (subject.event === 'MAIL' && mustAsk(turn, program)) return;
  if (standForData(turn, program)) return;
  if (subject.event === 'auth-response' && session.saslPlayed && subject.fault === null) {
    session.waiting = { for: 'sasl' };
    turn.effects.push({ effect: 'sasl-line', line: subject.line });
    return;
  }
  const early = dealWithEarlyInput(turn, program);
  if (early === 'answered') return;
  const decision = early ?? decide({ compiled, session, subject, world, now: moment.now });
  if (decision === null) return;
  if (decision.situation === 'auth-challenge') return startSasl(turn, subject);
  answer(turn, program, decision);
}

function answer(turn: Turn, program: Program, decision: Decision): void {
  const { compiled } = turn;
  const { situation, policy, text, values } = decision;
  // The persona's own word: the same items each time.
  if (policy === null && text === null) return enter(turn, program, plainItems(compiled, situation), values);
  insert(turn, program, stepsFor(compiled, decision), values, sourceOf(compiled, decision));
}

const PLAIN_ITEMS = new WeakMap<CompiledServer, Map<Situation, readonly ProgramItem[]>>();

/** Made once for each server: nearly every answer is one of them. */
function plainItems(compiled: CompiledServer, situation: Situation): readonly ProgramItem[] {
  let ofServer = PLAIN_ITEMS.get(compiled);
  if (ofServer === undefined) {
    ofServer = new Map();
    PLAIN_ITEMS.set(compiled, ofServer);
  }
  let items = ofServer.get(situation);
  if (items === undefined) {
    items = itemsFrom(stepsFor(compiled, plainly(situation)), compiled.sources[situation]);
    ofServer.set(situation, items);
  }
  return items;
}

/** Puts steps in front of what is left of the program. */
function insert(
  turn: Turn,
  program: Program,
  steps: readonly CompiledStep[],
  values: Subject['values'],
  source: ProgramItem['source'],
): void {
  enter(turn, program, itemsFrom(steps, source), values);
}

/** @param items at least one */
function enter(turn: Turn, program: Program, items: readonly ProgramItem[], values: Subject['values']): void {
  const rest = program.items.length === program.at ? items : [...items, ...program.items.slice(program.at)];
  const subject = values === NO_VALUES ? program.subject : { ...program.subject, values };
  turn.session.program = programWith(program, {
    subject,
    items: rest,
    at: 0,
    lastSource: items[0]?.source ?? program.lastSource,
  });
}

function stepsFor(compiled: CompiledServer, { situation, text }: Decision): readonly CompiledStep[] {
  const words = text === null ? compiled.texts[situation] : compileText([escaped(text)], NO_NAMES);
  if (situation === 'ehlo') return [{ step: 'ehlo', text: words }];
  const reply: CompiledStep = { step: 'reply', text: words, dribble: null };
  return FINAL.has(situation) ? [reply, { step: 'next', next: 'close' }] : [reply];
}

/** A blacklist's message is said as it is: its braces name nothing. */
function escaped(text: string): string {
  return text.replaceAll('{', '{{');
}

/** Says a situation of the persona out of turn. */
export function saySituation(turn: Turn, program: Program, situation: Situation, policy: string | null): void {
  answer(turn, program, policy === null ? plainly(situation) : refusal(situation, policy));
}

// --- questions ---------------------------------------------------------------------------------------------------

/** @returns true when an answer is still out: the program takes this step again when it is in */
function mustAsk(turn: Turn, program: Program): boolean {
  const { session } = turn;
  const pending = session.listing === null || session.lookUps['name'] === null || asksForDomain(turn, program);
  if (!pending) return false;
  session.program = { ...program, at: program.at - 1 };
  session.waiting = { for: 'look-ups' };
  return true;
}

/** Whether the sender's domain is asked for now, or was and has not been answered. */
function asksForDomain({ session, compiled, effects }: Turn, { subject }: Program): boolean {
  const resolver = compiled.server.policies.senders.domainInDns?.resolver ?? null;
  if (resolver === null) return false;
  const domain = subject.path?.path.domain.toLowerCase() ?? '';
  const look = domainLook(domain);
  const known = session.lookUps[look];
  if (domain === '' || typeof known === 'boolean') return false;
  if (known === undefined) {
    // Only the latest domain is remembered: a long session must not grow with its senders.
    const asked = Object.entries(session.lookUps).filter(([name]) => !name.startsWith('domain:'));
    session.lookUps = { ...Object.fromEntries(asked), [look]: null };
    effects.push({ effect: 'look-up', look, question: { ask: 'domain', domain, resolver, timeoutMs: LOOK_UP_MS } });
  }
  return true;
}

// --- SASL --------------------------------------------------------------------------------------------------------

function startSasl(turn: Turn, subject: Subject): void {
  const { mechanism, initial } = parseAuth(subject.argument);
  turn.session.saslPlayed = true;
  turn.session.waiting = { for: 'sasl' };
  turn.effects.push({ effect: 'sasl-start', mechanism, initial });
}

/** What the SASL exchange wants said becomes the persona's text for it. */
export function answerSasl(turn: Turn, outcome: SaslOutcome): void {
  const { session, compiled } = turn;
  const { program } = session;
  if (program === null || session.waiting?.for !== 'sasl') return;
  session.waiting = null;
  if (outcome.say === 'challenge') {
    const source = compiled.sources['auth-challenge'];
    return insert(turn, program, [{ step: 'challenge', challenge: outcome.challenge }], NO_VALUES, source);
  }
  const succeeded = outcome.say === 'ok';
  turn.effects.push({
    effect: 'record',
    event: { type: 'note', fact: succeeded ? 'authenticated' : 'authentication-failed', detail: outcome.user },
  });
  if (succeeded) session.user = outcome.user;
  saySituation(turn, program, `auth-${outcome.say}`, null);
}

// --- early input -------------------------------------------------------------------------------------------------

/** What a client sends and waits for an answer to: only behind these can it have talked on too early. */
const ASKED: ReadonlySet<EventName> = new Set<EventName>([...VERB_EVENTS, 'unknown', 'end-of-data']);

/**
 * The server may act on octets that wait while it is about to reply; whether the client was wrong is the judge's to say.
 * @returns a decision that replaces the usual one, 'answered' when the connection ends here, or null
 */
function dealWithEarlyInput(turn: Turn, program: Program): Decision | 'answered' | null {
  const { session, compiled, moment } = turn;
  const { subject } = program;
  const { earlyTalkers, unadvertisedPipelining: policy } = compiled.server.policies;
  if (subject.event === 'connect') {
    if (moment.waiting === 0 || earlyTalkers === 'process' || subject.refusal !== null) return null;
    return actOnEarly(turn, program, earlyTalkers, 'early-talker', 'earlyTalkers');
  }
  if (policy === 'process' || !ASKED.has(subject.event) || inForce(session, 'PIPELINING')) return null;
  // "refuse" is said to the line that came early itself, the others act as soon as something waits.
  if (policy === 'refuse' ? !subject.early : moment.waiting === 0) return null;
  return actOnEarly(turn, program, policy, 'unadvertised-pipelining', 'unadvertisedPipelining');
}

function actOnEarly(
  turn: Turn,
  program: Program,
  action: Exclude<EarlyInput, 'process'>,
  situation: 'early-talker' | 'unadvertised-pipelining',
  policy: string,
): Decision | 'answered' | null {
  const source = { kind: 'policy', policy } as const;
  turn.effects.push({
    effect: 'record',
    event: { type: 'note', fact: situation, detail: `${turn.moment.waiting} octets waited: ${action}` },
  });
  switch (action) {
    case 'discard':
      turn.effects.push({ effect: 'discard-input', why: situation, source });
      return null;
    case 'refuse':
      return refusal(situation, policy);
    case 'drop':
      insert(turn, program, [{ step: 'next', next: 'close' }], NO_VALUES, source);
      return 'answered';
  }
}
