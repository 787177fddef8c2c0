// curl as a mail client of ours: one run per message, verdict from its exit code and the protocol it prints.
// By default it gives the whole message up when one recipient is refused; it is run that way, as people run it.

import type { Availability, ClientDriver, SubmissionToSend } from './driver';
import { availabilityByVersion, clientEnvironment, findProgram, lastLine, notInstalled } from './program';
import { runProcess } from './run-process';
import type { ProcessResult } from './run-process';
import { spokenOutcomes } from './spoken-outcomes';
import type { SpokenLine } from './spoken-outcomes';
import { submitOneByOne } from './submission-client';
import type { Run, RunReading } from './submission-client';

/** curl, sending mail with its `smtp:` and `smtps:` addresses. */
export function curlDriver(): ClientDriver {
  return {
    name: 'curl',
    title: 'curl, the command-line transfer tool',
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
    maxParallel: 4,
    async detect(): Promise<Availability> {
      const program = findProgram('curl');
      return program === null ? notInstalled('curl') : availabilityByVersion(program, ['--version'], /^curl (\S+)/m);
    },
    submit: (assignment) => submitOneByOne(assignment, runCurl, readCurl),
  };
}

function runCurl({ submission, target, messageFile, assignment }: Run): Promise<ProcessResult> {
  const { from, to, tls, auth } = submission;
  const scheme = tls === 'implicit' ? 'smtps' : 'smtp';
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  return runProcess({
    program: findProgram('curl') ?? 'curl',
    args: [
      // First of all, or it has read its start-up file already.
      ['--disable'],
      ['--verbose', '--silent', '--show-error', '--noproxy', '*'],
      ['--url', `${scheme}://${host}:${target.port}/${assignment.clientName}`],
      ['--mail-from', from, ...to.flatMap((recipient) => ['--mail-rcpt', recipient])],
      // Not `--crlf`: that puts a CR before every LF, also where there is one.
      ['--upload-file', messageFile],
      tlsArguments(tls, assignment.caFile),
      auth === null ? [] : ['--user', `${auth.user}:${auth.password}`],
    ].flat(),
    cwd: assignment.folder,
    env: clientEnvironment(assignment.folder),
    signal: assignment.signal,
  });
}

function tlsArguments(tls: SubmissionToSend['tls'], caFile: string | null): string[] {
  const verified = caFile === null ? ['--insecure'] : ['--cacert', caFile];
  return {
    none: [],
    // Opportunistic TLS takes any certificate.
    'if-offered': ['--ssl', '--insecure'],
    required: ['--ssl-reqd', ...verified],
    implicit: verified,
  }[tls];
}

function readCurl(submission: SubmissionToSend, result: ProcessResult): RunReading {
  const lines = result.stderr.split(/\r?\n/);
  const spoken = lines.flatMap((line): SpokenLine[] => {
    if (line.startsWith('> ')) return [{ by: 'client', text: line.slice(2) }];
    return line.startsWith('< ') ? [{ by: 'server', text: line.slice(2) }] : [];
  });
  const failure = lines.findLast((line) => line.startsWith('curl: ')) ?? lastLine(result.stderr) ?? '';
  return { outcomes: spokenOutcomes(submission, spoken, result.exitCode === 0, failure), log: result.stderr };
}
