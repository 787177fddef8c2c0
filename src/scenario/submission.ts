// The messages a client is asked to send: RFC 5322 octets for every kind of content, the same for the same seed.
// Used by the gauntlet, which hands them to client drivers and notes them on the trial record. Reads no clock.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SubmissionOnRecord } from '../wire/trial-record';
import { Mistake } from './mistake';
import type { Submission } from './scenario';
import type { ContentKind } from './schema-submit';

export interface BuiltSubmission {
  /** With its angle brackets. */
  readonly messageId: string;
  /** Headers and body, line ends as the kind wants them: CRLF but for the bare ones. Dots are not stuffed. */
  readonly content: Buffer;
}

const CRLF = '\r\n';
/** RFC 5321 4.5.3.1.6: 1000 octets, CRLF included. */
const TEXT_LINE_OCTETS = 1000;
const LONG_LINE_OCTETS = 5000;
const FILLER_LINE_OCTETS = 78;

/** A date that never changes keeps the content, and with it the digest, the same for a seed. */
const DATE = 'Wed, 18 Feb 2004 09:52:07 +0000';

const ORDINARY = ['This message was made to see what becomes of it.', 'It has two lines.'];

interface Parts {
  readonly headers: readonly string[];
  /** Latin1, with line ends. */
  readonly body: string;
}

function lines(...texts: readonly string[]): string {
  return texts.map((text) => text + CRLF).join('');
}

/** UTF-8 octets as a latin1 string, which is what becomes the Buffer. */
function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/**
 * Dots where they have to be stuffed (RFC 5321 4.5.2), and one that falls right behind 1000 octets of the body, where
 * a sender that works on blocks forgets that a line begins.
 */
function dottedBody(): string {
  const beginning = lines('.', '..', '.leading dot', '...', 'dot at the end.');
  const filler = 'x'.repeat(TEXT_LINE_OCTETS - beginning.length - CRLF.length);
  return beginning + lines(filler, '.first octet of the second thousand', '.');
}

const MIME = ['MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8'];

/** The body of each kind, and the headers it needs. */
const KINDS: Readonly<Record<ContentKind, () => Parts>> = {
  plain: () => ({ headers: [], body: lines(...ORDINARY) }),
  dots: () => ({ headers: [], body: dottedBody() }),
  '8bit': () => ({
    headers: [...MIME, 'Content-Transfer-Encoding: 8bit'],
    body: lines(utf8('Grüße aus Zürich: ä ö ü ß €'), utf8('Ευχαριστώ, спасибо, 有り難う')),
  }),
  'long-lines': () => ({ headers: [], body: lines('before', 'x'.repeat(LONG_LINE_OCTETS), 'after') }),
  'bare-lf': () => ({ headers: [], body: `ended by LF alone\nand this too\n${lines('and this by CRLF')}` }),
  'bare-cr': () => ({ headers: [], body: lines('a CR \r inside', 'two \r\r of them') }),
  smuggling: () => ({
    headers: [],
    // The end of data as only a lenient server sees it; a sender must not let it through as it stands.
    body: `${lines('in front of the sequence')}text\n.\nMAIL FROM:<smuggled@example.net>${CRLF}RCPT TO:<smuggled@example.com>${CRLF}DATA${CRLF}${lines('smuggled')}text\n.\r\n${lines('behind it')}`,
  }),
  'no-final-newline': () => ({ headers: [], body: `${lines(ORDINARY[0] ?? '')}no line end behind this` }),
  empty: () => ({ headers: [], body: '' }),
  nul: () => ({ headers: [], body: lines('a NUL \0 inside', '\0') }),
  'utf8-headers': () => ({
    headers: [...MIME, 'Content-Transfer-Encoding: 8bit', utf8('Comments: Grüße, 有り難う')],
    body: lines(utf8('Kopfzeilen in UTF-8 (RFC 6532)')),
  }),
};

