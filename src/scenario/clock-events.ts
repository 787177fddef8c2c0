// Events of the clock: rules on `timer` and `idle`, and the idle policy (semantics A8). Each has an alarm of its own, set when
// the connection begins; whether it may speak is looked at when the alarm goes. Used by engine.ts.

import type { CompiledRule } from './compile';
import { itemsOf, ONLY_DECIDE } from './items';
import { end } from './next';
import { begin } from './program';
import { indexFor, selectFrom } from './selection';
import { PLAIN_SUBJECT, type Subject } from './session';
import { noteEvent, type Turn } from './turn';

const IDLE_POLICY_ALARM = 'idle-policy';
const IDLE_POLICY_SOURCE = { kind: 'policy', policy: 'idleTimeout' } as const;
/** Nothing comes again sooner: `every: 0 ms` must not stop time. */
const SHORTEST_MS = 1;

type ClockEvent = 'idle' | 'timer';

/** Sets all alarms of a connection that begins. */
export function startClocks(turn: Turn): void {
  for (const event of ['timer', 'idle'] as const) {
    for (const compiled of indexFor(turn)[event]) setAlarm(turn, alarmOf(event, compiled), compiled.rule.after ?? 0);
  }
  const { idleTimeoutMs } = turn.compiled;
  if (idleTimeoutMs !== null) setAlarm(turn, IDLE_POLICY_ALARM, idleTimeoutMs);
}

function alarmOf(event: ClockEvent, { rule }: CompiledRule): string {
  return `${event}:${rule.id}`;
}

function setAlarm({ effects, moment }: Turn, alarm: string, ms: number): void {
  effects.push({ effect: 'alarm', alarm, at: moment.now + ms });
}

/** By name and not by place: the configuration may have changed since the alarm was set. */
function ruleOf(turn: Turn, event: ClockEvent, alarm: string): CompiledRule | null {
  return indexFor(turn)[event].find((compiled) => alarmOf(event, compiled) === alarm) ?? null;
}

export function isTimer(alarm: string): boolean {
  return alarm.startsWith('timer:');
}

/** A timer's moment has come, and no step is running. */
export function timer(turn: Turn, alarm: string): void {
  const compiled = ruleOf(turn, 'timer', alarm);
  if (compiled === null) return;
  if (compiled.rule.every !== null) setAlarm(turn, alarm, Math.max(SHORTEST_MS, compiled.rule.every));
  speakUp(turn, 'timer', compiled);
}

/** Nothing owed, and no octet either way for the time asked: only then. */
export function idle(turn: Turn, alarm: string): void {
  const { session, moment, compiled } = turn;
  if (session.phase !== 'open' && session.phase !== 'handshaking') return;
  const ruled = alarm === IDLE_POLICY_ALARM ? null : ruleOf(turn, 'idle', alarm);
  const after = alarm === IDLE_POLICY_ALARM ? compiled.idleTimeoutMs : (ruled?.rule.after ?? null);
  if (after === null) return;
  const owes = session.program !== null || (session.phase === 'handshaking' && ruled !== null);
  const quietMs = owes ? 0 : moment.now - moment.lastActivityAt;
  if (quietMs < after || owes) return setAlarm(turn, alarm, Math.max(SHORTEST_MS, after - quietMs));
  if (ruled === null) return idlePolicy(turn);
  const spoke = speakUp(turn, 'idle', ruled);
  const { every } = ruled.rule;
  // Conditions that do not hold now may hold in the next silence.
  if (every !== null || !spoke) setAlarm(turn, alarm, Math.max(SHORTEST_MS, every ?? after));
}

/** The same event with the persona's text. Rules on `idle` have alarms of their own: they win by being earlier. */
function idlePolicy(turn: Turn): void {
  // In the middle of a handshake nothing can be said in a way that the client could read.
  if (turn.session.phase === 'handshaking') return end(turn, 'close', IDLE_POLICY_SOURCE);
  noteEvent(turn, 'idle');
  begin(turn, { ...PLAIN_SUBJECT, event: 'idle' }, ONLY_DECIDE);
}

/** @returns whether the rule took the event */
function speakUp(turn: Turn, event: ClockEvent, compiled: CompiledRule): boolean {
  const subject: Subject = { ...PLAIN_SUBJECT, event };
  noteEvent(turn, event);
  const items = itemsOf(selectFrom(turn, [compiled], subject), false);
  if (items.length > 0) begin(turn, subject, items);
  return items.length > 0;
}
