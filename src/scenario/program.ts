// Performs the steps that answer one event, one at a time; engine.ts decides whether the next may run. Time never passes in
// here: a wait is an alarm effect and a later input.

import { renderText, type CompiledText } from './compile-text';
import { answerByDecision, saySituation } from './deciding';
import { withList } from './keyword-list';
import { scopedKey } from './matching';
import { conclude, goOn } from './next';
import { announced } from './offered';
import { deaf, hold, mute, wait, capturedNumber } from './pauses';
import type { Situation } from './persona';
import { maySay, say, standForData, type Saying } from './saying';
import type { Dribble, SetStep } from './scenario';
import { newProgram, programWith, type Program, type ProgramItem, type Subject } from './session';
import { valuesFor } from './texts';
import type { Turn } from './turn';

/** Begins to answer an event. What was running, if anything, goes on afterwards. */
export function begin(turn: Turn, subject: Subject, items: readonly ProgramItem[]): void {
  const { session, compiled } = turn;
  session.program = newProgram(subject, items, !compiled.saves, session.program);
}

/** Says a situation of the persona out of turn, as the whole answer to an event. */
export function speak(turn: Turn, subject: Subject, situation: Situation): void {
  const program = newProgram(subject, [], true, null);
  saySituation(turn, program, situation, null);
}

/** Performs the next step of the program that is running, or ends it. */
export function runStep(turn: Turn): void {
  const { session } = turn;
  const { program } = session;
  if (program === null) return;
  const item = program.items[program.at];
  if (item === undefined) return conclude(turn, program);
  session.program = programWith(program, { at: program.at + 1, lastSource: item.source });
  perform(turn, session.program, item);
}

function perform(turn: Turn, program: Program, item: ProgramItem): void {
  const { step, source } = item;
  switch (step.step) {
    case 'reply':
      if (!maySay(turn, program, item, step.text.code)) return;
      return say(turn, program, source, worded(turn, program, step.text, step.dribble));
    case 'ehlo':
      return greet(turn, program, item, step.text);
    case 'challenge':
      return say(turn, program, source, { ...SAYING, octets: `334 ${step.challenge}\r\n`, code: 334 });
    case 'raw': {
      const { octets, as, dribble } = step;
      if (!maySay(turn, program, item, as)) return;
      return say(turn, program, source, { ...SAYING, octets, raw: true, as, dribble });
    }
    case 'decide':
      return answerByDecision(turn, program);
    case 'wait':
      return wait(turn, step.ms, source);
    case 'mute':
      return mute(turn, step.ms, source);
    case 'deaf':
      return deaf(turn, step.ms, source);
    case 'hold':
      return hold(turn, step, source);
    case 'set':
      return set(turn, program.subject, step, source);
    case 'ignore':
      turn.effects.push({ effect: 'record', event: { type: 'step', step: 'ignore', source } });
      standForData(turn, program);
      return;
    case 'next':
      turn.session.program = { ...program, settled: true };
      return goOn(turn, step.next, program);
  }
}

const SAYING: Saying = { octets: '', code: null, raw: false, as: null, dribble: null, list: null };

function worded(turn: Turn, program: Program, text: CompiledText, dribble: Dribble | null = null): Saying {
  const octets = renderText(text, valuesFor(turn, program.subject));
  return { octets, code: text.code, raw: false, as: null, dribble, list: null };
}

/** The persona's reply to EHLO, with the list behind it. */
function greet(turn: Turn, program: Program, item: ProgramItem, text: CompiledText): void {
  if (!maySay(turn, program, item, text.code)) return;
  const list = announced(turn.compiled, turn.session);
  const saying = worded(turn, program, text);
  say(turn, program, item.source, { ...saying, octets: withList(saying.octets, text.code ?? 250, list), list });
}

function set(turn: Turn, subject: Subject, step: SetStep, source: ProgramItem['source']): void {
  const { session, compiled, moment } = turn;
  const note = (detail: string): void => {
    turn.effects.push({ effect: 'record', event: { type: 'step', step: 'set', source, detail } });
  };
  for (const [name, value] of Object.entries(step.states)) {
    const key = scopedKey(name, compiled.scenario.states[name] ?? 'global', { session, subject });
    turn.changes.push({ change: 'state', key, value, at: moment.now });
    note(value === null ? `state ${name} cleared` : `state ${name} = ${value}`);
  }
  const { extensions, hostname } = step;
  const sizeLimit =
    typeof step.sizeLimit === 'object' && step.sizeLimit !== null
      ? Math.floor(capturedNumber(session.captures[step.sizeLimit.name]) * step.sizeLimit.factor)
      : step.sizeLimit;
  if (extensions !== undefined) {
    session.extensions = extensions;
    note(`extensions = ${extensions[session.tls ? 'tls' : 'plain'].join(', ')}`);
  }
  if (sizeLimit !== undefined) {
    session.sizeLimit = sizeLimit;
    note(`size limit = ${sizeLimit ?? 'none'}`);
  }
  if (hostname !== undefined) {
    session.hostname = hostname;
    note(`hostname = ${hostname}`);
  }
}
