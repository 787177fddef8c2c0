// swaks, the SMTP test client, as a client of ours: one run per message, verdict from its transcript and exit code.
// It queues nothing, and goes on with the recipients that were accepted.

import type { ClientCapability } from '../wire/trial-record';
import type { Availability, ClientDriver, SubmissionToSend } from './driver';
import { availabilityByVersion, clientEnvironment, findProgram, lastLine, notInstalled } from './program';
import { runProcess } from './run-process';
import type { ProcessResult } from './run-process';
import { spokenOutcomes } from './spoken-outcomes';
import type { SpokenLine } from './spoken-outcomes';
import { submitOneByOne } from './submission-client';
import type { Run, RunReading } from './submission-client';

/** "Error encountered while processing QUIT": the message was delivered by then. */
const EXIT_QUIT_FAILED = 27;

/** What swaks would replace in a message: its tokens, and a backslash with an n. */
const SUBSTITUTED = /\\n|%(NEWLINE|NEW_?HEADERS|BODY|FROM_ADDRESS|TO_ADDRESS|MESSAGEID|SWAKS_VERSION|DATE)%/;

const CAPABILITIES: readonly ClientCapability[] = [
  'several-recipients',
  'several-messages',
  'auth',
  'null-sender',
  'eight-bit',
  'bare-newlines',
  'large-messages',
];
const TLS_CAPABILITIES: readonly ClientCapability[] = ['starttls', 'require-tls', 'implicit-tls'];

/** swaks. Its TLS needs a Perl module, which detect() looks for: before that, no TLS capability is claimed. */
export function swaksDriver(): ClientDriver {
  let capabilities = CAPABILITIES;
  return {
    name: 'swaks',
    title: 'swaks, the Swiss Army Knife for SMTP',
    role: 'submission',
    get capabilities() {
      return capabilities;
    },
    maxParallel: 4,
    async detect(): Promise<Availability> {
      const program = findProgram('swaks');
      if (program === null) return notInstalled('swaks');
      const tls = await availabilityByVersion(program, ['--support'], /^=== (TLS) supported/m);
      capabilities = tls.available ? [...CAPABILITIES, ...TLS_CAPABILITIES] : CAPABILITIES;
      return availabilityByVersion(program, ['--version'], /^swaks version (\S+)/m);
    },
    submit: (assignment) => submitOneByOne(assignment, runSwaks, readSwaks, messageForSwaks),
  };
}

/**
 * swaks takes a closing dot from the end of the file and puts one at the end of the message, after a line end of its own:
 * a file that has it already comes out unchanged. What it would substitute can be protected only by sending the file raw,
 * with the dots stuffed here (RFC 5321 4.5.2).
 */
function messageForSwaks({ content }: SubmissionToSend): Buffer {
  const closed =
    content.subarray(-2).toString('latin1') === '\r\n' ? content : Buffer.concat([content, Buffer.from('\r\n')]);
  // In raw mode swaks adds the last line end itself.
  if (needsRawMode(content)) return Buffer.from(`${closed.toString('latin1').replace(/^\./gm, '..')}.`, 'latin1');
  return Buffer.concat([closed, Buffer.from('.\r\n')]);
}

function needsRawMode(content: Buffer): boolean {
  return SUBSTITUTED.test(content.toString('latin1'));
}

function runSwaks({ submission, target, messageFile, assignment }: Run): Promise<ProcessResult> {
  const { from, to, auth } = submission;
  return runProcess({
    program: findProgram('swaks') ?? 'swaks',
    args: [
      ['--server', target.host, '--port', String(target.port), '--ehlo', assignment.clientName],
      ['--from', from === '' ? '<>' : from, '--to', to.join(',')],
      ['--data', `@${messageFile}`, '--suppress-data', '--no-strip-from'],
      needsRawMode(submission.content) ? ['--no-data-fixup'] : [],
      tlsArguments(submission.tls, assignment.caFile),
      auth === null ? [] : ['--auth', '--auth-user', auth.user, '--auth-password', auth.password],
    ].flat(),
    cwd: assignment.folder,
    env: clientEnvironment(assignment.folder),
    signal: assignment.signal,
  });
}

function tlsArguments(tls: SubmissionToSend['tls'], caFile: string | null): string[] {
  const verified = caFile === null ? [] : ['--tls-verify', '--tls-ca-path', caFile];
  return {
    none: [],
    'if-offered': ['--tls-optional'],
    required: ['--tls', ...verified],
    implicit: ['--tls-on-connect', ...verified],
  }[tls];
}

function readSwaks(submission: SubmissionToSend, result: ProcessResult): RunReading {
  const accepted = result.exitCode === 0 || result.exitCode === EXIT_QUIT_FAILED;
  const log = `${result.stdout}${result.stderr}`;
  const refusal = result.stdout.split('\n').findLast((line) => /^<[*~]\*/.test(line));
  const failure = refusal?.slice(4) ?? lastLine(result.stderr) ?? `exit code ${result.exitCode}`;
  return { outcomes: spokenOutcomes(submission, spokenLines(result.stdout), accepted, failure), log };
}

/** ` -> MAIL`, `<-  250`, `<** 550`; with TLS ` ~> MAIL`, `<~  250`, `<~* 550`. */
function spokenLines(transcript: string): SpokenLine[] {
  return transcript.split('\n').flatMap((line): SpokenLine[] => {
    if (/^ [-~]> /.test(line)) return [{ by: 'client', text: line.slice(4) }];
    if (/^<[-~*][ *] /.test(line)) return [{ by: 'server', text: line.slice(4) }];
    return [];
  });
}
