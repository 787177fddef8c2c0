// Python's smtplib as a client of ours: one interpreter per message runs the few lines that its manual shows, and prints
// as JSON what the library returned or raised. It queues nothing.

import type { ReportedOutcome } from '../wire/trial-record';
import type { Availability, ClientDriver, SubmissionToSend } from './driver';
import { availabilityByVersion, clientEnvironment, findProgram, lastLine, notInstalled } from './program';
import { runProcess } from './run-process';
import type { ProcessResult } from './run-process';
import { submitOneByOne } from './submission-client';
import type { Run, RunReading } from './submission-client';

/**
 * The job comes on standard input. No time-out is given to the library, which then has none. What its caller has to say,
 * this caller says: SMTPUTF8 when an address is not ASCII, BODY=8BITMIME when the content is not and the server offers it.
 */
const SCRIPT = `
import json, smtplib, ssl, sys

job = json.load(sys.stdin)

def context():
    if job["caFile"]:
        return ssl.create_default_context(cafile=job["caFile"])
    made = ssl.create_default_context()
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made

def text(code, words):
    return "%d %s" % (code, words.decode("utf-8", "replace") if isinstance(words, bytes) else words)

def send():
    where = dict(host=job["host"], port=job["port"], local_hostname=job["name"])
    client = smtplib.SMTP_SSL(context=context(), **where) if job["tls"] == "implicit" else smtplib.SMTP(**where)
    with client:
        client.ehlo_or_helo_if_needed()
        if job["tls"] == "required" or job["tls"] == "if-offered" and client.has_extn("starttls"):
            client.starttls(context=context())
        if job["user"]:
            client.login(job["user"], job["password"])
        with open(job["message"], "rb") as file:
            content = file.read()
        client.ehlo_or_helo_if_needed()
        options = []
        if not all(address.isascii() for address in [job["from"], *job["to"]]):
            options.append("SMTPUTF8")
        if not content.isascii() and client.has_extn("8bitmime"):
            options.append("BODY=8BITMIME")
        return client.sendmail(job["from"], job["to"], content, options)

try:
    refused = send()
    print(json.dumps({"refused": {to: text(*reply) for to, reply in refused.items()}, "error": None}))
except smtplib.SMTPRecipientsRefused as error:
    refused = {to: text(*reply) for to, reply in error.recipients.items()}
    print(json.dumps({"refused": refused, "error": "all recipients were refused"}))
except smtplib.SMTPResponseException as error:
    print(json.dumps({"refused": {}, "error": type(error).__name__ + ": " + text(error.smtp_code, error.smtp_error)}))
except (smtplib.SMTPException, OSError) as error:
    print(json.dumps({"refused": {}, "error": type(error).__name__ + ": " + str(error)}))
`;

/** Python's smtplib. The system's interpreter goes before one in PATH, which may be a wrapper of some version manager. */
export function smtplibDriver(): ClientDriver {
  return {
    name: 'smtplib',
    title: 'smtplib of the Python standard library',
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
      const program = findPython();
      return program === null
        ? notInstalled('python3')
        : availabilityByVersion(program, ['--version'], /^Python (\S+)/m);
    },
    submit: (assignment) => submitOneByOne(assignment, runSmtplib, readSmtplib),
  };
}

function findPython(): string | null {
  return findProgram('python3', ['/usr/bin/python3']);
}

function runSmtplib({ submission, target, messageFile, assignment }: Run): Promise<ProcessResult> {
  const job = {
    host: target.host,
    port: target.port,
    name: assignment.clientName,
    from: submission.from,
    to: submission.to,
    message: messageFile,
    tls: submission.tls,
    // Opportunistic TLS takes any certificate.
    caFile: submission.tls === 'if-offered' ? null : assignment.caFile,
    user: submission.auth?.user ?? null,
    password: submission.auth?.password ?? null,
  };
  return runProcess({
    program: findPython() ?? 'python3',
    args: ['-I', '-X', 'utf8', '-c', SCRIPT],
    cwd: assignment.folder,
    env: clientEnvironment(assignment.folder),
    stdin: Buffer.from(JSON.stringify(job)),
    signal: assignment.signal,
  });
}

interface Said {
  readonly refused: Readonly<Record<string, string>>;
  readonly error: string | null;
}

function readSmtplib(submission: SubmissionToSend, result: ProcessResult): RunReading {
  const log = `${result.stdout}${result.stderr}`;
  const said = saidBy(result.stdout);
  if (said === null) {
    const text = lastLine(result.stderr) ?? `exit code ${result.exitCode}`;
    return { outcomes: [{ submission: submission.id, recipient: null, outcome: 'unknown', text }], log, crashed: true };
  }
  const outcomes = submission.to.map((recipient): ReportedOutcome => {
    const text = said.refused[recipient] ?? said.error;
    return text === null
      ? { submission: submission.id, recipient, outcome: 'accepted', text: 'sendmail() returned' }
      : { submission: submission.id, recipient, outcome: 'refused', text };
  });
  return { outcomes, log };
}

/** null: the interpreter ended without a word, by an exception that the library should not raise. */
function saidBy(stdout: string): Said | null {
  try {
    const said: unknown = JSON.parse(stdout);
    return isSaid(said) ? said : null;
  } catch {
    return null;
  }
}

function isSaid(value: unknown): value is Said {
  return typeof value === 'object' && value !== null && 'refused' in value && 'error' in value;
}
