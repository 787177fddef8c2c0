// What happens after the reply, which is independent of its code when the rule says so (semantics 2), and the end of a
// program. Entering content mode, TLS, silence or the end of the connection starts here.

import { advance } from '../smtp/transaction';
import type { EventName } from '../smtp/vocabulary';
import type { Source } from '../wire/trace-event';
import { contentBegins } from './content';
import { setMode } from './mode';
import type { Next } from './scenario';
import type { Program } from './session';
import { defaultNext, dispose, moveTransaction } from './state';
import type { Turn } from './turn';

export const FIN_ALARM = 'fin';
/** `then: wait`: how long the client's FIN is waited for (semantics A5, as Exim's test server has it). */
const FIN_PATIENCE_MS = 5000;

/** Events after which there is nothing to go on with, whether or not a rule had words for them. */
const LAST_EVENTS: ReadonlySet<EventName> = new Set<EventName>(['peer-close', 'tls-failed', 'error-limit']);

/** All steps are done. */
export function conclude(turn: Turn, program: Program): void {
  const { session } = turn;
  session.program = program.below;
  if (program.below === null) leaveMessage(turn);
  if (program.settled) return;
  const { subject, answered, said421 } = program;
  const next = LAST_EVENTS.has(subject.event) ? 'close' : defaultNext(subject, answered, said421);
  if (next !== 'continue') goOn(turn, next, program);
}

/** A message that got no reply with a code was not accepted. */
function leaveMessage(turn: Turn): void {
  if (turn.session.messageOpen) dispose(turn, false);
}

/** Nothing that was still to be said is said any more. */
function abandon(turn: Turn): void {
  turn.session.program = null;
  turn.session.waiting = null;
  leaveMessage(turn);
}

export function goOn(turn: Turn, next: Next, program: Program): void {
  const { effects } = turn;
  const { lastSource: source } = program;
  switch (next) {
    case 'continue':
      return;
    case 'content':
      setMode(turn, 'content');
      return contentBegins(turn);
    case 'commands':
      return takeRestAsCommands(turn, program);
    case 'swallow':
      return swallow(turn, program);
    case 'plain':
      effects.push({ effect: 'record', event: { type: 'step', step: 'next', source, detail: 'stays in plaintext' } });
      return setMode(turn, 'command');
    case 'tls':
      abandon(turn);
      turn.session.phase = 'handshaking';
      setMode(turn, 'tls');
      effects.push({ effect: 'start-tls', behind: turn.compiled.server.tls.behind220 });
      return;
    case 'wait':
      return awaitFin(turn, source);
    case 'half-close':
      effects.push({ effect: 'half-close', source });
      return fallSilent(turn);
    case 'mute':
      effects.push({ effect: 'record', event: { type: 'step', step: 'mute', source } });
      return fallSilent(turn);
    case 'close':
    case 'reset':
      return end(turn, next, source);
  }
}

/** What is left of the mail data is read as commands. A code that was sent is the answer to the message. */
function takeRestAsCommands(turn: Turn, { subject, answered }: Program): void {
  const { session } = turn;
  if (subject.event === 'content' && answered !== null) {
    const event = session.bdat === null ? 'end-of-data' : 'BDAT';
    moveTransaction(turn, advance(session.transaction, event, answered, { last: session.bdat?.last ?? true }));
  }
  session.bdat = null;
  session.contentThreshold = null;
  setMode(turn, 'command');
}

/** The rest of the content is read to its end and not answered: `answered` stands for the dot, or for this chunk. */
function swallow(turn: Turn, { answered }: Program): void {
  const { session } = turn;
  if (session.mode === 'bdat' && session.bdat !== null) {
    session.bdat = { ...session.bdat, answered };
    return;
  }
  session.swallowCode = answered;
  setMode(turn, 'swallow');
}

function awaitFin(turn: Turn, source: Source): void {
  const { session, effects, moment } = turn;
  effects.push({ effect: 'record', event: { type: 'step', step: 'next', source, detail: 'waits for FIN' } });
  if (session.peerClosed) return end(turn, 'close', source);
  abandon(turn);
  session.phase = 'awaiting-fin';
  effects.push({ effect: 'alarm', alarm: FIN_ALARM, at: moment.now + FIN_PATIENCE_MS });
}

/** Answers nothing any more, reads and records on. With the client gone there is nothing to record. */
export function fallSilent(turn: Turn): void {
  const { session } = turn;
  if (session.peerClosed) return end(turn, 'close', { kind: 'default' });
  abandon(turn);
  session.phase = 'muted';
  session.mode = 'mute';
}

export function end(turn: Turn, how: 'close' | 'reset', source: Source): void {
  abandon(turn);
  turn.session.phase = 'closing';
  turn.effects.push({ effect: how, source });
}
