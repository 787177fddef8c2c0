// A reply that comes more than once.
//
//   client ◄── "250 OK\r\n250 OK\r\n"   ◄──  "250 OK\r\n"
//
// From then on a client that does not check is one reply ahead, and takes an old reply for the next one.
// The copies are in the same piece as the reply. Multi-line replies are repeated whole.

import type { Middlebox } from './middlebox';
import { ordinal } from './sentence';
import type { TextBoxState, UnitStep } from './text-box';
import { textBox } from './text-box';
import type { Unit } from './dialogue-watch';

export interface DuplicateReplyConfig {
  /** Verb of the command whose replies count, in capitals; `greeting`; `.` for the end of data; null = any. */
  readonly to: string | null;
  /** Which of those, from 1; null = every one. */
  readonly nth: number | null;
  /** How often it comes again. */
  readonly copies: number;
}

export const DUPLICATE_REPLY_DEFAULTS: DuplicateReplyConfig = { to: 'RCPT', nth: 1, copies: 1 };

interface DuplicateOwn {
  /** Replies seen that count. */
  readonly seen: number;
  /** Lines of the reply that is going by. */
  readonly lines: readonly Buffer[];
}

export type DuplicateReplyState = TextBoxState<DuplicateOwn>;

export function duplicateReply(config: DuplicateReplyConfig): Middlebox<DuplicateReplyState> {
  return textBox<DuplicateOwn>({
    name: 'duplicate-reply',
    explain: () => {
      const which = config.nth === null ? 'every' : `the ${ordinal(config.nth)}`;
      const whose = config.to === null ? 'reply' : `reply to ${config.to === '.' ? 'the end of data' : config.to}`;
      return `Sends ${which} ${whose} ${config.copies === 1 ? 'twice' : `${config.copies + 1} times`}.`;
    },
    begin: { seen: 0, lines: [] },
    unit: (own, unit) => duplicateUnit(config, own, unit),
  });
}

function duplicateUnit(config: DuplicateReplyConfig, own: DuplicateOwn, unit: Unit): UnitStep<DuplicateOwn> {
  if (unit.kind !== 'reply-line') return { own, pass: unit.octets };
  const lines = [...own.lines, unit.octets];
  if (!unit.last) return { own: { ...own, lines }, pass: unit.octets };
  const counts = config.to === null || unit.answers === config.to;
  const seen = own.seen + (counts ? 1 : 0);
  const repeats = counts && (config.nth === null || seen === config.nth);
  const copies = repeats ? Array.from({ length: config.copies }, () => Buffer.concat(lines)) : [];
  return { own: { seen, lines: [] }, pass: Buffer.concat([unit.octets, ...copies]) };
}
