// The QUIT of a client, wherever it ended up: taken as a command, among octets that nobody took any more, or where it may
// have been: masked as a SASL response, of which only the length is known. Used by the checks of leaving and by
// patience.ts. A QUIT in the place of mail data is one on the dialogue already (reading.ts).

import { place } from './check';
import type { Dialogue, Exchange } from './dialogue';
import type { Evidence } from './verdict';

export interface Farewell {
  readonly seq: number;
  readonly at: number;
  readonly shown: Exchange | Evidence;
  /** Null: its octets were read, and no longer taken. */
  readonly command: Exchange | null;
}

const KNOWN = new WeakMap<Dialogue, Farewell | null>();

/** @returns the first QUIT; null when none was seen. Looked for once: it is asked for each wait of a long connection */
export function farewellOf(dialogue: Dialogue): Farewell | null {
  const known = KNOWN.get(dialogue);
  if (known !== undefined) return known;
  const farewell = firstQuit(dialogue);
  KNOWN.set(dialogue, farewell);
  return farewell;
}

function firstQuit(dialogue: Dialogue): Farewell | null {
  const command = dialogue.commands.find(({ verb }) => verb === 'QUIT');
  if (command !== undefined) return { seq: command.firstSeq, at: command.firstAt, shown: command, command };
  const unread = dialogue.untaken.find(({ octets }) => /(?:^|\n)QUIT\r?\n/i.test(octets.toString('latin1')));
  if (unread === undefined) return null;
  return { seq: unread.seq, at: unread.at, shown: place(dialogue, unread, 'C: QUIT'), command: null };
}

/** The last thing said was a SASL response as long as QUIT: what it was is masked on the record. */
export function mayBeFarewell(exchange: Exchange | undefined): boolean {
  return exchange?.verb === 'auth-response' && exchange.line.length === 'QUIT'.length;
}
