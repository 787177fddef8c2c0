// nodemailer, the embedded default client: runs inside this process, with a transport of its own for each message.
// The only file that imports the package. The content goes by its `raw` option, so that no header is added or rewritten.

import { readFile } from 'node:fs/promises';
import type * as nodemailer from 'nodemailer';
import type { NodemailerError, SMTPTransportOptions } from 'nodemailer';
import { version } from 'nodemailer/package.json';
import type { ReportedOutcome } from '../wire/trial-record';
import type { Assignment, ClientDriver, ClientReport, SubmissionToSend } from './driver';
import { firstTarget, joinReports } from './submission-client';

/** nodemailer. It needs nothing but this package, so it is always available. */
export function nodemailerDriver(): ClientDriver {
  return {
    name: 'nodemailer',
    title: 'nodemailer, the mail library for Node.js',
    role: 'submission',
    capabilities: [
      'several-recipients',
      'several-messages',
      'starttls',
      'require-tls',
      'implicit-tls',
      'auth',
      'null-sender',
      'eight-bit',
      'utf8-addresses',
      'bare-newlines',
      'large-messages',
    ],
    maxParallel: 16,
    detect: async () => ({ available: true, version }),
    async submit(assignment) {
      const ca = assignment.caFile === null ? null : await readFile(assignment.caFile);
      const reports: ClientReport[] = [];
      for (const submission of assignment.submissions) reports.push(await sendOne(assignment, submission, ca));
      return joinReports(reports);
    },
  };
}

async function sendOne(assignment: Assignment, submission: SubmissionToSend, ca: Buffer | null): Promise<ClientReport> {
  const log: string[] = [];
  // Loaded by the first message, not by every start of the program.
  const { createTransport } = require('nodemailer') as typeof nodemailer;
  const transport = createTransport(transportOptions(assignment, submission, ca, log));
  const report = (end: ClientReport['end'], outcomes: readonly ReportedOutcome[]): ClientReport => ({
    outcomes,
    end,
    log: log.join('\n'),
    exitCode: null,
  });
  try {
    const info = await transport.sendMail({
      envelope: {
        from: submission.from === '' ? false : submission.from,
        to: [...submission.to],
        // With raw content it is the caller who knows (RFC 6152 section 2); sent only where 8BITMIME is offered.
        use8BitMime: submission.content.some((octet) => octet > 0x7f),
      },
      raw: submission.content,
      signal: assignment.signal,
    });
    return report('finished', outcomesOf(submission, info.rejectedErrors ?? [], 'accepted', info.response));
  } catch (error) {
    if (!isLibraryError(error)) throw error;
    log.push(`${error.code ?? error.name}: ${error.message}`);
    if (assignment.signal.aborted) {
      return report('timed-out', outcomesOf(submission, [], 'unknown', 'stopped before it had finished'));
    }
    return report(
      'finished',
      outcomesOf(submission, error.rejectedErrors ?? [], 'refused', error.response ?? error.message),
    );
  } finally {
    transport.close();
  }
}

/** Not by `instanceof`: inside a test runner the library's errors may come from another realm than ours. */
function isLibraryError(caught: unknown): caught is NodemailerError {
  return typeof caught === 'object' && caught !== null && 'message' in caught && 'name' in caught;
}

/** The library's own time-outs are left as they are: how long it waits is what is looked at (RFC 5321 4.5.3.2). */
function transportOptions(
  { targets, clientName }: Assignment,
  { tls, auth }: SubmissionToSend,
  ca: Buffer | null,
  log: string[],
): SMTPTransportOptions {
  const { host, port } = firstTarget({ targets });
  // Opportunistic TLS takes any certificate.
  const verified = ca !== null && tls !== 'if-offered';
  return {
    host,
    port,
    name: clientName,
    secure: tls === 'implicit',
    ignoreTLS: tls === 'none',
    requireTLS: tls === 'required',
    tls: verified ? { ca } : { rejectUnauthorized: false },
    auth: auth === null ? undefined : { user: auth.user, pass: auth.password },
    transactionLog: true,
    logger: loggerInto(log),
  };
}

type LogCall = (data: unknown, message?: string, ...args: readonly unknown[]) => void;

function loggerInto(log: string[]): Record<string, LogCall> {
  const note: LogCall = (data, message, ...args) => {
    const text = typeof data === 'string' ? [data, message ?? ''].join(' ') : (message ?? '');
    log.push(args.reduce<string>((filled, arg) => filled.replace(/%[sdj]/, () => String(arg)), text));
  };
  return { trace: note, debug: note, info: note, warn: note, error: note, fatal: note };
}

function outcomesOf(
  submission: SubmissionToSend,
  rejected: readonly NodemailerError[],
  outcome: ReportedOutcome['outcome'],
  text: string,
): ReportedOutcome[] {
  return submission.to.map((recipient): ReportedOutcome => {
    const refusal = rejected.find((error) => error.recipient === recipient);
    if (refusal === undefined) return { submission: submission.id, recipient, outcome, text };
    return { submission: submission.id, recipient, outcome: 'refused', text: refusal.response ?? refusal.message };
  });
}
