// Assignments for tests of client drivers, in a folder of their own that is removed afterwards.

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Assignment, SubmissionToSend } from '../../src/clients/driver';

/** All that a driver, not its client, might get wrong: dots, a backslash with an n, a percent token, octets above 127. */
export const CONTENT = Buffer.from(
  [
    'Date: Wed, 18 Feb 2004 09:52:07 +0000',
    'From: sender@client.example',
    'To: one@example.com, two@example.com',
    'Message-ID: <1@client.example>',
    'Subject: to be delivered',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    '.',
    '..two dots',
    '.one dot',
    'a\\nb %DATE%',
    'Grüße',
    '.',
    '',
  ].join('\r\n'),
);

export function submission(fields: Partial<SubmissionToSend> = {}): SubmissionToSend {
  return {
    id: 1,
    from: 'sender@client.example',
    to: ['one@example.com', 'two@example.com'],
    messageId: '<1@client.example>',
    content: CONTENT,
    tls: 'none',
    auth: null,
    ...fields,
  };
}

/** A folder as the caller of a driver provides it. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'clients-test-'));
}

export function assignment(port: number, folder: string, fields: Partial<Assignment> = {}): Assignment {
  return {
    targets: [{ host: '127.0.0.1', port }],
    submissions: [submission()],
    folder,
    clientName: 'client.example',
    caFile: null,
    windowMs: 10_000,
    signal: new AbortController().signal,
    ...fields,
  };
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true });
}
