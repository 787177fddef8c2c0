// How the next octets are to be read, put on the record whenever it changes.

import type { Mode } from '../smtp/vocabulary';
import type { Turn } from './turn';

export function setMode(turn: Turn, mode: Mode): void {
  if (turn.session.mode === mode) return;
  turn.session.mode = mode;
  turn.effects.push({ effect: 'record', event: { type: 'mode', mode } });
}
