// The end of a trial takes the client with it, and its sockets close as if it had left. For the judge it was still there: its
// FIN says nothing about its manners or its patience. Used by the campaign, so that no check can mistake it.

import type { TrialRecord } from '../wire/trial-record';
import type { Dialogue } from './dialogue';

/** A stopped client's sockets close this soon before the record does. */
const STOPPING_MS = 2000;

/** The dialogue, with a client that was stopped taken for one that was still connected. */
export function withoutStopping({ end, endedAt }: TrialRecord, dialogue: Dialogue): Dialogue {
  const { ending } = dialogue;
  const { left, first } = ending;
  const isStopped = (end === 'window-over' || end === 'interrupted') && left !== null && first === 'client';
  if (!isStopped || endedAt - left.at > STOPPING_MS) return dialogue;
  return { ...dialogue, ending: { ...ending, fin: null, reset: null, left: null, first: null } };
}
