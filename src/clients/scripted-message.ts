// A submission as a scripted sender sees it: its facts (8-bit, size), and its content as octets for the wire.
// Used by the scripted dialogue. What form the content takes, right or wrong, is the script's choice.

import type { ContentForm } from '../scenario/sender-step';
import type { SubmissionToSend } from './driver';

export interface ScriptedMessage {
  readonly id: number;
  /** Latin1: one character per octet, UTF-8 where an address has letters beyond ASCII (RFC 6531 3.3). */
  readonly from: string;
  readonly to: readonly string[];
  readonly messageId: string;
  readonly content: Buffer;
  /** Octets with CRLF line ends and no stuffed dots, as RFC 1870 section 5 counts them. */
  readonly size: number;
  readonly isEightBit: boolean;
  /** An address or a header has letters beyond ASCII (RFC 6531 3.2). */
  readonly isUtf8: boolean;
  /** An address with a CR, LF or NUL in it: no command can carry it (RFC 5321 4.1.2). */
  readonly isUnsafe: boolean;
  readonly tls: SubmissionToSend['tls'];
  readonly auth: SubmissionToSend['auth'];
}

const NO_ASCII = /[^\x00-\x7f]/;

/** @param mostRecipients how many of its recipients the script can name: all, or only the first */
export function scriptedMessage(submission: SubmissionToSend, mostRecipients: number): ScriptedMessage {
  const { id, from, messageId, content, tls, auth } = submission;
  const to = submission.to.slice(0, mostRecipients);
  const octets = content.toString('latin1');
  return {
    id,
    from: octetsOf(from),
    to: to.map(octetsOf),
    messageId,
    content,
    size: withLineEnds(octets, 'CRLF').length,
    isEightBit: NO_ASCII.test(octets),
    isUtf8: [from, ...to, headersOf(octets)].some((text) => NO_ASCII.test(text)),
    isUnsafe: [from, ...to].some((address) => /[\r\n\0]/.test(address)),
    tls,
    auth,
  };
}

function headersOf(content: string): string {
  const end = content.search(/\r?\n\r?\n/);
  return end === -1 ? content : content.slice(0, end);
}

function octetsOf(address: string): string {
  return Buffer.from(address, 'utf8').toString('latin1');
}

function withLineEnds(text: string, lineEnds: ContentForm['lineEnds']): string {
  if (lineEnds === 'as-is') return text;
  const lines = text.replace(/\r\n|\r/g, '\n');
  return lineEnds === 'LF' ? lines : lines.replaceAll('\n', '\r\n');
}

/**
 * The octets behind a 354.
 * @returns with the end that the form asks for; the last line is ended before it, as RFC 5321 4.1.1.4 says
 */
export function contentOctets(content: Buffer, form: ContentForm): Buffer {
  let text = withLineEnds(content.toString('latin1'), form.lineEnds);
  // RFC 5321 4.5.2: a dot at the beginning of a line is doubled.
  if (form.stuffed) text = text.replace(/(^|\n)\./g, '$1..');
  if (form.only !== null) return Buffer.from(text.slice(0, form.only), 'latin1');
  if (form.end === null) return Buffer.from(text, 'latin1');
  const lineEnd = form.lineEnds === 'LF' ? '\n' : '\r\n';
  const closed = text === '' || text.endsWith(lineEnd) ? text : text + lineEnd;
  return Buffer.from(closed + form.end, 'latin1');
}

/** The content as text for BDAT: CRLF line ends, no stuffing (RFC 3030 section 2). */
export function chunkedContent(content: Buffer): Buffer {
  return Buffer.from(withLineEnds(content.toString('latin1'), 'CRLF'), 'latin1');
}
