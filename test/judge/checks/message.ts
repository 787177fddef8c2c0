// A message for tests of content: how it is on record as a submission, and how it is sent in a trace.

import { createHash } from 'node:crypto';
import type { SubmissionOnRecord } from '../../../src/wire/trial-record';

/** The header section of the messages in these tests, with the Message-ID of `SUBMISSION`. */
export const HEADERS = [
  'Date: Wed, 18 Feb 2004 09:52:07 +0000',
  'From: <sender@client.example>',
  'Message-ID: <1@client.example>',
];

/** The part of a submission that its content decides. @param lines without line ends */
export function submittedAs(lines: readonly string[], ending = '\r\n'): Pick<SubmissionOnRecord, 'digest' | 'size'> {
  const content = Buffer.from(lines.join('\r\n') + ending, 'latin1');
  return { digest: createHash('sha256').update(content).digest('hex'), size: content.length };
}

/** Lines as the client sends them in one write after DATA, stuffed dots and all. */
export function sent(...lines: readonly string[]): string {
  return ['C: DATA', 'S: 354 go', ...lines.map((line, index) => `${index === 0 ? 'C: ' : 'C| '}${line}`), ''].join(
    '\n',
  );
}