function headersOf(submission: Submission, messageId: string, more: readonly string[]): string {
  // In UTF-8 (RFC 6532): as latin1, letters beyond it would lose their high octets, and some turn into CR and LF.
  const to = utf8(submission.to.join(`,${CRLF} `));
  return lines(
    `Date: ${DATE}`,
    `From: <${submission.from === '' ? 'postmaster@example.org' : utf8(submission.from)}>`,
    `To: ${to}`,
    `Subject: submission ${submission.id} (${submission.content})`,
    `Message-ID: ${messageId}`,
    ...more,
    '',
  );
}

/** Lines of text, exactly so many octets, CRLF included; the last lines share what is left. */
function filler(size: number): Buffer {
  const body = Buffer.alloc(size, 'abcdefghijklmnopqrstuvwxyz0123456789');
  let start = 0;
  while (start < size) {
    let length = Math.min(FILLER_LINE_OCTETS, size - start);
    // One octet alone cannot be a line: CRLF takes two.
    if (size - start - length === 1) length -= 1;
    body.write(CRLF, start + length - CRLF.length, 'latin1');
    start += length;
  }
  return body;
}

function sized(submission: Submission, messageId: string, size: number): Buffer {
  const headers = Buffer.from(headersOf(submission, messageId, []), 'latin1');
  const left = size - headers.length;
  if (left < 2) {
    throw new Mistake(
      `submission ${submission.id} cannot have ${size} octets: its headers take ${headers.length} of them`,
    );
  }
  return Buffer.concat([headers, filler(left)]);
}

/** The Message-ID a file has, or null. */
function messageIdOf(content: Buffer): string | null {
  const text = content.toString('latin1');
  const end = text.search(/\r?\n\r?\n/);
  const found = /^message-id:\s*(<[^<>\s]+>)/im.exec(end < 0 ? text : text.slice(0, end));
  return found?.[1] ?? null;
}

function fromFile(file: string, messageId: string): BuiltSubmission {
  let written: Buffer;
  try {
    written = readFileSync(file);
  } catch {
    throw new Mistake(`the message file ${file} cannot be read`);
  }
  // A file from an editor has LF; on the way to a server a line ends with CRLF (RFC 5321 2.3.8).
  const text = written.toString('latin1').replace(/\r?\n/g, CRLF);
  const own = messageIdOf(written);
  const content = Buffer.from(own === null ? `Message-ID: ${messageId}${CRLF}${text}` : text, 'latin1');
  return { messageId: own ?? messageId, content };
}

function isKind(content: string): content is ContentKind {
  return Object.hasOwn(KINDS, content);
}

/**
 * The message of a submission.
 * @param seed of the trial: the same seed gives the same octets
 * @throws Mistake when a file cannot be read, or a size has no room for the headers
 */
export function buildSubmission(submission: Submission, seed: number): BuiltSubmission {
  const digest = createHash('sha256').update(`${seed}/${submission.id}/${submission.content}`).digest('hex');
  const messageId = `<${submission.id}.${digest.slice(0, 16)}@gauntlet.example.org>`;
  if (submission.file !== null) return fromFile(submission.file, messageId);
  if (submission.size !== null) return { messageId, content: sized(submission, messageId, submission.size) };
  if (!isKind(submission.content)) throw new Mistake(`nobody knows how to make content "${submission.content}"`);
  const { headers, body } = KINDS[submission.content]();
  return { messageId, content: Buffer.from(headersOf(submission, messageId, headers) + body, 'latin1') };
}

/** A submission as the trial record keeps it; the content itself only by its digest. */
export function onRecord(submission: Submission, built: BuiltSubmission): SubmissionOnRecord {
  return {
    id: submission.id,
    from: submission.from,
    to: submission.to,
    messageId: built.messageId,
    digest: createHash('sha256').update(built.content).digest('hex'),
    size: built.content.length,
    content: submission.content,
    tls: submission.tls,
    auth: submission.auth !== null,
  };
}
