// The dialogue: one input at a time goes in, the next session, effects and world changes come out. Pure; the meaning of
// each rule is pinned in docs/scenarios.md. Events are taken one at a time: a line becomes an event only when every step of
// the one before has run, which the shell obeys by asking `wants()` before it takes a unit.

import { isTimer, idle, timer } from './clock-events';
import type { CompiledServer } from './compile';
import { defer, open, peerClosed, sayGoodbye, secured, stop, takeEvent, takeLookUp, tlsFailed } from './connection';
import { answerSasl, saySituation } from './deciding';
import type { Input, Moment, Stepped } from './effects';
import { end, FIN_ALARM } from './next';
import { inputDuringHold, STEP_ALARM, stepIsOver } from './pauses';
import { runStep } from './program';
import { PLAIN_SUBJECT, type Session } from './session';
import { takeChunk, takeContent, takeLine, takeMessage } from './taking';
import { startTurn, type Turn } from './turn';
import type { World } from './world';

/** What the shell may take next from the queue. */
export type Wanted = 'line' | 'content' | 'bdat' | 'nothing';

export function wants(session: Session): Wanted {
  if (session.phase !== 'open' || session.program !== null || session.waiting !== null) return 'nothing';
  switch (session.mode) {
    case 'command':
    case 'sasl':
      return 'line';
    case 'content':
    case 'swallow':
      return 'content';
    case 'bdat':
      return 'bdat';
    case 'tls':
    case 'mute':
      return 'nothing';
  }
}

/**
 * One step of the dialogue.
 * @param compiled the server as configured now: a change of configuration is seen from the next input on
 * @param world read only; the changes come back as values
 */
export function step(compiled: CompiledServer, world: World, session: Session, input: Input, moment: Moment): Stepped {
  const turn = startTurn(compiled, world, session, moment);
  if (session.phase !== 'closing') {
    take(turn, input);
    run(turn);
  }
  return { session: turn.session, effects: turn.effects, changes: turn.changes };
}

function take(turn: Turn, input: Input): void {
  switch (input.kind) {
    case 'opened':
      return open(turn, input.refusal);
    case 'line':
      return takeLine(turn, input.line, null);
    case 'bare-lf':
      turn.effects.push({
        effect: 'record',
        event: { type: 'note', fact: 'lf-without-cr', detail: 'a line ends in LF alone and the client waits' },
      });
      return takeLine(turn, input.line, 'bare-lf');
    case 'content-reached':
      return takeContent(turn, input.octets);
    case 'message':
      return takeMessage(turn, input.summary.size);
    case 'chunk':
      return takeChunk(turn, input.octets);
    case 'alarm':
      return takeAlarm(turn, input.alarm);
    case 'arrived':
      return inputDuringHold(turn);
    case 'peer-closed':
      return peerClosed(turn);
    case 'drained':
      return takeEvent(turn, { ...PLAIN_SUBJECT, event: 'peer-close' });
    case 'secured':
      return secured(turn);
    case 'tls-failed':
      return tlsFailed(turn, input.reason);
    case 'sasl':
      return answerSasl(turn, input.outcome);
    case 'looked-up':
      return takeLookUp(turn, input.look, input.found);
    case 'saved':
      return takeSaved(turn, input.ok);
    case 'stop':
      return stop(turn);
  }
}

/**
 * Goes on with what is running until it has to wait. Between two steps, and only there, comes what was put off while one
 * was running: timers, and the server's stop (semantics A1).
 */
function run(turn: Turn): void {
  const { session } = turn;
  while (session.phase === 'open' && session.waiting === null) {
    const first = session.deferred[0];
    if (first !== undefined) {
      session.deferred = session.deferred.slice(1);
      if (!sayGoodbye(turn, first)) timer(turn, first);
    } else if (session.program === null) return;
    else runStep(turn);
  }
}

function takeAlarm(turn: Turn, alarm: string): void {
  const { phase } = turn.session;
  if (alarm === STEP_ALARM) return stepIsOver(turn);
  if (alarm === FIN_ALARM) {
    if (phase === 'awaiting-fin') end(turn, 'close', { kind: 'default' });
    return;
  }
  if (!isTimer(alarm)) return idle(turn, alarm);
  if (phase === 'open' || phase === 'handshaking') defer(turn, alarm);
}

/** Whatever was to be said, an unsaved message must not be acknowledged (RFC 5321 4.2.5). */
function takeSaved(turn: Turn, ok: boolean): void {
  const { session } = turn;
  const { program } = session;
  if (program === null || session.waiting?.for !== 'save') return;
  session.waiting = null;
  session.program = { ...program, saved: true };
  if (!ok) saySituation(turn, { ...session.program, items: [], at: 0 }, 'storage-failed', 'save');
}
