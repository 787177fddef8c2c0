// `lab clean`: removes what labs left behind whose process is gone. A lab that still runs is left alone, and so is every
// namespace, process and file that no lab of ours left word of.

import { tmpdir } from 'node:os';
import { closeState, isOwnerAlive, readStates } from './lab-state';
import { removeNetwork } from './network';

export interface Cleaning {
  readonly removed: readonly string[];
  /** Labs whose process still runs. */
  readonly running: readonly { readonly prefix: string; readonly pid: number }[];
  /** In words: what could not be removed. Its word is kept, for the next attempt. */
  readonly left: readonly string[];
}

/** Removes everything that crashed labs of this user left. Never throws for what cannot be removed. */
export function cleanLeftovers(where = tmpdir()): Cleaning {
  const removed: string[] = [];
  const running: { prefix: string; pid: number }[] = [];
  const left: string[] = [];
  for (const state of readStates(where)) {
    if (isOwnerAlive(state)) {
      running.push({ prefix: state.prefix, pid: state.pid });
      continue;
    }
    const network = removeNetwork(state.prefix);
    removed.push(...network.removed);
    left.push(...network.left);
    if (network.left.length > 0) continue;
    closeState(state.prefix, where);
    removed.push(`the lab ${state.prefix}`);
  }
  return { removed, running, left };
}
