// What came behind a DATA: mail data wherever they ended up (as content, as a spew of lines, never taken), or the next
// step of a client that sent none. Used by the checks of leave to send and of recipients. Not here: whether it was allowed.

import { inconclusive, pass, place, type Shown } from './check';
import type { Dialogue, Exchange } from './dialogue';
import type { Transaction } from './transactions';
import type { Finding } from './verdict';

/** The first mail data behind a DATA. */
export interface DataSent {
  readonly shown: Shown;
  /** It came before the end of the reply to DATA, or there was none. */
  readonly early: boolean;
  /** For a reason: "120 octets of mail data". */
  readonly amount: string;
  /** It is `.` and CRLF, and nothing else (RFC 2920 3.1). */
  readonly loneDot: boolean;
}

const LONE_DOT_OCTETS = 3;

/** @returns null when no mail data came */
export function dataBehind(dialogue: Dialogue, data: Exchange): DataSent | null {
  const next = dialogue.exchanges[data.index + 1];
  const before = (seq: number): boolean => data.reply === null || seq < data.reply.endedSeq;
  if (next?.verb === 'end-of-data') {
    const amount = `${next.message?.length ?? 0} octets of mail data`;
    return { shown: next, early: before(next.firstSeq), amount, loneDot: isLoneDot(next) };
  }
  if (next?.spew?.after === data) {
    const { lines } = next.spew;
    const amount = lines.length > 1 ? `${lines.length} lines of mail data` : `"${next.line}", which is no command,`;
    return { shown: next, early: before(next.firstSeq), amount, loneDot: lines.length === 1 && next.line === '.' };
  }
  // Never taken: we had stopped answering. A verb there is a command that nobody read.
  const untaken = dialogue.untaken.find(({ seq }) => seq >= data.lastSeq);
  const text = untaken?.octets.toString('latin1') ?? '';
  if (next !== undefined || untaken === undefined || /^(?:QUIT|RSET|NOOP|MAIL|EHLO|HELO)\b/i.test(text)) return null;
  const shown = place(dialogue, untaken, `C: ${text.split('\r\n', 1)[0] ?? ''}`);
  return { shown, early: before(untaken.seq), amount: `${untaken.length} octets of mail data`, loneDot: false };
}

/** Mail data that are nothing but the final dot line. */
export function isLoneDot({ message }: Exchange): boolean {
  return message?.complete === true && message.length <= LONE_DOT_OCTETS;
}

/** No data came; whether that proves anything depends on whether the client could still have sent some. */
export function afterwards(dialogue: Dialogue, data: Exchange, what: string): Finding {
  const next = dialogue.exchanges[data.index + 1];
  if (next !== undefined) return pass(`after ${what} it went on with ${next.verb}`, next, data);
  if (dialogue.ending.left !== null) return pass(`after ${what} it left without sending mail data`, data);
  return inconclusive(`nothing came after ${what} before the end of the record`, data);
}

/** How the client went on once a transaction had failed, as an end of a sentence; null when the record does not say. */
export function wayOut(
  dialogue: Dialogue,
  { endedBy, end }: Transaction,
): { how: string; shown: readonly Shown[] } | null {
  if (endedBy !== null) return { how: `went on with ${endedBy.verb}`, shown: [endedBy] };
  const { left, first } = dialogue.ending;
  if (end === 'tls') return { how: 'went on with TLS', shown: [] };
  return left !== null && first === 'client' ? { how: 'left', shown: [] } : null;
}
