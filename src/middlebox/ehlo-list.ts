// A 250 reply to EHLO or HELO, gathered line by line and given out anew with its last-line form right (RFC 5321 4.2.1).
//
//   250-mail   250-STARTTLS   250 SIZE   ───►   250-mail   250 SIZE
//
// Used by starttls-strip and transparent-proxy. Not here: what is taken out or put in.

import type { ReplyLine } from './dialogue-watch';
import { textEnd } from './masking';

const NONE = Buffer.alloc(0);

/** Texts of the lines so far, behind their codes, latin1. */
export type GatheredTexts = readonly string[];

/** @returns whether it is a line of a positive reply to the client's greeting */
export function isHelloLine(line: ReplyLine): boolean {
  return line.code === 250 && (line.answers === 'EHLO' || line.answers === 'HELO');
}

/**
 * Takes one line of the reply.
 * @param rewrite all texts of the reply, the server's name first → the texts to be given out instead
 * @returns what is gathered now, and the whole new reply once the last line has come
 */
export function rewriteHello(
  gathered: GatheredTexts,
  line: ReplyLine,
  rewrite: (texts: readonly string[]) => readonly string[],
): { readonly gathered: GatheredTexts; readonly pass: Buffer } {
  const texts = [...gathered, line.octets.toString('latin1', 4, Math.max(4, textEnd(line.octets)))];
  if (!line.last) return { gathered: texts, pass: NONE };
  return { gathered: [], pass: reply(250, rewrite(texts)) };
}

/** @returns the octets of a reply with one line for each text */
export function reply(code: number, texts: readonly string[]): Buffer {
  return Buffer.concat([unfinishedReply(code, texts.slice(0, -1)), octetsOf(texts.slice(-1), `${code} `)]);
}

/** @returns the octets of a reply whose last line never came */
export function unfinishedReply(code: number, texts: readonly string[]): Buffer {
  return octetsOf(texts, `${code}-`);
}

function octetsOf(texts: readonly string[], prefix: string): Buffer {
  return Buffer.from(texts.map((text) => `${prefix}${text}\r\n`).join(''), 'latin1');
}
