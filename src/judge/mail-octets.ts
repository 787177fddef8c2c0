// The octets of the mail data of a transaction, put together from the reads on the trace: as they stood on the wire, and
// without stuffed dots. Used by the checks of content and by likeness.ts. Each transaction is put together once; reads are
// found by halving, so that a long connection stays linear. Not here: what the octets mean.

import { unstuff, withoutTerminator } from '../wire/content-facts';
import type { ReceivedEvent } from '../wire/trace-event';
import type { Dialogue } from './dialogue';
import { readsFrom } from './plain-reads';
import type { Transaction } from './transactions';

export interface MailData {
  /** DATA: stuffed dots and the final dot line included. BDAT: what the chunks carried. */
  readonly raw: Buffer;
  /** Unstuffed, without the final dot line. */
  readonly content: Buffer;
  /** The header section, latin1, up to the empty line or to the end. */
  readonly headers: string;
}

const KNOWN = new WeakMap<Transaction, MailData | null>();

/** A header section is not looked for beyond this many octets. */
const LONGEST_HEADERS_OCTETS = 256 * 1024;

/**
 * The mail data of a transaction, complete or not.
 * @returns null when none came, or when the trace did not keep all of it
 */
export function mailDataOf(dialogue: Dialogue, transaction: Transaction): MailData | null {
  const known = KNOWN.get(transaction);
  if (known !== undefined) return known;
  const data = readMailData(dialogue, transaction);
  KNOWN.set(transaction, data);
  return data;
}

function readMailData(dialogue: Dialogue, transaction: Transaction): MailData | null {
  const { message } = transaction;
  if (message === null) return null;
  if (message.via === 'BDAT') {
    const raw = chunkOctets(dialogue, transaction);
    return raw === null ? null : { raw, content: raw, headers: headersIn(raw) };
  }
  const raw = octetsAt(dialogue, message.offset, message.length);
  if (raw === null) return null;
  const content = unstuff(message.complete ? withoutTerminator(raw) : raw);
  return { raw, content, headers: headersIn(content) };
}

/** Between the chunks stand the command lines of the next ones. */
function chunkOctets(dialogue: Dialogue, { chunks }: Transaction): Buffer | null {
  const parts: Buffer[] = [];
  for (const { command, chunk } of chunks) {
    if (command === null || chunk === null) continue;
    const part = octetsAt(dialogue, command.offset + command.length, chunk.received);
    if (part === null) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function headersIn(content: Buffer): string {
  const head = content.toString('latin1', 0, LONGEST_HEADERS_OCTETS);
  if (/^\r?\n/.test(head)) return '';
  const end = head.search(/\r?\n\r?\n/);
  return end === -1 ? head : head.slice(0, end);
}

/**
 * The reads that brought a stretch of the plain layer, in order; also those whose octets were not kept.
 * @param offset in the plain layer
 */
export function readsOf(dialogue: Dialogue, offset: number, length: number): readonly ReceivedEvent[] {
  const found: ReceivedEvent[] = [];
  for (const read of readsFrom(dialogue.record.events, offset)) {
    if (read.offset >= offset + length) break;
    found.push(read);
  }
  return found;
}

function octetsAt(dialogue: Dialogue, offset: number, length: number): Buffer | null {
  const end = offset + length;
  const parts: Buffer[] = [];
  let gathered = 0;
  for (const read of readsOf(dialogue, offset, length)) {
    if (read.octets === undefined) return null;
    const part = read.octets.subarray(Math.max(0, offset - read.offset), end - read.offset);
    parts.push(part);
    gathered += part.length;
  }
  return gathered === length ? Buffer.concat(parts) : null;
}
