// Any command line as a client: `mysend --server {host}:{port} -f {from} {tos}`. Arguments, never a shell; the message is
// also on standard input. One run per submission, one after the other.
// What the command understands is not known, so only what any run can be given is claimed, and the exit code is the verdict.

import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { ClientCapability, ClientRole } from '../wire/trial-record';
import type { Availability, ClientDriver, SubmissionToSend } from './driver';
import { findProgram, lastLine, unavailable } from './program';
import { runProcess } from './run-process';
import type { ProcessResult } from './run-process';
import { submitOneByOne } from './submission-client';
import type { Run, RunReading } from './submission-client';

export interface CommandOptions {
  /** Default: the program's base name. */
  readonly name?: string;
  /** Default: `unknown`. */
  readonly role?: ClientRole;
  /** What the command line can do besides what is always claimed, e.g. `null-sender`, `starttls`. */
  readonly capabilities?: readonly ClientCapability[];
  /** Default: 1. */
  readonly maxParallel?: number;
}

/** What a template may contain. Anything else in braces is left alone. */
export const COMMAND_PLACEHOLDERS = ['host', 'port', 'from', 'to', 'tos', 'message'] as const;

/**
 * A client that is any command line.
 *
 * - `{host}` `{port}` the server, `{from}` the reverse-path without brackets (empty for the null sender)
 * - `{to}` the first recipient only
 * - `{tos}` all recipients: as an argument of its own it becomes one argument each, within an argument they are joined by
 *   commas. Only a template with `{tos}` can be asked to send to several recipients.
 * - `{message}` the path of a file with the content, CRLF line ends, no dots stuffed; the same comes on standard input
 *
 * Exit code 0 is `accepted`, any other `refused`. It runs in its folder, with our environment.
 * @param template the program and its arguments
 * @throws Error when the template is empty
 */
export function commandDriver(template: readonly string[], options: CommandOptions = {}): ClientDriver {
  const [program, ...args] = template;
  if (program === undefined || program === '') throw new Error('a command needs at least a program');
  const name = options.name ?? basename(program);
  const takesAll = args.some((arg) => arg.includes('{tos}'));
  return {
    name,
    title: `the command ${template.join(' ')}`,
    role: options.role ?? 'unknown',
    capabilities: [
      'several-messages',
      ...(takesAll ? (['several-recipients'] as const) : []),
      'eight-bit',
      'bare-newlines',
      'large-messages',
      ...(options.capabilities ?? []),
    ],
    maxParallel: options.maxParallel ?? 1,
    async detect(): Promise<Availability> {
      if (findProgram(program) !== null) return { available: true, version: null };
      const there = program.includes('/') && existsSync(program);
      return unavailable(`${there ? 'not an executable file' : 'not found'}: the program ${program}`);
    },
    submit: (assignment) => submitOneByOne(assignment, (run) => runCommand(program, args, run), readCommand),
  };
}

function runCommand(program: string, args: readonly string[], run: Run): Promise<ProcessResult> {
  return runProcess({
    program: findProgram(program) ?? program,
    args: fillIn(args, run),
    cwd: run.assignment.folder,
    env: process.env,
    stdin: run.submission.content,
    signal: run.assignment.signal,
  });
}

function fillIn(args: readonly string[], { submission, target, messageFile }: Run): string[] {
  const values: Readonly<Record<string, string>> = {
    host: target.host,
    port: String(target.port),
    from: submission.from,
    to: submission.to[0] ?? '',
    tos: submission.to.join(','),
    message: messageFile,
  };
  const pattern = new RegExp(`\\{(${COMMAND_PLACEHOLDERS.join('|')})\\}`, 'g');
  const fill = (arg: string): string => arg.replace(pattern, (_whole, name: string) => values[name] ?? '');
  return args.flatMap((arg) => (arg === '{tos}' ? submission.to : [fill(arg)]));
}

function readCommand(submission: SubmissionToSend, result: ProcessResult): RunReading {
  const accepted = result.exitCode === 0;
  const words = lastLine(result.stderr) ?? lastLine(result.stdout);
  const text = `exit code ${result.exitCode}${words === undefined ? '' : `: ${words}`}`;
  return {
    outcomes: [{ submission: submission.id, recipient: null, outcome: accepted ? 'accepted' : 'refused', text }],
    log: `${result.stdout}${result.stderr}`,
  };
}
