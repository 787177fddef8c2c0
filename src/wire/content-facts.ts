// Mail data that is at hand as a whole: its facts, its unstuffed form, and a digest that survives a relay.
// Used by the campaign for message identity and by tests. The counting itself is the content meter's; a stream is
// mail-data.ts's. Not here: any judgement of what is found.

import { createHash } from 'node:crypto';

import { ContentMeter, measureContent } from './content-meter';
import type { ContentFacts } from './trace-event';

/** Headers that every host on the way adds (RFC 5321 4.4), so that two copies of one message differ by them. */
const TRACE_HEADER = /^(received|return-path)[ \t]*:/i;

/** The end of the header section is not looked for beyond this many octets. */
const LONGEST_HEADER_OCTETS = 256 * 1024;

/**
 * Counts over mail data as it stood on the wire.
 * @param raw what came behind the 354, stuffed dots included, without the final dot line
 */
export function contentFacts(raw: Buffer): ContentFacts {
  return measureContent([raw]).facts;
}

/**
 * Takes the first dot off every line that begins with one (RFC 5321 4.5.2).
 * @param raw as for `contentFacts`
 */
export function unstuff(raw: Buffer): Buffer {
  const meter = new ContentMeter(true, Infinity);
  meter.feed(raw);
  return Buffer.concat(meter.finish().content ?? []);
}

/** Cuts the final dot line off mail data that ends with one; other data comes back as it is. */
export function withoutTerminator(raw: Buffer): Buffer {
  const end = raw.length - 3;
  if (end < 0 || raw.toString('latin1', end) !== '.\r\n') return raw;
  return end === 0 || raw.toString('latin1', end - 2, end) === '\r\n' ? raw.subarray(0, end) : raw;
}

/**
 * sha256 of a message without the headers that hosts on the way add: equal for two attempts to send one message, and
 * equal to the plain digest when there is no such header.
 * @param content unstuffed octets
 * @returns hexadecimal
 */
export function digestWithoutTraceHeaders(content: Buffer): string {
  const head = content.toString('latin1', 0, LONGEST_HEADER_OCTETS);
  const empty = /^\r?\n|\r?\n\r?\n/.exec(head);
  const end = empty === null ? head.length : empty.index + empty[0].length;
  const fields = head.slice(0, end).split(/(?<=\n)(?![ \t])/);
  const kept = fields.filter((field) => !TRACE_HEADER.test(field)).join('');
  return createHash('sha256').update(kept, 'latin1').update(content.subarray(end)).digest('hex');
}
